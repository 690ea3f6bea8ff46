"""Evidence that a log has shown two histories: one small file that convinces anybody who knows the log's key.

Spec: C2SP tlog-checkpoint v1.0.0 (a log never signs two inconsistent checkpoints); RFC 9162 section 2.1; the file
format is ours: docs/witness.md.

Idea: a root commits to every tree before it and to every leaf. Two checkpoints of one log contradict each other if they
have the same size and other roots (ROOTS); if the larger one's own tree leads to another root for the smaller size than
the smaller one states (PREFIX); or if they prove different leaves at one index (LEAVES), which two receipts do without
anybody's record. That a log can't or won't prove consistency is suspicious, and no evidence.

Invariants: `encode_evidence(decode_evidence(b)) == b`; the checkpoint of smaller size stands first. Evidence that
verifies means that the log's key signed both notes, or that SHA-256 is broken; who had the key is not known here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, NoReturn

from evote.errors import EncodingError, VerificationError
from evote.log import merkle
from evote.log.checkpoint import Checkpoint, parse_checkpoint, read_checkpoint
from evote.log.encoding import decode_hash, encode_base64, parse_decimal
from evote.log.key import VerifierKey
from evote.log.note import MAXIMUM_NOTE_BYTES, NoteVerifier, decode_note
from evote.log.policy import LOG_ALGORITHMS, verifier_of

HEADER: Final = "evote/log-contradiction/1"
MAXIMUM_EVIDENCE_BYTES: Final = 2 * MAXIMUM_NOTE_BYTES + 2**14


class Conflict(StrEnum):
    """In what two checkpoints contradict each other."""

    ROOTS = "roots"
    PREFIX = "prefix"
    LEAVES = "leaves"


@dataclass(frozen=True, slots=True, kw_only=True)
class ProvenLeaf:
    """A leaf hash with its inclusion proof under the checkpoint of a signed note."""

    note: bytes
    leaf: bytes
    proof: tuple[bytes, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Two signed notes, the one of smaller size first, and what shows the conflict; nothing of it verified.

    PREFIX: `root` is that of the second tree's first entries, as many as the first has, and `proofs[1]` the consistency
    proof from there. LEAVES: `leaves` and `proofs` are the leaf hash at `index` and its inclusion proof under each.
    """

    conflict: Conflict
    first: bytes
    second: bytes
    root: bytes = b""
    index: int = 0
    leaves: tuple[bytes, bytes] = (b"", b"")
    proofs: tuple[tuple[bytes, ...], tuple[bytes, ...]] = ((), ())


@dataclass(frozen=True, slots=True, kw_only=True)
class Contradiction:
    """What evidence has proven: a log signed both checkpoints; `sentence` says in words what differs."""

    conflict: Conflict
    first: Checkpoint
    second: Checkpoint
    sentence: str


def conflicting_roots(first: bytes, second: bytes) -> Evidence:
    """Return the evidence in two signed notes of one size; EncodingError where one is no checkpoint."""
    first, second = sorted((first, second), key=_rank)
    return Evidence(conflict=Conflict.ROOTS, first=first, second=second)


def conflicting_prefix(smaller: bytes, larger: bytes, root: bytes, proof: Sequence[bytes]) -> Evidence:
    """Return the evidence that the larger tree has another root at the smaller size, and leads from there to its own.

    With hash tiles of the larger tree, `root` and `proof` are `TileReader.root_at` and `.consistency_proof`.
    """
    return Evidence(conflict=Conflict.PREFIX, first=smaller, second=larger, root=root, proofs=((), tuple(proof)))


def conflicting_leaves(index: int, one: ProvenLeaf, other: ProvenLeaf) -> Evidence:
    """Return the evidence in two proofs of different leaves at one index; EncodingError where a note is none."""
    one, other = sorted((one, other), key=lambda side: _rank(side.note))
    return Evidence(
        conflict=Conflict.LEAVES,
        first=one.note,
        second=other.note,
        index=index,
        leaves=(one.leaf, other.leaf),
        proofs=(one.proof, other.proof),
    )


def find_conflict(first: bytes, second: bytes, proof: Sequence[bytes] = ()) -> Evidence | None:
    """Return the evidence that lies in two signed notes and a consistency proof that failed, None where there is none.

    A proof that leads to the larger root from another one than the smaller checkpoint's convicts the log by its own
    word. Where the smaller size is a power of two the proof does not hold that other root; tiles of the larger tree do.
    Signatures are not verified. Raise EncodingError where a note is no checkpoint.
    """
    smaller, larger = sorted((first, second), key=_rank)
    old, new = read_checkpoint(smaller), read_checkpoint(larger)
    if old.origin != new.origin:
        return None
    if old.size == new.size:
        return conflicting_roots(first, second) if old.root != new.root else None
    root = _root_in_proof(old.size, new.size, proof)
    if root in (None, old.root):
        return None
    evidence = conflicting_prefix(smaller, larger, root or b"", proof)
    try:
        _verify_prefix(evidence, old, new)
    except VerificationError:
        return None
    return evidence


def verify_evidence(evidence: Evidence, log_keys: Sequence[VerifierKey]) -> Contradiction:
    """Return the contradiction that the evidence proves against the log with these keys.

    Raise EncodingError where a note is no checkpoint; VerificationError `evidence.not_a_log_key` for a witness's key;
    `note.not_signed` or `signature.*` for a note without a right line by any of the keys; `evidence.other_log` (two
    origins), `.wrong_order`, `.no_conflict` (the checkpoints agree in what is shown) or `merkle.*` (a proof in it is
    wrong).
    """
    for key in log_keys:
        if key.algorithm not in LOG_ALGORITHMS:
            _refute("not_a_log_key", f"{key.name} is a witness's key of type {key.algorithm:#04x}, not a log's")
    verifiers = [verifier_of(key) for key in log_keys]
    first, second = (_signed_checkpoint(note, verifiers) for note in (evidence.first, evidence.second))
    if first.origin != second.origin:
        _refute("other_log", f"checkpoints of two logs, {first.origin!r} and {second.origin!r}")
    if _rank(evidence.first) > _rank(evidence.second):
        _refute("wrong_order", "the checkpoint of smaller size stands first")
    sentence = _VERIFY[evidence.conflict](evidence, first, second)
    return Contradiction(conflict=evidence.conflict, first=first, second=second, sentence=sentence)


def encode_evidence(evidence: Evidence) -> bytes:
    """Return the bytes of an evidence file; raise EncodingError as `decode_evidence`."""
    lines = [HEADER, f"conflict {evidence.conflict.value}"]
    if evidence.conflict is Conflict.PREFIX:
        lines += [f"root {encode_base64(evidence.root)}", *_proof_lines(evidence.proofs[1])]
    if evidence.conflict is Conflict.LEAVES:
        lines.append(f"index {evidence.index}")
        for leaf, proof in zip(evidence.leaves, evidence.proofs, strict=True):
            lines += [f"leaf {encode_base64(leaf)}", *_proof_lines(proof)]
    head = "".join(line + "\n" for line in (*lines, "")).encode()
    data = head + evidence.first + b"\n" + evidence.second
    if decode_evidence(data) != evidence:
        _refuse("bad_line", "evidence with fields that its conflict does not have")
    return data


def decode_evidence(data: bytes) -> Evidence:
    """Return the evidence that a file holds; nothing is verified.

    Raise EncodingError `evidence.too_long`, `.bad_header`, `.bad_line`, `.no_checkpoints`, `.too_many_hashes`,
    `encoding.*` for a malformed number or hash, or as `read_checkpoint`.
    """
    if len(data) > MAXIMUM_EVIDENCE_BYTES:
        _refuse("too_long", f"evidence of {len(data)} bytes; at most {MAXIMUM_EVIDENCE_BYTES} are read")
    # A checkpoint's text has no empty line, so its note has exactly one: five parts in all.
    parts = data.split(b"\n\n")
    if len(parts) != 5:
        _refuse("no_checkpoints", "evidence is a head and two signed checkpoints, an empty line before each")
    head, first, second = parts[0], parts[1] + b"\n\n" + parts[2] + b"\n", parts[3] + b"\n\n" + parts[4]
    for note in (first, second):
        read_checkpoint(note)
    try:
        lines = head.decode("ascii").split("\n")
    except UnicodeDecodeError:
        _refuse("bad_header", "the head of evidence is ASCII")
    if lines[0] != HEADER:
        _refuse("bad_header", f"evidence begins with the line {HEADER}")
    match lines[1:]:
        case ["conflict roots"]:
            return Evidence(conflict=Conflict.ROOTS, first=first, second=second)
        case ["conflict prefix", root, *rest]:
            proof, rest = _take_proof(rest)
            if rest:
                _refuse("bad_line", f"the line {rest[0][:40]!r} after the proof")
            return conflicting_prefix(first, second, _value("root", root), proof)
        case ["conflict leaves", index, leaf, *rest]:
            proof, rest = _take_proof(rest)
            if not rest:
                _refuse("bad_line", "only one leaf")
            other, (other_proof, rest) = rest[0], _take_proof(rest[1:])
            if rest:
                _refuse("bad_line", f"the line {rest[0][:40]!r} after the proofs")
            return Evidence(
                conflict=Conflict.LEAVES,
                first=first,
                second=second,
                index=parse_decimal(index.removeprefix("index "), "the index of the leaves"),
                leaves=(_value("leaf", leaf), _value("leaf", other)),
                proofs=(proof, other_proof),
            )
    raise EncodingError("evidence.bad_line", "the head of evidence names its conflict and what belongs to it, no more")


def _signed_checkpoint(note: bytes, verifiers: Sequence[NoteVerifier]) -> Checkpoint:
    """Return the checkpoint of a note under which at least one line by the log's keys is right.

    A wrong line beside it is no excuse, other than where a note is opened to be believed: each reader may know one key
    of the log only, so a log that put a wrong line under the other key could be believed, and never be convicted.
    """
    decoded = decode_note(note)
    checkpoint = parse_checkpoint(decoded.text)
    wrong: VerificationError | None = None
    for line in decoded.signatures:
        for verifier in verifiers:
            if (verifier.key.name, verifier.key.key_id) == (line.name, line.key_id):
                try:
                    verifier.verify(decoded.text, line.signature)
                except VerificationError as error:
                    wrong = error
                else:
                    return checkpoint
    raise wrong or VerificationError("note.not_signed", "no signature by a known key")


def _verify_roots(_evidence: Evidence, first: Checkpoint, second: Checkpoint) -> str:
    if first.size != second.size or first.root == second.root:
        _refute("no_conflict", "the two checkpoints do not state two roots for one size")
    return f"two roots for {first.size} entries: {first.root.hex()} and {second.root.hex()}"


def _verify_prefix(evidence: Evidence, first: Checkpoint, second: Checkpoint) -> str:
    if evidence.root == first.root:
        _refute("no_conflict", "the root shown is the smaller checkpoint's own")
    merkle.verify_consistency(first.size, second.size, evidence.proofs[1], evidence.root, second.root)
    return (
        f"the first {first.size} entries have root {first.root.hex()} under the smaller checkpoint "
        f"and {evidence.root.hex()} under the one of {second.size} entries"
    )


def _verify_leaves(evidence: Evidence, first: Checkpoint, second: Checkpoint) -> str:
    if evidence.leaves[0] == evidence.leaves[1]:
        _refute("no_conflict", "the same leaf is shown twice")
    for leaf, proof, one in zip(evidence.leaves, evidence.proofs, (first, second), strict=True):
        merkle.verify_inclusion(leaf, evidence.index, one.size, proof, one.root)
    return f"entry {evidence.index} has the leaf hashes {evidence.leaves[0].hex()} and {evidence.leaves[1].hex()}"


_VERIFY: Final = {
    Conflict.ROOTS: _verify_roots,
    Conflict.PREFIX: _verify_prefix,
    Conflict.LEAVES: _verify_leaves,
}


def _root_in_proof(old_size: int, size: int, proof: Sequence[bytes]) -> bytes | None:
    """Return the root of the old tree to which the hashes of a consistency proof lead, None where they hold none."""
    if not 0 < old_size < size:
        return None
    ranges = merkle.consistency_ranges(old_size, size)
    if len(ranges) != len(proof):
        return None
    inside = sorted((start, item) for (start, end), item in zip(ranges, proof, strict=True) if end <= old_size)
    return merkle.fold([item for _, item in inside]) if inside else None


def _rank(note: bytes) -> tuple[int, bytes]:
    return read_checkpoint(note).size, note


def _proof_lines(proof: Sequence[bytes]) -> list[str]:
    return [f"hash {encode_base64(item)}" for item in proof]


def _take_proof(lines: list[str]) -> tuple[tuple[bytes, ...], list[str]]:
    """Return the hashes at the front of some lines, and the lines after them."""
    count = next((place for place, line in enumerate(lines) if not line.startswith("hash ")), len(lines))
    if count > merkle.MAXIMUM_PROOF_HASHES:
        _refuse("too_many_hashes", f"{count} hashes in a proof; at most {merkle.MAXIMUM_PROOF_HASHES} occur")
    return tuple(_value("hash", line) for line in lines[:count]), lines[count:]


def _value(name: str, line: str) -> bytes:
    if not line.startswith(f"{name} "):
        _refuse("bad_line", f"the line {line[:40]!r} where one with a {name} belongs")
    return decode_hash(line.removeprefix(f"{name} "), f"a {name} in the evidence")


def _refute(rule: str, message: str) -> NoReturn:
    raise VerificationError(f"evidence.{rule}", message)


def _refuse(rule: str, message: str) -> NoReturn:
    raise EncodingError(f"evidence.{rule}", message)
