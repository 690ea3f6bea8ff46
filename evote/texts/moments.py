"""Times as people read them."""

from __future__ import annotations

from datetime import UTC, datetime


def format_moment(seconds: int) -> str:
    """Return a time, given in seconds since 1970, in UTC; as that number where no calendar has it."""
    try:
        return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    except (ValueError, OverflowError, OSError):
        return str(seconds)
