"""What a failed command tells the shell and the person: exit codes and hints, decided in this one place.

Idea: the class of an error says who is to blame and therefore the exit code; its `code` may have a hint in the text
table, which says what to do next.

Invariants: 0 is success alone; a bug of ours (3) never looks like somebody's mistake.
"""

from __future__ import annotations

from typing import Final

from evote.errors import BoardError, EquivocationError, EvoteError, PolicyError, ProtocolError, VerificationError

FALSE_STATEMENT: Final = 1
UNREADABLE: Final = 2
BUG: Final = 3
UNAVAILABLE: Final = 4
EQUIVOCATION: Final = 5
# What a shell expects of a program that was ended by Ctrl-C.
INTERRUPTED: Final = 130

# The first class that fits decides; everything else is input that can't be read or carried out.
_EXIT_CODES: Final[tuple[tuple[type[EvoteError], int], ...]] = (
    (EquivocationError, EQUIVOCATION),
    (BoardError, UNAVAILABLE),
    (PolicyError, UNAVAILABLE),
    (VerificationError, FALSE_STATEMENT),
    (ProtocolError, FALSE_STATEMENT),
)

# A full disk is nobody's unreadable input.
_UNAVAILABLE_CODES: Final = frozenset({"keystore.unwritable"})


def exit_code(error: EvoteError) -> int:
    """Return the exit code of an error: 1 false, 2 unreadable or usage, 4 unavailable or not now, 5 equivocation."""
    if error.code in _UNAVAILABLE_CODES:
        return UNAVAILABLE
    return next((code for kind, code in _EXIT_CODES if isinstance(error, kind)), UNREADABLE)
