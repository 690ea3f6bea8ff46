"""ElGamal encryption with the message in the exponent of the public key.

*Spec*: section 3.3 (selection encryption), equation 33; section 3.5 (products of ciphertexts, weights).
*Idea*: (alpha, beta) = (g^xi, K^(sigma + xi)). Products of ciphertexts encrypt sums, so the tally is decrypted once.
Every power has base g or K; an `ElGamalKey` holds a table for each from the start.
*Invariants*: both parts of a Ciphertext are elements of Z_p^r; a nonce encrypts one selection only.
*Cost*: encrypt and verify_opening 2 fixed-base powers; multiply none; weigh 2 short powers.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from evote.core.fixed_base import DEFAULT_WINDOW_BITS, FixedBaseTable
from evote.core.group import Element, Group, Scalar, SecretScalar
from evote.core.hashing import Tag, encode_digest, encode_index, hash_bytes
from evote.core.secret import SecretBytes
from evote.errors import VerificationError


@dataclass(frozen=True, slots=True, kw_only=True)
class Ciphertext:
    """Hold an encryption (alpha, beta) = (g^xi, K^(sigma + xi))."""

    alpha: Element
    beta: Element


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ElGamalKey:
    """Hold a public key K with the fixed-base tables for g and K."""

    group: Group
    public_key: Element
    g_table: FixedBaseTable
    k_table: FixedBaseTable

    @classmethod
    def precompute(cls, public_key: Element, window_bits: int = DEFAULT_WINDOW_BITS) -> ElGamalKey:
        """Build both tables; `fixed_base` says what each window width costs.

        Raises VerificationError `verification.degenerate_key` for K = 1, which would encrypt nothing.
        """
        group = public_key.group
        if public_key == group.identity:
            raise VerificationError("verification.degenerate_key", "the public key is 1")
        return cls(
            group=group,
            public_key=public_key,
            g_table=FixedBaseTable(group, group.generator, window_bits),
            k_table=FixedBaseTable(group, public_key, window_bits),
        )


def selection_nonce(group: Group, h_i: bytes, contest: int, option: int, ballot_nonce: SecretBytes) -> SecretScalar:
    """Derive the nonce of one selection from the ballot nonce xi_B (32 bytes, secret); the indices are one-based."""
    # xi_{i,j} = H_q(H_I; 0x21, ind_c, ind_o, xi_B)  (33)
    digest = hash_bytes(
        h_i, Tag.SELECTION_NONCE, encode_index(contest), encode_index(option), encode_digest(ballot_nonce.expose())
    )
    return group.secret_scalar(int.from_bytes(digest, "big"))


def encrypt(key: ElGamalKey, value: int, nonce: SecretScalar | Scalar) -> Ciphertext:
    """Encrypt a small value >= 0 (secret) under a nonce that is used for nothing else; the range is not checked."""
    # (alpha, beta) = (g^xi, K^(sigma + xi))
    return Ciphertext(alpha=key.g_table.power(nonce), beta=key.k_table.power(nonce + key.group.scalar(value)))


def verify_opening(key: ElGamalKey, ciphertext: Ciphertext, value: int, nonce: Scalar) -> None:
    """Check that a ciphertext is the encryption of `value` under a published nonce (Verification 13).

    Raises VerificationError `verification.opening`. Does not check that the value is allowed.
    """
    # alpha = g^xi (13.1),  beta = K^(sigma + xi) (13.2)
    if encrypt(key, value, nonce) != ciphertext:
        raise VerificationError("verification.opening", "the published nonce and value do not give this ciphertext")


def neutral_ciphertext(group: Group) -> Ciphertext:
    """Return (1, 1), the product of no ciphertexts: the tally of an option on no ballot."""
    return Ciphertext(alpha=group.identity, beta=group.identity)


def multiply(ciphertexts: Iterable[Ciphertext]) -> Ciphertext:
    """Multiply ciphertexts: the product encrypts the sum; raises ValueError for none (see `neutral_ciphertext`)."""
    product: Ciphertext | None = None
    for ciphertext in ciphertexts:
        # (A, B) = (prod alpha_i, prod beta_i)
        product = (
            ciphertext
            if product is None
            else Ciphertext(alpha=product.alpha * ciphertext.alpha, beta=product.beta * ciphertext.beta)
        )
    if product is None:
        raise ValueError("the product of no ciphertexts needs a group: use neutral_ciphertext")
    return product


def weigh(ciphertext: Ciphertext, weight: int) -> Ciphertext:
    """Raise both parts to a public weight W >= 1: the result encrypts W times the value."""
    if weight < 1:
        raise ValueError("a weight is at least 1")
    # (alpha^W, beta^W)
    return ciphertext if weight == 1 else Ciphertext(alpha=ciphertext.alpha**weight, beta=ciphertext.beta**weight)


def weighted_product(weighted: Iterable[tuple[Ciphertext, int]]) -> Ciphertext:
    """Multiply ciphertexts raised to their weights (section 3.5); raises ValueError for none."""
    # (A, B) = (prod alpha_i^{W_i}, prod beta_i^{W_i})
    return multiply(weigh(ciphertext, weight) for ciphertext, weight in weighted)
