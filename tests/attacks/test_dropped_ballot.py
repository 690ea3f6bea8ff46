"""A ballot that the board accepted and does not publish, or takes back.

The voter got a receipt: the entry with its place and a signed checkpoint of the log that holds it. A record without the
ballot, or with another history before that checkpoint, contradicts the log's own signature (L.L, L.E).
"""

from tests.attacks.caught import assert_fails
from tests.forge.forger import Lies, forge
from tests.forge.judges import Verdict, verify_files
from tests.forge.lies import silent
from tests.forge.log import Forgery
from tests.forge.plans import BASE
from tests.forge.record import checkpoint_of, files_of, leaves, receipt_of


def judged(record: Forgery, true: Forgery, step: str) -> Verdict:
    """Let the verifier judge a record against the receipt of a step, given when the log had just grown by it."""
    receipt = receipt_of(true, step, size=true.index(step) + 1)
    return verify_files(files_of(record), receipts={"receipt.tlog-proof": receipt})


def test_an_honest_record_holds_every_receipt() -> None:
    """The receipt of every ballot is in the record, and the row says so."""
    record = forge(BASE)

    for step in ("Ada", "challenge Cem", "Eva at first", "Ida"):
        verdict = judged(record, record, step)
        assert verdict.verified, str(verdict)
        assert "L.L" not in verdict.absent


def test_a_dropped_ballot_is_caught_by_its_receipt() -> None:
    """Without Ada's ballot everything else fits: a consistent record of an election in which she did not vote."""
    true, record = forge(BASE), forge(BASE, Lies(say={"Ada": silent}))
    assert verify_files(files_of(record)).verified

    verdict = judged(record, true, "Ada")
    assert verdict.failed == {"L.L"}, str(verdict)
    assert not verdict.verified


def test_a_dropped_ballot_is_caught_by_everybody_else_s_receipt() -> None:
    """Whoever voted later has the receipt of a log that held Ada's ballot."""
    true, record = forge(BASE), forge(BASE, Lies(say={"Ada": silent}))

    assert judged(record, true, "Ida").failed == {"L.L"}


def test_a_dropped_ballot_is_caught_by_a_kept_checkpoint() -> None:
    """So has whoever kept a checkpoint, with or without a ballot."""
    true, record = forge(BASE), forge(BASE, Lies(say={"Ada": silent}))
    kept = checkpoint_of(leaves(true.cut(after="challenge Cem")))

    verdict = verify_files(files_of(record), earlier={"kept": kept})
    assert verdict.failed == {"L.E"}, str(verdict)


def test_a_ballot_cut_out_of_a_finished_log_is_caught() -> None:
    """Taking the entry out later, without telling the rest anew, changes the sums too."""
    record = forge(BASE).without("Ada")

    assert_fails(record, "V9.A V9.B D.H O.C")
