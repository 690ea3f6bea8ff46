"""What the checks of form, log, eligibility, decryption and outcome mean in plain words.

*Spec*: docs/protocol.md section 12, rows S, L, E, D and O.

*Idea*: A row has a title and an explanation, each in Korean and English, in words of residents and journalists. The
explanation says what is checked and what a failure would mean. Order of a tuple: Korean title, English title, Korean
text, English text.

*Invariants*: These texts decide nothing; the checks themselves know nothing of them.
"""

ROWS: dict[str, tuple[str, str, str, str]] = {
    "S.A": (
        "문서의 정해진 형식",
        "Exact form of every document",
        "모든 공개 문서가 정해진 항목만 정해진 방식으로 담았는지 봅니다. 아니면 프로그램마다 다르게 읽힐 수 있습니다.",
        "Every published document has exactly the fields of its kind in the one allowed spelling; otherwise two "
        "programs could read it differently.",
    ),
    "S.B": (
        "선거 정의서의 규칙",
        "Rules of the manifest",
        "안건·선택지·정족수 등 선거 정의서의 규칙이 빠짐없고 모순이 없는지 봅니다. 실패하면 결과를 한 가지로 "
        "정할 수 없습니다.",
        "Questions, options, quorum and other rules of the manifest are complete and consistent; a failure would "
        "mean that the outcome is not well defined.",
    ),
    "S.C": (
        "투표지의 구성",
        "Make-up of the ballots",
        "각 투표지에 정해진 안건과 선택지, 증명이 빠짐없이 있는지 봅니다. 실패하면 표나 증명이 빠지거나 덧붙은 "
        "것입니다.",
        "Every ballot has exactly its contests, options and proofs; a failure would mean that votes or proofs "
        "are missing or were added.",
    ),
    "S.D": (
        "열쇠 문서의 구성",
        "Make-up of the key documents",
        "열쇠 관리인의 번호와 열쇠 문서의 개수가 맞는지 봅니다. 실패하면 열쇠가 빠졌거나 남는 것입니다.",
        "Numbers of trustees and of their keys, proofs and shares are right; a failure would mean that a key is "
        "missing or was added.",
    ),
    "L.A": (
        "공개 기록의 서명",
        "Signature of the public log",
        "공개 기록의 열쇠(Ed25519와 ML-DSA-44 가운데 믿기로 한 것 모두)가 그 기록 이름으로 체크포인트에 서명했는지 "
        "봅니다. 실패하면 이 기록이 진짜라는 근거가 없습니다.",
        "The state of the log bears the name of the log's keys and is signed with a key of each kind (Ed25519, "
        "ML-DSA-44) that is trusted; a failure would mean that nothing shows this record to be the real one.",
    ),
    "L.B": (
        "증인 서버의 서명",
        "Signatures of outside witnesses",
        "독립된 증인 서버들이 같은 기록을 보았다고 서명했는지 봅니다. 실패하면 사람마다 다른 기록을 보여 주었을 수 "
        "있습니다.",
        "Enough independent witnesses signed the same state; a failure would mean that different people may have "
        "been shown different records.",
    ),
    "L.C": (
        "기록 전체의 루트 해시",
        "Fingerprint of the whole log",
        "모든 기록 항목에서 루트 해시와 개수를 다시 계산하고, 그 밖의 자료가 섞이지 않았는지 봅니다. 다르면 기록 "
        "항목이 "
        "바뀌거나 빠지거나 더해진 것입니다.",
        "Fingerprint and size of the log are recomputed from all entries, and nothing else lies among them; a "
        "difference would mean that an entry was changed, removed or added.",
    ),
    "L.D": (
        "공표된 중간 해시 (타일)",
        "Published fingerprint tiles",
        "기록을 부분별로 확인할 때 쓰는 중간 해시가 기록 항목과 맞는지 봅니다. 실패하면 일부만 확인하는 사람이 속을 "
        "수 있습니다.",
        "The intermediate fingerprints agree with the entries; a failure would mean that people who check only a "
        "part could be misled.",
    ),
    "L.E": (
        "이전 체크포인트와의 일관성",
        "Continues an earlier state",
        "감사인이 전에 받아 둔 체크포인트가 지금 기록의 앞부분과 맞는지 봅니다. 실패하면 과거가 다시 쓰였거나 "
        "기록의 뒤가 "
        "잘린 것입니다.",
        "A checkpoint that the auditor kept from earlier fits the beginning of this log; a failure would mean that the "
        "past was rewritten or that the end of this record was cut off.",
    ),
    "L.F": (
        "기록 항목의 형식",
        "Form of the entries",
        "모든 기록 항목이 종류의 이름까지 바른 형식의 진술인지 봅니다. 실패하면 뜻이 정해지지 않은 자료가 "
        "섞인 것입니다.",
        "Every entry of the log is a well-formed statement, down to the name of its kind; a failure would mean that "
        "data without a defined meaning got in.",
    ),
    "L.G": (
        "본문과 기록 항목의 일치",
        "Documents match their entries",
        "본문마다 해시가 기록 항목에 적힌 것과 같은지, 그 밖의 자료가 섞이지 않았는지 봅니다. 다르면 본문이 "
        "바꿔치기되거나 "
        "더해진 것입니다.",
        "Every document has the fingerprint its entry states, and nothing else lies among them; a difference would "
        "mean that a document was replaced or added.",
    ),
    "L.H": (
        "진술의 서명",
        "Signatures of the statements",
        "모든 진술에 그 작성자의 바른 서명이 있는지 봅니다. 실패하면 누군가 남의 이름으로 적었을 수 있습니다.",
        "Every statement carries a valid signature of its author; a failure would mean that somebody may have "
        "written in another's name.",
    ),
    "L.I": (
        "절차의 순서",
        "Order of the steps",
        "모든 진술이 허용된 단계에 있는지 봅니다. 실패하면 예컨대 투표가 끝난 뒤에 들어온 투표지가 있는 것입니다.",
        "Every statement stands in the phase where it is allowed; a failure would mean, for example, that a "
        "ballot came in after the close.",
    ),
    "L.J": (
        "절차의 완전성",
        "Completeness of the steps",
        "시작부터 최종 확정까지 있어야 할 진술이 정해진 횟수만큼 있는지 봅니다. 실패하면 선거가 아직 끝나지 "
        "않았거나, 절차가 "
        "빠졌거나 되풀이되었거나, 열쇠 관리인의 이의 제기로 중단된 것입니다.",
        "From the manifest to election.final every statement is there as often as it must and may be; a failure would "
        "mean that the election is not finished, that a step is missing or was repeated, or that a trustee's complaint "
        "ended it.",
    ),
    "L.K": (
        "진술의 권한",
        "Right author for every statement",
        "각 진술을 그럴 권한이 있는 사람이 썼는지 봅니다. 실패하면 권한 없는 사람이 절차에 끼어든 것입니다.",
        "Every statement was written by the one entitled to it; a failure would mean that somebody without the "
        "right took part in the procedure.",
    ),
    "L.L": (
        "제시한 영수증",
        "Receipts handed in",
        "감사인이 제시한 영수증이 공개 기록의 열쇠들로 서명되었고 이 기록에 들어 있는지 봅니다. 각 영수증이 무엇을 "
        "증명하는지는 보고서에 따로 적습니다. 실패하면 영수증이 가짜이거나 투함된 투표지가 사라진 것입니다.",
        "The receipts given to the auditor are signed with the log's keys and in this log, and the report says what "
        "each one proves; a failure would mean that a receipt is false or that an accepted ballot has disappeared.",
    ),
    "L.M": (
        "정해진 투표 시간",
        "Announced hours",
        "증인 서버가 적은 시각에 비추어 투표가 정해진 시각보다 일찍 시작되거나 마감되지 않았는지 봅니다. 실패하면 너무 "
        "일찍 시작했거나 마감한 것입니다. 늦은 것은 이 방법으로 증명할 수 없습니다.",
        "By the witnesses' clocks voting neither opened nor closed before the announced time, while lateness can't be "
        "proved in this way; a failure would mean that it opened or closed too early.",
    ),
    "E.A": (
        "선거인 명부의 합계",
        "Totals of the roll",
        "공개된 투표 자격의 수와 가중치가 허용 범위에 있고 선거인 명부의 합계와 전체·지역별로 같은지 봅니다. "
        "실패하면 투표 자격이 "
        "몰래 더해지거나 빠진 것입니다.",
        "Number and weight of the credentials are in range and equal the totals of the roll, overall and per district; "
        "a failure would mean that credentials were added or removed in secret.",
    ),
    "E.B": (
        "투표 자격의 유일성",
        "Every credential is unique",
        "투표 자격이 모두 서로 다르고 바른 열쇠인지, 선거 관계자의 열쇠가 섞이지 않았는지 봅니다. 실패하면 한 사람이 "
        "두 번 올라 있을 수 있습니다.",
        "All credentials are different, valid keys and none belongs to an official; a failure would mean that "
        "somebody may be on the roll twice.",
    ),
    "E.C": (
        "투표지의 자격",
        "Every ballot is from the roll",
        "모든 투표지가 그 시점에 유효한 투표 자격에서 나왔는지 봅니다. 실패하면 자격 없는 투표지가 들어온 것입니다.",
        "Every ballot was signed by a credential valid at that moment; a failure would mean that somebody "
        "without the right to vote cast a ballot.",
    ),
    "E.D": (
        "자격 말소와 재발급",
        "Struck and replaced credentials",
        "투표 자격의 말소와 재발급이 규칙을 지켰고 새 자격이 선거 관계자의 것이 아닌 바른 열쇠인지 봅니다. "
        "실패하면 투표권이 "
        "부당하게 사라지거나 생긴 것입니다.",
        "Credentials were struck or replaced only as the rules allow, and new ones are valid keys of no official; a "
        "failure would mean that somebody's vote was taken away or given wrongly.",
    ),
    "E.E": (
        "한 투표자의 투표지 순번",
        "Numbers of a voter's ballots",
        "투함된 투표지마다 투표자가 서명한 순번이 같은 투표 자격의 몇 번째 투표지인지와 같은지, 한 번만 투표하는 "
        "규칙이면 두 번 투함되지 않았는지 봅니다. 실패하면 오래된 투표지가 새 투표지 뒤에 끼어들었거나 빠진 투표지가 "
        "있거나 누군가 두 번 투표한 것일 수 있습니다.",
        "Every cast ballot stands where the number that its voter signed puts it, as the first, second or next of its "
        "credential, and there is no second where one may vote only once; a failure would mean that an older ballot "
        "may have been entered after a newer one, that a ballot is missing, or that somebody voted twice.",
    ),
    "E.F": (
        "투표지 번호의 주인",
        "Ballot identifiers belong to their authors",
        "투표지 번호를 작성자의 열쇠에서 다시 계산합니다. 다르면 남의 투표지를 베낀 것일 수 있습니다.",
        "The identifier of each ballot is recomputed from its author's key; a difference would mean that it may be a "
        "copy of another voter's ballot.",
    ),
    "E.G": (
        "베낀 암호문 없음",
        "No copied ciphertext",
        "같은 암호문이 두 번 나오지 않는지 봅니다. 실패하면 남의 표를 베껴 그 내용을 알아내려 했을 수 있습니다.",
        "No part of an encrypted choice occurs twice; a failure would mean that somebody may have copied a vote, "
        "for instance to find out its content.",
    ),
    "E.H": (
        "베낀 증명 없음",
        "No copied proof",
        "같은 증명의 약속값이 두 번 나오지 않는지 봅니다. 실패하면 증명을 베꼈거나 난수를 되풀이해 써서 비밀이 샐 수 "
        "있습니다.",
        "No commitment of a proof occurs twice; a failure would mean that a proof was copied or that repeated "
        "random numbers give a choice away.",
    ),
    "E.I": (
        "투표지 유형과 지역",
        "Right ballot for the district",
        "투표자가 자기 지역의 투표지 유형을 썼는지 봅니다. 실패하면 투표권이 없는 안건에 투표한 것입니다.",
        "Every voter used the ballot of their own district; a failure would mean that somebody voted on a "
        "question of another district.",
    ),
    "E.J": (
        "시험 투표지의 개수",
        "Number of challenged ballots",
        "한 투표 자격으로 연 시험 투표지가 정해진 수를 넘지 않는지 봅니다. 실패하면 투표함이 제 규칙을 지키지 "
        "않은 것입니다.",
        "No credential challenged more ballots than allowed; a failure would mean that the ballot box did not "
        "keep its own rules.",
    ),
    "D.A": (
        "먼저 약속한 열쇠",
        "Keys as committed beforehand",
        "열쇠 관리인이 미리 해시로 약속한 열쇠를 그대로 공개했는지 봅니다. 실패하면 다른 사람의 열쇠를 보고 "
        "바꾸었을 수 있습니다.",
        "Each trustee published the very key whose fingerprint was fixed beforehand; a failure would mean that a "
        "key may have been chosen after seeing the others.",
    ),
    "D.B": (
        "키 조각의 전달",
        "Key shares handed over",
        "열쇠 관리인끼리 암호로 주고받은 키 조각이 바른 형식인지, 이의 제기가 있었다면 그 증명이 맞는지 봅니다. "
        "실패하면 나중에 개표에 필요한 키 조각이 없거나 이의 제기가 거짓일 수 있습니다.",
        "The encrypted key shares between trustees, and any complaint about one, are well formed and proven; a failure "
        "would mean that a share needed for the count may be missing or that a complaint may be false.",
    ),
    "D.C": (
        "키 생성 의식의 확인",
        "Key ceremony confirmed",
        "모든 열쇠 관리인과 선거 주관자가 같은 키 생성 의식을 확인했는지 봅니다. 실패하면 서로 다른 열쇠를 보았을 수 "
        "있습니다.",
        "All trustees and the authority confirmed the same key ceremony; a failure would mean that they may have "
        "seen different keys.",
    ),
    "D.D": (
        "복호 예행연습의 증명",
        "Proofs of the rehearsal",
        "투표 시작 전에 각 열쇠 관리인이 보관한 키 조각으로 시험 암호문을 바르게 복호했는지 봅니다. 실패하면 "
        "개표하지 못할 "
        "위험이 있었습니다.",
        "Before opening, each trustee correctly opened a test message with the stored key; a failure would mean "
        "that the count was at risk.",
    ),
    "D.E": (
        "복호 예행연습의 값",
        "Value of the rehearsal",
        "예행연습의 암호문이 알린 값에서 정해지는 바로 그것이고 그 값이 나왔는지 봅니다. 실패하면 열쇠가 서로 맞지 "
        "않거나 누군가의 투표지를 연습인 것처럼 열게 했을 수 있습니다.",
        "The rehearsal's test message is the only one its announced value allows, and gave that value; a failure would "
        "mean that the keys do not fit together or that somebody's ballot may have been opened as a test.",
    ),
    "D.F": (
        "복호의 범위",
        "Scope of the decryptions",
        "각 열쇠 관리인이 복호해야 할 합계만 빠짐없이 복호했는지 봅니다. 실패하면 표가 빠졌거나 열지 말아야 할 것을 "
        "연 것입니다.",
        "Each trustee opened exactly the totals to be opened; a failure would mean that votes are missing or "
        "that something was opened that must stay closed.",
    ),
    "D.G": (
        "열쇠 관리인의 정족수",
        "Enough trustees",
        "정족수 이상의 열쇠 관리인이 개표에 참여했는지 봅니다. 실패하면 합의 없이 개표한 것입니다.",
        "At least the required number of trustees took part in the count; a failure would mean that it was made "
        "without the agreed number.",
    ),
    "D.H": (
        "집계 단위",
        "Units of the count",
        "모든 안건을 선거 정의서의 순서대로, 비밀을 지키려고 작은 지역을 합치는 규칙대로 집계했는지 봅니다. "
        "실패하면 안건이 "
        "빠지거나 몇 사람의 선택이 드러날 수 있습니다.",
        "Every contest is in the tally, with districts counted alone or merged as the rule for small ones says; a "
        "failure would mean that a contest is missing or that the choices of a few people could show.",
    ),
    "D.I": (
        "열지 않아야 할 안건",
        "Nothing opened that must stay closed",
        "어느 열쇠 관리인도 봉인되거나 비공개로 정해진 안건을 복호하지 않았는지 봅니다. 실패하면 지켜야 할 비밀이 "
        "공개되었을 수 있습니다.",
        "No trustee published a decryption of a sealed or withheld contest; a failure would mean that votes that must "
        "stay secret may have been revealed.",
    ),
    "O.A": (
        "종이 투표와의 대조",
        "Paper ballots add up",
        "종이 투표의 수가 서로, 그리고 말소된 투표 자격과 선거인 명부에 맞는지 봅니다. 실패하면 온라인과 종이로 두 번 "
        "투표했거나 표가 틀리게 세어졌을 수 있습니다.",
        "The paper counts agree among themselves, with the credentials struck for them and with the roll; a failure "
        "would mean double votes or a wrong paper count.",
    ),
    "O.B": (
        "득표수의 한계",
        "Counts within their limits",
        "득표수가 투표자 수로 가능한 범위 안인지 봅니다. 실패하면 던질 수 있는 것보다 많은 표가 나온 것입니다.",
        "No count is larger than its voters could give; a failure would mean that there are more votes than "
        "could have been cast.",
    ),
    "O.C": (
        "득표수와 투표수",
        "Votes and turnout",
        "득표수, 투표수, 투표권자 수, 정족수를 다시 계산합니다. 다르면 발표된 수가 틀린 것입니다.",
        "Votes, turnout, number of eligible voters and required quorum are recomputed; a difference would mean "
        "that the announced numbers are wrong.",
    ),
    "O.D": (
        "판정",
        "The outcome",
        "모든 안건을 규칙에 따라 다시 판정합니다. 다르면 확정된 선택지나 성립 여부가 잘못 발표되었거나 빠진 것입니다.",
        "The outcome of every contest is decided again by the rules of the manifest; a difference would mean that a "
        "wrong winner or outcome was announced, or none.",
    ),
}
