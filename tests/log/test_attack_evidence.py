"""Attacks on evidence: a guilty log that wants its own word to be unreadable, and accusers of an honest one."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evote.ed25519 import SigningKey
from evote.log import merkle
from evote.log.checkpoint import Checkpoint, format_checkpoint
from evote.log.cosignature import Cosigner, cosignature_message
from evote.log.evidence import (
    Conflict,
    ProvenLeaf,
    conflicting_leaves,
    conflicting_prefix,
    conflicting_roots,
    decode_evidence,
    encode_evidence,
    find_conflict,
    verify_evidence,
)
from evote.log.note import Ed25519Signer, Note, NoteSignature, add_signatures, decode_note, encode_note, make_signature
from evote.log.promise import sign_promise
from tests.log.known import refusal
from tests.witness.scene import ORIGIN, Log

LOG = Log()
FORK = LOG.fork(2)
KEYS = (LOG.key, LOG.mldsa_signer.key)


def spoilt(log: Log, size: int, *, good: int, repeat: bool = False) -> bytes:
    """Return a checkpoint with a right line by one of the log's keys and a wrong one by the other.

    With `repeat` the wrong line is of the same key and stands below the right one, where some readers stop reading.
    """
    signers = (log.signer, log.mldsa_signer.at(0))
    text = decode_note(log.checkpoint(size)).text
    lines = [make_signature(text, signers[good])]
    bad = signers[good if repeat else 1 - good]
    lines.append(make_signature(decode_note(log.checkpoint(size + 1)).text, bad))
    return encode_note(Note(text=text, signatures=tuple(lines)))


@pytest.mark.parametrize("good", [(0, 0), (0, 1), (1, 0), (1, 1)])
@pytest.mark.parametrize("repeat", [False, True])
def test_a_wrong_line_beside_a_right_one_saves_no_log(good: tuple[int, int], repeat: bool) -> None:
    """Readers who know one key believe the note; whoever knows both keys convicts the log by the line that is right."""
    first, second = (spoilt(log, 7, good=number, repeat=repeat) for log, number in zip((LOG, FORK), good, strict=True))
    evidence = decode_evidence(encode_evidence(conflicting_roots(first, second)))
    assert verify_evidence(evidence, KEYS).conflict is Conflict.ROOTS


def test_only_wrong_lines_convict_nobody() -> None:
    """Without one right line on both notes there is no proof, whichever lines are wrong."""
    text = decode_note(FORK.checkpoint(7)).text
    wrong = decode_note(FORK.checkpoint(8)).signatures
    forged = encode_note(Note(text=text, signatures=wrong))
    evidence = conflicting_roots(LOG.checkpoint(7), forged)
    assert refusal(verify_evidence, evidence, KEYS) == "signature.invalid"


def test_a_stranger_s_lines_change_nothing() -> None:
    """Ninety-nine lines by other keys, some under the log's own name, neither save a guilty log nor hurt an honest."""
    strangers = [
        NoteSignature(name=ORIGIN, key_id=number.to_bytes(4, "big"), signature=b"\x01" * 64) for number in range(99)
    ]
    noisy = add_signatures(FORK.checkpoint(7), strangers)
    assert verify_evidence(conflicting_roots(LOG.checkpoint(7), noisy), KEYS).conflict is Conflict.ROOTS
    honest = add_signatures(LOG.checkpoint(7), strangers)
    assert refusal(verify_evidence, conflicting_roots(LOG.checkpoint(7), honest), KEYS) == "evidence.no_conflict"


def test_a_witness_s_key_convicts_no_log() -> None:
    """A witness that cosigned a forgery is not the log, whatever name its key has and whoever calls it the log's."""
    traitor = Cosigner(ORIGIN, SigningKey(b"T" * 32))
    first, second = (log.checkpoint(7, signers=[traitor.at(1)]) for log in (LOG, FORK))
    assert refusal(verify_evidence, conflicting_roots(first, second), [traitor.key]) == "evidence.not_a_log_key"


def test_what_the_log_s_key_signs_elsewhere_is_no_checkpoint() -> None:
    """Promises and cosignature messages signed by the log's own key can't be passed off as notes that contradict it."""
    checkpoint = Checkpoint(origin=ORIGIN, size=7, root=FORK.root(7))
    as_witness = cosignature_message(format_checkpoint(checkpoint), 5)
    line = make_signature(as_witness.decode(), LOG.signer)
    note = encode_note(Note(text=as_witness.decode(), signatures=(line,)))
    assert refusal(conflicting_roots, LOG.checkpoint(7), note) == "checkpoint.extension_lines"

    promise = sign_promise(LOG.signer.signing_key, origin=ORIGIN, index=7, leaf_hash=FORK.leaves[2], deadline=1)
    text = format_checkpoint(checkpoint)
    signature = NoteSignature(name=ORIGIN, key_id=LOG.key.key_id, signature=promise.signature)
    passed_off = encode_note(Note(text=text, signatures=(signature,)))
    evidence = conflicting_roots(LOG.checkpoint(7), passed_off)
    assert refusal(verify_evidence, evidence, KEYS) == "signature.invalid"


def test_one_key_under_two_names_is_two_logs() -> None:
    """An operator with one key for two origins has not lied by different trees; nor can lines be carried over."""
    other = Log(origin="log.example/second", seed=LOG.seed).fork(2)
    evidence = conflicting_roots(LOG.checkpoint(7), other.checkpoint(7))
    assert refusal(verify_evidence, evidence, [LOG.key, other.key]) == "evidence.other_log"
    stolen = decode_note(other.checkpoint(7)).signatures[0]
    renamed = NoteSignature(name=ORIGIN, key_id=LOG.key.key_id, signature=stolen.signature)
    forged = encode_note(Note(text=decode_note(FORK.checkpoint(7)).text, signatures=(renamed,)))
    assert refusal(verify_evidence, conflicting_roots(LOG.checkpoint(7), forged), KEYS) == "signature.invalid"


def test_names_that_look_alike_are_other_names() -> None:
    """An origin with a space, an invisible or a composed letter is another log's, for evidence and for its key."""
    for origin in (
        f"{ORIGIN} ",
        f"{ORIGIN}\u200b",
        f"{ORIGIN}\u2028",
        ORIGIN.replace("o", "\u043e"),
        f"\u00a0{ORIGIN}",
    ):
        text = format_checkpoint(Checkpoint(origin=origin, size=7, root=FORK.root(7)))
        line = make_signature(text, LOG.signer)
        note = encode_note(Note(text=text, signatures=(line,)))
        assert refusal(verify_evidence, conflicting_roots(LOG.checkpoint(7), note), KEYS) == "evidence.other_log"
        assert find_conflict(LOG.checkpoint(7), note) is None


@given(st.data())
def test_two_checkpoints_of_one_history_prove_nothing(data: st.DataObject) -> None:
    """Two sizes of an honest tree, any root, any mixture of true hashes in any place: never a conviction."""
    size, new_size = sorted(data.draw(st.tuples(st.integers(0, 24), st.integers(0, 24))))
    notes = LOG.checkpoint(size), LOG.checkpoint(new_size)
    nodes = [merkle.root(LOG.leaves[low:high]) for low in range(0, 25, 4) for high in range(low, 25, 2)]
    hashes = st.one_of(
        st.sampled_from(nodes),
        st.sampled_from(LOG.leaves[:24]),
        st.sampled_from(FORK.leaves[:24]),
        st.binary(min_size=32, max_size=32),
    )
    proof = tuple(data.draw(st.lists(hashes, max_size=7)))
    true = LOG.proof(size, new_size)
    if data.draw(st.booleans()):
        place = data.draw(st.integers(0, len(true)))
        proof = (*true[:place], *proof[:1], *true[place:])
    prefix = conflicting_prefix(*notes, data.draw(hashes), proof)
    assert refusal(verify_evidence, prefix, KEYS) != ""
    index = data.draw(st.integers(0, 24))
    inclusion = merkle.inclusion_proof(LOG.leaves[:new_size], index) if index < new_size else ()
    sides = [
        ProvenLeaf(note=notes[0], leaf=data.draw(hashes), proof=proof),
        ProvenLeaf(note=notes[1], leaf=LOG.leaves[index], proof=inclusion),
    ]
    assert refusal(verify_evidence, conflicting_leaves(index, *sides), KEYS) != ""
    found = find_conflict(*notes, proof)
    assert found is None


def test_one_checkpoint_twice_is_one_checkpoint() -> None:
    """A checkpoint and itself with other lines under it, of any conflict, are one history."""
    again = LOG.checkpoint(7, signers=[LOG.signer, LOG.mldsa_signer.at(9)])
    assert refusal(verify_evidence, conflicting_roots(LOG.checkpoint(7), again), KEYS) == "evidence.no_conflict"
    first, second = sorted((LOG.checkpoint(7), again))
    same = conflicting_prefix(first, second, LOG.root(7), ())
    assert refusal(verify_evidence, same, KEYS) == "evidence.no_conflict"
    leaf = ProvenLeaf(note=LOG.checkpoint(7), leaf=LOG.leaves[3], proof=merkle.inclusion_proof(LOG.leaves[:7], 3))
    twice = conflicting_leaves(3, leaf, replace(leaf, note=again))
    assert refusal(verify_evidence, twice, KEYS) == "evidence.no_conflict"


def test_a_thief_of_another_log_s_key_accuses_nobody() -> None:
    """Whoever signs both notes with a key of their own proves something about that key's log alone."""
    thief = Ed25519Signer(ORIGIN, SigningKey(b"S" * 32))
    evidence = conflicting_roots(*(log.checkpoint(7, signers=[thief]) for log in (LOG, FORK)))
    assert refusal(verify_evidence, evidence, KEYS) == "note.not_signed"
