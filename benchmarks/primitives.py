"""What encryption, the homomorphic tally and the discrete logarithm of a result cost.

*Idea*: encryption is measured as a voter's device or the bulk encryption does it: credential, ciphertexts, proofs,
hashes, JSON and signature; textbook encryption, its proofs made with one plain power after another, stands beside it as
so many bare powers. The discrete logarithm is that of a district with fifty million ballots, found by baby steps and
giant steps.
"""

from __future__ import annotations

import secrets
import statistics
import tracemalloc
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from itertools import islice

from gmpy2 import mpz, powmod

from benchmarks import formulas
from benchmarks.counting import POWER, Counts, counting
from benchmarks.formulas import Shape
from benchmarks.meter import Meter, Sample, in_turn
from benchmarks.results import Row
from benchmarks.sample_election import SampleElection, election_context, make_votes
from evote.bulk.encryption import Vote, encrypt_vote
from evote.codec.payloads import decode_payload
from evote.core.discrete_log import DiscreteLog
from evote.core.elgamal import Ciphertext, multiply
from evote.core.group import Element, Group
from evote.core.parameters import STANDARD
from evote.election.context import ElectionKeyContext
from evote.election.kinds import Kind
from evote.election.records import Ballot
from verifier.group import P, Q

MAXIMUM = 50_000_000
ENCRYPTION, TALLY, DISCRETE_LOG = "encryption", "tally", "discrete logarithm"
SOLUTIONS = 25


def bench_encryption(
    meter: Meter, election: SampleElection, windows: Sequence[int], ballots: int, rounds: int
) -> list[Row]:
    """Measure encryption with tables of each of the widths."""
    shape = Shape(options=election.options)
    contexts = {window: election_context(election, Group(STANDARD), window) for window in windows}
    textbook = plain_powers(round(formulas.textbook_encryption(shape) / POWER))

    def encrypt(context: ElectionKeyContext) -> Sample:
        votes = list(islice(make_votes(election.options, ballots), ballots))
        return meter.measure(textbook, [(ballots, partial(encrypt_all, context, votes))])

    samples = in_turn([partial(encrypt, contexts[window]) for window in windows], rounds)
    rows = []
    for window, found in zip(windows, samples, strict=True):
        counted = _count_encryption(election, window).total(meter.symbol_cost)
        rows.append(
            Row(
                section=ENCRYPTION,
                name=f"encrypt, prove, encode and sign, tables of {window} bits",
                value=_median(found) * 1e3,
                unit="ms a ballot",
                options=election.options,
                ratio=statistics.median(sample.ratio for sample in found),
                ratio_to="textbook powers",
                counted=counted,
                counted_by="instrumented run",
                theory=formulas.encryption(shape, window),
                time_over_bare=_bare(found, counted),
                limit="one multiplication for each digit of each of 6 powers an option and 4 a contest",
            )
        )
    return rows


def bench_tally(meter: Meter, election: SampleElection, rounds: int) -> list[Row]:
    """Measure the product of all ballots, option by option."""
    ciphertexts = _ciphertexts(election, Group(STANDARD))
    samples = [meter.measure(None, [(len(ciphertexts), partial(add_up, ciphertexts))]) for _ in range(rounds)]
    group = Group(STANDARD)
    with counting(group) as counts:
        counted_ciphertexts = _ciphertexts(election, group)
        counts.reset()
        add_up(counted_ciphertexts)
    counted = counts.total(meter.symbol_cost) / len(ciphertexts)
    return [
        Row(
            section=TALLY,
            name="homomorphic sum",
            value=_median(samples) * 1e3,
            unit="ms a ballot",
            options=election.options,
            ballots=len(ciphertexts),
            counted=counted,
            counted_by="instrumented run",
            theory=formulas.tally(Shape(options=election.options)),
            time_over_bare=_bare(samples, counted),
            limit="two multiplications for each option",
        )
    ]


def bench_discrete_log(meter: Meter, maximum: int, rounds: int) -> list[Row]:
    """Measure building the table and finding random and the largest results."""
    group = Group(STANDARD)
    base = group.power(group.generator, group.random_scalar(secrets.token_bytes))
    built = [meter.measure(None, [(1, lambda: DiscreteLog(group, base, maximum))]) for _ in range(rounds)]
    tracemalloc.start()
    solver = DiscreteLog(group, base, maximum)
    memory = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    values = [secrets.randbelow(maximum + 1) for _ in range(SOLUTIONS)]
    typical = [meter.measure(None, [(1, partial(solve, solver, base**value, value))]) for value in values]
    worst = [meter.measure(None, [(1, partial(solve, solver, base**maximum, maximum))]) for _ in range(rounds)]
    counted = _count_discrete_log(base, maximum)
    steps = solver.baby_steps
    giant_steps = maximum // steps
    # the giant step is a power of 256 bits, and what was found is confirmed by one as long as it is
    powers = POWER * (1 + maximum.bit_length() / 256)
    rows = []
    for name, samples, count, theory, limit in (
        ("building the table", built, counted[0], float(steps), "a multiplication for each of the baby steps"),
        ("a random result", typical, counted[1], giant_steps / 2 + powers, "on average half of the giant steps"),
        ("the largest result", worst, counted[2], giant_steps + powers, "all giant steps"),
    ):
        rows.append(
            Row(
                section=DISCRETE_LOG,
                name=f"{name}, up to {maximum:,}",
                value=_median(samples) * 1e3,
                unit="ms",
                counted=count,
                counted_by="instrumented run",
                theory=theory,
                time_over_bare=_bare(samples, count),
                limit=limit,
            )
        )
    table = Row(
        section=DISCRETE_LOG,
        name=f"the table, up to {maximum:,}",
        value=memory / 1e6,
        unit="MB",
        limit=f"{steps:,} baby steps, 64 bits of each and its number",
    )
    return [*rows, table]


def encrypt_all(context: ElectionKeyContext, votes: Iterable[Vote]) -> None:
    """Encrypt votes one after the other."""
    for vote in votes:
        encrypt_vote(context, vote)


def add_up(ballots: Sequence[Sequence[Ciphertext]]) -> list[Ciphertext]:
    """Return the product over all ballots for each option."""
    return [multiply(column) for column in zip(*ballots, strict=True)]


def solve(solver: DiscreteLog, element: Element, value: int) -> None:
    """Find a value; raises AssertionError if it is another one."""
    if solver.solve(element) != value:
        raise AssertionError("another logarithm")


def plain_powers(count: int) -> Callable[[], None]:
    """Return a run of `count` plain powers with random bases and exponents of 256 bits."""
    bases = [mpz(secrets.randbits(4095)) for _ in range(count)]
    exponents = [mpz(secrets.randbelow(int(Q))) for _ in range(count)]

    def run() -> None:
        for base, exponent in zip(bases, exponents, strict=True):
            powmod(base, exponent, P)

    return run


def _count_encryption(election: SampleElection, window: int) -> Counts:
    group = Group(STANDARD)
    with counting(group) as counts:
        context = election_context(election, group, window)
        votes = list(make_votes(election.options, 1))
        counts.reset()
        encrypt_all(context, votes)
    return counts


def _count_discrete_log(base: Element, maximum: int) -> tuple[float, float, float]:
    """Return what building, a result in the middle and the largest result take."""
    group = Group(STANDARD)
    found = []
    with counting(group) as counts:
        counted_base = group.computed_element(base.value)
        solver = DiscreteLog(group, counted_base, maximum)
        found.append(counts.total(0.0))
        for value in (maximum // 2, maximum):
            element = counted_base**value
            counts.reset()
            solve(solver, element, value)
            found.append(counts.total(0.0))
    return found[0], found[1], found[2]


def _ciphertexts(election: SampleElection, group: Group) -> list[tuple[Ciphertext, ...]]:
    result = []
    for submission in election.ballots:
        ballot = decode_payload(Kind.BALLOT_CAST, submission.payload, group)
        assert isinstance(ballot, Ballot)
        result.append(
            tuple(
                Ciphertext(alpha=group.computed_element(each.alpha.value), beta=group.computed_element(each.beta.value))
                for each in ballot.contests[0].selections
            )
        )
    return result


def _median(samples: Sequence[Sample]) -> float:
    return statistics.median(sample.each for sample in samples)


def _bare(samples: Sequence[Sample], counted: float) -> float:
    return statistics.median(sample.multiplications_each for sample in samples) / counted
