"""Texts of the voter on the command line, Korean and English."""

from __future__ import annotations

from typing import Final

VOTERS: Final[dict[str, tuple[str, str]]] = {
    "ask_code": ("투표 코드: ", "Your code: "),
    "encrypting": ("암호화 중", "Encrypting"),
    "blank": ("(선택 없음)", "(blank)"),
    "ballot_selections": ("선택한 내용:", "Your selections:"),
    "overvoted": (
        "너무 많이 선택하여 선택 없음으로 처리됩니다: {title}",
        "too much was chosen, so this contest counts as blank: {title}",
    ),
    "confirmation_code": ("확인 코드: {code}", "Confirmation code: {code}"),
    "cast_or_challenge": (
        "확인 코드를 적어 두고, 이 투표지를 투함(evote ballot cast {file})하거나 "
        "열어서 검증(evote ballot challenge {file})하십시오.",
        "Write the code down. Then cast this ballot (evote ballot cast {file}) or open it to test this program "
        "(evote ballot challenge {file}).",
    ),
    "ballot_cast": (
        "투함했습니다. 확인 코드: {code}\n찾는 데 필요한 파일: {file}",
        "Your ballot is cast. Confirmation code: {code}\nWhat you need to find it: {file}",
    ),
    "ballot_opened": ("열어 본 투표지의 내용:", "The opened ballot holds:"),
    "fresh_ballot": (
        "이 투표지는 세지 않습니다. 투표하려면 새 투표지를 준비하십시오(evote ballot prepare).",
        "This ballot will not be counted. To vote, prepare a fresh one (evote ballot prepare).",
    ),
    "ballot_found": (
        "투표지가 기록의 {index}번 항목에 있습니다. 증명: {file}",
        "The ballot is entry {index} of the log. Proof: {file}",
    ),
}
