"""Measure how much faster the core encrypts, proves and verifies than plain modular powers, in one run.

*Idea*: both sides of each ratio run alternately in the same process, and the median of the rounds counts, so a busy
machine slows both. Textbook costs are plain `powmod` calls with full 256-bit exponents: 22 for encrypting a two-option
ballot with its proofs, 10 for each selection proof with membership, 8 for the limit proof.
Run with `python -m benchmarks.core_speed`.
"""

from __future__ import annotations

import secrets
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass

from gmpy2 import mpz, powmod

from evote.core.elgamal import Ciphertext, ElGamalKey, encrypt, selection_nonce
from evote.core.fixed_base import BULK_WINDOW_BITS
from evote.core.group import Group, UntestedElement
from evote.core.parameters import STANDARD
from evote.core.range_proof import (
    RangeProof,
    prove_limit,
    prove_selection,
    verify_limit,
    verify_selection_untested,
)
from evote.core.secret import SecretBytes

ROUNDS = 7
TEXTBOOK_ENCRYPTION_POWERS = 22
TEXTBOOK_SELECTION_POWERS = 10
TEXTBOOK_LIMIT_POWERS = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Ballot:
    """Hold one encrypted contest of two options with option limit 1 and contest limit 1."""

    ciphertexts: tuple[Ciphertext, ...]
    selection_proofs: tuple[RangeProof, ...]
    limit_proof: RangeProof


def make_ballot(key: ElGamalKey, h_i: bytes, values: tuple[int, ...]) -> Ballot:
    """Encrypt the selections and make every proof."""
    ballot_nonce = SecretBytes(secrets.token_bytes(32))
    nonces = [selection_nonce(key.group, h_i, 1, option, ballot_nonce) for option in range(1, len(values) + 1)]
    ciphertexts = tuple(encrypt(key, value, nonce) for value, nonce in zip(values, nonces, strict=True))
    proofs = tuple(
        prove_selection(
            key, h_i, 1, option, ciphertexts[option - 1], nonces[option - 1], value, 1, secrets.token_bytes
        )[0]
        for option, value in enumerate(values, 1)
    )
    limit_proof, _ = prove_limit(key, h_i, 1, ciphertexts, nonces, values, 1, secrets.token_bytes)
    return Ballot(ciphertexts=ciphertexts, selection_proofs=proofs, limit_proof=limit_proof)


def verify_ballot(key: ElGamalKey, h_i: bytes, ballot: Ballot) -> None:
    """Test membership and check every proof, starting from the encoded bytes."""
    tested = []
    for option, (ciphertext, proof) in enumerate(zip(ballot.ciphertexts, ballot.selection_proofs, strict=True), 1):
        alpha, beta = (untested(key.group, part.to_bytes()) for part in (ciphertext.alpha, ciphertext.beta))
        tested.append(verify_selection_untested(key, h_i, 1, option, alpha, beta, proof, 1)[0])
    verify_limit(key, h_i, 1, tested, ballot.limit_proof, 1)


def untested(group: Group, data: bytes) -> UntestedElement:
    """Decode a ciphertext part without its own membership test."""
    return group.decode_untested(data)


def plain_powers(group: Group, count: int) -> Callable[[], None]:
    """Return a run of `count` plain powers with fresh full-width exponents and changing bases."""
    bases = [powmod(group.generator.value, secrets.randbelow(group.order), group.p) for _ in range(count)]
    exponents = [mpz(secrets.randbelow(group.order)) for _ in range(count)]

    def run() -> None:
        for base, exponent in zip(bases, exponents, strict=True):
            powmod(base, exponent, group.p)

    return run


def median_seconds(*runs: Callable[[], None]) -> list[float]:
    """Time the runs alternately and return the median of each."""
    times: list[list[float]] = [[] for _ in runs]
    for _ in range(ROUNDS):
        for samples, run in zip(times, runs, strict=True):
            start = time.perf_counter()
            run()
            samples.append(time.perf_counter() - start)
    return [statistics.median(samples) for samples in times]


def main() -> None:
    """Print both ratios."""
    group = Group(STANDARD)
    key = ElGamalKey.precompute(
        group.power(group.generator, group.random_scalar(secrets.token_bytes)), BULK_WINDOW_BITS
    )
    h_i = secrets.token_bytes(32)
    values = (1, 0)
    batch = 10
    ballot = make_ballot(key, h_i, values)

    def encrypt_batch() -> None:
        for _ in range(batch):
            make_ballot(key, h_i, values)

    def verify_one() -> None:
        verify_ballot(key, h_i, ballot)

    verification_powers = TEXTBOOK_SELECTION_POWERS * len(values) + TEXTBOOK_LIMIT_POWERS
    fast, plain = median_seconds(encrypt_batch, plain_powers(group, TEXTBOOK_ENCRYPTION_POWERS))
    fast /= batch
    print(f"encrypt and prove, two options, w = {BULK_WINDOW_BITS}: {fast * 1e3:.2f} ms")
    print(f"  textbook, {TEXTBOOK_ENCRYPTION_POWERS} powmods: {plain * 1e3:.2f} ms, ratio {plain / fast:.1f}")
    fast, plain = median_seconds(verify_one, plain_powers(group, verification_powers))
    print(f"verify, two options, proof by proof: {fast * 1e3:.2f} ms")
    print(f"  textbook, {verification_powers} powmods: {plain * 1e3:.2f} ms, ratio {plain / fast:.2f}")


if __name__ == "__main__":
    main()
