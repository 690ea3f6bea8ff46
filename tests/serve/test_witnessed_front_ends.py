"""A whole deployment: five witnesses, two front ends, a sequencer and its successor, each a process, on PostgreSQL."""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest

from evote import canonical_json
from evote.client.reader import verify_receipt
from evote.errors import BoardError
from evote.log.key import ED25519, VerifierKey
from evote.log.policy import Policy, open_witnessed
from evote.log.policy_text import parse_policy
from evote.log.promise import decode_promise, verify_promise
from tests.board import toy
from tests.board.postgres import Server
from tests.serve.local_town import LocalTown
from tests.serve.scene import leaf_of
from tests.serve.test_front_ends import FRONT_END, SEQUENCER, entries_of, post, started, until
from tests.serve.test_process import Served

LOG_KEY = VerifierKey(name=toy.ORIGIN, algorithm=ED25519, public_key=toy.LOG_KEY.public_key)


class Deployment:
    """Where everything is, and what was acknowledged: the index of every leaf hash."""

    def __init__(self, folder: Path, town: LocalTown, doors: tuple[Served, Served]) -> None:
        """Take a board's folder, its witnesses and its front ends."""
        self.folder, self.town, self.doors = folder, town, doors
        self.known: dict[str, int] = {}

    @property
    def policy(self) -> Policy:
        """What an auditor knows: the log's key, the witnesses, four of five."""
        return self.town.policy

    def cast(self, door: Served, *numbers: int) -> tuple[int, list[dict[str, Any]]]:
        """Cast ballots at a door; return the answer's status and results, and remember what was acknowledged."""
        answer = post(door.url, *(toy.ballot(number) for number in numbers), seconds=60)
        results: list[dict[str, Any]] = answer.json().get("results", [])
        for result in results:
            if result["status"] in (200, 202):
                assert self.known.setdefault(result["leaf_hash"], result["index"]) == result["index"]
        return answer.status_code, results

    def receipt(self, door: Served, number: int) -> httpx.Response:
        """Ask for a ballot's receipt."""
        return httpx.get(f"{door.url}/api/receipts/{leaf_of(toy.ballot(number))}", timeout=20)

    def is_published(self, number: int) -> bool:
        """Say whether both doors have a ballot's receipt, which holds under the auditor's policy at its index."""
        answers = [self.receipt(door, number) for door in self.doors]
        for answer in answers:
            if answer.status_code == 200:
                proven = verify_receipt(answer.content, policy=self.policy)
                assert proven.index == self.known[leaf_of(toy.ballot(number))]
        return {answer.status_code for answer in answers} == {200}

    def check_promised(self, number: int, result: dict[str, Any]) -> None:
        """Check that a result is the log's own promise, and that every door has the same one."""
        promise = decode_promise(canonical_json.encode(result["promise"]))
        verify_promise(promise, LOG_KEY)
        assert (promise.index, promise.leaf_hash.hex()) == (result["index"], leaf_of(toy.ballot(number)))
        assert promise.deadline > time.time()
        for door in self.doors:
            asked = self.receipt(door, number)
            assert (asked.status_code, asked.json()["promise"]) == (202, result["promise"])


@pytest.fixture
def deployment(tmp_path: Path, postgresql: Server) -> Iterator[Deployment]:
    """Return a deployment whose sequencer is not started yet."""
    with ExitStack() as stack:
        town = stack.enter_context(LocalTown(tmp_path / "town", LOG_KEY))
        folder = tmp_path / "first"
        with toy.create(folder, postgresql.new_dsn()) as board:
            board.set_policy(town.policy)
        one, two = (stack.enter_context(started(FRONT_END, folder)) for _ in range(2))
        yield Deployment(folder, town, (one, two))


def second_machine(folder: Path) -> Path:
    """Return the folder of a sequencer on another machine, with the same keys, database and record."""
    second = folder.with_name("second")
    second.mkdir()
    for name in ("log.key", "log-mldsa.key", "database.url"):
        shutil.copy(folder / name, second)
    (second / "record").symlink_to(folder / "record", target_is_directory=True)
    return second


def takes_over(folder: Path) -> bool:
    """Say whether the lease of a board is free for this folder."""
    try:
        toy.open_toy(folder).close()
    except BoardError as error:
        if error.code == "board.other_sequencer":
            return False
        raise
    return True


def health_of(door: Served) -> Any:
    """Return how a server is."""
    return httpx.get(f"{door.url}/health", timeout=20).json()


def until_promised(door: Served, count: int) -> None:
    """Wait until a server tells of so many open promises, none of them overdue."""
    until(lambda: bool(health_of(door)["promises"] == {"open": count, "overdue": 0}))


def test_promises_at_front_ends(deployment: Deployment) -> None:
    """Two of five witnesses killed: both doors hand on the sequencer's promise, which is kept when they are back."""
    one, two = deployment.doors
    with started(SEQUENCER, deployment.folder) as board:
        until(lambda: {health_of(door)["status"] for door in deployment.doors} == {"ok"})
        for door, first in ((one, 0), (two, 5)):
            status, results = deployment.cast(door, *range(first, first + 5))
            assert status == 200
            for result in results:
                assert verify_receipt(result["receipt"].encode(), policy=deployment.policy).index == result["index"]
        note = httpx.get(f"{one.url}/checkpoint").content
        witnessed = open_witnessed(note, deployment.policy)
        assert (witnessed.checkpoint.size, len(witnessed.times) >= 4) == (10, True)

        deployment.town.kill("w1", "w2")
        for door, number in ((one, 10), (two, 11)):
            status, (result,) = deployment.cast(door, number)
            assert status == 202
            assert "receipt" not in result
            deployment.check_promised(number, result)
        assert httpx.get(f"{two.url}/checkpoint").content == note
        mixed = post(one.url, toy.ballot(12), toy.ballot(50, "7", "another"), seconds=60)
        assert [result["status"] for result in mixed.json()["results"]] == [202, 409]
        for door in deployment.doors:
            until_promised(door, 3)
            health = health_of(door)
            assert (health["status"], health["log"]["witnesses"]) == ("degraded", "missing")
            answer = httpx.get(f"{door.url}/api/elections")
            assert (answer.headers["evote-witnesses"], answer.json()["log"]["witnesses"]) == ("missing", "missing")
        final = toy.posting(toy.LOG_KEY, "election.final", b"{}")
        refused = post(two.url, final, seconds=60)
        assert (refused.status_code, refused.json()["code"], refused.json()["index"]) == (503, "board.no_quorum", 13)

        deployment.town.start("w1", "w2")
        until(lambda: all(deployment.is_published(number) for number in (10, 11)))
        assert deployment.cast(two, 10)[0] == 200
        assert post(one.url, final, seconds=60).json()["results"][0]["index"] == 13
        for door in (*deployment.doors, board):
            until_promised(door, 0)
            assert health_of(door)["log"]["witnesses"] == "quorum"
        assert [door.end() for door in (*deployment.doors, board)] == [0, 0, 0]
    found = entries_of(deployment.folder, deployment.policy)
    assert {leaf: found[leaf] for leaf in deployment.known} == deployment.known
    assert len(found) == 14


def test_the_sequencer_dies_with_promises_to_keep(deployment: Deployment) -> None:
    """Killed under load after it has promised: a second one waits for the lease, keeps the promises, loses nothing."""
    one, two = deployment.doors
    second = second_machine(deployment.folder)
    is_over = threading.Event()

    def cast(door: Served, numbers: Iterator[int]) -> None:
        while not is_over.is_set():
            deployment.cast(door, *(next(numbers) for _ in range(3)))
            time.sleep(0.05)

    with ExitStack() as stack:
        board = stack.enter_context(started(SEQUENCER, deployment.folder))
        until(lambda: {health_of(door)["status"] for door in deployment.doors} == {"ok"})
        assert deployment.cast(one, 0)[0] == 200
        with pytest.raises(BoardError) as caught:
            toy.open_toy(second)
        assert caught.value.code == "board.other_sequencer"
        deployment.town.kill("w3", "w4")
        status, (result,) = deployment.cast(two, 1)
        assert status == 202
        deployment.check_promised(1, result)
        voters = [
            threading.Thread(target=cast, args=(door, iter(range(first, first + 100_000))))
            for door, first in ((one, 1000), (two, 200_000))
        ]
        for voter in voters:
            voter.start()
            stack.callback(voter.join)
        stack.callback(is_over.set)
        until(lambda: len(deployment.known) > 10)
        board.process.kill()
        board.process.communicate()
        assert not takes_over(second)
        deployment.check_promised(1, result)
        deployment.town.start("w3", "w4")
        # Most of the lease is as good as over.
        with psycopg.connect((deployment.folder / "database.url").read_text()) as connection:
            connection.execute("UPDATE lease SET expires = expires - 7000")
        until(lambda: takes_over(second))
        before = len(deployment.known)
        successor = stack.enter_context(started(SEQUENCER, second))
        until(lambda: len(deployment.known) > before + 10)
        with pytest.raises(BoardError) as caught:
            toy.open_toy(deployment.folder)
        assert caught.value.code == "board.other_sequencer"
        is_over.set()
        for voter in voters:
            voter.join()
        until(lambda: deployment.is_published(1))
        assert verify_receipt(deployment.receipt(two, 1).content, policy=deployment.policy).index == result["index"]
        assert [door.end() for door in (*deployment.doors, successor)] == [0, 0, 0]
    found = entries_of(second, deployment.policy)
    assert {leaf: found[leaf] for leaf in deployment.known} == deployment.known
    assert parse_policy((second / "record" / "policy").read_bytes()).quorum == "town"
