"""Statements out of their turn: every round of the ceremony and every phase begins when the one before is complete.

Who speaks before the others have bound themselves knows what they should not yet know; an authority that opens before
every trustee has shown a usable share risks an election that nobody can decrypt. The log's order decides (L.I), and the
same statements at other places are the only thing that is wrong here.
"""

import pytest

from tests.attacks.caught import assert_fails, assert_refused
from tests.forge.forger import forge
from tests.forge.judges import verify_forgery
from tests.forge.plans import BASE, PAPER, Plan

# The step that is moved, the step before which it then stands, and the step that the board refuses with which code.
PHASE = "admission.phase"
MOVES = (
    (BASE, "parameters", "manifest", "parameters", "admission.no_manifest"),
    (BASE, "credentials 1", "manifest", "credentials 1", "admission.no_manifest"),
    (BASE, "commitment 1", "parameters", "commitment 1", PHASE),
    (BASE, "keys 1", "commitment 3", "keys 1", PHASE),
    (BASE, "shares 1", "keys 3", "shares 1", PHASE),
    (BASE, "confirmation 1", "shares 3", "confirmation 1", PHASE),
    (BASE, "joint keys", "confirmation 3", "joint keys", PHASE),
    (BASE, "rehearsal", "joint keys", "rehearsal", PHASE),
    (BASE, "rehearsed 1", "rehearsal", "rehearsed 1", PHASE),
    (BASE, "open", "rehearsed 3", "open", PHASE),
    (BASE, "open", "roll", "open", PHASE),
    (BASE, "roll", "credentials 1", "roll", "roll.empty"),
    (BASE, "credentials 2", "open", "roll", "roll.parts"),
    (BASE, "strike Mia", "roll", "strike Mia", PHASE),
    (BASE, "strike Mia", "tally", "strike Mia", PHASE),
    (BASE, "Ada", "open", "Ada", PHASE),
    (BASE, "challenge Cem", "tally", "challenge Cem", PHASE),
    (BASE, "tally", "close", "tally", PHASE),
    (BASE, "decryption 1", "tally", "decryption 1", PHASE),
    (BASE, "result", "decryption 2", "result", PHASE),
    (BASE, "decryption 3", "final", "decryption 3", PHASE),
    (BASE, "final", "result", "final", PHASE),
    (PAPER, "paper", "close", "paper", PHASE),
    (PAPER, "tally", "paper", "tally", PHASE),
)


@pytest.mark.parametrize(
    ("plan", "step", "before", "stops", "code"), MOVES, ids=[f"{step} before {before}" for _, step, before, *_ in MOVES]
)
def test_a_statement_out_of_its_turn_is_caught(plan: Plan, step: str, before: str, stops: str, code: str) -> None:
    """The same statements, signed as they are, with one of them at another place."""
    forgery = forge(plan).moved(step, before=before)

    # A ballot that is cast outside the box is not counted, which the tally of the honest election is.
    others = "V9.A V9.B D.H O.C" if step == "Ada" else ""
    assert_fails(forgery, f"L.I {others}")
    assert_refused(forgery, stops, code)


def test_a_box_that_closed_before_it_opened_holds_nothing() -> None:
    """The first closing ends the box wherever it stands: no ballot counts, and every figure is wrong."""
    forgery = forge(BASE).moved("close", before="open")

    verdict = verify_forgery(forgery)
    assert {"L.I", "V9.A", "V9.B", "D.H", "O.C"} <= verdict.failed, str(verdict)
    assert_refused(forgery, "close", "admission.phase")
