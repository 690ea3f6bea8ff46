"""What a failed command tells the shell: one exit code for every error, decided in this one place.

Idea: the class of an error says who is to blame; refusals of the trustee's own program are told apart by their code,
since "not yet" must not look like "something is false".

Invariants: 0 is success alone; a bug of ours (3) never looks like somebody's mistake.
"""

from __future__ import annotations

from typing import Final

from evote.errors import BoardError, EquivocationError, EvoteError, PolicyError, ProtocolError, VerificationError

FALSE: Final = 1
UNREADABLE: Final = 2
BUG: Final = 3
UNAVAILABLE: Final = 4
EQUIVOCATION: Final = 5

# Refusals that are nobody's fault: too early, too late, or done already.
_NOT_NOW: Final = frozenset(
    f"trustee.{reason}"
    for reason in (
        "no_election",
        "not_due",
        "waiting",
        "no_rehearsal",
        "no_keys",
        "not_closed",
        "no_tally",
        "too_late",
        "already_published",
        "still_needed",
    )
)


def exit_code(error: EvoteError) -> int:
    """Return the exit code: 1 false, 2 unreadable or usage, 4 unavailable or not now, 5 equivocation."""
    match error:
        case EquivocationError():
            return EQUIVOCATION
        case BoardError():
            return UNAVAILABLE
        case PolicyError():
            return UNAVAILABLE if error.code in _NOT_NOW else FALSE
        case VerificationError() | ProtocolError():
            return FALSE
        case _:
            return UNAVAILABLE if error.code == "keystore.unwritable" else UNREADABLE
