"""The lists of values that must not repeat, and the ledger."""

import random
from pathlib import Path

import pytest

from verifier import partitions as module
from verifier.findings import Status
from verifier.ledger import MAX_PLACES, Ledger
from verifier.partitions import Partitions, digest_record, new_key
from verifier.rows import ROWS


@pytest.mark.parametrize("pass_bytes", [1 << 20, 40])
def test_repeated_values_are_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pass_bytes: int) -> None:
    """Show that every repetition is found with its first place, also where a file is read in several passes."""
    monkeypatch.setattr(module, "PASS_BYTES", pass_bytes)
    monkeypatch.setattr(module, "BUFFER_BYTES", 64)
    partitions, key = Partitions(tmp_path, "values"), new_key()
    values = [number.to_bytes(4, "big") for number in range(3000)]
    repeats = [17, 999, 999, 2500]
    places = [(number, 1, 2, 3) for number in range(3000)] + [(5000 + i, 9, 9, 9) for i in range(4)]
    together = list(zip([*values, *(values[i] for i in repeats)], places, strict=True))
    random.Random(1).shuffle(together)
    for value, place in together:
        partitions.add(digest_record(key, value, place))
    found = sorted(partitions.repeated())
    assert partitions.count == 3004
    expected = [((5000, 9, 9, 9), 17), ((5001, 9, 9, 9), 999), ((5002, 9, 9, 9), 999), ((5003, 9, 9, 9), 2500)]
    assert found == [(place, (first, 1, 2, 3)) for place, first in expected]


def test_digests_depend_on_a_secret() -> None:
    """Show that two runs scatter the same value differently."""
    place = (1, 2, 3, 4)
    assert digest_record(new_key(), b"x", place) != digest_record(new_key(), b"x", place)


def test_numbers_beyond_16_bits_are_clipped(tmp_path: Path) -> None:
    """Show that a place with numbers that no honest ballot has is kept as far as it fits, for each of the three."""
    partitions, key = Partitions(tmp_path, "values"), new_key()
    for entry, place in enumerate([(1 << 16, 2, 3), (1, (1 << 32) - 1, 3), (1, 2, 70_000), (65_535, 2, 3)]):
        partitions.add(digest_record(key, b"x", (entry, *place)))
    places = [place for found in partitions.repeated() for place in found[:1]]
    assert places == [(1, 1, 65_535, 3), (2, 1, 2, 65_535), (3, 65_535, 2, 3)]


def test_few_values_need_no_files(tmp_path: Path) -> None:
    """Show that lists which fit into memory open no file at all, and that repetitions are found all the same."""
    partitions, key = Partitions(tmp_path, "values"), new_key()
    for number in range(1000):
        partitions.add(digest_record(key, (number % 999).to_bytes(4, "big"), (number, 0, 0, 0)))
    assert list(partitions.repeated()) == [((999, 0, 0, 0), (0, 0, 0, 0))]
    assert list(tmp_path.iterdir()) == []


def test_verdicts() -> None:
    """Show the one rule of verdicts: failure, then unevaluated, then something checked, then absence, then error."""
    ledger = Ledger()
    ledger.passed("V1.A")
    ledger.absent("V1.B", "nothing there")
    ledger.unevaluated("V1.D", "unreadable")
    ledger.passed("V1.D")
    ledger.absent("V1.D", "nothing there")
    ledger.failed("V1.E", "entry 5", entry=5)
    ledger.unevaluated("V1.E", "unreadable")
    ledger.passed("V1.F")
    ledger.absent("V1.F", "nothing there")
    found = {finding.row: finding for finding in ledger.findings()}
    assert [found[f"V1.{letter}"].status for letter in "ABCDEF"] == [
        Status.PASS,
        Status.ABSENT,
        Status.ERROR,
        Status.ERROR,
        Status.FAIL,
        Status.PASS,
    ]
    assert tuple(found) == ROWS
    assert found["V1.C"].note == "nothing was evaluated"


def test_the_first_places_are_kept() -> None:
    """Show that a merged ledger keeps the places that come first in the log, whatever the order of merging."""
    ledgers = []
    for part in range(5):
        ledger = Ledger()
        for entry in range(part, 100, 5):
            ledger.failed("E.F", f"entry {entry}", entry=entry)
        ledgers.append(ledger)
    merged = Ledger()
    for ledger in reversed(ledgers):
        merged.merge(ledger)
    finding = next(item for item in merged.findings() if item.row == "E.F")
    assert (finding.checked, finding.failures) == (100, 100)
    assert finding.places == tuple(f"entry {entry}" for entry in range(MAX_PLACES))
