"""Korean of the verifier: every place and reason has Korean, and one thing has one word."""

import ast
import re
from itertools import chain
from pathlib import Path

import pytest

import verifier
from tests.verifier import report_samples as samples
from verifier.findings import Finding, Status
from verifier.korean import in_korean
from verifier.korean_phrases import PHRASES
from verifier.labels import LABELS
from verifier.main import main
from verifier.promises import PROVES, PROVES_NOT, YOURSELF
from verifier.report_html import render_html
from verifier.report_text import render_text
from verifier.rows import NOT_IN_PROFILE
from verifier.texts import GROUPS, ROWS, SECTIONS

PACKAGE = Path(verifier.__file__).parent
GLOSSARY = PACKAGE.parent / "docs" / "glossary.md"

# Korean of the glossary, and words for the same thing that the texts must not use beside it.
ONE_WORD = {
    "영수증": "접수증",
    "투함": "제출된|제출되지|접수된",
    "재발급": "교체",
    "선거 번호": "고유 번호|선거 ID",
    "정족수": "투표수 요건|개표에 필요한 인원",
    "가결 요건": "득표 비율",
    "선거 정의서": "투표 공고|공고의|공고와|공고된",
    "선거인 명부": "투표인명부|선거인명부|(?<!선거인 )명부(?! 관리자)",
    "열쇠 관리인": "(?<!열쇠 )관리인",
    "증인 서버": "증인(?! 서버)",
    "투표지 유형": "투표지 종류",
    "무기표 (기권표)": "빈 표",
    "가중치": "비중",
    "복호 예행연습": "개표 연습",
    "부분 복호값": "개표 값",
    "키 조각": "열쇠 조각",
    "키 생성 의식": "열쇠 생성",
    "기준 해시": "설정의 지문|공고의 지문|선거의 지문",
    "선거": "(?<!종)이 투표(?!만|지|자)",
    "기록 항목": "(?<!기록 )항목 [{0-9]",
}
# Texts of the checks, with what stands in their fields: a place, a reason, a name, a number.
CHECKING = ("failed", "check", "unevaluated", "unevaluated_rows", "absent", "note")
SAMPLES = {
    r"place|_place\(.*|where|text": "entry 7, contest 2",
    r"words|problem|error|why|statement\.problem|item\.problem|cursor.*": "not JSON",
    r"_where\(.*": "entry 7 (trustee.keys, trustee 2)",
    r"half": "vote",
    r"counts": "(2, 3)",
    r"', '\.join.*": "contests[3].title is missing, payload has an unknown key",
    r".*kind.*|last": "trustee.keys",
    r"lower|upper": "at a time without lower bound",
    r".*_shown.*": "2026-01-05T00:00:00Z",
    r".*origin.*|.*quorum.*|.*\bname\b.*": "'w1'",
    r".*policy_problem.*": "policy is missing",
    r".*sorted.*": "['w1']",
    r".*hex.*|.*\[:8\].*": "1a2b3c4d",
    r".*describe.*": "entry 7, contest 2, limit, value 4",
    r".*_WORDS.*": "it is no statement at all",
    r"liar": "trustee 3, whose share is wrong",
    r"tile_path.*": "tile/0/000",
}

OF_FILES = {
    ("ceremony.py", "name"): "K_3",
    ("course.py", "name"): "entry 7 (trustee.keys)",
    ("credentials.py", "words"): "not on the roll",
    ("entries.py", "name"): "tile/0/000",
    ("outcome.py", "name"): "turnout",
    ("parameters.py", "name"): "K",
}


def korean_texts() -> list[str]:
    """Return every Korean text of the reports."""
    texts = [pair[0] for pair in chain(LABELS.values(), PROVES, PROVES_NOT, YOURSELF)]
    texts += [text.ko for row in ROWS.values() for text in (row.title, row.meaning)]
    texts += [text.ko for group in GROUPS for text in (group.name, group.about)]
    return [*texts, *(section.ko for section in SECTIONS.values()), *PHRASES.values()]


def glossary() -> set[str]:
    """Return the Korean terms of the glossary."""
    rows = [line.split("|") for line in GLOSSARY.read_text(encoding="utf-8").splitlines() if line.startswith("| ")]
    return {term.strip() for row in rows[1:] for term in row[2].split(",")} | {row[2].strip() for row in rows[1:]}


@pytest.mark.parametrize(("term", "others"), ONE_WORD.items())
def test_one_word_for_one_thing(term: str, others: str) -> None:
    """The glossary's word is in the glossary, and no Korean text uses another word for the same thing."""
    assert term in glossary()
    assert [text for text in korean_texts() if re.search(others, text)] == []


def _sample(field: str, *, quoted: bool) -> str:
    if quoted:
        return "'w1'"
    return next((sample for pattern, sample in SAMPLES.items() if re.fullmatch(pattern, field)), "7")


def _text(node: ast.expr, file: str) -> str | None:
    """Return a text of the source with samples in its fields."""
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else None
    if not isinstance(node, ast.JoinedStr):
        return None
    parts = []
    for part in node.values:
        if isinstance(part, ast.FormattedValue):
            field = ast.unparse(part.value)
            parts.append(OF_FILES.get((file, field)) or _sample(field, quoted=part.conversion == ord("r")))
        elif isinstance(part, ast.Constant):
            parts.append(str(part.value))
    return "".join(parts)


def checks_texts() -> list[tuple[str, str]]:
    """Return the texts that the checks hand to the ledger, with the place in the source where each stands."""
    found = []
    for path in sorted((PACKAGE / "checks").glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in CHECKING:
                branches = [[part.body, part.orelse] if isinstance(part, ast.IfExp) else [part] for part in node.args]
                texts = [_text(part, path.name) for part in chain.from_iterable(branches)]
                found += [(f"{path.name}:{node.lineno}", text) for text in texts if text and " " in text]
    return found


def test_every_text_of_the_checks_has_korean() -> None:
    """Whatever the checks write about a place or a reason can be told in Korean."""
    texts = checks_texts()
    assert len(texts) > 150
    assert [(place, text) for place, text in texts if in_korean(text) is None] == []
    assert all(in_korean(note) for note in NOT_IN_PROFILE.values())


@pytest.mark.parametrize(
    ("english", "korean"),
    [
        (
            "entry 9 (trustee.keys, trustee 2): before all commitments, after the result",
            "기록 항목 9 (trustee.keys, 열쇠 관리인 2): 약속이 모두 나오기 전, 결과보다 나중",
        ),
        ("'a: b, (c)' is no receipt: not JSON", "'a: b, (c)'은(는) 영수증이 아님: JSON이 아님"),
        (
            "receipt 'x, y': another root at size 12",
            "영수증 'x, y': 기록 항목 12개일 때의 루트 해시가 다름",
        ),
        (
            "3 not evaluated: the manifest can't be read; a trustee.keys can't be read",
            "3건을 확인하지 못함: 선거 정의서를 읽을 수 없음. trustee.keys 하나를 읽을 수 없음",
        ),
        ("trustee.shares of trustee 3 is missing", "열쇠 관리인 3의 trustee.shares 없음"),
        ("entry 4 (election.manifest): contest 2: quorum: comparison is neither more_than nor at_least", "기록 항목 4"),
        ("tile/payloads/000.p/42 ends inside item 3 of 42", "tile/payloads/000.p/42이(가) 42개 가운데 3번째 도중에"),
    ],
)
def test_places_are_put_together(english: str, korean: str) -> None:
    """Places and reasons are told part by part; names keep their commas and colons."""
    assert (in_korean(english) or "").startswith(korean)


@pytest.mark.parametrize("text", ["", "something new", "entry 3: something new", "'" * 40, "(" * 500, "x: " * 3000])
def test_what_is_unknown_is_not_guessed(text: str) -> None:
    """A text with any unknown part has no Korean at all."""
    assert in_korean(text) is None


def test_report_tells_known_places_in_korean_and_marks_the_others() -> None:
    """The Korean report tells a place in Korean; one without Korean stays English and is marked so in the page."""
    finding = Finding(
        row="L.K",
        status=Status.FAIL,
        checked=3,
        failures=2,
        places=("entry 4 (election.open): another author", "a place that nobody knows"),
        note="",
    )
    report = samples.with_findings(samples.geochang(), finding)
    text, html = render_text(report, "ko"), render_html(report)
    assert "기록 항목 4 (election.open): 작성자가 다름" in text
    assert "a place that nobody knows" in text
    assert "<bdi>기록 항목 4 (election.open): 작성자가 다름</bdi>" in html
    assert '<bdi lang="en">a place that nobody knows</bdi>' in html
    assert "<bdi>entry 4 (election.open): another author</bdi>" in html


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["/nowhere/at/all"], "폴더나 zip 파일이 없음"),
        ([".", "--workers", "0"], "--workers: 1..1024가 아님"),
        ([".", "--unknown"], "알 수 없는 인자: --unknown"),
        ([".", "--report", "/nowhere/x.html"], "/nowhere/x.html에 쓸 수 없음: 그런 파일이나 폴더가 없음"),
        ([], "빠진 인자: RECORD"),
    ],
)
def test_usage_errors_in_korean(arguments: list[str], words: str, capsys: pytest.CaptureFixture[str]) -> None:
    """What the program says about its call is Korean where Korean was asked for, English elsewhere."""
    for language in (["--language", "ko"], ["--language=ko"]):
        assert main([*arguments, *language]) == 2
        assert words in capsys.readouterr().err
    assert main(arguments) == 2
    assert not re.search("[\uac00-\ud7a3]", capsys.readouterr().err)
