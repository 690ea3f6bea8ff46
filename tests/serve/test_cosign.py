"""The board's side of witnessing: who counts, who does not, and what only the log's own signature can prove."""

from __future__ import annotations

import asyncio
import io
import json
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import httpx
import pytest

from evote.ed25519 import SigningKey
from evote.log import merkle
from evote.log.checkpoint import Checkpoint, sign_checkpoint
from evote.log.encoding import encode_base64
from evote.log.key import ED25519, VerifierKey
from evote.log.note import Ed25519Signer, add_signatures
from evote.log.policy import Policy, PolicyLog, open_witnessed
from evote.log.witness_protocol import decode_add_checkpoint, decode_cosignatures, encode_cosignatures
from evote.serve.clock import Clock
from evote.serve.cosign import Cosigner, Round
from evote.serve.journal import Journal
from evote.serve.metrics import Metrics
from evote.serve.settings import Settings
from tests.serve.town import Town

ORIGIN = "log.example/cosigned"
KEY = SigningKey(b"\x03" * 32)
LOG_KEY = VerifierKey(name=ORIGIN, algorithm=ED25519, public_key=KEY.public_key)
LEAVES = [merkle.leaf_hash(b"entry %d" % number) for number in range(40)]
SETTINGS = Settings(witness_seconds=1.0, witness_grace_seconds=0.02)


def checkpoint_of(size: int, leaves: list[bytes] = LEAVES) -> Checkpoint:
    """Return the tree head of the first leaves."""
    return Checkpoint(origin=ORIGIN, size=size, root=merkle.root(leaves[:size]))


def note_of(size: int, leaves: list[bytes] = LEAVES, key: SigningKey = KEY) -> bytes:
    """Return the log's signed note of a size."""
    return sign_checkpoint(checkpoint_of(size, leaves), [Ed25519Signer(ORIGIN, key)])


def prove(old_size: int, checkpoint: Checkpoint) -> tuple[bytes, ...]:
    """Return a consistency proof of the log."""
    if old_size in (0, checkpoint.size):
        return ()
    return merkle.consistency_proof(LEAVES[: checkpoint.size], old_size)


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    """Return five honest witnesses of the log."""
    town = Town(tmp_path, LOG_KEY, 5)
    yield town
    town.close()


class Board:
    """A log that asks the town, with what it counted and wrote down."""

    def __init__(self, town: Town, clock: Clock | None = None) -> None:
        """Take a policy of four of five."""
        self.written, self.metrics = io.StringIO(), Metrics()
        self.journal = Journal(self.written)
        base = town.policy(4)
        self.policy = Policy(
            logs=(PolicyLog(key=LOG_KEY),), witnesses=base.witnesses, groups=base.groups, quorum=base.quorum
        )
        self.cosigner = Cosigner(
            self.policy,
            prove,
            settings=SETTINGS,
            clock=clock or Clock(),
            metrics=self.metrics,
            journal=self.journal,
            transport=town,
        )

    def answers(self) -> dict[str, str]:
        """Return the last answer of each witness."""
        return {state.witness.name: state.answer for state in self.cosigner.states}

    def lines(self) -> list[dict[str, object]]:
        """Return the lines of the log."""
        assert self.journal.flush()
        return [json.loads(line) for line in self.written.getvalue().splitlines()]


def rounds(board: Board, *notes: bytes) -> list[Round]:
    """Ask for each note in turn."""

    async def run() -> list[Round]:
        try:
            return [await board.cosigner.collect(note) for note in notes]
        finally:
            await board.cosigner.close()

    return asyncio.run(run())


def test_a_quorum_cosigns_every_growth(town: Town) -> None:
    """From nothing, in steps, and at the same size again: the note opens under the policy each time."""
    board = Board(town)
    for outcome in rounds(board, note_of(0), note_of(7), note_of(40), note_of(40)):
        assert outcome.quorum
        assert len(open_witnessed(outcome.note, board.policy).times) >= 4
    assert set(board.answers().values()) == {"cosigned"}


def test_one_request_is_enough_where_the_size_is_known(town: Town) -> None:
    """The board remembers what each witness cosigned: after the first round each is asked once a round."""
    rounds(Board(town), note_of(3), note_of(9))
    assert len(town.asked) == 10


def test_a_restarted_board_is_told_the_size(town: Town) -> None:
    """A new process knows no sizes: the witness answers 409 with its own, and the right proof follows."""
    rounds(Board(town), note_of(7))
    (outcome,) = rounds(Board(town), note_of(12))
    assert outcome.quorum
    assert len(town.asked) == 5 + 10


@pytest.mark.parametrize("bad", [1, 2])
def test_four_of_five(town: Town, bad: int) -> None:
    """One witness may be gone; with two the note has no quorum and says who did cosign."""
    town.gone(*[f"w{number}" for number in range(1, bad + 1)])
    board = Board(town)
    (outcome,) = rounds(board, note_of(5))
    assert outcome.quorum == (bad == 1)
    assert len(outcome.cosigned) == 5 - bad
    assert board.answers()["w1"] == "unreachable"


def test_a_slow_witness_delays_nobody(town: Town) -> None:
    """With four answers the round ends at once; the slow one is named once its time is over."""
    town.slow("w5", 5.0)
    board = Board(town)

    async def run() -> tuple[Round, float]:
        loop = asyncio.get_running_loop()
        started = loop.time()
        outcome = await board.cosigner.collect(note_of(5))
        seconds = loop.time() - started
        await asyncio.sleep(SETTINGS.witness_seconds)
        await board.cosigner.close()
        return outcome, seconds

    outcome, seconds = asyncio.run(run())
    assert outcome.quorum
    assert seconds < SETTINGS.witness_seconds
    assert board.answers()["w5"] == "timeout"


def other_key(body: bytes) -> bytes:
    """Leave no line by the witness's Ed25519 key."""
    return encode_cosignatures(decode_cosignatures(body)[1:])


def flipped(body: bytes) -> bytes:
    """Flip a bit of the first signature."""
    first, *rest = decode_cosignatures(body)
    changed = bytearray(first.signature)
    changed[-1] ^= 1
    first = type(first)(name=first.name, key_id=first.key_id, signature=bytes(changed))
    return encode_cosignatures([first, *rest])


def doubled(body: bytes) -> bytes:
    """Give the first line twice."""
    first, *rest = decode_cosignatures(body)
    return encode_cosignatures([first, first, *rest])


@pytest.mark.parametrize(
    ("lie", "answer"),
    [
        (flipped, "bad_signature"),
        (other_key, "no_signature"),
        (doubled, "no_signature"),
        (lambda _: b"", "malformed"),
        (lambda _: b"\xff\n", "malformed"),
        (lambda _: b"hello\n", "malformed"),
        (lambda body: body * 1000, "too_long"),
        (lambda _: bytes(2**26), "too_long"),
    ],
)
def test_lying_answers(town: Town, lie: Callable[[bytes], bytes], answer: str) -> None:
    """A wrong, foreign, doubled, malformed or endless answer does not count, is named, and stops nobody."""
    town.change("w3", lie)
    board = Board(town)
    (outcome,) = rounds(board, note_of(5))
    assert outcome.quorum
    assert "w3" not in outcome.cosigned
    assert board.answers()["w3"] == answer
    assert [line["answer"] for line in board.lines() if line["level"] == "error"] == [answer]


def test_a_signature_over_another_note(town: Town) -> None:
    """A cosignature of an earlier checkpoint is no cosignature of this one."""
    board = Board(town)
    kept: list[bytes] = []

    def replay(body: bytes) -> bytes:
        kept.append(body)
        return kept[0]

    town.change("w2", replay)
    first, second = rounds(board, note_of(5), note_of(6))
    assert "w2" in first.cosigned
    assert "w2" not in second.cosigned
    assert board.answers()["w2"] == "bad_signature"


@pytest.mark.parametrize(
    ("status", "content_type", "body", "answer"),
    [
        (400, "text/plain", b"", "refused"),
        (403, "text/plain", b"", "untrusted"),
        (404, "text/plain", b"", "unknown_log"),
        (409, "text/plain", b"3\n", "stuck"),
        (409, "text/x.tlog.size", b"x\n", "stuck"),
        (409, "text/x.tlog.size", b"0\n", "stuck"),
        (409, "text/x.tlog.size", b"99\n", "ahead"),
        (422, "text/plain", b"", "inconsistent"),
        (429, "text/plain", b"", "busy"),
        (503, "text/plain", b"", "busy"),
        (302, "text/plain", b"", "strange_status"),
        (500, "text/plain", b"", "strange_status"),
    ],
)
def test_refusing_answers(town: Town, status: int, content_type: str, body: bytes, answer: str) -> None:
    """Every status has its name; a claim to be ahead without the log's own signature stops nothing."""
    town.answer("w4", status, body, content_type)
    board = Board(town)
    (outcome,) = rounds(board, note_of(5))
    assert (outcome.quorum, outcome.seen) == (True, ())
    assert board.answers()["w4"] == answer


def test_a_witness_ahead_with_proof(town: Town) -> None:
    """Witnesses that saw a larger checkpoint show it with the log's own signature."""
    rounds(Board(town), note_of(20))
    (outcome,) = rounds(Board(town), note_of(12))
    assert not outcome.quorum
    assert {seen.checkpoint.size for seen in outcome.seen} == {20}


def test_another_history_is_shown(town: Town) -> None:
    """Witnesses that cosigned another tree of this log show it with the log's own signature."""
    other = [merkle.leaf_hash(b"other %d" % number) for number in range(40)]
    rounds(Board(town), note_of(8, other))
    (outcome,) = rounds(Board(town), note_of(12))
    assert {seen.checkpoint for seen in outcome.seen} == {checkpoint_of(8, other)}


def test_a_forged_claim_to_be_ahead(town: Town) -> None:
    """A larger checkpoint that another key signed is no proof, and the log goes on."""
    forged = note_of(30, LEAVES, SigningKey(b"\x04" * 32))
    town.answer("w1", 409, b"30\n", "text/x.tlog.size")
    claim = town.handlers["w1"]

    async def handle(request: httpx.Request) -> httpx.Response:
        return await claim(request) if request.method == "POST" else httpx.Response(200, content=forged)

    town.handlers["w1"] = handle
    (outcome,) = rounds(Board(town), note_of(12))
    assert (outcome.quorum, outcome.seen) == (True, ())


def test_a_changed_log_key_is_named(town: Town) -> None:
    """Witnesses know the log by its key: under another one nobody cosigns, and the answer says why."""
    board = Board(town)
    (outcome,) = rounds(board, note_of(5, LEAVES, SigningKey(b"\x09" * 32)))
    assert not outcome.quorum
    assert set(board.answers().values()) == {"untrusted"}


@pytest.mark.parametrize("seconds", [7200, -7200])
def test_a_witness_whose_clock_jumps(town: Town, seconds: int) -> None:
    """A cosignature from the far future does not count, nor one that goes back behind an earlier one."""
    honest = town.time
    board = Board(town)
    now = honest()
    town.time = lambda: now
    (_,) = rounds(board, note_of(3))
    assert {state.time for state in board.cosigner.states} == {now}
    later = Board(town)
    for state in later.cosigner.states:
        state.time = now + 7000
    town.time = lambda: now + max(seconds, 0)
    (outcome,) = rounds(later, note_of(5))
    assert not outcome.quorum
    assert set(later.answers().values()) == {"bad_time"}


def test_the_request_is_exactly_the_protocol(town: Town) -> None:
    """Old size, proof, and the note with the log's lines alone, in their one spelling."""
    bodies: list[bytes] = []
    honest = town.honest("w1")

    async def handle(request: httpx.Request) -> httpx.Response:
        bodies.append(request.content)
        return await honest(request)

    town.handlers["w1"] = handle
    rounds(Board(town), note_of(5), note_of(9))
    hashes = [encode_base64(item) for item in prove(5, checkpoint_of(9))]
    assert bodies[1] == ("\n".join(["old 5", *hashes, "", ""])).encode() + note_of(9)
    assert decode_add_checkpoint(bodies[0]).old_size == 0


def test_no_line_holds_what_a_witness_said(town: Town) -> None:
    """The log has our names of failures, never a witness's own words."""
    town.answer("w1", 400, b"SECRET WORDS")
    board = Board(town)
    rounds(board, note_of(5))
    assert board.journal.flush()
    assert "SECRET" not in board.written.getvalue()
    assert {line["event"] for line in board.lines()} == {"witness"}


def test_cosignatures_are_appended_once(town: Town) -> None:
    """The note keeps the log's line and has one line for each witness of the policy."""
    (outcome,) = rounds(Board(town), note_of(5))
    lines = outcome.note.split(b"\n\n")[1].splitlines()
    assert len(lines) == 1 + len(outcome.cosigned)
    assert add_signatures(outcome.note, ()) == outcome.note


def test_everybody_is_asked_at_once(town: Town) -> None:
    """Five witnesses that take a moment each take one moment together."""
    arrived: list[str] = []
    everybody = asyncio.Event()

    def behave(name: str) -> Callable[[httpx.Request], Awaitable[httpx.Response]]:
        honest = town.honest(name)

        async def handle(request: httpx.Request) -> httpx.Response:
            arrived.append(name)
            if len(arrived) == 5:
                everybody.set()
            await everybody.wait()
            return await honest(request)

        return handle

    for name in town.identities:
        town.handlers[name] = behave(name)
    (outcome,) = rounds(Board(town), note_of(5))
    assert outcome.quorum
