"""A step of the authority on a log with witnesses: done is only what the quorum has seen."""

from dataclasses import replace
from pathlib import Path

from evote.board.board import Board
from evote.ed25519 import SigningKey
from evote.log.cosignature import Cosigner
from evote.log.policy import PolicyWitness
from tests.cli.scene import Scene, evote


def test_a_step_that_waits_for_witnesses_is_not_called_done(stage_ready: Scene, tmp_path: Path) -> None:
    """The statement is kept, the command fails, and repeating it fails again instead of saying that it stands."""
    scene = stage_ready.copy(tmp_path / "town")
    witness = Cosigner("witness.example/1", SigningKey(bytes([7]) * 32))
    with Board.open(scene.board) as board:
        policy = replace(
            board.policy, witnesses=(PolicyWitness(name=witness.name, key=witness.key),), quorum=witness.name
        )
        board.set_policy(policy)
        size = board.size
    for _ in range(2):
        ran = evote("election", "open", "--off-schedule", *scene.as_authority)
        assert ran.code == 4
        assert "board.no_quorum" in ran.err
    with Board.open(scene.board) as board:
        assert (board.size, board.published_size) == (size + 1, size)
