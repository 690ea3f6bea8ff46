"""Elections that many tests of the verifier start from, made once a session."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.verifier.election_ceremony import Plan
from tests.verifier.record_files import Made, write_record
from tests.verifier.record_maker import make_drafts
from verifier.engine import Options, verify
from verifier.findings import Report, Status

Verify = Callable[..., Report]


@pytest.fixture(scope="session")
def paper_election() -> Made:
    """Return an election with paper ballots, voting again, a challenge, strikes and a replacement."""
    return make_drafts(Plan())


@pytest.fixture(scope="session")
def weighted_election() -> Made:
    """Return an election with weights, one ballot a credential, and a contest sealed below its quorum."""
    return make_drafts(Plan(paper=False, revoting="never", weights=True, sealed=True, used=(2, 3)))


@pytest.fixture(scope="session")
def tiny_election() -> Made:
    """Return an election with two trustees, two cast ballots and a challenged one, for tests of many records."""
    return make_drafts(Plan(tiny=True, n=2, k=1, used=(1,)))


@pytest.fixture
def verify_made(tmp_path: Path) -> Verify:
    """Return a function that writes an election as a record and verifies it."""

    def run(made: Made, **how: object) -> Report:
        times, quorum = how.pop("times", None), how.pop("quorum", 0)
        folder = write_record(made, tmp_path / "record", times=times, quorum=quorum)  # type: ignore[arg-type]  # 2026-11-22: passed on
        return verify(Options(record=str(folder), **how))  # type: ignore[arg-type]  # 2026-11-22: passed on

    return run


def rows(report: Report, status: Status) -> set[str]:
    """Return the rows of a report with a status."""
    return {finding.row for finding in report.findings if finding.status is status}
