"""The two who judge a forgery: the independent verifier, which reads files, and the board's admission."""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory

from evote.codec.payloads import decode_payload
from evote.election.ballot_check import BallotFacts, verify_ballot
from evote.election.challenge import verify_opening
from evote.election.context import ElectionKeyContext
from evote.election.kinds import BALLOT_KINDS
from evote.election.records import Ballot, ChallengedBallot
from evote.election.state import ElectionState
from evote.errors import EvoteError
from evote.log.statement import decode_statement
from evote.replay.replay import Replay
from tests.election.built_election import fork
from tests.forge.log import Forgery, Line
from tests.forge.numbers import GROUP
from tests.forge.record import files_of, write
from verifier.engine import Options, verify
from verifier.findings import Report, Status

# Records are many and short-lived: a file system in memory, where there is one.
_MEMORY = next((name for name in ("/dev/shm",) if Path(name).is_dir()), None)


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What the verifier says: rows that fail, rows that it could not evaluate, and the places it names."""

    verified: bool
    failed: frozenset[str]
    errors: frozenset[str]
    absent: frozenset[str]
    places: Mapping[str, tuple[str, ...]]

    def __str__(self) -> str:
        """Show what is wrong, for a failing test."""
        return f"verified {self.verified}, ERROR {sorted(self.errors)}, FAIL {dict(self.places)}"


def verify_files(
    files: Mapping[str, bytes],
    *,
    earlier: Mapping[str, bytes] | None = None,
    receipts: Mapping[str, bytes] | None = None,
    policy: bytes | None = None,
    election: bytes | None = None,
) -> Verdict:
    """Run the verifier on the files of a record, with what the auditor hands in beside it."""
    with TemporaryDirectory(dir=_MEMORY) as name:
        folder = Path(name)
        record = write(folder / "record", files)
        handed = write(
            folder / "handed", {**(earlier or {}), **(receipts or {}), **({"policy": policy} if policy else {})}
        )
        report = verify(
            Options(
                record=str(record),
                election=election,
                earlier=tuple(str(handed / one) for one in earlier or ()),
                receipts=tuple(str(handed / one) for one in receipts or ()),
                policy=str(handed / "policy") if policy else None,
                scratch=name,
            )
        )
    return verdict_of(report)


def verify_forgery(forgery: Forgery) -> Verdict:
    """Run the verifier on a log published honestly."""
    return verify_files(files_of(forgery), election=forgery.scope)


def verdict_of(report: Report) -> Verdict:
    """Return the verdict of a report."""

    def rows(status: Status) -> frozenset[str]:
        return frozenset(finding.row for finding in report.findings if finding.status is status)

    return Verdict(
        verified=report.verified,
        failed=rows(Status.FAIL),
        errors=rows(Status.ERROR),
        absent=rows(Status.ABSENT),
        places={one.row: one.places for one in report.findings if one.status is Status.FAIL},
    )


@dataclass(frozen=True, kw_only=True)
class Refusal:
    """The first statement that the board would not have admitted, and why."""

    step: str
    code: str


# States after honest beginnings, and facts of ballots found true, by everything they depend on.
_states: dict[bytes, ElectionState] = {}
_facts: dict[bytes, BallotFacts] = {}


def first_refusal(forgery: Forgery) -> Refusal | None:
    """Offer a log to the board's admission line by line; return where it stops, None where all is admitted.

    Beginnings that several forgeries share are admitted once.
    """
    digests = _beginnings(forgery)
    known = max((n for n, digest in enumerate(digests) if digest in _states), default=-1)
    replay = Replay(GROUP, forgery.scope)
    if known >= 0:
        replay.state, replay.position = fork(_states[digests[known]]), known + 1
    for line, digest in zip(forgery.lines[known + 1 :], digests[known + 1 :], strict=True):
        try:
            replay.feed(line.entry, line.payload, _facts_of(replay.state, line))
        except EvoteError as error:
            return Refusal(step=line.step, code=error.code)
        _states[digest] = fork(replay.state)
    return None


def state_before(forgery: Forgery, step: str) -> ElectionState:
    """Return the state of the admitted log before a step, to be changed at will."""
    before = Forgery(scope=forgery.scope, lines=forgery.lines[: forgery.index(step)])
    if (refusal := first_refusal(before)) is not None:
        raise ValueError(f"{refusal.step} is not admitted: {refusal.code}")
    return fork(_states[_beginnings(before)[-1]])


def _beginnings(forgery: Forgery) -> list[bytes]:
    running = sha256(forgery.scope)
    digests = []
    for line in forgery.lines:
        running.update(sha256(line.entry).digest() + sha256(line.payload).digest())
        digests.append(running.copy().digest())
    return digests


def _facts_of(state: ElectionState, line: Line) -> BallotFacts | None:
    """Return the facts of a ballot that was found true before; None sends it through every check."""
    if not isinstance(state.context, ElectionKeyContext):
        return None
    try:
        statement = decode_statement(line.entry)
        if statement.kind not in BALLOT_KINDS:
            return None
        key = sha256(state.context.h_e + statement.author + line.payload).digest()
        if key not in _facts:
            record = decode_payload(statement.kind, line.payload, GROUP)
            if isinstance(record, ChallengedBallot):
                verify_opening(state.context, record)
            ballot = record.ballot if isinstance(record, ChallengedBallot) else record
            if not isinstance(ballot, Ballot):
                return None
            _facts[key] = verify_ballot(state.context, ballot, statement.author)
        return _facts[key]
    except EvoteError:
        return None
