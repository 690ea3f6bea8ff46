"""Rows, sections and groups of the verification in plain words, in Korean and English.

*Spec*: docs/protocol.md section 12.

*Idea*: The checks speak in row numbers; residents and journalists need sentences. A row has a title and an explanation.
Rows form sections, sections form groups, in the order in which one would tell the story: the log, its documents, who
voted, the ballots and the count, the keys, the outcome.

*Invariants*: Both languages are always there. Texts decide nothing.
"""

from dataclasses import dataclass
from typing import Literal

from verifier.korean import in_korean
from verifier.row_texts_electionguard import ROWS as ELECTIONGUARD_ROWS
from verifier.row_texts_record import ROWS as RECORD_ROWS

Language = Literal["ko", "en"]
LANGUAGES: tuple[Language, ...] = ("ko", "en")


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """Hold one text in both languages of the reports."""

    ko: str
    en: str

    def of(self, language: Language) -> str:
        """Return the text in a language."""
        return self.ko if language == "ko" else self.en


@dataclass(frozen=True, slots=True, kw_only=True)
class RowText:
    """Hold title and explanation of one row of docs/protocol.md section 12."""

    title: Text
    meaning: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Hold the rows that share a letter, with the name under which reports list them."""

    letter: str
    name: Text
    about: Text


def _row(texts: tuple[str, str, str, str]) -> RowText:
    title_ko, title_en, meaning_ko, meaning_en = texts
    return RowText(title=Text(ko=title_ko, en=title_en), meaning=Text(ko=meaning_ko, en=meaning_en))


ROWS: dict[str, RowText] = {row: _row(texts) for row, texts in (ELECTIONGUARD_ROWS | RECORD_ROWS).items()}

GROUPS: tuple[Group, ...] = (
    Group(
        letter="L",
        name=Text(ko="공개 기록", en="The public log"),
        about=Text(
            ko="기록이 온전하고, 서명되어 있으며, 순서와 작성자가 맞는지 봅니다.",
            en="Is the log whole, signed, in order and written by the right people?",
        ),
    ),
    Group(
        letter="S",
        name=Text(ko="문서의 형식", en="Form of the documents"),
        about=Text(
            ko="선거 정의서와 투표지와 열쇠 문서가 정해진 형식인지 봅니다.",
            en="Are manifest, ballots and key documents complete and unambiguous?",
        ),
    ),
    Group(
        letter="E",
        name=Text(ko="투표 자격", en="Eligibility"),
        about=Text(
            ko="선거인 명부에 있는 사람만, 정해진 만큼만 투표했는지 봅니다.",
            en="Did only people on the roll vote, and none more often than allowed?",
        ),
    ),
    Group(
        letter="V",
        name=Text(ko="투표지와 집계의 암호 검증", en="Encrypted ballots (ElectionGuard)"),
        about=Text(
            ko="암호화된 투표지가 올바르고 빠짐없이 집계되었는지 공개 규격의 순서대로 봅니다.",
            en="Are the encrypted ballots valid and counted in full, in the order of the public standard?",
        ),
    ),
    Group(
        letter="D",
        name=Text(ko="열쇠와 복호", en="Keys and decryption"),
        about=Text(
            ko="열쇠가 바르게 만들어지고, 열어야 할 것만 열렸는지 봅니다.",
            en="Were the keys made properly, and was only opened what may be opened?",
        ),
    ),
    Group(
        letter="O",
        name=Text(ko="결과", en="The outcome"),
        about=Text(
            ko="득표수와 투표수와 판정을 다시 계산해 비교합니다.",
            en="Are votes, turnout and outcome what they must be by the rules?",
        ),
    ),
)

SECTIONS: dict[str, Text] = {
    "V1": Text(ko="기준 수와 기준 해시", en="Standard numbers and fingerprints"),
    "V2": Text(ko="열쇠 관리인의 열쇠", en="Keys of the trustees"),
    "V3": Text(ko="공동 열쇠", en="Joint keys"),
    "V4": Text(ko="선거의 기준 해시", en="Fingerprint of the election"),
    "V5": Text(ko="투표지 번호", en="Ballot identifiers"),
    "V6": Text(ko="표기 하나하나", en="Single choices"),
    "V7": Text(ko="안건별 선택 수 한도", en="Limit per contest"),
    "V8": Text(ko="확인 코드", en="Confirmation codes"),
    "V9": Text(ko="암호화된 합계", en="Encrypted totals"),
    "V10": Text(ko="복호", en="Decryption"),
    "V11": Text(ko="결과의 이름", en="Names in the result"),
    "V12": Text(ko="추가 자료", en="Additional data"),
    "V13": Text(ko="시험 투표지의 코드", en="Codes of challenged ballots"),
    "V14": Text(ko="시험 투표지의 내용", en="Contents of challenged ballots"),
}

ABSENT = Text(ko="이 기록에는 해당하는 것이 없습니다.", en="the record holds nothing of this kind")


def absence(note: str, language: Language) -> str | None:
    """Return why there was nothing to check, or None where a note exists that has no translation."""
    if not note:
        return ABSENT.of(language)
    return note if language == "en" else in_korean(note)


UNLISTED = RowText(
    title=Text(ko="목록에 없는 검사", en="A check that is not listed"),
    meaning=Text(ko="프로토콜 문서가 정하지 않은 검사입니다.", en="The protocol document does not define this check."),
)


def row_text(row: str) -> RowText:
    """Return the texts of a row, or words for one that section 12 does not list."""
    return ROWS.get(row, UNLISTED)
