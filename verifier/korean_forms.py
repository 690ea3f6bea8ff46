"""Korean for what the program says about forms: documents, keys, policies, files and the way it was called.

*Idea*: As in ``korean_phrases``; this is its other half.
"""

_JSON = {
    "not canonical JSON": "표준형 JSON이 아님",
    "not JSON": "JSON이 아님",
    "not UTF-8": "UTF-8이 아님",
    "nested too deeply": "너무 깊이 겹쳐 있음",
    "duplicate key": "같은 이름이 두 번 나옴",
    "lone surrogate in a string": "글자가 아닌 부호(외톨이 대리 부호)가 있음",
    "string that is not in NFC": "NFC가 아닌 문자열",
    "integer of magnitude 2^53 or more": "절댓값이 2^53 이상인 정수",
    "number or constant that is not an integer: {t}": "정수가 아닌 수: {0}",
    "longer than 4 MiB": "4 MiB보다 긺",
    "payload": "본문",
    "{j} is missing": "{0} 없음",
    "{j} is not {n} hexadecimal digits": "{0}이(가) 16진수 {1}자리가 아님",
    "{j} has upper-case digits": "{0}에 대문자 16진수가 있음",
    "{j} is not an integer of at least 0": "{0}이(가) 0 이상의 정수가 아님",
    "{j} is 0, and indices start at 1": "{0}이(가) 0임. 번호는 1부터",
    "{j} is not text": "{0}이(가) 글이 아님",
    "{j} is not true or false": "{0}이(가) 참이나 거짓이 아님",
    "{j} is not an object of texts": "{0}이(가) 글로 된 객체가 아님",
    "{j} is not an object": "{0}이(가) 객체가 아님",
    "{j} is not a list": "{0}이(가) 목록이 아님",
    "{j} has {n} items": "{0}에 든 것이 {1}개임",
    "{j} has an unknown key": "{0}에 정해지지 않은 이름이 있음",
}

_MANIFEST = {
    "version is not v2.1.0": "규격의 판 번호가 v2.1.0이 아님",
    "profile is not evote/1": "profile이 evote/1이 아님",
    "label of the election": "선거의 이름표가 규칙에 어긋남",
    "title of the election": "선거의 제목이 규칙에 어긋남",
    "title": "제목이 규칙에 어긋남",
    "device is not 1 to 200 characters long": "device가 1~200자가 아님",
    "1 <= k <= n <= 64 does not hold": "1 <= k <= n <= 64가 아님",
    "minimum_ballots is below 2": "minimum_ballots가 2보다 작음",
    "challenge_limit is outside 0..100": "challenge_limit가 0..100을 벗어남",
    "revoting is neither never nor last": "revoting이 never도 last도 아님",
    "a key is not a valid Ed25519 key": "바른 Ed25519 열쇠가 아닌 열쇠가 있음",
    "two keys are equal": "같은 열쇠가 둘 있음",
    "a time of the schedule is not a date and time in UTC": "투표 기간의 시각이 UTC 날짜와 시각이 아님",
    "closes is not later than opens": "closes가 opens보다 늦지 않음",
    "labels of the trustees": "열쇠 관리인의 이름표가 규칙에 어긋남",
    "ballot styles: none, or their labels": "투표지 유형이 없거나 그 이름표가 잘못됨",
    "more than 10000 ballot styles": "투표지 유형이 10000개보다 많음",
    "ballot style {n} does not name existing contests in ascending order": (
        "투표지 유형 {0}이 있는 안건을 오름차순으로 적지 않음"
    ),
    "districts: none, or their labels": "지역이 없거나 그 이름표가 잘못됨",
    "more than 10000 districts": "지역이 10000개보다 많음",
    "district {n} names no ballot style": "지역 {0}의 투표지 유형이 없음",
    "title of district {n}": "지역 {0}의 제목이 규칙에 어긋남",
    "number of contests is outside 1..300": "안건의 수가 1..300을 벗어남",
    "labels of the contests": "안건의 이름표가 규칙에 어긋남",
    "number of options is outside 1..300": "선택지의 수가 1..300을 벗어남",
    "labels of the options": "선택지의 이름표가 규칙에 어긋남",
    "titles of the options": "선택지의 제목이 규칙에 어긋남",
    "limits do not obey 1 <= R <= L <= m*R and L <= 1000": "한도가 1 <= R <= L <= m*R, L <= 1000이 아님",
    "method is unknown or does not fit options, limits and seats": (
        "판정 방법을 알 수 없거나 선택지, 한도, 뽑을 수와 맞지 않음"
    ),
    "seats are outside 1..number of options": "뽑을 수가 1..선택지 수를 벗어남",
    "quorum is not a fraction from 0 to 1": "정족수가 0과 1 사이의 분수가 아님",
    "threshold is not a fraction from 0 to 1": "가결 요건이 0과 1 사이의 분수가 아님",
    "threshold is of neither valid, ballots nor eligible": (
        "가결 요건의 기준이 valid, ballots, eligible 가운데 하나가 아님"
    ),
    "quorum": "정족수",
    "threshold": "가결 요건",
    "comparison is neither more_than nor at_least": "비교가 more_than도 at_least도 아님",
    "threshold of a majority is below one half": "과반 방식의 가결 요건이 절반보다 작음",
    "sealed_below_quorum without a quorum": "정족수 없이 sealed_below_quorum",
}

_KEYS_AND_POLICY = {
    "not base64": "base64가 아님",
    "base64 that is not canonical": "표준형이 아닌 base64",
    "not a decimal number": "십진수가 아님",
    "not a verifier key": "검증 열쇠(vkey)가 아님",
    "verifier key without a key": "열쇠가 빠진 검증 열쇠",
    "verifier key whose id is not that of its key": "번호가 열쇠와 맞지 않는 검증 열쇠",
    "verifier key that is not an Ed25519 public key": "Ed25519 공개 열쇠가 아닌 검증 열쇠",
    "only Ed25519 keys (type 0x01) can be checked": "Ed25519 열쇠(종류 0x01)만 검사할 수 있음",
    "note too long": "체크포인트가 너무 긺",
    "note is not UTF-8": "체크포인트가 UTF-8이 아님",
    "note with a control character": "체크포인트에 제어 문자가 있음",
    "note without signatures": "체크포인트에 서명이 없음",
    "note with too many signatures": "체크포인트에 서명이 너무 많음",
    "malformed signature line": "서명 줄의 형식이 틀림",
    "signature too short": "서명이 너무 짧음",
    "checkpoint without origin, size and root": "체크포인트에 기록 이름, 항목 수, 루트 해시가 갖추어지지 않음",
    "root that is not 32 bytes": "루트 해시가 32바이트가 아님",
    "root of the empty tree is not the hash of nothing": "빈 기록의 루트 해시가 틀림",
    "receipt too long": "영수증이 너무 긺",
    "receipt is not UTF-8": "영수증이 UTF-8이 아님",
    "not a tlog-proof of version 1": "판 1의 tlog-proof가 아님",
    "receipt without the entry in its extra line": "영수증의 extra 줄에 기록 항목이 없음",
    "receipt without an index": "영수증에 항목 번호가 없음",
    "receipt with a malformed path": "영수증의 포함 증명이 형식에 어긋남",
    "policy too long": "신뢰 정책이 너무 긺",
    "policy with a control character": "신뢰 정책에 제어 문자가 있음",
    "policy without a quorum": "신뢰 정책에 정족수가 없음",
    "policy line {n}": "신뢰 정책 {0}번째 줄",
    "policy line {n}: {x}": "신뢰 정책 {0}번째 줄: {1}",
    "not understood": "알 수 없는 내용",
    "threshold outside 1..number of members": "기준 수가 1..구성원 수를 벗어남",
    "group member that is unknown or used before": "알 수 없거나 이미 쓰인 구성원",
    "name that is taken": "이미 쓰인 이름",
    "key name that is not UTF-8": "UTF-8이 아닌 열쇠 이름",
    "key of a type that can't sign this": "여기에 서명할 수 없는 종류의 열쇠",
    "public key that stands there before": "앞에 이미 나온 공개 열쇠",
}

_FILES = {
    "no folder or zip archive at {t}": "폴더나 zip 파일이 없음: {0}",
    "not a readable zip archive: {t}": "읽을 수 없는 zip 파일: {0}",
    "archive that names a member twice": "같은 이름의 파일이 두 번 든 zip 파일",
    "{f} is reached by a symbolic link": "{0}이(가) 심볼릭 링크를 거침",
    "{f} can't be opened: {x}": "{0}을(를) 열 수 없음: {1}",
    "{f} can't be opened: {t}": "{0}을(를) 열 수 없음: {1}",
    "{f} is not a plain file": "{0}이(가) 보통 파일이 아님",
    "{f} is damaged: {t}": "{0}이(가) 망가져 있음: {1}",
    "{f} is longer than {n} bytes": "{0}이(가) {1}바이트보다 긺",
    "{f} ends before item {n} of {n}": "{0}이(가) {2}개 가운데 {1}번째 앞에서 끝남",
    "item {n} of {f} is longer than {n} bytes": "{1}의 {0}번째가 {2}바이트보다 긺",
    "{f} ends inside item {n} of {n}": "{0}이(가) {2}개 가운데 {1}번째 도중에 끝남",
    "{f} goes on after its {n} items": "{0}에 {1}개 뒤로도 내용이 더 있음",
    "a worker process died": "계산하던 프로세스 하나가 죽음",
    "working files: {t}": "작업 파일: {0}",
}

_SERVED = {
    "{f}: {x} ({n} attempts)": "{0}: {1} ({2}번 시도)",
    "{f}: more than {n} redirects": "{0}: 다른 주소로 {1}번 넘게 보냄",
    "the answer ends after {n} of {n} bytes": "응답이 {1}바이트 가운데 {0}바이트에서 끝남",
    "{f}: not a plain URL of scheme, host, port and path": "{0}: 방식, 호스트, 포트, 경로로 된 보통 URL이 아님",
    "the server answers {n}": "서버의 응답 {0}",
    "{f}: the server answers {n}": "{0}: 서버의 응답 {1}",
    "{f}: content encoding that was not asked for": "{0}: 요청하지 않은 압축 방식",
    "the server sends too slowly": "서버가 너무 느리게 보냄",
    "{f} is said to be on another host, which is not followed": "{0}이(가) 다른 호스트에 있다고 하나 따라가지 않음",
    "not an anchor's receipt of version 1": "1판의 시점 확인서가 아님",
    "receipt that is not canonical": "확인서가 정해진 표기가 아님",
    "receipt of an unknown kind": "이 프로그램이 모르는 종류의 확인서",
    "receipt with malformed evidence": "확인서의 증거가 형식에 어긋남",
    "--anchor: {x}": "--anchor: {0}",
    "a time stamp needs the root certificate of its authority (--anchor-roots)": (
        "이 확인서에는 시점 확인 기관의 루트 인증서가 있어야 함(--anchor-roots)"
    ),
    "time stamps need this program's extra 'anchors'": "이 프로그램을 'anchors' 추가 기능과 함께 설치하십시오",
    "a receipt of a chain needs a node of it (--anchor-node)": "이 확인서에는 체인의 노드가 있어야 함(--anchor-node)",
    "--anchor-node: it is of another chain than the receipt, which is of {f}": (
        "--anchor-node: 확인서의 체인({0})이 아닌 다른 체인의 노드"
    ),
    "--anchor-node: {f}: not an http or https address": "--anchor-node: {0}: http나 https 주소가 아님",
    "--anchor-node: {f}: {t}": "--anchor-node: {0}: {1}",
    "--anchor-roots: no certificate in PEM form in {f}": "--anchor-roots: {0}에 PEM 형식의 인증서가 없음",
    "node {f}: {t}": "노드 {0}: {1}",
    "node {f}: {t} is not answered in JSON": "노드 {0}: {1}에 JSON으로 답하지 않음",
    "node {f}: {t} is refused": "노드 {0}: {1}을(를) 거절함",
    "node {f}: {t} is answered with something else": "노드 {0}: {1}에 다른 것으로 답함",
    "node {f}: an answer without a number": "노드 {0}: 답에 수가 없음",
    "node {f}: an answer with a time that is none": "노드 {0}: 답의 시각이 시각이 아님",
    "node {f}: the server answers {n}": "노드 {0}: 서버가 {1}(으)로 답함",
    "node {f}: the answer is too long": "노드 {0}: 답이 너무 긺",
    "--cluster needs Dask: install this program with its extra 'cluster'": (
        "--cluster에는 Dask가 있어야 함. 이 프로그램을 'cluster' 추가 기능과 함께 설치하십시오"
    ),
    "a worker of the cluster has not this program: {t}": "클러스터의 작업자 하나에 이 프로그램이 없음: {0}",
    "the cluster's scheduler is gone": "클러스터의 스케줄러가 사라짐",
    "cluster {f}: {t}": "클러스터 {0}: {1}",
    "cluster {f}: {f} runs the verifier {f}, this is {f}": "클러스터 {0}: {1}의 검증 프로그램은 {2}, 여기 것은 {3}",
    "the cluster has had no worker for {n} seconds": "클러스터에 {0}초 동안 작업자가 없음",
    "a worker is out of memory": "작업자 하나의 메모리가 모자람",
    "a task was cancelled": "작업 하나가 취소됨",
    "a worker: {t}": "작업자: {0}",
    "a worker runs the verifier {f}, the others {f}": "작업자 하나의 검증 프로그램은 {0}, 다른 것은 {1}",
    "a worker was not sent its job": "작업자 하나가 할 일을 받지 못함",
    "a worker can't open the record: {t}": "작업자 하나가 기록을 열지 못함: {0}",
    "result of another task": "다른 작업의 결과",
}

_REMEMBERED = {
    "what is remembered: {x}": "기억해 둔 것: {0}",
    "the log had {n} entries and has {n} now": "전에는 기록 항목이 {0}개였는데 지금은 {1}개임",
    "two roots at size {n}": "기록 항목 {0}개일 때의 루트 해시가 둘임",
    "the first difference is among the entries {n} to {n}": "처음 다른 곳은 기록 항목 {0}~{1} 가운데",
    "no difference": "다른 곳 없음",
    "nothing is remembered": "기억해 둔 것이 없음",
    "--state: it is of the log {f}, not of {f}": "--state: {1}이 아니라 공개 기록 {0}의 것임",
    "--state: {f} is of the verifier {f}, this is {f}; delete it to have everything verified by this one": (
        "--state: {0}은(는) 검증 프로그램 {1}의 것이고 이 프로그램은 {2}임. "
        "지우면 모든 것을 이 프로그램으로 다시 검증합니다"
    ),
    "--state: {f} is of the election {f}": "--state: {0}은(는) 선거 {1}의 것임",
    "--state: another run is using {f}": "--state: 다른 실행이 {0}을(를) 쓰고 있음",
    "--state: {f} is not empty and not the state of an earlier run": (
        "--state: {0}이(가) 비어 있지도 않고 앞선 실행의 것도 아님"
    ),
    "--state: {f} is damaged or not of this format; delete the state folder to start anew": (
        "--state: {0}이(가) 망가졌거나 형식이 다름. 처음부터 다시 하려면 그 폴더를 지우십시오"
    ),
    "finished ranges are kept: run the same command again to go on": (
        "끝난 부분은 남아 있으니 같은 명령을 다시 실행하면 이어서 합니다"
    ),
}

_USAGE = {
    "--log-key: {x}": "--log-key: {0}",
    "--election: not 64 lower-case hexadecimal digits": "--election: 소문자 16진수 64자리가 아님",
    "--workers: not in 1..1024": "--workers: 1..1024가 아님",
    "--scratch: no such folder": "--scratch: 그런 폴더가 없음",
    "--report: {f} is the record or a file handed in": "--report: {0}은(는) 기록이거나 제시한 파일이라 덮어쓸 수 없음",
    "--report: {f} can't be written: {x}": "--report: {0}에 쓸 수 없음: {1}",
    "--report: {f} can't be written: {t}": "--report: {0}에 쓸 수 없음: {1}",
    "the log holds several elections; choose one with --election:{t}": (
        "공개 기록에 선거가 여럿 있습니다. --election으로 하나를 고르십시오:{0}"
    ),
    "{f}: longer than {n} bytes": "{0}: {1}바이트보다 긺",
    "{f}: {x}": "{0}: {1}",
    "No such file or directory": "그런 파일이나 폴더가 없음",
    "Is a directory": "폴더임",
    "Not a directory": "폴더가 아님",
    "Permission denied": "권한이 없음",
    "No space left on device": "저장 공간이 없음",
    "Read-only file system": "쓸 수 없는 파일 시스템",
    "interrupted; nothing is verified": "중단됨. 아무것도 검증되지 않았습니다",
    "interrupted": "중단됨",
    "nothing is verified": "아무것도 검증되지 않았습니다",
    "a bug of this program, nothing is verified: {t}": "이 프로그램의 오류. 아무것도 검증되지 않았습니다: {0}",
    "the following arguments are required: {t}": "빠진 인자: {0}",
    "unrecognized arguments: {t}": "알 수 없는 인자: {0}",
    "argument {t}: expected one argument": "인자 {0}: 값이 하나 있어야 함",
    "argument {t}: invalid int value: {q}": "인자 {0}: 정수가 아님: {1}",
    "argument {t}: invalid choice: {q} (choose from {t})": "인자 {0}: 고를 수 없는 값: {1} (가능한 값: {2})",
}

FORMS: dict[str, str] = _JSON | _MANIFEST | _KEYS_AND_POLICY | _FILES | _SERVED | _REMEMBERED | _USAGE
