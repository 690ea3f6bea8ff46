"""What the trustee's program says, in English and Korean.

Idea: one table, two columns; a key without one of the languages can't be written. What an error says is in
`evote.texts`; `HINTS` says what to do about it.

Invariants: both texts of a key have the same placeholders.
"""

from __future__ import annotations

from typing import Final

from evote.texts.language import Language

# key: (English, Korean)
TEXTS: Final[dict[str, tuple[str, str]]] = {
    "notice": ("notice", "알림"),
    "hint": ("hint", "도움말"),
    "error": ("error", "오류"),
    "detail": ("detail", "자세히(영어)"),
    "bug": (
        "this program has a bug ({kind}); please report it. Run again with --debug to see where it arose",
        "프로그램 오류입니다({kind}). 개발자에게 알려 주십시오. --debug를 붙여 다시 실행하면 오류가 난 곳이 표시됩니다",
    ),
    "aborted": ("stopped at a question; nothing was changed", "질문에서 중단되었습니다. 바뀐 것은 없습니다"),
    "interrupted": (
        "interrupted; run the same command again to go on",
        "중단되었습니다. 같은 명령을 다시 실행하면 이어서 진행합니다",
    ),
    "passphrase": ("Passphrase of your keystore", "키 저장소의 비밀 문구"),
    "passphrase_new": (
        "New passphrase for your keystore (long ones are good ones, such as six random words)",
        "키 저장소의 새 비밀 문구(길수록 안전합니다. 예: 무작위 낱말 여섯 개)",
    ),
    "passphrase_again": ("The same passphrase again", "비밀 문구를 한 번 더"),
    "passphrase_backup": ("Passphrase of the backup", "백업 파일의 비밀 문구"),
    "passphrase_backup_new": (
        "Passphrase for the backup, another one than that of your keystore",
        "백업 파일의 비밀 문구(키 저장소의 비밀 문구와 다르게)",
    ),
    "passphrase_file_open": (
        "others may read the passphrase file; run: chmod 600 '{file}'",
        "다른 사람이 비밀 문구 파일을 읽을 수 있습니다. 실행하십시오: chmod 600 '{file}'",
    ),
    "progress_reading": ("reading and verifying the record", "기록을 읽고 검증하는 중"),
    "progress_decrypting": ("decrypting", "복호하는 중"),
    "log_key_from_record": (
        "no log key is pinned; the one in the record itself is used: {key}",
        "고정해 둔 키가 없어 기록에 들어 있는 키를 씁니다: {key}",
    ),
    "confirm_policy_change": (
        "Another policy was pinned for this log. Malicious witnesses that it withstands: {old}; the new one: {new}. "
        "Has the authority announced the new one? Replace it?",
        "이 기록에는 다른 신뢰 정책이 고정되어 있습니다. 견디는 악의적 증인 서버의 수: 지금 {old}개, 새 정책 {new}개. "
        "선거 주관자가 새 정책을 알렸습니까? 바꾸시겠습니까? (네: y, 아니요: n)",
    ),
    "confirm_log_key": (
        "This record says that its log has the key\n  {key}\n"
        "Compare it with the key that the authority has announced elsewhere. Is it the same?",
        "이 기록에 적힌 기록의 키는 다음과 같습니다.\n  {key}\n"
        "선거 주관자가 다른 경로로 알린 키와 비교하십시오. 같습니까? (네: y, 아니요: n)",
    ),
    "ask_outbox": (
        "Folder for the files that you hand to the authority",
        "선거 주관자에게 전달할 파일을 둘 폴더",
    ),
    "identity_made": ("Your identity key has been made.", "신원 키를 만들었습니다."),
    "identity_key": ("Public key (give it to the authority): {key}", "공개 키(선거 주관자에게 전달): {key}"),
    "identity_fingerprint": (
        "Fingerprint of the key (read it out on the phone): {fingerprint}",
        "키 지문(전화로 불러 주어 확인): {fingerprint}",
    ),
    "manifest_title": ("Election: {title} ({label})", "선거: {title} ({label})"),
    "manifest_id": ("Election id: {id}", "선거 번호: {id}"),
    "manifest_schedule": ("Voting from {opens} to {closes}", "투표 기간: {opens} ~ {closes}"),
    "manifest_contest": ("Contest {number}: {title} ({options})", "안건 {number}: {title} ({options})"),
    "manifest_quorum": (
        "{n} trustees, any {k} of whom can decrypt together:",
        "열쇠 관리인 {n}명, 그중 {k}명이 모이면 복호할 수 있습니다:",
    ),
    "manifest_trustee": ("  {index}. {label}, fingerprint {fingerprint}", "  {index}. {label}, 지문 {fingerprint}"),
    "manifest_you": (
        "  {index}. {label}, fingerprint {fingerprint} <- this is you",
        "  {index}. {label}, 지문 {fingerprint} <- 본인",
    ),
    "manifest_minimum": (
        "Nothing with fewer than {minimum} ballots is decrypted",
        "투표지가 {minimum}장보다 적은 단위는 복호하지 않습니다",
    ),
    "manifest_authority": ("Fingerprint of the authority: {fingerprint}", "선거 주관자의 지문: {fingerprint}"),
    "confirm_join": (
        "Do you want to be trustee {index} ({label}) of this election?",
        "이 선거의 {index}번 열쇠 관리인({label})으로 참여하시겠습니까? (네: y, 아니요: n)",
    ),
    "trustee_name": ("{index} ({label})", "{index}번({label})"),
    "status_checkpoint": (
        "Record of {origin} with {size} entries, verified",
        "{origin}의 기록 {size}건, 검증 완료",
    ),
    "status_one_log_key": (
        "The record's signature was checked by the log's Ed25519 key alone. A policy file (--policy) can name its "
        "ML-DSA-44 key too, which a quantum computer could not forge",
        "기록의 서명을 Ed25519 키로만 확인했습니다. 양자컴퓨터로도 위조할 수 없는 ML-DSA-44 키까지 확인하려면 "
        "두 키를 모두 적은 정책 파일을 --policy로 지정하십시오",
    ),
    "status_you": ("You are trustee {index} ({label})", "본인은 {index}번 열쇠 관리인({label})입니다"),
    "status_not_you": (
        "Your key is not among the trustees of this election",
        "본인의 키는 이 선거의 열쇠 관리인 명단에 없습니다",
    ),
    "your_step": ("Your turn: {command}", "본인 차례입니다: {command}"),
    "nothing_due": ("Nothing is due for you now", "지금 본인이 할 일은 없습니다"),
    "waiting_manifest": ("Waiting for the authority: manifest", "선거 주관자를 기다립니다: 선거 정의서"),
    "waiting_parameters": ("Waiting for the authority: parameters", "선거 주관자를 기다립니다: 매개변수"),
    "waiting_commitments": (
        "Ceremony, round 0: waiting for the commitment of {who}",
        "키 생성 의식 0단계: {who}의 약속값을 기다립니다",
    ),
    "waiting_trustee_keys": (
        "Ceremony, round 1: waiting for the keys of {who}",
        "키 생성 의식 1단계: {who}의 키를 기다립니다",
    ),
    "waiting_shares": (
        "Ceremony, round 2: waiting for the shares of {who}",
        "키 생성 의식 2단계: {who}의 키 조각을 기다립니다",
    ),
    "waiting_confirmations": (
        "Ceremony, round 3: waiting for the confirmation of {who}",
        "키 생성 의식 3단계: {who}의 확인을 기다립니다",
    ),
    "waiting_keys": (
        "The ceremony is complete; waiting for the authority: election keys",
        "키 생성 의식이 끝났습니다. 선거 주관자를 기다립니다: 선거 키",
    ),
    "waiting_rehearsal": (
        "Waiting for the authority: test ciphertext of the rehearsal",
        "선거 주관자를 기다립니다: 복호 예행연습의 시험 암호문",
    ),
    "waiting_trustee_rehearsals": (
        "Rehearsal: waiting for {who}",
        "복호 예행연습: {who}을(를) 기다립니다",
    ),
    "waiting_opening": (
        "Everything is ready; waiting for the authority (and the roll): opening",
        "준비가 끝났습니다. 선거인 명부의 공표와 선거 주관자의 투표 시작을 기다립니다",
    ),
    "waiting_voting": ("Voting is under way", "투표가 진행 중입니다"),
    "waiting_paper": ("Waiting for the authority: paper counts", "선거 주관자를 기다립니다: 종이 투표 집계"),
    "waiting_tally": (
        "Voting is closed; waiting for the authority: tally",
        "투표가 끝났습니다. 선거 주관자를 기다립니다: 집계",
    ),
    "waiting_decryption": (
        "Decryption: {needed} more needed of {who}",
        "복호: {who} 중 {needed}명이 더 필요합니다",
    ),
    "waiting_result": ("Waiting for the authority: result", "선거 주관자를 기다립니다: 결과"),
    "waiting_final": (
        "The result is published; waiting for the authority: final",
        "결과가 공표되었습니다. 선거 주관자를 기다립니다: 종료",
    ),
    "waiting_ended": ("The election has ended; its result is published", "선거가 끝났고 결과가 공표되었습니다"),
    "waiting_aborted": (
        "The ceremony failed and the election ended: a complaint showed trustee {culprit} guilty",
        "키 생성 의식이 실패하여 선거가 중단되었습니다. 이의 제기로 열쇠 관리인 {culprit}의 잘못이 드러났습니다",
    ),
    "written": ("Hand this file to the authority: {path}", "이 파일을 선거 주관자에게 전달하십시오: {path}"),
    "published": (
        "Published as entry {index} of the log; the board's receipt was verified",
        "기록의 {index}번 항목으로 공표되었고, 게시판의 영수증을 검증했습니다",
    ),
    "record_stale": (
        "this is the record as its witnesses last confirmed it, at {moment}. A board in operation is confirmed anew "
        "every few minutes, so what came later may be kept from you: look from another network, or at a mirror",
        "이 기록은 증인 서버들이 {moment}에 마지막으로 확인한 모습입니다. 운영 중인 게시판은 몇 분마다 다시 "
        "확인받으므로, 그 뒤에 더해진 내용이 가려졌을 수 있습니다. 다른 네트워크나 사본(미러)에서도 확인하십시오",
    ),
    "promised": (
        "the board has accepted your statement as entry {index}, but has not enough witnesses at this moment; it has "
        "promised to publish it by {deadline}; waiting for its receipt",
        "게시판이 진술을 {index}번 항목으로 받았지만 지금은 증인 서버가 모자랍니다. {deadline}까지 공표하겠다고 "
        "약속했습니다. 영수증을 기다립니다",
    ),
    "ceremony_done": (
        "Your part of the ceremony is done. Keep your keystore, and make a backup: evote-trustee backup FILE",
        "본인의 키 생성 의식이 끝났습니다. 키 저장소를 보관하고 백업하십시오: evote-trustee backup FILE",
    ),
    "complaint": (
        "The share of trustee {who} for you is wrong. Your complaint proves it to everybody and ends this election. "
        "Tell the other trustees and the authority",
        "열쇠 관리인 {who}이(가) 본인에게 보낸 키 조각이 틀렸습니다. "
        "이의 제기는 이를 모두에게 증명하며 이 선거를 끝냅니다. 다른 열쇠 관리인과 선거 주관자에게 알리십시오",
    ),
    "still_waiting": ("waited {seconds} seconds; {waiting}", "{seconds}초를 기다렸습니다. {waiting}"),
    "waiting_now": ("{waiting}", "{waiting}"),
    "rehearsal_good": (
        "Your key share was read back from the keystore and fits the election",
        "키 저장소에서 다시 읽은 키 조각이 선거와 맞습니다",
    ),
    "plan_contest": ("Contest {number}, {title}:", "안건 {number}, {title}:"),
    "plan_unit": (
        "  unit {unit} ({districts}): the sums of {ballots} ballots for {options} options",
        "  집계 단위 {unit}({districts}): 투표지 {ballots}장, 선택지 {options}개의 합계",
    ),
    "plan_sealed": (
        "Contest {number}, {title}, is not decrypted: its quorum was missed and its rule seals it",
        "안건 {number}, {title}: 정족수에 이르지 못해 규칙에 따라 봉인되며 복호하지 않습니다",
    ),
    "plan_withheld": (
        "Contest {number}, {title}, is not decrypted: too few ballots",
        "안건 {number}, {title}: 투표지가 너무 적어 복호하지 않습니다",
    ),
    "plan_nothing": (
        "There is nothing to decrypt; the authority needs no file from you",
        "복호할 것이 없습니다. 선거 주관자에게 전달할 파일도 없습니다",
    ),
    "plan_fingerprint": (
        "Fingerprint of the sums: {fingerprint}\n"
        "Compare it with the other trustees, by phone or on paper, before you go on. If theirs is another one, stop: "
        "somebody shows you different ballots",
        "합계의 지문: {fingerprint}\n"
        "진행하기 전에 다른 열쇠 관리인들과 전화나 종이로 비교하십시오. "
        "다르면 멈추십시오. 누군가 서로 다른 투표지를 보여 주고 있다는 뜻입니다",
    ),
    "confirm_decrypt": (
        "Do the others have the same fingerprint? Then this is decrypted, and nothing else, ever. Go on?",
        "다른 분들의 지문도 같습니까? 위의 합계만 복호하고 다른 것은 복호하지 않습니다. "
        "진행하시겠습니까? (네: y, 아니요: n)",
    ),
    "backup_done": (
        "Backup written and read back: {path}. Keep it apart from this computer",
        "백업을 만들고 다시 읽어 확인했습니다: {path}. 이 컴퓨터와 다른 곳에 보관하십시오",
    ),
    "restore_done": ("Keystore restored in {path}", "키 저장소를 복원했습니다: {path}"),
    "restore_warning": (
        "statements made after the backup are not in it; if you have decrypted since, don't do so again with this one",
        "백업한 뒤에 만든 진술은 들어 있지 않습니다. 그사이에 복호한 적이 있다면 이 키 저장소로 다시 복호하지 마십시오",
    ),
    "forgot_ceremony": (
        "The secrets of the ceremony of {label} are destroyed; the key share is kept",
        "{label}의 키 생성 의식 비밀을 지웠습니다. 키 조각은 남아 있습니다",
    ),
    "forgot_share": (
        "All secrets of {label} are destroyed. Destroy your backups too",
        "{label}의 모든 비밀을 지웠습니다. 백업도 지우십시오",
    ),
    "confirm_forget_share": (
        "Without your key share nothing of {label} can be decrypted by you, ever. Destroy it?",
        "키 조각이 없으면 {label}의 어떤 것도 다시는 복호할 수 없습니다. 지우시겠습니까? (네: y, 아니요: n)",
    ),
}

# code of an error: what to do about it (English, Korean)
HINTS: Final[dict[str, tuple[str, str]]] = {
    "policy.no_quorum": (
        "Too few witnesses have cosigned this record. Get it anew; if that does not help, ask the authority which "
        "witnesses are missing, and sign nothing before.",
        "이 기록에 공동 서명한 증인 서버가 정족수에 못 미칩니다. 기록을 다시 받으십시오. 그래도 같으면 "
        "어느 증인 서버가 빠졌는지 선거 주관자에게 묻고, 그 전에는 아무것도 서명하지 마십시오.",
    ),
    "keystore.missing": (
        "make one with: evote-trustee identity, or restore a backup: evote-trustee restore FILE",
        "만들기: evote-trustee identity, 백업 복원: evote-trustee restore FILE",
    ),
    "keystore.wrong_passphrase": (
        "the file itself is whole; try again, minding the keyboard's language",
        "파일 자체는 온전합니다. 자판의 한/영 상태를 확인하고 다시 입력하십시오",
    ),
    "keystore.damaged": (
        "restore a backup in another folder: evote-trustee restore FILE --home FOLDER",
        "다른 폴더에 백업을 복원하십시오: evote-trustee restore FILE --home FOLDER",
    ),
    "keystore.unwritable": (
        "check free space and permissions of the folder, then run the same command again",
        "저장 공간과 폴더의 쓰기 권한을 확인한 뒤 같은 명령을 다시 실행하십시오",
    ),
    "keystore.exists": (
        "a keystore is never overwritten; name another file or folder, or move the old one away",
        "키 저장소는 덮어쓰지 않습니다. 다른 파일이나 폴더를 지정하거나 기존 파일을 옮기십시오",
    ),
    "keystore.permissions": (
        "if the file lies on a memory stick that knows no permissions, copy it to your disk first",
        "파일 권한을 지원하지 않는 USB 메모리 등에 있는 파일이면 먼저 컴퓨터의 디스크로 복사하십시오",
    ),
    "log.equivocation": (
        "sign nothing more; show both notes to the other trustees, the auditors and the authority",
        "더는 서명하지 마십시오. 두 체크포인트를 다른 열쇠 관리인, 감사인, 선거 주관자에게 보이십시오",
    ),
    "log.rolled_back": (
        "you have seen a newer record before; ask the authority for the current one",
        "이전에 더 새로운 기록을 보았습니다. 선거 주관자에게 최신 기록을 요청하십시오",
    ),
    "trustee.log_key_changed": (
        "sign nothing; ask the authority on another way why the log's key is another one",
        "서명하지 말고, 기록의 키가 왜 달라졌는지 선거 주관자에게 다른 경로로 물으십시오",
    ),
    "key.wrong_id": (
        "copy the whole log key as the authority announced it, without a change",
        "선거 주관자가 알린 기록의 키를 처음부터 끝까지 그대로 복사해 넣으십시오",
    ),
    "trustee.aborted": (
        "run it in a terminal, or answer beforehand: --passphrase-file, --outbox, --log-key and --yes",
        "터미널에서 직접 실행하거나 --passphrase-file, --outbox, --log-key, --yes로 미리 답하십시오",
    ),
    "trustee.not_closed": (
        "wait for the end of the vote; evote-trustee status says what is next",
        "투표가 끝난 뒤에 복호합니다. evote-trustee status로 다음 단계를 보십시오",
    ),
    "trustee.no_keys": (
        "the ceremony comes first; evote-trustee status says what is next",
        "키 생성 의식이 먼저입니다. evote-trustee status로 다음 단계를 보십시오",
    ),
    "trustee.waiting": (
        "nothing is wrong; run the same command again when the others have done their part",
        "잘못된 것은 없습니다. 다른 사람의 차례가 끝나면 같은 명령을 다시 실행하십시오",
    ),
    "trustee.no_share": (
        "this keystore did not take part in the ceremony, or its share was destroyed; look for a backup",
        "이 키 저장소는 키 생성 의식에 참여하지 않았거나 키 조각이 지워졌습니다. 백업을 찾으십시오",
    ),
    "trustee.no_election": (
        "the authority publishes the manifest first; it needs the key that `evote-trustee identity` shows",
        "선거 주관자가 먼저 선거 정의서를 공표해야 하며, `evote-trustee identity`가 보여 주는 키가 들어 있어야 합니다",
    ),
    "trustee.tally_differs": (
        "do not decrypt; show the record to the auditors",
        "복호하지 말고 기록을 감사인에게 보이십시오",
    ),
    "board.insecure_url": (
        "use the board's https address",
        "https로 시작하는 게시판 주소를 쓰십시오",
    ),
    "submit.unavailable": (
        "your statement is saved; run the same command again, or let it wait with --wait",
        "진술은 저장되어 있습니다. 같은 명령을 다시 실행하거나 --wait로 기다리게 하십시오",
    ),
    "submit.promised": (
        "your statement is saved; run the same command again, or let it wait with --wait",
        "진술은 저장되어 있습니다. 같은 명령을 다시 실행하거나 --wait로 기다리게 하십시오",
    ),
    "submit.bad_receipt": (
        "tell the auditors; do not take the statement for published",
        "공표된 것으로 여기지 말고 감사인에게 알리십시오",
    ),
    "record.unreadable": (
        "check the address and the network; if both are right, try again later, or let the command wait with --wait",
        "주소와 네트워크를 확인하십시오. 맞으면 나중에 다시 하거나 --wait로 기다리게 하십시오",
    ),
    "record.not_found": (
        "check the folder: the record is what the authority publishes, such as board/record or an exported zip; "
        "if it is right, the record may be changing at this moment, so try again in a few seconds",
        "폴더를 확인하십시오. 기록은 선거 주관자가 공개한 것입니다(예: board/record 폴더나 내보낸 zip 파일). "
        "폴더가 맞으면 기록이 갱신되는 중일 수 있으니 잠시 뒤에 다시 시도하십시오",
    ),
}


def find(key: str, language: Language) -> str:
    """Return the text of a key with its placeholders."""
    english, korean = TEXTS[key]
    return language.pick(korean, english)


def find_hint(code: str, language: Language) -> str | None:
    """Return what to do about an error, None where the table knows nothing better than its message."""
    if code not in HINTS:
        return None
    english, korean = HINTS[code]
    return language.pick(korean, english)
