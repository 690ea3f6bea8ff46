"""Split view: a log that shows voters one history and auditors another, each of them signed and consistent in itself.

Every view verifies. Only two views side by side convict the log: an auditor's earlier checkpoint (L.E), a voter's
receipt (L.L), the memory of a client, or witnesses who sign one history only (L.B).
"""

from pathlib import Path

import pytest

from evote.client.memory import CheckpointMemory
from evote.errors import EquivocationError
from evote.log import merkle
from evote.log.checkpoint import read_checkpoint
from evote.log.note import NoteSigner
from evote.log.policy import open_witnessed
from evote.log.policy_text import format_policy
from tests.forge.forger import Lies, forge
from tests.forge.judges import verify_files
from tests.forge.lies import silent
from tests.forge.plans import BASE
from tests.forge.record import LOG, NO_WITNESSES, TWO_WITNESSES, WITNESSES, checkpoint_of, files_of, leaves, receipt_of

CLOSED_AT = 1780488000  # 2026-06-03T12:00:00Z
FOR_VOTERS = forge(BASE)
FOR_AUDITORS = forge(BASE, Lies(say={"Ada": silent}))


def test_each_view_is_consistent_in_itself() -> None:
    """Nothing in either record shows that there is another."""
    assert verify_files(files_of(FOR_VOTERS)).verified
    assert verify_files(files_of(FOR_AUDITORS)).verified


def test_two_checkpoints_convict_the_log() -> None:
    """The checkpoint of the other view, handed to the verifier, fails L.E; so does one of the same size."""
    for size in (1 + FOR_VOTERS.index("Ada"), len(FOR_AUDITORS.lines)):
        other = checkpoint_of(leaves(FOR_VOTERS)[:size])
        verdict = verify_files(files_of(FOR_AUDITORS), earlier={"other": other})
        assert verdict.failed == {"L.E"}, str(verdict)


def test_a_record_that_ends_before_a_known_checkpoint_is_caught() -> None:
    """A view that was rolled back: the auditor has seen a larger log."""
    larger = checkpoint_of([*leaves(FOR_VOTERS), bytes(32)])

    verdict = verify_files(files_of(FOR_VOTERS), earlier={"larger": larger})
    assert verdict.failed == {"L.E"}, str(verdict)


def test_a_receipt_of_the_other_view_convicts_the_log() -> None:
    """A voter who saw the other view has it signed."""
    receipt = receipt_of(FOR_VOTERS, "Ben")

    verdict = verify_files(files_of(FOR_AUDITORS), receipts={"ben.tlog-proof": receipt})
    assert verdict.failed == {"L.L"}, str(verdict)


def test_a_view_that_the_witnesses_did_not_sign_is_caught() -> None:
    """Witnesses sign one history; cosignatures of the other checkpoint do not verify over this one."""
    signers: list[NoteSigner] = [LOG, *(witness.at(CLOSED_AT) for witness in WITNESSES)]
    policy = format_policy(TWO_WITNESSES)
    seen = verify_files(files_of(FOR_VOTERS, policy=TWO_WITNESSES, signers=signers), policy=policy)
    unseen = verify_files(files_of(FOR_AUDITORS, policy=NO_WITNESSES), policy=policy)

    assert seen.verified, str(seen)
    assert unseen.failed == {"L.B"}, str(unseen)


def test_a_client_keeps_both_checkpoints_as_evidence(tmp_path: Path) -> None:
    """A client that saw the first view refuses the second and holds both signed notes."""
    memory = CheckpointMemory(tmp_path / "memory")
    first, second = (checkpoint_of(leaves(view)) for view in (FOR_AUDITORS, FOR_VOTERS))
    proof = merkle.consistency_proof(leaves(FOR_VOTERS), read_checkpoint(first).size)

    memory.remember(open_witnessed(first, NO_WITNESSES), lambda _size: ())
    with pytest.raises(EquivocationError) as caught:
        memory.remember(open_witnessed(second, NO_WITNESSES), lambda _size: proof)
    assert (caught.value.code, caught.value.first, caught.value.second) == ("log.equivocation", first, second)
