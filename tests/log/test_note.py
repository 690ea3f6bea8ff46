"""Signed notes: the known answers of golang.org/x/mod, the rules of reading, and every rule broken alone."""

import pytest

from evote.log.key import parse_private_key, parse_verifier_key
from evote.log.note import (
    MAXIMUM_NOTE_BYTES,
    Ed25519Signer,
    Ed25519Verifier,
    Note,
    NoteSignature,
    add_signatures,
    decode_note,
    encode_note,
    make_signature,
    open_note,
    parse_signature_line,
    sign_note,
)
from tests.log.known import (
    ENOCH_KEY,
    ENOCH_LINE,
    LOG_SIGNER,
    PETER_KEY,
    PETER_LINE,
    PETER_PRIVATE_KEY,
    PETER_TEXT,
    refusal,
)

PETER = Ed25519Verifier(parse_verifier_key(PETER_KEY))
ENOCH = Ed25519Verifier(parse_verifier_key(ENOCH_KEY))
SIGNED = f"{PETER_TEXT}\n{PETER_LINE}{ENOCH_LINE}".encode()
BAD_PETER_LINE = PETER_LINE.replace("NXgKvqfq", "NXgKvqfr")


def note(lines: str, text: str = PETER_TEXT) -> bytes:
    """Return the bytes of a note with these signature lines."""
    return f"{text}\n{lines}".encode()


def test_signing_gives_the_known_note() -> None:
    """The private key of note_test.go makes the signature line of note_test.go."""
    key, signing_key = parse_private_key(PETER_PRIVATE_KEY)
    assert sign_note(PETER_TEXT, [Ed25519Signer(key.name, signing_key)]) == note(PETER_LINE)


@pytest.mark.parametrize(
    ("verifiers", "count"), [([PETER], 1), ([ENOCH], 1), ([PETER, ENOCH], 2), ([ENOCH, PETER, ENOCH], 0), ([], 0)]
)
def test_known_lines_are_verified_and_unknown_ones_ignored(verifiers: list[Ed25519Verifier], count: int) -> None:
    """A note opens with the lines by known keys; with none, or with an ambiguous key, it does not open."""
    if count:
        opened = open_note(SIGNED, verifiers)
        assert opened.note.text == PETER_TEXT
        assert {item.key for item in opened.verified} == {verifier.key for verifier in verifiers}
        assert len(opened.verified) == count
    else:
        expected = "note.ambiguous_key" if verifiers else "note.not_signed"
        assert refusal(open_note, SIGNED, verifiers) == expected


def test_an_unused_ambiguous_key_does_no_harm() -> None:
    """Two equal keys that signed nothing do not spoil a note by a third."""
    assert len(open_note(note(PETER_LINE), [ENOCH, PETER, ENOCH]).verified) == 1


def test_a_wrong_line_by_a_known_key_spoils_the_note() -> None:
    """Even where another known key's line is right, and even where the wrong line is a repetition."""
    for lines in (BAD_PETER_LINE, BAD_PETER_LINE + ENOCH_LINE, PETER_LINE + BAD_PETER_LINE):
        assert refusal(open_note, note(lines), [PETER, ENOCH]) == "signature.invalid"
    assert len(open_note(note(BAD_PETER_LINE + ENOCH_LINE), [ENOCH]).verified) == 1


def test_a_changed_text_is_refused() -> None:
    """The signature covers the text to its last newline."""
    assert refusal(open_note, note(PETER_LINE, PETER_TEXT + "x\n"), [PETER]) == "signature.invalid"
    assert refusal(open_note, note(PETER_LINE, PETER_TEXT + "\n"), [PETER]) == "signature.invalid"


def test_same_name_or_same_key_id_alone_is_unknown() -> None:
    """A line is known by name and key ID together."""
    for line in (PETER_LINE.replace("PeterNeumann", "CarmenSandiego"), PETER_LINE.replace("x08g", "xxxx")):
        assert refusal(open_note, note(line), [PETER]) == "note.not_signed"


def test_the_last_empty_line_ends_the_text() -> None:
    """A text may hold empty lines, at its end too, and lines that look like signatures."""
    for text in ("a\n\nb\n", "a\n\n", "\n", f"a\n\n{PETER_LINE}"):
        data = sign_note(text, [LOG_SIGNER])
        opened = open_note(data, [Ed25519Verifier(LOG_SIGNER.key)])
        assert opened.note.text == text
        assert encode_note(opened.note) == data


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "note.no_signatures"),
        (PETER_TEXT.encode(), "note.no_signatures"),
        (note(""), "note.no_signatures"),
        (note(PETER_LINE[:-1]), "note.no_signatures"),
        (b"\x01" + SIGNED, "note.control_character"),
        (b"\t" + SIGNED, "note.control_character"),
        (SIGNED.replace(b"\n", b"\r\n"), "note.control_character"),
        (b"\xff" + SIGNED, "note.not_utf8"),
        (SIGNED + b"Unexpected line.\n", "note.bad_line"),
        (note(PETER_LINE.replace("—", "-")), "note.bad_line"),
        (note(PETER_LINE.replace("— ", "—")), "note.bad_line"),
        (note(PETER_LINE.replace("— ", "—  ")), "note.bad_line"),
        (note(PETER_LINE.replace("\n", " \n")), "note.bad_line"),
        (note(PETER_LINE.replace("PeterNeumann", "Bad Name")), "note.bad_line"),
        (note(PETER_LINE.replace("PeterNeumann", "Bad+Name")), "key.bad_name"),
        (note(PETER_LINE.replace("PeterNeumann", "Bad\u2003Name")), "key.bad_name"),
        (note(PETER_LINE.replace("PeterNeumann", "n" * 256)), "key.bad_name"),
        (note(PETER_LINE.replace("PeterNeumann ", "")), "note.bad_line"),
        (note("— n AAAA\n"), "note.bad_signature"),
        (note("— n AAAAAA==\n"), "note.bad_signature"),
        (note("— n \n"), "note.bad_signature"),
        (note("— n AAAAAAB=\n"), "encoding.not_base64"),  # trailing bits set
        (note("— n AAAAAAA\n"), "encoding.not_base64"),  # no padding
        (note("— n AAAA_AA=\n"), "encoding.not_base64"),  # the other alphabet
        (note(PETER_LINE * 101), "note.too_many_signatures"),
        (b"a" * MAXIMUM_NOTE_BYTES + SIGNED, "note.too_long"),
    ],
)
def test_each_rule_of_reading(data: bytes, code: str) -> None:
    """Each way a note can be malformed has its code."""
    assert refusal(decode_note, data) == code


def test_a_hundred_lines_are_read() -> None:
    """The limit is above the sixteen lines that every reader must take."""
    assert len(decode_note(note(PETER_LINE * 100)).signatures) == 100


LINE = NoteSignature(name="n", key_id=b"1234", signature=b"5")


@pytest.mark.parametrize(
    ("text", "signature", "code"),
    [
        ("no newline", LINE, "note.no_signatures"),
        ("a\n\nno newline", LINE, "note.bad_line"),
        ("a\rb\n", LINE, "note.control_character"),
        ("\ud800\n", LINE, "note.not_utf8"),
        ("a\n", NoteSignature(name="a b", key_id=b"1234", signature=b"5"), "note.bad_line"),
        ("a\n", NoteSignature(name="n", key_id=b"123", signature=b"45"), "note.bad_line"),
        ("a\n", NoteSignature(name="n", key_id=b"1234", signature=b""), "note.bad_signature"),
    ],
)
def test_nothing_malformed_is_written(text: str, signature: NoteSignature, code: str) -> None:
    """What could not be read back as the same note is not written."""
    assert refusal(encode_note, Note(text=text, signatures=(signature,))) == code
    assert refusal(encode_note, Note(text="a\n", signatures=())) == "note.no_signatures"


def test_adding_a_line_replaces_the_same_keys_line() -> None:
    """A key's new line takes the place of its old one; other lines stay, in order."""
    text, key = "a\n", LOG_SIGNER.key
    old = NoteSignature(name=key.name, key_id=key.key_id, signature=b"old")
    data = encode_note(Note(text=text, signatures=(old, LINE)))
    added = decode_note(add_signatures(data, [make_signature(text, LOG_SIGNER)]))
    assert added.signatures == (LINE, make_signature(text, LOG_SIGNER))


def test_a_line_is_read_alone() -> None:
    """A witness answers with bare lines; one is read like a line of a note."""
    assert parse_signature_line(PETER_LINE.rstrip("\n")) == decode_note(SIGNED).signatures[0]
