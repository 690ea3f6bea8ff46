"""Korean sentences for errors of anchors outside the log."""

from __future__ import annotations

from typing import Final

ANCHOR: Final[dict[str, str]] = {
    "anchor.bad_token": "시점 확인 기관의 시각 도장이 유효하지 않습니다{detail}",
    "anchor.malformed": "외부 기관의 확인서나 답의 형식이 올바르지 않습니다{detail}",
    "anchor.no_certificate": "파일에 PEM 형식의 인증서가 없습니다",
    "anchor.no_transaction": "체인에 그런 거래가 없습니다{detail}",
    "anchor.not_confirmed": "거래가 아직 체인에 확정되지 않았습니다{detail}",
    "anchor.option_needed": "이 확인서를 검사하려면 옵션이 더 필요합니다{detail}",
    "anchor.other_chain": "확인서와 노드의 체인이 서로 다릅니다{detail}",
    "anchor.other_checkpoint": "다른 체크포인트의 확인서입니다",
    "anchor.other_data": "거래에 이 체크포인트의 해시가 들어 있지 않습니다{detail}",
    "anchor.other_request": "기관이 이 요청이 아닌 다른 요청에 답했습니다",
    "anchor.unavailable": "외부 기관을 지금 쓸 수 없습니다. 확인서는 나중에 받아도 됩니다{detail}",
    "anchor.unknown_kind": "이 버전이 읽지 못하는 종류의 확인서입니다{detail}",
    # copies of a log
    "mirror.bad_checkpoint": "사본의 체크포인트가 신뢰하는 기록의 것이 아닙니다. 누가 썼는지 확인하십시오{detail}",
    "mirror.locked": "다른 프로그램이 {folder}에 복사하고 있습니다. 기다리거나 그 프로그램을 끝내십시오",
    "mirror.missing": "{folder}에 아직 기록의 사본이 없습니다",
    "mirror.no_trust": "새 사본에는 --policy나 --log-key가 필요합니다. 누구를 믿을지는 기록이 정할 일이 아닙니다",
    "mirror.other_log": "이 폴더에는 다른 기록의 사본이 있습니다. 다른 폴더를 고르십시오{detail}",
    "mirror.several_logs": "사본 하나는 기록 하나의 것입니다. 정책에 기록이 하나만 있어야 합니다{detail}",
    "mirror.two_trusts": "--policy와 --log-key 가운데 하나만 고르십시오",
    "mirror.two_ways": "--once와 --watch 가운데 하나만 고르십시오",
    "record.bad_encoding": "기록의 파일이 요청하지 않은 방식으로 압축되었거나 손상되어 왔습니다{detail}",
}
