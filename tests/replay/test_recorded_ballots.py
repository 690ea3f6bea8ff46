"""A replay that adds ciphertexts up and holds none: the same tally, with what stops counting read again."""

from pathlib import Path

import pytest

from evote.client.reader import RecordReader, open_checkpoint
from evote.client.source import FolderSource
from evote.election.kinds import Kind
from evote.election.tally import compute_tally, counted_ballots
from evote.errors import VerificationError
from evote.log.tiles import TileKind
from evote.replay import record
from evote.replay.record import RecordReplay
from evote.replay.recorded_ballots import RecordedBallots
from evote.replay.replay import Replay
from tests.client.records import write_folder
from tests.election.built_election import Story, paper_election, real_group
from tests.forge.log import Forgery, Line
from tests.forge.record import NO_WITNESSES, files_of


@pytest.fixture(autouse=True)
def _ranges_from_the_first_ballot(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(record, "MINIMUM_ENTRIES", 1)


def _folder(folder: Path, story: Story, kind: Kind) -> Path:
    """Write the record of a story up to the first statement of a kind, that one included."""
    steps = list(story.steps)
    end = next(i for i, step in enumerate(steps, 1) if step.submission.kind is kind)
    lines = tuple(Line(step=str(i), entry=s.entry, payload=s.payload) for i, s in enumerate(steps[:end]))
    return write_folder(folder, files_of(Forgery(scope=story.state.election_id, lines=lines)))


def _reader(folder: Path) -> RecordReader:
    source = FolderSource(folder)
    return RecordReader(source, open_checkpoint(source, NO_WITNESSES))


def _replay(folder: Path, replay: Replay, reader: RecordReader | None = None) -> Replay:
    RecordReplay(replay, reader or _reader(folder), folder, 1, seen=lambda _: None, progress=lambda _: None).run()
    return replay


def _light() -> Replay:
    group = real_group()
    return Replay(group, paper_election().state.election_id, RecordedBallots(group))


def test_the_tally_is_that_of_a_state_with_ciphertexts(tmp_path: Path) -> None:
    """Re-votes and an annulled ballot included; `election.tally` is admitted, and no ballot is held."""
    folder = _folder(tmp_path, paper_election(), Kind.TALLY)
    light, full = _replay(folder, _light()), _replay(folder, Replay(real_group(), paper_election().state.election_id))
    assert compute_tally(light.state) == compute_tally(full.state) == full.state.tally
    assert light.state.box == full.state.box
    assert all(full_one.held for full_one in counted_ballots(full.state))
    assert not any(ballot.held for ballot in counted_ballots(light.state))


def test_only_what_stops_counting_is_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One read for each ballot that was cast and does not count any more."""
    folder = _folder(tmp_path, paper_election(), Kind.CLOSE)
    codes: list[bytes] = []
    read = RecordedBallots.read

    def noted(self: RecordedBallots, code: bytes) -> bytes:
        codes.append(code)
        return read(self, code)

    monkeypatch.setattr(RecordedBallots, "read", noted)
    state = _replay(folder, _light()).state
    assert len(set(codes)) == len(codes) == sum(state.box.cast_count.values()) - len(state.box.latest) > 1
    assert codes[0] not in {ballot.confirmation_code for ballot in counted_ballots(state)}


def test_a_ballot_is_read_again_as_it_was_admitted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The ciphertexts that a full state holds; a payload that was exchanged meanwhile is noticed."""
    folder = _folder(tmp_path, paper_election(), Kind.CLOSE)
    reader = _reader(folder)
    light = _replay(folder, _light(), reader)
    full = _replay(folder, Replay(real_group(), paper_election().state.election_id))
    ballots = list(counted_ballots(full.state))
    assert light.ballots is not None
    assert [light.ballots.read(ballot.confirmation_code) for ballot in ballots] == [one.held for one in ballots]

    payloads = reader.bundle(TileKind.PAYLOADS, 0)
    monkeypatch.setattr(reader, "bundle", lambda kind, number: payloads[::-1])
    with pytest.raises(VerificationError) as caught:
        light.ballots.read(ballots[0].confirmation_code)
    assert caught.value.code == "statement.payload_mismatch"


def test_nothing_is_read_again_without_a_record() -> None:
    """Who forgets to open the record hears of it."""
    with pytest.raises(RuntimeError, match="its record is open"):
        RecordedBallots(real_group()).read(bytes(32))
