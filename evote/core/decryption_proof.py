"""Partial decryption of a tally ciphertext by one trustee in one message, with its proof, and their combination.

*Spec*: section 3.6 for M_i, w_i, M and T; the proof per trustee is ours (docs/protocol.md section 10). The
specification's aggregated hashes (equations 88 and 90) are here too, for records that carry the aggregated proof.
*Idea*: trustee i publishes M_i = A^{z_i} and a Chaum-Pedersen proof against Z_i = g^{z_i}, which anyone computes from
the ceremony (`polynomial.share_verification_key`). Any k valid partial decryptions give T = K^t; a wrong one is
refused by name and stops nobody.
*Invariants*: fresh u for every proof; the challenge names election, contest, option, counting unit and trustee.
Whether a trustee may decrypt a ciphertext at all is decided elsewhere, before this module is called.
*Cost*: prove 3 powers, verify 4, combine one power per partial decryption.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from evote.core.elgamal import Ciphertext
from evote.core.group import Element, Group, Scalar, SecretScalar
from evote.core.hashing import (
    Tag,
    encode_element,
    encode_index,
    encode_small,
    encode_trustee_set,
    hash_bytes,
    hash_scalar,
)
from evote.core.polynomial import lagrange_coefficient
from evote.core.random_source import RandomBytes
from evote.errors import VerificationError


@dataclass(frozen=True, slots=True, kw_only=True)
class PartialDecryption:
    """Hold M_i = A^{z_i} (`value`) and its proof (c, v)."""

    value: Element
    challenge: Scalar
    response: Scalar


def prove_partial_decryption(
    group: Group,
    h_e: bytes,
    contest: int,
    option: int,
    unit: int,
    trustee: int,
    share: SecretScalar,
    share_key: Element,
    ciphertext: Ciphertext,
    random: RandomBytes,
) -> PartialDecryption:
    """Decrypt (A, B) partially with the key share z_i (secret) and prove it against `share_key` Z_i = g^{z_i}.

    `contest`, `option` and `unit` (counting district) are 0 for the rehearsal and one-based otherwise; `trustee` is
    one-based. Does not check that Z_i belongs to z_i: the proof would then not verify.
    """
    # M_i = A^{z_i}
    value = group.power(ciphertext.alpha, share)
    # a = g^u,  b = A^u,  v = u - c * z_i
    u = group.random_scalar(random)
    a = group.power(group.generator, u)
    b = group.power(ciphertext.alpha, u)
    c = _challenge(group, h_e, contest, option, unit, trustee, share_key, ciphertext, value, a, b)
    return PartialDecryption(value=value, challenge=c, response=group.scalar((u - c * share).expose()))


def verify_partial_decryption(
    group: Group,
    h_e: bytes,
    contest: int,
    option: int,
    unit: int,
    trustee: int,
    share_key: Element,
    ciphertext: Ciphertext,
    partial: PartialDecryption,
) -> None:
    """Check M_i of one trustee against Z_i; raises VerificationError `verification.partial_decryption`.

    Does not check that the ciphertext is the right tally or that `share_key` is the trustee's.
    """
    c, v = partial.challenge, partial.response
    # a = g^v * Z_i^c,  b = A^v * M_i^c
    a = group.generator**v * share_key**c
    b = ciphertext.alpha**v * partial.value**c
    if _challenge(group, h_e, contest, option, unit, trustee, share_key, ciphertext, partial.value, a, b) != c:
        raise VerificationError(
            "verification.partial_decryption",
            f"the partial decryption of trustee {trustee} is wrong (contest {contest}, option {option}, unit {unit})",
        )


def combine(group: Group, ciphertext: Ciphertext, partials: Mapping[int, Element]) -> Element:
    """Return T = K^t from the M_i of at least k trustees, keyed by their index.

    Neither the number of trustees nor the proofs are checked: fewer than k, or one wrong M_i, give a T without meaning.
    """
    if not partials:
        raise ValueError("a decryption needs at least one trustee")
    # M = prod_{i in U} M_i^{w_i},  T = B / M
    weighted = (value ** lagrange_coefficient(group, i, partials.keys()) for i, value in partials.items())
    return ciphertext.beta / group.product(weighted)


def tally_commitment_hash(
    h_e: bytes,
    contest: int,
    option: int,
    trustee: int,
    ciphertext: Ciphertext,
    a: Element,
    b: Element,
    value: Element,
    trustees: Collection[int],
) -> bytes:
    """Return d_i, the hash a trustee commits to before revealing (a_i, b_i) of the aggregated tally proof."""
    # d_i = H(H_E; 0x30, ind_c, ind_o, i, A, B, a_i, b_i, M_i, U)  (88)
    return hash_bytes(
        h_e,
        Tag.TALLY_COMMITMENT,
        encode_index(contest),
        encode_index(option),
        encode_index(trustee),
        *map(encode_element, (ciphertext.alpha, ciphertext.beta, a, b, value)),
        encode_trustee_set(trustees),
    )


def tally_challenge(
    group: Group, h_e: bytes, contest: int, option: int, ciphertext: Ciphertext, a: Element, b: Element, value: Element
) -> Scalar:
    """Return the challenge of the aggregated tally proof for the combined a, b and M."""
    # c = H_q(H_E; 0x31, ind_c, ind_o, A, B, a, b, M)  (90)
    return hash_scalar(
        group,
        h_e,
        Tag.TALLY_CHALLENGE,
        encode_index(contest),
        encode_index(option),
        *map(encode_element, (ciphertext.alpha, ciphertext.beta, a, b, value)),
    )


def _challenge(
    group: Group,
    h_e: bytes,
    contest: int,
    option: int,
    unit: int,
    trustee: int,
    share_key: Element,
    ciphertext: Ciphertext,
    value: Element,
    a: Element,
    b: Element,
) -> Scalar:
    # c = H_q(H_E; 0x80, ind_c, ind_o, unit, i, Z_i, A, B, M_i, a, b)
    return hash_scalar(
        group,
        h_e,
        Tag.PARTIAL_DECRYPTION,
        encode_small(contest),
        encode_small(option),
        encode_small(unit),
        encode_index(trustee),
        *map(encode_element, (share_key, ciphertext.alpha, ciphertext.beta, value, a, b)),
    )
