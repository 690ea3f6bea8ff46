"""All other words of the reports, by key, in Korean and English.

*Spec*: docs/protocol.md section 11 (kinds of outcome), section 13 (what is not promised).

*Idea*: One table of pairs (Korean, English). A label may hold named fields in braces, which the reports fill.

*Invariants*: Both languages of a label hold the same fields. Fields are filled once, so braces in a title of the record
stay what they are.
"""

from verifier.texts import Language

# The option of `evote-verify` that hands in the log's key, as printed in the official notice.
LOG_KEY_OPTION = "--log-key"

LABELS: dict[str, tuple[str, str]] = {
    "page_title": ("투표 검증 보고서", "Election verification report"),
    "language_choice": ("언어", "Language"),
    "skip": ("본문으로 건너뛰기", "Skip to the content"),
    # The verdict.
    "verified": ("검증됨", "VERIFIED"),
    "not_verified": ("검증되지 않음", "NOT VERIFIED"),
    "verified_means": (
        "공개된 기록만으로 모든 투표지와 집계와 결과를 다시 계산했고, 어긋나는 곳이 없었습니다. "
        "아래의 결과는 기록된 투표지에 공고된 규칙을 적용해 나온 것입니다.",
        "Every ballot, the count and the outcome were recomputed from the published record alone, and everything "
        "agrees. "
        "The result below follows from the recorded ballots by the announced rules.",
    ),
    "not_verified_means": (
        "공개된 기록에서 어긋나는 곳이 있거나 확인할 수 없는 곳이 있습니다. "
        "아래의 실패 원인이 설명될 때까지 이 결과를 확정된 것으로 다루지 마십시오.",
        "The published record contradicts itself, or parts of it could not be checked. "
        "Until the causes listed below are explained, the result should not be treated as established.",
    ),
    "checks_passed": ("통과", "passed"),
    "checks_failed": ("실패", "failed"),
    "checks_error": ("확인 불가", "could not be evaluated"),
    "checks_absent": ("검사 안 함", "not checked"),
    "PASS": ("통과", "PASS"),
    "FAIL": ("실패", "FAIL"),
    "ABSENT": ("검사 안 함", "NOT CHECKED"),
    "ERROR": ("확인 불가", "ERROR"),
    # The election.
    "election": ("투표", "Election"),
    "unreadable": (
        "기록에서 투표의 이름과 결과를 읽을 수 없었습니다.",
        "Title and result of the election could not be read from the record.",
    ),
    "period": ("투표 기간", "Voting period"),
    "until": ("{start} ~ {end}", "{start} to {end}"),
    "roll": ("투표 자격 수", "Credentials on the roll"),
    "cast": ("제출된 투표지", "Ballots cast"),
    "counted": ("집계된 투표지", "Ballots counted"),
    "challenged": ("시험 투표지", "Challenged ballots"),
    "struck": ("말소된 자격", "Struck credentials"),
    "replaced": ("교체된 자격", "Replaced credentials"),
    "annulled": ("무효가 된 투표지", "Annulled ballots"),
    "trustees": ("열쇠 관리인", "Trustees"),
    "trustees_rule": (
        "{trustees}명 중 {quorum}명 이상이 함께 개표",
        "any {quorum} of {trustees} open the count together",
    ),
    "trustees_used": ("개표에 참여한 관리인", "Trustees who opened the count"),
    "nobody": ("없음", "none"),
    # The result.
    "result": ("투표 결과", "Result"),
    "result_claimed": (
        "기록에서 계산한 결과 (검증되지 않음)",
        "Result computed from the record (not verified)",
    ),
    "contest": ("안건 {number}", "Contest {number}"),
    "outcome": ("판정", "Outcome"),
    "decided": ("확정: {winners}", "Decided: {winners}"),
    "decided_nobody": ("확정된 선택지가 없습니다", "No option was chosen"),
    "tie": (
        "동수: {tied}의 득표가 같아 이 투표만으로는 정해지지 않습니다",
        "Tie: {tied} have equally many votes, so the vote alone does not decide between them",
    ),
    "tie_winners": ("확정: {winners}", "Decided beyond doubt: {winners}"),
    "quorum_missed": (
        "불성립: 투표수가 요건인 {required}에 미치지 못해 어느 선택지도 확정되지 않았습니다",
        "Quorum missed: fewer than the required {required} took part, so no option is adopted",
    ),
    "threshold_missed": (
        "미확정: 필요한 득표 비율에 이른 선택지가 없습니다",
        "Not decided: no option reached the required share of votes",
    ),
    "sealed": (
        "개표하지 않음: 투표수가 요건인 {required}에 미치지 못해 규칙에 따라 투표지를 열지 않았습니다",
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
    "votes": ("득표", "Votes"),
    "share": ("유효표 중 비율", "Share of valid votes"),
    "share_scale": (
        "막대의 길이는 유효표 중 비율입니다.",
        "The length of a bar is the share of valid votes.",
    ),
    "largest_scale": (
        "막대의 길이는 가장 많은 득표와 견준 것입니다.",
        "The length of a bar compares with the largest number of votes.",
    ),
    "online_votes": ("온라인", "Online"),
    "paper_votes": ("종이", "On paper"),
    "winner": ("확정", "Chosen"),
    "tied": ("동수", "Tied"),
    "blank": ("빈 표 또는 무효표", "Blank or invalid"),
    "blank_online": ("온라인의 빈 표", "Blank, online"),
    "invalid_paper": ("종이의 무효표", "Invalid, on paper"),
    "no_votes": ("공개되지 않음", "not opened"),
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
    "quorum": ("투표수 요건", "Quorum"),
    "quorum_met": (
        "{required} 필요, 충족 ({difference} 초과)",
        "{required} required, met with {difference} to spare",
    ),
    "quorum_not_met": (
        "{required} 필요, 미달 ({difference} 부족)",
        "{required} required, missed by {difference}",
    ),
    "no_quorum": ("요건 없음", "none required"),
    "turnout_bar": (
        "투표율 막대. {line}. {quorum}.",
        "Turnout bar. {line}. {quorum}.",
    ),
    "quorum_mark": ("세로선: 투표수 요건", "Vertical line: quorum"),
    "paper": ("종이 투표", "Paper ballots"),
    "paper_line": (
        "종이 투표지 {ballots}, 그중 무효 {invalid}",
        "{ballots} paper ballots, {invalid} of them invalid",
    ),
    "units": ("집계 단위별 득표", "Votes by counting unit"),
    "units_about": (
        "투표지가 적은 지역은 선택의 비밀을 지키기 위해 합쳐서 집계합니다. 온라인 투표지만 들어 있습니다.",
        "Districts with few ballots are counted together to keep choices secret. Online ballots only.",
    ),
    "unit": ("단위", "Unit"),
    "districts": ("지역", "Districts"),
    "ballots": ("투표지", "Ballots"),
    "result_table": ("선택지별 득표", "Votes by option"),
    # What failed, what was not checked, and whose key was used.
    "failures": ("실패한 검사와 그 자리", "What failed, and where"),
    "failed_count": ("{checked}건 중 {failures}건", "{failures} of {checked}"),
    "places": ("발견된 자리 {count}곳", "Places: {count}"),
    "places_more": ("그 밖에 {count}건이 더 있습니다", "and {count} more"),
    "no_place": ("자리가 기록되지 않았습니다", "no place was given"),
    "not_checked": ("검사하지 않은 것과 그 이유", "What was not checked, and why"),
    "nothing_unchecked": ("모든 검사를 실행했습니다.", "Every check was run."),
    "what_is_checked": ("검사 내용: {meaning}", "What is checked: {meaning}"),
    "note_of_program": ("프로그램의 설명", "The program's note"),
    "log_key": ("기록을 확인한 열쇠", "Whose key was used"),
    "key_auditor": (
        "공개 기록의 서명을 감사인이 직접 제시한 열쇠로 확인했습니다.",
        "The signature of the log was checked with a key that the auditor handed in.",
    ),
    "key_record": (
        "주의: 공개 기록의 서명을 기록 안에 들어 있던 열쇠로 확인했습니다. 이 열쇠가 공식 공고문에 인쇄된 열쇠와 "
        "같은지 "
        "반드시 비교하거나, 공고문의 열쇠를 {option} 옵션으로 주어 다시 실행하십시오. 그러기 전에는 이 기록이 공식 "
        "기록이라는 "
        "것까지 확인된 것은 아닙니다.",
        "Caution: the log key came from the record itself. Compare it with the key printed in the official notice, "
        "or run the program again with the printed key given by {option}. Until then it is not established that "
        "this is "
        "the official record.",
    ),
    "key_record_short": (
        "기록 안에 들어 있던 열쇠로 확인했습니다. 보고서 첫머리의 주의를 읽으십시오.",
        "The key came from the record itself: see the caution at the top of this report.",
    ),
    "key_none": (
        "공개 기록을 읽을 수 없어 어떤 열쇠도 확인하지 못했습니다.",
        "The log could not be read, so no key could be checked.",
    ),
    "witnesses_some": ("외부 증인 {count}곳이 함께 서명했습니다.", "Outside witnesses who signed: {count}."),
    "witnesses_none": (
        "외부 증인의 서명이 없습니다. 모든 사람에게 같은 기록이 공개되었다는 것은 증명되지 않습니다.",
        "No outside witness signed. It is not proven that everybody was shown the same record.",
    ),
    "receipts": ("제시한 접수증이 증명하는 것", "What the receipts handed in prove"),
    "receipt_counted": (
        "{name}: 이 투표에 제출된 투표지({kind}, 항목 {entry})가 기록에 있으며 집계에 들어갔습니다.",
        "{name}: a ballot cast in this election ({kind}, entry {entry}) is in the log and counts.",
    ),
    "receipt_later": (
        "{name}: 이 투표에 제출된 투표지({kind}, 항목 {entry})가 기록에 있습니다. 같은 자격의 나중 투표지가 집계되어 "
        "이것은 집계되지 않았습니다.",
        "{name}: a ballot cast in this election ({kind}, entry {entry}) is in the log. It does not count, because a "
        "later ballot of the same credential does.",
    ),
    "receipt_uncounted": (
        "{name}: 이 투표에 제출된 투표지({kind}, 항목 {entry})가 기록에 있지만 집계되지 않았습니다.",
        "{name}: a ballot cast in this election ({kind}, entry {entry}) is in the log, but it does not count.",
    ),
    "receipt_unknown": (
        "{name}: 이 투표에 제출된 투표지({kind}, 항목 {entry})가 기록에 있습니다. 집계되었는지는 이 기록으로 알 수 "
        "없습니다.",
        "{name}: a ballot cast in this election ({kind}, entry {entry}) is in the log. Whether it counts can't be told "
        "from this record.",
    ),
    "receipt_challenged": (
        "{name}: 이 투표의 시험 투표지({kind}, 항목 {entry})가 기록에 있습니다. 시험 투표지는 집계되지 않습니다.",
        "{name}: a challenged ballot of this election ({kind}, entry {entry}) is in the log. Challenged ballots never "
        "count.",
    ),
    "receipt_no_ballot": (
        "{name}: 투표지가 아닙니다. 이 투표의 다른 진술({kind}, 항목 {entry})이 기록에 있다는 것만 증명합니다.",
        "{name}: not a ballot. It only proves that another statement of this election ({kind}, entry {entry}) is in "
        "the log.",
    ),
    "receipt_elsewhere": (
        "{name}: 이 투표의 것이 아닙니다. 다른 투표나 서비스({scope})의 진술({kind}, 항목 {entry})이 기록에 있다는 "
        "것만 증명합니다.",
        "{name}: not of this election. It only proves that a statement ({kind}, entry {entry}) of another election or "
        "service ({scope}) is in the log.",
    ),
    "receipt_nothing": (
        "{name}: 항목 {entry}은 진술이 아니므로 아무것도 증명하지 않습니다.",
        "{name}: entry {entry} is no statement, so this proves nothing.",
    ),
    "other_files": ("기록에 속하지 않는 파일 (읽지 않음)", "Files that are not part of the record (not read)"),
    # What it proves.
    "proves": ("이 검증이 증명하는 것", "What this proves"),
    "proves_not": ("이 검증이 증명하지 않는 것", "What this does not prove"),
    # All checks.
    "all_checks": ("모든 검사", "All checks"),
    "all_checks_about": (
        "각 검사는 공개된 자료에서 따로 계산했습니다. 기호는 프로토콜 문서 12절의 번호입니다.",
        "Each check was computed by itself from the published data. The codes are those of section 12 of the "
        "protocol document.",
    ),
    "group": ("분야", "Group"),
    "check": ("검사", "Check"),
    "status": ("판정과 검사한 수", "Status, number checked"),
    "several_checks": ("검사 {count}개", "{count} checks"),
    "which_checks": ("해당하는 검사", "Which checks"),
    "checked_count": ("{checked}건 검사", "{checked} checked"),
    # Identification.
    "identification": ("이 보고서의 근거", "What this report is about"),
    "election_id": ("투표 고유 번호", "Election id"),
    "root": ("공개 기록의 지문 (루트 해시)", "Fingerprint of the log (root hash)"),
    "size": ("공개 기록의 항목 수", "Entries in the log"),
    "origin": ("공개 기록의 이름", "Name of the log"),
    "record": ("검증한 기록", "Record"),
    "program": ("검증 프로그램", "Program"),
    "seconds": ("걸린 시간", "Time taken"),
    "seconds_value": ("{seconds}초", "{seconds} s"),
    "unknown": ("알 수 없음", "unknown"),
    "repeat": (
        "누구나 같은 기록으로 이 검증을 되풀이할 수 있습니다. 보고서가 아니라 되풀이한 검증이 증거입니다.",
        "Anybody can repeat this verification with the same record. Not this page but the repetition is the evidence.",
    ),
}

PROVES: tuple[tuple[str, str], ...] = (
    (
        "집계된 모든 투표지는 공개된 명부의 투표 자격으로 서명되었고, 허용된 선택만 담고 있습니다.",
        "Every counted ballot was signed with a credential of the published roll and holds only allowed choices.",
    ),
    (
        "집계할 투표지가 모두, 그리고 그것만 합계에 들어갔으며, 공표된 득표수는 그 합계를 바르게 연 값입니다.",
        "All ballots that count, and no others, are in the totals, and the published votes are what the totals "
        "contain.",
    ),
    (
        "판정은 공고된 규칙을 그 수에 적용한 결과입니다.",
        "The outcome is that of the announced rules applied to these numbers.",
    ),
    (
        "이 검증에는 어떤 비밀 열쇠도 필요하지 않았으며, 개별 투표지는 열리지 않았습니다.",
        "No secret key was needed for this verification, and no individual ballot was opened by it.",
    ),
)

PROVES_NOT: tuple[tuple[str, str], ...] = (
    (
        "투표자의 기기에 악성 프로그램이 없었다는 것. 기기가 다른 선택을 담았는지는 투표자가 시험 투표지를 열어 "
        "보아야 드러납니다.",
        "That no voter's device was infected: a device that encrypts another choice is caught only when voters "
        "challenge it.",
    ),
    (
        "명부에 오른 사람이 모두 실제 투표권자라는 것과, 투표 자격이 본인에게 전달되었다는 것. 이것은 명부 "
        "관리자의 책임입니다.",
        "That the people behind the credentials have the right to vote and received them: this is the registrar's "
        "duty.",
    ),
    (
        "투표하는 사람을 곁에서 지켜보거나 강요한 사람이 없었다는 것.",
        "That nobody was watched or coerced while voting.",
    ),
    (
        "앞으로도 비밀이 지켜진다는 것. 열쇠 관리인 {quorum}명이 짜거나 암호가 깨지면 선택이 드러날 수 있습니다.",
        "That choices stay secret: if {quorum} trustees collude, or the encryption is broken one day, they can be "
        "revealed.",
    ),
    (
        "열쇠 관리인들이 같은 기록을 보았다는 것. 외부 증인이 없는 기록은 관리인마다 다른 역사를 보여 주어 개별 선택의 "
        "비밀을 알아냈을 수 있습니다.",
        "That all trustees saw the same log: a log without outside witnesses could have shown them different "
        "histories, and so have given away how somebody voted.",
    ),
    (
        "종이 투표가 바르게 세어졌다는 것. 여기서는 공표된 수가 서로 맞는지만 봅니다.",
        "That paper ballots were counted correctly: only the consistency of the published paper numbers is checked.",
    ),
)


def label(key: str, language: Language, **fields: str) -> str:
    """Return a label in a language, with its fields filled in; the values of fields are not read as templates."""
    korean, english = LABELS[key]
    return (korean if language == "ko" else english).format(**fields)
