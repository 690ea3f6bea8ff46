"""A pinned policy: a trustee signs and decrypts nothing that too few witnesses have cosigned."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import Result

from evote.ed25519 import SigningKey
from evote.log.cosignature import Cosigner
from evote.log.evidence import decode_evidence, verify_evidence
from evote.log.key import parse_verifier_key
from evote.log.note import add_signatures, decode_note, make_signature
from evote.log.policy import Policy, PolicyGroup, PolicyLog, PolicyWitness
from evote.log.policy_text import format_policy
from tests.remote.file_server import served
from tests.trustee_cli.stage import LOG, LOG_KEY, Stage, write_record

WITNESSES = tuple(Cosigner(f"w{number}.example", SigningKey(bytes([number]) * 32)) for number in range(1, 6))
FOUR_OF_FIVE = Policy(
    logs=(PolicyLog(key=LOG.key),),
    witnesses=tuple(PolicyWitness(name=one.name, key=one.key) for one in WITNESSES),
    groups=(PolicyGroup(name="q", threshold=4, members=tuple(one.name for one in WITNESSES)),),
    quorum="q",
)
MAJORITY = replace(FOUR_OF_FIVE, groups=(replace(FOUR_OF_FIVE.groups[0], threshold=3),))


def cosign(stage: Stage, count: int, moment: int = 1780000000) -> None:
    """Let some witnesses cosign the published checkpoint."""
    place = stage.record / "checkpoint"
    note = place.read_bytes()
    text = decode_note(note).text
    place.write_bytes(add_signatures(note, [make_signature(text, one.at(moment)) for one in WITNESSES[:count]]))


def policy_file(stage: Stage, policy: Policy = FOUR_OF_FIVE) -> Path:
    """Write a policy file."""
    place = stage.folder / "policy"
    place.write_bytes(format_policy(policy))
    return place


def work(stage: Stage, command: str, *options: object, answers: str = "") -> Result:
    """Run a command of trustee 1 without a log key."""
    arguments = [command, str(stage.record), *map(str, options)]
    if command != "status":
        arguments += ["--outbox", str(stage.outbox(1))]
    if command in ("ceremony", "decrypt"):
        arguments.append("--yes")
    return stage.run(1, *arguments, answers=answers)


def refused(result: Result, code: str) -> bool:
    """Tell whether a command ended with this error."""
    return result.exit_code != 0 and f"[{code}]" in result.stderr


def test_no_ceremony_without_the_quorum(begun: Stage) -> None:
    """Three of the four cosignatures are too few: nothing is written, no seat taken; with four the round is done."""
    policy = policy_file(begun)
    for count in (0, 3):
        cosign(begun, count)
        assert refused(work(begun, "ceremony", "--policy", policy), "policy.no_quorum")
    assert begun.written(1) == {}
    cosign(begun, 4)
    assert work(begun, "ceremony", "--policy", policy).exit_code == 0
    assert len(begun.written(1)) == 1


def test_the_policy_is_remembered(begun: Stage) -> None:
    """Once given it holds for every later command, also `status`, and names the log's key too."""
    policy = policy_file(begun)
    cosign(begun, 5)
    assert work(begun, "ceremony", "--policy", policy).exit_code == 0
    policy.unlink()
    begun.publish()
    for command in ("status", "ceremony", "rehearse", "decrypt"):
        assert refused(work(begun, command), "policy.no_quorum")
    cosign(begun, 4)
    assert work(begun, "status").exit_code == 0


def test_nothing_is_decrypted_without_the_quorum(closed: Stage) -> None:
    """A policy may be pinned as late as this; a record that only the log has signed is not decrypted."""
    policy = policy_file(closed)
    before = closed.written(1)
    assert refused(work(closed, "decrypt", "--policy", policy), "policy.no_quorum")
    assert closed.written(1) == before
    cosign(closed, 4)
    assert work(closed, "decrypt", "--policy", policy).exit_code == 0
    assert len(closed.written(1)) == len(before) + 1


def test_a_policy_in_the_home_that_was_changed_is_noticed(begun: Stage) -> None:
    """The keystore names the policy: a weaker one in the home folder is not followed, a missing one comes back."""
    cosign(begun, 4)
    work(begun, "ceremony", "--policy", policy_file(begun))
    (place,) = begun.home(1).glob("*.policy")
    good = place.read_bytes()
    place.write_bytes(format_policy(replace(MAJORITY, quorum="none")))
    assert refused(work(begun, "ceremony"), "trustee.policy_changed")
    place.unlink()
    begun.publish()
    assert refused(work(begun, "ceremony"), "policy.no_quorum")
    assert place.read_bytes() == good


def test_another_policy_takes_a_person_s_word(begun: Stage) -> None:
    """--yes does not answer for it; "no" changes nothing, "yes" pins the new one for good."""
    cosign(begun, 4)
    work(begun, "ceremony", "--policy", policy_file(begun))
    other = policy_file(begun, MAJORITY)
    declined = work(begun, "ceremony", "--policy", other, answers="n\n")
    assert refused(declined, "trustee.declined")
    assert "withstands: 2; the new one: 0" in declined.stderr
    (place,) = begun.home(1).glob("*.policy")
    assert place.read_bytes() == format_policy(FOUR_OF_FIVE)
    changed = work(begun, "ceremony", "--policy", other, answers="y\n")
    assert refused(changed, "trustee.waiting") or changed.exit_code == 0
    assert place.read_bytes() == format_policy(MAJORITY)
    begun.publish()
    cosign(begun, 3)
    again = work(begun, "ceremony")
    assert refused(again, "trustee.waiting") or again.exit_code == 0


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("quorum nobody\n", "policy.undefined_name"),
        (f"log {LOG_KEY.replace('board.example', 'other.example')}\nquorum none\n", "key.wrong_id"),
        (f"log {LOG_KEY}\nlog {LOG_KEY}\nquorum none\n", "policy.duplicate_key"),
    ],
)
def test_a_policy_that_can_t_be_read_is_refused(begun: Stage, text: str, code: str) -> None:
    """Malformed files are named, and nothing is pinned."""
    place = begun.folder / "policy"
    place.write_text(text)
    assert refused(work(begun, "ceremony", "--policy", place), code)
    assert list(begun.home(1).glob("*.policy")) == []
    assert refused(work(begun, "ceremony", "--policy", begun.folder / "nowhere"), "trustee.no_policy")


def test_a_policy_of_another_log_is_refused(begun: Stage) -> None:
    """A policy that names logs, but not this one, does not let its key be taken from the record."""
    other = replace(LOG.key, name="log.example/other")
    policy = replace(FOUR_OF_FIVE, logs=(PolicyLog(key=other),))
    cosign(begun, 5)
    assert refused(work(begun, "ceremony", "--policy", policy_file(begun, policy)), "trustee.log_key_needed")


def test_two_histories_leave_proof_for_everybody(begun: Stage) -> None:
    """A log that shows a trustee another history: beside both notes lies the file for `evote evidence check`."""
    assert begun.work(1, "ceremony").exit_code == 0
    entries = begun.story.entries()
    write_record(begun.record, [(entries[0][0] + b" ", entries[0][1]), *entries[1:], entries[1]])
    assert begun.work(1, "ceremony").exit_code == 5
    proof = (begun.home(1) / "equivocation.evidence").read_bytes()
    assert verify_evidence(decode_evidence(proof), [parse_verifier_key(LOG_KEY)]).second.size == len(entries) + 1


def test_a_served_record_that_its_witnesses_left_long_ago(begun: Stage) -> None:
    """Somebody may be showing an old board for ever: the trustee is told; a copy on a disk may be old."""
    policy = policy_file(begun)
    cosign(begun, 4, moment=86_400)
    with served(begun.record) as (url, _):
        looked = begun.run(1, "status", url, "--policy", str(policy))
    assert (looked.exit_code, "1970-01-02T00:00:00Z" in looked.stderr) == (0, True)
    assert "1970-01-02" not in work(begun, "status", "--policy", policy).stderr


def test_a_served_record_that_is_fresh(begun: Stage) -> None:
    """Nothing is said of a quorum that was there this minute."""
    policy = policy_file(begun)
    cosign(begun, 4, moment=int(time.time()))
    with served(begun.record) as (url, _):
        looked = begun.run(1, "status", url, "--policy", str(policy))
    assert (looked.exit_code, "witnesses last" in looked.stderr) == (0, False)
