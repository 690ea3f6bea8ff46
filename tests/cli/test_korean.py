"""What officials and voters read in Korean when something is wrong, and what a program reads all the same."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.scene import Scene, begin, evote, good

Copy = Callable[[Scene], Scene]


@pytest.fixture(autouse=True)
def _korean(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the environment ask for Korean."""
    monkeypatch.setenv("LANG", "ko_KR.UTF-8")


def test_an_error_is_a_korean_sentence_with_its_values_and_a_hint(tmp_path: Path) -> None:
    """What is wrong, which file it is about, the code for support, and what to do; nothing in English."""
    missing = tmp_path / "없음.yaml"
    ran = evote("definition", "check", missing)
    assert ran.code == 2
    assert ran.err == f"오류: {missing} 파일이 없습니다 [file.missing]\n도움말: 파일 이름과 위치를 확인하십시오.\n"


def test_a_program_reads_english_with_the_code_whatever_the_language_is(tmp_path: Path) -> None:
    """With `--json` the line of the error is the same in both languages."""
    lines = {
        evote("definition", "check", tmp_path / "x", "--json", "--language", language).err.split("\n")[0]
        for language in ("ko", "en")
    }
    assert lines == {f"error: there is no file {tmp_path / 'x'} [file.missing]"}


def test_mistakes_of_a_definition_have_their_place_in_korean(tmp_path: Path) -> None:
    """Line and item stand in front of the sentence."""
    path = tmp_path / "선거.yaml"
    path.write_text(begin(tmp_path / "scene", quorum="9").folder.joinpath("vote.yaml").read_text())
    ran = evote("definition", "check", path)
    (line,) = (n for n, text in enumerate(path.read_text().splitlines(), 1) if text.startswith("quorum"))
    assert f"오류: 선거.yaml {line}번째 줄 quorum: 9은(는) 쓸 수 없습니다. 1 이상 3 이하여야 합니다" in ran.err


def test_mistakes_of_a_roll_have_row_and_column_in_korean(tmp_path: Path) -> None:
    """Every mistake is one line with row and column, the last one counts them."""
    roll = tmp_path / "명부.csv"
    roll.write_text("id,name,district,weight\nkim,김하나,,1\nkim2,이두리,north,0\n")
    ran = evote("roll", "check", roll)
    assert "오류: 명부.csv 2행 district 열: 칸이 비어 있습니다. 값을 넣으십시오 [roll_file.empty_cell]" in ran.err
    assert "명부.csv 3행 weight 열: 가중치는 1 이상" in ran.err
    assert "오류: 명부.csv: 잘못된 곳이 2군데 있어 명부를 받지 않았습니다 [roll_file.refused]" in ran.err


def test_a_step_out_of_turn_is_explained_without_internal_names(stage_created: Scene, copy_of: Copy) -> None:
    """Both languages say what is awaited and what the command is for, in words of the glossary."""
    scene = copy_of(stage_created)
    ran = evote("election", "tally", *scene.as_authority)
    assert ran.code == 4
    sentence = ran.err.split(" [election.not_due]")[0]
    assert "지금 할 일: 열쇠 관리인의 키 약속" in sentence
    assert "이 명령의 차례: 암호화된 표의 집계" in sentence
    english = evote("election", "tally", *scene.as_authority, "--language", "en").err.split(" [election.not_due]")[0]
    assert (
        english == "error: this is not the time for the encrypted tally; the election awaits the trustees' commitments"
    )


def test_a_published_step_is_named_in_words(stage_ready: Scene, copy_of: Copy) -> None:
    """What was published is named in the reader's language; the kind stands in brackets for whoever reads the log."""
    scene = copy_of(stage_ready)
    opening = ("election", "open", *scene.as_authority, "--off-schedule")
    assert good(*opening).out == "공표했습니다: 투표 시작 (election.open)\n"
    assert good(*opening, "--language", "en").out == (
        "Published before: opening of the ballot box (election.open); nothing was changed.\n"
    )
    assert good(*opening, "--json").json["kind"] == "election.open"


def test_a_refused_file_is_explained_in_korean(stage_open: Scene, copy_of: Copy) -> None:
    """Collecting says in Korean why a file was refused, and tells a program the same in English."""
    scene = copy_of(stage_open)
    name = f"{'2' * 64}.submission"
    (scene.inbox / name).write_bytes(b"")
    shown = good("board", "collect", scene.board).out
    assert f"거부: {name} [submission.truncated] 제출 파일이 중간에 끊겼습니다" in shown
    (scene.inbox / name).write_bytes(b"")
    report = scene.collect()["refused"][name]
    assert report["code"] == "submission.truncated"
    assert report["message"].isascii()


def test_opening_outside_of_the_schedule_names_the_times(stage_ready: Scene, copy_of: Copy) -> None:
    """The schedule is shown as clocks in Korea show it."""
    scene = copy_of(stage_ready)
    ran = evote("election", "open", *scene.as_authority)
    assert ran.code == 4
    assert "투표 기간: 2020년 6월 3일 06:00(한국 시각) ~ 2020년 6월 3일 20:00(한국 시각)" in ran.err


def test_a_mistyped_code_is_explained_to_the_voter(stage_open: Scene, copy_of: Copy) -> None:
    """A voter reads how many letters a code has, not a name of the program's inside."""
    scene = copy_of(stage_open)
    code = scene.folder / "short.code"
    code.write_text("ABCD\n")
    record = ("--record", scene.board / "record", "--code-file", code)
    ran = evote("ballot", "prepare", scene.folder / "x.ballot", *record)
    assert ran.code == 2
    assert ran.err.startswith("오류: 투표 코드는 20자인데 4자가 입력되었습니다 [credential.wrong_length]\n")


def test_methods_and_reasons_have_names(tmp_path: Path) -> None:
    """A definition's method of counting and a wrong reason of a strike are said in words."""
    scene = begin(tmp_path / "scene")
    assert "(찬반 투표)" in good("definition", "check", scene.folder / "vote.yaml").out
    strike = ("roll", "strike", "--id", "kim", "--reason", "moved", "--links", scene.links)
    ran = evote(*strike, *scene.as_registrar)
    assert "moved: 쓸 수 있는 사유가 아닙니다" in ran.err
    assert "not_eligible" in ran.err
