"""What becomes of a submitted statement, and how the log stands: the values that the writer hands to the HTTP side.

Idea: both sides run in threads of their own; what passes between them is finished and never changes.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from evote.errors import EvoteError
from evote.log.promise import Promise


class Witnessing(StrEnum):
    """What witnesses say about the log at this moment."""

    NONE = "none"  # the log's policy asks for no quorum
    QUORUM = "quorum"  # the last round had its quorum
    MISSING = "missing"  # it had not: nothing new is published


NOTICES = {
    Witnessing.NONE: (
        "This log has no witnesses: nobody but its operator vouches that everybody is shown the same history."
    ),
    Witnessing.QUORUM: "A quorum of this log's witnesses has cosigned its checkpoint.",
    Witnessing.MISSING: (
        "Too few witnesses answer. Statements enter the log, but nothing new is published until they do."
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of one statement: refused, or at an index with a receipt or, as yet, a promise.

    `index` is None for a refused statement that has none; `receipt` is the `.tlog-proof`.
    """

    leaf_hash: bytes
    index: int | None = None
    refusal: EvoteError | None = None
    receipt: bytes = b""
    promise: Promise | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LogView:
    """How the log stands: entries committed and published, the checkpoint, the witnesses.

    `published_at` and `missing_since` are monotonic times; `stopped` is why nothing more is accepted, else empty;
    `has_sequencer` is False where a front end finds that nobody holds the log's lease.
    """

    origin: str
    size: int
    published_size: int
    published_at: float
    witnessing: Witnessing
    missing_since: float | None
    cosigned: tuple[str, ...]
    promises: int
    overdue: int
    stopped: str = ""
    has_sequencer: bool = True
