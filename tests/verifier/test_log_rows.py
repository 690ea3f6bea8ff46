"""Rows about the log: signatures, witnesses, missing and changed files, earlier checkpoints, receipts, times."""

import base64
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.verifier.conftest import rows
from tests.verifier.record_files import (
    LOG,
    ORIGIN,
    Draft,
    Made,
    make_checkpoint,
    make_entry,
    make_policy,
    signer,
    verifier_key,
    write_record,
)
from verifier.engine import Options, verify
from verifier.errors import RecordUnreadable, UsageError
from verifier.findings import Report, Status
from verifier.merkle import leaf_hash, root_of
from verifier.receipt import HEADER

OPENS, CLOSES = 1767571200, 1767657600  # the schedule of the test election


@pytest.fixture(scope="module")
def short(paper_election: Made) -> Made:
    """Return the first statements of an election, enough for questions about the log."""
    made = paper_election.copy()
    made.drafts = made.drafts[:8]
    return made


def check(folder: Path, **how: Any) -> Report:
    """Verify a record."""
    return verify(Options(record=str(folder), **how))


def places(report: Report, row: str) -> str:
    """Return the places of a row in one string."""
    return "; ".join(next(finding.places for finding in report.findings if finding.row == row))


def status(report: Report, row: str) -> Status:
    """Return the verdict on a row."""
    return next(finding.status for finding in report.findings if finding.row == row)


def proof_of(leaves: list[bytes], index: int) -> list[bytes]:
    """Return an inclusion proof by the definition of RFC 9162."""
    if len(leaves) == 1:
        return []
    k = 1 << (len(leaves) - 1).bit_length() - 1
    if index < k:
        return [*proof_of(leaves[:k], index), root_of(leaves[k:])]
    return [*proof_of(leaves[k:], index - k), root_of(leaves[:k])]


def receipt(made: Made, index: int, size: int, **how: Any) -> str:
    """Return a receipt for an entry in the tree of a size."""
    entries = [make_entry(made.scope, draft) for draft in made.drafts]
    leaves = [leaf_hash(entry) for entry in entries[:size]]
    lines = [HEADER, "extra " + base64.b64encode(entries[index]).decode(), f"index {index}"]
    lines += [base64.b64encode(item).decode() for item in proof_of(leaves, index)]
    return "\n".join(lines) + "\n\n" + make_checkpoint(size, root_of(leaves), **how).decode()


def test_log_key_of_the_auditor(short: Made, tmp_path: Path) -> None:
    """Show that the auditor's key decides, whatever the record's policy says."""
    folder = write_record(short, tmp_path / "r")
    right = check(folder, log_keys=(verifier_key(ORIGIN, 1, LOG),))
    assert status(right, "L.A") is Status.PASS
    assert right.log is not None
    assert right.log.key_source == "auditor"
    wrong = check(folder, log_keys=(verifier_key(ORIGIN, 1, signer("other log")),))
    assert status(wrong, "L.A") is Status.FAIL
    renamed = check(folder, log_keys=(verifier_key("log.example/other", 1, LOG),))
    assert status(renamed, "L.A") is Status.FAIL
    own = check(folder)
    assert status(own, "L.A") is Status.PASS
    assert own.log is not None
    assert own.log.key_source == "record"
    (folder / "policy").unlink()
    assert status(check(folder), "L.A") is Status.ERROR


def test_origin_of_another_log(short: Made, tmp_path: Path) -> None:
    """Show that the log's key, under its own name, can't sign the checkpoint of another origin."""
    folder = write_record(short, tmp_path / "r")
    lines = (folder / "checkpoint").read_text().split("\n")
    text = "\n".join(["log.example/other", *lines[1:3]]) + "\n"
    key_id = base64.b64decode(lines[4].split(" ")[2])[:4]
    line = f"\u2014 {ORIGIN} {base64.b64encode(key_id + LOG.sign(text.encode())).decode()}\n"
    (folder / "checkpoint").write_text(text + "\n" + line)
    assert status(check(folder), "L.A") is Status.FAIL
    (folder / "checkpoint").write_text((text + "\n" + line).replace("log.example/other", ORIGIN))
    assert status(check(folder), "L.A") is Status.FAIL


def test_changed_checkpoint(short: Made, tmp_path: Path) -> None:
    """Show that another root needs another signature."""
    folder = write_record(short, tmp_path / "r")
    lines = (folder / "checkpoint").read_text().split("\n")
    lines[2] = base64.b64encode(bytes(32)).decode()
    (folder / "checkpoint").write_text("\n".join(lines))
    assert {"L.A", "L.C"} <= rows(check(folder), Status.FAIL)


def test_witness_quorum(short: Made, tmp_path: Path) -> None:
    """Show that the quorum counts valid cosignatures of different witnesses."""
    folder = write_record(short, tmp_path / "r", times={"w1": OPENS}, quorum=1)
    assert status(check(folder), "L.B") is Status.PASS
    (folder / "policy").write_text(make_policy(2))
    assert status(check(folder), "L.B") is Status.FAIL
    (tmp_path / "policy").write_text(make_policy(1))
    assert status(check(folder, policy=str(tmp_path / "policy")), "L.B") is Status.PASS
    note = (folder / "checkpoint").read_text().split("\n")
    blob = bytearray(base64.b64decode(note[-2].split(" ")[2]))
    blob[-1] ^= 1
    note[-2] = " ".join([*note[-2].split(" ")[:2], base64.b64encode(blob).decode()])
    (folder / "checkpoint").write_text("\n".join(note))
    assert "invalid" in places(check(folder, policy=str(tmp_path / "policy")), "L.B")


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1])


def _grow(path: Path) -> None:
    path.write_bytes(path.read_bytes() + b"\0")


def _flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[40] ^= 1
    path.write_bytes(data)


@pytest.mark.parametrize("damage", [_cut, _grow, Path.unlink])
@pytest.mark.parametrize(
    ("name", "row"), [("tile/entries/000.p/8", "L.C"), ("tile/payloads/000.p/8", "L.G"), ("tile/0/000.p/8", "L.D")]
)
def test_damaged_files(short: Made, tmp_path: Path, damage: Callable[[Path], None], name: str, row: str) -> None:
    """Show that every missing byte and every byte too many is noticed by the row that speaks of the file."""
    folder = write_record(short, tmp_path / "r")
    damage(folder / name)
    assert status(check(folder), row) is Status.FAIL


def test_payloads_beside_what_is_no_statement(short: Made, tmp_path: Path) -> None:
    """Show that a payload bundle may not go on, whatever the last entries are."""
    folder = write_record(short, tmp_path / "r", extra=[(b"{}", b"")] * 30)
    assert "L.G" not in rows(check(folder), Status.FAIL)
    _grow(folder / "tile/payloads/000.p/38")
    assert "goes on" in places(check(folder), "L.G")


def test_changed_tile_and_earlier_tiles(short: Made, tmp_path: Path) -> None:
    """Show that tiles of earlier sizes may be there, and must be right."""
    folder = write_record(short, tmp_path / "r")
    tile = folder / "tile/0/000.p/8"
    (folder / "tile/0/000.p/3").write_bytes(tile.read_bytes()[:96])
    report = check(folder)
    assert status(report, "L.D") is Status.PASS
    assert report.log is not None
    assert report.log.other_files == ()
    _flip(folder / "tile/0/000.p/3")
    assert "000.p/3" in places(check(folder), "L.D")


def test_other_files_are_named(short: Made, tmp_path: Path) -> None:
    """Show that files beyond the log's size, and any others, are reported."""
    folder = write_record(short, tmp_path / "r")
    for name in ("tile/entries/000.p/9", "tile/0/001", "tile/00/000", "tile/0/x000/000", "notes.txt"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(b"")
    (folder / "tile/commitments").mkdir()
    (folder / "tile/commitments/000.p").mkdir()
    (folder / "tile/commitments/000.p/8").write_bytes(b"")
    report = check(folder)
    assert report.log is not None
    assert sorted(report.log.other_files) == sorted(
        ["notes.txt", "tile/0/001", "tile/0/x000/000", "tile/00/000", "tile/entries/000.p/9"]
    )


def test_earlier_checkpoint(short: Made, tmp_path: Path) -> None:
    """Show that an earlier head of the same log is a prefix, and that a forked, longer or foreign one is not."""
    folder = write_record(short, tmp_path / "r")
    leaves = [leaf_hash(make_entry(short.scope, draft)) for draft in short.drafts]

    def earlier(data: bytes) -> Status:
        (tmp_path / "earlier").write_bytes(data)
        return status(check(folder, earlier=(str(tmp_path / "earlier"),)), "L.E")

    for size in (0, 1, 5, 8):
        assert earlier(make_checkpoint(size, root_of(leaves[:size]))) is Status.PASS
    assert earlier(make_checkpoint(5, root_of(leaves[1:6]))) is Status.FAIL
    assert earlier(make_checkpoint(9, root_of(leaves))) is Status.FAIL
    assert earlier(make_checkpoint(5, root_of(leaves[:5]), log=signer("other"))) is Status.FAIL
    assert earlier(b"nonsense") is Status.ERROR


def test_receipts(short: Made, tmp_path: Path) -> None:
    """Show receipts of this log, of an earlier state, with a wrong path, and of a statement that the log lost."""
    folder = write_record(short, tmp_path / "r")

    def handed(text: str) -> Status:
        (tmp_path / "r.tlog-proof").write_text(text)
        return status(check(folder, receipts=(str(tmp_path / "r.tlog-proof"),)), "L.L")

    assert handed(receipt(short, 3, 8)) is Status.PASS
    assert handed(receipt(short, 3, 5)) is Status.PASS
    assert handed(receipt(short, 3, 8, log=signer("other"))) is Status.FAIL
    assert handed(receipt(short, 3, 8).replace("index 3", "index 2")) is Status.FAIL
    assert handed("nonsense") is Status.ERROR
    other = short.copy()
    other.drafts[4] = Draft(kind="ballot.cast", author=LOG, value={})
    assert handed(receipt(other, 4, 8)) is Status.FAIL
    assert handed(receipt(other, 3, 8)) is Status.FAIL
    longer = short.copy()
    longer.drafts.append(other.drafts[4])
    assert handed(receipt(longer, 3, 9)) is Status.PASS
    assert handed(receipt(longer, 8, 9)) is Status.FAIL


def test_schedule(paper_election: Made, tmp_path: Path) -> None:
    """Show that witnesses' times prove a closing that came too early, also by a checkpoint the auditor kept."""
    folder = write_record(paper_election, tmp_path / "r", times={"w1": CLOSES + 60}, quorum=1)
    assert status(check(folder), "L.M") is Status.PASS
    leaves = [leaf_hash(make_entry(paper_election.scope, draft)) for draft in paper_election.drafts]
    (tmp_path / "early").write_bytes(
        make_checkpoint(
            paper_election.find("election.open") + 1,
            root_of(leaves[: paper_election.find("election.open") + 1]),
            {"w2": OPENS - 1},
        )
    )
    early = check(folder, earlier=(str(tmp_path / "early"),))
    assert "election.open" in places(early, "L.M")
    folder = write_record(paper_election, tmp_path / "s", times={"w1": CLOSES - 60}, quorum=1)
    assert "election.close" in places(check(folder), "L.M")


def test_schedule_by_every_cosignature(paper_election: Made, tmp_path: Path) -> None:
    """Show that a witness who cosigned too early and again later has seen too early."""
    folder = write_record(paper_election, tmp_path / "r", times={"w1": CLOSES + 60}, quorum=1)
    early = write_record(paper_election, tmp_path / "s", times={"w1": CLOSES - 60})
    with (folder / "checkpoint").open("a") as file:
        file.write((early / "checkpoint").read_text().splitlines()[-1] + "\n")
    report = check(folder)
    assert status(report, "L.B") is Status.PASS
    assert "election.close" in places(report, "L.M")


def test_schedule_that_no_witness_saw(short: Made, tmp_path: Path) -> None:
    """Show that cosignatures from before the opening say nothing about the schedule."""
    assert status(check(write_record(short, tmp_path / "r", times={"w1": OPENS})), "L.M") is Status.ABSENT


def test_several_elections_need_a_choice(short: Made, tmp_path: Path) -> None:
    """Show that a log with two elections is read for the one that is asked for."""
    manifest = short.drafts[0]
    foreign = make_entry(bytes(32), manifest), manifest.payload()
    folder = write_record(short, tmp_path / "r", extra=[foreign])
    with pytest.raises(UsageError, match=short.scope.hex()):
        check(folder)
    report = check(folder, election=short.scope)
    assert report.summary is not None
    assert report.summary.election_id == short.scope.hex()
    nobody = check(folder, election=bytes([1]) * 32)
    assert "no election.manifest" in places(nobody, "L.J")


def test_statements_of_other_services_are_checked_for_form(short: Made, tmp_path: Path) -> None:
    """Show that foreign statements are held to payload hash and signature and to nothing else."""
    badge = Draft(kind="badge.issued", author=signer("issuer"), value=None, raw=b"\x00 not JSON")
    folder = write_record(short, tmp_path / "r", extra=[(make_entry(bytes(32), badge), badge.payload())])
    plain = write_record(short, tmp_path / "s")
    assert rows(check(folder), Status.FAIL) == rows(check(plain), Status.FAIL)
    badge.signature = bytes(64)
    folder = write_record(short, tmp_path / "t", extra=[(make_entry(bytes(32), badge), b"another")])
    assert rows(check(folder), Status.FAIL) == rows(check(plain), Status.FAIL) | {"L.G", "L.H"}


@pytest.mark.parametrize(
    "change",
    [
        lambda e: json.dumps(json.loads(e)).encode(),
        lambda e: e.replace(b'"kind"', b'"kynd"'),
        lambda e: e[:-1] + b',"x":1}',
        lambda e: e.replace(b'"scope":"', b'"scope":"A').replace(b"A", b"a", 1)[:-1] + b"}",
        lambda e: b"[" * 1000,
        lambda e: b"\xff" + e,
        lambda e: e.replace(b"ballot.cast", b"\\ud800"),
        lambda e: b"{}",
        lambda e: b"",
        lambda e: b" " * 2000 + e,
    ],
)
def test_malformed_entries(short: Made, tmp_path: Path, change: Callable[[bytes], bytes]) -> None:
    """Show that an entry that is not exactly a statement fails L.F."""
    extra = make_entry(short.scope, Draft(kind="ballot.cast", author=LOG, value={}))
    folder = write_record(short, tmp_path / "r", extra=[(change(extra), b"{}")])
    assert "entry 8" in places(check(folder), "L.F")


@pytest.mark.parametrize(
    ("kind", "right"),
    [
        *(("a.b", True), ("badge.issued", True), ("a.b.c-d", True), ("a.b-", True), ("a." + "b" * 38, True)),
        *(("a." + "b" * 39, False), ("badge", False), ("badge.", False), (".issued", False), ("a..b", False)),
        *(("Badge.issued", False), ("badge.-issued", False), ("bad-ge.issued", False), ("badge.issued2", False)),
        *(("badge.issued\n", False), ("badge.issued ", False), ("b\u00e4dge.issued", False), ("", False)),
    ],
)
def test_kinds_of_every_scope(short: Made, tmp_path: Path, kind: str, right: bool) -> None:
    """Show that the kind of every entry, also of other services, has the form of section 3."""
    foreign = Draft(kind=kind, author=LOG, value={})
    folder = write_record(short, tmp_path / "r", extra=[(make_entry(bytes(32), foreign), foreign.payload())])
    report = check(folder)
    assert status(report, "L.F") is (Status.PASS if right else Status.FAIL)
    assert ("entry 8" in places(report, "L.F")) is not right


def test_a_larger_log(short: Made, tmp_path: Path) -> None:
    """Show a log of several bundles with a tile of level 1, and that each of its tiles is compared."""
    extra = []
    for i in range(600):
        badge = Draft(kind="badge.issued", author=LOG, value={"number": i})
        extra.append((make_entry(bytes(32), badge), badge.payload()))
    folder = write_record(short, tmp_path / "r", extra=extra)
    plain = rows(check(write_record(short, tmp_path / "s")), Status.FAIL)
    assert rows(check(folder), Status.FAIL) == plain
    _flip(folder / "tile/1/000.p/2")
    _flip(folder / "tile/0/001")
    report = check(folder, workers=2)
    assert rows(report, Status.FAIL) == plain | {"L.D"}
    assert "tile/1/000.p/2" in places(report, "L.D")
    (folder / "tile/entries/001").unlink()
    report = check(folder)
    assert "entries 256 to 511 are missing" in places(report, "L.C")


@pytest.mark.parametrize("size", ["99999999999999999", "9223372036854775807"])
def test_a_size_that_is_only_claimed(short: Made, tmp_path: Path, size: str) -> None:
    """Show that a huge claimed size costs nothing and fails."""
    folder = write_record(short, tmp_path / "r")
    text = f"{ORIGIN}\n{size}\n{base64.b64encode(bytes(32)).decode()}\n"
    signature = make_checkpoint(8, bytes(32)).decode().split("\n\n")[1]
    (folder / "checkpoint").write_text(text + "\n" + signature)
    assert {"L.A", "L.C"} <= rows(check(folder), Status.FAIL)


def test_an_empty_log(tmp_path: Path) -> None:
    """Show that a log without entries is read and is no verified election."""
    (tmp_path / "checkpoint").write_bytes(make_checkpoint(0, root_of([])))
    (tmp_path / "policy").write_text(make_policy())
    report = check(tmp_path)
    assert rows(report, Status.FAIL) == {"L.J"}
    assert status(report, "L.C") is Status.PASS
    assert rows(report, Status.ERROR) == set()


def test_a_log_without_this_election(short: Made, tmp_path: Path) -> None:
    """Show that statements without a manifest are out of place and that nothing else is claimed about them."""
    made = short.copy()
    made.drafts = made.drafts[1:]
    report = check(write_record(made, tmp_path / "r"), election=made.scope)
    assert rows(report, Status.FAIL) == {"L.I", "L.J"}
    assert "V1.A" in rows(report, Status.ERROR)


def test_no_checkpoint(tmp_path: Path) -> None:
    """Show that a folder without a readable checkpoint is no record."""
    with pytest.raises(RecordUnreadable, match="checkpoint is missing"):
        check(tmp_path)
    (tmp_path / "checkpoint").write_text("nonsense")
    with pytest.raises(RecordUnreadable, match="checkpoint"):
        check(tmp_path)
