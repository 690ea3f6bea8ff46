"""Texts of `evote mirror`, Korean and English."""

from __future__ import annotations

from typing import Final

MIRROR: Final[dict[str, tuple[str, str]]] = {
    "mirror_copying": ("기록을 복사하는 중", "Copying the log"),
    "mirror_copied": (
        "항목 {added}개를 검증하고 복사했습니다. 이제 모두 {size}개입니다.",
        "{added} entries verified and copied; the copy has {size} now.",
    ),
    "mirror_nothing_new": ("새 항목이 없습니다(모두 {size}개).", "Nothing new; the copy has {size} entries."),
    "mirror_serving": (
        "{url}에서 사본을 공개하고 있습니다. 끝내려면 Ctrl-C를 누르십시오.",
        "Serving the copy at {url}; Ctrl-C ends it.",
    ),
}
