"""Asking all witnesses of the policy at once, and counting what verifies.

Spec: C2SP tlog-witness (main, 2026-07), tlog-cosignature v1.1.0-rc.1, tlog-policy.

Idea: every witness is asked in parallel with a proof from the size it cosigned last; where it knows another size it
says so and gets another proof. As soon as the quorum holds, the others have a moment to join, then the round ends; who
is late is only not part of this checkpoint. A witness that says it is ahead of this log is asked for the checkpoint it
saw: only the log's own signature can show that the log has lost entries or forked.

Invariants: a cosignature counts only if it verifies under the key of the policy, over exactly this note; times of one
witness do not go back. No witness can make a round longer than its limit, or larger.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import httpx

from evote.errors import EncodingError, VerificationError
from evote.log.checkpoint import Checkpoint, OpenedCheckpoint, read_checkpoint
from evote.log.cosignature import timestamp_of
from evote.log.note import NoteSignature, add_signatures, decode_note
from evote.log.policy import Policy, PolicyWitness, quorum_holds, verifier_of
from evote.log.witness_protocol import SIZE_CONTENT_TYPE, AddCheckpoint, decode_cosignatures, decode_size
from evote.serve.clock import Clock
from evote.serve.journal import Journal
from evote.serve.metrics import Metrics
from evote.serve.settings import Settings
from evote.serve.witness_http import (
    ALARMING,
    Answer,
    Reply,
    WitnessError,
    fetch_last,
    make_client,
    post_checkpoint,
)

# Returns the consistency proof from an earlier size to a checkpoint of ours.
Prover = Callable[[int, Checkpoint], tuple[bytes, ...]]

MAXIMUM_TRIES: Final = 3
FUTURE_SECONDS: Final = 600  # how far ahead of our clock a cosignature may be
BACK_SECONDS: Final = 60  # a clock that is set right may go back so far

_ANSWER_OF_STATUS: Final = {
    400: Answer.REFUSED,
    403: Answer.UNTRUSTED,
    404: Answer.UNKNOWN_LOG,
    422: Answer.INCONSISTENT,
    429: Answer.BUSY,
    503: Answer.BUSY,
}


@dataclass(slots=True, kw_only=True)
class WitnessState:
    """What is known of a witness: the size it cosigned last, what it answered last, and since when it does."""

    witness: PolicyWitness
    lock: asyncio.Lock
    size: int = 0
    time: int = 0
    answer: str = ""
    detail: str = ""
    cosigned_at: float | None = None  # monotonic


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """The outcome of asking: the note with all cosignatures that verified, and whether they are a quorum.

    `seen` are checkpoints that this log signed, of witnesses that contradict it: the board must hold all of them.
    """

    note: bytes
    checkpoint: Checkpoint
    cosigned: tuple[str, ...]
    quorum: bool
    seen: tuple[OpenedCheckpoint, ...] = ()


class Cosigner:
    """The witnesses of one log; used by one event loop."""

    def __init__(
        self,
        policy: Policy,
        prover: Prover,
        *,
        settings: Settings,
        clock: Clock,
        metrics: Metrics,
        journal: Journal,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        """Take the policy and a source of proofs; nobody is asked yet."""
        self.policy = policy
        self.states = tuple(WitnessState(witness=one, lock=asyncio.Lock()) for one in policy.witnesses)
        self._prover = prover
        self._settings = settings
        self._clock = clock
        self._metrics = metrics
        self._journal = journal
        self._client = make_client(settings.witness_seconds, transport)
        self._late: set[asyncio.Task[NoteSignature | None]] = set()
        self._seen: list[OpenedCheckpoint] = []

    async def collect(self, note: bytes) -> Round:
        """Ask all witnesses to cosign a note that only the log has signed; return when there is a quorum, or none."""
        checkpoint = read_checkpoint(note)
        tasks = {asyncio.create_task(self._ask(state, note, checkpoint)): state.witness.name for state in self.states}
        self._late.update(tasks)
        for task in tasks:
            task.add_done_callback(self._late.discard)
        signatures: dict[str, NoteSignature] = {}
        pending = set(tasks)
        grace: float | None = None
        while pending:
            done, pending = await asyncio.wait(pending, timeout=grace, return_when=asyncio.FIRST_COMPLETED)
            if not done:
                break
            for task in done:
                if (signature := task.result()) is not None:
                    signatures[tasks[task]] = signature
            if quorum_holds(self.policy, signatures):
                grace = self._settings.witness_grace_seconds
        seen, self._seen = tuple(self._seen), []
        return Round(
            note=add_signatures(note, signatures.values()),
            checkpoint=checkpoint,
            cosigned=tuple(sorted(signatures)),
            quorum=quorum_holds(self.policy, signatures),
            seen=seen,
        )

    async def close(self) -> None:
        """Forget who has not answered, and close the connections."""
        for task in tuple(self._late):
            task.cancel()
        await asyncio.gather(*self._late, return_exceptions=True)
        await self._client.aclose()

    async def _ask(self, state: WitnessState, note: bytes, checkpoint: Checkpoint) -> NoteSignature | None:
        """Return a witness's cosignature, or None; what happened is counted and remembered."""
        name, started = state.witness.name, self._clock.monotonic()
        answer, detail = Answer.COSIGNED, ""
        signature = None
        try:
            async with asyncio.timeout(self._settings.witness_seconds), state.lock:
                signature = await self._cosign(state, note, checkpoint)
        except TimeoutError:
            answer = Answer.TIMEOUT
        except WitnessError as failure:
            answer, detail = failure.answer, failure.detail
        if signature is not None:
            state.cosigned_at = self._clock.monotonic()
            self._metrics.witness_seconds.labels(name).observe(state.cosigned_at - started)
        self._metrics.witness_answers.labels(name, answer.value).inc()
        if answer in ALARMING:
            self._journal.error("witness", witness=name, answer=answer.value, detail=detail, size=checkpoint.size)
        elif answer.value != state.answer:
            write = self._journal.info if answer is Answer.COSIGNED else self._journal.warning
            write("witness", witness=name, answer=answer.value, detail=detail, size=checkpoint.size)
        state.answer, state.detail = answer.value, detail
        return signature

    async def _cosign(self, state: WitnessState, note: bytes, checkpoint: Checkpoint) -> NoteSignature:
        for _ in range(MAXIMUM_TRIES):
            proof = await asyncio.to_thread(self._prover, state.size, checkpoint)
            request = AddCheckpoint(old_size=state.size, proof=proof, checkpoint=note)
            reply = await post_checkpoint(self._client, state.witness, request)
            if reply.status == 200:
                signature = self._verified(state, note, reply)
                state.size = checkpoint.size
                return signature
            if reply.status != 409:
                if reply.status == 422:
                    await self._look_for_evidence(state, checkpoint.origin)
                answer = _ANSWER_OF_STATUS.get(reply.status, Answer.STRANGE_STATUS)
                raise WitnessError(answer, f"status {reply.status}")
            known = _stated_size(reply)
            if known > checkpoint.size:
                await self._look_for_evidence(state, checkpoint.origin)
                raise WitnessError(Answer.AHEAD, f"it states size {known}")
            state.size = known
        raise WitnessError(Answer.STUCK, f"409 after {MAXIMUM_TRIES} tries")

    def _verified(self, state: WitnessState, note: bytes, reply: Reply) -> NoteSignature:
        """Return the one line by the witness's own key; lines by other keys are ignored, as tlog-witness asks."""
        key = state.witness.key
        try:
            lines = [
                line for line in decode_cosignatures(reply.body) if (line.name, line.key_id) == (key.name, key.key_id)
            ]
        except EncodingError as error:
            raise WitnessError(Answer.MALFORMED, error.code) from error
        if len(lines) != 1:
            raise WitnessError(Answer.NO_SIGNATURE, f"{len(lines)} lines by its key")
        try:
            verifier_of(key).verify(decode_note(note).text, lines[0].signature)
            stated = timestamp_of(lines[0].signature)
        except (VerificationError, EncodingError) as error:
            raise WitnessError(Answer.BAD_SIGNATURE, error.code) from error
        skew = stated - self._clock.now()
        self._metrics.witness_skew.labels(state.witness.name).set(skew)
        if stated == 0 or skew > FUTURE_SECONDS or stated < state.time - BACK_SECONDS:
            raise WitnessError(Answer.BAD_TIME, f"its time minus ours: {skew} s")
        state.time = max(state.time, stated)
        return lines[0]

    async def _look_for_evidence(self, state: WitnessState, origin: str) -> None:
        """Ask a witness that contradicts us what it saw, and keep what this log's own key signed."""
        verifiers = tuple(verifier_of(log.key) for log in self.policy.logs)
        try:
            seen = await fetch_last(self._client, state.witness, origin, verifiers)
        except WitnessError:
            return
        if seen is not None:
            self._seen.append(seen)


def _stated_size(reply: Reply) -> int:
    if reply.content_type != SIZE_CONTENT_TYPE:
        raise WitnessError(Answer.STUCK, "409 without a size")
    try:
        return decode_size(reply.body)
    except EncodingError as error:
        raise WitnessError(Answer.STUCK, error.code) from error
