"""Attacks by witnesses on a board that asks them: what they answer costs them their vote, and the board nothing."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path

import httpx
import pytest

from evote.ed25519 import SigningKey
from evote.log.checkpoint import Checkpoint
from evote.log.cosignature import Cosigner as Signer
from evote.log.note import decode_note, make_signature
from evote.log.policy import open_witnessed
from evote.log.witness_protocol import (
    SIZE_CONTENT_TYPE,
    decode_add_checkpoint,
    encode_cosignatures,
)
from evote.serve.clock import Clock
from evote.serve.cosign import BACK_SECONDS, FUTURE_SECONDS, Round
from tests.serve.test_cosign import LOG_KEY, SETTINGS, Board, note_of, prove, rounds
from tests.serve.town import Town

NOW = 1_780_000_000


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    """Return five honest witnesses of the log."""
    made = Town(tmp_path, LOG_KEY, 5)
    yield made
    made.close()


def signer_of(town: Town, name: str) -> Signer:
    """Return a witness's own signer, for what its program would never sign."""
    return Signer(f"{name}.example", SigningKey(town.identities[name]._ed25519_seed.expose()))


def states(town: Town, name: str, *times: int) -> None:
    """Let a witness cosign with its own key at times of its choice, one after the other."""
    left = list(times)

    async def handle(request: httpx.Request) -> httpx.Response:
        text = decode_note(decode_add_checkpoint(request.content).checkpoint).text
        line = make_signature(text, signer_of(town, name).at(left.pop(0) if len(left) > 1 else left[0]))
        return httpx.Response(200, content=encode_cosignatures([line]))

    town.handlers[name] = handle


def frozen() -> Clock:
    """Return a clock that stands."""
    return Clock(wall=lambda: float(NOW), monotonic=lambda: 0.0)


@pytest.mark.parametrize(
    ("times", "answer"),
    [
        ((NOW + FUTURE_SECONDS,), "cosigned"),
        ((NOW + FUTURE_SECONDS + 1,), "bad_time"),
        ((2**63 - 1,), "bad_time"),
        ((0,), "bad_time"),
        ((NOW, NOW - BACK_SECONDS), "cosigned"),
        ((NOW, NOW - BACK_SECONDS - 1), "bad_time"),
    ],
)
def test_times_that_a_witness_may_not_state(town: Town, times: tuple[int, ...], answer: str) -> None:
    """A right signature with a time from the future, from before its last, or none, does not count."""
    states(town, "w3", *times)
    board = Board(town, frozen())
    town.time = lambda: NOW
    outcomes = rounds(board, *(note_of(5 + number) for number in range(len(times))))
    assert board.answers()["w3"] == answer
    assert ("w3" in outcomes[-1].cosigned) == (answer == "cosigned")
    assert outcomes[-1].quorum


def test_one_witness_does_not_vote_for_another(town: Town) -> None:
    """An answer with all its neighbours' right lines counts for the one who was asked, or for nobody."""

    def answer_with(*names: str) -> Callable[[httpx.Request], Awaitable[httpx.Response]]:
        async def handle(request: httpx.Request) -> httpx.Response:
            text = decode_note(decode_add_checkpoint(request.content).checkpoint).text
            lines = [make_signature(text, signer_of(town, name).at(NOW)) for name in names]
            return httpx.Response(200, content=encode_cosignatures(lines))

        return handle

    town.handlers["w1"] = answer_with(*town.identities)
    town.handlers["w2"] = answer_with("w1")
    town.gone("w3", "w4", "w5")
    board = Board(town, frozen())
    (outcome,) = rounds(board, note_of(5))
    assert (outcome.cosigned, outcome.quorum) == (("w1",), False)
    assert board.answers()["w2"] == "no_signature"


@pytest.mark.parametrize(
    "size",
    ["9223372036854775807", "9223372036854775808", "-1", "007", "5.0", "\u0665", "5\n6", "9" * 60_000, ""],
)
def test_absurd_sizes(town: Town, size: str) -> None:
    """A 409 with any number, and what is no number: the round ends with the others, and no proof is made for it."""
    town.answer("w2", 409, f"{size}\n".encode(), SIZE_CONTENT_TYPE)
    asked: list[int] = []
    board = Board(town)

    def watched(old_size: int, checkpoint: Checkpoint) -> tuple[bytes, ...]:
        asked.append(old_size)
        return prove(old_size, checkpoint)

    board.cosigner._prover = watched
    (outcome,) = rounds(board, note_of(12))
    assert outcome.quorum
    assert board.answers()["w2"] in ("ahead", "stuck")
    assert set(asked) == {0}


def test_a_witness_that_walks_through_all_sizes(town: Town) -> None:
    """One that names another size each time is asked three times a round, and no more."""
    sizes = iter(range(1, 1000))

    async def handle(_: httpx.Request) -> httpx.Response:
        return httpx.Response(409, content=b"%d\n" % (next(sizes) % 12), headers={"content-type": SIZE_CONTENT_TYPE})

    town.handlers["w5"] = handle
    board = Board(town)
    outcomes = rounds(board, *[note_of(12)] * 4)
    assert all(outcome.quorum for outcome in outcomes)
    assert town.asked.count("w5/add-checkpoint") <= 3 * len(outcomes)


def test_an_old_checkpoint_does_not_stop_the_log(town: Town) -> None:
    """A witness that claims a conflict and shows an earlier checkpoint of this log has shown nothing against it."""
    town.answer("w1", 422)
    claim = town.handlers["w1"]

    async def handle(request: httpx.Request) -> httpx.Response:
        return await claim(request) if request.method == "POST" else httpx.Response(200, content=note_of(7))

    town.handlers["w1"] = handle
    (outcome,) = rounds(Board(town), note_of(12))
    assert outcome.quorum
    # What it shows is handed to the board, which holds it and goes on.
    assert {seen.checkpoint.size for seen in outcome.seen} <= {7}


class Endless(httpx.AsyncByteStream):
    """A body of which a little comes at a time, for ever."""

    def __init__(self) -> None:
        self.sent = 0

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while True:
            await asyncio.sleep(0.01)
            self.sent += 1
            yield b"x"


class Wild(httpx.AsyncBaseTransport):
    """The town, with one witness whose answers are not even whole."""

    def __init__(self, town: Town, name: str, response: httpx.Response) -> None:
        self._town, self._name, self._response = town, name, response

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Answer for the wild one."""
        return self._response if request.url.host == self._name else await self._town.handle_async_request(request)


@pytest.mark.parametrize("status", [200, 409, 422])
def test_an_answer_that_never_ends(town: Town, status: int) -> None:
    """A drip of bytes under any status is cut off with the round's time."""
    body = Endless()
    board = Board(town)
    wild = Wild(town, "w4", httpx.Response(status, stream=body, headers={"content-type": SIZE_CONTENT_TYPE}))
    board.cosigner._client._transport = wild

    async def run() -> tuple[Round, float]:
        loop = asyncio.get_running_loop()
        outcome = await board.cosigner.collect(note_of(5))
        await asyncio.sleep(SETTINGS.witness_seconds + 0.3)
        sent, start = body.sent, loop.time()
        await asyncio.sleep(0.2)
        assert body.sent == sent
        await board.cosigner.close()
        return outcome, start

    outcome, _ = asyncio.run(run())
    assert outcome.quorum
    assert board.answers()["w4"] == "timeout"


@pytest.mark.parametrize(
    ("headers", "answer"),
    [
        pytest.param({"content-encoding": "gzip"}, "malformed", id="packed, which nobody asked for"),
        pytest.param(
            {"content-type": "\u2028\xff;;;=", "content-encoding": "what, ever"}, "malformed", id="bad headers"
        ),
    ],
)
def test_a_strange_answer_is_read_as_it_stands(town: Town, headers: dict[str, str], answer: str) -> None:
    """Nothing is unpacked and no header is believed: the bytes are no signature."""
    board = Board(town)
    raw = [(name.encode(), value.encode()) for name, value in headers.items()]
    response = httpx.Response(200, headers=raw, stream=httpx.ByteStream(b"\x1f\x8b" + bytes(1000)))
    board.cosigner._client._transport = Wild(town, "w4", response)
    (outcome,) = rounds(board, note_of(5))
    assert outcome.quorum
    assert board.answers()["w4"] == answer


def test_whatever_a_witness_brings_about_is_its_own_failure(town: Town) -> None:
    """An answer that breaks the HTTP library in a way of its own ends nobody's round, and not the board."""
    broken = httpx.Response(200, content=b"")
    board = Board(town)
    board.cosigner._client._transport = Wild(town, "w4", broken)
    outcomes = rounds(board, note_of(5), note_of(6))
    assert all(outcome.quorum for outcome in outcomes)
    assert board.answers()["w4"] == "malformed"


def test_a_witness_leaves_no_cookies(town: Town) -> None:
    """A hundred cookies with each answer are neither kept nor sent back, so they can't fill memory or requests."""
    honest, seen = town.honest("w4"), 0

    class Sweet(Wild):
        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            nonlocal seen
            if request.url.host != "w4":
                return await town.handle_async_request(request)
            seen += "cookie" in request.headers
            answer = await honest(request)
            raw = [(b"set-cookie", b"c%d=%s; Max-Age=99999999" % (number, b"x" * 900)) for number in range(100)]
            return httpx.Response(answer.status_code, headers=raw, stream=httpx.ByteStream(answer.content))

    board = Board(town)
    board.cosigner._client._transport = Sweet(town, "w4", httpx.Response(200))
    outcomes = rounds(board, note_of(5), note_of(6), note_of(7))
    assert all(outcome.quorum for outcome in outcomes)
    assert (seen, len(board.cosigner._client.cookies)) == (0, 0)


def test_a_redirect_is_not_followed(town: Town) -> None:
    """Neither to another witness, whose signature would count twice, nor to the board's own network."""

    async def handle(request: httpx.Request) -> httpx.Response:
        return httpx.Response(307, headers={"location": f"http://w1{request.url.path}", "content-type": ""})

    town.handlers["w5"] = handle
    board = Board(town)
    (outcome,) = rounds(board, note_of(5))
    assert board.answers()["w5"] == "strange_status"
    assert "w5" not in outcome.cosigned
    assert town.asked.count("w1/add-checkpoint") == 1


def test_a_late_signature_is_not_part_of_another_round(town: Town) -> None:
    """An answer to the first checkpoint that comes during the second round counts for neither."""
    town.slow("w5", 0.4)
    board = Board(town)

    async def run() -> list[Round]:
        first = await board.cosigner.collect(note_of(5))
        second = await board.cosigner.collect(note_of(9))
        await asyncio.sleep(0.6)
        third = await board.cosigner.collect(note_of(9))
        await board.cosigner.close()
        return [first, second, third]

    for outcome in asyncio.run(run()):
        assert outcome.quorum
        opened = open_witnessed(outcome.note, board.policy)
        assert {name for name, _ in opened.times} == set(outcome.cosigned)
