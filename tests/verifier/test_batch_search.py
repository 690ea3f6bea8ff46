"""Side files that do not fit, false ballots in every place, and the search that must name them."""

import random
from collections.abc import Callable
from typing import Any

import pytest
from gmpy2 import invert, mpz, powmod

from tests.verifier.batch_ballots import Box, alter_response, in_batches, make_box, proof_by_proof
from tests.verifier.batch_support import OF_ORDER_R
from verifier import batch_proofs, hashing
from verifier.batch import Batch
from verifier.batch_search import LEAST
from verifier.checks.ballots import PROOF_ROWS
from verifier.findings import Finding, Status
from verifier.group import ELEMENT_BYTES, G, P

COUNT = 17


@pytest.fixture(scope="module")
def true_box() -> Box:
    """Return true ballots; tests copy it before they change it."""
    return make_box(COUNT)


def failed(findings: tuple[Finding, ...]) -> dict[str, tuple[str, ...]]:
    """Return the places of failures by row."""
    return {finding.row: finding.places for finding in findings if finding.status is Status.FAIL}


def agree(box: Box) -> tuple[dict[str, tuple[str, ...]], int]:
    """Require that both ways find the same; return the failures, and how many ballots were judged alone."""
    findings, commitments, alone = in_batches(box)
    assert (findings, commitments) == proof_by_proof(box)
    return failed(findings), alone


def test_true_ballots_need_no_single_verification(true_box: Box) -> None:
    """Show that a true side file gives the findings and commitments of single verification without any of it."""
    assert agree(true_box) == ({}, 0)


@pytest.mark.parametrize("at", [(0,), (8,), (16,), (0, 16), (3, 4, 5, 6), tuple(range(COUNT))], ids=str)
def test_false_ballots_are_named(true_box: Box, at: tuple[int, ...]) -> None:
    """Show that the search names exactly the false ballots, wherever they are, with their letter."""
    box = true_box.copy()
    for entry in at:
        alter_response(box, entry, 1)
    found, alone = agree(box)
    assert set(found) == {"V6.D"}
    assert [place.split(",")[0] for place in found["V6.D"]] == [f"entry {entry}" for entry in at]
    assert len(at) <= alone <= min(COUNT, 2 * LEAST * len(at))


def test_ballots_made_to_cancel_each_other(true_box: Box) -> None:
    """Show that errors g and 1/g in two ballots, and in two options of one, do not cancel."""
    box = true_box.copy()
    alter_response(box, 2, 1)
    alter_response(box, 9, -1)
    alter_response(box, 12, 1, option=0)
    alter_response(box, 12, -1, option=1)
    assert len(agree(box)[0]["V6.D"]) == 4


def test_a_component_of_even_order(true_box: Box) -> None:
    """Show that a negative alpha whose proofs hold fails membership alone, as in single verification."""
    box = true_box.copy()
    maker = box.maker
    ballot, _ = maker.ballot(maker.voters["g"], 2, [[0, 1]], negative=True)
    box.ballots[5] = ballot, maker.beside
    found, _ = agree(box)
    assert set(found) == {"V6.A", "V7.A"}


def _swap(data: bytes, one: int, two: int) -> bytes:
    parts = [data[start : start + ELEMENT_BYTES] for start in range(0, len(data), ELEMENT_BYTES)]
    parts[one], parts[two] = parts[two], parts[one]
    return b"".join(parts)


def _negated(data: bytes, *places: int) -> bytes:
    for place in places:
        start = place * ELEMENT_BYTES
        x = int.from_bytes(data[start : start + ELEMENT_BYTES], "big")
        data = data[:start] + (int(P) - x).to_bytes(ELEMENT_BYTES, "big") + data[start + ELEMENT_BYTES :]
    return data


SIDE_FILES: dict[str, Callable[[bytes], bytes]] = {
    "absent": lambda data: b"",
    "one byte": lambda data: b"\0",
    "short by an element": lambda data: data[:-ELEMENT_BYTES],
    "short by a byte": lambda data: data[:-1],
    "long by an element": lambda data: data + data[:ELEMENT_BYTES],
    "long by a byte": lambda data: data + b"\0",
    "twice": lambda data: data * 2,
    "swapped": lambda data: _swap(data, 0, 1),
    "swapped between proofs": lambda data: _swap(data, 0, 4),
    "shifted": lambda data: data[ELEMENT_BYTES:] + data[:ELEMENT_BYTES],
    "one sign": lambda data: _negated(data, 3),
    "two signs": lambda data: _negated(data, 0, 11),
    "zeros": lambda data: bytes(len(data)),
    "too large": lambda data: b"\xff" * len(data),
}


@pytest.mark.parametrize("kind", SIDE_FILES)
def test_side_files_that_do_not_fit(true_box: Box, kind: str) -> None:
    """Show that a false side file fails nothing, and that its ballots alone are judged alone."""
    box = true_box.copy()
    for entry in (0, 7, 16):
        ballot, recorded = box.ballots[entry]
        box.ballots[entry] = ballot, SIDE_FILES[kind](recorded)
    assert agree(box) == ({}, 3)


def test_side_files_of_other_ballots(true_box: Box) -> None:
    """Show that commitments shifted by a ballot fail nothing, and pass nothing."""
    box = true_box.copy()
    shifted = [recorded for _, recorded in box.ballots[1:]] + [b""]
    box.ballots = [(ballot, recorded) for (ballot, _), recorded in zip(box.ballots, shifted, strict=True)]
    assert agree(box) == ({}, COUNT)


def test_a_false_sum_of_challenges(true_box: Box) -> None:
    """Show that a false sum is named by single verification although all equations may hold."""
    box = true_box.copy()
    contest = box.ballots[4][0]["contests"][0]
    contest["limit_proof"]["challenges"].reverse()
    first = contest["selections"][0]["challenges"]
    first[0] = f"{int(first[0], 16) ^ 1:064x}"
    assert set(agree(box)[0]) == {"V6.D", "V7.D"}


def _behind_zeros(box: Box, entry: int) -> bytes:
    """Give a ballot alpha_1*w and alpha_2/w, challenges that are all 0, equations that hold; return its H_I."""
    ballot, recorded = box.ballots[entry]
    for place, factor in enumerate((OF_ORDER_R, invert(OF_ORDER_R, P))):
        selection = ballot["contests"][0]["selections"][place]
        selection["alpha"] = f"{int(mpz(selection['alpha'], 16) * factor % P):01024x}"
        selection["challenges"] = ["0" * 64] * 2
        # a_j = g^{v_j}, b_j = K^{v_j}
        commitments = [powmod(base, mpz(text, 16), P) for text in selection["responses"] for base in (G, box.maker.key)]
        start = place * 4 * ELEMENT_BYTES
        encoded = b"".join(map(hashing.element_bytes, commitments))
        recorded = recorded[:start] + encoded + recorded[start + len(encoded) :]
    box.ballots[entry] = ballot, recorded
    return bytes.fromhex(ballot["identifier_hash"])


def test_challenges_that_are_all_zero(true_box: Box, monkeypatch: pytest.MonkeyPatch) -> None:
    """Show that where a hash is 0, a ballot is judged alone, and that without this rule its alphas were accepted."""
    box = true_box.copy()
    unlucky, original = _behind_zeros(box, 6), hashing.selection_challenge

    def zero_for_one(h_i: bytes, *rest: Any) -> mpz:
        return mpz(0) if h_i == unlucky else original(h_i, *rest)

    monkeypatch.setattr(hashing, "selection_challenge", zero_for_one)
    found, alone = agree(box)
    assert set(found) == {"V6.A", "V7.A"}
    assert len(found["V6.A"]) == 2
    assert alone == 1
    monkeypatch.setattr(batch_proofs, "binds", lambda _: True)
    findings, _, alone = in_batches(box)
    assert (failed(findings), alone) == ({}, 0)


def test_proofs_of_other_lengths(true_box: Box) -> None:
    """Show that more challenges than responses, and no branches at all, are judged as without side file."""
    for name, keep in (("responses", 1), ("challenges", 1), ("challenges", 0)):
        box = true_box.copy()
        proof = box.ballots[1][0]["contests"][0]["selections"][1]
        proof[name] = proof[name][:keep]
        assert "V6.D" in agree(box)[0]


def test_ballots_that_cannot_be_read_again(true_box: Box) -> None:
    """Show that a ballot which is gone when the search wants it is not evaluated, and that others are."""
    box = true_box.copy()
    alter_response(box, 2, 1)
    findings, _, _ = in_batches(box, lost=(3, 14))
    status = {finding.row: finding for finding in findings}
    assert status["V6.D"].status is Status.FAIL
    assert status["V7.D"].status is Status.ERROR
    assert "gone" in status["E.H"].note
    assert all(status[row].status is not Status.PASS for row in PROOF_ROWS)


def test_a_key_that_is_no_element(true_box: Box, monkeypatch: pytest.MonkeyPatch) -> None:
    """Show that there are no batches where exponents of K may not be reduced mod q."""

    def never(*_: object) -> None:
        raise AssertionError("a batch was made")

    monkeypatch.setattr(Batch, "__init__", never)
    box = true_box.copy()
    monkeypatch.setattr(box.maker, "key", P - box.maker.key)
    findings, commitments, alone = in_batches(box)
    assert alone == COUNT
    assert (findings, commitments) == proof_by_proof(box)


@pytest.mark.parametrize("seed", range(12))
def test_random_changes(true_box: Box, seed: int) -> None:
    """Show that both ways find the same whatever was changed in ballots and side files."""
    rng = random.Random(seed)
    box = true_box.copy()
    for _ in range(rng.randrange(1, 5)):
        entry = rng.randrange(COUNT)
        ballot, recorded = box.ballots[entry]
        contest = ballot["contests"][0]
        target = rng.choice([*contest["selections"], contest["limit_proof"]])
        name = rng.choice(sorted(target))
        place = rng.randrange(2)
        old = target[name] if isinstance(target[name], str) else target[name][place]
        number = int(old, 16)
        new = rng.choice([number + 1, number ^ (1 << rng.randrange(256)), 0, 1, (1 << 4 * len(old)) - 1])
        text = f"{new % (1 << 4 * len(old)):0{len(old)}x}"
        if isinstance(target[name], str):
            target[name] = text
        else:
            target[name][place] = text
        if rng.random() < 0.3:
            kind = rng.choice(sorted(SIDE_FILES))
            box.ballots[entry] = ballot, SIDE_FILES[kind](recorded)
    agree(box)
