"""Help of commands and options in Korean, by the English help that a command declares.

Idea: the English text is the key, so a command is declared in one language and nothing else names its help; a changed
English help loses its Korean one visibly.
"""

from __future__ import annotations

from typing import Final

KOREAN: Final[dict[str, str]] = {
    # every command
    "Show this message and exit.": "이 도움말을 보여 줍니다.",
    "Write one JSON object instead of words.": "문장 대신 JSON 객체 하나를 출력합니다.",
    "ko or en; by default that of LANG.": "ko(한국어) 또는 en(영어). 기본값은 LANG의 언어입니다.",
    "Show where in the program an error arose.": "오류가 프로그램의 어디에서 났는지 보여 줍니다.",
    "File whose first line is the passphrase; else it is asked for.": (
        "첫 줄에 비밀 문구가 있는 파일. 없으면 화면에서 묻습니다."
    ),
    "Election id or its beginning; needed where the board holds several.": (
        "선거 번호 또는 그 앞자리. 게시판에 선거가 여럿이면 필요합니다."
    ),
    "Folder of the board, or its URL.": "게시판 폴더 또는 주소(URL).",
    "Folder of the board.": "게시판 폴더.",
    "Key file of the election authority.": "선거 주관자의 키 파일.",
    "Key file of the registrar.": "명부 관리자의 키 파일.",
    "Don't ask for confirmation.": "확인 질문을 하지 않습니다.",
    "Where to write the .tlog-proof file.": "영수증(.tlog-proof) 파일을 쓸 곳.",
    # evote
    "Verifiable elections on a transparency log": "누구나 검증할 수 있는 투표",
    "The definition of an election": "선거 정의서",
    "Check a definition": "정의서를 검사하고 내용을 문장으로 보여 줍니다",
    "The definition, YAML or JSON.": "선거 정의서(YAML 또는 JSON).",
    "List the named voting rules": "이름이 있는 표결 규칙을 나열합니다",
    "Print a commented example": "설명이 달린 예시를 출력합니다",
    "Signing keys of authority and registrar": "선거 주관자와 명부 관리자의 서명 키",
    "Make a new signing key in a locked file": "새 서명 키를 만들어 잠긴 파일에 넣습니다",
    "The key file.": "키 파일.",
    "Show the public key of a key file": "키 파일의 공개 키를 보여 줍니다",
    # evote board, evote record
    "The bulletin board": "게시판",
    "Look for damage in what a board has stored": "저장된 기록이 손상되었는지 대조합니다",
    "Make a board with a new log": "새 기록으로 게시판을 만듭니다",
    "Name of the log, like vote.example.kr/2026.": "기록 이름. 예: vote.example.kr/2026",
    "Show what the board holds": "게시판에 무엇이 있는지 보여 줍니다",
    "Pin the key of the log of a served board": "주소로 접속하는 게시판의 키를 고정합니다",
    "URL of the board.": "게시판의 주소(URL).",
    "Policy file: witnesses that the log must have.": "기록에 꼭 있어야 하는 증인 서버가 적힌 신뢰 정책 파일.",
    "Write the receipt of a log entry": "기록 항목의 영수증을 씁니다",
    "Index of the entry, from 0.": "항목 번호(0부터).",
    "Admit the submission files of the inbox": "접수함의 제출 파일을 접수합니다",
    "Go on collecting what comes until you stop it (Ctrl-C).": "멈출 때까지(Ctrl-C) 들어오는 파일을 계속 접수합니다.",
    "By default FOLDER/inbox.": "접수함 폴더. 기본값은 FOLDER/inbox입니다.",
    "The public record": "공개 기록",
    "Write the public record to one file": "공개 기록을 파일 하나로 내보냅니다",
    "The zip file to write.": "새로 쓸 zip 파일.",
    # evote election
    "The course of an election, for its authority": "선거 진행(선거 주관자용)",
    "Create an election from its definition": "정의서로 선거를 만듭니다",
    "Number of this attempt; raise it after a failed key ceremony, to make the election anew.": (
        "몇 번째 시도인지. 키 생성 의식이 실패해 선거를 새로 만들 때 하나씩 올립니다."
    ),
    "Say what is done and what is next": "무엇이 끝났고 다음에 무엇을 할지 보여 줍니다",
    "Publish the joint keys of the trustees": "열쇠 관리인들이 함께 만든 선거 키를 공표합니다",
    "Publish a test ciphertext for the trustees": "복호 예행연습용 암호문을 공표합니다",
    "Open the ballot box": "투표를 시작합니다",
    "Do it although the manifest's schedule says another time.": "선거 정의서의 일정과 달라도 실행합니다.",
    "Close the ballot box for good": "투표를 완전히 마감합니다",
    "Close although files wait in the inbox; ballots among them are lost.": (
        "접수함에 파일이 남아 있어도 마감합니다. 그 안의 투표지는 집계되지 않습니다."
    ),
    "Publish the count of the paper ballots": "종이 투표 집계를 공표합니다",
    "The paper counts, YAML or JSON.": "종이 투표 집계 파일(YAML 또는 JSON).",
    "Add up the encrypted ballots": "암호화된 표를 집계합니다",
    "Combine the trustees' decryptions and publish the result": "부분 복호값을 합쳐 결과를 공표합니다",
    "End the election": "선거를 종료합니다",
    "Do every step that is due and needs no decision": "사람이 결정할 것이 없는 단계를 차례로 모두 진행합니다",
    # evote roll
    "The roll of voters, for the registrar": "선거인 명부(명부 관리자용)",
    "Check a roll without importing it": "명부를 받지 않고 검사만 합니다",
    "The roll, CSV: id,name,district[,weight,contact,x_...].": (
        "명부 CSV 파일. 열 이름은 id(번호), name(이름), district(투표구)이고, "
        "weight(가중치), contact(연락처), x_로 시작하는 열은 없어도 됩니다."
    ),
    "Definition that the districts are taken from.": "투표구가 적힌 선거 정의서.",
    "Make a credential for everybody on the roll and publish the list": (
        "명부의 모든 사람에게 투표 자격을 만들고 목록을 공표합니다"
    ),
    "Secret list of who has which credential (locked file).": (
        "누구의 투표 자격이 어느 것인지 적힌 연결 정보(비밀, 잠긴 파일)."
    ),
    "Where to write the codes for delivery (secret, mode 0600).": "전달할 투표 코드를 쓸 곳(비밀, 권한 0600).",
    "Take a credential off the roll": "투표 자격을 말소합니다",
    "The person's id in the roll.": "명부에 적힌 그 사람의 번호(id).",
    "One of voted_on_paper, lost, wrong_person, not_eligible.": (
        "사유: voted_on_paper (종이로 투표함), lost(분실), wrong_person(다른 사람에게 전달됨), "
        "not_eligible(투표권 없음)."
    ),
    "Give a person a new credential": "투표 자격을 재발급합니다",
    "One of lost, wrong_person.": "사유: lost(분실), wrong_person(다른 사람에게 전달됨).",
    "Destroy the list of who has which credential": "연결 정보를 파기합니다",
    "Where to write the signed note of the destruction.": "서명된 파기 확인서를 쓸 곳.",
    "The last day on which anybody could object.": "이의를 제기할 수 있는 마지막 날.",
    # evote ballot
    "A voter on the command line, for tests and audits": "명령줄 투표(시험과 감사용)",
    "Encrypt a ballot and show its confirmation code": "투표지를 암호화하고 확인 코드를 보여 줍니다",
    "The prepared ballot (secret).": "준비한 투표지 파일(비밀).",
    "contest=option or contest=option:value; repeat it. Others stay blank.": (
        "안건=선택지 또는 안건=선택지:값. 여러 번 쓸 수 있습니다. 쓰지 않은 안건은 무기표입니다."
    ),
    "File whose first line is the voter's code; else it is asked for.": (
        "첫 줄에 투표 코드가 있는 파일. 없으면 화면에서 묻습니다."
    ),
    "Cast a prepared ballot for good": "준비한 투표지를 투함합니다",
    "The public record: folder, zip file or URL; by default the board's.": (
        "공개 기록(폴더, zip 파일 또는 주소). 기본값은 게시판의 기록입니다."
    ),
    "URL of the board, in place of record and inbox.": "게시판의 주소(URL). 공개 기록과 접수함을 대신합니다.",
    "Key of the log (vkey); by default the trusted one, or a file's own.": (
        "기록의 공개 키(vkey). 기본값은 믿기로 한 키이고, 파일이면 그 기록에 든 키입니다."
    ),
    "Where submission files go (the board's inbox).": "제출 파일을 둘 폴더(게시판의 접수함 inbox).",
    "Where to write what you need to find your ballot.": "나중에 투표지를 찾는 데 필요한 파일을 쓸 곳.",
    "Open a prepared ballot instead of casting it": "준비한 투표지를 투함하지 않고 열어서 검증합니다",
    "Find a ballot in the record and write its proof": "기록에서 투표지를 찾아 증명을 씁니다",
    "The receipt file that 'cast' wrote.": "투함할 때 받은 영수증 파일.",
    # evote serve
    "Serve a board over HTTP, with its witnesses": "게시판을 증인 서버와 함께 HTTP로 공개합니다",
    (
        "PostgreSQL database of the board, like postgresql://user@host:5432/name; said once, kept in FOLDER. "
        "Leave the password to PGPASSFILE or PGPASSWORD: others see the arguments of a program."
    ): (
        "게시판의 PostgreSQL 데이터베이스. 예: postgresql://user@host:5432/name. 한 번만 주면 FOLDER에 남습니다. "
        "명령의 인수는 다른 사람에게도 보이므로 비밀번호는 PGPASSFILE이나 PGPASSWORD로 주십시오."
    ),
    "Examine and answer for the log's sequencer, which is another process.": (
        "접수 서버로 동작합니다. 진술을 검증하고 응답하며, 기록은 다른 프로세스가 씁니다."
    ),
    "Make the board if there is none, with this name of the log.": "게시판이 없으면 이 기록 이름으로 만듭니다.",
    "Policy file with the witnesses and the quorum from now on.": (
        "앞으로 쓸 증인 서버와 정족수가 적힌 신뢰 정책 파일."
    ),
    "Start so many witnesses here, for trying out.": "이 컴퓨터에서 증인 서버를 이 수만큼 함께 시작합니다(시험용).",
    "Address or network whose X-Forwarded-For is believed; may be repeated.": (
        "X-Forwarded-For를 믿을 주소나 네트워크. 여러 번 쓸 수 있습니다."
    ),
    "Processes that verify ballots; by default one a processor.": (
        "투표지를 검증할 작업의 수. 기본값은 프로세서 수입니다."
    ),
    # evote witness
    "A witness of transparency logs": "증인 서버",
    "Make a witness with new keys": "새 키로 증인 서버를 만듭니다",
    "Folder of the witness.": "증인 서버의 폴더.",
    "Name of the witness, like witness.example.kr/w1.": "증인 서버의 이름. 예: witness.example.kr/w1",
    "Its keys will also state that every entry was verified.": (
        "이 증인 서버의 서명은 모든 항목을 검증했다는 뜻까지 담습니다."
    ),
    "Follow a log for all time": "기록 하나를 계속 지켜보도록 등록합니다",
    "Verifier key of the log.": "기록의 공개 키.",
    "Origin of the log; by default its key's name.": "기록 이름. 기본값은 공개 키에 든 이름입니다.",
    "Where the record is: a URL or a folder; an auditor reads it there.": (
        "공개 기록이 있는 주소 또는 폴더. 감사인은 여기서 기록을 읽습니다."
    ),
    "Show keys, logs and sizes": "키와 지켜보는 기록, 그 크기를 보여 줍니다",
    "Write down what is kept about logs": "보관하고 있는 증거를 파일로 씁니다",
    "Folder for the files.": "파일을 둘 폴더.",
    "Answer logs that ask for cosignatures": "기록의 서명 요청에 응답합니다",
    "Address to listen at.": "요청을 받을 주소.",
    "Port to listen at; 0: any free one.": "요청을 받을 포트. 0이면 비어 있는 아무 포트나 씁니다.",
    "Cosign only what was verified entry by entry": "모든 항목을 검증한 기록에만 서명합니다",
    "Processes that verify ballots.": "투표지를 검증할 작업의 수.",
    # evote policy, evote evidence
    "Trust policies: witnesses and quorum": "신뢰 정책(증인 서버와 정족수)",
    "Write a policy, by default like 4 of 5": "신뢰 정책을 씁니다. 기본값은 다섯 중 넷과 같은 비율입니다",
    "The policy file.": "신뢰 정책 파일.",
    "Key of the log; may be repeated.": "기록의 공개 키. 여러 번 쓸 수 있습니다.",
    "Key of a witness and its address; repeat.": "증인 서버의 공개 키와 주소. 증인 서버마다 되풀이합니다.",
    "How many must cosign; by default more than two thirds.": "서명해야 하는 증인 서버 수. 기본값은 3분의 2 초과.",
    "Address of the log.": "기록의 주소.",
    "Say what a policy withstands": "신뢰 정책이 무엇을 견디는지 보여 줍니다",
    "Evidence against a log": "기록의 부정에 대한 증거",
    "Prove that a log has signed two histories": "기록이 모순되는 두 가지 내용에 서명했음을 증명합니다",
    "The evidence file.": "증거 파일.",
    "Policy file: name the witnesses that cosigned.": "신뢰 정책 파일. 서명한 증인 서버의 이름을 보여 줍니다.",
    "Make evidence from two checkpoints or receipts": "체크포인트나 영수증 둘로 증거를 만듭니다",
    "Prove that a log has broken a promise": "기록이 접수 약속을 지키지 않았음을 증명합니다",
    "The promise, as it was kept.": "보관해 둔 접수 약속 파일.",
    "Policy file with the log's key, its witnesses and the quorum.": (
        "기록의 공개 키, 증인 서버, 정족수가 적힌 신뢰 정책 파일."
    ),
    "URL or folder of a record, if the checkpoint reaches the promised entry.": (
        "체크포인트가 약속된 항목까지 미칠 때, 공개 기록이 있는 주소 또는 폴더."
    ),
    "A signed checkpoint or a .tlog-proof receipt.": "서명된 체크포인트 또는 영수증(.tlog-proof).",
    "Another one of the same log.": "같은 기록의 다른 체크포인트나 영수증.",
    "Where to write the evidence.": "증거를 쓸 곳.",
    "URL or folder of a record of the larger checkpoint, if sizes differ.": (
        "두 크기가 다를 때, 더 큰 체크포인트의 공개 기록이 있는 주소 또는 폴더."
    ),
    # evote-trustee
    "What a trustee runs on their own machine: it reads the public record and makes statements, no secret leaves it.": (
        "열쇠 관리인이 본인 컴퓨터에서 쓰는 프로그램. 공개 기록을 읽고 본인의 진술을 만들며, 비밀은 내보내지 않습니다."
    ),
    "Make your identity key, or show the one you have": "신원 키를 만들거나, 이미 있으면 보여 줍니다",
    "Folder with your keystore.": "키 저장소가 있는 폴더.",
    "File with the passphrase; else it is asked.": "비밀 문구가 든 파일. 없으면 화면에서 묻습니다.",
    "Say what the election waits for and who is missing": "선거가 무엇을, 누구를 기다리는지 보여 줍니다",
    "The public record: the board's URL, a folder or a zip archive.": "공개 기록(게시판의 주소, 폴더 또는 zip 파일).",
    "Key of the log, pinned when it is first used.": "기록의 공개 키. 처음 쓸 때 고정됩니다.",
    "Election id or its beginning, if you have several.": "선거 번호 또는 그 앞자리. 선거가 여럿일 때 씁니다.",
    "Take part in the key ceremony: do whatever round is due": "키 생성 의식에서 지금 할 단계를 합니다",
    "Folder for the files that you hand to the authority; else they go to the board's URL, or it is asked.": (
        "선거 주관자에게 전달할 파일을 둘 폴더. 없으면 게시판의 주소로 보내거나 화면에서 묻습니다."
    ),
    "Witnesses that the log must have, pinned when it is first used.": (
        "기록에 꼭 있어야 하는 증인 서버(신뢰 정책). 처음 쓸 때 고정됩니다."
    ),
    "Wait until it is your turn, and look again from time to time.": "차례가 될 때까지 기다리며 기록을 다시 봅니다.",
    "Wait at most that long; implies --wait.": "기다릴 최대 시간(초). --wait를 함께 쓴 것과 같습니다.",
    "Take the questions about the election as answered yes.": "선거에 대한 질문에 모두 '예'라고 답합니다.",
    "Read your key share back from the disk and decrypt the test ciphertext": (
        "저장된 키 조각을 다시 읽어 예행연습용 암호문을 복호합니다"
    ),
    "Verify the whole record, add up yourself, and publish your part of the decryption": (
        "기록 전체를 검증하고 직접 집계한 뒤 부분 복호값을 만듭니다"
    ),
    "Copy your keystore into a file under a second passphrase": "키 저장소를 다른 비밀 문구로 잠가 파일에 백업합니다",
    "New file for the copy.": "새로 만들 백업 파일.",
    "File with the backup's passphrase; else it is asked.": "백업의 비밀 문구가 든 파일. 없으면 화면에서 묻습니다.",
    "Make your keystore from a backup, where there is none": "키 저장소가 없는 곳에 백업을 복원합니다",
    "The backup.": "백업 파일.",
    "Destroy the secrets of a ceremony that are no longer needed": "더 필요하지 않은 키 생성 의식의 비밀을 지웁니다",
    "Election id or its beginning (8 digits).": "선거 번호 또는 그 앞 8자리.",
    "Destroy the key share too, for ever.": "키 조각까지 영구히 지웁니다.",
    # evote mirror
    "A copy of a log's record": "기록의 사본",
    "Copy what is new in a log's record": "기록에 새로 오른 것을 복사합니다",
    "Folder of the copy.": "사본의 폴더.",
    "Where the log's record is served.": "기록이 공개된 주소.",
    "Policy file with the log's key, witnesses and quorum; remembered.": (
        "기록의 키와 증인 서버와 정족수가 든 정책 파일. 기억해 둡니다."
    ),
    "Go on, and look again so often.": "끝내지 않고 이 간격(초)으로 다시 확인합니다.",
    "Copy what is new and end; the default.": "새로 오른 것을 복사하고 끝냅니다(기본값).",
    "Serve a copy over HTTP, for reading alone": "사본을 HTTP로 공개합니다(읽기 전용)",
    # anchors outside the log
    "Anchors of checkpoints outside the log": "체크포인트의 해시를 기록 밖의 외부 기관에 남기기",
    "Have a checkpoint stamped by a time-stamping authority (RFC 3161)": (
        "시점 확인 기관(RFC 3161)에서 체크포인트의 시점 확인 받기"
    ),
    "Put the hash of a checkpoint into a transaction of an EVM chain": "체크포인트의 해시를 EVM 체인의 거래에 남기기",
    "Check an anchor's receipt for a checkpoint": "외부 기관이 준 확인서가 체크포인트의 것인지 확인",
    "The signed checkpoint.": "서명된 체크포인트 파일.",
    "The receipt that the anchor gave.": "외부 기관이 준 확인서 파일.",
    "Where the receipt is written.": "확인서를 저장할 파일.",
    "Certificates to trust, in PEM form.": "신뢰할 인증서 파일(PEM 형식).",
    "JSON-RPC address of a node of the chain.": "체인 노드의 JSON-RPC 주소.",
    "Blocks that make a transaction count.": "거래를 확정으로 볼 블록 수.",
    "Address of the authority.": "시점 확인 기관의 주소.",
    "Account that the node signs for.": "노드가 대신 서명하는 계정.",
}

# What typer writes around help and errors, by the name of its constant.
FRAME: Final[dict[str, str]] = {
    "ARGUMENTS_PANEL_TITLE": "인자",
    "OPTIONS_PANEL_TITLE": "옵션",
    "COMMANDS_PANEL_TITLE": "명령",
    "ERRORS_PANEL_TITLE": "오류",
    "DEFAULT_STRING": "[기본값: {}]",
    "REQUIRED_LONG_STRING": "[필수]",
    "RICH_HELP": "도움말 보기: [blue]{command_path} {help_option}[/]",
    "ABORTED_TEXT": "중단되었습니다.",
}

# What is wrong with a command line, by the class of typer's error.
USAGE_ERRORS: Final[dict[str, str]] = {
    "NoSuchOption": "없는 옵션입니다: {what}",
    "NoSuchCommand": "없는 명령입니다: {what}",
    "MissingParameter": "꼭 필요한 것이 빠졌습니다: {what}",
    "BadParameter": "{what}의 값이 올바르지 않습니다. 옵션 설명을 확인하십시오(자세히: {message})",
    "BadOptionUsage": "{what} 뒤에 값이 빠졌거나, 값을 쓰지 않는 옵션에 값을 썼습니다",
    "UsageError": "쓰지 않는 인자가 더 있습니다. 빈칸이 든 값은 따옴표로 감싸십시오(자세히: {message})",
}
SIMILAR: Final = ". 비슷한 것: {names}"
