"""A board with witnesses: nothing is published without the quorum, and everybody can see when it is missing."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from evote import canonical_json
from evote.errors import BoardError
from evote.log.checkpoint import read_checkpoint
from evote.log.key import ED25519, VerifierKey
from evote.log.policy import Policy, PolicyLog, open_witnessed
from evote.log.policy_text import parse_policy
from evote.log.promise import decode_promise, verify_promise
from evote.log.proof import decode_proof, open_proof
from evote.serve.clock import Clock
from tests.board import toy
from tests.serve import scene
from tests.serve.scene import QUICK, Scene, leaf_of, post, results_of, until
from tests.serve.test_submitting import check_problem
from tests.serve.town import Town

LOG_KEY = VerifierKey(name=toy.ORIGIN, algorithm=ED25519, public_key=toy.LOG_KEY.public_key)


@pytest.fixture
def board(tmp_path: Path) -> Iterator[Scene]:
    """Return a toy board with five witnesses, of which four are needed."""
    town = Town(tmp_path / "town", LOG_KEY, 5)
    yield scene.create(tmp_path / "board", town=town, policy=town.policy(4))
    town.close()


def auditor(board: Scene) -> Policy:
    """Return the policy of an auditor who knows the log and all its witnesses."""
    assert board.policy is not None
    return replace(board.policy, logs=(PolicyLog(key=LOG_KEY),))


def test_a_receipt_carries_the_quorum(board: Scene) -> None:
    """A cast is answered with a receipt that satisfies the policy of an auditor who brings their own."""

    async def story(client: httpx.AsyncClient) -> None:
        response = await post(client, toy.ballot(1))
        (result,) = results_of(response)
        assert response.status_code == 200
        witnessed = open_proof(
            decode_proof(result["receipt"].encode()), entry=toy.ballot(1).statement, policy=auditor(board)
        )
        assert len(witnessed.times) >= 4
        assert response.json()["log"]["witnesses"] == "quorum"
        assert response.headers["evote-witnesses"] == "quorum"
        note = (await client.get("/checkpoint")).content
        assert open_witnessed(note, auditor(board)).checkpoint.size == 1
        policy = parse_policy((await client.get("/policy")).content)
        assert (policy.quorum, len(policy.witnesses)) == ("town", 5)
        health = (await client.get("/health")).json()
        assert health["status"] == "ok"
        assert (health["witnesses"]["tolerated_offline"], health["witnesses"]["tolerated_malicious"]) == (1, 2)

    board.serve(story)


def test_without_quorum_a_promise(board: Scene) -> None:
    """Two witnesses gone: the cast is answered 202 with a promise by the log's key; when they are back it is kept."""

    async def story(client: httpx.AsyncClient) -> None:
        assert board.town is not None
        assert (await post(client, toy.ballot(1))).status_code == 200
        before = (await client.get("/checkpoint")).content
        board.town.gone("w1", "w2")
        response = await post(client, toy.ballot(2))
        (result,) = results_of(response)
        assert (response.status_code, result["status"]) == (202, 202)
        assert "receipt" not in result
        promise = decode_promise(canonical_json.encode(result["promise"]))
        verify_promise(promise, LOG_KEY)
        assert (promise.index, promise.leaf_hash.hex()) == (1, leaf_of(toy.ballot(2)))
        assert (await client.get("/checkpoint")).content == before

        asked = await client.get(f"/api/receipts/{leaf_of(toy.ballot(2))}")
        assert asked.status_code == 202
        assert asked.json()["promise"] == result["promise"]
        again = await post(client, toy.ballot(2))
        assert results_of(again)[0]["promise"] == result["promise"]

        board.town.back("w1", "w2")

        async def is_published() -> bool:
            return (await client.get(f"/api/receipts/{leaf_of(toy.ballot(2))}")).status_code == 200

        await until(is_published)
        receipt = (await client.get(f"/api/receipts/{leaf_of(toy.ballot(2))}")).content
        witnessed = open_proof(decode_proof(receipt), entry=toy.ballot(2).statement, policy=auditor(board))
        assert decode_proof(receipt).index == promise.index
        assert witnessed.checkpoint.size == 2
        assert (await post(client, toy.ballot(2))).status_code == 200
        assert (await client.get("/health")).json()["promises"] == {"open": 0, "overdue": 0}

    board.serve(story)


def test_a_missing_quorum_is_loud(board: Scene) -> None:
    """Health, elections, every answer's header and the operator's log say that the quorum is missing."""

    async def story(client: httpx.AsyncClient) -> None:
        assert board.town is not None
        board.town.gone("w4", "w5")
        await post(client, toy.ballot(1))
        health = await client.get("/health")
        value = health.json()
        assert (health.status_code, value["status"]) == (200, "degraded")
        assert value["log"]["witnesses"] == "missing"
        assert value["promises"]["open"] == 1
        answers = {member["name"]: member["answer"] for member in value["witnesses"]["members"]}
        assert answers == {
            "w1": "cosigned",
            "w2": "cosigned",
            "w3": "cosigned",
            "w4": "unreachable",
            "w5": "unreachable",
        }
        assert (await client.get("/api/elections")).json()["log"]["witnesses"] == "missing"
        assert "Too few witnesses" in (await client.get("/")).text
        for path in ("/checkpoint", "/nothing", "/api/elections"):
            assert (await client.get(path)).headers["evote-witnesses"] == "missing"
        metrics = (await client.get("/metrics")).text
        assert "evote_quorum 0.0" in metrics
        assert 'evote_witness_answers_total{answer="unreachable",witness="w4"}' in metrics

    board.serve(story)
    assert [line["level"] for line in board.lines("no_quorum")] == ["error"]


def test_an_overdue_promise_is_loud(board: Scene) -> None:
    """A promise whose deadline passes without a quorum is counted, logged and degrades health."""
    board.settings = replace(QUICK, promise_seconds=0)

    async def story(client: httpx.AsyncClient) -> None:
        assert board.town is not None
        board.town.gone("w1", "w2")
        await post(client, toy.ballot(1))

        async def is_overdue() -> bool:
            return bool((await client.get("/health")).json()["promises"]["overdue"] == 1)

        await until(is_overdue)

    board.serve(story)
    assert board.lines("promises_overdue")


def test_the_final_fails_closed(board: Scene) -> None:
    """The statement that ends an election is never answered by a promise: 503 until the quorum holds, then 200."""
    final = toy.posting(toy.LOG_KEY, "election.final", b"{}")

    async def story(client: httpx.AsyncClient) -> None:
        assert board.town is not None
        board.town.gone("w1", "w2")
        response = await post(client, final)
        check_problem(response, 503, "board.no_quorum")
        assert response.json()["index"] == 0
        assert "retry-after" in response.headers
        check_problem(await post(client, final), 503, "board.no_quorum")
        check_problem(await client.get(f"/api/receipts/{leaf_of(final)}"), 503, "board.no_quorum")
        board.town.back("w1", "w2")

        async def is_final() -> bool:
            return (await post(client, final)).status_code == 200

        await until(is_final)

    board.serve(story)


def test_a_silent_town(board: Scene) -> None:
    """Witnesses that accept a connection and say nothing cost one round, not for ever."""
    board.settings = replace(QUICK, witness_seconds=0.4)

    async def story(client: httpx.AsyncClient) -> None:
        assert board.town is not None
        for name in ("w1", "w2"):
            board.town.slow(name, 30.0)
        loop = asyncio.get_running_loop()
        started = loop.time()
        assert (await post(client, toy.ballot(1))).status_code == 202
        assert loop.time() - started < 3.0

    board.serve(story)


def test_rounds_cover_what_came_meanwhile(board: Scene) -> None:
    """While a slow round is on, later statements are committed; the next round publishes all of them."""

    async def story(client: httpx.AsyncClient) -> None:
        assert board.town is not None
        for name in board.town.identities:
            board.town.slow(name, 0.1)
        answers = []
        for number in range(12):
            answers.append(asyncio.create_task(post(client, toy.ballot(number))))
            await asyncio.sleep(0.03)
        done = await asyncio.gather(*answers)
        assert [one.status_code for one in done] == [200] * 12
        assert sorted(results_of(one)[0]["index"] for one in done) == list(range(12))
        rounds = len([path for path in board.town.asked if path == "w1/add-checkpoint"])
        assert rounds < 12

    board.serve(story)


def test_checkpoints_stay_fresh(board: Scene) -> None:
    """Without anything new a checkpoint is cosigned again at intervals, with a later time."""
    board.settings = replace(QUICK, republish_seconds=0.2)

    async def story(client: httpx.AsyncClient) -> None:
        assert board.town is not None
        times = [1_780_000_000]
        board.town.time = lambda: times[0]
        assert board.service is not None
        await post(client, toy.ballot(1))
        first = open_witnessed((await client.get("/checkpoint")).content, auditor(board))
        times[0] += 5

        async def is_fresh() -> bool:
            now = open_witnessed((await client.get("/checkpoint")).content, auditor(board))
            return now.checkpoint == first.checkpoint and min(dict(now.times).values()) == times[0]

        await until(is_fresh)

    board.clock = Clock(wall=lambda: 1_780_000_000.0)
    board.serve(story)


def test_an_old_backup_does_not_start(board: Scene, tmp_path: Path) -> None:
    """A board restored from an old copy is refused before it serves, with the remedy; the newest one starts."""

    async def one(client: httpx.AsyncClient) -> None:
        await post(client, toy.ballot(1))

    async def two(client: httpx.AsyncClient) -> None:
        await post(client, toy.ballot(2))

    board.serve(one)
    shutil.copytree(board.folder, tmp_path / "backup")
    board.serve(two)
    old = replace(board, folder=tmp_path / "backup")
    with pytest.raises(BoardError) as caught:
        old.open()
    assert caught.value.code == "board.behind_witness"
    assert "newest database" in caught.value.message
    with toy.open_toy(tmp_path / "backup") as opened:
        assert [kind for kind, _ in opened.evidence()] == ["checkpoint"]
    board.serve(one)


def test_an_old_backup_is_noticed_while_it_runs(board: Scene, tmp_path: Path) -> None:
    """Witnesses that could not be asked at the start: the first round proves that the board is behind, and it stops."""

    async def one(client: httpx.AsyncClient) -> None:
        await post(client, toy.ballot(1))

    async def two(client: httpx.AsyncClient) -> None:
        await post(client, toy.ballot(2))

    board.serve(one)
    shutil.copytree(board.folder, tmp_path / "backup")
    board.serve(two)
    assert board.town is not None
    old = replace(board, folder=tmp_path / "backup", journal=type(board.journal)())
    town = board.town

    async def stopped(client: httpx.AsyncClient) -> None:
        town.back(*town.identities)

        async def has_stopped() -> bool:
            return (await client.get("/health")).status_code == 503

        await until(has_stopped)

    town.gone(*town.identities)
    old.serve(stopped)
    assert old.service is not None
    assert isinstance(old.service.writer.failure, BoardError)
    assert old.service.writer.failure.code == "board.behind_witness"
    assert old.failures == 1


def test_two_histories_do_not_run(board: Scene, tmp_path: Path) -> None:
    """Two copies of one board that went different ways: the second one is refused, as forked."""

    def tell(number: int) -> Any:
        async def story(client: httpx.AsyncClient) -> None:
            await post(client, toy.ballot(number))

        return story

    board.serve(tell(1))
    shutil.copytree(board.folder, tmp_path / "copy")
    board.serve(tell(2))
    twin = replace(board, folder=tmp_path / "copy", policy=None, town=None)
    with toy.open_toy(twin.folder) as opened:
        ticket = opened.submit(toy.ballot(3).statement, toy.ballot(3).payload)
        opened.sequence()
        assert ticket.index == 1
    with pytest.raises(BoardError) as caught:
        replace(board, folder=tmp_path / "copy").open()
    assert caught.value.code == "board.forked"


def test_a_new_policy_binds_the_next_checkpoint(board: Scene) -> None:
    """A log without witnesses gets some: the policy is kept, and a later start without the option asks them again."""
    town, policy = board.town, board.policy
    board.policy = None

    async def alone(client: httpx.AsyncClient) -> None:
        assert (await post(client, toy.ballot(1))).json()["log"]["witnesses"] == "none"

    async def witnessed(client: httpx.AsyncClient) -> None:
        assert (await post(client, toy.ballot(2))).json()["log"]["witnesses"] == "quorum"

    board.serve(alone)
    board.policy = policy
    board.serve(witnessed)
    board.policy = None
    board.serve(witnessed)
    assert town is not None
    assert len(town.asked) > 10


def test_restarted_without_quorum(board: Scene) -> None:
    """What was promised before a restart is published after it, under its old index."""
    town = board.town
    assert town is not None

    async def promised(client: httpx.AsyncClient) -> None:
        town.gone("w1", "w2")
        assert (await post(client, toy.ballot(1))).status_code == 202

    async def kept(client: httpx.AsyncClient) -> None:
        response = await post(client, toy.ballot(1))
        assert (response.status_code, results_of(response)[0]["index"]) == (200, 0)

    board.serve(promised)
    town.back("w1", "w2")
    board.serve(kept)


def test_a_promise_after_a_restart(board: Scene) -> None:
    """Killed and started again without a quorum, the log stands by its first deadline, and says when it has passed."""
    town = board.town
    assert town is not None
    town.gone("w1", "w2")
    board.settings = replace(QUICK, promise_seconds=1)
    given: list[Any] = []

    async def promised(client: httpx.AsyncClient) -> None:
        given.append(results_of(await post(client, toy.ballot(1)))[0]["promise"])
        asked = await client.get(f"/api/receipts/{leaf_of(toy.ballot(1))}")
        assert asked.json()["promise"] == given[0]

    async def overdue(client: httpx.AsyncClient) -> None:
        await promised(client)
        await until(lambda: _is_overdue(client))
        town.back("w1", "w2")

        async def is_kept() -> bool:
            return bool((await client.get("/health")).json()["promises"] == {"open": 0, "overdue": 0})

        await until(is_kept)

    async def _is_overdue(client: httpx.AsyncClient) -> bool:
        return bool((await client.get("/health")).json()["promises"] == {"open": 1, "overdue": 1})

    board.serve(promised)
    board.settings = QUICK
    board.serve(overdue)
    assert given[0] == given[1]
    assert board.lines("promises_overdue")


def test_checkpoints_have_both_signatures(board: Scene) -> None:
    """The published note carries a line by each key of the log and one by each counted witness."""

    async def story(client: httpx.AsyncClient) -> None:
        await post(client, toy.ballot(1))
        note = (await client.get("/checkpoint")).content
        lines = note.split(b"\n\n")[1].splitlines()
        own = [line for line in lines if line.split(b" ")[1] == toy.ORIGIN.encode()]
        assert len(own) == 2
        assert read_checkpoint(note).size == 1

    board.serve(story)
