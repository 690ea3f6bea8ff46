"""The chain of hashes agrees with values that an independent implementation computed.

Known answers: test/kat of Sharkbait-Software/electionguard-cs; H_P for n = 5, k = 3 also microsoft/electionguard-rust.
"""

import pytest

from evote.core.base_hashes import (
    chaining_field_none,
    confirmation_code,
    contest_hash,
    device_hash,
    election_base_hash,
    extended_base_hash,
    guardian_record_hash,
    identifier_hash,
    parameter_base_hash,
)
from evote.core.elgamal import Ciphertext
from evote.core.group import Group
from evote.core.hashing import Tag, encode_string, hash_bytes
from evote.errors import EncodingError

MANIFEST = b'{"election":"kat"}'
DEVICE = "Wahllokal Zürich – Gerät №7 🗳"


def digest(text: str) -> bytes:
    """Return the bytes of a hexadecimal digest."""
    return bytes.fromhex(text)


@pytest.mark.parametrize(
    ("n", "k", "expected"),
    [
        (1, 1, "742FDEE2753D416B072D4735E7030721CEFC4F7D34BAC49A0D592AEE3BC52D44"),
        (3, 2, "51BCA66C1792739F07526B7422771FC4AEC7AD9A40E92C1BB03BFDE12AE8B661"),
        (5, 3, "944286970EAFDB6F347F4EB93B30D48FA3EDCC89BFBAEA6F5AE8F29AFB05DDCE"),
    ],
)
def test_parameter_base_hash(standard: Group, n: int, k: int, expected: str) -> None:
    """H_P has the published value."""
    assert parameter_base_hash(standard, n, k) == digest(expected)


@pytest.mark.parametrize(("n", "k"), [(3, 0), (3, 4), (0, 0), (3, -1)])
def test_impossible_quorums_are_refused(standard: Group, n: int, k: int) -> None:
    """1 <= k <= n holds for every H_P."""
    with pytest.raises(ValueError, match="quorum"):
        parameter_base_hash(standard, n, k)


@pytest.mark.parametrize(
    ("manifest", "expected"),
    [
        (MANIFEST, "2B5CBE9DB2E6B4812FEB3D6DF9C79E51B1A7E93BADB293FDC23E20E7323978A5"),
        (b"", "399F1CA4C0F4BB55109467E1E7C4DC1F854754138E7C43AF67E50EAD484455BB"),
    ],
)
def test_election_base_hash(standard: Group, manifest: bytes, expected: str) -> None:
    """H_B has the published value, also for an empty manifest."""
    assert election_base_hash(parameter_base_hash(standard, 3, 2), manifest) == digest(expected)


def published_extended_base_hash(group: Group) -> bytes:
    """Return H_E for n = 3, k = 2, the test manifest, K = g^5 and K-hat = g^7."""
    h_b = election_base_hash(parameter_base_hash(group, 3, 2), MANIFEST)
    return extended_base_hash(h_b, group.generator**5, group.generator**7)


def test_hashes_below_the_manifest(standard: Group) -> None:
    """H_E, H_I and H_DI (ordinary and pre-encrypted) have the published values."""
    h_e = published_extended_base_hash(standard)

    assert h_e == digest("A956469F246D37B21C17F2A68BC4ECE7694FD3F4BE5123F3148DDBF199DA84B0")
    assert identifier_hash(h_e, bytes(range(1, 33))) == digest(
        "CA7B1FD3105727E41DFB0037CF00CCE84197F0C4BB7FFFAB9099C2C359288C6C"
    )
    assert device_hash(h_e, DEVICE) == digest("2505D06F51EE4729B23FA36054445FB440EBD4E075F9A7F29003A0DEE28A2528")
    assert hash_bytes(h_e, Tag.PRE_ENCRYPTED_DEVICE, encode_string(DEVICE)) == digest(
        "714F0800F76BD83C839B8EF702CBCFAA2C9AEF4C6354A19CD5A515A06C01CFCA"
    )


def test_chaining_field_without_chaining() -> None:
    """B_C is four zero bytes and H_DI, and H_C takes no field of another width."""
    field = chaining_field_none(b"\x11" * 32)

    assert field == bytes(4) + b"\x11" * 32
    for wrong in (field[1:], field + b"\0", b""):
        with pytest.raises(EncodingError):
            confirmation_code(bytes(32), [bytes(32)], wrong)
    with pytest.raises(EncodingError):
        chaining_field_none(bytes(31))
    with pytest.raises(EncodingError):
        identifier_hash(bytes(32), bytes(31))


def test_every_input_counts(toy: Group) -> None:
    """Changing any input of contest hash or confirmation code, or the order of its parts, changes the result."""
    g = toy.generator
    first, second = Ciphertext(alpha=g, beta=g**2), Ciphertext(alpha=g**3, beta=g**4)
    swapped = Ciphertext(alpha=g**2, beta=g)
    field = chaining_field_none(bytes(32))
    x, y = b"\x01" * 32, b"\x02" * 32
    hashes = [
        contest_hash(x, 1, [first, second]),
        contest_hash(y, 1, [first, second]),
        contest_hash(x, 2, [first, second]),
        contest_hash(x, 1, [second, first]),
        contest_hash(x, 1, [swapped, second]),
        contest_hash(x, 1, [first]),
        confirmation_code(x, [x, y], field),
        confirmation_code(y, [x, y], field),
        confirmation_code(x, [y, x], field),
        confirmation_code(x, [x], field),
        confirmation_code(x, [x, y], chaining_field_none(x)),
    ]

    assert len(set(hashes)) == len(hashes)


def test_guardian_record_needs_a_full_table(toy: Group) -> None:
    """Rows of different lengths or a missing communication key are refused instead of hashed ambiguously."""
    g = toy.generator
    good = ((g, g), (g, g)), ((g, g), (g, g)), (g, g)
    assert len(guardian_record_hash(bytes(32), g, g, *good)) == 32
    for commitments, data_commitments, keys in (
        (((g, g, g), (g,)), good[1], good[2]),
        (good[0], ((g, g), (g,)), good[2]),
        (good[0], good[1], (g,)),
        (good[0][:1], good[1], good[2]),
        ((), (), ()),
    ):
        with pytest.raises(ValueError, match="same number"):
            guardian_record_hash(bytes(32), g, g, commitments, data_commitments, keys)
