"""A trustee's own side of the key ceremony: secrets, what is published from them, and receiving the others' shares.

Spec: docs/protocol.md section 6; EG section 3.2.

Idea: one secret record lives from round 0 to round 3; after that only the key share is kept. Proofs and encryption
draw fresh randomness, so what `make_trustee_keys` and `make_trustee_shares` return is made once and stored: the payload
of the keys is committed to before it is published.

Invariants: a key share is handed out only after every share in it was compared with its sender's commitments.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from evote.core.group import Group, SecretScalar
from evote.core.hashed_elgamal import EncryptedShare, decrypt_share, encrypt_share, prove_complaint
from evote.core.polynomial import SecretPolynomial, make_polynomial
from evote.core.random_source import RandomBytes
from evote.core.schnorr import KeyUse, prove_guardian_keys
from evote.core.secret import SecretBytes
from evote.election.ceremony import accuse, find_share, fits_commitments, verify_share_proof
from evote.election.context import ElectionContext
from evote.election.records import TrusteeComplaint, TrusteeKeys, TrusteeShares
from evote.errors import EncodingError, ProtocolError, VerificationError


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CeremonySecret:
    """A trustee's secrets during the ceremony: P_i, P^_i (k coefficients each) and zeta_i. Prints as redacted."""

    polynomial: SecretPolynomial
    data_polynomial: SecretPolynomial
    communication_secret: SecretScalar


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class KeyShare:
    """What a trustee keeps after the ceremony: z_i and z^_i, both secret."""

    trustee: int
    share: SecretScalar
    data_share: SecretScalar


def make_ceremony_secret(group: Group, k: int, random: RandomBytes) -> CeremonySecret:
    """Draw both polynomials of degree k - 1 and the communication secret."""
    return CeremonySecret(
        polynomial=make_polynomial(group, k, random),
        data_polynomial=make_polynomial(group, k, random),
        communication_secret=group.random_scalar(random),
    )


def make_trustee_keys(
    context: ElectionContext, trustee: int, secret: CeremonySecret, random: RandomBytes
) -> TrusteeKeys:
    """Return the public keys of a trustee with both proofs; every call makes other proofs, so keep one."""
    group = context.group
    kappa = group.power(group.generator, secret.communication_secret)
    vote_proof, data_proof = (
        prove_guardian_keys(group, context.h_p, use, trustee, polynomial, secret.communication_secret, random)
        for use, polynomial in ((KeyUse.VOTE, secret.polynomial), (KeyUse.DATA, secret.data_polynomial))
    )
    return TrusteeKeys(
        trustee=trustee,
        communication_key=kappa,
        vote_commitments=secret.polynomial.commitments(group),
        vote_proof=vote_proof,
        data_commitments=secret.data_polynomial.commitments(group),
        data_proof=data_proof,
    )


def make_trustee_shares(
    context: ElectionContext,
    trustee: int,
    secret: CeremonySecret,
    all_keys: Sequence[TrusteeKeys],
    random: RandomBytes,
) -> TrusteeShares:
    """Encrypt P_i(l) and P^_i(l) to every other trustee l; `all_keys` are the verified keys of trustees 1..n."""
    return TrusteeShares(
        trustee=trustee,
        shares=tuple(
            (
                receiver.trustee,
                encrypt_share(
                    context.group,
                    context.h_p,
                    trustee,
                    receiver.trustee,
                    receiver.communication_key,
                    secret.polynomial.evaluate(receiver.trustee),
                    secret.data_polynomial.evaluate(receiver.trustee),
                    random,
                ),
            )
            for receiver in all_keys
            if receiver.trustee != trustee
        ),
    )


def receive_share(
    context: ElectionContext,
    receiver: int,
    secret: CeremonySecret,
    sender_keys: TrusteeKeys,
    encrypted: EncryptedShare,
) -> tuple[SecretScalar, SecretScalar]:
    """Check and decrypt one share: proof, both values below q, both as the sender committed.

    Raise ProtocolError `ceremony.share_proof`, `.share_out_of_range`, `.share_value`, naming the sender. For the last
    two `make_complaint` makes the evidence; a share without valid proof is refused by everybody.
    """
    sender = sender_keys.trustee
    verify_share_proof(context, sender, receiver, encrypted)
    try:
        share, data_share = decrypt_share(
            context.group, context.h_p, sender, receiver, secret.communication_secret, encrypted
        )
    except VerificationError as error:
        accuse("share_out_of_range", f"the share of trustee {sender} for {receiver} is not below q", sender, error)
    group = context.group
    g = group.generator
    if not fits_commitments(sender_keys, receiver, group.power(g, share), group.power(g, data_share)):
        accuse(
            "share_value", f"the share of trustee {sender} for {receiver} is not the one committed to: complain", sender
        )
    return share, data_share


def receive_shares(
    context: ElectionContext,
    receiver: int,
    secret: CeremonySecret,
    all_keys: Sequence[TrusteeKeys],
    all_shares: Sequence[TrusteeShares],
) -> KeyShare:
    """Check every share for this trustee and add them up, its own value included.

    `all_keys` and `all_shares` are those of trustees 1..n, verified. Raise ProtocolError as `receive_share` for the
    first wrong share, `ceremony.missing_share`, and `ceremony.own_keys` where the secret is not behind the own keys.
    """
    group = context.group
    own = all_keys[receiver - 1]
    if own.trustee != receiver or not _is_own(group, secret, own):
        raise ProtocolError("ceremony.own_keys", f"the secret is not the one behind the keys of trustee {receiver}")
    share, data_share = secret.polynomial.evaluate(receiver), secret.data_polynomial.evaluate(receiver)
    for keys in all_keys:
        if keys.trustee != receiver:
            encrypted = find_share(all_shares, keys.trustee, receiver)
            value, data_value = receive_share(context, receiver, secret, keys, encrypted)
            # z_i = sum_j P_j(i) mod q, and the same with hats
            share, data_share = share + value, data_share + data_value
    return KeyShare(trustee=receiver, share=share, data_share=data_share)


def make_complaint(
    context: ElectionContext,
    receiver: int,
    secret: CeremonySecret,
    accused: int,
    encrypted: EncryptedShare,
    random: RandomBytes,
) -> TrusteeComplaint:
    """Return the evidence that opens one share to everybody: beta = C0^zeta with its proof. This ends the ceremony."""
    evidence = prove_complaint(
        context.group, context.h_b, accused, receiver, secret.communication_secret, encrypted.c0, random
    )
    return TrusteeComplaint(
        trustee=receiver,
        accused=accused,
        beta=evidence.beta,
        challenge=evidence.challenge,
        response=evidence.response,
    )


def encode_ceremony_secret(secret: CeremonySecret) -> SecretBytes:
    """Return the secret as 2k + 1 scalars for a keystore: a_0..a_{k-1}, a^_0..a^_{k-1}, zeta."""
    return _encode_secrets(
        (*secret.polynomial.coefficients, *secret.data_polynomial.coefficients, secret.communication_secret)
    )


def decode_ceremony_secret(group: Group, k: int, data: SecretBytes) -> CeremonySecret:
    """Return the secret that `encode_ceremony_secret` wrote; raise EncodingError for a wrong width or range."""
    scalars = _decode_secrets(group, 2 * k + 1, data)
    return CeremonySecret(
        polynomial=SecretPolynomial(coefficients=scalars[:k]),
        data_polynomial=SecretPolynomial(coefficients=scalars[k : 2 * k]),
        communication_secret=scalars[-1],
    )


def encode_key_share(key_share: KeyShare) -> SecretBytes:
    """Return z_i and z^_i for a keystore, 64 bytes."""
    return _encode_secrets((key_share.share, key_share.data_share))


def decode_key_share(group: Group, trustee: int, data: SecretBytes) -> KeyShare:
    """Return the key share that `encode_key_share` wrote; raise EncodingError for a wrong width or range."""
    share, data_share = _decode_secrets(group, 2, data)
    return KeyShare(trustee=trustee, share=share, data_share=data_share)


def _is_own(group: Group, secret: CeremonySecret, keys: TrusteeKeys) -> bool:
    return (
        secret.polynomial.commitments(group) == keys.vote_commitments
        and secret.data_polynomial.commitments(group) == keys.data_commitments
        and group.power(group.generator, secret.communication_secret) == keys.communication_key
    )


def _encode_secrets(scalars: tuple[SecretScalar, ...]) -> SecretBytes:
    size = (scalars[0].order.bit_length() + 7) // 8
    return SecretBytes(b"".join(scalar.expose().to_bytes(size, "big") for scalar in scalars))


def _decode_secrets(group: Group, count: int, data: SecretBytes) -> tuple[SecretScalar, ...]:
    size = group.scalar_size
    if len(data) != count * size:
        raise EncodingError(
            "encoding.wrong_width", f"{count} secret scalars have {count * size} bytes, not {len(data)}"
        )
    raw = data.expose()
    return tuple(group.decode_secret_scalar(raw[i : i + size]) for i in range(0, len(raw), size))
