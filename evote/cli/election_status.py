"""`evote election status`: what is done, what is next, and whom everybody is waiting for, in words."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from evote.cli.boards import access_board
from evote.cli.command import command
from evote.cli.election_app import app
from evote.cli.options import BoardPlace, ElectionId
from evote.cli.output import Output
from evote.cli.result_text import describe_result, pick_title
from evote.cli.steps import is_anything_to_decrypt
from evote.election.state import ElectionState, Phase, TrusteeFacts

# What a trustee owes in a phase that waits for trustees.
_OWED: Final[dict[Phase, Callable[[TrusteeFacts], object]]] = {
    Phase.COMMITMENTS: lambda facts: facts.commitment,
    Phase.TRUSTEE_KEYS: lambda facts: facts.keys,
    Phase.SHARES: lambda facts: facts.shares,
    Phase.CONFIRMATIONS: lambda facts: facts.confirmation,
    Phase.TRUSTEE_REHEARSALS: lambda facts: facts.rehearsal,
    Phase.DECRYPTION: lambda facts: facts.decryption,
}


@command(app, "status", "Say what is done and what is next")
def status(out: Output, board: BoardPlace, election: ElectionId = None) -> None:
    """Describe the state of an election."""
    with access_board(board, out) as opened:
        state = opened.find(election)
    missing = missing_trustees(state)
    cast, challenged = sum(state.box.cast_count.values()), sum(state.box.challenged_count.values())
    out.write(f"{state.manifest.label}: {pick_title(state.manifest.title, out.language)}")
    out.say("election_id", id=state.election_id.hex())
    out.say("status_phase", phase=out.text(f"phase_{state.phase.value}"))
    if missing:
        out.say("status_missing", names=", ".join(state.manifest.trustees[i - 1].label for i in missing))
    if state.phase is Phase.ABORTED and state.culprit is not None:
        out.say("status_culprit", name=state.manifest.trustees[state.culprit - 1].label)
    if state.roll.totals is None:
        out.say("status_no_roll")
    else:
        out.say(
            "status_roll",
            count=len(state.roll.entries) - len(state.roll.replaced_by),
            struck=len(state.roll.removed) - len(state.roll.replaced_by),
            replaced=len(state.roll.replaced_by),
        )
    if state.opened:
        out.say("status_ballots", cast=cast, voters=len(state.box.cast_count), challenged=challenged)
    for line in describe_result(state, out):
        out.write(line)
    out.result(
        election=state.election_id.hex(),
        label=state.manifest.label,
        phase=state.phase.value,
        missing_trustees=missing,
        roll_published=state.roll.totals is not None,
        credentials=len(state.roll.entries),
        cast=cast,
        challenged=challenged,
        outcomes=[contest.outcome.kind.value for contest in state.result.contests] if state.result else [],
    )


def missing_trustees(state: ElectionState) -> list[int]:
    """Return the trustees (from 1) whose statement is awaited now.

    While decryptions come in, a trustee is missing as long as fewer than the quorum have published.
    """
    owed = _OWED.get(state.phase)
    if owed is None:
        return []
    missing = [i for i, facts in enumerate(state.trustees, 1) if owed(facts) is None]
    if state.phase is Phase.DECRYPTION:
        has_enough = len(state.trustees) - len(missing) >= state.manifest.quorum
        return [] if has_enough or not is_anything_to_decrypt(state) else missing
    return missing
