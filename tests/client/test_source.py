"""Sources of a record: folder and archive give the same bytes, and nothing leads out of them."""

import io
import warnings
import zipfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from evote.client.source import ArchiveSource, FolderSource, RecordSource, check_path
from evote.errors import EncodingError
from tests.client.records import write_archive, write_folder
from tests.log.known import refusal

FILES = {"checkpoint": b"note", "tile/0/x001/234.p/5": b"hashes", "policy": b""}
ESCAPES = [
    "",
    "/checkpoint",
    "../checkpoint",
    "tile/../../checkpoint",
    "tile/..",
    "./checkpoint",
    "tile//0",
    "tile/",
    ".state/lock",
    "tile\\0",
    "C:checkpoint",
    "a\x00b",
    "a\nb",
    "checkpoint\n",
    "\u00e4",
    "a" * 1025,
    "~",
    "a b",
]


@pytest.fixture(params=["folder", "archive"])
def source(request: pytest.FixtureRequest, tmp_path: Path) -> RecordSource:
    """The same files as a folder and as an archive; a file that is not theirs lies beside."""
    (tmp_path / "checkpoint").write_bytes(b"outside")
    if request.param == "folder":
        return FolderSource(write_folder(tmp_path / "record", FILES))
    return ArchiveSource(write_archive(tmp_path / "record.zip", FILES))


def test_the_same_bytes_from_both(source: RecordSource) -> None:
    """Every file is read as it was written."""
    assert {path: source.read(path) for path in FILES} == FILES


@pytest.mark.parametrize("path", ["missing", "tile", "tile/0", "checkpoint/below", "tile/0/x001/234.p/6", "Checkpoint"])
def test_a_missing_file_has_its_own_code(source: RecordSource, path: str) -> None:
    """Absent files, folders and names below files are not found, which is no other failure."""
    assert refusal(source.read, path) == "record.not_found"


@pytest.mark.parametrize("path", ESCAPES)
def test_no_path_leads_out(source: RecordSource, path: str) -> None:
    """Paths that are not plain and relative are refused before anything is opened."""
    assert refusal(source.read, path) == "record.bad_path"
    assert refusal(check_path, path) == "record.bad_path"


def test_a_link_out_of_the_folder_is_refused(tmp_path: Path) -> None:
    """A symbolic link to a file outside is not followed; one to a file inside is."""
    folder = write_folder(tmp_path / "record", FILES)
    (tmp_path / "secret").write_bytes(b"secret")
    (folder / "out").symlink_to(tmp_path / "secret")
    (folder / "in").symlink_to(folder / "checkpoint")
    (folder / "loop").symlink_to(folder / "loop")
    assert refusal(FolderSource(folder).read, "out") == "record.bad_path"
    assert refusal(FolderSource(folder).read, "loop") == "record.unreadable"
    assert FolderSource(folder).read("in") == b"note"


def test_a_file_too_long_is_refused(source: RecordSource, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file beyond the limit is refused by its stated length, without being read."""
    monkeypatch.setattr("evote.client.source.MAXIMUM_FILE_BYTES", 5)
    assert refusal(source.read, "tile/0/x001/234.p/5") == "record.too_long"
    assert source.read("checkpoint") == b"note"


def test_an_archive_with_two_files_of_one_name_is_refused(tmp_path: Path) -> None:
    """Two readers could read different ones, so neither is read."""
    place = tmp_path / "double.zip"
    with warnings.catch_warnings(), zipfile.ZipFile(place, "w") as archive:
        warnings.simplefilter("ignore")
        archive.writestr("checkpoint", b"one")
        archive.writestr("checkpoint", b"two")
    assert refusal(ArchiveSource, place) == "archive.duplicate_name"


def test_names_that_lead_out_of_an_archive_are_never_read(tmp_path: Path) -> None:
    """An archive may hold hostile names; they can't be asked for."""
    source = ArchiveSource(write_archive(tmp_path / "a.zip", {"../evil": b"x", "/evil": b"y", "good": b"z"}))
    assert source.read("good") == b"z"
    for path in ("../evil", "/evil"):
        assert refusal(source.read, path) == "record.bad_path"
    assert refusal(source.read, "evil") == "record.not_found"


def test_what_is_no_archive(tmp_path: Path) -> None:
    """A file that is no zip archive is malformed; one that is not there can't be read."""
    (tmp_path / "no.zip").write_bytes(b"hello")
    assert refusal(ArchiveSource, tmp_path / "no.zip") == "archive.malformed"
    assert refusal(ArchiveSource, tmp_path / "missing.zip") == "record.unreadable"


def test_other_compressions_are_refused(tmp_path: Path) -> None:
    """Only stored and deflated files are read."""
    place = tmp_path / "b.zip"
    with zipfile.ZipFile(place, "w", zipfile.ZIP_BZIP2) as archive:
        archive.writestr("checkpoint", b"note" * 100)
    assert refusal(ArchiveSource(place).read, "checkpoint") == "archive.malformed"


def test_a_closed_archive_reads_nothing(tmp_path: Path) -> None:
    """After closing, reading fails as our error."""
    source = ArchiveSource(write_archive(tmp_path / "a.zip", FILES))
    source.close()
    assert refusal(source.read, "checkpoint") == "archive.malformed"


def archive_bytes() -> bytes:
    """Return the bytes of an archive of the files."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, data in FILES.items():
            archive.writestr(path, data * 3)
    return buffer.getvalue()


ARCHIVE = archive_bytes()


@example(changes=[(335, 1)], cut=0)
@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.integers(0, len(ARCHIVE) - 1), st.integers(0, 255)), max_size=4), st.integers(0, 20))
def test_damaged_archives(tmp_path: Path, changes: list[tuple[int, int]], cut: int) -> None:
    """Whatever is damaged in an archive: its file comes out whole, or an EncodingError or a missing file does."""
    data = bytearray(ARCHIVE)
    for place, value in changes:
        data[place] = value
    place_on_disk = tmp_path / "damaged.zip"
    place_on_disk.write_bytes(data[: len(data) - cut])
    try:
        source = ArchiveSource(place_on_disk)
    except EncodingError:
        return
    for path, content in FILES.items():
        code = refusal(source.read, path)
        assert code in ("", "archive.malformed", "record.not_found", "record.too_long")
        assert code or source.read(path) == content * 3
    source.close()
