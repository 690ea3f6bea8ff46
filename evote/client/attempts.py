"""Asking a server again: which failures may pass by themselves, and after how long a pause.

Spec: RFC 9110 sections 10.2.3 (Retry-After) and 15.

Idea: a lost connection and a busy server look alike to whoever asks; neither says anything about what was asked for.

Invariants: a server never decides alone how long it is waited for.
"""

from __future__ import annotations

from typing import Final

import httpx

PASSING_STATUS: Final = frozenset({408, 425, 429, 500, 502, 503, 504})
_MAXIMUM_DIGITS: Final = 5


class TryAgain(Exception):  # noqa: N818  # 2026-11-22: names what to do
    """An attempt that failed in a way that may pass; `pause`, in seconds, is what the server asked for (0: nothing)."""

    def __init__(self, reason: str, pause: float = 0.0) -> None:
        """Keep the reason, in words for people, and the pause."""
        super().__init__(reason)
        self.pause = pause


def retry_after(response: httpx.Response) -> float:
    """Return the seconds after which a server wants to be asked again, 0 where it does not say.

    A date is not read. The caller decides how much of it to grant.
    """
    text = response.headers.get("retry-after", "")
    return float(text) if text.isascii() and text.isdecimal() and len(text) <= _MAXIMUM_DIGITS else 0.0
