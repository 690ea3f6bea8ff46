"""The public side of the key ceremony: what anyone checks, whom a complaint convicts, and the keys that come out.

Spec: docs/protocol.md section 6; EG section 3.2, Verifications 2 and 3.

Idea: a trustee's keys and shares are checked as they arrive, from public data alone, and whoever published a false one
is named. Only the value inside an encrypted share is hidden; a complaint opens that one share for everybody.

Invariants: every ProtocolError names the trustees at fault by index; lists of all trustees are in order 1..n.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NoReturn

from evote.core.base_hashes import chaining_field_none, device_hash, extended_base_hash, guardian_record_hash
from evote.core.group import Element
from evote.core.hashed_elgamal import (
    ComplaintEvidence,
    EncryptedShare,
    open_share_with_beta,
    verify_complaint,
    verify_encrypted_share,
)
from evote.core.polynomial import commitment_value
from evote.core.schnorr import KeyUse, verify_guardian_keys
from evote.election.context import ElectionContext
from evote.election.records import ElectionKeys, TrusteeComplaint, TrusteeKeys, TrusteeShares
from evote.errors import ProtocolError, VerificationError


def verify_trustee_keys(context: ElectionContext, keys: TrusteeKeys) -> None:
    """Check one `trustee.keys`: k commitments and k + 1 responses of either kind (S.D), both proofs (V2.C).

    Membership (V2.A) and ranges (V2.B) hold by type. Not checked: that the keys are those committed to (D.A).
    Raise ProtocolError `ceremony.trustee_index`, `.commitment_count`, `.key_proof`, naming the trustee.
    """
    _require_index(context, keys.trustee)
    for use, commitments, proof in (
        (KeyUse.VOTE, keys.vote_commitments, keys.vote_proof),
        (KeyUse.DATA, keys.data_commitments, keys.data_proof),
    ):
        if len(commitments) != context.k or len(proof.responses) != context.k + 1:
            accuse(
                "commitment_count",
                f"trustee {keys.trustee} published {len(commitments)} {use} commitments and {len(proof.responses)} "
                f"responses, {context.k} and {context.k + 1} are needed (S.D)",
                keys.trustee,
            )
        try:
            verify_guardian_keys(
                context.group, context.h_p, use, keys.trustee, commitments, keys.communication_key, proof
            )
        except VerificationError as error:
            accuse("key_proof", f"the {use} proof of trustee {keys.trustee} does not hold (V2.C)", keys.trustee, error)


def verify_trustee_shares(context: ElectionContext, shares: TrusteeShares) -> None:
    """Check one `trustee.shares`: a share for every other trustee, ascending (S.D), each with its proof (D.B).

    Not checked, because only the receiver can: the values inside. Raise ProtocolError `ceremony.trustee_index`,
    `.share_receivers`, `.share_proof`, naming the sender.
    """
    sender = shares.trustee
    _require_index(context, sender)
    receivers = [receiver for receiver, _ in shares.shares]
    if receivers != [index for index in range(1, context.n + 1) if index != sender]:
        accuse("share_receivers", f"trustee {sender} sent shares to {receivers}, not to every other one (S.D)", sender)
    for receiver, encrypted in shares.shares:
        verify_share_proof(context, sender, receiver, encrypted)


def verify_share_proof(context: ElectionContext, sender: int, receiver: int, encrypted: EncryptedShare) -> None:
    """Check the public proof of one encrypted share (D.B); raise ProtocolError `ceremony.share_proof`."""
    try:
        verify_encrypted_share(context.group, context.h_p, sender, receiver, encrypted)
    except VerificationError as error:
        accuse("share_proof", f"the share of trustee {sender} for {receiver} lacks a valid proof (D.B)", sender, error)


def fits_commitments(keys: TrusteeKeys, receiver: int, value: Element, data_value: Element) -> bool:
    """Tell whether g^{P_i(l)} and g^{P^_i(l)}, handed in as elements, are what the sender i committed to."""
    # g^{P_i(l)} = prod_j K_{i,j}^(l^j), and the same with hats
    return value == commitment_value(keys.vote_commitments, receiver) and data_value == commitment_value(
        keys.data_commitments, receiver
    )


def judge_complaint(
    context: ElectionContext,
    all_keys: Sequence[TrusteeKeys],
    all_shares: Sequence[TrusteeShares],
    complaint: TrusteeComplaint,
) -> int:
    """Return the index of the guilty trustee: the accused if the share is wrong, else the complainer.

    Decides from public data alone; `all_keys` and `all_shares` have been verified. Raise ProtocolError, naming the
    complainer, where there is nothing to judge: `ceremony.trustee_index`, `.complaint_target` (about oneself),
    `.complaint_proof` (the evidence is not proved). Such a complaint is not admissible.
    """
    receiver, sender = complaint.trustee, complaint.accused
    _require_all(context, all_keys)
    _require_index(context, receiver)
    if not 1 <= sender <= context.n or sender == receiver:
        accuse("complaint_target", f"trustee {receiver} complains about {sender}, who is no other trustee", receiver)
    receiver_key = all_keys[receiver - 1].communication_key
    encrypted = find_share(all_shares, sender, receiver)
    evidence = ComplaintEvidence(beta=complaint.beta, challenge=complaint.challenge, response=complaint.response)
    try:
        verify_complaint(context.group, context.h_b, sender, receiver, receiver_key, encrypted.c0, evidence)
    except VerificationError as error:
        accuse("complaint_proof", f"trustee {receiver} did not prove the complaint about {sender}", receiver, error)
    try:
        opened = open_share_with_beta(
            context.group, context.h_p, sender, receiver, receiver_key, encrypted, complaint.beta
        )
    except VerificationError:
        # A value of q or more: no honest sender encrypts one.
        return sender
    g = context.group.generator
    share, data_share = opened
    return receiver if fits_commitments(all_keys[sender - 1], receiver, g**share, g**data_share) else sender


def find_share(all_shares: Sequence[TrusteeShares], sender: int, receiver: int) -> EncryptedShare:
    """Return the encrypted share of a sender for a receiver; raise ProtocolError `ceremony.missing_share`."""
    found = [
        encrypted
        for shares in all_shares
        if shares.trustee == sender
        for index, encrypted in shares.shares
        if index == receiver
    ]
    if len(found) != 1:
        accuse("missing_share", f"there are {len(found)} shares of trustee {sender} for {receiver}, not one", sender)
    return found[0]


def make_election_keys(context: ElectionContext, all_keys: Sequence[TrusteeKeys]) -> ElectionKeys:
    """Return the joint keys and the hashes that follow from all n verified `trustee.keys`; no randomness is needed.

    Raise ProtocolError `ceremony.missing_trustee` unless they are those of trustees 1..n in order, and
    `ceremony.degenerate_key` where a joint key is 1, which an honest ceremony never reaches.
    """
    _require_all(context, all_keys)
    group = context.group
    # K = prod K_{i,0},  K^ = prod K^_{i,0}  (V3.A, V3.B)
    vote_key = group.product(keys.vote_commitments[0] for keys in all_keys)
    data_key = group.product(keys.data_commitments[0] for keys in all_keys)
    if group.identity in (vote_key, data_key):
        raise ProtocolError("ceremony.degenerate_key", "a joint key is 1: it would encrypt nothing")
    h_e = extended_base_hash(context.h_b, vote_key, data_key)
    h_di = device_hash(h_e, context.manifest.device)
    return ElectionKeys(
        vote_key=vote_key,
        data_key=data_key,
        h_g=guardian_record_hash(
            context.h_b,
            vote_key,
            data_key,
            [keys.vote_commitments for keys in all_keys],
            [keys.data_commitments for keys in all_keys],
            [keys.communication_key for keys in all_keys],
        ),
        h_e=h_e,
        device_hash=h_di,
        chaining_field=chaining_field_none(h_di),
    )


def accuse(rule: str, message: str, culprit: int, cause: Exception | None = None) -> NoReturn:
    """Raise ProtocolError `ceremony.<rule>` against one trustee."""
    raise ProtocolError(f"ceremony.{rule}", message, (str(culprit),)) from cause


def _require_index(context: ElectionContext, trustee: int) -> None:
    if not 1 <= trustee <= context.n:
        accuse("trustee_index", f"trustee {trustee} does not exist, there are {context.n} (S.D)", trustee)


def _require_all(context: ElectionContext, all_keys: Sequence[TrusteeKeys]) -> None:
    indices = [keys.trustee for keys in all_keys]
    if indices != list(range(1, context.n + 1)):
        raise ProtocolError("ceremony.missing_trustee", f"keys of trustees {indices}, needed are 1..{context.n} (S.D)")
