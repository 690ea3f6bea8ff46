"""What a trustee's own program refuses to decrypt, whatever the authority asks for.

Spec: docs/protocol.md section 10, last paragraph; sections 9 and 11 for units, minimum and seals.

Idea: the key share is the last guard of the secret ballot. The program trusts its own replay of the log and nothing
that is handed to it: it adds up the ballots itself and compares.

Invariants: each reason is a PolicyError `trustee.<reason>`; passing both checks means that decrypting the unit tells
no more than section 9 intends. Not checked here: that the log is the public one (checkpoint, witnesses).
"""

from __future__ import annotations

from typing import Final, NoReturn

from evote.election.admission_common import trustee_facts
from evote.election.records import EncryptedTally, TallyUnit
from evote.election.state import ElectionState
from evote.election.tally import compute_tally, is_sealed
from evote.errors import PolicyError

MINIMUM_OF_ANY_ELECTION: Final = 2


def check_may_decrypt(state: ElectionState, trustee: int, decrypted_before: bytes | None = None) -> EncryptedTally:
    """Return the tally that a one-based trustee may decrypt, added up from the ballots of the log.

    `decrypted_before` is the payload SHA-256 of the `election.tally` that this trustee decrypted earlier, from their
    own memory: the same one again is harmless, another one is refused.
    Raise PolicyError `trustee.not_closed`, `.no_tally`, `.too_late`, `.already_published`, `.other_set` or
    `.tally_differs`.
    """
    facts = trustee_facts(state, trustee)
    if not state.closed:
        _refuse("not_closed", "the ballot box is not closed: the log holds no election.close")
    if state.tally is None:
        _refuse("no_tally", "the authority has not published election.tally yet")
    if decrypted_before is not None and decrypted_before != state.tally_digest:
        _refuse(
            "other_set",
            f"trustee {trustee} has decrypted the tally {decrypted_before.hex()} before; this log states another one, "
            f"{state.tally_digest.hex()}. Two sets together betray single ballots: keep both logs as evidence",
        )
    if facts.decryption is not None:
        _refuse(
            "already_published",
            f"trustee {trustee} has published a decryption; a second one is never made",
            trustee=trustee,
        )
    if state.result is not None:
        _refuse("too_late", "election.result is in the log; no further decryption is needed")
    own = compute_tally(state)
    if own != state.tally:
        _refuse("tally_differs", "election.tally is not the sum of the ballots in the log; don't decrypt, report it")
    return own


def check_unit(state: ElectionState, contest: int, unit: TallyUnit) -> None:
    """Refuse a single unit; raise PolicyError `trustee.sealed`, `.single_ballot` or `.below_minimum`."""
    place = f"contest {contest}, unit {unit.unit}"
    if is_sealed(state, contest):
        message = f"{place}: the quorum was missed and the rule of the contest seals the votes"
        _refuse("sealed", message, contest=contest, unit=unit.unit)
    if unit.ballots < MINIMUM_OF_ANY_ELECTION:
        message = f"{place} holds {unit.ballots} ballots; a single ballot is never decrypted"
        _refuse("single_ballot", message, contest=contest, unit=unit.unit, ballots=unit.ballots)
    if unit.ballots < state.manifest.minimum_ballots:
        _refuse(
            "below_minimum",
            f"{place} holds {unit.ballots} ballots, the manifest's minimum is {state.manifest.minimum_ballots}",
            contest=contest,
            unit=unit.unit,
            ballots=unit.ballots,
            minimum=state.manifest.minimum_ballots,
        )


def _refuse(reason: str, message: str, **values: object) -> NoReturn:
    raise PolicyError(f"trustee.{reason}", message, **values)
