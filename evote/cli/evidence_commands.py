"""`evote evidence`: prove to anybody that a log has signed two histories, or has broken a promise.

Idea: the proof is in the file and needs no network and no trust in who brings it; only the log's key must be known.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from evote.cli.command import command, new_app
from evote.cli.files import read_input, write_public
from evote.cli.output import Output
from evote.client.evidence import evidence_from_notes, evidence_from_receipts
from evote.client.place import open_record
from evote.errors import ConfigurationError, EncodingError, EquivocationError, EvoteError, VerificationError
from evote.log.checkpoint import Checkpoint, read_checkpoint
from evote.log.evidence import (
    MAXIMUM_EVIDENCE_BYTES,
    Evidence,
    decode_evidence,
    encode_evidence,
    verify_evidence,
)
from evote.log.key import VerifierKey, parse_verifier_key
from evote.log.note import decode_note
from evote.log.policy import Policy, open_witnessed, verifier_of
from evote.log.policy_text import parse_policy
from evote.log.promise import MAXIMUM_PROMISE_BYTES, decode_promise, encode_promise, verify_broken
from evote.log.proof import MAXIMUM_PROOF_BYTES, decode_proof
from evote.log.tile_reader import TileReader
from evote.texts.moments import format_moment

app = new_app("Evidence against a log")

LogKeys = Annotated[list[str], typer.Option("--log-key", metavar="VKEY", help="Key of the log; may be repeated.")]


@command(app, "check", "Prove that a log has signed two histories")
def check(
    out: Output,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The evidence file.")],
    log_key: LogKeys,
    policy: Annotated[
        Path | None, typer.Option("--policy", help="Policy file: name the witnesses that cosigned.")
    ] = None,
) -> None:
    """Exit with 5 where the two histories are proven, with 1 where nothing is."""
    evidence = decode_evidence(read_input(file, MAXIMUM_EVIDENCE_BYTES + 1))
    proven = verify_evidence(evidence, _keys(log_key))
    out.say("evidence_proven", origin=proven.first.origin, first=proven.first.size, second=proven.second.size)
    known = parse_policy(read_input(policy)) if policy else Policy()
    cosigners = [_cosigners(note, known) for note in (evidence.first, evidence.second)] if policy else []
    for number, names in enumerate(cosigners, 1):
        out.say("evidence_cosigned", number=number, names=", ".join(names) or "-")
    dishonest = [name for name in cosigners[0] if name in cosigners[1]] if cosigners else []
    if dishonest:
        out.notice("evidence_dishonest", names=", ".join(dishonest))
    out.result(
        proven=True,
        origin=proven.first.origin,
        conflict=proven.conflict.value,
        sizes=[proven.first.size, proven.second.size],
        roots=[proven.first.root.hex(), proven.second.root.hex()],
        sentence=proven.sentence,
        cosigners=cosigners,
        dishonest_witnesses=dishonest,
    )
    raise EquivocationError("log.equivocation", proven.sentence, evidence.first, evidence.second)


@command(app, "make", "Make evidence from two checkpoints or receipts")
def make(
    out: Output,
    first: Annotated[Path, typer.Argument(metavar="FIRST", help="A signed checkpoint or a .tlog-proof receipt.")],
    second: Annotated[Path, typer.Argument(metavar="SECOND", help="Another one of the same log.")],
    log_key: LogKeys,
    target: Annotated[Path, typer.Option("--out", metavar="FILE", help="Where to write the evidence.")],
    record: Annotated[
        str, typer.Option("--record", help="URL or folder of a record of the larger checkpoint, if sizes differ.")
    ] = "",
) -> None:
    """Write the evidence that the two hold together; fail where they prove nothing."""
    inputs = [read_input(path, MAXIMUM_PROOF_BYTES + 1) for path in (first, second)]
    evidence = _find(inputs[0], inputs[1], _keys(log_key), record)
    if evidence is None:
        raise VerificationError("evidence.none", "these two prove no contradiction; they may be of one history")
    write_public(target, encode_evidence(evidence))
    out.say("evidence_made", file=target)
    out.result(file=str(target), conflict=evidence.conflict.value)


@command(app, "promise", "Prove that a log has broken a promise")
def promise(
    out: Output,
    file: Annotated[Path, typer.Argument(metavar="PROMISE", help="The promise, as it was kept.")],
    checkpoint: Annotated[
        Path, typer.Argument(metavar="CHECKPOINT", help="A signed checkpoint or a .tlog-proof receipt.")
    ],
    policy: Annotated[
        Path, typer.Option("--policy", help="Policy file with the log's key, its witnesses and the quorum.")
    ],
    record: Annotated[
        str,
        typer.Option("--record", help="URL or folder of a record, if the checkpoint reaches the promised entry."),
    ] = "",
) -> None:
    """Exit with 5 where the promise is proven broken, with 1 where it is not."""
    kept = decode_promise(read_input(file, MAXIMUM_PROMISE_BYTES))
    note = _note_in(read_input(checkpoint, MAXIMUM_PROOF_BYTES + 1))
    known = parse_policy(read_input(policy))
    reached = open_witnessed(note, known).checkpoint
    if reached.size > kept.index:
        leaf, proof = _prove_leaf(record, reached, kept.index)
        verify_broken(kept, note, known, leaf=leaf, proof=proof)
        reason = f"entry {kept.index} of the tree of {reached.size} entries is not the promised one"
    else:
        verify_broken(kept, note, known)
        reason = f"a quorum has cosigned a tree of {reached.size} entries after the deadline of entry {kept.index}"
    deadline = format_moment(kept.deadline)
    out.say("promise_broken", origin=kept.origin, index=kept.index, deadline=deadline, size=reached.size)
    if reached.size <= kept.index:
        out.notice("promise_late")
    out.result(broken=True, origin=kept.origin, index=kept.index, deadline=deadline, size=reached.size, sentence=reason)
    raise EquivocationError("promise.broken", reason, encode_promise(kept), note)


def _prove_leaf(record: str, checkpoint: Checkpoint, index: int) -> tuple[bytes, tuple[bytes, ...]]:
    """Return a leaf hash under the checkpoint and its inclusion proof, from a record of it."""
    if not record:
        raise ConfigurationError(
            "promise.no_record",
            f"the tree of {checkpoint.size} entries reaches entry {index}: say with --record where its tiles are",
            index=index,
        )
    with open_record(record) as source:
        tree = TileReader(source.read, size=checkpoint.size, root=checkpoint.root)
        return tree.leaf_hash(index), tree.inclusion_proof(index)


def _find(first: bytes, second: bytes, keys: list[VerifierKey], record: str) -> Evidence | None:
    if all(_is_receipt(data) for data in (first, second)):
        evidence = evidence_from_receipts(first, second, keys)
        if evidence is not None:
            return evidence
    one, other = (_note_in(data) for data in (first, second))
    if not record:
        return evidence_from_notes(one, other, keys)
    larger = max((read_checkpoint(note) for note in (one, other)), key=lambda checkpoint: checkpoint.size)
    with open_record(record) as source:
        tree = TileReader(source.read, size=larger.size, root=larger.root)
        return evidence_from_notes(one, other, keys, tree)


def _note_in(data: bytes) -> bytes:
    return decode_proof(data).checkpoint if _is_receipt(data) else data


def _is_receipt(data: bytes) -> bool:
    try:
        decode_proof(data)
    except EncodingError:
        return False
    return True


def _keys(texts: list[str]) -> list[VerifierKey]:
    return [parse_verifier_key(text) for text in texts]


def _cosigners(note: bytes, policy: Policy) -> list[str]:
    """Return the names of the policy's witnesses whose cosignature of a note verifies."""
    opened = decode_note(note)
    names = []
    for witness in policy.witnesses:
        for line in opened.signatures:
            if (line.name, line.key_id) == (witness.key.name, witness.key.key_id):
                try:
                    verifier_of(witness.key).verify(opened.text, line.signature)
                except EvoteError:
                    continue
                names.append(witness.name)
    return names
