"""The election-aware witness: it cosigns an election from manifest to end, and refuses what may not stand there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from evote.client.place import open_record
from evote.client.reader import RecordedStatement, RecordReader
from evote.election.kinds import Kind
from evote.errors import BoardError
from evote.log import merkle
from evote.log.checkpoint import Checkpoint, sign_checkpoint
from evote.log.evidence import Conflict, decode_evidence, verify_evidence
from evote.log.statement import encode_statement, sign_statement
from evote.log.witness_protocol import AddCheckpoint, encode_add_checkpoint
from evote.replay.replay import LogEntry, Replay
from evote.witness import auditor as auditor_module
from evote.witness.auditor import Auditor
from evote.witness.identity import Meaning
from evote.witness.open_witness import create_witness, open_witness, pin_log
from evote.witness.store import EvidenceKind
from evote.witness.witness import Answer, AuditError, Witness
from tests.election.built_election import Story, paper_election, person
from tests.log.known import build_files
from tests.witness.scene import ORIGIN, Clock, Log

Entry = tuple[bytes, bytes]


@dataclass
class Record:
    """A log's record in a folder; `entries` are what its checkpoints cover."""

    folder: Path
    entries: list[Entry] = field(default_factory=list)
    sizes: list[int] = field(default_factory=list)

    @property
    def leaves(self) -> list[bytes]:
        """The leaf hashes."""
        return [merkle.leaf_hash(entry) for entry, _ in self.entries]

    def add(self, entries: Sequence[Entry]) -> None:
        """Append entries and write the tiles that a board writes before it asks its witnesses."""
        self.entries += entries
        self.sizes.append(len(self.entries))
        self.write()

    def write(self) -> None:
        """Write tiles and bundles of the last size."""
        files = build_files([entry for entry, _ in self.entries], payloads=[payload for _, payload in self.entries])
        for path, data in files.items():
            (self.folder / path).parent.mkdir(parents=True, exist_ok=True)
            (self.folder / path).write_bytes(data)

    def checkpoint(self) -> tuple[Checkpoint, bytes]:
        """Return the checkpoint of everything, and its signed note."""
        checkpoint = Checkpoint(origin=ORIGIN, size=len(self.entries), root=merkle.root(self.leaves))
        return checkpoint, sign_checkpoint(checkpoint, [Log().signer])

    def request(self, old_size: int) -> bytes:
        """Return the body of a request."""
        proof = merkle.consistency_proof(self.leaves, old_size) if old_size else ()
        return encode_add_checkpoint(AddCheckpoint(old_size=old_size, proof=proof, checkpoint=self.checkpoint()[1]))


@pytest.fixture
def record(tmp_path: Path) -> Record:
    """Return an empty record."""
    (tmp_path / "record").mkdir()
    return Record(tmp_path / "record")


@pytest.fixture
def auditor(record: Record) -> Auditor:
    """Return an auditor of it that has seen nothing."""
    return Auditor((Log().key,), lambda: open_record(str(record.folder)), 1)


def audit(auditor: Auditor, record: Record) -> str:
    """Audit the record's checkpoint; return the reason of a refusal, or ""."""
    try:
        auditor(*record.checkpoint())
    except AuditError as error:
        return error.message
    return ""


def story_until(kind: Kind) -> list[Entry]:
    """Return the entries of the paper election before the first of a kind."""
    story = paper_election()
    return story.entries()[: story.steps.index(story.step(kind))]


def said(name: str, kind: str, payload: bytes, scope: bytes | None = None) -> Entry:
    """Return a signed statement."""
    scope = paper_election().state.election_id if scope is None else scope
    return encode_statement(sign_statement(person(name), kind=kind, scope=scope, payload=payload)), payload


def first_ballot(story: Story) -> Entry:
    """Return a ballot that was good when it was cast."""
    ballot = story.step(Kind.BALLOT_CAST)
    return ballot.entry, ballot.payload


def test_a_whole_election_in_steps(record: Record, auditor: Auditor) -> None:
    """Audited as it grows, with another service's statements between; the states go on where they were."""
    entries = paper_election().entries()
    badge = said("Mallory", "badge.issued", b"{}", bytes(32))
    for start in range(0, len(entries), 12):
        record.add([*entries[start : start + 12], badge])
        assert audit(auditor, record) == ""
    assert audit(auditor, record) == ""


def test_it_reads_only_what_is_new(record: Record, auditor: Auditor, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second audit reads statements from where the first ended."""
    starts: list[int] = []
    statements = RecordReader.statements

    def watched(reader: RecordReader, start: int = 0) -> Iterator[RecordedStatement]:
        starts.append(start)
        return statements(reader, start)

    monkeypatch.setattr(RecordReader, "statements", watched)
    entries = paper_election().entries()
    record.add(entries[:5])
    audit(auditor, record)
    record.add(entries[5:9])
    audit(auditor, record)
    assert starts == [0, 0, 5, 5]


@pytest.mark.parametrize(
    ("before", "false", "reason"),
    [
        pytest.param(Kind.PAPER, "ballot", "admission.phase", id="ballot after the close"),
        pytest.param(None, "ballot", "admission.ended", id="growth after the end"),
        pytest.param(Kind.BALLOT_CAST, "ballot of Ben", "ballot.identifier", id="ballot under another name"),
        pytest.param(Kind.CLOSE, "ballot", "ballot.repeated_id", id="ballot copied"),
        pytest.param(Kind.PARAMETERS, "close", "admission.phase", id="close before open"),
        pytest.param(Kind.CLOSE, "unknown kind", "admission.unknown_kind", id="kind that is none"),
        pytest.param(Kind.PARAMETERS, "no statement", "encoding.not_json", id="no statement"),
        pytest.param(Kind.MANIFEST, "close", "admission.no_manifest", id="election without a manifest"),
    ],
)
def test_what_may_not_stand_there_is_refused(
    record: Record, auditor: Auditor, before: Kind | None, false: str, reason: str
) -> None:
    """The reason names entry and rule; every later checkpoint that holds the entry is refused for the same reason."""
    story = paper_election()
    entries = story_until(before) if before else story.entries()
    entry = {
        "ballot": first_ballot(story),
        "ballot of Ben": said("Ben", Kind.BALLOT_CAST, first_ballot(story)[1]),
        "close": (story.step(Kind.CLOSE).entry, story.step(Kind.CLOSE).payload),
        "unknown kind": said("authority", "election.recount", b"{}"),
        "no statement": (b"no statement", b"{}"),
    }[false]
    record.add(entries)
    assert audit(auditor, record) == ""
    record.add([entry])

    refused = audit(auditor, record)

    assert f"[{reason}]" in refused
    if false != "no statement":
        assert f"log entry {len(entries)} (" in refused
    record.add([said("Mallory", "badge.issued", b"{}", bytes(32))])
    assert audit(auditor, record) == refused


def test_a_scope_in_which_others_spoke_before(record: Record, auditor: Auditor) -> None:
    """A statement of another service in the scope of an election to come is found when the election begins."""
    record.add([said("Mallory", "badge.issued", b"{}")])
    assert audit(auditor, record) == ""
    record.add(story_until(Kind.KEYS))
    assert "log entry 0 (badge.issued)" in audit(auditor, record)


def test_two_elections_in_one_log(record: Record, auditor: Auditor) -> None:
    """Another election's manifest and statements change nothing for the first, and are judged themselves."""
    entries = story_until(Kind.KEYS)
    record.add(entries)
    assert audit(auditor, record) == ""
    record.add([said("authority", Kind.MANIFEST, b"{}", b"\x07" * 32)])
    assert f"log entry {len(entries)} (election.manifest)" in audit(auditor, record)


def test_what_can_t_be_read_is_no_refusal(record: Record, auditor: Auditor) -> None:
    """Every file missing or changed, one after the other: nothing is signed, and nothing held against the log."""
    record.add(story_until(Kind.KEYS))
    paths = [path for path in record.folder.rglob("*") if path.is_file()]
    for path in paths:
        good = path.read_bytes()
        for data in (None, good[:-1] + bytes([good[-1] ^ 1])):
            path.unlink()
            if data is not None:
                path.write_bytes(data)
            with pytest.raises(BoardError):
                auditor(*record.checkpoint())
            path.write_bytes(good)
    assert audit(auditor, record) == ""


def test_a_log_that_leaves_out_what_was_refused_is_convicted(record: Record, auditor: Auditor) -> None:
    """The refused checkpoint and a larger one without the entry prove two histories, also for a power of two."""
    entries = story_until(Kind.KEYS)[:7]
    record.add(entries)
    assert audit(auditor, record) == ""
    record.add([said("Mallory", Kind.CLOSE, b"{}")])
    assert audit(auditor, record) != ""

    record.entries[7:] = paper_election().entries()[7:10]
    record.write()
    with pytest.raises(AuditError) as caught:
        auditor(*record.checkpoint())
    assert caught.value.evidence is not None
    assert verify_evidence(caught.value.evidence, [Log().key]).conflict is Conflict.PREFIX


def test_many_ballots_go_to_workers(record: Record, monkeypatch: pytest.MonkeyPatch) -> None:
    """From a number of new entries on, processes share the verification; the verdict is the same."""
    monkeypatch.setattr(auditor_module, "MINIMUM_SHARED", 10)
    used: list[int] = []
    feed_all = Replay.feed_all

    def watched(replay: Replay, entries: Iterable[LogEntry], workers: int = 1) -> None:
        used.append(workers)
        feed_all(replay, entries, 1)

    monkeypatch.setattr(Replay, "feed_all", watched)
    auditor = Auditor((Log().key,), lambda: open_record(str(record.folder)), 3)
    entries = story_until(Kind.KEYS)
    record.add(entries[:3])
    audit(auditor, record)
    record.add(entries[3:])
    audit(auditor, record)
    assert used == [1, 3]


@pytest.fixture
def witness(record: Record, tmp_path: Path) -> Iterator[Witness]:
    """Return an auditing witness of the record."""
    folder = tmp_path / "auditor"
    create_witness(folder, "auditor.example/a1", Meaning.AUDIT, lambda count: b"a" * count)
    pin_log(folder, Log().key, ORIGIN, str(record.folder))
    opened = open_witness(folder, Meaning.AUDIT, Clock())
    yield opened
    opened.store.close()


def test_its_signature_follows_the_audit(record: Record, witness: Witness) -> None:
    """200 for a good log; 422 with the reason for a false entry, which is kept, and the size stays."""
    entries = story_until(Kind.KEYS)
    record.add(entries)
    assert witness.add_checkpoint(record.request(0)).status == 200
    record.add([said("Mallory", Kind.CLOSE, b"{}")])
    for _ in range(2):
        answer = witness.add_checkpoint(record.request(len(entries)))
        assert answer.status == 422
        assert f"log entry {len(entries)} (election.close)" in answer.body.decode()
    assert [item.kind for item in witness.store.evidence(ORIGIN)] == [EvidenceKind.REFUSED]
    latest = witness.store.latest(ORIGIN)
    assert latest is not None
    assert latest.size == len(entries)


def test_a_refused_log_that_forks_leaves_evidence(record: Record, witness: Witness) -> None:
    """The auditor's own reading of the tiles makes the proof that the request alone does not hold."""
    record.add(story_until(Kind.KEYS)[:4])
    assert witness.add_checkpoint(record.request(0)).status == 200
    record.add([said("Mallory", Kind.CLOSE, b"{}")])
    assert witness.add_checkpoint(record.request(4)).status == 422
    record.entries[4:] = paper_election().entries()[4:9]
    record.write()
    assert witness.add_checkpoint(record.request(4)).status == 422
    kept = [item for item in witness.store.evidence(ORIGIN) if item.kind is EvidenceKind.CONTRADICTION]
    assert verify_evidence(decode_evidence(kept[0].data), [Log().key]).conflict is Conflict.PREFIX


def test_a_record_that_is_away_is_a_503(record: Record, witness: Witness) -> None:
    """Nothing is signed and nothing is held against the log; when the record is back, it is cosigned."""
    record.add(story_until(Kind.KEYS)[:4])
    away = record.folder.rename(record.folder.with_name("away"))
    answers: list[Answer] = [witness.add_checkpoint(record.request(0))]
    away.rename(record.folder)
    answers.append(witness.add_checkpoint(record.request(0)))
    assert [answer.status for answer in answers] == [503, 200]
    assert witness.store.evidence(ORIGIN) == ()


def test_it_compares_before_it_reads(record: Record, witness: Witness) -> None:
    """A wrong size or proof is answered at once, as by any witness."""
    record.add(story_until(Kind.KEYS)[:4])
    assert witness.add_checkpoint(record.request(2)).body == b"0\n"
    witness.add_checkpoint(record.request(0))
    record.entries[0] = said("Mallory", Kind.CLOSE, b"{}")
    record.add(story_until(Kind.KEYS)[4:6])
    assert witness.add_checkpoint(record.request(4)).status == 422
