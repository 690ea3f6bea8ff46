"""Submitting to a board: an answer to every way in which it, or whoever answers in its place, behaves."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import httpx
import pytest

from evote.client.http_board import MAXIMUM_ANSWER_BYTES, HttpBoard, check_board_url
from evote.client.submission import Submission, encode_submission
from evote.errors import BoardError, EncodingError, EquivocationError, EvoteError, PolicyError, VerificationError
from evote.log import merkle
from evote.log.checkpoint import Checkpoint, sign_checkpoint
from evote.log.note import Ed25519Signer
from evote.log.policy import Policy
from evote.log.promise import Promise, decode_promise, promise_object, sign_promise
from evote.log.proof import TlogProof, encode_proof
from tests.client.records import ENTRIES, LEAVES, PAYLOADS, signed_checkpoint
from tests.log.known import BOARD, COSIGNERS, POLICY, SIGNING_KEY, TIME, refusal

URL = "https://board.example/votes"
SUBMISSION = Submission(entry=ENTRIES[5], payload=PAYLOADS[5])
Handler = Callable[[httpx.Request], httpx.Response]


def receipt(index: int, size: int = 9, note: bytes = b"") -> str:
    """Return the receipt of an entry under a checkpoint."""
    leaves = LEAVES[:size]
    hashes = merkle.hashes_of(merkle.inclusion_ranges(index, size), lambda start, end: merkle.root(leaves[start:end]))
    note = note or signed_checkpoint(size)
    return encode_proof(TlogProof(index=index, hashes=hashes, checkpoint=note, extra=ENTRIES[index])).decode()


def promised(
    *, origin: str = BOARD, index: int = 5, leaf_hash: bytes = LEAVES[5], deadline: int = 2_000_000_000
) -> dict[str, Any]:
    """Return a promise about the submission, signed by the log."""
    return promise_object(sign_promise(SIGNING_KEY, origin=origin, index=index, leaf_hash=leaf_hash, deadline=deadline))


def results(status: int, **result: Any) -> httpx.Response:
    """Return the board's answer to one statement."""
    return httpx.Response(status, json={"log": {}, "results": [{"status": status, **result}]})


def problem(status: int, code: str, **headers: str) -> httpx.Response:
    """Return a refusal."""
    value = {"type": f"urn:evote:problem:{code}", "status": status, "code": code, "detail": f"because of {code}"}
    return httpx.Response(status, json=value, headers={"content-type": "application/problem+json", **headers})


class Scene:
    """A client whose board is a function, and whose time passes only while it sleeps."""

    def __init__(self, *answers: httpx.Response | Exception | Handler, policy: Policy = POLICY) -> None:
        """Answer with these, one after the other; the last one for ever."""
        self.answers = list(answers)
        self.requests: list[httpx.Request] = []
        self.slept: list[float] = []
        self.promises: list[Promise] = []
        self.board = HttpBoard(
            URL,
            policy,
            seconds=60,
            sleep=self.slept.append,
            clock=lambda: sum(self.slept),
            wall=lambda: 2_000_000_000 - 60.0,
            transport=httpx.MockTransport(self._answer),
        )

    def _answer(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        if callable(answer):
            return answer(request)
        return httpx.Response(answer.status_code, headers=answer.headers, stream=httpx.ByteStream(answer.content))

    def publish(self) -> int:
        """Publish the submission; return its index."""
        with self.board as board:
            return board.publish(SUBMISSION, self.promises.append).index

    def refused(self) -> EvoteError:
        """Publish what can't be published; return the error."""
        with pytest.raises(EvoteError) as caught:
            self.publish()
        return caught.value

    @property
    def asked(self) -> list[str]:
        """Method and path of every request."""
        return [f"{request.method} {request.url.path}" for request in self.requests]


SEND = "POST /votes/api/statements"
ASK = f"GET /votes/api/receipts/{LEAVES[5].hex()}"


def test_published_with_a_receipt() -> None:
    """The very bytes of the submission go out once, and the proven index comes back."""
    scene = Scene(results(200, leaf_hash=LEAVES[5].hex(), index=5, receipt=receipt(5)))
    assert scene.publish() == 5
    assert scene.asked == [SEND]
    assert scene.requests[0].content == encode_submission(SUBMISSION)
    assert scene.slept == []


def test_a_promise_is_followed_by_its_receipt() -> None:
    """Accepted without quorum: the promise is told once, and the receipt is asked for until it is there."""
    waiting = httpx.Response(202, json={"log": {}, "promise": promised(deadline=2_000_000_001)})
    scene = Scene(results(202, promise=promised()), waiting, waiting, httpx.Response(200, content=receipt(5).encode()))
    assert scene.publish() == 5
    assert scene.asked == [SEND, ASK, ASK, ASK]
    assert [promise.deadline for promise in scene.promises] == [2_000_000_000]


def test_a_promise_that_is_not_kept_in_time() -> None:
    """The client gives up after its own time, and says that the board holds the statement."""
    scene = Scene(results(202, promise=promised()), httpx.Response(202, json={"log": {}, "promise": promised()}))
    error = scene.refused()
    assert (type(error), error.code) == (BoardError, "submit.promised")
    assert "as entry 5" in error.message
    assert sum(scene.slept) <= 60


def test_a_broken_promise() -> None:
    """An entry published at another index than promised is not accepted, although its receipt is good."""
    scene = Scene(results(202, promise=promised(index=4)), httpx.Response(200, content=receipt(5).encode()))
    assert scene.refused().code == "submit.broken_promise"


def test_two_promises_for_one_entry() -> None:
    """A second promise with another index ends the waiting: both are in the error, byte for byte."""
    scene = Scene(results(202, promise=promised(index=4)), httpx.Response(202, json={"promise": promised(index=5)}))
    error = scene.refused()
    assert (type(error), error.code) == (EquivocationError, "promise.two_promises")
    assert isinstance(error, EquivocationError)
    assert [decode_promise(data).index for data in (error.first, error.second)] == [4, 5]


@pytest.mark.parametrize(
    "promise",
    [
        promised(leaf_hash=LEAVES[6]),
        promised(origin="example.com/other"),
        {**promised(), "index": 6},
        {**promised(), "more": 1},
        {**promised(), "deadline": 1.5},
        {},
    ],
)
def test_a_bad_promise(promise: dict[str, Any]) -> None:
    """About another entry, by another log, changed after signing, with another field or a fraction: refused."""
    scene = Scene(results(202, promise=promise))
    assert scene.refused().code == "submit.bad_promise"
    assert scene.promises == []


def test_a_board_that_has_forgotten_is_told_again() -> None:
    """Restarted from before the entry, the board does not know it: the same bytes are sent again."""
    scene = Scene(results(202, promise=promised()), problem(404, "board.not_in_log"), results(200, receipt=receipt(5)))
    assert scene.publish() == 5
    assert scene.asked == [SEND, ASK, SEND]


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        (409, "ballot.already_cast", PolicyError),
        (403, "admission.author", PolicyError),
        (422, "signature.invalid", VerificationError),
        (400, "encoding.not_canonical", EncodingError),
        (413, "submission.too_long", EncodingError),
    ],
)
def test_a_refusal_keeps_code_and_words(status: int, code: str, kind: type[EvoteError]) -> None:
    """A refusal is final, is raised as the class that the board meant, and is not asked for again."""
    scene = Scene(problem(status, code))
    error = scene.refused()
    assert (type(error), error.code, error.message) == (kind, code, f"because of {code}")
    assert scene.asked == [SEND]


@pytest.mark.parametrize(
    "failure",
    [
        problem(429, "request.rate"),
        problem(503, "board.busy"),
        problem(503, "board.stopped"),
        httpx.Response(502, content=b"<html>gateway</html>"),
        httpx.ConnectError("refused"),
        httpx.ReadError("reset"),
        httpx.RemoteProtocolError("half an answer"),
    ],
)
def test_what_may_pass_is_tried_again(failure: httpx.Response | Exception) -> None:
    """Rate, a busy or stopped board, a gateway, a lost connection: the same bytes again, after growing pauses."""
    scene = Scene(failure, failure, results(200, receipt=receipt(5)))
    assert scene.publish() == 5
    assert [request.content for request in scene.requests] == 3 * [encode_submission(SUBMISSION)]
    assert scene.slept == sorted(scene.slept)
    assert 0 < scene.slept[0] < scene.slept[1]


def test_the_board_says_when_to_come_back() -> None:
    """Retry-After is waited for; a time beyond the client's own patience ends it at once."""
    scene = Scene(problem(429, "request.rate", **{"retry-after": "7"}), results(200, receipt=receipt(5)))
    assert scene.publish() == 5
    assert scene.slept == [7.0]
    scene = Scene(problem(429, "request.rate", **{"retry-after": "3600"}))
    assert scene.refused().code == "submit.unavailable"
    assert scene.slept == []


def test_an_absent_board_is_given_up() -> None:
    """Nobody answers for a minute: unavailable, with the reason."""
    scene = Scene(httpx.ConnectError("connection refused"))
    error = scene.refused()
    assert (type(error), error.code) == (BoardError, "submit.unavailable")
    assert "connection refused" in error.message
    assert 30 < sum(scene.slept) <= 60


OTHER_LOG = sign_checkpoint(
    Checkpoint(origin="example.com/other", size=9, root=merkle.root(LEAVES[:9])),
    [Ed25519Signer("example.com/other", SIGNING_KEY), *(cosigner.at(TIME) for cosigner in COSIGNERS[:2])],
)


@pytest.mark.parametrize(
    ("text", "inner"),
    [
        (receipt(6), "merkle.wrong_root"),
        (receipt(5, note=signed_checkpoint(9, bytes(32))), "merkle.wrong_root"),
        (receipt(5, note=OTHER_LOG), "policy.unknown_log"),
        ("c2sp.org/tlog-proof@v1\n", "proof.no_checkpoint"),
        ("published, trust me", "proof.no_checkpoint"),
    ],
)
def test_a_receipt_that_proves_nothing(text: str, inner: str) -> None:
    """Of another entry, under another root, of another log, or none at all: never "published"."""
    error = Scene(results(200, receipt=text)).refused()
    assert (type(error), error.code) == (BoardError, "submit.bad_receipt")
    assert f"[{inner}]" in error.message


def test_a_receipt_without_the_quorum_of_the_client() -> None:
    """Two witnesses have cosigned; a client whose policy asks for another one does not believe it."""
    strict = replace(POLICY, quorum=POLICY.witnesses[-1].name)
    scene = Scene(results(200, receipt=receipt(5)), policy=strict)
    error = scene.refused()
    assert error.code == "submit.bad_receipt"
    assert "[policy.no_quorum]" in error.message


def _endless() -> Iterator[bytes]:
    while True:
        yield bytes(2**16)


class _Endless(httpx.AsyncByteStream):
    async def __aiter__(self) -> Any:
        for chunk in _endless():
            yield chunk


def test_an_answer_without_end_is_cut_off() -> None:
    """More than a receipt can have is not read."""
    scene = Scene(lambda request: httpx.Response(200, stream=_Endless()))
    error = scene.refused()
    assert error.code == "submit.bad_answer"
    assert str(MAXIMUM_ANSWER_BYTES) in error.message


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff\xfe",
        b"[]",
        b"{}",
        b"[" * 100_000,
        json.dumps({"results": []}).encode(),
        json.dumps({"results": [7]}).encode(),
        json.dumps({"results": [{"receipt": 7}]}).encode(),
        json.dumps({"results": [{}, {}]}).encode(),
    ],
)
def test_garbage(content: bytes) -> None:
    """What is no answer of a board is named so, and is no crash."""
    assert Scene(httpx.Response(200, content=content)).refused().code == "submit.bad_answer"


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(302, headers={"location": "https://elsewhere.example/api/statements"}),
        httpx.Response(307, headers={"location": "/other"}),
        httpx.Response(404, content=b"<html>no such page</html>"),
        httpx.Response(403, json={"code": "NOT A CODE", "detail": "x"}),
        httpx.Response(204),
    ],
)
def test_no_board_at_this_address(answer: httpx.Response) -> None:
    """Redirects are not followed; whatever else is there is no board."""
    scene = Scene(answer)
    assert scene.refused().code == "submit.no_board"
    assert scene.asked == [SEND]


@pytest.mark.parametrize("url", ["http://127.0.0.1:8000", "http://localhost/x", "http://[::1]:1", "https://b.example"])
def test_addresses_that_are_good(url: str) -> None:
    """Without encryption to this machine alone."""
    check_board_url(url)


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("http://board.example", "board.insecure_url"),
        ("http://192.0.2.1:8000", "board.insecure_url"),
        ("http://127.0.0.1.example", "board.insecure_url"),
        ("https://user:secret@board.example", "board.bad_url"),
        ("https://board.example/?a=b", "board.bad_url"),
        ("ftp://board.example", "board.bad_url"),
        ("https://", "board.bad_url"),
        ("http://[::1", "board.bad_url"),
    ],
)
def test_addresses_that_are_not(url: str, code: str) -> None:
    """Unencrypted to another machine, with a password or a query, of another scheme, or malformed."""
    assert refusal(check_board_url, url) == code
