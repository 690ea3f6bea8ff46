"""Checkpoints: the known texts, real checkpoints of the Go checksum database, and every rule broken alone."""

from dataclasses import replace

import pytest

from evote.log import merkle
from evote.log.checkpoint import (
    Checkpoint,
    format_checkpoint,
    open_checkpoint,
    parse_checkpoint,
    read_checkpoint,
    sign_checkpoint,
)
from evote.log.key import parse_verifier_key
from evote.log.note import Ed25519Verifier, sign_note
from tests.log.known import (
    BOARD,
    BOARD_KEY,
    BOARD_LINE,
    CHECKPOINT_7,
    LOG_SIGNER,
    SUMDB_CHECKPOINTS,
    SUMDB_KEY,
    SUMDB_ORIGIN,
    refusal,
)

BOARD_VERIFIER = Ed25519Verifier(parse_verifier_key(BOARD_KEY))
TEXT = "example.com/board\n7\naIJIwvZ2sQuz2SA+VwbczkVzBMDLqKh9E1Cxp4gsqg0=\n"
SIGNED = sign_checkpoint(CHECKPOINT_7, [LOG_SIGNER])


def test_the_known_checkpoint() -> None:
    """Text and signature line are those that another implementation made with the same key."""
    assert format_checkpoint(CHECKPOINT_7) == TEXT
    assert f"{TEXT}\n{BOARD_LINE}\n".encode() == SIGNED
    opened = open_checkpoint(SIGNED, origin=BOARD, verifiers=[BOARD_VERIFIER])
    assert opened.checkpoint == CHECKPOINT_7 == read_checkpoint(SIGNED)
    assert opened.note == SIGNED
    assert [item.key for item in opened.verified] == [BOARD_VERIFIER.key]


@pytest.mark.parametrize("size", SUMDB_CHECKPOINTS)
def test_real_checkpoints_of_the_go_checksum_database(size: int) -> None:
    """Checkpoints whose origin has spaces and is not the key's name open; a line by an unknown key is ignored."""
    data = SUMDB_CHECKPOINTS[size].encode()
    opened = open_checkpoint(data, origin=SUMDB_ORIGIN, verifiers=[Ed25519Verifier(parse_verifier_key(SUMDB_KEY))])
    assert opened.checkpoint.size == size
    assert len(opened.verified) == 1


def test_another_logs_checkpoint_is_refused() -> None:
    """A right signature over a checkpoint of another origin is no checkpoint of this log."""
    other = sign_checkpoint(replace(CHECKPOINT_7, origin="example.com/other"), [LOG_SIGNER])
    code = refusal(open_checkpoint, other, origin=BOARD, verifiers=[BOARD_VERIFIER])
    assert code == "checkpoint.other_origin"
    open_checkpoint(other, origin="example.com/other", verifiers=[BOARD_VERIFIER])


def test_a_changed_or_unsigned_checkpoint_is_refused() -> None:
    """A changed size or root breaks the signature; a checkpoint by nobody known is not signed."""
    changed = SIGNED.replace(b"\n7\n", b"\n8\n")
    assert refusal(open_checkpoint, changed, origin=BOARD, verifiers=[BOARD_VERIFIER]) == "signature.invalid"
    assert refusal(open_checkpoint, SIGNED, origin=BOARD, verifiers=[]) == "note.not_signed"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "checkpoint.too_few_lines"),
        ("a\n1\n", "checkpoint.too_few_lines"),
        (TEXT[:-1], "checkpoint.too_few_lines"),
        (TEXT + "extension\n", "checkpoint.extension_lines"),
        (TEXT + "\n", "checkpoint.extension_lines"),
        (TEXT.replace(BOARD, ""), "checkpoint.bad_origin"),
        (TEXT.replace(BOARD, "a" * 256), "checkpoint.bad_origin"),
        (TEXT.replace(BOARD, "a\tb"), "checkpoint.bad_origin"),
        (TEXT.replace("\n7\n", "\n07\n"), "encoding.not_decimal"),
        (TEXT.replace("\n7\n", "\n\n"), "encoding.not_decimal"),
        (TEXT.replace("\n7\n", "\n-7\n"), "encoding.not_decimal"),
        (TEXT.replace("\n7\n", "\n+7\n"), "encoding.not_decimal"),
        (TEXT.replace("\n7\n", "\n7 \n"), "encoding.not_decimal"),
        (TEXT.replace("\n7\n", "\n\u0667\n"), "encoding.not_decimal"),
        (TEXT.replace("\n7\n", "\n9223372036854775808\n"), "encoding.out_of_range"),
        (TEXT.replace("\n7\n", "\n" + "9" * 5000 + "\n"), "encoding.out_of_range"),
        (TEXT.replace("qg0=", "qg1="), "encoding.not_base64"),
        (TEXT.replace("qg0=", "qg0"), "encoding.not_base64"),
        (TEXT.replace("aIJI", ""), "encoding.bad_width"),
    ],
)
def test_each_rule_of_the_text(text: str, code: str) -> None:
    """Each way a checkpoint's text can be malformed has its code."""
    assert refusal(parse_checkpoint, text) == code


@pytest.mark.parametrize("size", [0, 1, 2**63 - 1])
def test_sizes_at_the_bounds(size: int) -> None:
    """The smallest and the largest size are written and read."""
    checkpoint = Checkpoint(origin=BOARD, size=size, root=merkle.EMPTY_ROOT)
    assert parse_checkpoint(format_checkpoint(checkpoint)) == checkpoint


@pytest.mark.parametrize(
    ("checkpoint", "code"),
    [
        (replace(CHECKPOINT_7, origin=""), "checkpoint.bad_origin"),
        (replace(CHECKPOINT_7, origin="a\nb"), "checkpoint.bad_origin"),
        (replace(CHECKPOINT_7, origin="\ud800"), "checkpoint.bad_origin"),
        (replace(CHECKPOINT_7, size=-1), "checkpoint.bad_size"),
        (replace(CHECKPOINT_7, size=2**63), "checkpoint.bad_size"),
        (replace(CHECKPOINT_7, root=b""), "checkpoint.bad_root"),
    ],
)
def test_nothing_malformed_is_signed(checkpoint: Checkpoint, code: str) -> None:
    """What could not be read back is not signed."""
    assert refusal(sign_checkpoint, checkpoint, [LOG_SIGNER]) == code


def test_extension_lines_are_refused_though_signed() -> None:
    """A signed checkpoint with an extension line is refused, not cut short."""
    data = sign_note(TEXT + "extension\n", [LOG_SIGNER])
    assert refusal(open_checkpoint, data, origin=BOARD, verifiers=[BOARD_VERIFIER]) == "checkpoint.extension_lines"
