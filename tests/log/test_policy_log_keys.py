"""Both keys of a log: whoever pins an Ed25519 and an ML-DSA-44 key believes nothing that lacks a line by either."""

from __future__ import annotations

from dataclasses import replace

import pytest

from evote.ed25519 import SigningKey
from evote.log.checkpoint import sign_checkpoint
from evote.log.key import VerifierKey
from evote.log.mldsa_cosignature import MldsaCosigner
from evote.log.note import Ed25519Signer, Note, NoteSigner, add_signatures, decode_note, encode_note
from evote.log.policy import Policy, PolicyLog, is_post_quantum, open_witnessed
from evote.log.policy_text import format_policy, parse_policy
from evote.log.proof import TlogProof, open_proof
from tests.log.known import (
    BALLOTS,
    BOARD,
    CHECKPOINT_7,
    INCLUSION_3_OF_7,
    LOG_SIGNER,
    POLICY,
    SEED,
    TIME,
    WITNESS,
    refusal,
)

MLDSA = MldsaCosigner(BOARD, SEED)
OTHER_MLDSA = MldsaCosigner(BOARD, b"o" * 32)
OTHER_ED25519 = Ed25519Signer(BOARD, SigningKey(b"o" * 32))
PLAIN = sign_checkpoint(CHECKPOINT_7, [LOG_SIGNER])
BOTH = sign_checkpoint(CHECKPOINT_7, [LOG_SIGNER, MLDSA.at(TIME)])
MLDSA_ALONE = sign_checkpoint(CHECKPOINT_7, [MLDSA.at(TIME)])


def pinned(*keys: VerifierKey) -> Policy:
    """Return the policy of a log without witnesses."""
    return Policy(logs=tuple(PolicyLog(key=key) for key in keys))


TWO_KEYS = pinned(LOG_SIGNER.key, MLDSA.key)


def damaged(note: bytes, signer: NoteSigner) -> bytes:
    """Return a note with a wrong line by a signer."""
    parsed = decode_note(note)
    lines = tuple(
        replace(line, signature=line.signature[:-1] + bytes([line.signature[-1] ^ 1]))
        if line.key_id == signer.key.key_id
        else line
        for line in parsed.signatures
    )
    return encode_note(Note(text=parsed.text, signatures=lines))


def test_both_lines_are_needed_where_both_keys_are_pinned() -> None:
    """With both it is believed; without either it is refused, although tlog-policy alone would accept it."""
    assert open_witnessed(BOTH, TWO_KEYS).checkpoint == CHECKPOINT_7
    for note in (PLAIN, MLDSA_ALONE):
        assert refusal(open_witnessed, note, TWO_KEYS) == "log.missing_signature"


@pytest.mark.parametrize("signer", [LOG_SIGNER, MLDSA.at(TIME)], ids=["Ed25519", "ML-DSA-44"])
def test_a_wrong_line_by_either_key_is_refused(signer: NoteSigner) -> None:
    """One flipped bit in one of the two signatures."""
    assert refusal(open_witnessed, damaged(BOTH, signer), TWO_KEYS) == "signature.invalid"


def test_a_line_by_another_key_of_the_same_name_does_not_count() -> None:
    """Whoever can forge Ed25519 adds an ML-DSA-44 line of their own under the log's name."""
    forged = sign_checkpoint(CHECKPOINT_7, [LOG_SIGNER, OTHER_MLDSA.at(TIME)])
    assert refusal(open_witnessed, forged, TWO_KEYS) == "log.missing_signature"


def test_one_pinned_key_asks_for_its_own_line_alone() -> None:
    """A reader who knows one key ignores the other's line, whatever is in it."""
    for note in (PLAIN, BOTH, damaged(BOTH, MLDSA.at(TIME))):
        assert open_witnessed(note, pinned(LOG_SIGNER.key)).log == LOG_SIGNER.key
    for note in (MLDSA_ALONE, BOTH, damaged(BOTH, LOG_SIGNER)):
        assert open_witnessed(note, pinned(MLDSA.key)).log == MLDSA.key
    assert refusal(open_witnessed, PLAIN, pinned(MLDSA.key)) == "note.not_signed"


def test_keys_of_one_type_are_alternatives() -> None:
    """As tlog-policy has it: a log whose Ed25519 key was replaced is believed under the old or the new one."""
    policy = pinned(OTHER_ED25519.key, LOG_SIGNER.key, MLDSA.key)
    assert open_witnessed(BOTH, policy).checkpoint == CHECKPOINT_7
    assert refusal(open_witnessed, PLAIN, policy) == "log.missing_signature"


def test_keys_of_another_log_are_not_asked_for() -> None:
    """A policy may name several logs, each with keys of its own."""
    elsewhere = MldsaCosigner("other.example/log", b"e" * 32)
    assert open_witnessed(PLAIN, pinned(LOG_SIGNER.key, elsewhere.key)).checkpoint == CHECKPOINT_7


def test_the_line_of_a_witness_is_not_the_logs() -> None:
    """An ML-DSA-44 line by a witness counts for the quorum alone."""
    witness = MldsaCosigner(WITNESS, b"w" * 32)
    note = add_signatures(PLAIN, decode_note(sign_checkpoint(CHECKPOINT_7, [witness.at(TIME)])).signatures)
    policy = replace(TWO_KEYS, witnesses=(replace(POLICY.witnesses[2], key=witness.key),), quorum="c")
    assert refusal(open_witnessed, note, policy) == "log.missing_signature"


def test_the_quorum_is_asked_for_all_the_same() -> None:
    """Two keys of a log are no witnesses."""
    policy = replace(POLICY, logs=TWO_KEYS.logs)
    assert refusal(open_witnessed, BOTH, policy) == "policy.no_quorum"


def test_a_receipt_needs_both_lines_too() -> None:
    """A receipt's checkpoint is believed like any other."""

    def open_with(note: bytes) -> object:
        proof = TlogProof(index=3, hashes=INCLUSION_3_OF_7, checkpoint=note, extra=b"")
        return open_proof(proof, entry=BALLOTS[3], policy=TWO_KEYS)

    open_with(BOTH)
    assert refusal(open_with, PLAIN) == "log.missing_signature"


def test_what_is_pinned_against_a_quantum_computer() -> None:
    """Every log of a policy needs an ML-DSA-44 key; one among several logs is not enough."""
    elsewhere = Ed25519Signer("other.example/log", SigningKey(b"e" * 32))
    assert is_post_quantum(TWO_KEYS)
    assert is_post_quantum(pinned(MLDSA.key))
    assert not is_post_quantum(pinned(LOG_SIGNER.key))
    assert not is_post_quantum(pinned(LOG_SIGNER.key, MLDSA.key, elsewhere.key))


def test_both_keys_fit_into_a_policy_file() -> None:
    """Two lines of one name."""
    text = format_policy(TWO_KEYS)
    assert [line.split()[0] for line in text.decode().splitlines()] == ["log", "log", "quorum"]
    assert parse_policy(text) == TWO_KEYS
