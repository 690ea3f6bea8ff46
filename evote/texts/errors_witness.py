"""Korean sentences for errors of the witness."""

from __future__ import annotations

from typing import Final

WITNESS: Final[dict[str, str]] = {
    "audit.busy": "이 기록을 감사하고 있습니다. 잠시 뒤에 다시 요청하십시오",
    "audit.unreadable": "감사할 기록을 읽을 수 없습니다{detail}",
    "evidence.bad_header": "증거 파일의 첫 줄이 올바르지 않습니다{detail}",
    "evidence.bad_line": "증거 파일에 올바르지 않은 줄이 있습니다{detail}",
    "evidence.no_checkpoints": "증거 파일에는 서명된 체크포인트가 둘 있어야 합니다{detail}",
    "evidence.no_conflict": "두 체크포인트가 서로 모순되지 않습니다{detail}",
    "evidence.none": "둘 사이에 모순이 없습니다. 같은 기록의 것일 수 있습니다",
    "evidence.not_a_log_key": "기록의 키가 아니라 증인 서버의 키입니다{detail}",
    "evidence.other_log": "서로 다른 기록의 체크포인트입니다{detail}",
    "evidence.too_long": "증거 파일이 너무 깁니다{detail}",
    "evidence.too_many_hashes": "증거 파일의 증명에 해시가 너무 많습니다{detail}",
    "evidence.wrong_order": "크기가 작은 체크포인트가 먼저 와야 합니다",
    "policy.bad_witness": "증인 서버는 공개 키와 주소를 한 칸 띄워 지정합니다",
    "policy.exists": "신뢰 정책 파일이 이미 있어 덮어쓰지 않았습니다{detail}",
    "witness.bad_keys": "증인 서버의 키 파일이 아니거나 손상되었습니다{detail}",
    "witness.bad_octet": "증인 서버와 주고받은 내용에 허용되지 않은 글자가 있습니다{detail}",
    "witness.bad_size": "증인 서버에 보낸 크기가 올바르지 않습니다{detail}",
    "witness.clock_back": "증인 서버의 시계가 뒤로 갔습니다{detail}",
    "witness.damaged": "증인 서버의 데이터베이스가 손상되었거나 다른 버전의 것입니다{detail}",
    "witness.exists": "이미 증인 서버가 있는 폴더입니다. 다른 폴더를 쓰십시오{detail}",
    "witness.no_checkpoint": "요청에 서명된 체크포인트가 없습니다{detail}",
    "witness.no_database": (
        "증인 서버의 데이터베이스가 없습니다. 이 증인 서버는 더 쓸 수 없으니 새 키로 새로 만드십시오{detail}"
    ),
    "witness.no_keys": "이 폴더에 증인 서버가 없습니다. evote witness create로 만드십시오{detail}",
    "witness.no_old_size": "요청의 첫 줄에 이전 크기가 없습니다{detail}",
    "witness.no_port": "이 주소나 포트에서 요청을 받을 수 없습니다{detail}",
    "witness.no_record": "감사인은 기록을 직접 읽습니다. 기록이 있는 곳을 지정하십시오{detail}",
    "witness.no_signatures": "증인 서버의 답에 서명이 없습니다{detail}",
    "witness.not_a_log_key": "기록의 키로 쓸 수 없는 종류의 키입니다{detail}",
    "witness.other_keys": "다른 키를 쓰는 증인 서버의 데이터베이스입니다{detail}",
    "witness.other_statement": "이 폴더의 키는 다른 뜻으로 서명하는 증인 서버의 것입니다{detail}",
    "witness.own_key": "기록의 키가 아니라 증인 서버 자신의 키입니다",
    "witness.permissions": "다른 사람이 증인 서버의 키 파일을 읽을 수 있습니다. 아래의 chmod를 실행하십시오{detail}",
    "witness.store_failed": "증인 서버의 데이터베이스에 문제가 생겼습니다{detail}",
    "witness.too_long": "증인 서버와 주고받은 내용이 너무 깁니다{detail}",
    "witness.too_many_hashes": "일관성 증명에 해시가 너무 많습니다{detail}",
    "witness.unknown_log": "이 증인 서버가 지켜보는 기록이 아닙니다",
    "witness.unreadable": "증인 서버의 키 파일을 읽을 수 없습니다{detail}",
    "witness.unwritable": "증인 서버의 파일을 쓸 수 없습니다{detail}",
}
