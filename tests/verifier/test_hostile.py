"""Records made to break the reader: every one ends in a verdict or a plain error, soon, and never in a pass."""

import os
import shutil
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.verifier.conftest import Verify, rows
from tests.verifier.record_files import AUTHORITY, Draft, Made, write_record
from verifier.engine import Options, verify
from verifier.errors import RecordUnreadable, UsageError
from verifier.findings import Report, Status
from verifier.reader import ZipRecord, frames, open_record, read_file


def check(path: Path, **how: Any) -> Report:
    """Verify a record."""
    return verify(Options(record=str(path), **how))


@pytest.fixture(scope="module")
def folder(paper_election: Made, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a true record; tests copy it before they change it."""
    return write_record(paper_election, tmp_path_factory.mktemp("true") / "record")


def zipped(folder: Path, path: Path, **extra: bytes) -> Path:
    """Pack a record into an archive."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(folder.rglob("*")):
            if file.is_file():
                archive.write(file, str(file.relative_to(folder)))
        for name, data in extra.items():
            archive.writestr(name, data)
    return path


def test_an_archive_is_as_good_as_a_folder(folder: Path, tmp_path: Path) -> None:
    """Show that folder and archive give the same findings, with worker processes too."""
    archive = zipped(folder, tmp_path / "record.zip")
    assert check(archive, workers=2).findings == check(folder).findings
    assert check(archive).verified


def test_archives_that_can_be_read_in_two_ways(folder: Path, tmp_path: Path) -> None:
    """Show that an archive with two members of one name is refused, as is what is no archive."""
    archive = zipped(folder, tmp_path / "record.zip")
    with zipfile.ZipFile(archive, "a") as twice, pytest.warns(UserWarning, match="Duplicate"):
        twice.writestr("checkpoint", b"another")
    with pytest.raises(RecordUnreadable, match="twice"):
        check(archive)
    (tmp_path / "noise").write_bytes(os.urandom(1000))
    with pytest.raises(RecordUnreadable, match="zip"):
        check(tmp_path / "noise")
    with pytest.raises(UsageError, match="no folder"):
        check(tmp_path / "nothing")


def test_a_damaged_archive(folder: Path, tmp_path: Path) -> None:
    """Show that a flipped byte inside an archive is a failure and not an exception."""
    archive = zipped(folder, tmp_path / "record.zip")
    with zipfile.ZipFile(archive) as content:
        info = content.getinfo("tile/payloads/000.p/42")
        at = info.header_offset + 200
    data = bytearray(archive.read_bytes())
    data[at] ^= 0xFF
    archive.write_bytes(data)
    assert "L.G" in rows(check(archive), Status.FAIL)


def test_bombs(folder: Path, tmp_path: Path) -> None:
    """Show that a member which expands to gigabytes is read no further than its bound."""
    archive = tmp_path / "bomb.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as content:
        with content.open("checkpoint", "w") as member:
            for _ in range(64):
                member.write(bytes(1 << 20))
        content.writestr("bundle", struct.pack(">I", 0xFFFFFFFF) + bytes(1 << 20))
    record = ZipRecord(str(archive))
    with pytest.raises(RecordUnreadable, match="longer than 1000000"):
        read_file(record, "checkpoint", 1_000_000)
    with pytest.raises(RecordUnreadable, match="item 0"):
        list(frames(record, "bundle", 4, 4 << 20, 1))
    with pytest.raises(RecordUnreadable, match="checkpoint"):
        check(archive)


def test_paths_that_lead_elsewhere(folder: Path, tmp_path: Path) -> None:
    """Show that names with dots, slashes or links lead nowhere, and only appear as other files."""
    archive = zipped(folder, tmp_path / "r.zip", **{"../../etc/passwd": b"x", "/etc/shadow": b"x", "tile/../x": b"x"})
    report = check(archive)
    assert report.log is not None
    assert sorted(report.log.other_files) == ["../../etc/passwd", "/etc/shadow", "tile/../x"]
    assert report.verified


@pytest.mark.parametrize("what", ["file", "folder", "pipe"])
def test_links_and_pipes(folder: Path, tmp_path: Path, what: str) -> None:
    """Show that a link in place of a file or folder is refused, and that a pipe does not stop the program."""
    copy = tmp_path / "record"
    shutil.copytree(folder, copy)
    target = copy / "tile/payloads" / ("000.p" if what == "folder" else "000.p/42")
    outside = tmp_path / "outside"
    target.rename(outside)
    if what == "pipe":
        os.mkfifo(target)
    else:
        target.symlink_to(outside)
    report = check(copy)
    assert "L.G" in rows(report, Status.FAIL)
    assert {"V6.A", "V9.A", "S.B"} <= rows(report, Status.ERROR)
    # a link to the whole record is the auditor's own business
    link = tmp_path / "link"
    link.symlink_to(folder)
    assert read_file(open_record(str(link)), "checkpoint", 1000)


DEEP = b'{"a":' * 100_000
HUGE = b'{"value":' + b"9" * 1_000_000 + b"}"


@pytest.mark.parametrize(
    "payload",
    [
        *(DEEP, HUGE, b"", b"null", b"[]", b"{}", b"\xff\xfe", b"NaN", b'{"h_e":null}', b'{"h_e":1.5}'),
        *(b'{"h_e":"a","h_e":"b"}', b'{"h_e":"\\ud800"}', b'{"h_e":' + b"[" * 5000 + b"]" * 5000 + b"}"),
    ],
    ids=lambda data: repr(data[:12]),
)
@pytest.mark.parametrize("kind", ["election.close", "ballot.cast", "trustee.keys", "election.tally"])
def test_payloads_that_are_no_payloads(tiny_election: Made, verify_made: Verify, kind: str, payload: bytes) -> None:
    """Show that unreadable payloads fail S.A and leave what needs them unevaluated."""
    made = tiny_election.copy()
    made.drafts = [made.drafts[0], made.get(kind)]
    made.drafts[1].raw = payload
    report = verify_made(made)
    assert "S.A" in rows(report, Status.FAIL)


def test_an_unreadable_manifest(tiny_election: Made, verify_made: Verify) -> None:
    """Show that without a manifest nearly everything is unevaluated and nothing crashes."""
    made = tiny_election.copy()
    made.get("election.manifest").raw = b"{}"
    report = verify_made(made)
    assert "S.A" in rows(report, Status.FAIL)
    assert {"S.B", "L.I", "L.K", "V6.A", "V9.A", "V10.C", "O.D", "E.A"} <= rows(report, Status.ERROR)
    assert report.summary is None


def _at(value: Any, path: tuple[Any, ...]) -> Any:
    for step in path[:-1]:
        value = value[step]
    return value


BIG = (1 << 53) - 1
NUMBERS: list[tuple[str, tuple[Any, ...]]] = [
    ("election.manifest", ("quorum",)),
    ("election.manifest", ("contests", 0, "option_limit")),
    ("election.manifest", ("contests", 0, "rule", "seats")),
    ("election.manifest", ("contests", 0, "rule", "quorum", "denominator")),
    ("election.manifest", ("districts", 0, "ballot_style")),
    ("election.manifest", ("ballot_styles", 0, "contests", 0)),
    ("election.parameters", ("n",)),
    ("trustee.keys", ("trustee",)),
    ("trustee.shares", ("shares", 0, "to")),
    ("election.rehearsal", ("value",)),
    ("trustee.rehearsal", ("trustee",)),
    ("registrar.credentials", ("credentials", 0, "district")),
    ("registrar.credentials", ("credentials", 0, "weight")),
    ("registrar.roll", ("parts",)),
    ("ballot.cast", ("style",)),
    ("ballot.cast", ("contests", 0, "contest")),
    ("ballot.challenged", ("openings", 0, "contest")),
    ("ballot.challenged", ("openings", 0, "selections", 1, "value")),
    ("election.paper", ("voters",)),
    ("election.paper", ("contests", 0, "ballots")),
    ("election.tally", ("contests", 0, "contest")),
    ("election.tally", ("contests", 0, "units", 0, "unit")),
    ("election.tally", ("contests", 0, "units", 0, "districts", 0)),
    ("trustee.decryption", ("trustee",)),
    ("trustee.decryption", ("contests", 0, "units", 0, "unit")),
    ("election.result", ("trustees", 0)),
    ("election.result", ("contests", 0, "contest")),
    ("election.result", ("contests", 0, "units", 0, "unit")),
    ("election.result", ("contests", 0, "units", 0, "options", 0, "votes")),
]


@pytest.mark.parametrize("number", [0, BIG])
@pytest.mark.parametrize(("kind", "path"), NUMBERS, ids=lambda value: str(value).replace(" ", ""))
def test_numbers_at_both_ends(
    tiny_election: Made, verify_made: Verify, kind: str, path: tuple[Any, ...], number: int
) -> None:
    """Show that a zero or the largest integer in any place fails some row and crashes nowhere."""
    made = tiny_election.copy()
    _at(made.get(kind).value, path)[path[-1]] = number
    report = verify_made(made)
    assert rows(report, Status.FAIL)


LISTS: list[tuple[str, tuple[Any, ...]]] = [
    ("election.manifest", ("contests",)),
    ("election.manifest", ("contests", 0, "options")),
    ("election.manifest", ("districts",)),
    ("election.manifest", ("ballot_styles",)),
    ("election.manifest", ("trustees",)),
    ("trustee.keys", ("vote", "commitments")),
    ("trustee.keys", ("vote", "responses")),
    ("trustee.shares", ("shares",)),
    ("registrar.credentials", ("credentials",)),
    ("registrar.roll", ("districts",)),
    ("ballot.cast", ("contests",)),
    ("ballot.cast", ("contests", 0, "selections")),
    ("ballot.cast", ("contests", 0, "selections", 0, "challenges")),
    ("ballot.cast", ("contests", 0, "limit_proof", "responses")),
    ("ballot.challenged", ("openings",)),
    ("election.paper", ("contests",)),
    ("election.paper", ("contests", 0, "votes")),
    ("election.tally", ("contests",)),
    ("election.tally", ("contests", 0, "units")),
    ("election.tally", ("contests", 0, "units", 0, "ciphertexts")),
    ("trustee.decryption", ("contests",)),
    ("trustee.decryption", ("contests", 0, "units", 0, "partials")),
    ("election.result", ("trustees",)),
    ("election.result", ("contests",)),
    ("election.result", ("contests", 0, "units")),
    ("election.result", ("contests", 0, "units", 0, "options")),
]


@pytest.mark.parametrize("change", [lambda old: [], lambda old: old * 2], ids=["empty", "doubled"])
@pytest.mark.parametrize(("kind", "path"), LISTS, ids=lambda value: str(value).replace(" ", ""))
def test_lists_of_other_lengths(
    tiny_election: Made,
    verify_made: Verify,
    kind: str,
    path: tuple[Any, ...],
    change: Callable[[list[Any]], list[Any]],
) -> None:
    """Show that an empty or doubled list in any place fails some row and crashes nowhere."""
    made = tiny_election.copy()
    target = _at(made.get(kind).value, path)
    target[path[-1]] = change(target[path[-1]])
    report = verify_made(made)
    assert rows(report, Status.FAIL)


def test_statements_in_reverse(tiny_election: Made, verify_made: Verify) -> None:
    """Show that a log told backwards is judged, not believed."""
    made = tiny_election.copy()
    made.drafts = made.drafts[::-1]
    assert {"L.I"} <= rows(verify_made(made), Status.FAIL)


def test_everything_twice(tiny_election: Made, verify_made: Verify) -> None:
    """Show that a log told twice fails for repetition of statements, ballots and their values."""
    made = tiny_election.copy()
    made.drafts = made.drafts * 2
    assert {"L.I", "L.J", "V5.A", "E.G", "E.H", "E.B"} <= rows(verify_made(made), Status.FAIL)


def test_many_unknown_kinds(tiny_election: Made, verify_made: Verify) -> None:
    """Show that hostile kinds are failures and are not repeated in the report."""
    made = tiny_election.copy()
    made.drafts = made.drafts[:2]
    for i in range(40):
        made.drafts.append(Draft(kind=f"\x1b[2Jevil {i}", author=AUTHORITY, value={}))
    report = verify_made(made)
    found = next(item for item in report.findings if item.row == "L.J")
    assert found.failures == 41
    assert len(found.places) == 20
    assert not any("\x1b" in place for place in found.places)
