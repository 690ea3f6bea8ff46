"""A trustee who pins both keys of a log in a policy file acts on nothing that lacks a line by either."""

from __future__ import annotations

from pathlib import Path

from evote.log.checkpoint import parse_checkpoint, sign_checkpoint
from evote.log.mldsa_cosignature import MldsaCosigner
from evote.log.note import NoteSigner, decode_note
from evote.log.policy import Policy, PolicyLog
from evote.log.policy_text import format_policy
from tests.trustee_cli.stage import LOG, LOG_KEY, ORIGIN, Stage

MLDSA = MldsaCosigner(ORIGIN, b"\x12" * 32)
OTHER = MldsaCosigner(ORIGIN, b"\x13" * 32)
TIME = 1780000000


def sign(stage: Stage, *signers: NoteSigner) -> None:
    """Let the log sign its published checkpoint anew."""
    place = stage.record / "checkpoint"
    place.write_bytes(sign_checkpoint(parse_checkpoint(decode_note(place.read_bytes()).text), signers))


def policy_file(stage: Stage, *keys: PolicyLog) -> Path:
    """Write a policy without witnesses."""
    place = stage.folder / "policy"
    place.write_bytes(format_policy(Policy(logs=keys)))
    return place


def ceremony(stage: Stage, *options: str) -> tuple[int, str]:
    """Let trustee 1 take part as far as possible; return exit code and stderr."""
    result = stage.run(1, "ceremony", str(stage.record), "--outbox", str(stage.outbox(1)), "--yes", *options)
    return result.exit_code, result.stderr


def test_both_keys_in_a_policy_are_asked_for(begun: Stage) -> None:
    """Pinned once, and remembered: a checkpoint by the Ed25519 key alone is refused, with and without the file."""
    file = policy_file(begun, PolicyLog(key=LOG.key), PolicyLog(key=MLDSA.key))
    code, said = ceremony(begun, "--policy", str(file))
    assert (code, "[log.missing_signature]" in said) == (1, True)
    assert not begun.outbox(1).exists() or not list(begun.outbox(1).iterdir())
    sign(begun, LOG, MLDSA.at(TIME))
    assert ceremony(begun, "--policy", str(file)) == (0, "")
    assert list(begun.outbox(1).iterdir())
    assert ceremony(begun)[0] == 0
    for signers in ((LOG,), (LOG, OTHER.at(TIME)), (MLDSA.at(TIME),)):
        sign(begun, *signers)
        code, said = ceremony(begun)
        assert (code, "[log.missing_signature]" in said) == (1, True)


def test_the_status_says_which_keys_were_checked(begun: Stage) -> None:
    """One line about the missing key, and none where both are pinned."""
    sign(begun, LOG, MLDSA.at(TIME))
    one = begun.run(1, "status", str(begun.record), "--log-key", LOG_KEY)
    assert "by the log's Ed25519 key alone" in one.stdout
    file = policy_file(begun, PolicyLog(key=LOG.key), PolicyLog(key=MLDSA.key))
    both = begun.run(1, "status", str(begun.record), "--policy", str(file))
    assert both.exit_code == 0
    assert "Ed25519" not in both.stdout
