"""Submitting statements to a board over HTTP, and believing nothing but its receipts.

Spec: docs/http.md sections 3 to 5 and 7; docs/formats.md section 4; C2SP tlog-proof; RFC 9457.

Idea: the same bytes may be sent as often as one likes, so whatever may pass by itself (a lost connection, a busy or
restarting board) is simply tried again, for a while. A promise is not the end: the receipt is asked for until it is
there. What the board calls a receipt is verified under the client's own policy before anybody is told "published".

Invariants: `publish` returns only with a receipt that proves these very bytes to be in the log that the policy names;
a refusal keeps the board's code and words; every answer is bounded in bytes, every request and the whole in time.
Redirects are not followed, and nothing goes to another machine without encryption.
"""

from __future__ import annotations

import asyncio
import ipaddress
import json
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Final, NoReturn

import httpx

from evote import canonical_json
from evote.client.attempts import PASSING_STATUS, TryAgain, retry_after
from evote.client.cookies import no_cookies
from evote.client.source import is_url
from evote.client.submission import Submission, encode_submission
from evote.errors import BoardError, ConfigurationError, EncodingError, EvoteError, PolicyError, VerificationError
from evote.log.key import ED25519
from evote.log.merkle import leaf_hash
from evote.log.policy import Policy, WitnessedCheckpoint
from evote.log.promise import Promise, decode_promise, verify_agreement, verify_promise
from evote.log.proof import decode_proof, open_proof

PATIENCE_SECONDS: Final = 120.0
REQUEST_SECONDS: Final = 60.0
MAXIMUM_ANSWER_BYTES: Final = 2**20
FIRST_PAUSE: Final = 0.3
# Beyond this, in seconds, whoever promises to publish promises nothing; a clock that is wrong by hours matters not.
LONGEST_PROMISE: Final = 86_400.0
LONGEST_PAUSE: Final = 8.0

_SUBMISSION_TYPE: Final = "application/octet-stream"
_HEADERS: Final = {"accept-encoding": "identity", "user-agent": "evote"}
_CODE: Final = re.compile(r"[a-z_]{1,40}\.[a-z_0-9]{1,60}")
_MAXIMUM_WORDS: Final = 2000
_LOCAL_NAMES: Final = frozenset({"localhost", "localhost."})


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """A statement that is proven to be in the log: where, by which `.tlog-proof`, under which checkpoint."""

    index: int
    receipt: bytes
    witnessed: WitnessedCheckpoint


@dataclass(frozen=True, slots=True, kw_only=True)
class _Answer:
    status: int
    body: bytes


def check_board_url(url: str) -> None:
    """Raise ConfigurationError `board.bad_url`, or `board.insecure_url` for http to anything but this machine.

    Over a line that others read, they see who votes when; and a record that is read for the first time is anybody's.
    """
    if not is_url(url):
        raise ConfigurationError("board.bad_url", f"{url[:200]!r} is not an http or https address", given=url[:200])
    try:
        parsed = httpx.URL(url)
        is_plain = bool(parsed.host) and not (parsed.userinfo or parsed.query or parsed.fragment)
    except (httpx.InvalidURL, ValueError):
        is_plain = False
    if not is_plain:
        raise ConfigurationError(
            "board.bad_url", f"{url[:200]!r} is not an address of scheme, host, port and path alone", given=url[:200]
        )
    if parsed.scheme == "http" and not _is_this_machine(parsed.host):
        raise ConfigurationError(
            "board.insecure_url",
            f"{url[:200]} is not encrypted; a board on another machine is reached by https",
            url=url[:200],
        )


class HttpBoard:
    """The submitting side of a board at a URL; a context manager, because it keeps a connection."""

    def __init__(
        self,
        url: str,
        policy: Policy,
        *,
        seconds: float = PATIENCE_SECONDS,
        request_seconds: float = REQUEST_SECONDS,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
        wall: Callable[[], float] = time.time,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        """Take the board's URL, the policy that its receipts must satisfy, and for how long to try.

        Nothing is sent yet. Raise as `check_board_url`.
        """
        check_board_url(url)
        self._base = url.rstrip("/")
        self._policy = policy
        self._seconds, self._request_seconds = seconds, request_seconds
        self._sleep, self._clock, self._wall = sleep, clock, wall
        self._runner = asyncio.Runner()
        self._client = httpx.AsyncClient(
            headers=_HEADERS,
            cookies=no_cookies(),
            timeout=request_seconds,
            follow_redirects=False,
            trust_env=False,
            transport=transport,
        )

    def publish(self, submission: Submission, on_promise: Callable[[Promise], None] = lambda _: None) -> Published:
        """Submit a statement and wait for its receipt; `on_promise` is called once for a verified promise.

        Raise the board's refusal (EncodingError, PolicyError or VerificationError with its code). BoardError
        `submit.unavailable` where the board could not be reached in time, `submit.promised` where it has promised and
        not published in time: then the same may be sent again. BoardError `submit.no_board`, `.bad_answer`,
        `.bad_receipt`, `.bad_promise`, `.broken_promise` for an answer that is not what a board says; EquivocationError
        `promise.two_promises`; and what `on_promise` raises.
        """
        leaf, body = leaf_hash(submission.entry), encode_submission(submission)
        end, pause = self._clock() + self._seconds, FIRST_PAUSE
        promise: Promise | None = None
        is_asking = False
        while True:
            try:
                found = self._ask(leaf) if is_asking else self._send(leaf, body)
                if not isinstance(found, Promise):
                    return self._verified(submission, found, promise)
                # The first promise counts: a later one may name a later deadline.
                if promise is None:
                    promise = found
                    on_promise(promise)
                verify_agreement(promise, found)
                is_asking = True
                reason, wanted = "it has not been published yet", 0.0
            except TryAgain as failure:
                # A board that does not know the entry any more is sent it again.
                is_asking = False
                reason, wanted = str(failure), failure.pause
            wait = max(pause, wanted)
            if self._clock() + wait > end:
                self._give_up(promise, reason)
            self._sleep(wait)
            pause = min(2 * pause, LONGEST_PAUSE)

    def close(self) -> None:
        """Close the connection."""
        self._runner.run(self._client.aclose())
        self._runner.close()

    def __enter__(self) -> HttpBoard:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def _send(self, leaf: bytes, body: bytes) -> bytes | Promise:
        """Submit; return the receipt or a promise."""
        answer = self._request("POST", "/api/statements", body)
        results = _object_of(answer).get("results")
        if not isinstance(results, list) or len(results) != 1 or not isinstance(results[0], dict):
            _bad_answer("it does not say what became of the statement")
        (result,) = results
        if isinstance(result.get("receipt"), str):
            return str(result["receipt"]).encode()
        return self._promise_of(leaf, result)

    def _ask(self, leaf: bytes) -> bytes | Promise:
        """Ask for the receipt of what was submitted."""
        answer = self._request("GET", f"/api/receipts/{leaf.hex()}")
        if answer.status == httpx.codes.OK:
            return answer.body
        return self._promise_of(leaf, _object_of(answer))

    def _promise_of(self, leaf: bytes, result: dict[str, Any]) -> Promise:
        value = result.get("promise")
        if not isinstance(value, dict):
            _bad_answer("it holds neither receipt nor promise")
        keys = [log.key for log in self._policy.logs if log.key.algorithm == ED25519]
        try:
            promise = decode_promise(canonical_json.encode(value))
            if promise.leaf_hash != leaf:
                raise VerificationError("submit.other_entry", "it is about another entry")
            verify_promise(promise, next((key for key in keys if key.name == promise.origin), keys[0]))
            if promise.deadline > self._wall() + LONGEST_PROMISE:
                raise VerificationError("submit.far_deadline", f"its deadline, {promise.deadline}, is no deadline")
        except (EvoteError, IndexError, TypeError, ValueError) as error:
            raise BoardError("submit.bad_promise", f"the board's promise does not hold: {error}") from error
        return promise

    def _verified(self, submission: Submission, receipt: bytes, promise: Promise | None) -> Published:
        try:
            proof = decode_proof(receipt)
            witnessed = open_proof(proof, entry=submission.entry, policy=self._policy)
        except EvoteError as error:
            raise BoardError(
                "submit.bad_receipt",
                f"the board's receipt does not prove that the statement is in the log: {error.message} [{error.code}]",
            ) from error
        if promise is not None:
            require_kept(promise, proof.index)
        return Published(index=proof.index, receipt=receipt, witnessed=witnessed)

    def _give_up(self, promise: Promise | None, reason: str) -> NoReturn:
        if promise is not None:
            raise BoardError(
                "submit.promised",
                f"the board holds the statement as entry {promise.index} and has promised to publish it, but has not "
                f"done so within {self._seconds:g} seconds: {reason}",
                index=promise.index,
            )
        raise BoardError("submit.unavailable", f"{self._base} could not take the statement: {reason}", url=self._base)

    def _request(self, method: str, path: str, body: bytes | None = None) -> _Answer:
        """Return an answer of status 200 or 202; raise the board's refusal, BoardError, or TryAgain."""
        try:
            return self._runner.run(self._attempt(method, path, body))
        except TimeoutError:
            raise TryAgain(f"no answer within {self._request_seconds:g} seconds") from None
        except (httpx.HTTPError, ValueError) as error:
            raise TryAgain(str(error) or type(error).__name__) from error

    async def _attempt(self, method: str, path: str, body: bytes | None) -> _Answer:
        headers = {"content-type": _SUBMISSION_TYPE} if body is not None else None
        async with (
            asyncio.timeout(self._request_seconds),
            self._client.stream(method, self._base + path, content=body, headers=headers) as response,
        ):
            data = bytearray()
            async for chunk in response.aiter_raw():
                data += chunk
                if len(data) > MAXIMUM_ANSWER_BYTES:
                    _bad_answer(f"it has more than {MAXIMUM_ANSWER_BYTES} bytes")
            return _judge(_Answer(status=response.status_code, body=bytes(data)), retry_after(response))


def require_kept(promise: Promise, index: int) -> None:
    """Raise BoardError `submit.broken_promise` where what was promised is published at another index."""
    if promise.index != index:
        raise BoardError(
            "submit.broken_promise",
            f"the board promised entry {promise.index} and published entry {index}: keep the promise",
            promised=promise.index,
            index=index,
        )


def _judge(answer: _Answer, pause: float) -> _Answer:
    """Return an answer that brings what was asked for; raise what it says otherwise."""
    if answer.status in (httpx.codes.OK, httpx.codes.ACCEPTED):
        return answer
    code, words = _problem_of(answer)
    if answer.status in PASSING_STATUS or code == "board.not_in_log":
        raise TryAgain(f"status {answer.status}{f', {words}' if words else ''}", pause)
    if not code:
        raise BoardError(
            "submit.no_board",
            f"the address answers with status {answer.status}, which is not how a board answers",
            status=answer.status,
        )
    raise _refusal(answer.status, code, words)


def _refusal(status: int, code: str, words: str) -> EvoteError:
    """Return the board's refusal as the error that it was there: who is to blame follows from the status."""
    error: EvoteError
    if status in (httpx.codes.FORBIDDEN, httpx.codes.CONFLICT):
        error = PolicyError("submit.refused", words)
    elif status == httpx.codes.UNPROCESSABLE_ENTITY:
        error = VerificationError("submit.refused", words)
    else:
        error = EncodingError("submit.refused", words)
    error.code = code
    return error


def _problem_of(answer: _Answer) -> tuple[str, str]:
    """Return code and words of a problem (RFC 9457), empty where the answer is none."""
    try:
        value = json.loads(answer.body)
    except (ValueError, RecursionError):
        return "", ""
    if not isinstance(value, dict):
        return "", ""
    code, words = value.get("code"), value.get("detail")
    if not isinstance(code, str) or not _CODE.fullmatch(code):
        return "", ""
    return code, words[:_MAXIMUM_WORDS] if isinstance(words, str) else code


def _object_of(answer: _Answer) -> dict[str, Any]:
    try:
        value = json.loads(answer.body)
    except (ValueError, RecursionError):
        _bad_answer("it is not JSON")
    if not isinstance(value, dict):
        _bad_answer("it is not a JSON object")
    return value


def _bad_answer(what: str) -> NoReturn:
    raise BoardError("submit.bad_answer", f"the board's answer can't be used: {what}")


def _is_this_machine(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.lower() in _LOCAL_NAMES
