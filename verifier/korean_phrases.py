"""Korean for the words in which the checks name places and reasons in a record.

*Idea*: A pattern's fields are {n} number, {q} quoted text, {k} kind of statement, {h} eight hexadecimal digits, {j}
field of a document, {f} file, {t} any text, {x} Korean again. In the Korean they are {0}, {1}, ... in the same order.

The other half, on forms and files, is ``korean_forms``.

*Invariants*: One Korean word for one term: docs/glossary.md.
"""

from verifier.korean_forms import FORMS

# Written alike in both languages.
SYMBOLS = frozenset(
    (
        "p",
        "q",
        "g",
        "n",
        "H_P",
        "H_B",
        "H_E",
        "H_DI",
        "H_G",
        "B_C",
        "K",
        "K^",
        "alpha",
        "beta",
        "kappa",
        "never",
        "last",
    )
)

_PLACES = {
    "entry {n}": "기록 항목 {0}",
    "entry {n} ({x})": "기록 항목 {0} ({1})",
    "entries {n} to {n} are missing": "기록 항목 {0}~{1}이 없음",
    "{h}": "{0}",
    "trustee {n}": "열쇠 관리인 {0}",
    "trustee None": "번호 없는 열쇠 관리인",
    "{k} of trustee {n}": "열쇠 관리인 {1}의 {0}",
    "ballot": "투표지",
    "ballot {h}": "투표지 {0}",
    "contest {n}": "안건 {0}",
    "option {n}": "선택지 {0}",
    "unit {n}": "집계 단위 {0}",
    "limit": "선택 수 한도",
    "value {n}": "값 {0}",
    "style {n}": "투표지 유형 {0}",
    "credential {n} ({h})": "투표 자격 {0} ({1})",
    "district {n}": "지역 {0}",
    "weight {n}": "가중치 {0}",
    "share for {n}": "열쇠 관리인 {0}에게 보낸 키 조각",
    "vote": "투표용 열쇠",
    "data": "자료용 열쇠",
    "{x} repeats {x}": "{0}: {1}의 값과 같음",
    "{n} not evaluated: {x}": "{0}건을 확인하지 못함: {1}",
    "a ballot: {x}": "투표지 하나: {0}",
    "{q}: {x}": "{0}: {1}",
    "receipt {q}: {x}": "영수증 {0}: {1}",
    "unknown kind": "알 수 없는 종류",
}

_LOG = {
    "checkpoint: {x}": "체크포인트: {0}",
    "no signature by the log's key for origin {q}": "이름이 {0}인 공개 기록의 열쇠로 한 서명이 없음",
    "no {f} signature by the log's key for origin {q}": "이름이 {1}인 공개 기록의 {0} 열쇠로 한 서명이 없음",
    "{f} signature by the log's key is invalid": "공개 기록의 {0} 열쇠로 했다는 서명이 맞지 않음",
    "no key of the log: {x}": "공개 기록의 열쇠가 없음: {0}",
    "only an Ed25519 key of the log is trusted, so its ML-DSA-44 signature was not checked": (
        "믿기로 한 공개 기록의 열쇠가 Ed25519 열쇠뿐이라 ML-DSA-44 서명은 확인하지 않았습니다"
    ),
    "the policy names none": "신뢰 정책에 적힌 열쇠가 없음",
    "the key was taken from the record itself; bring your own with --log-key or --policy": (
        "열쇠를 기록 안에서 가져왔습니다. --log-key나 --policy로 직접 제시하십시오"
    ),
    "the key was taken from the record itself": "열쇠를 기록 안에서 가져옴",
    "bring your own with --log-key or --policy": "--log-key나 --policy로 직접 제시하십시오",
    "the policy was taken from the record itself": "신뢰 정책을 기록 안에서 가져왔습니다",
    "cosignature of witness {q} is invalid": "증인 서버 {0}의 공동 서명이 맞지 않음",
    "quorum {q} is not reached by {t}": "정족수 {0}에 이르지 못함. 서명한 증인 서버: {1}",
    "no policy: {x}": "신뢰 정책 없음: {0}",
    "no policy was handed in and the record has none ({x})": (
        "증인 서버를 정한 신뢰 정책이 주어지지 않았고 기록에도 없습니다 ({0})"
    ),
    "{q} is no checkpoint: {x}": "{0}은(는) 체크포인트가 아님: {1}",
    "{q} is no receipt: {x}": "{0}은(는) 영수증이 아님: {1}",
    "{q} has {n} entries, the record only {n}": "{0}에는 항목이 {1}개인데 이 기록에는 {2}개뿐임",
    "the root at size {n} can't be rebuilt": "기록 항목 {0}개일 때의 루트 해시를 다시 계산할 수 없음",
    "another root at size {n}": "기록 항목 {0}개일 때의 루트 해시가 다름",
    "the manifest's schedule can't be read": "선거 정의서의 투표 기간을 읽을 수 없음",
    "entry {n} ({k}) was seen at {t}, before {t}": "기록 항목 {0} ({1})이 {2}에 이미 보임. {3}보다 이름",
    "{k} was logged {x} and {x}": "{0}이 기록된 때: {1}, {2}",
    "after {f}": "{0} 뒤",
    "before {f}": "{0} 전",
    "at a time without lower bound": "언제부터인지 알 수 없음",
    "at a time without upper bound": "언제까지인지 알 수 없음",
    "the entries have another root than the checkpoint of size {n}": (
        "기록 항목들의 루트 해시가 기록 항목 {0}개짜리 체크포인트와 다름"
    ),
    "{f} is missing": "{0}이(가) 없음",
    "{f} is not what the entries hash to": "{0}이(가) 기록 항목들의 해시와 다름",
    "tiles above level 0 can't be rebuilt from incomplete entries": (
        "기록 항목이 모자라 위 단계의 타일을 다시 계산할 수 없음"
    ),
    "longer than {n} bytes": "{0}바이트보다 긺",
    "its kind is not of the form of section 3": "종류의 이름이 정해진 형식이 아님",
    "entry without exactly author, kind, payload, scope and signature": (
        "author, kind, payload, scope, signature를 정확히 갖추지 않은 기록 항목"
    ),
    "{j} is not {n} lower-case hexadecimal digits": "{0}이(가) 소문자 16진수 {1}자리가 아님",
    "signature": "서명이 맞지 않음",
    "payload has another hash": "본문의 해시가 진술에 적힌 것과 다름",
    "entry {n} changed while the record was read": "기록 항목 {0}이 읽는 동안 바뀜",
    "entries that can't be read": "읽을 수 없는 기록 항목",
    "its payload can't be read": "본문을 읽을 수 없음",
    "the payload of entry {n} can't be read": "기록 항목 {0}의 본문을 읽을 수 없음",
    "it changed while it was read": "읽는 동안 바뀜",
    "statements without a verdict": "판정이 없는 진술",
    "the commitments beside some ballots can't be fetched, so their proofs were verified one by one": (
        "일부 투표지의 증명 약속값을 받아 오지 못해 그 투표지의 증명을 하나씩 확인했습니다"
    ),
    "its commitments changed while they were read": "증명의 약속값이 읽는 동안 바뀜",
    "the path does not lead from the entry to the checkpoint": "포함 증명이 항목에서 체크포인트로 이어지지 않음",
    "entry {n} is beyond the end of the record": "기록 항목 {0}은 이 기록의 끝보다 뒤에 있음",
    "another statement at entry {n}": "기록 항목 {0}에 다른 진술이 있음",
    "entry {n} of the record can't be read": "이 기록의 기록 항목 {0}을 읽을 수 없음",
    "receipt {q} is from a later state of the log than the record": "영수증 {0}은 이 기록보다 나중 상태의 것입니다",
    "receipt {q} proves entry {n} ({t}): {x}": "영수증 {0}이 증명하는 것은 기록 항목 {1} ({2}): {3}",
    "a ballot of this election that counts": "집계되는 이 선거의 투표지",
    "a ballot of this election that does not count, because a later one of the same voter does": (
        "같은 투표자의 나중 투표지가 집계되어 집계되지 않는 이 선거의 투표지"
    ),
    "a ballot of this election that does not count": "집계되지 않는 이 선거의 투표지",
    "a ballot of this election; whether it counts can't be told from this record": (
        "이 선거의 투표지이나 집계되는지는 이 기록으로 알 수 없음"
    ),
    "a challenged ballot of this election, which never counts": "집계되지 않는 이 선거의 시험 투표지",
    "a statement of this election that is no ballot": "투표지가 아닌 이 선거의 진술",
    "a statement of another election or service; it says nothing about this one": (
        "다른 선거나 서비스의 진술이며 이 선거와는 관계없음"
    ),
    "it is no statement at all": "진술이 아님",
}

_COURSE = {
    "no kind of an election": "선거에 없는 종류의 진술",
    "repeated": "되풀이됨",
    "{x} is missing": "{0} 없음",
    "another author": "작성자가 다름",
    "without a manifest": "선거 정의서 없음",
    "the manifest knows no paper ballots": "이 선거에는 종이 투표가 없습니다",
    "not the first statement of the election": "선거의 첫 진술이 아님",
    "before the manifest": "선거 정의서보다 먼저",
    "after a statement of a trustee": "열쇠 관리인의 진술보다 나중",
    "before {k}": "{0}보다 먼저",
    "after {k}": "{0}보다 나중",
    "before all commitments": "약속이 모두 나오기 전",
    "before all keys": "열쇠가 모두 나오기 전",
    "before all shares": "키 조각이 모두 나오기 전",
    "before all confirmations": "확인이 모두 나오기 전",
    "before all rehearsals": "복호 예행연습이 모두 끝나기 전",
    "after the trustee's confirmation": "그 열쇠 관리인이 확인한 뒤",
    "before the roll": "선거인 명부보다 먼저",
    "after the roll": "선거인 명부보다 나중",
    "before the list of credentials": "투표 자격 목록보다 먼저",
    "before the opening": "투표 시작 전",
    "after the opening": "투표 시작 뒤",
    "before the closing": "투표 마감 전",
    "after the closing": "투표 마감 뒤",
    "before the paper counts": "종이 투표 수보다 먼저",
    "before the tally": "집계보다 먼저",
    "after the tally": "집계보다 나중",
    "before enough decryptions": "부분 복호값이 충분히 나오기 전",
    "before the result": "결과보다 먼저",
    "after the result": "결과보다 나중",
    "the ceremony ended with a trustee's complaint; there is no result": (
        "열쇠 관리인의 이의 제기로 키 생성 의식이 끝났습니다. 결과가 없습니다"
    ),
    "not final yet: election.final is missing, the last phase in the record is {f}": (
        "아직 끝나지 않음: election.final이 없고, 기록에 있는 마지막 단계는 {0}"
    ),
    "no election.manifest of this election in the log": "공개 기록에 이 선거의 election.manifest가 없음",
    "no election in the log": "공개 기록에 선거가 없음",
}

_KEYS = {
    "n or k": "n이나 k",
    "the election id is not H_B": "선거 번호가 H_B와 다름",
    "version": "규격의 판 번호가 다름",
    "{k} can't be read": "{0}을(를) 읽을 수 없음",
    "a {k} can't be read": "{0} 하나를 읽을 수 없음",
    "election.parameters or the manifest can't be read": "election.parameters나 선거 정의서를 읽을 수 없음",
    "election.close or what H_E follows from can't be read": "election.close나 H_E의 근거를 읽을 수 없음",
    "election.keys or what it follows from can't be read": "election.keys나 그 근거를 읽을 수 없음",
    "not every trustee's keys can be read": "모든 열쇠 관리인의 열쇠를 읽을 수는 없음",
    "H_G can't be recomputed: not every trustee's keys can be read": (
        "모든 열쇠 관리인의 열쇠를 읽을 수는 없어 H_G를 다시 계산하지 못함"
    ),
    "{x} is 1": "{0}이(가) 1임",
    "no such trustee": "그런 번호의 열쇠 관리인이 없음",
    "numbers of vote {t}": "투표용 열쇠에 든 수의 개수 {0}",
    "numbers of data {t}": "자료용 열쇠에 든 수의 개수 {0}",
    "receivers": "받는 사람이 맞지 않음",
    "accused": "이의 제기의 대상이 맞지 않음",
    "no statement of a trustee in the record": "기록에 열쇠 관리인의 진술이 없습니다",
    "without commitment": "미리 한 약속이 없음",
    "another payload than committed to": "약속한 것과 다른 본문",
    "a complaint about a share or keys that are not there": "있지도 않은 키 조각이나 열쇠에 대한 이의 제기",
    "the evidence does not hold": "근거가 맞지 않음",
    "the complaint convicts {x}": "이 이의 제기로 드러난 잘못은 {0}",
    "trustee {n}, who complained about a right share": "맞는 키 조각에 이의를 제기한 열쇠 관리인 {0}",
    "trustee {n}, whose share is wrong": "틀린 키 조각을 보낸 열쇠 관리인 {0}",
    "no confirmation in the record": "기록에 키 생성 확인이 없습니다",
    "the rehearsal or the keys can't be read": "복호 예행연습이나 열쇠를 읽을 수 없음",
    "value out of range": "값이 범위를 벗어남",
    "not the ciphertext that its value determines": "알린 값에서 정해지는 암호문이 아님",
    "decrypts to another value": "복호하면 다른 값이 나옴",
    "not every trustee has decrypted": "복호하지 않은 열쇠 관리인이 있음",
    "not every trustee has decrypted yet": "아직 복호하지 않은 열쇠 관리인이 있습니다",
    "a single trustee has no shares": "열쇠 관리인이 한 명이라 나눌 키 조각이 없습니다",
}

_BALLOTS = {
    "contests": "안건이 유형과 다름",
    "options or branches": "선택지나 증명 갈래의 수가 다름",
    "contest index without encoding": "나타낼 수 없는 안건 번호",
    "{n} parts": "묶음 {0}개",
    "part {n} in place {n}": "{1}번 자리에 묶음 {0}",
    "not in strictly ascending order": "오름차순이 아님",
    "key of the authority, the registrar or a trustee": "선거 주관자나 명부 관리자나 열쇠 관리인의 열쇠",
    "not a valid key": "바른 열쇠가 아님",
    "reason that is not allowed": "허용되지 않은 사유",
    "credential that is not on the roll": "선거인 명부에 없는 투표 자격",
    "credential that was struck or replaced before": "이미 말소되거나 재발급된 투표 자격",
    "voted_on_paper although a ballot was cast": "투표지를 투함했는데 사유가 voted_on_paper",
    "lost although a ballot was cast": "투표지를 투함했는데 사유가 lost",
    "new key was on the list before": "새 열쇠가 이미 목록에 있었음",
    "new key is not a valid key of a voter": "새 열쇠가 투표자의 바른 열쇠가 아님",
    "no credential was struck or replaced": "말소되거나 재발급된 투표 자격이 없습니다",
    "no list of credentials in the record": "기록에 투표 자격 목록이 없습니다",
    "registrar.roll can't be read": "선거인 명부(registrar.roll)를 읽을 수 없음",
    "{n} parts, {n} in the list": "묶음이 {0}개라 하나 목록에는 {1}개",
    "{n} credentials, {n} in the list": "투표 자격이 {0}개라 하나 목록에는 {1}개",
    "weight {n}, {n} in the list": "가중치 합이 {0}이라 하나 목록에는 {1}",
    "numbers or weights of the districts are not those of the list": "지역별 수나 가중치가 목록과 다름",
    "no credentials": "투표 자격이 없음",
    "sum of weights times the largest option limit is above 10^12": (
        "가중치 합과 가장 큰 선택지 한도의 곱이 10^12를 넘음"
    ),
    "election.open, the roll or the keys can't be read": (
        "election.open, 선거인 명부, 열쇠 가운데 읽을 수 없는 것이 있음"
    ),
    "another roll": "다른 선거인 명부",
    "another H_E": "다른 H_E",
    "not on the roll": "선거인 명부에 없음",
    "author is not on the roll": "작성자가 선거인 명부에 없음",
    "author is struck or replaced before": "작성자가 이미 말소되거나 재발급됨",
    "a payload of the registrar can't be read": "명부 관리자의 본문 하나를 읽을 수 없음",
    "no ballot was cast": "투함된 투표지가 없습니다",
    "ballot {n} of its credential": "같은 투표 자격의 {0}번째 투표지",
    "number {n} instead of {n}": "투표지의 순번이 {1}이어야 하는데 {0}임",
    "its number is 0": "순번이 0임",
    "no ballot was challenged": "투표자가 연 시험 투표지가 없습니다",
    "{n} challenged ballots of its credential": "같은 투표 자격의 시험 투표지 {0}장",
    "no ballots in the record": "기록에 투표지가 없습니다",
    "the manifest can't be read": "선거 정의서를 읽을 수 없음",
    "the manifest or the keys can't be read": "선거 정의서나 열쇠를 읽을 수 없음",
    "the trustees' keys can't be read": "열쇠 관리인들의 열쇠를 읽을 수 없음",
}

_COUNT = {
    "contests are not those of the manifest in order": "안건이 선거 정의서의 순서와 다름",
    "{n} units": "집계 단위 {0}개",
    "{n} ballots": "투표지 {0}장",
    "{n} counted ballots can't be read": "집계될 투표지 {0}장을 읽을 수 없음",
    "no contest has units: nothing is added up": "어느 안건에도 집계 단위가 없어 더한 것이 없습니다",
    "{n} ciphertexts for {n} options": "선택지 {1}개에 암호문 {0}개",
    "the tally or a trustee.decryption can't be read": "집계나 trustee.decryption 하나를 읽을 수 없음",
    "not exactly what is to be decrypted": "복호해야 할 것과 다름",
    "nothing is decrypted": "복호한 안건이 없습니다",
    "no contest is sealed or withheld": "봉인되거나 비공개로 정해진 안건이 없습니다",
    "contest {n} is missing in tally or result": "안건 {0}이 집계나 결과에 없음",
    "names trustees although nothing is decrypted": "복호한 것이 없는데 열쇠 관리인을 적음",
    "{n} trustees": "열쇠 관리인 {0}명",
    "trustees are not ascending": "열쇠 관리인이 번호 순서가 아님",
    "trustee {n} published no decryption": "열쇠 관리인 {0}이 낸 부분 복호값이 없음",
    "units are not those of the tally": "집계 단위가 집계와 다름",
    "the result has no contests": "결과에 안건이 없습니다",
    "the result has no decrypted units": "결과에 복호한 집계 단위가 없습니다",
    "the keys or the tally can't be read": "열쇠나 집계를 읽을 수 없음",
    "without ciphertext or partial decryptions": "암호문이나 부분 복호값이 없음",
    "election.result or election.tally can't be read": "election.result나 election.tally를 읽을 수 없음",
    "{n} credentials struck as voted_on_paper, {n} voters": (
        "voted_on_paper로 말소된 투표 자격은 {0}개, 종이 투표자는 {1}명"
    ),
    "{n} voters online and {n} on paper, {n} eligible credentials": (
        "온라인 투표자 {0}명, 종이 투표자 {1}명, 투표권이 있는 자격 {2}개"
    ),
    "{n} fewer paper ballots than voters on paper": "종이 투표지가 종이 투표자보다 {0}장 적습니다",
    "more ballots than voters": "투표지가 투표자보다 많음",
    "turnout above the weight of the eligible": "투표수가 투표권자의 가중치 합보다 많음",
    "the papers of a sealed contest were opened": "봉인된 안건의 종이 투표지를 엶",
    "more invalid ballots than ballots": "무효표가 투표지보다 많음",
    "number of options": "선택지의 수가 다름",
    "more votes than the ballots hold": "득표수가 투표지로 가능한 수보다 많음",
    "an option has more votes than the ballots hold": "한 선택지의 득표수가 투표지로 가능한 수보다 많음",
    "votes and invalid ballots are not the ballots": "득표수와 무효표의 합이 투표지 수와 다름",
    "contest {n} has no outcome": "안건 {0}의 판정이 없음",
    "votes": "득표수가 다름",
    "turnout": "투표수가 다름",
    "eligible": "투표권자 수가 다름",
    "quorum_required": "정족수가 다름",
    "kind is not {t}": "판정의 종류가 {0}이 아님",
    "winners": "확정된 선택지가 다름",
    "tied": "동수인 선택지가 다름",
    "another result": "다른 결과",
}

_ABSENT = {
    "nothing was evaluated": "검사된 것이 없음",
    "no finding was reported on this row": "이 검사의 결과가 보고되지 않음",
    "the log is empty": "공개 기록이 비어 있습니다",
    "no manifest in the record": "기록에 선거 정의서가 없습니다",
    "no {k} in the record": "기록에 해당 자료가 없습니다 ({0})",
    "no statement of this election in the record": "기록에 이 선거의 진술이 없습니다",
    "no chaining in this profile; the log gives the order": (
        "이 방식의 선거는 확인 코드를 사슬로 잇지 않습니다. 순서는 공개 기록이 정합니다"
    ),
    "no contest data in this profile": "이 방식의 투표지에는 추가 자료가 없습니다",
    "the policy says quorum none": "신뢰 정책이 증인 서버의 서명을 요구하지 않습니다",
    "no witness of the policy has cosigned": "증인 서버의 서명이 없어 시각을 독립적으로 알 수 없습니다",
    "no witness has cosigned a checkpoint that holds the opening or the closing": (
        "투표 시작이나 마감이 담긴 체크포인트에 서명한 증인 서버가 없습니다"
    ),
    "no earlier checkpoint was handed in": "비교할 이전 체크포인트가 주어지지 않았습니다",
    "no receipt was handed in": "확인할 영수증이 주어지지 않았습니다",
}

PHRASES: dict[str, str] = FORMS | _PLACES | _LOG | _COURSE | _KEYS | _BALLOTS | _COUNT | _ABSENT
