"""Replaying a record from its folder or archive: the state and the first error of replaying its entries one by one."""

import os
import shutil
from collections.abc import Callable, Generator, Iterable
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from evote.bulk import ranges
from evote.bulk.verification import BallotTask, BulkVerifier
from evote.client.reader import RecordReader, open_checkpoint
from evote.client.source import ArchiveSource, FolderSource
from evote.election.ballot_check import BallotFacts
from evote.election.kinds import BALLOT_KINDS, Kind
from evote.election.state import ElectionState, Phase
from evote.errors import BoardError, EvoteError, VerificationError
from evote.log.statement import Statement, decode_statement, encode_statement, sign_statement
from evote.log.tiles import TILE_WIDTH
from evote.replay import record
from evote.replay.record import RecordReplay
from evote.replay.replay import LogEntry, Replay
from tests.client.records import write_archive, write_folder
from tests.election.built_election import VOTERS, paper_election, person, real_group
from tests.forge.log import Forgery, Line
from tests.forge.record import NO_WITNESSES, files_of

Log = list[LogEntry]
PADDING = 300


@pytest.fixture(autouse=True)
def _ranges_from_the_first_ballot(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(record, "MINIMUM_ENTRIES", 1)


def _foreign(number: int, name: str = "Mallory") -> LogEntry:
    payload = f'{{"number":{number}}}'.encode()
    statement = sign_statement(person(name), kind="badge.issued", scope=bytes(32), payload=payload)
    return LogEntry(encode_statement(statement), payload)


@cache
def _log() -> tuple[LogEntry, ...]:
    """Return the story with its ballots' commitments; what others say between them makes three bundles of it."""
    story = paper_election()
    beside = _commitments()
    entries = [LogEntry(step.entry, step.payload, beside.get(step.entry, b"")) for step in story.steps]
    first = _index(entries, Kind.BALLOT_CAST)
    return (
        *entries[: first + 3],
        *(_foreign(number) for number in range(PADDING)),
        *entries[first + 3 : first + 6],
        *(_foreign(number) for number in range(PADDING, 2 * PADDING)),
        *entries[first + 6 :],
    )


@cache
def _commitments() -> dict[bytes, bytes]:
    """Return what the ballots' verification recomputes, by entry."""
    steps = [step for step in paper_election().steps if step.submission.kind in BALLOT_KINDS]
    tasks = [BallotTask(statement=decode_statement(step.entry), payload=step.payload) for step in steps]
    with BulkVerifier(paper_election().state.key_context, 1, keep_commitments=True) as verifier:
        verdicts = verifier.verify(tasks)
    return {s.entry: v.commitments for s, v in zip(steps, verdicts, strict=True) if isinstance(v, BallotFacts)}


def _index(log: Iterable[LogEntry], kind: Kind) -> int:
    return next(i for i, entry in enumerate(log) if f'"kind":"{kind}"'.encode() in entry.statement)


def _files(log: Iterable[LogEntry], *, side_file: bool = True) -> dict[str, bytes]:
    lines = tuple(Line(step=str(i), entry=e.statement, payload=e.payload) for i, e in enumerate(log))
    forgery = Forgery(scope=_scope(), lines=lines)
    return files_of(forgery, side_file=[e.commitments for e in log] if side_file else ())


def _scope() -> bytes:
    return paper_election().state.election_id


def _facts(state: ElectionState) -> tuple[object, ...]:
    return state.phase, state.trustees, state.roll, state.box, state.tally, state.result, state.share_keys


def _replay(place: Path, workers: int, replay: Replay | None = None, workers_read: Path | None = None) -> Replay:
    """Replay a record; `workers_read` is where workers look, if that is another place."""
    replay = replay or Replay(real_group(), _scope())
    source = FolderSource(place) if place.is_dir() else ArchiveSource(place)
    reader = RecordReader(source, open_checkpoint(source, NO_WITNESSES))
    RecordReplay(replay, reader, workers_read or place, workers, seen=lambda _: None, progress=lambda _: None).run()
    return replay


def _plain(log: Iterable[LogEntry]) -> Replay:
    replay = Replay(real_group(), _scope())
    replay.feed_all(log)
    return replay


@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize("write", [write_folder, write_archive])
def test_the_state_is_that_of_the_entries(
    tmp_path: Path, workers: int, write: Callable[[Path, dict[str, bytes]], Path]
) -> None:
    """Folder or archive, one process or two: the state of the story, and other scopes counted."""
    place = write(tmp_path / "record", _files(_log()))

    replay = _replay(place, workers)

    assert _facts(replay.state) == _facts(paper_election().state)
    assert (replay.position, replay.ignored, replay.state.phase) == (len(_log()), 2 * PADDING, Phase.ENDED)


def test_true_ballots_are_verified_in_streams_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where all is well, no ballot of a whole bundle is verified a second time or by itself."""
    # With these no ballot stands at the right edge.
    others = (_foreign(number) for number in range(2 * PADDING, 2 * PADDING + TILE_WIDTH))
    folder = write_folder(tmp_path, _files([*_log(), *others]))
    for name in ("evote.election.ballot_batch.verify_ballot", "evote.bulk.verification.verify_ballots"):
        monkeypatch.delattr(name)

    assert _facts(_replay(folder, 1).state) == _facts(paper_election().state)


@pytest.mark.parametrize("workers", [1, 2])
def test_the_right_edge_is_read_before_a_growing_log_takes_it_away(
    tmp_path: Path, workers: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Partial bundles that are gone when ranges are read cost nothing: no range is fed, and the state is the same."""
    folder = write_folder(tmp_path, _files(_log()))
    fed: list[LogEntry] = []
    prove_ranges = ranges.prove_ranges

    def prove(*arguments: Any) -> Generator[ranges.ProvedRange | ranges.BallotRange]:
        for partial in list(folder.rglob("*.p")):
            shutil.rmtree(partial)
        monkeypatch.setattr(RecordReplay, "_feed", lambda *_: fed.append(_log()[0]))
        return prove_ranges(*arguments)

    monkeypatch.setattr(record, "prove_ranges", prove)

    assert _facts(_replay(folder, workers).state) == _facts(paper_election().state)
    assert not fed


def test_every_statement_is_seen_and_counted(tmp_path: Path) -> None:
    """Whoever follows the record hears of each statement of the election once, in order, and of every entry's turn."""
    folder = write_folder(tmp_path, _files(_log()))
    source = FolderSource(folder)
    reader = RecordReader(source, open_checkpoint(source, NO_WITNESSES))
    seen: list[Statement] = []
    counted: list[int] = []

    replay = Replay(real_group(), _scope())
    RecordReplay(replay, reader, folder, 2, seen=seen.append, progress=counted.append).run()

    assert [encode_statement(each) for each in seen] == [step.entry for step in paper_election().steps]
    assert sum(counted) == len(_log())
    assert all(count > 0 for count in counted)


@pytest.mark.parametrize("side_file", [True, False])
def test_progress_counts_every_entry_once(tmp_path: Path, side_file: bool) -> None:
    """Also where workers have read what must then be fed one by one."""
    folder = write_folder(tmp_path, _files(_log(), side_file=side_file))
    source = FolderSource(folder)
    reader = RecordReader(source, open_checkpoint(source, NO_WITNESSES))
    counted: list[int] = []

    replay = Replay(real_group(), _scope())
    RecordReplay(replay, reader, folder, 1, seen=lambda _: None, progress=counted.append).run()

    assert sum(counted) == len(_log())


def test_a_replay_goes_on_where_it_stopped(tmp_path: Path) -> None:
    """A later look takes what is new, from the middle of a bundle on."""
    log = list(_log())
    middle = _index(log, Kind.BALLOT_CAST) + 2
    replay = _replay(write_folder(tmp_path / "early", _files(log[:middle])), 2)
    assert replay.position == middle

    _replay(write_folder(tmp_path / "late", _files(log)), 2, replay)
    again = _replay(tmp_path / "late", 2, replay)

    assert _facts(again.state) == _facts(paper_election().state)


def test_short_logs_need_no_ranges(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Below the minimum everything is fed one by one."""
    monkeypatch.setattr(record, "MINIMUM_ENTRIES", 10_000)
    monkeypatch.delattr("evote.replay.record.prove_ranges")

    assert _facts(_replay(write_folder(tmp_path, _files(_log())), 2).state) == _facts(paper_election().state)


def _swapped(log: Log) -> Log:
    """Put each ballot's commitments beside another ballot."""
    places = [i for i, entry in enumerate(log) if entry.commitments]
    turned = dict(zip(places, [log[i].commitments for i in (*places[1:], places[0])], strict=True))
    return [entry._replace(commitments=turned.get(i, b"")) for i, entry in enumerate(log)]


def _damaged(log: Log) -> Log:
    """Change one bit of the commitments of one ballot."""
    place = _index(log, Kind.BALLOT_CAST)
    data = log[place].commitments
    return [*log[:place], log[place]._replace(commitments=data[:-1] + bytes((data[-1] ^ 1,))), *log[place + 1 :]]


@pytest.mark.parametrize("change", [_swapped, _damaged])
def test_a_false_side_file_costs_time_only(tmp_path: Path, change: Callable[[Log], Log]) -> None:
    """Commitments that are another ballot's or damaged lead to the same state."""
    folder = write_folder(tmp_path, _files(change(list(_log()))))

    assert _facts(_replay(folder, 2).state) == _facts(paper_election().state)


def test_a_missing_side_file_costs_time_only(tmp_path: Path) -> None:
    """So does a record without commitments."""
    folder = write_folder(tmp_path, _files(_log(), side_file=False))

    assert _facts(_replay(folder, 1).state) == _facts(paper_election().state)


def test_what_workers_read_must_be_the_log(tmp_path: Path) -> None:
    """A worker that is shown ballots that are not in the log proves nothing: the log's own are read instead."""
    log = list(_log())
    first = _index(log, Kind.BALLOT_CAST)
    other = [*log[:first], log[first + 1], log[first], *log[first + 2 :]]
    shown = write_folder(tmp_path / "other", _files(other))
    folder = write_folder(tmp_path / "log", _files(log))

    replay = _replay(folder, 2, workers_read=shown)

    assert _facts(replay.state) == _facts(paper_election().state)


def test_an_invented_ballot_is_never_admitted(tmp_path: Path) -> None:
    """A true ballot that workers find in the place of another statement is not in the log, so it is not counted."""
    log = list(_log())
    first, foreign = _index(log, Kind.BALLOT_CAST), next(i for i, e in enumerate(log) if b"badge" in e.statement)
    shown = write_folder(tmp_path / "other", _files([*log[:foreign], log[first], *log[foreign + 1 :]]))
    without = [*log[:first], _foreign(-1), *log[first + 1 :]]
    folder = write_folder(tmp_path / "log", _files(without))

    assert _error(lambda: _replay(folder, 1, workers_read=shown)) == _error(lambda: _plain(without))


def _error(action: Callable[[], object]) -> tuple[type, str, str] | None:
    try:
        action()
    except EvoteError as error:
        return type(error), error.code, error.message
    return None


def _said(name: str, kind: Kind, payload: bytes) -> LogEntry:
    statement = sign_statement(person(name), kind=kind, scope=_scope(), payload=payload)
    return LogEntry(encode_statement(statement), payload)


def _other_author(log: Log) -> Log:
    place = _index(log, Kind.BALLOT_CAST)
    ballot = _said("Ben", Kind.BALLOT_CAST, log[place].payload)._replace(commitments=log[place].commitments)
    return [*log[:place], ballot, *log[place + 1 :]]


def _twice(log: Log) -> Log:
    place = _index(log, Kind.BALLOT_CAST)
    return [*log[: place + 400], log[place], *log[place + 400 :]]


def _changed(part: bytes, kind: Kind) -> Callable[[Log], Log]:
    """Return a change of one digit in the payload, signed anew by the ballot's author."""

    def change(log: Log) -> Log:
        place = _index(log, kind)
        entry = log[place]
        at = entry.payload.index(part) + len(part)
        digit = b"1" if entry.payload[at : at + 1] != b"1" else b"2"
        payload = entry.payload[:at] + digit + entry.payload[at + 1 :]
        author = next(s for s in paper_election().steps if s.entry == entry.statement).submission.author
        name = next(voter.name for voter in VOTERS if person(voter.name).public_key == author)
        return [*log[:place], _said(name, kind, payload)._replace(commitments=entry.commitments), *log[place + 1 :]]

    return change


def _unsigned(log: Log) -> Log:
    place = _index(log, Kind.BALLOT_CAST)
    return [*log[:place], log[place]._replace(payload=log[place].payload + b" "), *log[place + 1 :]]


def _no_close(log: Log) -> Log:
    place = _index(log, Kind.CLOSE)
    return [*log[:place], *log[place + 1 :]]


def _no_statement(log: Log) -> Log:
    place = _index(log, Kind.CLOSE)
    return [*log[:place], LogEntry(b"no statement", b"{}"), *log[place + 1 :]]


CHANGES: dict[str, Callable[[Log], Log]] = {
    "a ballot under another name": _other_author,
    "a ballot twice": _twice,
    "a response": _changed(b'"responses":["', Kind.BALLOT_CAST),
    "a challenge": _changed(b'"challenges":["', Kind.BALLOT_CAST),
    "an alpha": _changed(b'"alpha":"', Kind.BALLOT_CAST),
    "an opening": _changed(b'"nonce":"', Kind.BALLOT_CHALLENGED),
    "a payload that was not signed": _unsigned,
    "no close": _no_close,
    "no statement": _no_statement,
    "a false ballot and no close": lambda log: _no_close(_other_author(log)),
}


@pytest.mark.parametrize(
    ("name", "workers"), [*((name, 1) for name in CHANGES), ("a response", 2), ("a false ballot and no close", 2)]
)
def test_the_first_error_is_that_of_the_entries(tmp_path: Path, workers: int, name: str) -> None:
    """Whatever is wrong, class, code and message with its index are those of the plain replay."""
    log = CHANGES[name](list(_log()))
    expected = _error(lambda: _plain(log))
    folder = write_folder(tmp_path, _files(log))

    assert expected is not None
    assert _error(lambda: _replay(folder, workers)) == expected


def test_other_scopes_are_still_verified(tmp_path: Path) -> None:
    """A statement of another service with a signature that is not its author's is refused."""
    log = list(_log())
    place = next(i for i, entry in enumerate(log) if b"badge" in entry.statement)
    false = log[place].statement.replace(b'"kind":"badge.issued"', b'"kind":"badge.revoked"')
    folder = write_folder(tmp_path, _files([*log[:place], LogEntry(false, log[place].payload), *log[place + 1 :]]))

    with pytest.raises(VerificationError) as caught:
        _replay(folder, 1)

    assert caught.value.code == "signature.invalid"


@pytest.mark.parametrize("workers", [1, 2])
def test_a_missing_bundle_is_an_error(tmp_path: Path, workers: int) -> None:
    """A record of which a part can't be read is never a verdict on what it holds."""
    folder = write_folder(tmp_path, _files(_log()))
    (folder / "tile" / "payloads" / "001").unlink()

    with pytest.raises(BoardError) as caught:
        _replay(folder, workers)

    assert caught.value.code == "record.not_found"


def test_a_worker_that_dies_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A lost process proves nothing and says so."""
    folder = write_folder(tmp_path, _files(_log()))
    monkeypatch.setattr(ranges, "_prove", end_process)

    with pytest.raises(BoardError) as caught:
        _replay(folder, 2)

    assert caught.value.code == "bulk.worker_crashed"


def end_process(_task: object) -> None:
    """End a worker process as a lack of memory would."""
    os._exit(9)


def test_ballots_that_were_admitted_are_all_proved(tmp_path: Path) -> None:
    """Every ballot of the story is among what the ranges prove, at its index, with the facts of its verification."""
    log = list(_log())
    folder = write_folder(tmp_path, _files(log))
    context = paper_election().state.key_context
    proved: dict[int, ranges.ProvedBallot] = {}
    start = _index(log, Kind.OPEN) + 1
    for result in ranges.prove_ranges(
        context, ranges.split_ranges(str(folder), len(log), _scope(), start, 1), 1, print
    ):
        assert isinstance(result, ranges.ProvedRange)
        proved.update(result.ballots)
    steps = [step for step in paper_election().steps if step.submission.kind in BALLOT_KINDS]

    assert [log[index].statement for index in sorted(proved)] == [step.entry for step in steps]
    for (_, ballot), step in zip(sorted(proved.items()), steps, strict=True):
        assert step.facts is not None
        assert ballot.facts.component_digests == step.facts.component_digests
        assert ballot.facts.commitment_digests == step.facts.commitment_digests
        assert ballot.facts.contests == step.facts.contests
