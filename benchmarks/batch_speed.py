"""Measure verification of ballots one by one and in batches, per two-option ballot, in one run on one core.

*Idea*: every method starts from the same encoded ballots (raw elements and scalars, no JSON) and does the whole of
Verifications 6 and 7. Naive is one plain power after another, 10 for each selection and 8 for the limit proof. A batch
of N is verified from start to verdict. The streaming estimate fills all buckets as a long run would, measures the cost
of a ballot and of a bucket's end there, and adds up; `--stream N` runs N ballots instead, the distinct ones again and
again with fresh coefficients. Beside each time stands the number of multiplications modulo p that the plan implies and
what they cost at the speed of a bare multiplication measured around it.
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
POWER = 295  # multiplications of a plain power with 256 bits
STREAM = 100_000
ROUNDS = 5


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
    """One line: milliseconds for each ballot, against naive, multiplications, and time over their bare time."""

    method: str
    milliseconds: float
    ratio: float
    multiplications: float
    time_over_bare: float


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


def median_of(runs: Sequence[Callable[[], object]]) -> float:
    """Time each run once and return the median."""
    return statistics.median(map(seconds, runs))


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
    return (count * updates(plan) - filled + 2 * filled + symbols * jacobi_cost + 3 * POWER + 2 * bits) / count


class Bench:
    """One run: group, key, ballots, and the rows so far.

    Naive verification and the bare multiplication are measured again before and after every row: on a machine with
    other work to do, only neighbours in time can be compared.
    """

    def __init__(self, distinct: int) -> None:
        """Make the ballots."""
        self.group = Group(STANDARD)
        secret = self.group.random_scalar(secrets.token_bytes)
        self.key = ElGamalKey.precompute(self.group.power(self.group.generator, secret), BULK_WINDOW_BITS)
        self.ballots = [make_ballot(self.key, ((1, 0), (0, 1), (0, 0))[i % 3]) for i in range(distinct)]
        self.rows: list[Row] = []
        self._numbers = [mpz(secrets.randbits(4095)) for _ in range(1000)]
        self.jacobi_cost = seconds(self._symbols) / seconds(self._multiply)

    def measure(self, method: str, run: Callable[[], float], multiplications: float, rounds: int) -> None:
        """Add and print a row; `run` returns seconds for each ballot, and the median of the rounds counts."""
        durations, ratios, bare_ratios = [], [], []
        before = self._units()
        for _ in range(rounds):
            duration = run()
            after = self._units()
            naive, unit = (statistics.mean(pair) for pair in zip(before, after, strict=True))
            durations.append(duration)
            ratios.append(naive / duration)
            bare_ratios.append(duration / (multiplications * unit))
            before = after
        row = Row(
            method=method,
            milliseconds=statistics.median(durations) * 1e3,
            ratio=statistics.median(ratios),
            multiplications=multiplications,
            time_over_bare=statistics.median(bare_ratios),
        )
        self.rows.append(row)
        print(
            f"{row.method:28s}{row.milliseconds:9.3f} ms {row.ratio:7.1f} x {row.multiplications:8.0f} "
            f"multiplications, {row.time_over_bare:5.2f} of their bare time",
            flush=True,
        )

    def singles(self) -> None:
        """Verify ballots one by one."""
        ballots = self.ballots[:3]
        for name, verify, count in (
            ("naive", verify_naive, NAIVE_POWERS * POWER),
            ("proof by proof", verify_alone, COMPONENTS * 256 + 16 * 58 + COMPONENTS * 6 + COMMITMENTS * 22),
        ):
            runs = [partial(verify, self.key, ballot) for ballot in ballots]
            self.measure(name, partial(median_of, runs), count, ROUNDS)

    def batch(self, count: int) -> None:
        """Verify a batch of `count` ballots."""
        plan = make_plan(self.group, count * ELEMENTS)
        run = partial(verify_batch, self.key, self.ballots, count)
        self.measure(
            f"batch of {count}, k = {len(plan.commitment_widths)}",
            lambda: seconds(run) / count,
            batch_multiplications(plan, count, self.jacobi_cost),
            ROUNDS if count <= 1000 else 1,
        )

    def estimate(self, count: int) -> None:
        """Measure a ballot into full buckets and the end of a row, and add up for `count` ballots."""
        batch = BatchVerifier(self.group, self.key.public_key, secrets.token_bytes, count * ELEMENTS)
        plan = batch.plan
        for product in (batch._components, batch._commitments):
            fill(product, self.group.p)
        row = BucketProduct(self.group.p, (12,))
        fill(row, self.group.p)
        run = partial(add_all, self.group, batch, self.ballots[:200])

        def add() -> float:
            return seconds(run) / 200

        def add_and_end() -> float:
            # the rest of the end, about 400 Jacobi symbols and three powers, takes 0.02 s
            return add() + (seconds(row.bit_products) / 4096 * plan.bucket_count + 0.02) / count

        name = f"k = {len(plan.commitment_widths)}"
        self.measure(f"into full buckets, {name}", add, updates(plan), ROUNDS)
        counted = batch_multiplications(plan, count, self.jacobi_cost)
        self.measure(f"streaming {count}, estimate", add_and_end, counted, ROUNDS)

    def _units(self) -> tuple[float, float]:
        """Return the seconds of naive verification and of one multiplication."""
        naive = statistics.median(seconds(partial(verify_naive, self.key, ballot)) for ballot in self.ballots[:3])
        return naive, statistics.median(seconds(self._multiply) for _ in range(5)) / len(self._numbers)

    def _multiply(self) -> None:
        product, p = self._numbers[0], self.group.p
        for number in self._numbers:
            product = product * number % p

    def _symbols(self) -> None:
        for number in self._numbers:
            jacobi(number, self.group.p)


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
    print(f"a Jacobi symbol costs {bench.jacobi_cost:.1f} multiplications")
    bench.singles()
    for count in (10, 100, 1000, *((10_000,) if options.large else ())):
        bench.batch(count)
    bench.estimate(STREAM)
    if options.stream:
        bench.batch(options.stream)
    if options.json:
        options.json.write_text(json.dumps([asdict(row) for row in bench.rows], indent=2) + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])
