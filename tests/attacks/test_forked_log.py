"""Forked log: an operator with the log's key shows some people one history and others another.

Witnesses are what stands against it: each honest one cosigns one history. How many dishonest ones it takes is a matter
of the policy's threshold alone, and whatever was signed twice convicts its signers.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from evote.client.evidence import evidence_from_notes, evidence_from_receipts
from evote.client.memory import CheckpointMemory
from evote.client.reader import RecordReader
from evote.client.source import FolderSource
from evote.errors import EquivocationError, VerificationError
from evote.log import merkle
from evote.log.evidence import Conflict, decode_evidence, encode_evidence, verify_evidence
from evote.log.note import add_signatures
from evote.log.policy import Policy, PolicyGroup, PolicyLog, PolicyWitness, open_witnessed
from evote.log.policy_tolerance import find_weakness
from evote.log.proof import TlogProof, decode_proof, encode_proof, verify_proof
from evote.log.witness_protocol import decode_cosignatures, decode_size
from evote.witness.identity import Meaning
from evote.witness.open_witness import create_witness, open_witness, pin_log
from evote.witness.witness import Witness
from tests.log.known import build_files
from tests.witness.scene import NAME, ORIGIN, Clock, Log

HONEST = Log()
FORKED = HONEST.fork(3)
KEYS = (HONEST.key,)
LOG_ALONE = Policy(logs=(PolicyLog(key=HONEST.key),))
SIZE = 9
COUNT = 5


def opened(folder: Path, name: str, number: int) -> Witness:
    """Return a witness with an empty memory; the number decides its keys."""
    create_witness(folder, name, Meaning.CONSISTENCY, lambda count: bytes([number]) * count)
    pin_log(folder, HONEST.key, ORIGIN, "")
    return open_witness(folder, Meaning.CONSISTENCY, Clock())


@contextmanager
def crowd(folder: Path, dishonest: int) -> Iterator[list[tuple[Witness, Witness]]]:
    """Yield five witnesses; a dishonest one has two memories under one key, one for each history."""
    pairs = []
    for number in range(COUNT):
        name = f"w{number}.example"
        one = opened(folder / f"{name} a", name, number)
        pairs.append((one, opened(folder / f"{name} b", name, number) if number < dishonest else one))
    yield pairs
    for pair in pairs:
        for witness in set(pair):
            witness.store.close()


def policy_of(pairs: Sequence[tuple[Witness, Witness]], threshold: int) -> Policy:
    """Return the policy of k of these witnesses."""
    identities = [one.identity for one, _ in pairs]
    return Policy(
        logs=(PolicyLog(key=HONEST.key),),
        witnesses=tuple(PolicyWitness(name=one.name, key=one.keys[0]) for one in identities),
        groups=(PolicyGroup(name="q", threshold=threshold, members=tuple(one.name for one in identities)),),
        quorum="q",
    )


def fork(pairs: Sequence[tuple[Witness, Witness]], dishonest: int) -> tuple[bytes, bytes]:
    """Return both checkpoints with all cosignatures that an operator can get, the honest witnesses split in halves."""
    half = dishonest + (len(pairs) - dishonest) // 2
    notes = []
    for log, side, order in (
        (HONEST, 0, pairs[:half]),
        (FORKED, 1, (*pairs[:dishonest], *pairs[half:])),
        (HONEST, 0, pairs),
    ):
        note = log.checkpoint(SIZE)
        for pair in order:
            witness = pair[side]
            latest = witness.store.latest(ORIGIN)
            answer = witness.add_checkpoint(log.request(latest.size if latest else 0, SIZE))
            if answer.status == 200:
                note = add_signatures(note, decode_cosignatures(answer.body))
        notes.append(note)
    return notes[2], notes[1]


def satisfies(note: bytes, policy: Policy) -> bool:
    """Tell whether a reader with this policy believes a checkpoint."""
    try:
        open_witnessed(note, policy)
    except VerificationError:
        return False
    return True


@pytest.mark.parametrize("threshold", [3, 4, 5])
@pytest.mark.parametrize("dishonest", [0, 1, 2, 3, 4])
def test_it_takes_more_dishonest_witnesses_than_the_policy_withstands(
    tmp_path: Path, threshold: int, dishonest: int
) -> None:
    """Both histories find a quorum if and only if `evote policy check` says so; then the two convict the log."""
    with crowd(tmp_path, dishonest) as pairs:
        policy = policy_of(pairs, threshold)
        first, second = fork(pairs, dishonest)
    both = satisfies(first, policy) and satisfies(second, policy)

    assert both == (dishonest > find_weakness(policy).tolerance.malicious)
    evidence = evidence_from_notes(first, second, KEYS)
    assert evidence is not None
    assert verify_evidence(evidence, KEYS).conflict is Conflict.ROOTS


def test_an_honest_witness_that_saw_both_holds_the_proof(tmp_path: Path) -> None:
    """Whichever history it sees first, the other is refused, and the file it keeps convinces anybody."""
    for number, (seen, refused) in enumerate(((HONEST, FORKED), (FORKED, HONEST))):
        witness = opened(tmp_path / str(number), NAME, number)
        assert witness.add_checkpoint(seen.request(0, SIZE)).status == 200
        assert witness.add_checkpoint(refused.request(SIZE, SIZE)).status == 422
        (kept,) = witness.store.evidence(ORIGIN)
        assert verify_evidence(decode_evidence(kept.data), KEYS).first.size == SIZE
        witness.store.close()


def test_a_restored_backup_is_held_to_what_was_signed(tmp_path: Path) -> None:
    """An operator who goes back to an earlier state and on from there is told the size, and then refused."""
    witness = opened(tmp_path, NAME, 1)
    assert witness.add_checkpoint(HONEST.request(0, SIZE)).status == 200
    behind = witness.add_checkpoint(HONEST.request(0, 3))
    assert (behind.status, decode_size(behind.body)) == (409, SIZE)
    # The operator fills the log up again with other entries.
    assert witness.add_checkpoint(FORKED.request(SIZE, 12)).status == 422
    assert witness.add_checkpoint(HONEST.request(SIZE, 12)).status == 200
    witness.store.close()


def test_a_witness_that_is_behind_catches_up(tmp_path: Path) -> None:
    """Two witnesses at different sizes are both brought to the same checkpoint, each from where it stands."""
    ahead, behind = (opened(tmp_path / name, name, number) for number, name in enumerate(("ahead", "behind")))
    for witness, size in ((ahead, 7), (behind, 2)):
        assert witness.add_checkpoint(HONEST.request(0, size)).status == 200
    for witness in (ahead, behind):
        told = decode_size(witness.add_checkpoint(HONEST.request(0, SIZE)).body)
        assert witness.add_checkpoint(HONEST.request(told, SIZE)).status == 200
        witness.store.close()
    assert (told, SIZE) == (2, 9)


def test_two_voters_compare_their_receipts(tmp_path: Path) -> None:
    """Receipts for one place that name different ballots convict the log, without anybody's record."""
    receipts = []
    for log, size, entry in ((HONEST, 6, b"3"), (FORKED, 9, b"other")):
        hashes = merkle.inclusion_proof(log.leaves[:size], 3)
        receipts.append(encode_proof(TlogProof(index=3, hashes=hashes, checkpoint=log.checkpoint(size), extra=entry)))
        verify_proof(decode_proof(receipts[-1]), entry=entry, policy=LOG_ALONE)
    evidence = evidence_from_receipts(receipts[0], receipts[1], KEYS)
    assert evidence is not None
    assert verify_evidence(evidence, KEYS).conflict is Conflict.LEAVES


@pytest.mark.parametrize("remembered", [4, 5, 9])
def test_a_reader_who_remembers_can_prove_it(tmp_path: Path, remembered: int) -> None:
    """A client that saw one history and is shown the other refuses, and makes the file from the tiles it was shown."""
    memory = CheckpointMemory(tmp_path / "memory")
    memory.remember(open_witnessed(HONEST.checkpoint(remembered), LOG_ALONE), lambda _size: ())
    entries = [b"%d" % number for number in range(SIZE)]
    entries[3] = b"other"
    for path, data in build_files(entries).items():
        (tmp_path / "record" / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "record" / path).write_bytes(data)
    shown = open_witnessed(FORKED.checkpoint(SIZE), LOG_ALONE)
    reader = RecordReader(FolderSource(tmp_path / "record"), shown)

    with pytest.raises(EquivocationError) as caught:
        memory.remember(shown, reader.consistency_proof)

    evidence = evidence_from_notes(caught.value.first, caught.value.second, KEYS, reader.tree)
    assert evidence is not None
    proven = verify_evidence(decode_evidence(encode_evidence(evidence)), KEYS)
    assert (proven.first.size, proven.second.size) == (remembered, SIZE)


def test_nobody_can_accuse_an_honest_log(tmp_path: Path) -> None:
    """Requests with honest checkpoints and false proofs, which anybody can send, are no evidence against the log."""
    witness = opened(tmp_path, NAME, 1)
    witness.add_checkpoint(HONEST.request(0, 5))
    body = HONEST.request(5, SIZE)
    forged = body.replace(body.split(b"\n")[1], b"A" * 43 + b"=", 1)
    assert witness.add_checkpoint(forged).status == 422
    assert [item.kind.value for item in witness.store.evidence(ORIGIN)] == ["suspicious"]
    assert witness.add_checkpoint(body).status == 200
    witness.store.close()
