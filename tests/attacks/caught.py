"""What every story ends with: the verifier names the lie, and the board would have refused it."""

from tests.forge.judges import Refusal, Verdict, first_refusal, verify_forgery
from tests.forge.log import Forgery


def assert_fails(forgery: Forgery, rows: str) -> Verdict:
    """Let the verifier judge; exactly these rows (parted by blanks) must fail."""
    verdict = verify_forgery(forgery)
    assert verdict.failed == set(rows.split()), str(verdict)
    assert verdict.errors == frozenset(), str(verdict)
    assert not verdict.verified
    return verdict


def assert_refused(forgery: Forgery, step: str, code: str) -> None:
    """Let the board's admission judge; it must stop at this step with this code."""
    assert first_refusal(forgery) == Refusal(step=step, code=code)
