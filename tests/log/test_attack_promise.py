"""Attacks on promises: a log that breaks one, and witnesses or strangers who say that it did."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest

from evote.ed25519 import SigningKey
from evote.errors import EquivocationError
from evote.log import merkle
from evote.log.checkpoint import Checkpoint, sign_checkpoint
from evote.log.cosignature import Cosigner
from evote.log.mldsa_cosignature import MldsaCosigner
from evote.log.note import Ed25519Signer
from evote.log.policy import Policy, PolicyGroup, PolicyLog, PolicyWitness
from evote.log.promise import Promise, decode_promise, sign_promise, verify_agreement, verify_broken, verify_promise
from tests.log.known import refusal

ORIGIN = "log.example/promising"
KEY = SigningKey(b"\x05" * 32)
LOG = Ed25519Signer(ORIGIN, KEY)
POST_QUANTUM = MldsaCosigner(ORIGIN, b"q" * 32)
WITNESSES = {f"w{number}": Cosigner(f"w{number}.example", SigningKey(bytes([number]) * 32)) for number in range(1, 6)}
POLICY = Policy(
    logs=(PolicyLog(key=POST_QUANTUM.key), PolicyLog(key=LOG.key)),
    witnesses=tuple(PolicyWitness(name=name, key=witness.key) for name, witness in WITNESSES.items()),
    groups=(PolicyGroup(name="q", threshold=4, members=tuple(WITNESSES)),),
    quorum="q",
)
LEAVES = [merkle.leaf_hash(b"%d" % number) for number in range(12)]
DEADLINE = 1_780_000_060
LATE, EARLY = DEADLINE + 1, DEADLINE
PROMISED = merkle.leaf_hash(b"the ballot")
PROMISE = sign_promise(KEY, origin=ORIGIN, index=7, leaf_hash=PROMISED, deadline=DEADLINE)


def note(size: int, times: Mapping[str, int], *, leaves: list[bytes] = LEAVES) -> bytes:
    """Return a checkpoint by both keys of the log that witnesses cosigned, each at its time."""
    checkpoint = Checkpoint(origin=ORIGIN, size=size, root=merkle.root(leaves[:size]))
    return sign_checkpoint(
        checkpoint, [LOG, POST_QUANTUM.at(1), *(WITNESSES[name].at(time) for name, time in times.items())]
    )


def at(time: int, count: int = 5) -> dict[str, int]:
    """Return the same time for the first witnesses."""
    return dict.fromkeys(list(WITNESSES)[:count], time)


def judge(data: bytes, policy: Policy = POLICY, *, leaves: list[bytes] = LEAVES, index: int = 7) -> str:
    """Return why what stands at an index of a tree of twelve leaves does not break the promise, "" where it does."""
    proof = merkle.inclusion_proof(leaves, index)
    return refusal(verify_broken, PROMISE, data, policy, leaf=leaves[index], proof=proof)


@pytest.mark.parametrize("size", [0, 3, 7])
def test_a_log_that_never_enters_it_is_convicted(size: int) -> None:
    """A tree that ends before the index, cosigned by a quorum after the deadline."""
    verify_broken(PROMISE, note(size, at(LATE, 4)), POLICY)


def test_a_log_that_enters_something_else_is_convicted_at_once() -> None:
    """Another leaf at the index, however early the checkpoint is."""
    assert judge(note(12, at(1))) == ""


def test_a_kept_promise_is_kept() -> None:
    """With the entry at its index nothing is broken, late or not, whatever is shown beside it."""
    leaves = [*LEAVES[:7], PROMISED, *LEAVES[8:]]
    late = note(12, at(LATE), leaves=leaves)
    assert judge(late, leaves=leaves) == "promise.not_broken"
    assert refusal(verify_broken, PROMISE, late, POLICY) == "promise.not_broken"
    assert judge(late) == "merkle.wrong_root"
    assert judge(late, leaves=leaves, index=6) == "merkle.wrong_root"


@pytest.mark.parametrize(
    "times",
    [
        pytest.param(at(EARLY), id="all at the deadline"),
        pytest.param({**at(EARLY), "w1": LATE, "w2": LATE}, id="two liars ahead of the time"),
        pytest.param({**at(EARLY), **at(2**62, 3)}, id="three far ahead"),
        pytest.param({**at(0), "w5": LATE}, id="no time stated"),
    ],
)
def test_witnesses_that_lie_about_the_time_convict_nobody(times: dict[str, int]) -> None:
    """Fewer than a quorum can't date an old checkpoint after the deadline."""
    assert refusal(verify_broken, PROMISE, note(7, times), POLICY) == "promise.not_broken"


def test_without_witnesses_nothing_is_dated() -> None:
    """Under a policy without a quorum a short tree proves nothing; another leaf still does."""
    alone = replace(POLICY, quorum="none")
    assert refusal(verify_broken, PROMISE, note(7, {}), alone) == "promise.not_broken"
    assert judge(note(12, {}), alone) == ""


@pytest.mark.parametrize(
    ("promise", "code"),
    [
        pytest.param(
            sign_promise(SigningKey(b"\x06" * 32), origin=ORIGIN, index=7, leaf_hash=PROMISED, deadline=1),
            "signature.invalid",
            id="a stranger's promise",
        ),
        pytest.param(replace(PROMISE, deadline=1), "signature.invalid", id="deadline dated back"),
        pytest.param(replace(PROMISE, index=11), "signature.invalid", id="index moved"),
        pytest.param(
            sign_promise(KEY, origin="log.example/other", index=7, leaf_hash=PROMISED, deadline=1),
            "promise.other_log",
            id="the same key's promise for another log",
        ),
    ],
)
def test_a_forged_promise_convicts_nobody(promise: Promise, code: str) -> None:
    """What is held against a log is what its own key said about this log."""
    assert refusal(verify_broken, promise, note(7, at(LATE)), POLICY) == code


def test_a_checkpoint_without_its_quorum_convicts_nobody() -> None:
    """The checkpoint has to satisfy the policy like any other."""
    assert refusal(verify_broken, PROMISE, note(7, at(LATE, 3)), POLICY) == "policy.no_quorum"


def test_a_checkpoint_that_no_reader_believes_convicts_nobody() -> None:
    """Whoever can forge Ed25519, and has the witnesses sign, still lacks the log's other pinned key."""
    lines = note(7, at(LATE)).splitlines(keepends=True)
    assert refusal(verify_broken, PROMISE, b"".join(lines[:5] + lines[6:]), POLICY) == "log.missing_signature"


def test_two_promises_that_contradict_each_other() -> None:
    """One entry at two indices, or two at one; the same again with another deadline, or about another log, is none."""
    same = sign_promise(KEY, origin=ORIGIN, index=7, leaf_hash=PROMISED, deadline=DEADLINE + 60)
    verify_agreement(PROMISE, same)
    verify_agreement(PROMISE, replace(PROMISE, index=8, leaf_hash=LEAVES[0]))
    verify_agreement(PROMISE, replace(PROMISE, index=8, origin="log.example/other"))
    for other in (replace(PROMISE, index=8), replace(PROMISE, leaf_hash=LEAVES[0])):
        with pytest.raises(EquivocationError) as caught:
            verify_agreement(PROMISE, other)
        assert caught.value.code == "promise.two_promises"
        assert [decode_promise(data) for data in (caught.value.first, caught.value.second)] == [PROMISE, other]


def test_a_promise_signature_is_bound_to_its_domain_and_log() -> None:
    """A cosignature, a checkpoint's signature or a promise of the same key for another log is no promise here."""
    text_signature = LOG.sign(f"{ORIGIN}\n7\n")
    cosignature = WITNESSES["w1"].at(5)
    assert refusal(verify_promise, replace(PROMISE, signature=text_signature), LOG.key) == "signature.invalid"
    assert refusal(verify_promise, PROMISE, cosignature.key) == "promise.other_log"
    other = replace(LOG.key, name="log.example/other")
    assert refusal(verify_promise, replace(PROMISE, origin=other.name), other) == "signature.invalid"


def test_a_log_known_by_its_post_quantum_key_alone() -> None:
    """Promises are signed by the Ed25519 key: whoever knows another one alone can't check them, and says so."""
    policy = replace(POLICY, logs=POLICY.logs[:1], quorum="none")
    checkpoint = Checkpoint(origin=ORIGIN, size=7, root=merkle.root(LEAVES[:7]))
    data = sign_checkpoint(checkpoint, [POST_QUANTUM.at(LATE)])
    assert refusal(verify_broken, PROMISE, data, policy) == "promise.other_log"
