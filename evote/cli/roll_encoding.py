"""In which encoding a roll file is, and its text.

Idea: UTF-8 is the encoding; what Korean spreadsheets still write (EUC-KR and its extension CP949) is converted with a
notice, if every byte fits; anything else is refused, because a name read wrongly is a letter sent to nobody.

Invariants: a text is returned only after a strict decoding of all bytes.
"""

from __future__ import annotations

import codecs
from dataclasses import dataclass
from typing import Final

UTF_8: Final = "UTF-8"
UTF_8_BOM: Final = "UTF-8 with BOM"
CP949: Final = "EUC-KR/CP949"

_OTHER_MARKS: Final = (codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
# What Korean text is made of beside ASCII; a file in another encoding rarely decodes to nothing else.
_KOREAN_RANGES: Final = ((0xAC00, 0xD7A3), (0x3131, 0x318E), (0x4E00, 0x9FFF), (0x3000, 0x303F), (0xFF00, 0xFFEF))
_KOREAN_SIGNS: Final = frozenset("·…‘’“”―±×÷°′″§※☆★○●◎◇◆□■△▲▽▼→←↑↓㈜㎡①②③④⑤⑥⑦⑧⑨")


@dataclass(frozen=True, slots=True, kw_only=True)
class DecodedRoll:
    """The text with the name of its encoding; or the refusal, with its rule and row (0: the file)."""

    encoding: str = ""
    text: str = ""
    row: int = 0
    rule: str = ""
    refusal: str = ""


def decode_roll(data: bytes) -> DecodedRoll:
    """Decode a roll as UTF-8 (with or without BOM) or else CP949, strictly."""
    if data.startswith(_OTHER_MARKS):
        return _refused(0, "the file is UTF-16 or UTF-32; save it as UTF-8 (CSV UTF-8 in a spreadsheet program)")
    if b"\0" in data:
        return _refused(
            _row_of(data, data.index(b"\0")), "there is a zero byte; this is no text file, save it as CSV UTF-8"
        )
    if data.startswith(codecs.BOM_UTF8):
        body, encoding = data[len(codecs.BOM_UTF8) :], UTF_8_BOM
    else:
        body, encoding = data, UTF_8
    try:
        return DecodedRoll(encoding=encoding, text=body.decode("utf-8"))
    except UnicodeDecodeError as error:
        row = _row_of(body, error.start)
    if encoding == UTF_8:
        try:
            text = data.decode("cp949")
        except UnicodeDecodeError as error:
            # The encoding that fits longer is the likelier one, and where it ends is the place to look at.
            row = max(row, _row_of(data, error.start))
        else:
            foreign = next((i for i, character in enumerate(text) if not _is_korean(character)), None)
            if foreign is None:
                return DecodedRoll(encoding=CP949, text=text)
            row = max(row, text[:foreign].count("\n") + 1)
    return _refused(row, "the bytes are neither UTF-8 nor EUC-KR/CP949; save the file as UTF-8")


def _refused(row: int, message: str) -> DecodedRoll:
    return DecodedRoll(row=row, rule="encoding", refusal=message)


def _row_of(data: bytes, position: int) -> int:
    return data.count(b"\n", 0, position) + 1


def _is_korean(character: str) -> bool:
    code = ord(character)
    return code < 0x80 or character in _KOREAN_SIGNS or any(first <= code <= last for first, last in _KOREAN_RANGES)
