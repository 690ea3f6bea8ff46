"""All other words of the reports, by key, in Korean and English.

*Spec*: docs/protocol.md section 11 (kinds of outcome).

*Idea*: One table of pairs (Korean, English). A label may hold named fields in braces, which the reports fill.

*Invariants*: Both languages of a label hold the same fields. Fields are filled once, so braces in a title of the record
stay what they are.
"""

from verifier.findings import Verdict
from verifier.texts import Language

LABELS: dict[str, tuple[str, str]] = {
    "page_title": ("선거 검증 보고서", "Election verification report"),
    "language_choice": ("언어", "Language"),
    "skip": ("본문으로 건너뛰기", "Skip to the content"),
    # The verdict.
    "verified": ("검증됨", "VERIFIED"),
    "unfinished": ("검증되지 않음: 아직 끝나지 않은 기록", "NOT VERIFIED: the record is not finished"),
    "not_verified": ("검증되지 않음", "NOT VERIFIED"),
    "verified_means": (
        "공개된 기록만으로 모든 투표지와 집계와 판정을 다시 계산했고, 어긋나는 곳이 없었습니다. "
        "아래의 결과는 기록된 투표지에 선거 정의서의 규칙을 적용해 나온 것입니다.",
        "Every ballot, the count and the outcome were recomputed from the published record alone, and everything "
        "agrees. "
        "The result below follows from the recorded ballots by the announced rules.",
    ),
    "unfinished_means": (
        "이 기록에는 선거를 끝내는 진술(election.final)이 아직 없어 확정할 결과가 없습니다. "
        "지금까지 기록에 있는 것은 모두 검사했고, 어긋나는 곳이 없었습니다.",
        "The statement that ends the election (election.final) is missing, so there is no final result to confirm. "
        "Everything that is in the record so far was checked, and nothing of it is false.",
    ),
    "unfinished_caution": (
        "뒤가 잘린 기록도 이와 똑같아 보입니다. 선거 정의서의 투표 마감은 {closes}입니다. 둘을 구별하려면 기록을 새로 "
        "받고, 다른 사람이 가진 나중의 체크포인트({earlier})나 영수증({receipt})과 맞추어 보십시오. 이 기록의 항목 수 "
        "{size}보다 많은 수가 거기에 적혀 있으면 이 기록은 뒤가 잘린 것입니다.",
        "A record whose end was cut off looks exactly like this one. By the manifest, voting closes on {closes}. To "
        "tell the two apart, fetch the record again and hold it against what others have of this log: a later "
        "checkpoint ({earlier}) or a receipt ({receipt}). If one of them states more entries than the {size} of this "
        "record, the end of this record was cut off.",
    ),
    "not_newest": (
        "이 기록은 최신이 아닙니다. 제시한 영수증은 항목이 {entries}개인 공개 기록에서 나왔는데 이 기록에는 "
        "{size}개뿐입니다.",
        "This record is not the newest: a receipt that was handed in comes from a log of {entries} entries, and this "
        "record has only {size}.",
    ),
    "failed_means": (
        "공개된 기록에 거짓이거나 빠졌거나 규칙에 어긋난 곳이 있습니다. "
        "아래의 실패 원인이 설명될 때까지 이 결과를 확정된 것으로 다루지 마십시오.",
        "Something in the published record is false, missing or against the rules. "
        "Until the causes listed below are explained, the result should not be treated as established.",
    ),
    "error_means": (
        "기록에 확인할 수 없는 부분이 있습니다. 아래의 원인이 해결될 때까지 이 결과를 확정된 것으로 다루지 마십시오.",
        "Parts of the record could not be checked. "
        "Until the causes listed below are resolved, the result should not be treated as established.",
    ),
    "unsigned_means": (
        "이 기록이 공식 기록이라는 근거가 없습니다. 체크포인트가 제시한 열쇠로 서명되지 않았습니다. "
        "그 밖의 검사에서는 어긋나는 곳이 없었습니다.",
        "Nothing shows this record to be the official one: its checkpoint is not signed by the key that was given. "
        "All other checks found nothing false.",
    ),
    "checks_passed": ("통과", "passed"),
    "checks_failed": ("실패", "failed"),
    "checks_error": ("확인 불가", "not evaluated"),
    "checks_absent": ("검사 안 함", "not checked"),
    "PASS": ("통과", "PASS"),
    "FAIL": ("실패", "FAIL"),
    "ABSENT": ("검사 안 함", "NOT CHECKED"),
    "ERROR": ("확인 불가", "NOT EVALUATED"),
    # What is there of an unfinished election.
    "progress": ("지금까지 기록에 있는 것", "What is there so far"),
    "step": ("단계", "Step"),
    "there": ("있음", "there"),
    "not_there": ("아직 없음", "not yet"),
    "step_manifest": ("선거 정의서", "Manifest"),
    "step_keys": ("키 생성 의식", "Key ceremony"),
    "step_roll": ("선거인 명부", "Roll"),
    "step_open": ("투표 시작", "Opening of the vote"),
    "step_close": ("투표 마감", "Close of the vote"),
    "step_tally": ("집계", "Encrypted tally"),
    "step_result": ("결과", "Result"),
    "step_final": ("최종 확정", "Final statement"),
    # The election.
    "election": ("선거", "Election"),
    "unreadable": (
        "기록에서 선거의 이름과 결과를 읽을 수 없었습니다.",
        "Title and result of the election could not be read from the record.",
    ),
    "period": ("투표 기간", "Voting period"),
    "until": ("{start} ~ {end}", "{start} to {end}"),
    "roll": ("투표 자격", "Credentials on the roll"),
    "cast": ("투함된 투표지", "Ballots cast"),
    "counted": ("집계에 드는 투표지", "Ballots that count"),
    "challenged": ("시험 투표지", "Challenged ballots"),
    "struck": ("말소된 자격", "Struck credentials"),
    "replaced": ("재발급된 자격", "Replaced credentials"),
    "annulled": ("무효가 된 투표지", "Annulled ballots"),
    "trustees": ("열쇠 관리인", "Trustees"),
    "trustees_rule": (
        "{trustees}명, 정족수 {quorum}명 (함께 개표하는 데 필요한 수)",
        "any {quorum} of {trustees} open the count together",
    ),
    "trustees_used": ("개표에 참여한 열쇠 관리인", "Trustees who opened the count"),
    "nobody": ("없음", "none"),
    # The result.
    "result": ("결과", "Result"),
    "result_so_far": ("지금까지의 수 (확정되지 않음)", "Numbers so far (not final)"),
    "result_claimed": (
        "기록에서 계산한 결과 (검증되지 않음)",
        "Result computed from the record (not verified)",
    ),
    "contest": ("안건 {number}", "Contest {number}"),
    "outcome": ("판정", "Outcome"),
    "decided": ("확정: {winners}", "Decided: {winners}"),
    "decided_nobody": ("확정된 선택지가 없습니다", "No option was chosen"),
    "tie": (
        "동수: {tied}의 득표수가 같아 이 투표만으로는 정해지지 않습니다",
        "Tie: {tied} have equally many votes, so the vote alone does not decide between them",
    ),
    "tie_winners": ("확정: {winners}", "Decided beyond doubt: {winners}"),
    "quorum_missed": (
        "불성립: 투표수가 정족수 {required}에 미치지 못해 어느 선택지도 확정되지 않았습니다",
        "Quorum missed: fewer than the required {required} took part, so no option is adopted",
    ),
    "threshold_missed": (
        "미확정: 가결 요건에 이른 선택지가 없습니다",
        "Not decided: no option reached the required share of votes",
    ),
    "sealed": (
        "봉인: 투표수가 정족수 {required}에 미치지 못해 규칙에 따라 투표지를 열지 않았습니다",
        "Sealed: fewer than the required {required} took part, so by rule the ballots were never opened",
    ),
    "withheld": (
        "비공개: 투표지가 너무 적어 선택의 비밀을 지키기 위해 열지 않았습니다",
        "Withheld: too few ballots to open them without giving away how individuals voted",
    ),
    "no_outcome": ("아직 판정이 없습니다", "There is no outcome yet"),
    "outcome_unknown": ("알 수 없는 판정: {kind}", "Unknown outcome: {kind}"),
    "more": ("외 {count}개", "and {count} more"),
    "option": ("선택지", "Option"),
    "option_column": ("{number}번", "Option {number}"),
    "votes": ("득표수", "Votes"),
    "share": ("유효표 중 비율", "Share of valid votes"),
    "share_scale": (
        "막대의 길이는 유효표 중 비율입니다.",
        "The length of a bar is the share of valid votes.",
    ),
    "largest_scale": (
        "막대의 길이는 가장 많은 득표수와 견준 것입니다.",
        "The length of a bar compares with the largest number of votes.",
    ),
    "online_votes": ("온라인", "Online"),
    "paper_votes": ("종이", "On paper"),
    "winner": ("확정", "Chosen"),
    "tied": ("동수", "Tied"),
    "blank": ("무기표", "Blank votes"),
    "blank_online": ("온라인 무기표", "Blank votes, online"),
    "invalid_paper": ("종이 무효표", "Invalid, on paper"),
    "no_votes": ("열지 않음", "not opened"),
    "votes_of": ("{votes}표", "{votes} votes"),
    "chart_summary": ("막대그래프. {options}.", "Bar chart. {options}."),
    "chart_rest": (
        "나머지 {count}개 선택지는 아래 표에 있습니다",
        "the other {count} options are in the table below",
    ),
    "turnout": ("투표율", "Turnout"),
    "turnout_line": (
        "투표권자 {eligible} 중 {turnout} ({percent})",
        "{turnout} of {eligible} eligible ({percent})",
    ),
    "quorum": ("정족수", "Quorum"),
    "quorum_met": (
        "{required}, 충족 ({difference} 넘음)",
        "{required} required, met with {difference} to spare",
    ),
    "quorum_not_met": (
        "{required}, 미달 ({difference} 부족)",
        "{required} required, missed by {difference}",
    ),
    "quorum_so_far": (
        "{required}, 지금까지 {difference} 부족",
        "{required} required, {difference} to go",
    ),
    "no_quorum": ("없음", "none required"),
    "quorum_mark": ("세로선: 정족수", "Vertical line: quorum"),
    "paper": ("종이 투표", "Paper ballots"),
    "paper_line": (
        "종이 투표지 {ballots}, 그중 무효표 {invalid}",
        "{ballots} paper ballots, {invalid} of them invalid",
    ),
    "units": ("집계 단위별 득표수", "Votes by counting unit"),
    "units_about": (
        "투표지가 적은 지역은 선택의 비밀을 지키기 위해 합쳐서 집계합니다. 온라인 투표지만 들어 있습니다.",
        "Districts with few ballots are counted together to keep choices secret. Online ballots only.",
    ),
    "unit": ("집계 단위", "Unit"),
    "districts": ("지역", "Districts"),
    "ballots": ("투표지", "Ballots"),
    "result_table": ("선택지별 득표수", "Votes by option"),
    # What failed, what was not checked, and whose key was used.
    "failures": ("실패한 검사와 그 자리", "What failed, and where"),
    "failed_count": ("{checked}건 중 {failures}건", "{failures} of {checked}"),
    "places": ("발견된 자리 {count}곳", "Places: {count}"),
    "places_more": ("그 밖에 {count}건이 더 있습니다", "and {count} more"),
    "not_checked": ("검사하지 않은 것과 그 이유", "What was not checked, and why"),
    "nothing_unchecked": ("모든 검사를 실행했습니다.", "Every check was run."),
    "what_is_checked": ("검사 내용: {meaning}", "What is checked: {meaning}"),
    "note_of_program": ("프로그램의 설명", "The program's note"),
    "log_key": ("서명을 확인한 열쇠", "Whose key was used"),
    "key_auditor": (
        "체크포인트의 서명을 감사인이 직접 제시한 열쇠로 확인했습니다.",
        "The signature of the checkpoint was checked with a key that the auditor handed in, and holds.",
    ),
    "key_auditor_unsigned": (
        "이 기록의 체크포인트는 제시한 열쇠로 서명되지 않았습니다. 열쇠를 잘못 옮겨 적었거나, 이 기록이 그 열쇠를 가진 "
        "공개 기록의 것이 아닙니다.",
        "The checkpoint of this record is NOT signed by the key that was given. Either the key was copied wrongly, or "
        "this is not a record of the log that has this key.",
    ),
    "key_record": (
        "주의: 체크포인트의 서명을 기록 안에 들어 있던 열쇠로 확인했습니다. 이 열쇠가 공식 공고문에 인쇄된 열쇠와 "
        "같은지 반드시 비교하거나, 공고문의 열쇠를 {option} 옵션으로 주어 다시 실행하십시오. 그러기 전에는 이 기록이 "
        "공식 기록이라는 것까지 확인된 것은 아닙니다.",
        "Caution: the log key came from the record itself. Compare it with the key printed in the official notice, "
        "or run the program again with the printed key given by {option}. Until then it is not established that "
        "this is the official record.",
    ),
    "key_record_short": (
        "기록 안에 들어 있던 열쇠로 확인했습니다. 보고서 첫머리의 주의를 읽으십시오.",
        "The key came from the record itself: see the caution at the top of this report.",
    ),
    "key_record_unsigned": (
        "이 기록의 체크포인트는 기록 안에 적힌 열쇠로도 서명되지 않았습니다.",
        "The checkpoint is NOT signed even by the key that the record itself names.",
    ),
    "key_missing": (
        "체크포인트의 서명을 확인할 열쇠가 없었습니다. 공고문의 열쇠를 {option} 옵션으로 주십시오.",
        "There was no key to check the checkpoint's signature with. Give the key of the official notice by {option}.",
    ),
    "key_none": (
        "공개 기록을 읽을 수 없어 어떤 열쇠도 확인하지 못했습니다.",
        "The log could not be read, so no key could be checked.",
    ),
    "witnesses_some": ("증인 서버 {count}곳이 함께 서명했습니다.", "Outside witnesses who signed: {count}."),
    "witnesses_none": (
        "증인 서버의 서명이 없습니다. 모든 사람에게 같은 기록이 공개되었다는 것은 증명되지 않습니다.",
        "No outside witness signed. It is not proven that everybody was shown the same record.",
    ),
    "witnessed_auditor": (
        "이 기록에 담긴 서명에 따르면 증인 서버들이 이 상태를 마지막으로 확인한 때는 {time}입니다. 그 뒤에 기록이 더 "
        "늘었어야 한다면 다른 곳에서 새 기록을 찾아 보십시오.",
        "By the signatures in this record, the witnesses last confirmed this state of the log on {time}. If the log "
        "should have grown since then, ask elsewhere for a newer record.",
    ),
    "witnessed_record": (
        "이 기록에 담긴 서명에 따르면 기록이 스스로 지정한 증인 서버들이 이 상태를 마지막으로 확인한 때는 "
        "{time}입니다. 그 뒤에 기록이 더 늘었어야 한다면 다른 곳에서 새 기록을 찾아 보십시오.",
        "By the signatures in this record, the witnesses that the record itself names last confirmed this state of "
        "the log on {time}. If the log should have grown since then, ask elsewhere for a newer record.",
    ),
    "receipts": ("제시한 영수증이 증명하는 것", "What the receipts handed in prove"),
    "receipt_counted": (
        "{name}: 이 선거에 투함된 투표지({kind}, 기록 항목 {entry})가 기록에 있으며 집계에 들어갔습니다.",
        "{name}: a ballot cast in this election ({kind}, entry {entry}) is in the log and counts.",
    ),
    "receipt_counted_so_far": (
        "{name}: 이 선거에 투함된 투표지({kind}, 기록 항목 {entry})가 기록에 있습니다. 투표 마감까지 다시 투함되거나 "
        "자격이 말소되지 않으면 집계에 들어갑니다.",
        "{name}: a ballot cast in this election ({kind}, entry {entry}) is in the log. It will count, unless a later "
        "ballot takes its place or the credential is struck before the close.",
    ),
    "receipt_later": (
        "{name}: 이 선거에 투함된 투표지({kind}, 기록 항목 {entry})가 기록에 있습니다. 같은 투표 자격의 나중 투표지가 "
        "집계되어 이것은 집계되지 않았습니다.",
        "{name}: a ballot cast in this election ({kind}, entry {entry}) is in the log. It does not count, because a "
        "later ballot of the same credential does.",
    ),
    "receipt_uncounted": (
        "{name}: 이 선거에 투함된 투표지({kind}, 기록 항목 {entry})가 기록에 있지만 집계되지 않았습니다.",
        "{name}: a ballot cast in this election ({kind}, entry {entry}) is in the log, but it does not count.",
    ),
    "receipt_unknown": (
        "{name}: 이 선거에 투함된 투표지({kind}, 기록 항목 {entry})가 기록에 있습니다. 집계되었는지는 이 기록으로 "
        "알 수 "
        "없습니다.",
        "{name}: a ballot cast in this election ({kind}, entry {entry}) is in the log. Whether it counts can't be told "
        "from this record.",
    ),
    "receipt_challenged": (
        "{name}: 이 선거의 시험 투표지({kind}, 기록 항목 {entry})가 기록에 있습니다. 시험 투표지는 집계되지 않습니다.",
        "{name}: a challenged ballot of this election ({kind}, entry {entry}) is in the log. Challenged ballots never "
        "count.",
    ),
    "receipt_no_ballot": (
        "{name}: 투표지가 아닙니다. 이 선거의 다른 진술({kind}, 기록 항목 {entry})이 기록에 있다는 것만 증명합니다.",
        "{name}: not a ballot. It only proves that another statement of this election ({kind}, entry {entry}) is in "
        "the log.",
    ),
    "receipt_elsewhere": (
        "{name}: 이 선거의 것이 아닙니다. 다른 선거나 서비스({scope})의 진술({kind}, 기록 항목 {entry})이 기록에 "
        "있다는 것만 증명합니다.",
        "{name}: not of this election. It only proves that a statement ({kind}, entry {entry}) of another election or "
        "service ({scope}) is in the log.",
    ),
    "receipt_nothing": (
        "{name}: 기록 항목 {entry}이 진술이 아니므로 아무것도 증명하지 않습니다.",
        "{name}: entry {entry} is no statement, so this proves nothing.",
    ),
    "other_files": ("기록에 속하지 않는 파일 (읽지 않음)", "Files that are not part of the record (not read)"),
    # What it proves.
    "proves": ("이 검증이 증명하는 것", "What this proves"),
    "proves_not": ("이 검증이 증명하지 않는 것", "What this does not prove"),
    "yourself": ("직접 확인하는 방법", "How to check this yourself"),
    # All checks.
    "all_checks": ("모든 검사", "All checks"),
    "all_checks_about": (
        "각 검사는 공개된 자료에서 따로 계산했습니다. 기호는 프로토콜 문서 12절의 번호입니다.",
        "Each check was computed by itself from the published data. The codes are those of section 12 of the "
        "protocol document.",
    ),
    "group": ("분야", "Group"),
    "check": ("검사", "Check"),
    "status": ("결과와 검사한 수", "Status, number checked"),
    "several_checks": ("검사 {count}개", "{count} checks"),
    "which_checks": ("해당하는 검사", "Which checks"),
    "checked_count": ("{checked}건 검사", "{checked} checked"),
    # Identification.
    "identification": ("이 보고서의 근거", "What this report is about"),
    "election_id": ("선거 번호", "Election id"),
    "root": ("공개 기록의 루트 해시", "Root hash of the log"),
    "size": ("공개 기록의 항목 수", "Entries in the log"),
    "origin": ("기록 이름", "Name of the log"),
    "record": ("검증한 기록", "Record"),
    "program": ("검증 프로그램", "Program"),
    "seconds": ("걸린 시간", "Time taken"),
    "seconds_value": ("{seconds}초", "{seconds} s"),
    "unknown": ("알 수 없음", "unknown"),
}

# The heading of the result by verdict.
RESULT_HEADINGS: dict[Verdict, str] = {
    Verdict.VERIFIED: "result",
    Verdict.UNFINISHED: "result_so_far",
    Verdict.NOT_VERIFIED: "result_claimed",
}


def label(key: str, language: Language, **fields: str) -> str:
    """Return a label in a language, with its fields filled in; the values of fields are not read as templates."""
    korean, english = LABELS[key]
    return (korean if language == "ko" else english).format(**fields)
