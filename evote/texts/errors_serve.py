"""Korean sentences for errors of the served board."""

from __future__ import annotations

from typing import Final

SERVE: Final[dict[str, str]] = {
    "board.busy": "기다리는 진술이 너무 많습니다. 잠시 뒤에 다시 하십시오{detail}",
    "board.stopping": "게시판을 멈추는 중입니다",
    "request.bad_hash": "해시는 소문자 16진수 64자여야 합니다{detail}",
    "request.bad_key": "멱등 키(idempotency key)는 인쇄할 수 있는 ASCII 문자 1자 이상 255자 이하여야 합니다",
    "request.bad_sizes": "일관성 증명의 크기는 1 이상이고, 뒤의 크기가 앞의 크기보다 작지 않아야 합니다",
    "board.no_sequencer": "기록을 쓰는 프로그램이 아직 진술을 가져가지 않았습니다. 나중에 같은 진술을 다시 보내십시오",
    "serve.address": "이 주소나 포트에서 요청을 받을 수 없습니다. 다른 것을 고르십시오{detail}",
    "serve.bad_count": "같은 컴퓨터에서 시작할 증인 서버의 수가 허용 범위를 벗어났습니다{detail}",
    "serve.front_end_options": (
        "접수 서버는 게시판을 만들거나 증인에게 묻지 않습니다. 그 일은 기록을 쓰는 프로그램이 합니다"
    ),
    "serve.no_record": (
        "{folder} 폴더에 이 기록의 공개 파일이 없습니다. 기록을 쓰는 프로그램의 record 폴더를 함께 쓰십시오"
    ),
    "serve.not_shared": "{folder} 폴더의 게시판은 PostgreSQL을 쓰지 않아 접수 서버를 따로 둘 수 없습니다",
    "serve.two_policies": "같은 컴퓨터의 증인 서버와 신뢰 정책 파일 가운데 하나만 고르십시오",
    "serve.witness_failed": "같은 컴퓨터의 {number}번 증인 서버가 시작되지 않았습니다. 그 폴더의 log 파일을 보십시오",
    "submission.empty": "요청에 제출 파일이 없습니다",
}
