"""The kinds of statement an election is made of, and whose word each of them is.

Spec: docs/protocol.md section 4, in the same order.

Idea: a log may carry other services beside elections, so a kind is a word; these are the words of this profile.

Invariants: `ROLE_OF` names a role for every kind; no other kind may stand in the scope of an election.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from evote.errors import PolicyError


class Role(StrEnum):
    """Who may sign a statement; which key that is says the manifest (trustees: at their index) or the roll."""

    AUTHORITY = "authority"
    REGISTRAR = "registrar"
    TRUSTEE = "trustee"
    CREDENTIAL = "credential"


class Kind(StrEnum):
    """A kind of statement in the scope of an election."""

    MANIFEST = "election.manifest"
    PARAMETERS = "election.parameters"
    TRUSTEE_COMMITMENT = "trustee.commitment"
    TRUSTEE_KEYS = "trustee.keys"
    TRUSTEE_SHARES = "trustee.shares"
    TRUSTEE_CONFIRMATION = "trustee.confirmation"
    TRUSTEE_COMPLAINT = "trustee.complaint"
    KEYS = "election.keys"
    REHEARSAL = "election.rehearsal"
    TRUSTEE_REHEARSAL = "trustee.rehearsal"
    CREDENTIALS = "registrar.credentials"
    ROLL = "registrar.roll"
    STRIKE = "registrar.strike"
    REPLACEMENT = "registrar.replacement"
    OPEN = "election.open"
    BALLOT_CAST = "ballot.cast"
    BALLOT_CHALLENGED = "ballot.challenged"
    CLOSE = "election.close"
    PAPER = "election.paper"
    TALLY = "election.tally"
    TRUSTEE_DECRYPTION = "trustee.decryption"
    RESULT = "election.result"
    FINAL = "election.final"


# The first word of a kind is its author, except for ballots: those come from a credential of the roll.
_ROLE_OF_WORD: Final = {
    "election": Role.AUTHORITY,
    "registrar": Role.REGISTRAR,
    "trustee": Role.TRUSTEE,
    "ballot": Role.CREDENTIAL,
}

ROLE_OF: Final[Mapping[Kind, Role]] = MappingProxyType({kind: _ROLE_OF_WORD[kind.split(".")[0]] for kind in Kind})
BALLOT_KINDS: Final = frozenset({Kind.BALLOT_CAST, Kind.BALLOT_CHALLENGED})


def parse_kind(text: str) -> Kind:
    """Return the kind of a word; raise PolicyError `admission.unknown_kind` for a word that section 4 does not list."""
    try:
        return Kind(text)
    except ValueError:
        raise PolicyError(
            "admission.unknown_kind", f"kind {text!r} is none of the kinds of an election (protocol section 4)"
        ) from None
