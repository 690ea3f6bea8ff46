"""The inbox of the embedded board: submission files come in, and leave for `admitted` or `refused`.

Spec: docs/formats.md section 4; docs/protocol.md section 4 for the order of kinds.

Idea: statements are submitted in the order of an election's course, then their files are moved; a file whose statement
is in the log already is admitted again with the old index, so a crash between the two loses and doubles nothing.
Ballots come in batches: while one is committed and published, worker processes verify the next.

Invariants: a bad file stops nobody; a file is moved only after its statement is published or refused; a refused file
has a text beside it with code and reason. A statement that only came too early stays in the inbox; a ballot never
does.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from evote.board.admission import Posting
from evote.board.files import make_folders, reported
from evote.cli.board_local import OpenBoard
from evote.cli.files import write_public
from evote.client.submission import SUFFIX, read_entry, read_submission
from evote.election.kinds import BALLOT_KINDS, Kind
from evote.errors import BoardError, EvoteError
from evote.log.statement import decode_statement

ADMITTED: Final = "admitted"
REFUSED: Final = "refused"
# Submitted together: ballots are verified in batches, and published once for all of them. Some 90 MB, held twice.
BATCH: Final = 8192

_COURSE: Final = {kind.value: number for number, kind in enumerate(Kind)}
_TOO_EARLY: Final = "admission.phase"


@dataclass(frozen=True, slots=True)
class Arrival:
    """A submission file whose entry could be read; of two ballots of one voter the one written later is the later."""

    path: Path
    kind: str
    age: tuple[int, str]


@dataclass(slots=True)
class Collected:
    """What became of the files: index by name, error by name, and files that are no submissions."""

    admitted: dict[str, int] = field(default_factory=dict)
    refused: dict[str, EvoteError] = field(default_factory=dict)
    waiting: dict[str, EvoteError] = field(default_factory=dict)
    ignored: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Batch:
    """Files that were read; `examined` is there where their examination was begun ahead."""

    size: int
    postings: dict[Arrival, Posting]
    examined: Future[None] | None

    @property
    def has_ballots_alone(self) -> bool:
        """Whether what may stand after it depends on it by the voter's own ballots at the most."""
        return all(arrival.kind in BALLOT_KINDS for arrival in self.postings)


def collect(opened: OpenBoard, inbox: Path, progress: Callable[[int], None]) -> Collected:
    """Submit every file of an inbox and move it; raise BoardError where the board can't go on."""
    collected = Collected()
    make_folders(inbox / ADMITTED)
    make_folders(inbox / REFUSED)
    arrivals = sorted(_arrivals(inbox, collected), key=lambda arrival: (_COURSE.get(arrival.kind, -1), arrival.age))
    waiting: _Batch | None = None
    ahead = ThreadPoolExecutor(1)
    try:
        for start in range(0, len(arrivals), BATCH):
            batch = _read_batch(inbox, arrivals[start : start + BATCH], collected)
            if opened.examiner and batch.has_ballots_alone and (waiting is None or waiting.has_ballots_alone):
                examined = ahead.submit(opened.examiner.examine_ahead, tuple(batch.postings.values()))
                batch = replace(batch, examined=examined)
            if waiting is not None:
                _submit(opened, inbox, waiting, collected, progress)
            waiting = batch
        if waiting is not None:
            _submit(opened, inbox, waiting, collected, progress)
    finally:
        ahead.shutdown(cancel_futures=True)
    return collected


def _read_batch(inbox: Path, arrivals: Sequence[Arrival], collected: Collected) -> _Batch:
    postings = {arrival: posting for arrival in arrivals if (posting := _read(inbox, arrival, collected)) is not None}
    return _Batch(size=len(arrivals), postings=postings, examined=None)


def _submit(
    opened: OpenBoard, inbox: Path, batch: _Batch, collected: Collected, progress: Callable[[int], None]
) -> None:
    """Submit and publish a batch, and move its files."""
    postings = list(batch.postings.values())
    if batch.examined is not None:
        batch.examined.result()
    tickets = opened.board.submit_many(postings)
    if opened.examiner is not None:
        # Of statements that were in the log already.
        opened.examiner.forget(postings)
    opened.board.flush()
    for arrival, ticket in zip(batch.postings, tickets, strict=True):
        error = ticket.refusal
        if error is None:
            collected.admitted[arrival.path.name] = ticket.index
            _move(arrival.path, inbox / ADMITTED)
        elif error.code == _TOO_EARLY and arrival.kind not in BALLOT_KINDS:
            collected.waiting[arrival.path.name] = error
        else:
            _refuse(inbox, arrival.path, error, collected)
    progress(batch.size)


def count_submissions(inbox: Path) -> int:
    """Return how many submission files lie in an inbox."""
    return sum(1 for _ in inbox.glob(f"*{SUFFIX}")) if inbox.is_dir() else 0


def _arrivals(inbox: Path, collected: Collected) -> Iterator[Arrival]:
    for path in sorted(inbox.iterdir()):
        # A hidden file is one that somebody is still writing, or was writing when the program was killed.
        if path.name.startswith(".") or (path.name in (ADMITTED, REFUSED) and path.is_dir()):
            continue
        if not path.name.endswith(SUFFIX) or path.is_symlink() or not path.is_file():
            collected.ignored.append(path.name)
            continue
        try:
            yield Arrival(
                path=path,
                kind=decode_statement(read_entry(path)).kind,
                age=(path.stat().st_mtime_ns, path.name),
            )
        except (BoardError, EvoteError) as error:
            _set_aside(inbox, path, error, collected)


def _read(inbox: Path, arrival: Arrival, collected: Collected) -> Posting | None:
    """Return what is in a file, None where it is not whole: then it is refused or waits."""
    try:
        submission = read_submission(arrival.path)
    except EvoteError as error:
        _set_aside(inbox, arrival.path, error, collected)
        return None
    return Posting(statement=submission.entry, payload=submission.payload, commitments=submission.commitments)


def _set_aside(inbox: Path, path: Path, error: EvoteError, collected: Collected) -> None:
    if isinstance(error, BoardError):
        # It can't be read now; that says nothing about what is in it.
        collected.waiting[path.name] = error
    else:
        _refuse(inbox, path, error, collected)


def _refuse(inbox: Path, path: Path, error: EvoteError, collected: Collected) -> None:
    collected.refused[path.name] = error
    write_public(inbox / REFUSED / f"{path.name}.txt", f"{error.code}\n{error.message}\n".encode())
    _move(path, inbox / REFUSED)


def _move(path: Path, folder: Path) -> None:
    """Move a file whose statement is published or refused.

    Not forced onto the disk: a file that is back in the inbox after a power cut is answered as before.
    """
    with reported(path):
        os.rename(path, folder / path.name)
