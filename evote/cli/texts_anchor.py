"""Texts of `evote anchor`, Korean and English."""

from __future__ import annotations

from typing import Final

ANCHOR: Final[dict[str, tuple[str, str]]] = {
    "anchoring": ("외부 기관에 남기는 중", "Asking the anchor"),
    "anchored": ("확인서를 {file}에 저장했습니다", "The receipt is in {file}"),
    "anchor_time": (
        "이 체크포인트는 늦어도 {time}에 존재했습니다 (외부 기관의 증거 기준)",
        "This checkpoint existed at {time} at the latest, by the anchor's own evidence",
    ),
}
