"""The witness itself: one request in, one answer out, and never two histories of one log.

Spec: C2SP tlog-witness (main, 2026-07), "add-checkpoint"; tlog-cosignature v1.1.0-rc.1.

Idea: read, verify the log's signature, compare with the latest checkpoint cosigned, verify the consistency proof,
store, answer - comparing and storing in one transaction. What the log has signed is remembered, so that another
checkpoint of the same size is recognised whenever it comes and kept as evidence. An auditor is the same witness that
examines the new entries between the comparison and the signature; it compares again before it stores.

Invariants: a signature leaves only after what it states is on the disk; the time that it states never goes back; only
this witness's own keys sign, and only what a key of each type that is pinned for the log has signed; nothing is stored
that they have not signed, but for the hashes of a proof. No log line holds a body or a key.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from evote.errors import BoardError, EncodingError, EvoteError, PolicyError, VerificationError
from evote.log.checkpoint import Checkpoint, read_checkpoint
from evote.log.evidence import Evidence, conflicting_roots, encode_evidence, find_conflict
from evote.log.merkle import EMPTY_ROOT, verify_growth
from evote.log.note import Note, NoteSignature, decode_note, encode_note, open_note
from evote.log.policy import require_each_type, verifier_of
from evote.log.witness_protocol import (
    SIZE_CONTENT_TYPE,
    AddCheckpoint,
    decode_add_checkpoint,
    encode_add_checkpoint,
    encode_cosignatures,
    encode_size,
)
from evote.witness.identity import Identity
from evote.witness.store import Change, EvidenceKind, Latest, WitnessStore

TEXT_CONTENT_TYPE: Final = "text/plain; charset=utf-8"
RETRY_SECONDS: Final = 5

_LOGGER: Final = logging.getLogger("evote.witness")

# Seconds since 1970.
Clock = Callable[[], int]
# Verifies the entries under a checkpoint, given with its note as the log signed it. Raises AuditError where it may not
# be cosigned, BoardError where that can't be decided now.
Audit = Callable[[Checkpoint, bytes], None]


class AuditError(PolicyError):
    """A checkpoint that an auditor may not cosign; `evidence` where it also shows that the log has two histories."""

    def __init__(self, message: str, evidence: Evidence | None = None) -> None:
        """Keep the reason and the evidence."""
        super().__init__("audit.refused", message)
        self.evidence = evidence


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """An HTTP answer; `code` says for the operator's log why it is not 200."""

    status: int
    body: bytes
    content_type: str = TEXT_CONTENT_TYPE
    code: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Request:
    """A well-formed request; `note` is its checkpoint with the log's own verified lines alone."""

    raw: AddCheckpoint
    checkpoint: Checkpoint
    note: bytes


class Witness:
    """A witness at work; for several threads."""

    def __init__(self, identity: Identity, store: WitnessStore, clock: Clock, audit: Audit | None = None) -> None:
        """Take identity and open store; `audit` makes it an auditor's cosigner."""
        self.identity = identity
        self.store = store
        self._clock = clock
        self._audit = audit
        self._auditing: set[str] = set()
        self._auditing_lock = threading.Lock()

    def add_checkpoint(self, body: bytes) -> Answer:
        """Answer a request: 200 with cosignatures, or 400, 403, 404, 409, 422 as the specification says.

        503 where the checkpoint can't be stored, the clock has gone back, or an auditor can't read the record, or is
        still reading it.
        """
        origin = "?"
        try:
            raw = decode_add_checkpoint(body)
            checkpoint = read_checkpoint(raw.checkpoint)
            origin = checkpoint.origin
            request = self._verify_signature(raw, checkpoint)
            if isinstance(request, Answer):
                answer = request
            else:
                answer = self._decide(request) if self._audit is None else self._audit_and_decide(request, self._audit)
        except EncodingError as error:
            answer = _refusal(400, error)
        except BoardError as error:
            answer = _refusal(503, error)
        if answer.status == 200:
            _LOGGER.info("%s: cosigned size %d, root %s", ascii(origin), checkpoint.size, checkpoint.root.hex()[:16])
        else:
            _LOGGER.warning("%s: answered %d %s", ascii(origin), answer.status, answer.code)
        return answer

    def latest_note(self, name: str) -> bytes | None:
        """Return the checkpoint cosigned last of the log whose origin has the hash `name`, None where there is none."""
        origins = {log.name: log.origin for log in self.store.logs()}
        latest = self.store.latest(origins[name]) if name in origins else None
        return latest.note if latest else None

    def _verify_signature(self, raw: AddCheckpoint, checkpoint: Checkpoint) -> _Request | Answer:
        log = self.store.log(checkpoint.origin)
        if log is None:
            return _refusal(404, PolicyError("witness.unknown_log", "this witness follows no log of that origin"))
        try:
            opened = open_note(raw.checkpoint, [verifier_of(key) for key in log.keys])
            # tlog-witness asks for a line by any one of them. Whoever pins two types means to rest on both.
            require_each_type(log.keys, [item.key for item in opened.verified])
        except VerificationError as error:
            return _refusal(403, error)
        if raw.old_size > checkpoint.size:
            message = f"old size {raw.old_size} is beyond the checkpoint's {checkpoint.size}"
            return _refusal(400, EncodingError("witness.bad_size", message))
        # A stranger's line, even one under this witness's own name, is not stored: it would spoil the note.
        lines = {item.key: item.signature for item in opened.verified}
        signatures = tuple(
            NoteSignature(name=key.name, key_id=key.key_id, signature=signature) for key, signature in lines.items()
        )
        note = encode_note(Note(text=opened.note.text, signatures=signatures))
        return _Request(raw=raw, checkpoint=checkpoint, note=note)

    def _decide(self, request: _Request) -> Answer:
        """Compare, store and sign in one transaction; what is kept about a refused request is committed too."""
        with self.store.transaction() as change:
            return self._compare(change, request) or self._sign(change, request)

    def _audit_and_decide(self, request: _Request, audit: Audit) -> Answer:
        """Compare, let the auditor read (which may take long, outside of any transaction), then compare again.

        While it reads, another request of the same log is answered 503 at once: whoever sends many would otherwise hold
        every thread there is, and keep other logs from being answered. What was cosigned needs no second reading.
        """
        checkpoint, origin = request.checkpoint, request.checkpoint.origin
        with self.store.transaction() as change:
            refusal = self._compare(change, request)
            latest = change.latest(origin)
        if refusal is not None:
            return refusal
        if latest and (latest.size, latest.root) == (checkpoint.size, checkpoint.root):
            return self._decide(request)
        with self._auditing_lock:
            is_busy = origin in self._auditing
            self._auditing.add(origin)
        if is_busy:
            return _refusal(503, BoardError("audit.busy", "this log is being audited; ask again"))
        try:
            try:
                audit(checkpoint, request.note)
            except AuditError as error:
                with self.store.transaction() as change:
                    self._keep(change, request, EvidenceKind.REFUSED, error.message)
                    if error.evidence is not None:
                        self._keep_contradiction(change, origin, error.evidence)
                return _refusal(422, error)
            return self._decide(request)
        finally:
            with self._auditing_lock:
                self._auditing.discard(origin)

    def _compare(self, change: Change, request: _Request) -> Answer | None:
        """Compare with everything seen of the log, and verify the consistency proof; return the refusal, if any."""
        checkpoint = request.checkpoint
        other = change.see(checkpoint.origin, checkpoint.size, checkpoint.root, request.note)
        evidence = conflicting_roots(other, request.note) if other else None
        latest = change.latest(checkpoint.origin)
        known_size, known_root = (latest.size, latest.root) if latest else (0, EMPTY_ROOT)
        if latest and evidence is None and checkpoint.size == known_size and checkpoint.root != known_root:
            # What was seen is forgotten some day, what was cosigned last is not.
            evidence = conflicting_roots(latest.note, request.note)
        refusal: Answer | None = None
        if request.raw.old_size != known_size:
            refusal = Answer(
                status=409, body=encode_size(known_size), content_type=SIZE_CONTENT_TYPE, code="witness.other_size"
            )
        else:
            try:
                verify_growth(known_size, checkpoint.size, request.raw.proof, known_root, checkpoint.root)
            except VerificationError as error:
                refusal = _refusal(422, error)
                if latest and evidence is None:
                    evidence = find_conflict(latest.note, request.note, request.raw.proof)
                # Hashes beside the very checkpoint that was cosigned say nothing about the log.
                if evidence is None and (checkpoint.size, checkpoint.root) != (known_size, known_root):
                    self._keep(change, request, EvidenceKind.SUSPICIOUS, error.message)
        if evidence is not None:
            self._keep_contradiction(change, checkpoint.origin, evidence)
        return refusal

    def _sign(self, change: Change, request: _Request) -> Answer:
        checkpoint, now = request.checkpoint, self._clock()
        latest = change.latest(checkpoint.origin)
        if now < (latest.time if latest else 1):
            message = "this witness's clock is behind a time that it has signed"
            return _refusal(503, BoardError("witness.clock_back", message))
        if latest and (latest.size, latest.root, latest.time) == (checkpoint.size, checkpoint.root, now):
            # Whoever asks a thousand times a second has the same answer a thousand times, and costs one signature.
            return Answer(status=200, body=encode_cosignatures(self._own_lines(latest)))
        note = decode_note(request.note)
        lines = self.identity.cosign(note.text, now)
        cosigned = encode_note(Note(text=note.text, signatures=(*note.signatures, *lines)))
        change.replace_latest(
            checkpoint.origin, Latest(size=checkpoint.size, root=checkpoint.root, time=now, note=cosigned)
        )
        return Answer(status=200, body=encode_cosignatures(lines))

    def _own_lines(self, latest: Latest) -> tuple[NoteSignature, ...]:
        own = {(key.name, key.key_id) for key in self.identity.keys}
        return tuple(line for line in decode_note(latest.note).signatures if (line.name, line.key_id) in own)

    def _keep_contradiction(self, change: Change, origin: str, evidence: Evidence) -> None:
        data, reason = encode_evidence(evidence), "the log has signed two histories"
        digest = sha256(data).digest()
        if change.keep(origin, EvidenceKind.CONTRADICTION, self._clock(), reason, data, digest):
            _LOGGER.error("%s: %s; the evidence is kept", ascii(origin), reason)

    def _keep(self, change: Change, request: _Request, kind: EvidenceKind, reason: str) -> None:
        checkpoint = request.checkpoint
        # One piece for each checkpoint: anybody can pair a published one with false proofs.
        digest = sha256(checkpoint.size.to_bytes(8, "big") + checkpoint.root).digest()
        # Without a stranger's lines: nobody is to store sixty kilobytes of anything on a page of this witness.
        raw = AddCheckpoint(old_size=request.raw.old_size, proof=request.raw.proof, checkpoint=request.note)
        data = encode_add_checkpoint(raw)
        change.keep(checkpoint.origin, kind, self._clock(), reason, data, digest)


def _refusal(status: int, error: EvoteError) -> Answer:
    body = f"{error.message} [{error.code}]\n".encode(errors="replace")
    return Answer(status=status, body=body, code=error.code)
