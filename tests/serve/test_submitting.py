"""Submitting over HTTP: answers, idempotency, refusals, and limits before any work."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from evote.board.admission import Posting
from evote.client.reader import verify_receipt
from evote.errors import BoardError
from evote.log.key import ED25519, VerifierKey
from evote.log.policy import Policy, PolicyLog
from evote.log.proof import decode_proof
from evote.serve.problems import PROBLEM_TYPE
from tests.board import toy
from tests.serve import scene
from tests.serve.scene import QUICK, Scene, body_of, leaf_of, post, results_of


@pytest.fixture
def board(tmp_path: Path) -> Scene:
    """Return a new toy board."""
    return scene.create(tmp_path / "board")


def log_policy() -> Policy:
    """Return the policy of an auditor who knows the log's key."""
    key = VerifierKey(name=toy.ORIGIN, algorithm=ED25519, public_key=toy.LOG_KEY.public_key)
    return Policy(logs=(PolicyLog(key=key),))


def check_problem(response: httpx.Response, status: int, code: str) -> None:
    """Require a problem of RFC 9457 with a status and a code."""
    assert (response.status_code, response.json()["code"]) == (status, code), response.text
    assert response.headers["content-type"] == PROBLEM_TYPE
    assert set(response.json()) >= {"type", "title", "status", "detail", "code"}
    assert response.json()["status"] == status


def test_a_ballot_gets_its_receipt(board: Scene) -> None:
    """The answer to a ballot holds its index and a receipt that verifies alone, and says that nobody witnessed it."""

    async def story(client: httpx.AsyncClient) -> None:
        response = await post(client, toy.ballot(1))
        (result,) = results_of(response)
        receipt = verify_receipt(result["receipt"].encode(), policy=log_policy())
        assert (response.status_code, result["status"], result["index"]) == (200, 200, 0)
        assert (receipt.index, receipt.entry) == (0, toy.ballot(1).statement)
        assert result["leaf_hash"] == leaf_of(toy.ballot(1))
        assert response.json()["log"]["witnesses"] == "none"
        assert "no witnesses" in response.json()["log"]["notice"]
        assert response.headers["evote-witnesses"] == "none"

    board.serve(story)


def test_the_same_bytes_give_the_same_entry(board: Scene) -> None:
    """Sent again, at once or after a restart, a statement has its old index and a receipt for it."""

    async def twice(client: httpx.AsyncClient) -> None:
        first, second = await asyncio.gather(post(client, toy.ballot(1)), post(client, toy.ballot(1)))
        third = await post(client, toy.ballot(1))
        assert [results_of(one)[0]["index"] for one in (first, second, third)] == [0, 0, 0]

    async def again(client: httpx.AsyncClient) -> None:
        (result,) = results_of(await post(client, toy.ballot(1)))
        assert (result["status"], result["index"]) == (200, 0)

    board.serve(twice)
    board.serve(again)


def test_one_key_stands_for_one_statement(board: Scene) -> None:
    """An author's other bytes under a used key are a conflict, also after a restart; another author's are not."""
    other = toy.posting(toy.voter(1), "ballot.toy", b"1b:")

    async def first(client: httpx.AsyncClient) -> None:
        key = {"idempotency-key": "abc-123"}
        assert (await post(client, toy.ballot(1), headers=key)).status_code == 200
        assert (await post(client, toy.ballot(1), headers=key)).status_code == 200
        check_problem(await post(client, other, headers=key), 409, "board.key_conflict")
        assert (await post(client, toy.ballot(2), headers=key)).status_code == 200

    async def later(client: httpx.AsyncClient) -> None:
        check_problem(await post(client, other, headers={"idempotency-key": "abc-123"}), 409, "board.key_conflict")
        check_problem(await post(client, other, headers={"idempotency-key": "a b"}), 400, "request.bad_key")

    board.serve(first)
    board.serve(later)


def test_many_statements_in_one_request(board: Scene) -> None:
    """A hundred statements come back in their order, each with its own receipt; one bad one stops no other."""
    good = [toy.ballot(number) for number in range(99)]
    forged = replace(toy.ballot(500), payload=b"other")

    async def story(client: httpx.AsyncClient) -> None:
        response = await post(client, *good[:50], forged, *good[50:])
        results = results_of(response)
        assert response.status_code == 207
        assert [one["status"] for one in results] == [200] * 50 + [422] + [200] * 49
        assert results[50]["problem"]["code"] == "statement.payload_mismatch"
        assert sorted(one["index"] for one in results if "index" in one) == list(range(99))
        for posting, result in zip(good[:50], results, strict=False):
            assert verify_receipt(result["receipt"].encode(), policy=log_policy()).entry == posting.statement
        bare = results_of(await post(client, *good, query="?receipts=false"))
        assert all("receipt" not in one and one["status"] == 200 for one in bare)

    board.serve(story)


def test_receipts_are_the_same_file_everywhere(board: Scene) -> None:
    """The receipt in an answer, the one asked for by leaf hash, and the board's own are the same bytes."""
    sent = [toy.ballot(number) for number in range(300)]

    async def story(client: httpx.AsyncClient) -> None:
        results = [
            one for start in range(0, 300, 100) for one in results_of(await post(client, *sent[start : start + 100]))
        ]
        last = results_of(await post(client, toy.note("end")))[0]
        assert last["index"] == 300
        for number in (0, 99, 150, 299):
            response = await client.get(f"/api/receipts/{leaf_of(sent[number])}")
            assert response.headers["content-type"].startswith("text/plain")
            proof = decode_proof(response.content)
            verify_receipt(response.content, policy=log_policy())
            assert proof.index == results[number]["index"]
        again = results_of(await post(client, sent[299]))[0]
        assert (await client.get(f"/api/receipts/{leaf_of(sent[299])}")).text == again["receipt"]

    board.serve(story)


def unsigned() -> Posting:
    """Return a statement with an empty signature."""
    return replace(toy.ballot(1), statement=toy.ballot(1).statement.replace(b'"signature":"', b'"signature":"zz'))


def missigned() -> Posting:
    """Return a ballot under another ballot's signature."""
    mine, other = toy.ballot(1).statement, toy.ballot(2).statement
    return replace(toy.ballot(1), statement=mine[:-131] + other[-131:])


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (body_of(unsigned()), 400, "statement.bad_hex"),
        (body_of(missigned()), 422, "signature.invalid"),
        (body_of(replace(toy.ballot(1), payload=b"other")), 422, "statement.payload_mismatch"),
        (body_of(toy.ballot(1))[:-1], 400, "submission.truncated"),
        (body_of(toy.ballot(1)) + b"\x00", 400, "submission.truncated"),
        (b"", 400, "submission.empty"),
        (b"\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00", 400, "submission.empty_entry"),
        (b"\x04\x01" + bytes(1025), 413, "submission.too_long"),
        (b"\x00\x01{" + b"\x00\x40\x00\x01", 413, "submission.too_long"),
        (b"\x00\x02{}" + bytes(8), 400, "statement.bad_fields"),
        (body_of(*[toy.ballot(number) for number in range(101)]), 413, "request.too_many"),
    ],
)
def test_bad_bodies(board: Scene, body: bytes, status: int, code: str) -> None:
    """What is no submission, or a false one, has its status and code, and nothing of it enters the log."""

    async def story(client: httpx.AsyncClient) -> None:
        kind = {"content-type": "application/octet-stream"}
        check_problem(await client.post("/api/statements", content=body, headers=kind), status, code)
        assert (await client.get("/health")).json()["log"]["size"] == 0

    board.serve(story)


def test_ballots_out_of_time(board: Scene) -> None:
    """After the close a ballot is refused with the rule's own code; a repeated name likewise."""

    async def story(client: httpx.AsyncClient) -> None:
        await post(client, toy.ballot(1))
        check_problem(await post(client, toy.ballot(2, "1")), 409, "toy.conflict")
        await post(client, toy.close())
        check_problem(await post(client, toy.ballot(3)), 409, "toy.closed")

    board.serve(story)


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"content-type": "application/json"}, 415),
        ({"content-type": "application/octet-stream", "content-encoding": "gzip"}, 415),
    ],
)
def test_other_media_types(board: Scene, headers: dict[str, str], status: int) -> None:
    """Anything but the bytes of submissions is refused by its headers."""

    async def story(client: httpx.AsyncClient) -> None:
        response = await client.post("/api/statements", content=body_of(toy.ballot(1)), headers=headers)
        check_problem(response, status, "request.bad_type")

    board.serve(story)


def test_a_body_of_64_megabytes(board: Scene) -> None:
    """An endless body is refused while it streams, with the memory of one chunk, whatever its headers state."""
    held = 0

    async def chunks() -> AsyncIterator[bytes]:
        nonlocal held
        for _ in range(1024):
            held += 2**16
            yield bytes(2**16)

    async def story(client: httpx.AsyncClient) -> None:
        kind = {"content-type": "application/octet-stream"}
        response = await client.post("/api/statements", content=chunks(), headers=kind)
        check_problem(response, 413, "request.too_long")
        assert response.headers["connection"] == "close"
        stated = {**kind, "content-length": str(2**40), "expect": "100-continue"}
        check_problem(await client.post("/api/statements", content=b"", headers=stated), 413, "request.too_long")
        assert board.service is not None
        assert board.service.bodies.take(QUICK.bodies_bytes)

    board.serve(story)


def test_a_slow_body(board: Scene) -> None:
    """A body that does not arrive in its time is answered 408 and forgotten."""

    async def chunks() -> AsyncIterator[bytes]:
        yield body_of(toy.ballot(1))[:10]
        await asyncio.sleep(30)

    async def story(client: httpx.AsyncClient) -> None:
        kind = {"content-type": "application/octet-stream"}
        response = await client.post("/api/statements", content=chunks(), headers=kind)
        check_problem(response, 408, "request.timeout")

    board.settings = replace(QUICK, body_seconds=0.1)
    board.serve(story)


def test_a_flood_from_one_address(board: Scene) -> None:
    """Beyond its rate an address is told when to come back, before anything is read; another address is served."""
    board.settings = replace(QUICK, statements_rate=0.5, statements_burst=5, reads_rate=0.5, reads_burst=3)

    async def story(client: httpx.AsyncClient) -> None:
        assert (await post(client, *[toy.ballot(number) for number in range(5)])).status_code == 200
        response = await post(client, toy.ballot(9))
        check_problem(response, 429, "request.rate")
        assert int(response.headers["retry-after"]) == 2
        reads = [(await client.get("/checkpoint")).status_code for _ in range(4)]
        assert reads == [200, 200, 200, 429]
        assert (await client.get("/health")).status_code == 200
        assert board.service is not None
        assert board.service.writer.view.size == 5

    board.serve(story)


def test_a_big_request_counts_all_its_statements(board: Scene) -> None:
    """A hundred statements take a hundred tokens, so nobody gains by sending them together."""
    board.settings = replace(QUICK, statements_rate=1.0, statements_burst=50)

    async def story(client: httpx.AsyncClient) -> None:
        check_problem(await post(client, *[toy.ballot(n) for n in range(60)]), 429, "request.rate")
        assert (await post(client, *[toy.ballot(n) for n in range(40)])).status_code == 200

    board.serve(story)


def test_a_full_pool_pushes_back(board: Scene) -> None:
    """When too much waits, a submission is answered 503 with Retry-After and may be sent again."""
    board.settings = replace(QUICK, pool_statements=10, batch_seconds=0.5)

    async def story(client: httpx.AsyncClient) -> None:
        first = asyncio.create_task(post(client, *[toy.ballot(n) for n in range(8)]))
        await asyncio.sleep(0)
        second = asyncio.create_task(post(client, *[toy.ballot(n) for n in range(8, 16)]))
        third = await post(client, *[toy.ballot(n) for n in range(16, 32)])
        check_problem(third, 503, "board.busy")
        assert "retry-after" in third.headers
        assert {(await first).status_code, (await second).status_code} <= {200, 503}

    board.serve(story)


def test_a_full_disk_refuses_and_recovers(board: Scene) -> None:
    """Below the watermark nothing is accepted; when there is room again, the same server goes on."""

    async def story(client: httpx.AsyncClient) -> None:
        assert board.service is not None

        writer = board.service.writer
        await writer.call(lambda opened: setattr(opened, "minimum_free_bytes", 2**62))
        response = await post(client, toy.ballot(1))
        check_problem(response, 503, "board.disk_low")
        assert str(board.folder) not in response.text
        await writer.call(lambda opened: setattr(opened, "minimum_free_bytes", 0))
        assert (await post(client, toy.ballot(1))).status_code == 200

    board.serve(story)


def test_a_failure_stops_the_server(board: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """When a commit fails, who waits gets 503, nothing more is accepted, and the process is told to end."""

    def fail(*_: object) -> None:
        raise BoardError("board.disk_error", "the disk /somewhere/secret is gone")

    async def story(client: httpx.AsyncClient) -> None:
        assert (await post(client, toy.ballot(1))).status_code == 200
        monkeypatch.setattr("evote.board.store.Store.append", fail)
        response = await post(client, toy.ballot(2))
        check_problem(response, 503, "board.stopped")
        assert "secret" not in response.text
        check_problem(await post(client, toy.ballot(3)), 503, "board.stopped")
        check_problem(await client.get("/api/elections"), 503, "board.stopped")
        health = await client.get("/health")
        assert (health.status_code, health.json()["status"]) == (503, "failing")
        assert (await client.get("/checkpoint")).status_code == 200

    board.serve(story)
    assert board.failures == 1
    assert board.service is not None
    assert isinstance(board.service.writer.failure, BoardError)


def test_stopping_finishes_what_was_submitted(board: Scene) -> None:
    """A statement under way when the server is told to stop is in the log and answered."""
    answered: list[int] = []

    async def story(client: httpx.AsyncClient) -> None:
        task = asyncio.create_task(post(client, toy.ballot(1)))
        await asyncio.sleep(0.01)
        assert board.service is not None
        await board.service.writer.stop()
        answered.append((await task).status_code)
        check_problem(await post(client, toy.ballot(2)), 503, "board.stopping")

    board.settings = replace(QUICK, batch_seconds=0.2)
    board.serve(story)
    assert answered == [200]
    with toy.open_toy(board.folder) as opened:
        assert opened.published_size == 1
