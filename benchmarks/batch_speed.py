"""Measure verification of ballots one by one and in batches, per two-option ballot, in one run on one core.

*Idea*: every method starts from the same encoded ballots (raw elements and scalars, no JSON) and does the whole of
Verifications 6 and 7. Naive is one plain power after another, 10 for each selection and 8 for the limit proof. A batch
of N is verified from start to verdict. The streaming estimate fills all buckets as a long run would, measures the cost
of a ballot and of a bucket's end there, and adds up; `--stream N` runs N ballots instead, the distinct ones again and
again with fresh coefficients. Beside each time stands the number of multiplications modulo p that the plan implies and
what they cost at the speed of a bare multiplication measured in the same run.
Run with `python -m benchmarks.batch_speed [--large] [--stream N] [--json FILE]`.
"""

from __future__ import annotations

import argparse
import json
import secrets
import statistics
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from itertools import cycle, islice
from pathlib import Path

from gmpy2 import jacobi, mpz, powmod

from benchmarks.core_speed import untested
from evote.core.batch.buckets import BucketProduct
from evote.core.batch.equations import ContestEquations, examine_contest
from evote.core.batch.plan import BatchPlan, make_plan
from evote.core.batch.verifier import BatchVerifier
from evote.core.elgamal import Ciphertext, ElGamalKey, encrypt, multiply, selection_nonce
from evote.core.fixed_base import BULK_WINDOW_BITS
from evote.core.group import Group
from evote.core.hashing import encode_index
from evote.core.parameters import STANDARD
from evote.core.range_proof import (
    RangeProof,
    prove_limit,
    prove_selection,
    range_challenge,
    verify_limit,
    verify_selection_untested,
)
from evote.core.secret import SecretBytes

OPTIONS = 2
COMPONENTS = 2 * OPTIONS
COMMITMENTS = 4 * OPTIONS + 4
ELEMENTS = COMPONENTS + COMMITMENTS
NAIVE_POWERS = 10 * OPTIONS + 8
STREAM = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class RawBallot:
    """Hold one contest of two options, option limit 1 and contest limit 1, as a record holds it."""

    h_i: bytes
    ciphertexts: tuple[tuple[bytes, bytes], ...]
    selection_proofs: tuple[RangeProof, ...]
    limit_proof: RangeProof
    commitments: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of the table: milliseconds and multiplications for each ballot, and their cost at bare speed."""

    method: str
    milliseconds: float
    ratio: float
    multiplications: float
    bare_milliseconds: float


def make_ballot(key: ElGamalKey, values: Sequence[int]) -> RawBallot:
    """Encrypt, prove and encode."""
    h_i = secrets.token_bytes(32)
    ballot_nonce = SecretBytes(secrets.token_bytes(32))
    nonces = [selection_nonce(key.group, h_i, 1, option, ballot_nonce) for option in range(1, len(values) + 1)]
    ciphertexts = [encrypt(key, value, nonce) for value, nonce in zip(values, nonces, strict=True)]
    proofs = [
        prove_selection(key, h_i, 1, option, ciphertext, nonce, value, 1, secrets.token_bytes)
        for option, (ciphertext, nonce, value) in enumerate(zip(ciphertexts, nonces, values, strict=True), 1)
    ]
    limit = prove_limit(key, h_i, 1, ciphertexts, nonces, values, 1, secrets.token_bytes)
    return RawBallot(
        h_i=h_i,
        ciphertexts=tuple((each.alpha.to_bytes(), each.beta.to_bytes()) for each in ciphertexts),
        selection_proofs=tuple(proof for proof, _ in proofs),
        limit_proof=limit[0],
        commitments=b"".join(element.to_bytes() for _, each in (*proofs, limit) for element in each.elements),
    )


def verify_naive(key: ElGamalKey, ballot: RawBallot) -> None:
    """Verify with plain powers only."""
    group = key.group
    p, q, g, K = group.p, group.order, group.generator.value, key.public_key.value
    tested = []
    for alpha, beta in ballot.ciphertexts:
        tested.append(Ciphertext(alpha=group.decode_element(alpha), beta=group.decode_element(beta)))
    places: list[tuple[Ciphertext, RangeProof, tuple[int, ...]]] = [
        (ciphertext, proof, (1, option))
        for option, (ciphertext, proof) in enumerate(zip(tested, ballot.selection_proofs, strict=True), 1)
    ]
    places.append((multiply(tested), ballot.limit_proof, (1,)))
    for ciphertext, proof, place in places:
        commitments = []
        for j, (c, v) in enumerate(zip(proof.challenges, proof.responses, strict=True)):
            a = powmod(g, v.value, p) * powmod(ciphertext.alpha.value, c.value, p) % p
            b = powmod(K, (v.value - j * c.value) % q, p) * powmod(ciphertext.beta.value, c.value, p) % p
            commitments += [group.computed_element(a), group.computed_element(b)]
        context = tuple(map(encode_index, place))
        challenge = range_challenge(group, ballot.h_i, context, ciphertext.alpha, ciphertext.beta, commitments)
        if challenge != group.scalar(sum(c.value for c in proof.challenges)):
            raise AssertionError("an honest ballot was refused")


def verify_alone(key: ElGamalKey, ballot: RawBallot) -> None:
    """Verify proof by proof, with tables and shared squarings."""
    tested = []
    for option, ((alpha, beta), proof) in enumerate(zip(ballot.ciphertexts, ballot.selection_proofs, strict=True), 1):
        parts = untested(key.group, alpha), untested(key.group, beta)
        tested.append(verify_selection_untested(key, ballot.h_i, 1, option, *parts, proof, 1)[0])
    verify_limit(key, ballot.h_i, 1, tested, ballot.limit_proof, 1)


def examine(group: Group, ballot: RawBallot) -> ContestEquations:
    """Decode a ballot with its commitments and check the hashes."""
    data, size = ballot.commitments, group.element_size
    return examine_contest(
        group,
        ballot.h_i,
        1,
        [(untested(group, alpha), untested(group, beta)) for alpha, beta in ballot.ciphertexts],
        ballot.selection_proofs,
        1,
        ballot.limit_proof,
        1,
        [untested(group, data[start : start + size]) for start in range(0, len(data), size)],
    )


def verify_batch(key: ElGamalKey, ballots: Sequence[RawBallot], count: int) -> None:
    """Verify `count` ballots in one batch, going round the given ones."""
    batch = BatchVerifier(key.group, key.public_key, secrets.token_bytes, count * ELEMENTS)
    add_all(key.group, batch, islice(cycle(ballots), count))
    batch.finish()


def add_all(group: Group, batch: BatchVerifier, ballots: Iterable[RawBallot]) -> None:
    """Examine ballots and add them to a batch."""
    for ballot in ballots:
        batch.add_contests([examine(group, ballot)])


def seconds(run: Callable[[], object]) -> float:
    """Time one run."""
    start = time.perf_counter()
    run()
    return time.perf_counter() - start


def updates(plan: BatchPlan) -> float:
    """Return the bucket multiplications of a ballot, those for alpha-bar and beta-bar; digits that are 0 cost none."""

    def touched(widths: tuple[int, ...]) -> float:
        return sum(1 - 2.0**-width for width in widths)

    return COMPONENTS * touched(plan.component_widths) + COMMITMENTS * touched(plan.commitment_widths) + COMPONENTS


def batch_multiplications(plan: BatchPlan, count: int, jacobi_cost: float) -> float:
    """Return all multiplications of a batch of `count` ballots, for each ballot, Jacobi symbols converted."""
    bits = sum(plan.component_widths) + sum(plan.commitment_widths)
    symbols = bits if plan.tests_products else count * ELEMENTS
    # The first multiplication into a bucket is one by 1, and so are those of an empty bucket at the end.
    filled = 0.0
    for widths, elements in ((plan.component_widths, COMPONENTS), (plan.commitment_widths, COMMITMENTS)):
        filled += sum(2**w * (1 - (1 - 2.0**-w) ** (count * elements)) for w in widths)
    return (count * updates(plan) - filled + 2 * filled + symbols * jacobi_cost + 3 * 295 + 2 * bits) / count


class Bench:
    """One run: key, ballots, the cost of naive verification and of a bare multiplication."""

    def __init__(self, distinct: int) -> None:
        """Make the ballots and measure the units."""
        self.group = Group(STANDARD)
        secret = self.group.random_scalar(secrets.token_bytes)
        self.key = ElGamalKey.precompute(self.group.power(self.group.generator, secret), BULK_WINDOW_BITS)
        self.ballots = [make_ballot(self.key, ((1, 0), (0, 1), (0, 0))[i % 3]) for i in range(distinct)]
        self.rows: list[Row] = []
        numbers = [mpz(secrets.randbits(4095)) for _ in range(2000)]
        p = self.group.p

        def multiplications() -> None:
            product = numbers[0]
            for number in numbers:
                product = product * number % p

        def symbols() -> None:
            for number in numbers[:500]:
                jacobi(number, p)

        self.unit = statistics.median(seconds(multiplications) for _ in range(9)) / len(numbers)
        self.jacobi_cost = statistics.median(seconds(symbols) for _ in range(5)) / 500 / self.unit
        sample = self.ballots[:7]
        self.naive = statistics.median(seconds(partial(verify_naive, self.key, ballot)) for ballot in sample)
        self.add("naive", self.naive, NAIVE_POWERS * 295)
        alone = statistics.median(seconds(partial(verify_alone, self.key, ballot)) for ballot in sample)
        self.add("proof by proof", alone, COMPONENTS * 256 + 8 * 2 * 58 + COMPONENTS * 6 + 12 * 22)

    def add(self, method: str, duration: float, multiplications: float) -> None:
        """Add a row and print it."""
        row = Row(
            method=method,
            milliseconds=duration * 1e3,
            ratio=self.naive / duration,
            multiplications=multiplications,
            bare_milliseconds=multiplications * self.unit * 1e3,
        )
        self.rows.append(row)
        print(
            f"{row.method:28s}{row.milliseconds:9.3f} ms {row.ratio:7.1f} x {row.multiplications:8.0f} mult "
            f"= {row.bare_milliseconds:7.3f} ms, overhead {row.milliseconds / row.bare_milliseconds:5.2f}",
            flush=True,
        )

    def batch(self, count: int) -> None:
        """Verify batches of `count` ballots."""
        plan = make_plan(self.group, count * ELEMENTS)
        rounds = 5 if count <= 100 else 1
        duration = statistics.median(
            seconds(lambda: verify_batch(self.key, self.ballots, count)) for _ in range(rounds)
        )
        name = f"batch of {count}, k = {len(plan.commitment_widths)}"
        self.add(name, duration / count, batch_multiplications(plan, count, self.jacobi_cost))

    def estimate(self, count: int) -> None:
        """Measure a ballot into full buckets and the end of a row, and add up for `count` ballots."""
        plan = make_plan(self.group, count * ELEMENTS)
        batch = BatchVerifier(self.group, self.key.public_key, secrets.token_bytes, count * ELEMENTS)
        for product in (batch._components, batch._commitments):
            fill(product, self.group.p)
        sample = [self.ballots[i % len(self.ballots)] for i in range(400)]
        steady = statistics.median(seconds(lambda: add_all(self.group, batch, sample)) for _ in range(3)) / len(sample)
        row = BucketProduct(self.group.p, (12,))
        fill(row, self.group.p)
        fold = seconds(row.bit_products) / 4096 * plan.bucket_count + 0.02
        k = len(plan.commitment_widths)
        self.add(f"streaming, k = {k}, per ballot", steady, updates(plan))
        self.add(f"estimate for {count}", steady + fold / count, batch_multiplications(plan, count, self.jacobi_cost))


def fill(product: BucketProduct, p: mpz) -> None:
    """Put a number of full length into every bucket, as after many ballots."""
    value = mpz(secrets.randbits(4094))
    for row in product._rows:
        for digit in range(1, len(row)):
            value = value * 3 % p
            row[digit] = value * value % p


def main(arguments: Sequence[str]) -> None:
    """Print the table; write it as JSON if asked."""
    parser = argparse.ArgumentParser(description="Speed of batch verification.")
    parser.add_argument("--large", action="store_true", help="also a batch of 10,000")
    parser.add_argument("--stream", type=int, help="run a stream of this many ballots")
    parser.add_argument("--json", type=Path, help="write the table here")
    options = parser.parse_args(arguments)
    bench = Bench(1000)
    print(f"one multiplication {bench.unit * 1e6:.2f} us, Jacobi symbol {bench.jacobi_cost:.1f} multiplications")
    for count in (10, 100, 1000, *((10_000,) if options.large else ())):
        bench.batch(count)
    bench.estimate(STREAM)
    if options.stream:
        bench.batch(options.stream)
    if options.json:
        options.json.write_text(json.dumps([asdict(row) for row in bench.rows], indent=2) + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])
