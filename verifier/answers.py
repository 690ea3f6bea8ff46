"""Whether an answer can be one to its task: about its entries, with a verdict on everything that was handed out.

*Spec*: docs/verifying.md, section 6.

*Idea*: What a worker finds is its own matter, but how much it must find is known beforehand: something about every
ballot of its entries and every partial decryption. An answer with less is no verdict, though it names no failure.

*Invariants*: Says nothing about whether verdicts are true. Only what can be known from task and answer is asked; that
entries are those of the log is compared by whoever rebuilt the tree.
"""

from typing import Any

from verifier.facts import unpack_facts
from verifier.harvest import Harvest
from verifier.ledger import Ledger
from verifier.partial_task import PartialTask
from verifier.range_task import RangeResult, RangeTask
from verifier.worker import Task

# every ballot adds one item to it, whatever is wrong with the ballot
EACH_BALLOT = "V5.B"
EACH_PARTIAL = ("V10.A", "V10.B")


def flaw_of(task: Task[Any], answer: object) -> str:
    """Return why something is no answer to a task, empty where it may be one; other tasks than ours are not known."""
    if isinstance(task, RangeTask):
        return _flaw_of_range(task, answer)
    return _flaw_of_partials(task, answer) if isinstance(task, PartialTask) else ""


def _items(ledger: Ledger, row: str) -> int:
    """Return how many items of a row there are, evaluated or not."""
    checked, _, _, unevaluated, *_ = ledger.as_data().get(row, (0, 0, (), 0))
    return int(checked) + int(unevaluated)


def _flaw_of_partials(task: PartialTask, answer: object) -> str:
    if not isinstance(answer, Ledger):
        return "something else than findings"
    for row in EACH_PARTIAL:
        if (items := _items(answer, row)) != len(task.partials):
            return f"{items} verdicts for {len(task.partials)} partial decryptions"
    return ""


def _flaw_of_range(task: RangeTask, answer: object) -> str:
    if not (
        isinstance(answer, RangeResult) and isinstance(answer.ledger, Ledger) and isinstance(answer.harvest, Harvest)
    ):
        return "something else than findings"
    if not task.start < answer.stop <= task.stop:
        return f"it ends at entry {answer.stop}"
    if any(not task.start <= entry < answer.stop for entry in answer.leaves):
        return "it is about other entries"
    if not answer.judged:
        known = task.known is not None and answer.transcript == task.known.transcript and answer.stop == task.stop
        return "" if known and not answer.ledger.as_data() else "nothing was judged"
    ballots = [entry for entry in unpack_facts(task.facts) if entry < answer.stop]
    unread = next((entry for entry in ballots if entry not in answer.leaves), None)
    if unread is not None:
        return f"entry {unread} was there before and can't be read any more"
    if (items := _items(answer.ledger, EACH_BALLOT)) != len(ballots):
        return f"{items} verdicts for {len(ballots)} ballots"
    return ""
