"""What all admission rules share: the ways of refusing, and comparison of a statement with what it must be.

Spec: docs/protocol.md section 4.

Idea: three kinds of refusal. Too early, too late or by somebody else: PolicyError. A second time, or against one's own
word: ProtocolError with the culprit. False: VerificationError. Messages name the kind of statement first.

Invariants: functions here look and raise; they change nothing.
"""

from __future__ import annotations

from typing import NoReturn, TypeVar

from evote.election.kinds import Kind
from evote.election.state import ElectionState, TrusteeFacts
from evote.errors import PolicyError, ProtocolError, VerificationError

T = TypeVar("T")


def require_phase(condition: object, kind: Kind, rule: str) -> None:
    """Raise PolicyError `admission.phase` unless the condition holds; `rule` says when the kind is admissible."""
    if not condition:
        raise PolicyError("admission.phase", f"{kind} is not admissible here: {rule} (protocol section 4)")


def refuse_twice(kind: Kind, culprit: str, which: str = "") -> NoReturn:
    """Raise ProtocolError `admission.twice`: the log already holds this statement."""
    of = f" of {which}" if which else ""
    message = f"{kind}{of} is already in the log and stands there once"
    raise ProtocolError("admission.twice", message, (culprit,), kind=kind)


def require_once(present: object, kind: Kind, culprit: bytes) -> None:
    """Raise ProtocolError `admission.twice` where `present` says that the log already holds the statement."""
    if present:
        refuse_twice(kind, culprit.hex())


def require_equal(stated: T, expected: T, code: str, place: str) -> None:
    """Raise VerificationError `code` where a stated value is not the recomputed one; both are public."""
    if stated != expected:
        raise VerificationError(code, f"{place} is {show(stated)}, recomputed it is {show(expected)}")


def show(value: object) -> str:
    """Return a public value for a message; bytes as hex, long ones cut."""
    text = value.hex() if isinstance(value, bytes) else str(value)
    return text if len(text) <= 80 else f"{text[:77]}..."


def trustee_facts(state: ElectionState, trustee: int) -> TrusteeFacts:
    """Return the facts of a one-based trustee; raise PolicyError `admission.author` for an index out of 1..n."""
    if not 1 <= trustee <= len(state.trustees):
        raise PolicyError(
            "admission.author", f"there is no trustee {trustee}; the manifest names 1 to {len(state.trustees)}"
        )
    return state.trustees[trustee - 1]
