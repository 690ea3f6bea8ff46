"""Lies in the side file: commitments beside the ballots, with which many proofs are verified at once.

Nothing in `tile/commitments` is trusted. What is written there may hide a repeated commitment, fit the hash but not the
equations, change signs in pairs, or be rubbish; it may make verification slow, and may change no verdict. Errors of
order 2 that cancel in a product are what small exponents miss (Boyd, Pavlovski, "Attacking and repairing batch
verification schemes", 2000). The verdicts here are those without the side file, of the verifier and of the board's
replay.
"""

from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from evote.client.reader import RecordReader, open_checkpoint
from evote.client.source import FolderSource
from evote.errors import EvoteError
from evote.replay import record
from evote.replay.replay import LogEntry, Replay, replay_election
from tests.attacks.case import Case
from tests.attacks.cases_ballots import CASES
from tests.client.records import write_folder
from tests.forge.ballots import Craft
from tests.forge.forger import Lies, forge
from tests.forge.judges import verify_files
from tests.forge.log import Forgery
from tests.forge.numbers import GROUP, P, b
from tests.forge.plans import BASE
from tests.forge.record import NO_WITNESSES, files_of

STEP = "Eva at first"  # cast and superseded, so that no sum holds it
SIZE = 512
SideFile = list[bytes]


def side_file(forgery: Forgery) -> SideFile:
    """Return the commitments that the makers of the ballots claim."""
    return [line.commitments for line in forgery.lines]


def replayed(forgery: Forgery, side: SideFile) -> str:
    """Let the board's replay judge with the side file; return the code of its refusal, empty where there is none.

    A replay that reads the record range by range must say the same.
    """
    entries = [
        LogEntry(line.entry, line.payload, commitments) for line, commitments in zip(forgery.lines, side, strict=True)
    ]
    refusal = refusal_of(lambda: replay_election(entries, forgery.scope, GROUP))
    assert refusal_of(lambda: replay_folder(forgery, side)) == refusal
    return refusal


def replay_folder(forgery: Forgery, side: SideFile) -> None:
    """Write the record into a folder and replay it from there."""
    with TemporaryDirectory() as name, pytest.MonkeyPatch.context() as patch:
        patch.setattr(record, "MINIMUM_ENTRIES", 1)
        folder = write_folder(Path(name), files_of(forgery, side_file=side))
        source = FolderSource(folder)
        reader = RecordReader(source, open_checkpoint(source, NO_WITNESSES))
        replay = Replay(GROUP, forgery.scope)
        record.RecordReplay(replay, reader, folder, 1, seen=lambda _: None, progress=lambda _: None).run()


def refusal_of(action: Callable[[], object]) -> str:
    """Return the code of the error that an action raises, empty where it raises none."""
    try:
        action()
    except EvoteError as error:
        return error.code
    return ""


def negated(data: bytes, *numbers: int) -> bytes:
    """Return commitments with some of them times -1."""
    parts = [data[i : i + SIZE] for i in range(0, len(data), SIZE)]
    return b"".join(
        b(P - int.from_bytes(part, "big")) if number in numbers else part for number, part in enumerate(parts)
    )


RUBBISH: dict[str, Callable[[SideFile], SideFile]] = {
    "nothing": lambda side: [b""] * len(side),
    "zeros": lambda side: [bytes(len(one)) for one in side],
    "ones": lambda side: [b(1) * (len(one) // SIZE) for one in side],
    "numbers above p": lambda side: [b"\xff" * len(one) for one in side],
    "a byte less": lambda side: [one[:-1] for one in side],
    "a commitment less": lambda side: [one[:-SIZE] for one in side],
    "a commitment more": lambda side: [one + b(1) if one else one for one in side],
    "commitments where there is no ballot": lambda side: [one or b(1) for one in side],
    "other ballots' commitments": lambda side: side[::-1],
    "two signs changed": lambda side: [negated(one, 0, 5) for one in side],
    "all signs changed": lambda side: [negated(one, *range(len(one) // SIZE)) for one in side],
}


@pytest.mark.parametrize("name", RUBBISH)
def test_a_false_side_file_harms_nobody(name: str) -> None:
    """An honest election is verified and replayed whatever the side file says."""
    honest = forge(BASE)
    side = RUBBISH[name](side_file(honest))

    verdict = verify_files(files_of(honest, side_file=side))
    assert verdict.verified, str(verdict)
    assert replayed(honest, side) == ""


def test_a_true_side_file_changes_nothing() -> None:
    """The side file of honest devices, of the right length for every ballot."""
    honest = forge(BASE)
    side = side_file(honest)
    assert {len(one) // SIZE for one in side} == {0, 12, 30}

    assert verify_files(files_of(honest, side_file=side)).verified
    assert replayed(honest, side) == ""


@pytest.mark.parametrize("case", [case for case in CASES if case.plan is BASE], ids=str)
def test_rows_fail_beside_a_side_file_as_without(case: Case) -> None:
    """Every dishonest ballot of the table, with the commitments that its maker hashed beside it."""
    forgery = case.forgery()

    verdict = verify_files(files_of(forgery, side_file=side_file(forgery)))
    assert verdict.failed == set(case.rows.split()), str(verdict)
    assert verdict.errors == frozenset(), str(verdict)


LIES = {
    # Proofs made over -A_0 and -B_1: the hash is right, and both signs vanish in a product with odd exponents.
    "signs in the hash": (Craft(flipped=frozenset({(1, 1, 0), (1, 1, 3)})), "V6.D", "ballot.selection_proof"),
    "signs in the hash of the limit proof": (
        Craft(flipped=frozenset({(1, 0, 1), (1, 0, 2)})),
        "V7.D",
        "ballot.limit_proof",
    ),
    # Commitments, challenges that add up to their hash, and responses that have nothing to do with either.
    "an invented proof": (Craft(invented=frozenset({(1, 2)})), "V6.D", "ballot.selection_proof"),
    "an invented limit proof": (Craft(invented=frozenset({(2, 0)})), "V7.D", "ballot.limit_proof"),
}


@pytest.mark.parametrize("name", LIES)
def test_a_proof_that_fits_the_side_file_alone_is_caught(name: str) -> None:
    """The hash over the recorded commitments is right, so only the equations can tell."""
    craft, row, code = LIES[name]
    forgery = forge(BASE, Lies(ballots={STEP: craft}))
    side = side_file(forgery)

    verdict = verify_files(files_of(forgery, side_file=side))
    assert verdict.failed == {row}, str(verdict)
    assert replayed(forgery, side) == code


def test_a_repeated_commitment_is_not_hidden_by_the_side_file() -> None:
    """Ben's proof repeats a commitment of Ada's; the side file shows another number in its place."""
    crafts = {"Ada": Craft(draws={(1, 1, 1): 777}), "Ben": Craft(draws={(1, 1, 0): 777})}
    forgery = forge(BASE, Lies(ballots=crafts))
    side = side_file(forgery)
    place = forgery.index("Ben")
    side[place] = b(3**100) + side[place][SIZE:]

    verdict = verify_files(files_of(forgery, side_file=side))
    assert verdict.failed == {"E.H"}, str(verdict)
    assert replayed(forgery, side) == "ballot.repeated_commitment"
