"""Admission of what the registrar states: credentials, their totals, strikes and replacements.

Spec: docs/protocol.md section 7; rows E.A, E.B, E.D of section 12.

Idea: the list grows part by part in one ascending order, so a repeated key can't hide; afterwards credentials only
leave it, or hand their place to a new key, with a reason.

Invariants: a check changes nothing; an apply assumes that its check passed. `RollFacts.entries` keeps every credential
that was ever valid, so no key comes back.
"""

from __future__ import annotations

from typing import Final

from evote import ed25519
from evote.election.admission_common import require_equal, require_once, require_phase
from evote.election.kinds import Kind
from evote.election.records import Credential, CredentialsPart, DistrictTotal, Replacement, RollTotals, Strike
from evote.election.state import ElectionState, RollEntry
from evote.election.submission import Submission
from evote.errors import PolicyError, VerificationError

MAXIMUM_WEIGHT: Final = 10**9
MAXIMUM_SUM: Final = 10**12

STRIKE_REASONS: Final = ("voted_on_paper", "lost", "wrong_person", "not_eligible")
REPLACEMENT_REASONS: Final = ("lost", "wrong_person")
# Reasons that say: the ballots of this credential are not the voter's own, or should never have been cast.
ANNULLING_REASONS: Final = frozenset({"wrong_person", "not_eligible"})
VOTED_ON_PAPER: Final = "voted_on_paper"
NOT_ELIGIBLE: Final = "not_eligible"


def check_credentials(state: ElectionState, submission: Submission, record: CredentialsPart) -> None:
    """Check one part of the list.

    Raise PolicyError `admission.phase` after `registrar.roll`, VerificationError `roll.part`, `.order`, `.district`,
    `.weight`, `.weight_on_paper`, `.weight_sum`, `.key_taken` or a code of `ed25519.check_public_key`.
    """
    require_phase(state.roll.totals is None, submission.kind, "the list is complete since registrar.roll")
    require_equal(record.part, state.roll.parts + 1, "roll.part", "part of registrar.credentials")
    officers = _officers(state)
    previous, weight = state.roll.last_key, state.roll.weight
    for number, credential in enumerate(record.credentials, 1):
        place = f"credential {number} of part {record.part}"
        if credential.key <= previous:
            raise VerificationError(
                "roll.order", f"{place} is not above the one before it: keys are strictly ascending"
            )
        _check_credential(state, credential, place)
        _check_key(credential.key, officers, place)
        previous = credential.key
        weight += credential.weight
    # weight * R <= 10^12, so that every sum has a discrete logarithm that can be found
    largest = max(contest.option_limit for contest in state.manifest.contests)
    if weight * largest > MAXIMUM_SUM:
        raise VerificationError(
            "roll.weight_sum",
            f"part {record.part}: all weights together times the largest option limit {largest} exceed {MAXIMUM_SUM}",
        )


def apply_credentials(state: ElectionState, _submission: Submission, record: CredentialsPart) -> None:
    """Add a part to the list."""
    roll = state.roll
    for credential in record.credentials:
        roll.entries[credential.key] = RollEntry(credential.district, credential.weight)
        roll.weight += credential.weight
        roll.last_key = credential.key
    roll.parts = record.part


def check_roll(state: ElectionState, submission: Submission, record: RollTotals) -> None:
    """Check the totals against the list; raise VerificationError `roll.empty`, `.parts`, `.count`, `.weight_total` or
    `.districts`, ProtocolError `admission.twice`.
    """
    require_once(state.roll.totals, submission.kind, submission.author)
    if not state.roll.entries:
        raise VerificationError("roll.empty", "the list holds no credential; publish registrar.credentials first")
    require_equal(record.parts, state.roll.parts, "roll.parts", "parts of registrar.roll")
    require_equal(record.count, len(state.roll.entries), "roll.count", "count of registrar.roll")
    require_equal(record.weight, state.roll.weight, "roll.weight_total", "weight of registrar.roll")
    expected = _district_totals(state)
    require_equal(len(record.districts), len(expected), "roll.districts", "number of districts of registrar.roll")
    for district, (stated, total) in enumerate(zip(record.districts, expected, strict=True), 1):
        require_equal(stated, total, "roll.districts", f"district {district} of registrar.roll")


def apply_roll(state: ElectionState, submission: Submission, record: RollTotals) -> None:
    """Seal the list; from now on it is changed by strikes and replacements alone."""
    state.roll.totals = record
    state.roll.digest = submission.payload_digest


def check_strike(state: ElectionState, submission: Submission, record: Strike) -> None:
    """Check a strike; raise PolicyError `admission.phase`, `roll.unknown`, `.already_removed` or `.has_voted`,
    VerificationError `roll.reason`.
    """
    _check_removal(state, submission.kind, record.credential, record.reason, STRIKE_REASONS)


def apply_strike(state: ElectionState, _submission: Submission, record: Strike) -> None:
    """Take a credential off; its ballots too where the reason annuls them."""
    _remove(state, record.credential, record.reason)
    if record.reason == NOT_ELIGIBLE:
        entry = state.roll.entries[record.credential]
        count, weight = state.roll.not_eligible.get(entry.district, (0, 0))
        state.roll.not_eligible[entry.district] = (count + 1, weight + entry.weight)


def check_replacement(state: ElectionState, submission: Submission, record: Replacement) -> None:
    """Check a replacement; raise what `check_strike` raises, and VerificationError `roll.key_used`, `.key_taken` or a
    code of `ed25519.check_public_key` for the new key.
    """
    _check_removal(state, submission.kind, record.old, record.reason, REPLACEMENT_REASONS)
    if record.new in state.roll.entries:
        raise VerificationError("roll.key_used", "the new credential of the replacement was on the list before")
    _check_key(record.new, _officers(state), "the new credential of the replacement")


def apply_replacement(state: ElectionState, _submission: Submission, record: Replacement) -> None:
    """Hand district and weight on to the new key."""
    _remove(state, record.old, record.reason)
    state.roll.entries[record.new] = state.roll.entries[record.old]
    state.roll.replaced_by[record.old] = record.new


def _check_removal(state: ElectionState, kind: Kind, key: bytes, reason: str, reasons: tuple[str, ...]) -> None:
    require_phase(state.roll.totals, kind, "it follows registrar.roll")
    require_phase(not state.closed, kind, "it stands before election.close")
    if reason not in reasons:
        known = ", ".join(reasons)
        raise VerificationError(
            "roll.reason", f"{kind}: reason {reason!r} is none of {known}", given=reason, known=known
        )
    if key not in state.roll.entries:
        raise PolicyError("roll.unknown", f"{kind}: credential {key.hex()} is not on the roll")
    if key in state.roll.removed:
        raise PolicyError(
            "roll.already_removed",
            f"{kind}: credential {key.hex()} was struck or replaced before ({state.roll.removed[key]})",
            reason=state.roll.removed[key],
        )
    if reason not in ANNULLING_REASONS and key in state.box.cast_count:
        raise PolicyError(
            "roll.has_voted",
            f"{kind}: credential {key.hex()} has cast a ballot, so the reason can't be {reason!r} (protocol section 7)",
            reason=reason,
        )


def _remove(state: ElectionState, key: bytes, reason: str) -> None:
    state.roll.removed[key] = reason
    if reason in ANNULLING_REASONS:
        state.box.annul(key)


def _check_credential(state: ElectionState, credential: Credential, place: str) -> None:
    district_count = len(state.manifest.districts)
    if not 1 <= credential.district <= district_count:
        raise VerificationError(
            "roll.district", f"{place} belongs to district {credential.district}, there are 1 to {district_count}"
        )
    if not 1 <= credential.weight <= MAXIMUM_WEIGHT:
        raise VerificationError(
            "roll.weight", f"{place} has weight {credential.weight}, allowed are 1 to {MAXIMUM_WEIGHT}"
        )
    if state.manifest.paper and credential.weight != 1:
        raise VerificationError(
            "roll.weight_on_paper", f"{place} has weight {credential.weight}; where paper is counted every weight is 1"
        )


def _check_key(key: bytes, officers: frozenset[bytes], place: str) -> None:
    if key in officers:
        raise VerificationError("roll.key_taken", f"{place} is the key of authority, registrar or a trustee")
    try:
        ed25519.check_public_key(key)
    except VerificationError as error:
        raise VerificationError(error.code, f"{place}: {error.message}") from error


def _officers(state: ElectionState) -> frozenset[bytes]:
    manifest = state.manifest
    return frozenset((manifest.authority, manifest.registrar, *(t.public_key for t in manifest.trustees)))


def _district_totals(state: ElectionState) -> tuple[DistrictTotal, ...]:
    counts = [0] * len(state.manifest.districts)
    weights = [0] * len(counts)
    for entry in state.roll.entries.values():
        counts[entry.district - 1] += 1
        weights[entry.district - 1] += entry.weight
    return tuple(DistrictTotal(count=c, weight=w) for c, w in zip(counts, weights, strict=True))
