"""The small parts alone: rates, budgets, clocks, log lines, the mailbox, and the interface's description."""

from __future__ import annotations

import asyncio
import io
import json
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest

from evote.errors import (
    BoardError,
    ConfigurationError,
    EncodingError,
    EvoteError,
    PolicyError,
    VerificationError,
)
from evote.serve.clock import Clock
from evote.serve.examiner import Examiner
from evote.serve.journal import Journal, truncated
from evote.serve.limits import MAXIMUM_BUCKETS, Budget, RateLimit, client_of
from evote.serve.mailbox import Calls, Job, Mailbox
from evote.serve.problems import HttpError, problem_object, problem_response, status_of
from tests.board import toy
from tests.serve import scene


def test_a_rate_refills() -> None:
    """A burst at once, then the rate; a refused request costs nothing and is told when to come back."""
    now = [0.0]
    limit = RateLimit(2.0, 4, lambda: now[0])
    assert [limit.spend("a") for _ in range(5)] == [0, 0, 0, 0, 1]
    assert limit.spend("a", 4) == 2
    assert limit.spend("b", 4) == 0
    now[0] = 1.0
    assert [limit.spend("a") for _ in range(3)] == [0, 0, 1]
    now[0] = 1000.0
    assert limit.spend("a", 4) == 0
    assert limit.spend("a") == 1


def test_buckets_are_bounded() -> None:
    """A flood from ever new addresses takes bounded memory; the one forgotten was asked for longest ago."""
    limit = RateLimit(1.0, 1, lambda: 0.0)
    for number in range(MAXIMUM_BUCKETS + 10):
        assert limit.spend(str(number)) == 0
    assert len(limit._buckets) == MAXIMUM_BUCKETS
    assert limit.spend("5") == 0
    assert limit.spend(str(MAXIMUM_BUCKETS)) == 1


def test_a_budget() -> None:
    """What is taken is not there for others until it is given back."""
    budget = Budget(10)
    assert (budget.take(6), budget.take(5), budget.take(4)) == (True, False, True)
    budget.give_back(6)
    assert budget.take(6)


@pytest.mark.parametrize(
    ("address", "network", "client"),
    [
        ("203.0.113.77", "203.0.113.0/24", "203.0.113.77"),
        ("2001:db8:1:2:3::4", "2001:db8:1::/48", "2001:db8:1:2::/64"),
        ("::ffff:203.0.113.77", "203.0.113.0/24", "203.0.113.77"),
        ("testclient", "unknown", "testclient"),
    ],
)
def test_addresses(address: str, network: str, client: str) -> None:
    """The log keeps a network, the limit counts a household: a /24 or /48 there, an address or /64 here."""
    assert (truncated(address), client_of(address)) == (network, client)


def test_time_does_not_go_back() -> None:
    """A clock set back an hour stands still and is reported; one set forward is followed and reported."""
    wall, steady, jumps = [1000.0], [50.0], list[float]()
    clock = Clock(jumps.append, wall=lambda: wall[0], monotonic=lambda: steady[0])
    assert clock.now() == 1000
    wall[0], steady[0] = 1010.0, 60.0
    assert (clock.now(), jumps) == (1010, [])
    wall[0] -= 3600
    assert (clock.now(), jumps) == (1010, [-3600.0])
    assert (clock.now(), jumps) == (1010, [-3600.0])
    wall[0] += 7200
    assert (clock.now(), jumps) == (4610, [-3600.0, 7200.0])


def test_a_line_stays_a_line() -> None:
    """Whatever a value holds, an event is one line of JSON in ASCII."""
    stream = io.StringIO()
    journal = Journal(stream)
    journal.warning("event", text="two\nlines \x1b[2J 한글", size=3, items=("a", 1), nothing=None)
    assert journal.flush()
    (line,) = stream.getvalue().splitlines()
    assert line.isascii()
    value = json.loads(line)
    assert (value["level"], value["event"], value["size"], value["items"]) == ("warning", "event", 3, ["a", 1])


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (EncodingError("a.b", ""), 400),
        (VerificationError("a.b", ""), 422),
        (PolicyError("a.b", ""), 409),
        (PolicyError("admission.author", ""), 403),
        (PolicyError("ballot.not_on_roll", ""), 403),
        (BoardError("board.disk_error", ""), 503),
        (EncodingError("board.too_long", ""), 413),
        (HttpError("a.b", "", status=418), 418),
        (ConfigurationError("a.b", ""), 409),
    ],
)
def test_statuses(error: EvoteError, status: int) -> None:
    """The class of an error decides the status, unless its code does."""
    assert status_of(error) == status
    assert problem_object(error)["status"] == status


def test_a_problem_tells_no_path() -> None:
    """What a board says about its files is for its operator; what it says to everybody is passed on."""
    secret = problem_response(BoardError("board.disk_full", "no space left for /srv/board"))
    public = problem_response(BoardError("board.busy", "5 statements wait already"))
    assert b"/srv" not in bytes(secret.body)
    assert b"5 statements" in bytes(public.body)
    assert secret.headers["retry-after"] == "2"


def job_of(count: int, loop: asyncio.AbstractEventLoop) -> Job:
    """Return a job of some statements."""
    return Job(postings=tuple(toy.ballot(number) for number in range(count)), future=loop.create_future())


def with_loop(test: Callable[[asyncio.AbstractEventLoop], None]) -> None:
    """Run a test with an event loop that nobody runs."""
    loop = asyncio.new_event_loop()
    try:
        test(loop)
    finally:
        loop.close()


def test_a_batch_is_what_comes_within_the_window() -> None:
    """Jobs are taken whole and in order, up to the batch's size; a larger one goes alone; at the end nothing comes."""

    def test(loop: asyncio.AbstractEventLoop) -> None:
        mailbox = Mailbox(100, 2**30)
        for count in (3, 4, 5, 20):
            mailbox.post(job_of(count, loop))
        mailbox.close(BoardError("board.stopping", ""))
        sizes = [[len(job.postings) for job in mailbox.next_batch(8, 0.01)] for _ in range(4)]
        assert sizes == [[3, 4], [5], [20], []]
        assert (mailbox.statements, mailbox.is_finished) == (0, True)

    with_loop(test)


def test_the_mailbox_is_bounded() -> None:
    """By number and by bytes; what was taken out makes room; after the end nothing comes in."""

    def test(loop: asyncio.AbstractEventLoop) -> None:
        mailbox = Mailbox(10, job_of(6, loop).byte_count + 100)
        mailbox.post(job_of(6, loop))
        for count in (5, 4):
            with pytest.raises(BoardError) as caught:
                mailbox.post(job_of(count, loop))
            assert caught.value.code == "board.busy"
        mailbox.next_batch(6, 0.0)
        mailbox.post(job_of(6, loop))
        mailbox.close(BoardError("board.stopped", ""))
        assert len(mailbox.take_all()) == 1
        with pytest.raises(BoardError) as caught:
            mailbox.post(job_of(1, loop))
        assert caught.value.code == "board.stopped"

    with_loop(test)


def test_the_window_opens_with_the_oldest() -> None:
    """A lone statement waits for its window and no longer; one that has waited already is taken at once."""

    def test(loop: asyncio.AbstractEventLoop) -> None:
        mailbox = Mailbox(100, 2**30)
        timer = threading.Timer(0.05, lambda: mailbox.post(job_of(1, loop)))
        # Taken first: a busy machine may let the timer run before the next line.
        started = time.monotonic()
        timer.start()
        assert len(mailbox.next_batch(8, 0.1)) == 1
        assert 0.14 < time.monotonic() - started < 2
        timer.join()
        mailbox.post(job_of(1, loop))
        time.sleep(0.1)
        started = time.monotonic()
        assert len(mailbox.next_batch(8, 0.1)) == 1
        assert time.monotonic() - started < 0.09

    with_loop(test)


def test_calls_run_in_order_and_never_get_lost() -> None:
    """Functions run one by one; after the end whoever waits for one is told, also who comes late."""
    calls, ran, never, late = Calls(), list[int](), Future[None](), Future[None]()
    for number in (1, 2):
        calls.put(partial(ran.append, number))
    calls.run_next(0.0)
    calls.run_next(0.0)
    calls.run_next(0.0)
    assert ran == [1, 2]
    calls.put(lambda: None, never)
    calls.close(BoardError("board.stopped", ""))
    calls.put(lambda: None, late)
    for future in (never, late):
        with pytest.raises(BoardError):
            future.result(0)


def test_examined_ahead() -> None:
    """What was examined ahead is not examined again, and used once; what was not is examined when asked for."""
    rules = toy.ToyAdmission()
    examiner = Examiner(rules)
    one, two, three = (toy.ballot(number) for number in (1, 2, 3))
    examiner.examine_ahead([one, two])
    assert rules.examined == 2
    examiner.forget([two])
    results = examiner.examine([three, one, two])
    assert [getattr(result, "posting", None) for result in results] == [three, one, two]
    assert rules.examined == 4
    examiner.examine([one])
    assert rules.examined == 5


def test_the_interface_describes_itself(tmp_path: Path) -> None:
    """OpenAPI lists every route with its problems and an example for each answer in JSON, without a name twice."""

    async def story(client: httpx.AsyncClient) -> None:
        described = (await client.get("/openapi.json")).json()
        paths: dict[str, dict[str, Any]] = described["paths"]
        assert set(paths) == {
            "/checkpoint",
            "/policy",
            "/tile/{path}",
            "/api/statements",
            "/api/receipts/{leaf_hash}",
            "/api/elections",
            "/api/elections/{election}",
            "/api/elections/{election}/ballots/{confirmation_code}",
            "/api/consistency/{old}/{new}",
            "/health",
            "/metrics",
        }
        names = [operation["operationId"] for methods in paths.values() for operation in methods.values()]
        assert len(names) == len(set(names))
        submit = paths["/api/statements"]["post"]
        assert set(submit["responses"]) >= {"200", "202", "207", "400", "409", "413", "422", "429", "503"}
        assert submit["requestBody"]["content"]["application/octet-stream"]["schema"]["format"] == "binary"
        for name in ("Submitted", "Promised", "Election", "FoundBallot", "Consistency", "Problem"):
            assert "example" in described["components"]["schemas"][name], name

    scene.create(tmp_path / "board").serve(story)


def test_metrics(tmp_path: Path) -> None:
    """Statements, refusals by code, sizes and requests by route are counted; no label holds anything of a client's."""

    async def story(client: httpx.AsyncClient) -> None:
        await scene.post(client, toy.ballot(1))
        await scene.post(client, toy.ballot(2, "1"))
        await client.get(f"/api/receipts/{scene.leaf_of(toy.ballot(1))}")
        response = await client.get("/metrics")
        assert response.headers["content-type"].startswith("text/plain")
        for line in (
            'evote_statements_total{outcome="published"} 1.0',
            'evote_refusals_total{code="toy.conflict"} 1.0',
            "evote_log_size 1.0",
            "evote_quorum -1.0",
            'evote_requests_total{route="/api/receipts/{leaf_hash}",status="200"} 1.0',
        ):
            assert line in response.text
        assert scene.leaf_of(toy.ballot(1)) not in response.text

    scene.create(tmp_path / "board").serve(story)


def test_no_route_no_method_no_bug(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Unknown paths, methods and parameters are problems; so is a bug, without a word of what it held."""

    async def story(client: httpx.AsyncClient) -> None:
        for method, path, status in (
            ("GET", "/nothing", 404),
            ("POST", "/checkpoint", 405),
            ("DELETE", "/api/statements", 405),
            ("POST", "/api/statements?receipts=perhaps", 400),
        ):
            response = await client.request(method, path)
            assert response.status_code == status, path
            assert response.headers["content-type"] == "application/problem+json"

        def fail(*_: object) -> None:
            raise RuntimeError("a secret value")

        monkeypatch.setattr("evote.serve.status_routes.health_object", fail)
        response = await client.get("/health")
        assert (response.status_code, response.json()["code"]) == (500, "server.bug")
        assert "secret" not in response.text

    board = scene.create(tmp_path / "board")
    board.serve(story)
    assert [line["kind"] for line in board.lines("bug")] == ["RuntimeError"]
    assert "secret" not in board.journal.getvalue()
