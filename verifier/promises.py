"""What a verification proves, what it does not prove, and how anybody repeats it, in Korean and English.

*Spec*: docs/protocol.md section 13 (what is not promised).

*Idea*: Pairs (Korean, English). Fields in braces are filled by the reports: {quorum} of the trustees, {command} and
{receipt} as one types them.
"""

# The option of `evote-verify` that hands in the log's key, as printed in the official notice; and what else a reader
# may hand in.
LOG_KEY_OPTION = "--log-key"
EARLIER_OPTION, RECEIPT_OPTION = "--earlier FILE", "--receipt FILE"
COMMAND = f"evote-verify RECORD {LOG_KEY_OPTION} KEY"

PROVES: tuple[tuple[str, str], ...] = (
    (
        "집계된 모든 투표지는 공개된 선거인 명부의 투표 자격으로 서명되었고, 허용된 선택만 담고 있습니다.",
        "Every counted ballot was signed with a credential of the published roll and holds only allowed choices.",
    ),
    (
        "집계할 투표지가 모두, 그리고 그것만 합계에 들어갔으며, 공표된 득표수는 그 합계를 바르게 연 값입니다.",
        "All ballots that count, and no others, are in the totals, and the published votes are what the totals "
        "contain.",
    ),
    (
        "판정은 선거 정의서의 규칙을 그 수에 적용한 것입니다.",
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
        "선거인 명부에 오른 사람이 모두 실제 투표권자라는 것과, 투표 자격이 본인에게 전달되었다는 것. 이것은 명부 "
        "관리자의 책임입니다.",
        "That the people behind the credentials have the right to vote and received them: this is the registrar's "
        "duty.",
    ),
    (
        "보낸 투표지가 모두, 보낸 순서대로 기록에 들어갔다는 것. 투표자가 자기 영수증으로 확인해야 합니다.",
        "That every ballot that was sent is in the record, in the order in which it was sent: voters find out with "
        "their receipts.",
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
        "열쇠 관리인들이 같은 기록을 보았다는 것. 증인 서버가 없는 기록은 열쇠 관리인마다 다른 역사를 보여 주어 "
        "개별 선택의 "
        "비밀을 알아냈을 수 있습니다.",
        "That all trustees saw the same log: a log without outside witnesses could have shown them different "
        "histories, and so have given away how somebody voted.",
    ),
    (
        "종이 투표가 바르게 세어졌다는 것. 여기서는 공표된 수가 서로 맞는지만 봅니다.",
        "That paper ballots were counted correctly: only the consistency of the published paper numbers is checked.",
    ),
)

YOURSELF: tuple[tuple[str, str], ...] = (
    (
        "공식 공고문에 적힌 곳에서 기록(RECORD)과 공개 기록의 열쇠(KEY)를 받습니다. 이 보고서를 보낸 사람에게서 받은 "
        "것은 쓰지 마십시오.",
        "Get the record (RECORD) and the log's key (KEY) from where the official notice says, not from whoever sent "
        "this report.",
    ),
    ("검증 프로그램을 실행합니다: {command}", "Run the verifier: {command}"),
    (
        "선거 번호와 항목 수와 루트 해시를 이 보고서의 것과 비교합니다. 같으면 같은 기록을 검증한 것입니다.",
        "Compare election id, number of entries and root hash with those of this report: where they are equal, the "
        "same record was verified.",
    ),
    (
        "투표자는 자기 영수증을 더합니다: {receipt}. 자기 투표지가 기록에 있는지, 집계되는지 나옵니다.",
        "Voters add their receipt: {receipt}. The report then says whether the ballot is in the record, and whether "
        "it counts.",
    ),
    (
        "이 프로그램을 믿을 필요도 없습니다. 모든 검사가 프로토콜 문서에 공개되어 있어 누구나 다른 검증 "
        "프로그램을 쓸 수 "
        "있습니다. 이 보고서가 아니라 되풀이한 검증이 증거입니다.",
        "The program need not be trusted either: every check is published in the protocol document, and anybody can "
        "write another verifier. Not this report but the repetition is the evidence.",
    ),
)
