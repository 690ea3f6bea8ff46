"""Hints beside error messages, by error code, Korean and English."""

from __future__ import annotations

from typing import Final

HINTS: Final[dict[str, tuple[str, str]]] = {
    "board.locked": (
        "다른 evote 명령이 끝난 뒤 다시 실행하십시오.",
        "Run the command again when the other evote command has ended.",
    ),
    "board.missing": (
        "evote board create로 게시판을 먼저 만드십시오.",
        "Make a board first: evote board create.",
    ),
    "board.disk_full": (
        "저장 공간을 비운 뒤 같은 명령을 다시 실행하십시오. 접수된 것은 사라지지 않습니다.",
        "Free some space and run the same command again; nothing that was accepted is lost.",
    ),
    "board.rolled_back": (
        "게시판이 오래된 백업입니다. 최신 백업으로 되돌리십시오.",
        "The board is an old backup; restore the newest one.",
    ),
    "election.off_schedule": (
        "정해진 시간이 아니어도 꼭 해야 하면 --off-schedule을 붙이십시오. 검증에서 드러납니다.",
        "If it must be now, add --off-schedule; it will show in the verification.",
    ),
    "election.not_due": ("evote election status로 다음 단계를 보십시오.", "See what is next: evote election status."),
    "admission.phase": ("evote election status로 다음 단계를 보십시오.", "See what is next: evote election status."),
    "keystore.wrong_passphrase": (
        "비밀 문구를 다시 확인하십시오. 한/영 전환과 대소문자에 주의하십시오.",
        "Check the passphrase: keyboard layout, upper and lower case.",
    ),
    "keystore.exists": ("다른 파일 이름을 쓰십시오.", "Use another file name."),
    "keystore.missing": ("파일 위치를 확인하십시오.", "Check where the file is."),
    "document.not_nfc": (
        "맥에서 복사한 글자는 자모가 분리될 수 있습니다. 다시 입력하십시오.",
        "Text copied from a Mac's file name has its letters separated; type it anew.",
    ),
    "document.unknown_field": (
        "evote definition example에서 쓸 수 있는 항목을 보십시오.",
        "See the allowed fields: evote definition example.",
    ),
    "document.unknown_preset": (
        "evote definition presets로 목록을 보십시오.",
        "See the list: evote definition presets.",
    ),
    "roll_file.national_number": (
        "주민등록번호와 외국인등록번호는 명부에 넣을 수 없습니다(개인정보 보호법 제24조의2). 지우고 다시 하십시오.",
        "Resident numbers may not stand in a roll (Korea: Personal Information Protection Act, article 24-2).",
    ),
    "roll_file.encoding": ("'CSV UTF-8' 형식으로 다시 저장하십시오.", "Save the file as 'CSV UTF-8'."),
    "links.objections": (
        "이의 제기 기간이 끝난 다음 날부터 파기할 수 있습니다.",
        "The links may be destroyed from the day after the last day for objections.",
    ),
    "credential.check_symbol": ("투표 코드를 다시 확인하십시오.", "Check the code once more."),
    "key.wrong_author": (
        "이 선거 정의서에 적힌 키의 파일을 쓰십시오.",
        "Use the key file whose public key stands in the definition.",
    ),
}
