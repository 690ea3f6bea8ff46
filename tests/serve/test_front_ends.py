"""One sequencer and several front ends, each a process, on a PostgreSQL server of their own."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from itertools import chain, groupby, repeat
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest

from evote.board.admission import Posting
from evote.board.board import Board
from evote.board.election_admission import ElectionAdmission
from evote.client.reader import RecordReader, open_checkpoint, verify_receipt
from evote.client.source import FolderSource
from evote.election.kinds import BALLOT_KINDS
from evote.errors import BoardError, ConfigurationError
from evote.log.merkle import leaf_hash
from evote.log.policy import Policy
from evote.log.policy_text import parse_policy
from evote.serve.front_server import open_front_end
from evote.serve.journal import Journal
from tests.board import toy
from tests.board.postgres import Server
from tests.cli.scene import evote, good
from tests.election.built_election import paper_election
from tests.serve.scene import QUICK, body_of, leaf_of
from tests.serve.test_command import PROGRAM
from tests.serve.test_process import KIND, Served

SEQUENCER = "tests.serve.toy_server"
FRONT_END = "tests.serve.toy_front_end"


@pytest.fixture
def folder(tmp_path: Path, postgresql: Server) -> Path:
    """Return the folder of a new toy board on a server."""
    toy.create(tmp_path / "board", postgresql.new_dsn()).close()
    return tmp_path / "board"


@contextmanager
def running(*arguments: str, is_json: bool = False) -> Iterator[Served]:
    """Run a server for the body; its first line says where it listens."""
    process = subprocess.Popen([sys.executable, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        line = process.stdout.readline().strip()
        assert line, process.communicate()[1]
        yield Served(process, json.loads(line)["url"] if is_json else line)
    finally:
        process.kill()
        if process.stdout is not None and not process.stdout.closed:
            process.communicate()


def started(module: str, folder: Path, **settings: Any) -> AbstractContextManager[Served]:
    """Run a toy sequencer or front end."""
    return running("-m", module, str(folder), json.dumps(settings))


@contextmanager
def three(folder: Path) -> Iterator[tuple[Served, ...]]:
    """Run one sequencer and two front ends."""
    with ExitStack() as stack:
        first = stack.enter_context(started(SEQUENCER, folder))
        yield first, *(stack.enter_context(started(FRONT_END, folder)) for _ in range(2))


def post(url: str, *postings: Posting, seconds: float = 20.0) -> httpx.Response:
    """Submit postings in one request."""
    return httpx.post(f"{url}/api/statements", content=body_of(*postings), headers=KIND, timeout=seconds)


def policy_of(url: str) -> Policy:
    """Return the policy that a server shows."""
    return parse_policy(httpx.get(f"{url}/policy").content)


def entries_of(folder: Path, policy: Policy) -> dict[str, int]:
    """Return the index of every leaf in a record, which is whole."""
    source = FolderSource(folder / "record")
    reader = RecordReader(source, open_checkpoint(source, policy))
    reader.verify_root()
    found = [(leaf_hash(entry.data).hex(), entry.index) for entry in reader.entries()]
    assert len(dict(found)) == len(found)
    return dict(found)


def until(condition: Callable[[], bool], seconds: float = 15.0) -> None:
    """Wait until a condition holds; fail after so long."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_two_front_ends_answer_like_the_board(folder: Path) -> None:
    """Receipts from both verify, refusals keep their codes, files and questions are the sequencer's; no key needed."""
    with three(folder) as (board, one, two):
        policy = policy_of(board.url)
        doors = ((0, one), (5, two), (10, board))
        answers = [post(end.url, *(toy.ballot(first + each) for each in range(5))) for first, end in doors]
        assert [answer.status_code for answer in answers] == [200] * 3
        results = [result for answer in answers for result in answer.json()["results"]]
        assert sorted(result["index"] for result in results) == list(range(15))
        for result in results:
            assert verify_receipt(result["receipt"].encode(), policy=policy).index == result["index"]
        last = results[-1]
        got = httpx.get(f"{one.url}/api/receipts/{last['leaf_hash']}").content
        assert verify_receipt(got, policy=policy).index == last["index"]
        refused = post(one.url, toy.ballot(50, "7", "another"))
        assert (refused.status_code, refused.json()["code"]) == (409, "toy.conflict")
        mixed = post(two.url, toy.ballot(51), toy.ballot(52, "8", "another"))
        assert [result["status"] for result in mixed.json()["results"]] == [200, 409]
        for path in ("/checkpoint", "/policy", "/tile/0/000.p/16"):
            assert httpx.get(one.url + path).content == httpx.get(board.url + path).content, path
        proofs = [httpx.get(f"{door.url}/api/consistency/3/15").json()["hashes"] for door in (one, two, board)]
        assert proofs[0] == proofs[1] == proofs[2] != []
        assert httpx.get(f"{one.url}/api/receipts/{'00' * 32}").json()["code"] == "board.not_in_log"
        health = httpx.get(f"{two.url}/health").json()
        assert (health["status"], health["log"]["published_size"]) == ("ok", 16)
        assert [end.end() for end in (one, two, board)] == [0, 0, 0]
    assert len(entries_of(folder, policy)) == 16


def test_a_storm_of_duplicates(folder: Path) -> None:
    """The same ballots from many clients through every door at once: one entry each, and one answer for all."""
    storm = [toy.ballot(number) for number in range(8)]
    seen: list[tuple[str, int]] = []

    def cast(url: str) -> None:
        for _ in range(3):
            answer = post(url, *storm)
            seen.extend((result["leaf_hash"], result["index"]) for result in answer.json()["results"])

    with three(folder) as ends:
        threads = [threading.Thread(target=cast, args=(end.url,)) for end in ends for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        policy = policy_of(ends[0].url)
    assert len(seen) == 3 * 12 * 8
    assert dict(seen) == entries_of(folder, policy)
    assert len(set(seen)) == 8


def test_killed_in_the_middle(folder: Path) -> None:
    """Sequencer killed and started anew under load, then a front end: every acknowledged index reappears."""
    known: dict[str, int] = {}
    refused: set[str] = set()
    numbers = iter(range(100_000))
    lock = threading.Lock()
    is_over = threading.Event()

    def cast(url: str) -> None:
        while not is_over.is_set():
            with lock:
                sent = [toy.ballot(next(numbers)) for _ in range(4)]
            try:
                answer = post(url, *sent)
            except httpx.HTTPError:
                return
            with lock:
                for result in answer.json().get("results", ()):
                    if result["status"] == 200:
                        known[result["leaf_hash"]] = result["index"]
                    else:
                        refused.add(result["problem"]["code"])

    with ExitStack() as stack:
        board = stack.enter_context(started(SEQUENCER, folder))
        one, two = (stack.enter_context(started(FRONT_END, folder, witness_seconds=8.0)) for _ in range(2))
        policy = policy_of(board.url)
        threads = [threading.Thread(target=cast, args=(end.url,)) for end in (one, two) for _ in range(2)]
        for thread in threads:
            thread.start()
        until(lambda: len(known) > 20)
        board.process.kill()
        board.process.communicate()
        time.sleep(0.5)
        before = len(known)
        board = stack.enter_context(started(SEQUENCER, folder))
        until(lambda: len(known) > before + 20)
        one.process.kill()
        before = len(known)
        until(lambda: len(known) > before + 20)
        is_over.set()
        for thread in threads:
            thread.join()
        assert [two.end(), board.end()] == [0, 0]
    found = entries_of(folder, policy)
    assert {leaf: found[leaf] for leaf in known} == known
    assert refused == set()


def test_one_sequencer_and_its_successor(folder: Path) -> None:
    """A second one on another machine is refused and named why; when the first is dead it takes over, soon enough."""
    second = folder.with_name("second")
    second.mkdir()
    for name in ("log.key", "log-mldsa.key", "database.url"):
        shutil.copy(folder / name, second)
    (second / "record").symlink_to(folder / "record", target_is_directory=True)
    with started(FRONT_END, folder, witness_seconds=1.0) as end:
        assert httpx.get(f"{end.url}/health").status_code == 200
        with started(SEQUENCER, folder) as board:
            until(lambda: httpx.get(f"{end.url}/health").json()["status"] == "ok")
            first = post(end.url, toy.ballot(1)).json()["results"][0]
            with pytest.raises(BoardError) as caught:
                toy.open_toy(second)
            assert caught.value.code == "board.other_sequencer"
            assert str(folder) in caught.value.message
            board.process.kill()
            board.process.communicate()
        late = post(end.url, toy.ballot(2))
        assert (late.status_code, late.json()["code"]) == (503, "board.no_sequencer")
        assert late.headers["retry-after"]
        # Most of the lease is as good as over.
        with psycopg.connect((folder / "database.url").read_text()) as connection:
            connection.execute("UPDATE lease SET expires = expires - 7000")

        def takes_over() -> bool:
            try:
                toy.open_toy(second).close()
            except BoardError as error:
                if error.code == "board.other_sequencer":
                    return False
                raise
            return True

        until(takes_over)
        with started(SEQUENCER, second):
            until(lambda: httpx.get(f"{end.url}/health").json()["status"] == "ok")
            again = [post(end.url, toy.ballot(number)).json()["results"][0]["index"] for number in (1, 2)]
            assert again == [first["index"], 1]


def test_without_a_sequencer(folder: Path) -> None:
    """Where nobody holds the lease, nothing is heaped up: refused at once, told in /health; reading goes on."""
    with started(FRONT_END, folder) as end:
        until(lambda: httpx.get(f"{end.url}/health").json()["status"] == "degraded")
        assert httpx.get(f"{end.url}/health").json()["sequencer"] == "missing"
        answer = post(end.url, toy.ballot(1))
        assert (answer.status_code, answer.json()["code"]) == (503, "board.no_sequencer")
        assert httpx.get(f"{end.url}/checkpoint").status_code == 200
        assert end.end() == 0
    assert "no_sequencer" in {line["event"] for line in end.lines}
    with toy.open_toy(folder) as board:
        assert board.take_pending() == 0


def test_an_entry_without_a_quorum_is_not_acknowledged(folder: Path) -> None:
    """Committed and not published: 503 with the index, no promise and no receipt; published, the same one."""
    with started(FRONT_END, folder, witness_seconds=0.6) as end, toy.open_toy(folder) as board:
        done = threading.Event()

        def take() -> None:
            while not done.is_set():
                board.take_pending()
                time.sleep(0.02)

        thread = threading.Thread(target=take)
        thread.start()
        try:
            until(lambda: httpx.get(f"{end.url}/health").json()["status"] == "ok")
            answer = post(end.url, toy.ballot(1))
            found = httpx.get(f"{end.url}/api/receipts/{leaf_of(toy.ballot(1))}")
        finally:
            done.set()
            thread.join()
        assert (answer.status_code, answer.json()["code"], answer.json()["index"]) == (503, "board.no_quorum", 0)
        assert (found.status_code, found.json()["code"]) == (503, "board.no_quorum")
        board.flush()
        assert post(end.url, toy.ballot(1)).json()["results"][0]["index"] == 0


def test_an_election_at_a_front_end(tmp_path: Path, postgresql: Server) -> None:
    """A board made and served by commands, opened there and told at a front end: phase and turnout are the log's."""
    dsn = postgresql.new_dsn()
    good("board", "create", tmp_path / "a", "--origin", "board.example/e", "--database", dsn)
    story = paper_election()
    election = story.state.election_id.hex()
    end_folder = tmp_path / "b"
    end_folder.mkdir()
    (end_folder / "record").symlink_to(tmp_path / "a" / "record", target_is_directory=True)
    serve = ("-c", PROGRAM, "serve")
    common = ("--port", "0", "--json", "--workers", "1")
    with (
        running(*serve, str(tmp_path / "a"), *common, is_json=True) as board,
        running(*serve, str(end_folder), "--front-end", "--database", dsn, *common, is_json=True) as end,
    ):
        assert sorted(path.name for path in end_folder.iterdir()) == ["database.url", "record"]
        assert (end_folder / "database.url").stat().st_mode & 0o077 == 0
        # A ballot may depend on the strike before it, which has to be answered first.
        doors = chain((board.url,), repeat(end.url))
        for door, (_, part) in zip(
            doors, groupby(story.steps, lambda step: step.submission.kind in BALLOT_KINDS), strict=False
        ):
            answer = post(door, *(Posting(statement=step.entry, payload=step.payload) for step in part))
            assert {result["status"] for result in answer.json()["results"]} == {200}
        time.sleep(1.2)
        told = [httpx.get(f"{url}/api/elections/{election}").json() for url in (end.url, board.url)]
        assert told[0]["turnout"] == told[1]["turnout"]
        assert told[0]["turnout"]["voted"] > 0
        assert told[0]["phase"] == told[1]["phase"] == story.state.phase.value
        assert [end.end(), board.end(signal.SIGINT)] == [0, 0]
        assert postgresql.password not in json.dumps(board.lines + end.lines)


def test_what_is_no_front_end(tmp_path: Path, postgresql: Server) -> None:
    """A board of its own, no board, another database, no record, a wrong server: a reason each, without a password."""
    toy.create(tmp_path / "alone").close()
    with pytest.raises(ConfigurationError) as caught:
        open_front_end(tmp_path / "alone", admission=toy.ToyAdmission(), settings=QUICK, journal=Journal())
    assert caught.value.code == "serve.not_shared"
    dsn = postgresql.new_dsn()
    with Board.create(tmp_path / "a", toy.ORIGIN, toy.LOG_KEY, dsn=dsn, admission=ElectionAdmission(1)):
        pass
    gone = dsn.replace(f":{postgresql.port}/", ":1/")
    in_options = gone.replace(f":{postgresql.password}@", "@") + f"&password={postgresql.password}"
    cases = [
        (("nowhere",), 4, "board.missing"),
        (("a", "--origin", "x.example"), 2, "serve.front_end_options"),
        (("a", "--database", gone), 4, "board.other_database"),
        (("b", "--database", dsn), 4, "serve.no_record"),
        (("c", "--database", gone), 4, "board.database_gone"),
        (("d", "--database", in_options), 4, "board.database_gone"),
        (("e", "--database", f"mysql://u:{postgresql.password}@h/d"), 2, "board.bad_dsn"),
    ]
    for (name, *options), code, error in cases:
        ran = evote("serve", tmp_path / name, "--front-end", "--port", "0", *options)
        assert (ran.code, f"[{error}]" in ran.err) == (code, True), ran.err
        assert postgresql.password not in ran.err + ran.out
        assert (tmp_path / name / "database.url").exists() == (name in "ab")
