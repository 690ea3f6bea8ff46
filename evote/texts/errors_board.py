"""Korean sentences for errors of the board and of its ballots in bulk."""

from __future__ import annotations

from typing import Final

BOARD: Final[dict[str, str]] = {
    "board.bad_checkpoint": "체크포인트가 이 기록의 키로 서명되어 있지 않습니다. 누가 썼는지 확인하십시오{detail}",
    "board.database": "게시판의 데이터베이스를 쓸 수 없습니다. 백업본으로 복원하십시오{detail}",
    "board.disk_error": "저장 장치에 문제가 있습니다{detail}",
    "board.disk_full": "저장 공간이 모자라 쓰지 못했습니다{detail}",
    "board.entry_changed": "게시판 데이터베이스의 기록 항목이 바뀌었습니다. 백업본으로 복원하십시오{detail}",
    "board.entry_missing": "게시판 데이터베이스에 기록 항목이 빠져 있습니다. 백업본으로 복원하십시오{detail}",
    "board.exists": "이미 게시판이 있는 곳입니다. 다른 곳을 쓰십시오{detail}",
    "board.file_changed": (
        "파일이 데이터베이스의 내용과 다릅니다. 데이터베이스가 맞으면 그 파일을 지우고 게시판을 다시 여십시오{detail}"
    ),
    "board.forked": (
        "공개된 체크포인트와 데이터베이스가 서로 다른 기록의 것입니다. 공개할 때 쓴 데이터베이스로 되돌리십시오{detail}"
    ),
    "board.locked": "다른 프로그램이 게시판을 열고 있습니다. 기다리거나 그 프로그램을 끝내십시오{detail}",
    "board.missing": "게시판이 없습니다{detail}",
    "board.not_published": "공개된 기록에 그런 항목이 없습니다. 투표지는 묶음으로 기록에 올라갑니다",
    "board.not_sequenced": "진술이 아직 묶음에 들어갈 차례를 기다리고 있습니다{detail}",
    "board.other_key": "키 파일이 이 기록의 것이 아니거나 손상되었습니다. 백업본으로 복원하십시오{detail}",
    "board.other_origin": "{folder} 폴더에는 이름이 다른 기록({found})의 게시판이 있습니다(요청한 이름: {wanted})",
    "board.other_writer": "다른 프로그램이 이 게시판의 데이터베이스에 썼습니다",
    "board.rolled_back": (
        "데이터베이스가 공개된 기록보다 오래되었습니다. 최신 데이터베이스로 되돌리십시오. "
        "없으면 이름과 키를 새로 정해 새 기록을 시작하십시오{detail}"
    ),
    "board.stopped": "오류로 게시판이 멈추었습니다. 다시 여십시오{detail}",
    "board.too_long": "진술의 본문이 너무 깁니다{detail}",
    "bulk.worker_crashed": (
        "투표지를 검증하던 작업이 중간에 멈추었습니다. 메모리가 모자랐을 수 있습니다. "
        "아무것도 결정되지 않았으니 동시에 하는 작업 수를 줄여 다시 하십시오"
    ),
    "board.bad_policy": "신뢰 정책에 이 기록의 키가 없습니다{detail}",
    "board.behind_witness": (
        "데이터베이스가 증인 서버가 서명한 기록보다 오래되었습니다. 최신 데이터베이스로 되돌리십시오. "
        "없으면 이름과 키를 새로 정해 새 기록을 시작하십시오{detail}"
    ),
    "board.disk_low": "남은 저장 공간이 모자라 더 접수하지 않습니다. 공간을 비우십시오{detail}",
    "board.key_conflict": "같은 멱등 키(idempotency key)로 다른 진술을 이미 보냈습니다",
    "board.lease_lost": "다른 프로그램이 이 기록을 넘겨받았습니다. 이 프로그램은 끝내십시오(그 뒤로 쓴 것은 없습니다)",
    "board.newer_schema": "데이터베이스가 이 프로그램보다 새로운 버전의 것입니다{detail}",
    "board.no_quorum": "서명한 증인 서버가 정족수에 모자라 아직 공표되지 않았습니다{detail}",
    "board.no_such_size": "그런 크기의 기록은 없어 일관성 증명을 만들 수 없습니다{detail}",
    "board.old_checkpoint": "공개할 체크포인트의 크기가 기록과 맞지 않습니다{detail}",
    "board.bad_dsn": "데이터베이스 주소는 postgresql://user@host:5432/name처럼 쓰십시오",
    "board.other_database": "이 폴더의 게시판은 다른 데이터베이스를 씁니다{detail}",
    "board.database_gone": "데이터베이스 서버와 연결이 끊겼습니다{detail}",
    "board.no_driver": "PostgreSQL 게시판에는 psycopg 드라이버가 필요합니다. evote[postgresql]을 설치하십시오",
    "board.not_durable": "데이터베이스 서버가 fsync 없이 동작합니다. 게시판에는 fsync가 필요합니다{detail}",
    "board.other_sequencer": "다른 프로그램이 이 기록을 쓰고 있습니다. 그 프로그램을 끝내거나 기다리십시오{detail}",
    "board.old_schema": "데이터베이스가 이전 버전의 것입니다. 게시판을 먼저 한 번 여십시오{detail}",
    "scrub.damage": "손상된 곳이 {count}군데 있습니다",
}
