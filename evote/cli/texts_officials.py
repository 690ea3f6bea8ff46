"""Texts of the commands for authority and registrar, Korean and English."""

from __future__ import annotations

from typing import Final

OFFICIALS: Final[dict[str, tuple[str, str]]] = {
    "notice": ("알림", "notice"),
    "hint": ("도움말", "hint"),
    "error": ("오류", "error"),
    "detail": ("자세히(영어)", "detail"),
    "as_it_is": ("{message}", "{message}"),
    "bug": (
        "프로그램 오류({kind})입니다. --debug로 다시 실행하면 위치를 볼 수 있습니다",
        "this is a bug of the program ({kind}); run it with --debug to see where",
    ),
    "unanswered": (
        "질문에 답이 없어 멈추었습니다. 바뀐 것은 없습니다",
        "stopped at a question that nobody answered; nothing was changed",
    ),
    "interrupted": (
        "중단되었습니다. 같은 명령을 다시 실행하면 이어서 진행합니다",
        "interrupted; run the same command again to go on",
    ),
    "ask_passphrase": ("비밀 문구: ", "Passphrase: "),
    "ask_new_passphrase": ("새 비밀 문구: ", "New passphrase: "),
    "ask_passphrase_again": ("새 비밀 문구 다시: ", "The same passphrase again: "),
    "opening_board": ("게시판 여는 중", "Opening the board"),
    "computing": ("계산 중", "Computing"),
    "publishing": ("공표 중", "Publishing"),
    "drawing_codes": ("투표 코드 만드는 중", "Drawing codes"),
    "collecting": ("접수 중", "Collecting"),
    "exporting": ("내보내는 중", "Exporting"),
    # keys
    "key_created": ("{file} 파일에 새 키를 만들었습니다.", "A new key is in {file}."),
    "public_key": ("공개 키: {key}", "Public key: {key}"),
    # definition
    "low_quorum": (
        "열쇠 관리인 {count}명 중 {quorum}명은 과반수가 아닙니다. 기록이 사람마다 다르게 보이면 정직한 관리인만으로도 "
        "한 사람의 표가 드러날 수 있습니다. 더 많은 인원을 정하십시오",
        "{quorum} of {count} trustees is not more than half: were the log to show two histories, honest trustees alone "
        "could reveal single ballots; choose a larger quorum",
    ),
    "untranslated": (
        "선거 제목에 있는 언어의 제목이 여기에는 없습니다: {place}",
        "a title is missing here in a language that the election's title has: {place}",
    ),
    "definition_good": ("{file}: 오류가 없습니다.", "{file} is a good definition."),
    "definition_schedule": ("투표 기간: {opens} ~ {closes}", "Voting from {opens} to {closes}"),
    "definition_past": (
        "투표 기간이 이미 지났습니다({closes}까지). 날짜를 다시 확인하십시오",
        "the voting period is over already (until {closes}); check the dates",
    ),
    "definition_trustees": (
        "열쇠 관리인 {count}명 가운데 {quorum}명이 모이면 개표할 수 있습니다.",
        "Any {quorum} of {count} trustees together decrypt the result.",
    ),
    "definition_contest": (
        "안건 {number}: {title} [{options}] ({method})",
        "Contest {number}: {title} [{options}] ({method})",
    ),
    "definition_districts": ("투표구: {labels}", "Districts: {labels}"),
    # board
    "board_created": ("{folder}에 게시판을 만들었습니다.", "The board is in {folder}."),
    "board_stood": ("{folder}에 이미 같은 게시판이 있습니다.", "The same board is in {folder} already."),
    "log_key": ("기록의 공개 키: {key}", "Key of the log: {key}"),
    "board_status": (
        "기록 {origin}: 항목 {size}개, 루트 해시 {root}",
        "Log {origin}: {size} entries, root {root}",
    ),
    "inbox_status": ("접수함에 있는 제출 파일: {count}개", "Submission files in the inbox: {count}"),
    "election_line": ("선거 {id} {label}: {phase}", "Election {id} {label}: {phase}"),
    "receipt_written": ("영수증: {file}", "Receipt: {file}"),
    "file_refused": ("거부: {name} [{code}] {message}", "Refused: {name} [{code}] {message}"),
    "file_waiting": ("대기: {name} {message}", "Waiting: {name} {message}"),
    "file_ignored": ("제출 파일이 아닙니다: {name}", "this is no submission file: {name}"),
    "collected": (
        "접수 {admitted}개, 거부 {refused}개, 대기 {waiting}개",
        "Admitted {admitted}, refused {refused}, waiting {waiting}",
    ),
    "watching": (
        "{folder} 폴더에 들어오는 제출 파일을 계속 접수합니다. 끝내려면 Ctrl-C를 누르십시오",
        "what comes into {folder} is collected until you press Ctrl-C",
    ),
    "collected_in_all": (
        "모두 합하여 접수 {admitted}개, 거부 {refused}개, 대기 {waiting}개",
        "In all: admitted {admitted}, refused {refused}, waiting {waiting}",
    ),
    "exported": (
        "공개 기록을 {file}에 내보냈습니다(항목 {size}개).",
        "The record of {size} entries is in {file}.",
    ),
    # election
    "election_created": ("선거 {label}을(를) 만들었습니다.", "The election {label} is created."),
    "election_exists": (
        "선거 {label}은(는) 이미 있습니다. 바뀐 것은 없습니다.",
        "The election {label} exists already; nothing was changed.",
    ),
    "election_id": ("선거 번호: {id}", "Election id: {id}"),
    "step_done": ("공표했습니다: {kind}", "Published: {kind}"),
    "step_stood": (
        "이미 공표되어 있습니다: {kind}. 바뀐 것은 없습니다.",
        "Published before: {kind}; nothing was changed.",
    ),
    "nothing_due": ("지금 할 일이 없습니다. {phase}", "Nothing to do now. {phase}"),
    "status_phase": ("다음: {phase}", "Next: {phase}"),
    "status_missing": ("기다리는 사람: {names}", "Waiting for: {names}"),
    "status_culprit": ("잘못이 드러난 열쇠 관리인: {name}", "The guilty trustee: {name}"),
    "status_no_roll": ("명부: 아직 공표되지 않았습니다.", "Roll: not published yet."),
    "status_roll": (
        "명부: {count}명(말소 {struck}, 재발급 {replaced})",
        "Roll: {count} people (struck {struck}, replaced {replaced})",
    ),
    "status_ballots": (
        "투함 {cast}장({voters}명), 시험 투표지 {challenged}장",
        "Ballots cast: {cast} by {voters} voters; challenged: {challenged}",
    ),
    "phase_manifest": ("선거 만들기", "Create the election."),
    "phase_parameters": ("선거 만들기를 다시 실행", "Create the election once more; it was interrupted."),
    "phase_commitments": ("열쇠 관리인의 키 약속(0단계)", "Trustees commit to their keys (round 0)."),
    "phase_trustee_keys": ("열쇠 관리인의 키 공표(1단계)", "Trustees publish their keys (round 1)."),
    "phase_shares": ("열쇠 관리인의 키 조각 교환(2단계)", "Trustees exchange shares (round 2)."),
    "phase_confirmations": ("열쇠 관리인의 확인(3단계)", "Trustees confirm (round 3)."),
    "phase_keys": ("선거 키 공표(evote election keys)", "Publish the joint keys (evote election keys)."),
    "phase_rehearsal": ("복호 예행연습(evote election rehearsal)", "Publish the rehearsal (evote election rehearsal)."),
    "phase_trustee_rehearsals": ("열쇠 관리인의 예행연습", "Trustees rehearse decryption."),
    "phase_opening": (
        "명부 공표 후 투표 시작(evote election open)",
        "With the roll published, open the ballot box (evote election open).",
    ),
    "phase_voting": ("투표 중. 끝나면 evote election close", "Voting is on; at its end, evote election close."),
    "phase_paper": ("종이 투표 집계 공표(evote election paper)", "Publish the paper counts (evote election paper)."),
    "phase_tally": ("암호화된 표 집계(evote election tally)", "Add up the ballots (evote election tally)."),
    "phase_decryption": (
        "열쇠 관리인의 복호, 그다음 결과 공표(evote election result)",
        "Trustees decrypt; then publish the result (evote election result).",
    ),
    "phase_final": ("선거 종료(evote election finish)", "End the election (evote election finish)."),
    "phase_ended": ("선거가 끝났습니다.", "The election has ended."),
    "phase_aborted": (
        "키 생성 의식이 이의 제기로 중단되었습니다. evote election create에 --attempt 2를 붙여 선거를 새로 만드십시오.",
        "The key ceremony ended with a complaint; create the election anew: evote election create, --attempt 2.",
    ),
    # roll
    "converted_encoding": (
        "명부 파일이 {encoding} 인코딩이라 변환했습니다. 이름이 바르게 보이는지 확인하십시오",
        "the roll is in {encoding} and was converted; check that names are read right",
    ),
    "seen_encoding": ("명부 파일 인코딩: {encoding}", "the roll is in {encoding}"),
    "normalised_cells": (
        "자모가 분리된 한글을 합쳐 읽었습니다(칸 {count}개)",
        "cells with Hangul in separate letters were composed: {count}",
    ),
    "roll_good": ("명부: {count}명, 인코딩 {encoding}", "Roll: {count} people, encoding {encoding}"),
    "roll_district": ("  {label}: {count}명, 가중치 합 {weight}", "  {label}: {count} people, weight {weight}"),
    "credentials_published": (
        "투표 자격 {count}개를 만들어 공표했습니다.",
        "Credentials for {count} people are made and published.",
    ),
    "credentials_stood": (
        "투표 자격 {count}개는 이미 공표되어 있습니다. 바뀐 것은 없습니다.",
        "Credentials for {count} people were published before; nothing was changed.",
    ),
    "codes_written": (
        "전달할 투표 코드: {file} (비밀. 전달한 뒤 지우십시오)",
        "Codes to deliver: {file} (secret; remove it after delivery)",
    ),
    "struck": ("{id}의 투표 자격을 말소했습니다({reason}).", "The credential of {id} is struck ({reason})."),
    "was_struck": (
        "{id}의 투표 자격은 이미 말소되어 있습니다({reason}).",
        "The credential of {id} was struck before ({reason}).",
    ),
    "replaced": (
        "{id}에게 새 투표 자격을 발급했습니다. 코드: {file}",
        "{id} has a new credential; the code is in {file}.",
    ),
    "was_replaced": (
        "이 코드 파일({file})로 {id}에게 이미 재발급했습니다.",
        "{id} got the credential of {file} before; nothing was changed.",
    ),
    "ask_destroy": (
        "{file}을(를) 파기합니까? 되돌릴 수 없습니다. (네: y, 아니요: n)",
        "Destroy {file}? This can't be undone.",
    ),
    "links_destroyed": (
        "연결 정보를 파기했습니다. 사본도 모두 파기하십시오. 확인서: {note}",
        "The links are destroyed; destroy every copy of them too. Note: {note}",
    ),
    "links_gone": (
        "연결 정보는 이미 파기되어 있습니다. 확인서: {note}",
        "The links were destroyed before. Note: {note}",
    ),
}
