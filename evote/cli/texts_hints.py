"""Hints beside error messages, by error code, Korean and English."""

from __future__ import annotations

from typing import Final

HINTS: Final[dict[str, tuple[str, str]]] = {
    "board.locked": (
        "다른 evote 명령이 끝난 뒤 다시 실행하십시오.",
        "Run the command again when the other evote command has ended.",
    ),
    "board.not_trusted": (
        "먼저 evote board trust URL --log-key KEY로 기록의 키를 정하십시오. 키는 다른 경로로 알려진 것을 쓰십시오.",
        "Decide about its key first: evote board trust URL --log-key KEY, with the key as it was announced elsewhere.",
    ),
    "board.insecure_url": ("https로 시작하는 게시판 주소를 쓰십시오.", "Use the board's https address."),
    "submit.unavailable": (
        "같은 명령을 다시 실행하십시오. 두 번 제출되지 않습니다.",
        "Run the same command again; nothing is submitted twice.",
    ),
    "submit.promised": (
        "같은 명령을 다시 실행하십시오. 두 번 제출되지 않습니다.",
        "Run the same command again; nothing is submitted twice.",
    ),
    "submit.bad_receipt": (
        "공표된 것으로 여기지 말고 감사인에게 알리십시오.",
        "Tell the auditors; do not take the statement for published.",
    ),
    "board.missing": (
        "evote board create로 게시판을 먼저 만드십시오.",
        "Make a board first: evote board create.",
    ),
    "board.disk_full": (
        "저장 공간을 비운 뒤 같은 명령을 다시 실행하십시오. 접수된 것은 사라지지 않습니다.",
        "Free some space and run the same command again; nothing that was accepted is lost.",
    ),
    "board.disk_error": (
        "저장 공간과 디스크 상태를 확인한 뒤 같은 명령을 다시 실행하십시오. 접수된 것은 사라지지 않습니다.",
        "Check free space and the disk, then run the same command again; nothing that was accepted is lost.",
    ),
    "board.rolled_back": (
        "이 게시판은 오래된 백업본입니다. 최신 백업본으로 복원하십시오.",
        "The board is an old backup; restore the newest one.",
    ),
    "election.off_schedule": (
        "예정된 시간이 아닌데도 지금 꼭 해야 하면 --off-schedule을 붙이십시오. 검증 결과에 드러납니다.",
        "If it must be now, add --off-schedule; it will show in the verification.",
    ),
    "election.inbox_not_empty": (
        "접수하지 않은 파일이 있습니다. 투표지는 마감 뒤에 받을 수 없습니다. evote board collect를 먼저 실행하십시오.",
        "Run evote board collect first: a ballot among them can't be taken after the close.",
    ),
    "election.not_due": ("evote election status로 다음 단계를 보십시오.", "See what is next: evote election status."),
    "admission.phase": ("evote election status로 다음 단계를 보십시오.", "See what is next: evote election status."),
    "ballot.number": (
        "먼저 낸 투표지가 기록에 있는지 확인하십시오(evote ballot receipt). 그다음 evote ballot prepare로 새 투표지를 "
        "만들어 내고, 이 투표지의 파일은 지우십시오.",
        "See whether the ballot that you sent before is in the record (evote ballot receipt). Then prepare a fresh one "
        "(evote ballot prepare) and cast that; delete the file of this one.",
    ),
    "keystore.wrong_passphrase": (
        "비밀 문구를 다시 확인하십시오. 한/영 전환과 대소문자에 주의하십시오.",
        "Check the passphrase: keyboard layout, upper and lower case.",
    ),
    "keystore.exists": ("다른 파일 이름을 쓰십시오.", "Use another file name."),
    "keystore.missing": (
        "파일 이름과 위치를 확인하십시오. 아직 없으면 evote key create로 만드십시오.",
        "Check name and place of the file; make one with evote key create.",
    ),
    "keystore.permissions": (
        "남이 읽을 수 있는 비밀 파일은 쓰지 않습니다. 위의 chmod 명령을 실행하고 다시 하십시오.",
        "Run the chmod command above and try again; a secret file that others may read is not used.",
    ),
    "keystore.damaged": (
        "비밀 문구 문제가 아니라 파일이 손상된 것입니다. 사본으로 바꾸십시오.",
        "It is not the passphrase: the file is damaged. Put a copy in its place.",
    ),
    "keystore.unwritable": (
        "저장 공간과 폴더의 쓰기 권한을 확인한 뒤 같은 명령을 다시 실행하십시오.",
        "Check free space and permissions of the folder, then run the same command again.",
    ),
    "passphrase.too_short": (
        "8자 이상이어야 합니다. 무작위 낱말 여섯 개처럼 길수록 안전합니다.",
        "Long ones are good ones, such as six random words.",
    ),
    "passphrase.differs": (
        "비밀 문구 두 개가 서로 다릅니다. 아무것도 만들지 않았으니 다시 하십시오.",
        "Run the command again.",
    ),
    "command.unanswered": (
        "터미널에서 직접 실행하거나 --passphrase-file(투표자는 --code-file도)로 답이 든 파일을 주십시오.",
        "Run it in a terminal, or give the answer in a file: --passphrase-file, for a voter also --code-file.",
    ),
    "file.missing": ("파일 이름과 위치를 확인하십시오.", "Check name and place of the file."),
    "file.exists": (
        "이미 있는 파일은 덮어쓰지 않습니다. 다른 파일 이름을 쓰십시오.",
        "A file that is there is not overwritten; use another name.",
    ),
    "board.other_origin": (
        "이 폴더에는 이름이 다른 기록이 있습니다. 다른 폴더를 쓰십시오.",
        "Use another folder for a log of another name.",
    ),
    "election.none": (
        "evote election create로 선거를 먼저 만드십시오.",
        "Create an election first: evote election create.",
    ),
    "election.ambiguous": (
        "게시판에 선거가 여럿 있습니다. --election 뒤에 선거 번호의 앞자리를 쓰십시오.",
        "Give the first digits of the election id after --election.",
    ),
    "election.label_taken": (
        "같은 이름(label)의 다른 선거가 이미 있습니다. 정의서를 고쳤다면 label을 바꾸고, "
        "키 생성 의식이 실패해 새로 만드는 것이면 --attempt 2를 붙이십시오.",
        "If you have corrected the definition, give it another label; after a failed key ceremony, add --attempt 2.",
    ),
    "result.waiting": (
        "열쇠 관리인이 더 복호해야 합니다. 제출 파일을 받았으면 evote board collect를 먼저 실행하십시오.",
        "More trustees have to decrypt; if their files are here, run evote board collect first.",
    ),
    "document.not_nfc": (
        "맥의 파일 이름에서 복사한 한글은 자모가 분리되어 있습니다. 직접 다시 입력하십시오.",
        "Text copied from a Mac's file name has its letters separated; type it anew.",
    ),
    "document.syntax": (
        "YAML은 탭이 아니라 빈칸으로 들여 씁니다. 표시된 줄과 바로 윗줄의 빈칸, 따옴표, 괄호를 확인하십시오.",
        "Indent with spaces, not tabs; check spaces, quotes and brackets in that line and the one above.",
    ),
    "document.duplicate_label": (
        "label은 서로 달라야 합니다. 하나를 다른 이름으로 바꾸십시오.",
        "Labels must differ; give one of them another name.",
    ),
    "document.duplicate_key": ("같은 항목을 두 번 썼습니다. 하나를 지우십시오.", "Remove one of the two."),
    "document.range": ("허용된 범위의 수를 쓰십시오.", "Use a number of the allowed range."),
    "document.not_text": (
        "글자로 쓸 값은 따옴표로 감싸십시오.",
        "Put quotes around what is meant as text.",
    ),
    "document.not_utf8": ("'UTF-8' 형식으로 다시 저장하십시오.", "Save the file as UTF-8."),
    "document.missing_field": (
        "빠진 항목을 추가하십시오. 예시: evote definition example",
        "Add what is missing; for an example: evote definition example.",
    ),
    "document.key": (
        "공개 키는 evote key show(선거 주관자, 명부 관리자)와 evote-trustee identity(열쇠 관리인)가 보여 줍니다.",
        "Public keys are shown by evote key show (authority, registrar) and evote-trustee identity (trustees).",
    ),
    "manifest.key": (
        "선거 주관자, 명부 관리자, 열쇠 관리인의 키는 모두 서로 달라야 합니다.",
        "Authority, registrar and trustees each need a key of their own.",
    ),
    "document.time_zone": (
        "시각 뒤에 시간대를 쓰십시오. 한국은 +09:00입니다.",
        "Add the zone behind the time; Korea is +09:00.",
    ),
    "document.schedule": (
        "투표 시작(opens)과 마감(closes) 시각을 확인하십시오.",
        "Check opens and closes.",
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
    "roll_file.missing_column": (
        "첫 줄에 열 이름을 영문으로 쓰십시오: id(번호), name(이름), district(투표구).",
        "The first row names the columns: id,name,district.",
    ),
    "roll_file.unknown_column": (
        "쓸 수 있는 열 이름: id(번호), name(이름), district(투표구), weight(가중치), contact(연락처). "
        "다른 열은 이름을 x_로 시작하거나 지우십시오.",
        "Remove the column, or let its name begin with x_.",
    ),
    "roll_file.duplicate_id": (
        "같은 번호(id)가 두 번 있습니다. 한 사람이 두 번 올랐으면 한 줄을 지우십시오.",
        "If a person stands in the roll twice, remove one row; else give different ids.",
    ),
    "roll_file.unknown_district": (
        "선거 정의서의 투표구 label과 글자까지 똑같이 쓰십시오.",
        "Write the district exactly as its label in the definition.",
    ),
    "roll_file.separator": ("쉼표로 구분한 CSV로 다시 저장하십시오.", "Save the file with commas."),
    "roll_file.refused": (
        "위의 줄을 모두 고친 뒤 다시 하십시오. evote roll check로 미리 볼 수 있습니다.",
        "Correct the rows above and try again; evote roll check shows them without importing.",
    ),
    "roll.reason": (
        "voted_on_paper(종이로 투표함), lost(분실), wrong_person(다른 사람에게 전달됨), not_eligible(투표권 없음).",
        "Use one of these words.",
    ),
    "links.unknown_id": (
        "명부 파일의 번호(id)를 확인하십시오.",
        "Check the id in the file of the roll.",
    ),
    "links.other_roll": (
        "처음 쓴 명부 파일을 그대로 쓰십시오. 다른 형식으로 다시 저장한 파일도 다른 파일입니다.",
        "Use the very file of the first time; saved in another encoding it is another file.",
    ),
    "roll_file.encoding": ("'CSV UTF-8' 형식으로 다시 저장하십시오.", "Save the file as 'CSV UTF-8'."),
    "links.objections": (
        "이의 제기 기간이 끝난 다음 날부터 파기할 수 있습니다.",
        "The links may be destroyed from the day after the last day for objections.",
    ),
    "credential.check_symbol": ("투표 코드를 다시 확인하십시오.", "Check the code once more."),
    "key.wrong_author": (
        "선거 정의서에 적힌 공개 키와 짝이 맞는 키 파일을 쓰십시오(evote key show로 확인).",
        "Use the key file whose public key stands in the definition (evote key show tells).",
    ),
}
