"""A board's promise beside a voter's receipt file: kept until the receipt is there, also from one try to the next."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

import httpx
import pytest

from evote.cli import board_remote
from evote.cli.output import Output
from evote.cli.trusted_boards import TrustedBoard
from evote.client.http_board import HttpBoard
from evote.errors import EvoteError
from evote.log.promise import decode_promise
from evote.texts.language import Language
from tests.client.records import LEAVES
from tests.log.known import POLICY
from tests.remote.test_http_board import SUBMISSION, URL, promised, receipt, results

OUT = Output(language=Language.ENGLISH, json=False)
Send = Callable[..., str]


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    """Return the file in which the promise is kept."""
    return tmp_path / "slip.promise"


@pytest.fixture
def send(kept: Path, monkeypatch: pytest.MonkeyPatch) -> Send:
    """Return a function that sends the ballot to a board with these answers; it returns the error's code."""

    def run(*answers: httpx.Response) -> str:
        waiting = list(answers)
        slept: list[float] = []

        def answer(_: httpx.Request) -> httpx.Response:
            one = waiting.pop(0) if len(waiting) > 1 else waiting[0]
            return httpx.Response(one.status_code, headers=one.headers, stream=httpx.ByteStream(one.content))

        board = partial(
            HttpBoard,
            sleep=slept.append,
            clock=lambda: sum(slept),
            wall=lambda: 2_000_000_000 - 60.0,
            transport=httpx.MockTransport(answer),
        )
        monkeypatch.setattr(board_remote, "HttpBoard", board)
        try:
            board_remote.send(URL, TrustedBoard(url=URL, policy=POLICY), SUBMISSION, OUT, kept)
        except EvoteError as error:
            return error.code
        return ""

    return run


def test_the_deadline_is_told_and_the_promise_kept_until_the_receipt(
    send: Send, kept: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Given up only for the receipt; a later try does not put a later deadline in its place."""
    assert (
        send(results(202, promise=promised()), httpx.Response(202, json={"promise": promised()})) == "submit.promised"
    )
    assert "promised to publish it by 2033-05-18T03:33:20Z" in capsys.readouterr().err
    later = promised(deadline=2_000_000_030)
    assert send(results(202, promise=later), httpx.Response(202, json={"promise": later})) == "submit.promised"
    assert decode_promise(kept.read_bytes()).deadline == 2_000_000_000
    assert send(results(200, receipt=receipt(5))) == ""
    assert not kept.exists()


@pytest.mark.parametrize("is_new_try", [False, True])
def test_two_promises_are_both_kept(send: Send, kept: Path, *, is_new_try: bool) -> None:
    """Of one entry at two indices, whether the second comes while waiting or in another run of the command."""
    first, second = results(202, promise=promised(index=4)), promised(index=5)
    if is_new_try:
        assert send(first, httpx.Response(202, json={"promise": promised(index=4)})) == "submit.promised"
        assert send(results(202, promise=second)) == "promise.two_promises"
    else:
        assert send(first, httpx.Response(202, json={"promise": second})) == "promise.two_promises"
    files = (kept, kept.with_name(f"{kept.name}-2"))
    assert [decode_promise(path.read_bytes()).index for path in files] == [4, 5]


def test_an_earlier_promise_of_another_index_is_not_given_up(send: Send, kept: Path) -> None:
    """A good receipt at another index than an earlier run was promised is no reason to throw the promise away."""
    assert send(results(202, promise=promised(index=4)), httpx.Response(202, json={"promise": promised(index=4)}))
    assert send(results(200, receipt=receipt(5))) == "submit.broken_promise"
    assert decode_promise(kept.read_bytes()).leaf_hash == LEAVES[5]
