"""Every hash input has the bytes that the specification gives it."""

import hashlib
import hmac

import pytest

from evote.core.group import Group
from evote.core.hashing import (
    Encoded,
    Tag,
    encode_digest,
    encode_element,
    encode_file,
    encode_index,
    encode_label,
    encode_parameters,
    encode_raw,
    encode_scalar,
    encode_small,
    encode_string,
    encode_trustee_set,
    hash_bytes,
    hash_scalar,
    message,
)
from evote.errors import EncodingError

# ElectionGuard 2.1.0, section 5.5: the inputs of each hash in short form, and the length of B1 it must give. Letters:
# P group parameters, E element, H digest, I index, S small number, X 36-byte chaining field, C 64-byte pair or C1,
# B one 32-byte block of contest data, F 7-byte file or string, V "pk_vote", D "pk_data", U set of two trustees.
# n = 3 guardians, quorum k = 2, R = 1, L = 2, m = 3 options, b = 1 block of contest data, m_B = 2 contests.
LENGTHS = [
    (Tag.PARAMETER_BASE_HASH, "PII", 1065),
    (Tag.ELECTION_BASE_HASH, "F", 5 + 7),
    (Tag.GUARDIAN_PROOF, "VI" + "EE" + "E" + "EEE", 12 + 2 * 3 * 512),
    (Tag.GUARDIAN_PROOF, "DI" + "EE" + "E" + "EEE", 12 + 2 * 3 * 512),
    (Tag.SHARE_ENCRYPTION_KEY, "IIEEE", 1545),
    (Tag.SHARE_ENCRYPTION_PROOF, "IIEEC", 1097),
    (Tag.GUARDIAN_RECORD, "EE" + "EE" * 3 + "EE" * 3 + "EEE", 1 + (2 + 2 * 3 * 2 + 3) * 512),
    (Tag.EXTENDED_BASE_HASH, "EE", 1025),
    (Tag.SELECTION_IDENTIFIER, "H", 33),
    (Tag.SELECTION_NONCE, "IIH", 41),
    (Tag.BALLOT_NONCE_KEY, "EE", 1025),
    (Tag.BALLOT_NONCE_PROOF, "EEB", 1057),
    (Tag.RANGE_PROOF, "II" + "EE" + "EE" * 2, 9 + (2 * 1 + 4) * 512),
    (Tag.RANGE_PROOF, "I" + "EE" + "EE" * 3, 5 + (2 * 2 + 4) * 512),
    (Tag.CONTEST_DATA_NONCE, "IH", 37),
    (Tag.CONTEST_DATA_KEY, "IEE", 1029),
    (Tag.CONTEST_DATA_PROOF, "IEEB", 1029 + 32),
    (Tag.CONTEST_HASH, "I" + "EE" * 3, 5 + 1024 * 3),
    (Tag.CONTEST_HASH, "I" + "EE" * 3 + "EBC", 5 + 1024 * 3 + 576 + 32),
    (Tag.CONFIRMATION_CODE, "HHX", 37 + 32 * 2),
    (Tag.CONFIRMATION_CODE, "X", 37),
    (Tag.DEVICE_HASH, "F", 5 + 7),
    (Tag.CHAIN_CLOSING, "HX", 69),
    (Tag.TALLY_COMMITMENT, "III" + "EEEEE" + "U", 2577 + 4 * 2),
    (Tag.TALLY_CHALLENGE, "II" + "EEEEE", 2569),
    (Tag.CONTEST_DATA_COMMITMENT, "II" + "EBC" + "EEE" + "U", 2125 + 32 + 4 * 2),
    (Tag.CONTEST_DATA_CHALLENGE, "I" + "EBC" + "EEE", 2117 + 32),
    (Tag.PRE_ENCRYPTED_SELECTION, "EE" * 3, 1 + 1024 * 3),
    (Tag.PRE_ENCRYPTED_CONTEST, "I" + "H" * 5, 5 + 32 * 5),
    (Tag.PRE_ENCRYPTED_CODE, "HHX", 37 + 32 * 2),
    (Tag.PRE_ENCRYPTED_DEVICE, "F", 5 + 7),
    (Tag.PRE_ENCRYPTED_CLOSING, "HX", 69),
    (Tag.PRE_ENCRYPTED_NONCE, "IIIH", 45),
    (Tag.PARTIAL_DECRYPTION, "SSSI" + "EEEEEE", 1 + 16 + 6 * 512),
    (Tag.COMPLAINT, "II" + "EEEEE", 1 + 8 + 5 * 512),
    (Tag.REHEARSAL, "S", 5),
]


def encoded(group: Group, form: str) -> list[Encoded]:
    """Return one encoded input for each letter of a form."""
    inputs = {
        "P": encode_parameters(group),
        "E": encode_element(group.generator),
        "H": encode_digest(bytes(32)),
        "I": encode_index(1),
        "S": encode_small(0),
        "X": encode_raw(bytes(36), 36),
        "C": encode_raw(bytes(64), 64),
        "B": encode_raw(bytes(32), 32),
        "F": encode_file(b"7 bytes"),
        "V": encode_label("pk_vote"),
        "D": encode_label("pk_data"),
        "U": encode_trustee_set([1, 3]),
    }
    return [inputs[letter] for letter in form]


@pytest.mark.parametrize(("tag", "form", "length"), LENGTHS, ids=lambda value: getattr(value, "name", None))
def test_number_of_hashed_bytes(standard: Group, tag: Tag, form: str, length: int) -> None:
    """The message of every hash has the length that section 5.5 states and begins with its tag."""
    data = message(tag, *encoded(standard, form))

    assert len(data) == length
    assert data[0] == tag


def test_length_table_is_complete() -> None:
    """Every tag of the table has a length test, and every tag has its own byte."""
    assert {tag for tag, _, _ in LENGTHS} == set(Tag)
    assert len({int(tag) for tag in Tag}) == len(Tag.__members__)


def test_our_tags_lie_outside_the_range_of_the_specification() -> None:
    """Tags that the specification does not know are 0x80 and above; its own are below."""
    assert {tag for tag in Tag if tag >= 0x80} == {Tag.PARTIAL_DECRYPTION, Tag.COMPLAINT, Tag.REHEARSAL}
    assert max(tag for tag in Tag if tag < 0x80) == 0x45


def test_hash_is_hmac_of_tag_and_parts(standard: Group) -> None:
    """H is HMAC-SHA-256 keyed with B0 over tag and parts; H_q is the same number modulo q."""
    base = bytes(range(32))
    expected = hmac.new(base, b"\x24\x00\x00\x00\x05", hashlib.sha256).digest()

    assert hash_bytes(base, Tag.RANGE_PROOF, encode_index(5)) == expected
    assert hash_scalar(standard, base, Tag.RANGE_PROOF, encode_index(5)).value == (
        int.from_bytes(expected, "big") % standard.order
    )


def test_hash_to_scalar_reduces(toy: Group) -> None:
    """H_q reduces a hash above q instead of refusing it."""
    digest = hash_bytes(bytes(32), Tag.RANGE_PROOF)

    assert hash_scalar(toy, bytes(32), Tag.RANGE_PROOF).value == int.from_bytes(digest, "big") % toy.order


@pytest.mark.parametrize("size", [0, 31, 33, 64])
def test_base_has_32_bytes(size: int) -> None:
    """A base B0 of another length is refused: HMAC alone would pad or hash it silently."""
    with pytest.raises(ValueError, match="B0 has 32 bytes"):
        hash_bytes(bytes(size), Tag.RANGE_PROOF)


def test_fixed_encodings(standard: Group) -> None:
    """Numbers are big-endian and fixed in width; variable strings carry their byte length; labels do not."""
    assert encode_index(1) == b"\0\0\0\x01"
    assert encode_index(2**31 - 1) == b"\x7f\xff\xff\xff"
    assert encode_small(0) == bytes(4)
    assert encode_string("é") == b"\0\0\0\x02\xc3\xa9"
    assert encode_string("") == bytes(4)
    assert encode_file(b"abc") == b"\0\0\0\x03abc"
    assert encode_label("pk_vote") == bytes.fromhex("706B5F766F7465")
    assert encode_label("pk_data") == bytes.fromhex("706B5F64617461")
    assert encode_scalar(standard.scalar(1)) == bytes(31) + b"\x01"
    assert encode_element(standard.identity) == bytes(511) + b"\x01"
    assert encode_trustee_set({3, 1}) == bytes.fromhex("000000020000000100000003")


@pytest.mark.parametrize("index", [0, -1, 2**31, 2**40])
def test_indices_out_of_range_are_refused(index: int) -> None:
    """An index is at least 1 and below 2^31; a small number may be 0 and nothing else of these."""
    with pytest.raises(EncodingError) as caught:
        encode_index(index)
    assert caught.value.code == "encoding.out_of_range"
    if index:
        with pytest.raises(EncodingError) as caught:
            encode_small(index)
        assert caught.value.code == "encoding.out_of_range"


def test_wrong_inputs_are_refused() -> None:
    """Digests of other widths, text that UTF-8 cannot carry, and repeated trustees are refused."""
    for size in (0, 31, 33):
        with pytest.raises(EncodingError) as caught:
            encode_digest(bytes(size))
        assert caught.value.code == "encoding.wrong_width"
    with pytest.raises(EncodingError) as caught:
        encode_string("\ud800")
    assert caught.value.code == "encoding.not_utf8"
    with pytest.raises(ValueError, match="twice"):
        encode_trustee_set([1, 1])
