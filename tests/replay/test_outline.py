"""The course of an election without its ballots: what officials need, from a record whose ballots are never opened."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from evote.client.reader import RecordReader, open_checkpoint
from evote.client.source import FolderSource
from evote.codec.payloads import encode_payload
from evote.election.kinds import BALLOT_KINDS, Kind
from evote.election.records import Closing
from evote.election.result import combine_result
from evote.election.state import ElectionState
from evote.election.tally import district_counts
from evote.errors import BoardError, EvoteError
from evote.log.statement import encode_statement, sign_statement
from evote.log.tiles import TileKind, bundle_at, tile_path
from evote.replay.outline import Outline
from evote.replay.replay import LogEntry
from tests.client.records import write_folder
from tests.election.built_election import paper_election, person, real_group
from tests.forge.log import Forgery, Line
from tests.forge.record import NO_WITNESSES, files_of


@cache
def _log() -> tuple[LogEntry, ...]:
    return tuple(LogEntry(step.entry, step.payload) for step in paper_election().steps)


def _kind_at(kind: Kind) -> int:
    return next(i for i, step in enumerate(paper_election().steps) if step.submission.kind is kind)


def _foreign(number: int) -> LogEntry:
    payload = f'{{"number":{number}}}'.encode()
    statement = sign_statement(person("Mallory"), kind="badge.issued", scope=bytes(32), payload=payload)
    return LogEntry(encode_statement(statement), payload)


def _reader(folder: Path, log: tuple[LogEntry, ...]) -> RecordReader:
    lines = tuple(Line(step=str(i), entry=e.statement, payload=e.payload) for i, e in enumerate(log))
    write_folder(folder, files_of(Forgery(scope=paper_election().state.election_id, lines=lines)))
    source = FolderSource(folder)
    return RecordReader(source, open_checkpoint(source, NO_WITNESSES))


def _outline(folder: Path, log: tuple[LogEntry, ...]) -> ElectionState:
    outline = Outline(real_group())
    outline.read(_reader(folder, log))
    return outline.states[paper_election().state.election_id]


def test_the_outline_is_the_state_but_for_the_ciphertexts(tmp_path: Path) -> None:
    """Phase, trustees, roll, counts and result of the whole story are those of the full replay."""
    state, full = _outline(tmp_path, _log()), paper_election().state
    assert (state.phase, state.trustees, state.roll, state.tally) == (full.phase, full.trustees, full.roll, full.tally)
    assert (state.result, state.final, state.result_digest) == (full.result, full.final, full.result_digest)
    assert district_counts(state) == district_counts(full)
    assert (state.box.cast_count, state.box.challenged_count) == (full.box.cast_count, full.box.challenged_count)


def test_the_phase_is_right_before_every_statement(tmp_path: Path) -> None:
    """Read on after every fifth statement, the outline awaits what the full state awaits."""
    outline = Outline(real_group())
    steps = paper_election().steps
    for end in range(5, len(steps), 5):
        outline.read(_reader(tmp_path / str(end), _log()[:end]))
        assert outline.position == end
        assert outline.states[paper_election().state.election_id].phase is steps[end].before.phase


def test_the_result_can_be_computed_from_it(tmp_path: Path) -> None:
    """Before `election.result`, combining the decryptions gives the very record that was published."""
    state = _outline(tmp_path, _log()[: _kind_at(Kind.RESULT)])
    stated = paper_election().state.result
    assert stated is not None
    assert encode_payload(Kind.RESULT, combine_result(state, stated.trustees)) == encode_payload(Kind.RESULT, stated)


def test_payloads_of_ballots_are_not_even_read(tmp_path: Path) -> None:
    """A bundle of nothing but ballots and other services' statements may be missing; one of the election may not."""
    ballots = [i for i, step in enumerate(paper_election().steps) if step.submission.kind in BALLOT_KINDS]
    first = ballots[0]
    log = (
        *_log()[:first],
        *(_foreign(number) for number in range(256 - first)),
        _log()[first],
        *(_foreign(number) for number in range(255)),
        *_log()[first + 1 :],
    )
    reader = _reader(tmp_path, log)
    path = tile_path(bundle_at(TileKind.PAYLOADS, 1, len(log)))
    (tmp_path / path).unlink()
    Outline(real_group()).read(reader)
    (tmp_path / tile_path(bundle_at(TileKind.PAYLOADS, 0, len(log)))).unlink()
    with pytest.raises(BoardError):
        Outline(real_group()).read(reader)


def test_what_is_not_admissible_is_refused_with_its_place(tmp_path: Path) -> None:
    """A close by somebody else, a changed payload, a tally before the close, a ballot of nobody on the roll."""
    close = _kind_at(Kind.CLOSE)
    scope = paper_election().state.election_id
    h_e = paper_election().state.key_context.h_e
    payload = encode_payload(Kind.CLOSE, Closing(h_e=h_e))
    mallory = encode_statement(sign_statement(person("Mallory"), kind=Kind.CLOSE, scope=scope, payload=payload))
    ballot = _log()[_kind_at(Kind.BALLOT_CAST)]
    stolen = encode_statement(
        sign_statement(person("Mallory"), kind=Kind.BALLOT_CAST, scope=scope, payload=ballot.payload)
    )
    tally = _log()[_kind_at(Kind.TALLY)]
    others_tally = encode_statement(
        sign_statement(person("Mallory"), kind=Kind.TALLY, scope=scope, payload=tally.payload)
    )
    at_tally = _kind_at(Kind.TALLY)
    for number, (log, code) in enumerate(
        [
            ((*_log()[:close], LogEntry(mallory, payload)), "admission.author"),
            ((*_log()[:close], _log()[close]._replace(payload=b"{}")), "statement.payload_mismatch"),
            ((*_log()[:close], tally), "admission.phase"),
            ((*_log()[:close], LogEntry(stolen, ballot.payload)), "ballot.not_on_roll"),
            ((*_log()[:at_tally], LogEntry(others_tally, tally.payload)), "admission.author"),
        ]
    ):
        with pytest.raises(EvoteError) as caught:
            _outline(tmp_path / str(number), log)
        assert caught.value.code == code
        assert f"log entry {len(log) - 1} " in caught.value.message
