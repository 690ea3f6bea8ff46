"""Attacks on the election-aware witness: it must not be brought to sign what it has not verified."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from evote import canonical_json
from evote.bulk.verification import BallotTask, verify_ballot_statement
from evote.client.place import open_record
from evote.client.reader import RecordReader
from evote.client.source import RecordSource
from evote.election.kinds import Kind
from evote.log.bundles import encode_bundle
from evote.log.evidence import Conflict, decode_evidence, verify_evidence
from evote.log.statement import decode_statement, encode_statement, sign_statement
from evote.log.tiles import TILE_WIDTH, TileKind, bundle_at, tile_path
from evote.witness.auditor import Auditor
from evote.witness.identity import Meaning
from evote.witness.open_witness import create_witness, open_witness, pin_log
from evote.witness.store import EvidenceKind
from evote.witness.witness import Witness
from tests.election.built_election import paper_election, person
from tests.log.known import refusal
from tests.witness.scene import ORIGIN, Clock, Log
from tests.witness.test_auditor import Entry, Record, audit, said, story_until


@pytest.fixture
def record(tmp_path: Path) -> Record:
    """Return an empty record."""
    (tmp_path / "record").mkdir()
    return Record(tmp_path / "record")


class House:
    """An auditing witness's folder, which is opened as often as its process is started."""

    def __init__(self, folder: Path, place: str) -> None:
        """Make the witness and pin the log."""
        self.folder = folder
        create_witness(folder, "auditor.example/a1", Meaning.AUDIT, lambda count: b"a" * count)
        pin_log(folder, Log().key, ORIGIN, place)
        self.witness = self._open()

    def restart(self) -> Witness:
        """Return the witness of a new process."""
        self.witness.store.close()
        self.witness = self._open()
        return self.witness

    def _open(self) -> Witness:
        return open_witness(self.folder, Meaning.AUDIT, Clock())

    def size(self) -> int:
        """Return the size cosigned last, 0 before the first."""
        latest = self.witness.store.latest(ORIGIN)
        return latest.size if latest else 0


@pytest.fixture
def house(tmp_path: Path, record: Record) -> Iterator[House]:
    """Return an auditing witness of the record."""
    made = House(tmp_path / "auditor", str(record.folder))
    yield made
    made.witness.store.close()


FALSE = said("Mallory", Kind.CLOSE, b"{}")


def test_a_restart_makes_it_sign_nothing(record: Record, house: House) -> None:
    """What one process refused the next one reads again and refuses, as often as it is started."""
    record.add(story_until(Kind.KEYS)[:5])
    assert house.witness.add_checkpoint(record.request(0)).status == 200
    record.add([FALSE])
    for _ in range(3):
        assert house.witness.add_checkpoint(record.request(5)).status == 422
        house.restart()
    assert house.size() == 5


def test_a_log_does_not_get_away_by_waiting_for_a_restart(record: Record, house: House) -> None:
    """A refused entry, a restart, and a history without it: not signed, and the refused checkpoint convicts the log."""
    record.add(story_until(Kind.KEYS)[:5])
    assert house.witness.add_checkpoint(record.request(0)).status == 200
    record.add([FALSE])
    assert house.witness.add_checkpoint(record.request(5)).status == 422
    record.entries[5:] = paper_election().entries()[5:9]
    record.write()
    for _ in range(2):
        assert house.restart().add_checkpoint(record.request(5)).status == 422
    kept = [one for one in house.witness.store.evidence(ORIGIN) if one.kind is EvidenceKind.CONTRADICTION]
    assert [verify_evidence(decode_evidence(one.data), [Log().key]).conflict for one in kept] == [Conflict.PREFIX]
    assert house.size() == 5


def test_a_mistake_of_the_auditor_s_own_is_corrected_by_a_restart(
    record: Record, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An honest log that was refused by mistake is cosigned by a process that judges better, and grows on."""
    record.add(story_until(Kind.KEYS)[:5])
    with monkeypatch.context() as patch:
        patch.setattr(Auditor, "_is_of_election", lambda *_: decode_statement(b"mistaken"))
        assert house.witness.add_checkpoint(record.request(0)).status == 422
    assert house.witness.add_checkpoint(record.request(0)).status == 422
    assert house.restart().add_checkpoint(record.request(0)).status == 200
    record.add(story_until(Kind.KEYS)[5:7])
    assert house.witness.add_checkpoint(record.request(5)).status == 200


def test_one_log_does_not_hold_every_thread(record: Record, house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """While a log is audited, more requests of it are answered at once, and another log is served."""
    other = Log(origin="log.example/empty", seed=b"O" * 32)
    pin_log(house.folder, other.key, other.origin, str(record.folder))
    record.add(story_until(Kind.KEYS)[:5])
    known = record.request(5)
    assert house.witness.add_checkpoint(record.request(0)).status == 200
    record.add(story_until(Kind.KEYS)[5:7])
    is_reading, goes_on = threading.Event(), threading.Event()
    statements = RecordReader.statements

    def slow(reader: RecordReader, start: int = 0) -> object:
        if reader.checkpoint.origin == ORIGIN:
            is_reading.set()
            assert goes_on.wait(20)
        return statements(reader, start)

    monkeypatch.setattr(RecordReader, "statements", slow)
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(house.witness.add_checkpoint, record.request(5))
        assert is_reading.wait(20)
        flood = [house.witness.add_checkpoint(record.request(5)) for _ in range(20)]
        elsewhere = house.witness.add_checkpoint(other.request(0, 0))
        wrong, again = house.witness.add_checkpoint(record.request(4)), house.witness.add_checkpoint(known)
        goes_on.set()
        answer = first.result(20)
    assert {(one.status, one.code) for one in flood} == {(503, "audit.busy")}
    assert [one.status for one in (elsewhere, wrong, again, answer)] == [200, 409, 200, 200]
    assert house.size() == 7


def test_a_stranger_s_replays_do_not_keep_it_busy(record: Record, house: House) -> None:
    """What was cosigned is cosigned again without reading: whoever repeats it delays nobody."""
    record.add(story_until(Kind.KEYS)[:5])
    assert house.witness.add_checkpoint(record.request(0)).status == 200
    record.folder.rename(record.folder.with_name("away"))
    assert house.restart().add_checkpoint(record.request(5)).status == 200
    record.entries += story_until(Kind.KEYS)[5:6]
    assert house.witness.add_checkpoint(record.request(5)).status == 503


def test_a_race_between_a_true_and_a_false_history(record: Record, house: House) -> None:
    """Eight threads ask for the true tree or for the one with a false entry: only the true one is signed."""
    record.add(story_until(Kind.KEYS)[:6])
    true = record.request(0)
    record.add([FALSE])
    false = record.request(0)
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(house.witness.add_checkpoint, [true, false] * 4))
    assert not [answer for answer in answers[1::2] if answer.status == 200]
    assert house.size() in (0, 6)
    while (answer := house.witness.add_checkpoint(true)).status == 503:
        pass
    assert answer.status in (200, 409)
    assert house.size() == 6


def test_a_record_that_changes_after_it_was_read(record: Record, house: House) -> None:
    """What is signed is the tree that was read: another one in its place a moment later is judged by itself."""
    entries = story_until(Kind.KEYS)[:6]
    record.add(entries)
    asked = record.request(0)
    record.entries[3] = FALSE
    record.write()
    assert house.witness.add_checkpoint(asked).status == 503
    record.entries[3] = entries[3]
    record.write()
    assert house.witness.add_checkpoint(asked).status == 200


def with_side_file(record: Record, change: Callable[[list[bytes]], list[bytes]]) -> None:
    """Write the side file of all ballots' right commitments, changed."""
    context = paper_election().state.key_context
    commitments = []
    for entry, payload in record.entries:
        statement = decode_statement(entry)
        is_true = statement.kind == Kind.BALLOT_CAST and statement.scope == paper_election().state.election_id
        task = BallotTask(statement=statement, payload=payload)
        try:
            facts = verify_ballot_statement(context, task, keep_commitments=True) if is_true else None
        except Exception:  # noqa: BLE001 2026-11-22: the false ballot of a test has the commitments of none
            facts = None
        commitments.append(facts.commitments if facts else b"")
    changed = change(commitments)
    for number in range(-(-len(changed) // TILE_WIDTH)):
        tile = bundle_at(TileKind.COMMITMENTS, number, len(changed))
        place = record.folder / tile_path(tile)
        place.parent.mkdir(parents=True, exist_ok=True)
        first = number * TILE_WIDTH
        place.write_bytes(encode_bundle(TileKind.COMMITMENTS, changed[first : first + TILE_WIDTH]))


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda data: data, id="right"),
        pytest.param(lambda data: [b""] * len(data), id="empty"),
        pytest.param(lambda data: [one[::-1] for one in data], id="garbage"),
        pytest.param(lambda data: [one[:-1] for one in data], id="short"),
        pytest.param(lambda data: data[1:] + data[:1], id="shifted"),
    ],
)
def test_a_side_file_decides_nothing(record: Record, change: Callable[[list[bytes]], list[bytes]]) -> None:
    """Commitments that are right, missing or wrong neither save a false ballot nor spoil true ones."""
    auditor = Auditor((Log().key,), lambda: open_record(str(record.folder)), 1)
    entries = story_until(Kind.CLOSE)
    record.add(entries)
    with_side_file(record, change)
    assert audit(auditor, record) == ""

    ballot = paper_election().step(Kind.BALLOT_CAST, -1)
    payload = json.loads(ballot.payload)
    proof = payload["contests"][0]["selections"][0]
    proof["responses"][0] = f"{int(proof['responses'][0], 16) ^ 1:064x}"
    record.entries.pop()
    index = [entry for entry, _ in record.entries].index(ballot.entry)
    record.entries[index] = said("Kim", Kind.BALLOT_CAST, canonical_json.encode(payload))
    record.write()
    with_side_file(record, change)
    refused = audit(Auditor((Log().key,), lambda: open_record(str(record.folder)), 1), record)
    assert f"log entry {index} (ballot.cast)" in refused


def _mis_signed(entry: Entry) -> Entry:
    statement = decode_statement(entry[0])
    other = sign_statement(person("Mallory"), kind=statement.kind, scope=statement.scope, payload=entry[1])
    return encode_statement(
        type(statement)(
            author=statement.author,
            kind=statement.kind,
            scope=statement.scope,
            payload_hash=statement.payload_hash,
            signature=other.signature,
        )
    ), entry[1]


@pytest.mark.parametrize(
    "entry",
    [
        pytest.param(_mis_signed(said("Ann", "badge.issued", b"{}", b"\x05" * 32)), id="another service, mis-signed"),
        pytest.param(said("authority", Kind.CLOSE, b"{}", b"\x05" * 32), id="an election it does not know"),
        pytest.param(said("Ada", Kind.BALLOT_CAST, b"{}", b"\x05" * 32), id="a ballot of no election"),
        pytest.param(said("trustee 1", Kind.TRUSTEE_KEYS, b"{}", bytes(32)), id="a trustee of no election"),
        pytest.param(said("Mallory", "ballot.counted", b"{}"), id="a kind it does not know in a known election"),
        pytest.param(said("Mallory", "badge.issued", b"{}"), id="another service in a known election"),
        pytest.param((b"", b""), id="an empty entry"),
        pytest.param((b"{}", b""), id="an object that says nothing"),
        pytest.param((b"\x00" * 1024, b""), id="zeros"),
    ],
)
def test_no_entry_is_overlooked(record: Record, house: House, entry: Entry) -> None:
    """Between good statements and other services' ones, each of these keeps the signature back."""
    badge = said("Mallory", "badge.issued", b"anything", b"\x06" * 32)
    record.add([badge, *story_until(Kind.KEYS)[:5], badge])
    assert house.witness.add_checkpoint(record.request(0)).status == 200
    record.add([badge, entry, badge])
    assert house.witness.add_checkpoint(record.request(7)).status == 422
    assert house.size() == 7


def test_a_payload_that_is_not_there_is_not_signed_for(record: Record, house: House) -> None:
    """Another service's payload too has to lie beside its statement; a log without it is not signed for, nor blamed."""
    entry, _ = said("Mallory", "badge.issued", b"the badge", b"\x05" * 32)
    record.add([*story_until(Kind.KEYS)[:5], (entry, b"something else")])
    assert house.witness.add_checkpoint(record.request(0)).status == 503
    assert house.witness.store.evidence(ORIGIN) == ()


def test_a_source_that_tells_two_stories(record: Record) -> None:
    """A record that shows true payloads at first and others the second time: nothing passes unverified."""
    record.add(story_until(Kind.CLOSE))
    folder = str(record.folder)
    reads: dict[str, int] = {}

    class Changing:
        """Shows each bundle as it is at first, then with a bit changed."""

        def __init__(self, source: RecordSource) -> None:
            self._source = source

        def read(self, path: str) -> bytes:
            data = self._source.read(path)
            reads[path] = reads.get(path, 0) + 1
            is_second = reads[path] > 1 and "payloads" in path
            return data[:-40] + bytes([data[-40] ^ 1]) + data[-39:] if is_second else data

        def __enter__(self) -> Changing:
            return self

        def __exit__(self, *_: object) -> None:
            return None

    with open_record(folder) as source:
        changing = Changing(source)
        auditor = Auditor((Log().key,), lambda: changing, 1)
        assert refusal(auditor, *record.checkpoint()) == "audit.unreadable"
