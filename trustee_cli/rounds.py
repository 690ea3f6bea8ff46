"""What a trustee says in the key ceremony, round by round, and when.

Spec: docs/protocol.md sections 4 and 6.

Idea: the phase of the replayed state says which round it is; the vault says what was said already. Secrets are drawn
and saved first, then the statement is made from what was saved, saved too, and only then shown.

Invariants: keys are committed to before they can be shown; shares and confirmation are made from statements that the
replay has verified; a share that is wrong becomes a complaint that names its sender, and nothing else.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256

from evote.client.submission import Submission
from evote.codec.payloads import decode_payload
from evote.core.random_source import RandomBytes
from evote.election import ceremony, ceremony_trustee
from evote.election.admission_ceremony import all_trustee_keys
from evote.election.ceremony_trustee import CeremonySecret
from evote.election.kinds import Kind
from evote.election.records import TrusteeCommitment, TrusteeConfirmation, TrusteeShares
from evote.election.state import ElectionState, Phase, TrusteeFacts
from evote.errors import KeystoreError, ProtocolError, VerificationError
from trustee_cli.vault import Seat, Vault

# Errors about a share that its receiver can prove to everybody.
_COMPLAINTS = ("ceremony.share_value", "ceremony.share_out_of_range")

_ROUNDS: dict[Phase, tuple[Kind, Callable[[TrusteeFacts], object | None]]] = {
    Phase.COMMITMENTS: (Kind.TRUSTEE_COMMITMENT, lambda facts: facts.commitment),
    Phase.TRUSTEE_KEYS: (Kind.TRUSTEE_KEYS, lambda facts: facts.keys),
    Phase.SHARES: (Kind.TRUSTEE_SHARES, lambda facts: facts.shares),
    Phase.CONFIRMATIONS: (Kind.TRUSTEE_CONFIRMATION, lambda facts: facts.confirmation),
    Phase.TRUSTEE_REHEARSALS: (Kind.TRUSTEE_REHEARSAL, lambda facts: facts.rehearsal),
    Phase.DECRYPTION: (Kind.TRUSTEE_DECRYPTION, lambda facts: facts.decryption),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoken:
    """A statement of the ceremony, and the trustee that it accuses, if any."""

    kind: Kind
    submission: Submission
    accused: int | None = None


def missing_trustees(state: ElectionState) -> tuple[int, ...]:
    """Return the trustees whose statement the phase awaits, ascending; none where it awaits somebody else's."""
    if state.phase not in _ROUNDS:
        return ()
    _, published = _ROUNDS[state.phase]
    return tuple(index for index, facts in enumerate(state.trustees, 1) if published(facts) is None)


def due_kind(state: ElectionState, trustee: int) -> Kind | None:
    """Return the kind of statement that a trustee may make now and has not made in the log."""
    return _ROUNDS[state.phase][0] if trustee in missing_trustees(state) else None


def is_past_ceremony(state: ElectionState) -> bool:
    """Tell whether all confirmations are in the log."""
    return bool(state.trustees) and all(facts.confirmation is not None for facts in state.trustees)


def check_own_statements(own: dict[str, bytes], seat: Seat) -> None:
    """Compare what the log holds in this trustee's name with what this keystore has made.

    A statement that was lost with an older state of the keystore is harmless except for commitment and keys, whose
    secrets can't be made again. Raise KeystoreError `trustee.lost_statement`, VerificationError
    `trustee.foreign_statement`.
    """
    for kind, digest in own.items():
        made = seat.statements.get(kind)
        if made is not None and sha256(made.payload).digest() != digest:
            raise VerificationError(
                "trustee.foreign_statement",
                f"the log holds a {kind} with your signature that this keystore did not make: somebody else has your "
                "key, or this keystore was restored from an older backup",
                kind=kind,
            )
        has_secret = seat.ceremony_secret is not None or seat.key_share is not None
        if made is None and kind in (Kind.TRUSTEE_COMMITMENT, Kind.TRUSTEE_KEYS) and not has_secret:
            raise KeystoreError(
                "trustee.lost_statement",
                f"the log holds your {kind}, but this keystore has no secrets for it: restore the right backup, or "
                "tell the authority that the ceremony must begin anew",
            )


def speak(vault: Vault, state: ElectionState, kind: Kind, random: RandomBytes) -> Spoken:
    """Return the statement of a round, the same one every time; for the last round it may be a complaint.

    Raise ProtocolError of `receive_shares` where a fault can't be proved by a complaint; KeystoreError
    `trustee.no_secret` where the secrets of the ceremony were forgotten.
    """
    election_id = state.election_id
    seat = vault.seat(election_id)
    if kind is Kind.TRUSTEE_COMMITMENT:
        _commit(vault, state, seat, random)
    elif kind is Kind.TRUSTEE_KEYS:
        if kind not in seat.statements:
            raise KeystoreError("trustee.lost_statement", "this keystore does not hold the keys that it committed to")
    elif kind is Kind.TRUSTEE_SHARES:
        vault.once(election_id, kind, lambda: _make_shares(state, seat, random))
    else:
        return _confirm_or_complain(vault, state, seat, random)
    return Spoken(kind=kind, submission=seat.statements[kind])


def ensure_key_share(vault: Vault, state: ElectionState) -> None:
    """Compute and save the key share where the keystore has the ceremony's secrets but not yet the share."""
    seat = vault.seat(state.election_id)
    if seat.key_share is None and seat.ceremony_secret is not None:
        _receive(state, seat)
        vault.save()


def _commit(vault: Vault, state: ElectionState, seat: Seat, random: RandomBytes) -> None:
    """Draw the secrets, make the keys, and commit to the exact bytes of their payload; all in one save."""
    if Kind.TRUSTEE_COMMITMENT in seat.statements:
        return
    context = state.known_context
    secret = ceremony_trustee.make_ceremony_secret(state.group, context.k, random)
    keys = ceremony_trustee.make_trustee_keys(context, seat.trustee, secret, random)
    seat.ceremony_secret = ceremony_trustee.encode_ceremony_secret(secret)
    made = vault.prepare(state.election_id, Kind.TRUSTEE_KEYS, keys)
    commitment = TrusteeCommitment(trustee=seat.trustee, keys=sha256(made.payload).digest())
    vault.prepare(state.election_id, Kind.TRUSTEE_COMMITMENT, commitment)
    vault.save()


def _make_shares(state: ElectionState, seat: Seat, random: RandomBytes) -> TrusteeShares:
    secret = _ceremony_secret(state, seat)
    return ceremony_trustee.make_trustee_shares(
        state.known_context, seat.trustee, secret, all_trustee_keys(state), random
    )


def _confirm_or_complain(vault: Vault, state: ElectionState, seat: Seat, random: RandomBytes) -> Spoken:
    election_id, context = state.election_id, state.known_context
    for kind in (Kind.TRUSTEE_COMPLAINT, Kind.TRUSTEE_CONFIRMATION):
        if kind in seat.statements:
            return _spoken(state, kind, seat.statements[kind])
    try:
        _receive(state, seat)
    except ProtocolError as error:
        if error.code not in _COMPLAINTS:
            raise
        accused = int(error.culprits[0])
        encrypted = ceremony.find_share(_all_shares(state), accused, seat.trustee)
        complaint = ceremony_trustee.make_complaint(
            context, seat.trustee, _ceremony_secret(state, seat), accused, encrypted, random
        )
        return _spoken(
            state,
            Kind.TRUSTEE_COMPLAINT,
            vault.once(election_id, Kind.TRUSTEE_COMPLAINT, lambda: complaint),
        )
    h_g = ceremony.make_election_keys(context, all_trustee_keys(state)).h_g
    confirmation = TrusteeConfirmation(trustee=seat.trustee, h_g=h_g)
    # The key share is saved with the confirmation: nobody confirms what they can't use.
    return _spoken(
        state, Kind.TRUSTEE_CONFIRMATION, vault.once(election_id, Kind.TRUSTEE_CONFIRMATION, lambda: confirmation)
    )


def _receive(state: ElectionState, seat: Seat) -> None:
    key_share = ceremony_trustee.receive_shares(
        state.known_context,
        seat.trustee,
        _ceremony_secret(state, seat),
        all_trustee_keys(state),
        _all_shares(state),
    )
    seat.key_share = ceremony_trustee.encode_key_share(key_share)


def _spoken(state: ElectionState, kind: Kind, submission: Submission) -> Spoken:
    record = decode_payload(kind, submission.payload, state.group)
    return Spoken(kind=kind, submission=submission, accused=getattr(record, "accused", None))


def _ceremony_secret(state: ElectionState, seat: Seat) -> CeremonySecret:
    if seat.ceremony_secret is None:
        raise KeystoreError("trustee.no_secret", "the secrets of this ceremony are not in the keystore (any more)")
    return ceremony_trustee.decode_ceremony_secret(state.group, state.known_context.k, seat.ceremony_secret)


def _all_shares(state: ElectionState) -> list[TrusteeShares]:
    return [facts.shares for facts in state.trustees if facts.shares is not None]
