"""What the verifications V1 to V14 of ElectionGuard mean in plain words.

*Spec*: docs/protocol.md section 12, rows V; ElectionGuard Design Specification 2.1.0, Verifications 1 to 14.

*Idea*: A row has a title and an explanation, each in Korean and English, in words of residents and journalists. The
explanation says what is checked and what a failure would mean. Order of a tuple: Korean title, English title, Korean
text, English text.

*Invariants*: These texts decide nothing; the checks themselves know nothing of them.
"""

ROWS: dict[str, tuple[str, str, str, str]] = {
    "V1.A": (
        "프로토콜 판 번호",
        "Version of the rules",
        "이 선거가 공개된 ElectionGuard 2.1.0 규격을 따른다고 밝혔는지 봅니다. 실패하면 어떤 규칙으로 치른 "
        "선거인지 알 수 없습니다.",
        "The election declares that it follows the public ElectionGuard 2.1.0 rules; a failure would leave open "
        "by which rules it was run.",
    ),
    "V1.B": (
        "암호화에 쓰는 큰 소수 p",
        "The large prime p of the encryption",
        "규격에 인쇄된 바로 그 소수인지 봅니다. 다른 수라면 몰래 풀 수 있는 뒷문이 숨어 있을 수 있습니다.",
        "The prime is the one printed in the standard; a different one could hide a back door that opens ballots.",
    ),
    "V1.C": (
        "비밀 수의 범위 q",
        "The range q of the secret numbers",
        "비밀 열쇠를 고르는 범위가 규격과 같은지 봅니다. 다른 수라면 암호를 쉽게 풀 수 있습니다.",
        "The range from which secret keys are drawn is the standard one; a different one could make the "
        "encryption easy to break.",
    ),
    "V1.D": (
        "기준 수 g",
        "The base number g",
        "계산의 바탕이 되는 수가 규격과 같은지 봅니다. 다른 수라면 암호나 증명이 뜻을 잃습니다.",
        "The number all calculations start from is the standard one; a different one could make encryption or "
        "proofs worthless.",
    ),
    "V1.E": (
        "설정의 기준 해시 H_P",
        "Fingerprint of the settings, H_P",
        "기준 수들과 열쇠 관리인의 수, 열쇠 관리인의 정족수가 기준 해시에 바르게 담겼는지 봅니다. 실패하면 다른 "
        "설정에서 만든 증명일 수 있습니다.",
        "The fingerprint covers the standard numbers, the number of trustees and how many must agree; a failure "
        "would mean that the proofs were made for other settings.",
    ),
    "V1.F": (
        "선거 정의서의 기준 해시 H_B",
        "Fingerprint of the manifest, H_B",
        "선거 번호가 공개된 선거 정의서의 기준 해시와 같은지 봅니다. 실패하면 안건·선택지·규칙이 나중에 바뀐 것입니다.",
        "The election id is the fingerprint of exactly the published questions, options and rules; a failure "
        "would mean that they were changed afterwards.",
    ),
    "V2.A": (
        "열쇠 관리인의 공개 열쇠",
        "Public keys of the trustees",
        "공개 열쇠의 모든 수가 정해진 수의 집합에 속하는지 봅니다. 아니면 비밀이 새거나 개표가 틀어질 수 있습니다.",
        "Every number of every public key belongs to the prescribed set; one outside it could leak secrets or "
        "spoil the count.",
    ),
    "V2.B": (
        "열쇠 증명의 수 범위",
        "Range of the numbers in the key proofs",
        "열쇠 증명에 쓰인 수가 정해진 범위 안에 있는지 봅니다. 벗어나면 증명이 잘못되었거나 꾸며진 것입니다.",
        "All numbers of the key proofs lie in the allowed range; a failure would mean that a proof is malformed "
        "or made up.",
    ),
    "V2.C": (
        "열쇠 관리인이 자기 열쇠를 안다는 증명",
        "Proof that each trustee holds their key",
        "각 열쇠 관리인이 공개 열쇠의 짝인 비밀을 실제로 안다는 증명을 확인합니다. 실패하면 누군가 공동 열쇠를 "
        "조작했을 수 있습니다.",
        "Each trustee proved to know the secret that belongs to the public key; a failure would mean that "
        "somebody may have rigged the joint key.",
    ),
    "V3.A": (
        "투표용 공동 열쇠",
        "Joint key for the ballots",
        "투표지를 잠근 열쇠가 모든 열쇠 관리인의 열쇠를 합친 것이고 쓸모없는 열쇠 1이 아닌지 봅니다. 실패하면 다른 "
        "사람이 혼자 투표지를 열거나 득표수를 꾸밀 수 있을지 모릅니다.",
        "The key that locks the ballots is made of all trustees' keys and is not the useless key 1; a failure would "
        "mean that somebody else might open ballots alone or make up counts.",
    ),
    "V3.B": (
        "예비 공동 열쇠",
        "Second joint key",
        "규격이 함께 만들게 하는 둘째 열쇠도 모든 열쇠 관리인의 열쇠를 합친 것이고 1이 아닌지 봅니다. 어떤 투표지도 "
        "이 열쇠를 쓰지 않지만, 실패하면 키 생성 의식의 기록이 서로 어긋납니다.",
        "The second key that the standard has made along with it is correct too; no ballot uses it, but a "
        "failure would mean that the key ceremony contradicts itself.",
    ),
    "V4.A": (
        "선거의 기준 해시 H_E",
        "Fingerprint of the election, H_E",
        "모든 투표지를 이 선거와 이 공동 열쇠에 묶는 기준 해시가 열쇠 공표와 마감 때 모두 맞는지 봅니다. 실패하면 "
        "다른 선거의 투표지가 섞일 수 있습니다.",
        "The fingerprint that ties every ballot to this election and its key is right, also at the close; a failure "
        "would mean that ballots of another election could be mixed in.",
    ),
    "V5.A": (
        "투표지 번호의 중복",
        "No ballot identifier twice",
        "같은 번호의 투표지가 둘 이상 없는지 봅니다. 실패하면 투표지가 복제된 것입니다.",
        "No two ballots carry the same identifier; a failure would mean that a ballot was copied.",
    ),
    "V5.B": (
        "투표지마다 다른 지문 H_I",
        "Fingerprint of each ballot, H_I",
        "투표지의 지문이 그 번호와 이 선거에서 나온 것인지 봅니다. 실패하면 다른 곳에서 가져온 증명일 수 있습니다.",
        "The fingerprint of each ballot follows from its identifier and this election; a failure would mean that its "
        "proofs may come from elsewhere.",
    ),
    "V6.A": (
        "암호화된 표기의 형태",
        "Form of the encrypted choices",
        "암호화된 표기가 모두 정해진 수의 집합에 속하는지 봅니다. 아니면 집계가 틀어지거나 선택의 비밀이 샐 수 "
        "있습니다.",
        "Every encrypted choice consists of numbers of the prescribed set; others could spoil the count or give "
        "away a choice.",
    ),
    "V6.B": (
        "범위 증명의 질문값",
        "Range of the challenges for choices",
        "범위 증명의 질문값이 정해진 범위 안인지 봅니다. 벗어나면 증명이 잘못되었거나 꾸며진 것입니다.",
        "The challenge numbers of these proofs lie in the allowed range; a failure would mean that a proof is "
        "malformed or made up.",
    ),
    "V6.C": (
        "범위 증명의 응답값",
        "Range of the responses for choices",
        "범위 증명의 응답값이 정해진 범위 안인지 봅니다. 벗어나면 증명이 잘못되었거나 꾸며진 것입니다.",
        "The response numbers of these proofs lie in the allowed range; a failure would mean that a proof is "
        "malformed or made up.",
    ),
    "V6.D": (
        "표기 하나하나가 허용된 값이라는 범위 증명",
        "Proof that every single choice is allowed",
        "각 표기가 내용을 드러내지 않고도 허용된 값(예: 0 또는 1)임을 증명했는지 봅니다. 실패하면 한 사람이 여러 "
        "표나 음수 표를 넣었을 수 있습니다.",
        "Every encrypted choice is proven to be an allowed value such as 0 or 1 without being revealed; a "
        "failure would mean that a ballot could hold a hundred votes, or minus one.",
    ),
    "V7.A": (
        "투표지 합계의 형태",
        "Form of the encrypted ballot sums",
        "안건별로 표기를 더한 암호문이 정해진 수의 집합에 속하는지 봅니다. 아니면 선택 수 한도 증명을 믿을 수 "
        "없습니다.",
        "The encrypted sum of each contest consists of numbers of the prescribed set; otherwise the proof of the "
        "limit could not be relied on.",
    ),
    "V7.B": (
        "선택 수 한도 증명의 질문값",
        "Range of the challenges for the limit",
        "선택 수 한도 증명의 질문값이 정해진 범위 안인지 봅니다. 벗어나면 증명이 잘못되었거나 꾸며진 것입니다.",
        "The challenge numbers of the limit proofs lie in the allowed range; a failure would mean that a proof "
        "is malformed or made up.",
    ),
    "V7.C": (
        "선택 수 한도 증명의 응답값",
        "Range of the responses for the limit",
        "선택 수 한도 증명의 응답값이 정해진 범위 안인지 봅니다. 벗어나면 증명이 잘못되었거나 꾸며진 것입니다.",
        "The response numbers of the limit proofs lie in the allowed range; a failure would mean that a proof is "
        "malformed or made up.",
    ),
    "V7.D": (
        "안건마다 선택 수 한도를 지켰다는 증명",
        "Proof that no ballot chose too many",
        "투표지가 안건마다 허용된 수보다 많이 고르지 않았음을 증명했는지 봅니다. 실패하면 한 사람이 정해진 "
        "것보다 많은 표를 던졌을 수 있습니다.",
        "Every ballot is proven to have chosen no more than the contest allows; a failure would mean that "
        "somebody may have cast more votes than they have.",
    ),
    "V8.A": (
        "투표지의 안건별 지문",
        "Fingerprint of each contest on a ballot",
        "안건별 지문을 투표지에서 다시 계산해 비교합니다. 다르면 투표지가 만들어진 뒤에 바뀐 것입니다.",
        "The fingerprint of each contest is recomputed from the ballot; a difference would mean that the ballot "
        "was altered after it was made.",
    ),
    "V8.B": (
        "확인 코드",
        "Confirmation codes",
        "투표자에게 보여 준 확인 코드가 저장된 투표지에서 다시 나오는지 봅니다. 실패하면 코드를 받은 뒤 투표지가 "
        "바뀐 것입니다.",
        "The code shown to each voter is recomputed from the stored ballot; a failure would mean that a ballot "
        "was altered after its voter got the code.",
    ),
    "V8.C": (
        "투표 기기 정보의 지문",
        "Fingerprint of the voting device text",
        "확인 코드에 들어가는 기기 정보의 지문이 선거 정의서의 것과 같은지 봅니다. 다르면 다른 환경에서 만든 코드일 "
        "수 있습니다.",
        "The fingerprint of the device text in the codes is that of the manifest; a difference would mean that "
        "codes were made in another setting.",
    ),
    "V8.D": (
        "확인 코드의 연결 값",
        "Link field of the codes",
        "확인 코드에 들어가는 연결 값이 정해진 값인지 봅니다. 다르면 코드를 다시 계산할 수 없습니다.",
        "The link field inside the codes has its prescribed value; with another value nobody could recompute the "
        "codes.",
    ),
    "V8.E": (
        "확인 코드의 사슬: 첫 고리",
        "Chain of codes: first link",
        "이 선거에서는 확인 코드를 사슬로 잇지 않습니다. 순서는 공개 기록이 정하므로 검사할 것이 없습니다.",
        "The codes are not chained in this kind of election because the log fixes the order, so there is nothing "
        "to check or to fail.",
    ),
    "V8.F": (
        "확인 코드의 사슬: 다음 고리",
        "Chain of codes: next links",
        "이 선거에서는 확인 코드를 사슬로 잇지 않습니다. 순서는 공개 기록이 정하므로 검사할 것이 없습니다.",
        "The codes are not chained in this kind of election because the log fixes the order, so there is nothing "
        "to check or to fail.",
    ),
    "V8.G": (
        "확인 코드의 사슬: 마지막 고리",
        "Chain of codes: closing link",
        "이 선거에서는 확인 코드를 사슬로 잇지 않습니다. 순서는 공개 기록이 정하므로 검사할 것이 없습니다.",
        "The codes are not chained in this kind of election because the log fixes the order, so there is nothing "
        "to check or to fail.",
    ),
    "V9.A": (
        "암호화된 합계: 앞쪽 수",
        "Encrypted totals, first part",
        "공표된 합계를 집계에 넣을 모든 투표지에서 다시 계산합니다. 다르면 투표지가 빠지거나 더해진 것입니다.",
        "The published totals are recomputed from all ballots that count; a difference would mean that ballots "
        "were left out, added or weighted wrongly.",
    ),
    "V9.B": (
        "암호화된 합계: 뒤쪽 수",
        "Encrypted totals, second part",
        "합계의 나머지 반쪽도 모든 투표지에서 다시 계산합니다. 다르면 득표수가 조작된 것입니다.",
        "The other half of each total is recomputed from all ballots that count; a difference would mean that "
        "vote counts were tampered with.",
    ),
    "V10.A": (
        "부분 복호값의 형태",
        "Form of the partial decryptions",
        "열쇠 관리인이 낸 부분 복호값과 증명의 수가 정해진 범위에 있는지 봅니다. 벗어나면 그 열쇠 관리인의 복호는 "
        "믿을 수 "
        "없습니다.",
        "The numbers each trustee published for opening the totals are well formed; otherwise the contribution "
        "of that trustee could not be relied on.",
    ),
    "V10.B": (
        "바르게 복호했다는 증명",
        "Proof of correct decryption",
        "각 열쇠 관리인이 자기 키 조각으로 바르게 복호했다는 증명을 확인합니다. 실패하면 결과를 바꾸려 했을 수 "
        "있습니다.",
        "Each trustee proved to have opened the totals with the right key; a failure would mean that a trustee "
        "may have tried to change the result.",
    ),
    "V10.C": (
        "공표된 득표수",
        "Published vote counts",
        "공표된 득표수가 열쇠 관리인들의 부분 복호값에서 나온 수와 같은지 봅니다. 실패하면 발표된 수가 실제 투표와 "
        "다릅니다.",
        "The published counts are exactly what the trustees' decryptions yield; a failure would mean that the "
        "announced numbers are not the ones voted.",
    ),
    "V11.A": (
        "결과의 안건 이름",
        "Contest names in the result",
        "결과에 적힌 안건의 이름과 순서가 선거 정의서와 같은지 봅니다. 다르면 다른 안건의 결과로 읽힐 수 있습니다.",
        "The contests of the result bear names and order of the manifest; otherwise a result could be read as that of "
        "another question.",
    ),
    "V11.B": (
        "결과의 선택지 이름",
        "Option names in the result",
        "결과에 적힌 선택지 이름이 선거 정의서와 같은지 봅니다. 다르면 득표수가 다른 선택지의 것으로 읽힐 수 있습니다.",
        "The options of the result bear the names of the manifest; otherwise votes could be read as those of "
        "another option.",
    ),
    "V11.C": (
        "모든 선택지의 결과",
        "Every option is in the result",
        "결과에 모든 집계 단위가 순서대로, 그 안에 모든 선택지가 순서대로 한 번씩 있고 다른 단위는 없는지 봅니다. "
        "실패하면 어떤 지역이나 선택지의 표가 빠졌거나 두 번 적힌 것입니다.",
        "The result has every counted unit and no other, each with every option once and in order; a failure would "
        "mean that the votes of a district or an option are missing or listed twice.",
    ),
    "V11.D": (
        "모든 안건의 결과",
        "Every contest is in the result",
        "투표지에 있는 안건이 집계와 결과에 모두 있는지 봅니다. 실패하면 한 안건의 결과가 빠진 것입니다.",
        "Every contest that was voted on is in the tally and in the result; a failure would mean that the result "
        "of a question is missing.",
    ),
    "V12": (
        "투표지의 추가 자료",
        "Additional data on ballots",
        "이 선거의 투표지에는 자유 기재 같은 추가 자료가 없습니다. 검사할 것이 없습니다.",
        "Ballots of this kind of election hold no additional data such as write-ins, so there is nothing to "
        "check or to fail.",
    ),
    "V13.A": (
        "공개한 시험 투표지의 추가 자료",
        "Additional data on challenged ballots",
        "이 선거의 투표지에는 추가 자료가 없습니다. 검사할 것이 없습니다.",
        "Ballots of this kind of election hold no additional data, so there is nothing to check or to fail.",
    ),
    "V13.B": (
        "시험 투표지가 화면과 같다는 확인",
        "Challenged ballots hold what was shown",
        "투표자가 시험하려고 연 투표지를 다시 암호화하면 같은 확인 코드가 나오는지 봅니다. 실패하면 기기가 보여 "
        "준 것과 다른 내용을 담았다는 뜻입니다.",
        "Encrypting the opened choices of a challenged ballot again gives its confirmation code; a failure would "
        "mean that a device encrypted something else than it showed.",
    ),
    "V14.A": (
        "시험 투표지: 남는 안건 없음",
        "Challenged ballots: no contest too many",
        "연 투표지에 투표지 유형에 없는 안건이 없고 안건의 순서가 맞는지 봅니다. 아니면 기기가 잘못된 투표지를 만든 "
        "것입니다.",
        "An opened ballot has no contest that its style lacks, and its contests are in order; a failure would mean "
        "that the device made a wrong ballot.",
    ),
    "V14.B": (
        "시험 투표지: 빠진 안건 없음",
        "Challenged ballots: no contest missing",
        "연 투표지에 투표자의 안건이 모두 있는지 봅니다. 빠졌으면 기기가 표를 없앤 것입니다.",
        "An opened ballot has every contest of its voter; a failure would mean that the device lost a vote.",
    ),
    "V14.C": (
        "시험 투표지: 남는 선택지 없음",
        "Challenged ballots: no option too many",
        "연 투표지에 선거 정의서에 없는 선택지가 없는지 봅니다. 있으면 기기가 잘못된 투표지를 만든 것입니다.",
        "An opened ballot has no option that the manifest does not list; a failure would mean that the device "
        "made a wrong ballot.",
    ),
    "V14.D": (
        "시험 투표지: 빠진 선택지 없음",
        "Challenged ballots: no option missing",
        "연 투표지에 선거 정의서의 선택지가 모두 있는지 봅니다. 빠졌으면 그 선택지를 고를 수 없었던 것입니다.",
        "An opened ballot has every option of the manifest; a failure would mean that some option could not be chosen.",
    ),
    "V14.E": (
        "시험 투표지: 허용된 값",
        "Challenged ballots: allowed values",
        "연 투표지의 각 표기가 허용된 값인지 봅니다. 아니면 기기가 규칙에 어긋난 투표지를 만든 것입니다.",
        "Every opened choice is an allowed value; a failure would mean that the device made a ballot against the "
        "rules.",
    ),
    "V14.F": (
        "시험 투표지: 선택 수 한도",
        "Challenged ballots: limit",
        "연 투표지가 안건마다 한도보다 많이 고르지 않았는지 봅니다. 실패하면 기기가 규칙에 어긋난 투표지를 만든 "
        "것입니다.",
        "An opened ballot chooses no more than each contest allows; a failure would mean that the device made a "
        "ballot against the rules.",
    ),
}
