"""Submission files: one encoding, bounded, named by what they hold."""

import stat
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evote.client import submission as module
from evote.client.submission import (
    MAXIMUM_COMMITMENTS_BYTES,
    MAXIMUM_PAYLOAD_BYTES,
    Submission,
    decode_submission,
    encode_submission,
    read_entry,
    read_submission,
    verify_submission,
    write_submission,
)
from evote.errors import BoardError, EncodingError, VerificationError
from evote.log.statement import MAXIMUM_STATEMENT_BYTES
from tests.client.records import ENTRIES, PAYLOADS
from tests.log.known import refusal

SENT = Submission(entry=ENTRIES[0], payload=PAYLOADS[0], commitments=b"\x01" * 512)


@given(
    st.builds(
        Submission,
        entry=st.binary(min_size=1, max_size=MAXIMUM_STATEMENT_BYTES),
        payload=st.binary(max_size=300),
        commitments=st.binary(max_size=300),
    )
)
def test_round_trip(submission: Submission) -> None:
    """Whatever is in it comes back, and the bytes are those of the definition."""
    data = encode_submission(submission)
    lengths = (len(submission.entry), len(submission.payload), len(submission.commitments))
    assert data == b"".join(
        length.to_bytes(width, "big") + part
        for length, width, part in zip(
            lengths, (2, 4, 4), (submission.entry, submission.payload, submission.commitments), strict=True
        )
    )
    assert decode_submission(data) == submission


@given(st.binary(max_size=200))
def test_any_bytes(data: bytes) -> None:
    """Bytes are either the one encoding of a submission or refused."""
    code = refusal(decode_submission, data)
    assert code.startswith("submission.") if code else encode_submission(decode_submission(data)) == data


def test_every_cut_is_noticed() -> None:
    """A file that ends early, wherever, or goes on, is refused."""
    data = encode_submission(SENT)
    codes = {refusal(decode_submission, data[:length]) for length in range(len(data))}
    assert codes == {"submission.truncated"}
    assert refusal(decode_submission, data + b"\x00") == "submission.trailing_bytes"


def test_lengths_are_bounded() -> None:
    """What is too long is refused by its length alone, on writing and on reading."""
    for part, maximum in (
        ("entry", MAXIMUM_STATEMENT_BYTES),
        ("payload", MAXIMUM_PAYLOAD_BYTES),
        ("commitments", MAXIMUM_COMMITMENTS_BYTES),
    ):
        assert refusal(encode_submission, replace(SENT, **{part: bytes(maximum + 1)})) == "submission.too_long"
    entry = len(SENT.entry).to_bytes(2, "big") + SENT.entry
    assert refusal(decode_submission, b"\x04\x01") == "submission.too_long"
    assert refusal(decode_submission, entry + b"\xff\xff\xff\xff") == "submission.too_long"
    assert refusal(decode_submission, entry + b"\x00\x00\x00\x00\xff\xff\xff\xff") == "submission.too_long"


def test_an_entry_is_not_empty() -> None:
    """There is no submission of nothing."""
    empty = replace(SENT, entry=b"")
    assert refusal(encode_submission, empty) == "submission.empty_entry"
    assert refusal(decode_submission, bytes(10)) == "submission.empty_entry"


def test_written_and_read(tmp_path: Path) -> None:
    """The file is named by the entry's hash, readable by all, and there is nothing else in the folder."""
    path = write_submission(tmp_path / "out" / "box", SENT)
    assert path.name == SENT.name
    assert len(path.name) == 64 + len(".submission")
    assert stat.S_IMODE(path.stat().st_mode) == 0o644
    assert list(path.parent.iterdir()) == [path]
    assert read_submission(path) == SENT


def test_writing_again_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same submission is not written twice; a half-written file of that name is replaced."""
    path = write_submission(tmp_path, SENT)
    with monkeypatch.context() as patch:
        patch.setattr(module, "write_atomically", lambda *_: pytest.fail("written again"))
        assert write_submission(tmp_path, SENT) == path
    path.write_bytes(b"half")
    write_submission(tmp_path, SENT)
    assert read_submission(path) == SENT


def test_a_wrong_name(tmp_path: Path) -> None:
    """A file under another name is refused, with the right name in the message."""
    path = write_submission(tmp_path, SENT).rename(tmp_path / "sent (1).submission")
    with pytest.raises(EncodingError, match=SENT.name) as caught:
        read_submission(path)
    assert caught.value.code == "submission.wrong_name"


def test_files_that_can_not_be_read_or_written(tmp_path: Path) -> None:
    """The disk's fault is told apart from the sender's."""
    with pytest.raises(BoardError) as caught:
        read_submission(tmp_path / SENT.name)
    assert caught.value.code == "submission.unreadable"
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(BoardError) as caught:
        write_submission(tmp_path / "file", SENT)
    assert caught.value.code == "submission.unwritable"


def test_a_huge_file_is_not_read_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No more than the bound is read of a file."""
    monkeypatch.setattr(module, "MAXIMUM_SUBMISSION_BYTES", len(encode_submission(SENT)))
    path = write_submission(tmp_path, SENT)
    path.write_bytes(path.read_bytes() + b"\x00" * 1000)
    with pytest.raises(EncodingError, match="1 bytes after"):
        read_submission(path)


def test_the_entry_alone(tmp_path: Path) -> None:
    """The entry can be read without the rest, which may be damaged."""
    path = write_submission(tmp_path, SENT)
    path.write_bytes(path.read_bytes()[: 2 + len(SENT.entry)])
    assert read_entry(path) == SENT.entry


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "truncated"),
        (b"\x00", "truncated"),
        (b"\x00\x00", "empty_entry"),
        (b"\x00\x05abcd", "truncated"),
        (b"\x04\x01" + bytes(2000), "too_long"),
    ],
)
def test_entries_that_are_none(tmp_path: Path, data: bytes, code: str) -> None:
    """Reading the entry alone refuses what reading the whole file refuses."""
    path = tmp_path / SENT.name
    path.write_bytes(data)
    for read in (read_entry, read_submission):
        with pytest.raises(EncodingError) as caught:
            read(path)
        assert caught.value.code == f"submission.{code}"


def test_verification() -> None:
    """The statement's form, its payload and its signature are verified."""
    assert verify_submission(SENT).kind == "test.entry"
    with pytest.raises(VerificationError):
        verify_submission(replace(SENT, payload=PAYLOADS[1]))
    with pytest.raises(VerificationError):
        verify_submission(replace(SENT, entry=SENT.entry.replace(b"test.entry", b"test.other")))
    with pytest.raises(EncodingError):
        verify_submission(replace(SENT, entry=b"no statement"))
