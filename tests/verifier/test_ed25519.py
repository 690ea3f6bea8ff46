"""Ed25519 at the edges where libraries differ."""

import pytest

from verifier.ed25519 import FIELD, GROUP_ORDER, is_canonical_point, is_key, is_signature, is_small_order

# "Taming the many EdDSAs": cases.json of novifinancial/ed25519-speccheck as message, key, signature, our verdict.
CASES = [
    (
        "8c93255d71dcab10e8f379c26200f3c7bd5f09d9bc3068d3ef4edeb4853022b6",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"
        "0000000000000000000000000000000000000000000000000000000000000000",
        False,
    ),
    (
        "9bd9f44f4dcc75bd531b56b2cd280b0bb38fc1cd6d1230e14861d861de092e79",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
        "f7badec5b8abeaf699583992219b7b223f1df3fbbea919844e3f7c554a43dd43"
        "a5bb704786be79fc476f91d3f3f89b03984d8068dcf1bb7dfc6637b45450ac04",
        False,
    ),
    (
        "aebf3f2601a0c8c5d39cc7d8911642f740b78168218da8471772b35f9d35b9ab",
        "f7badec5b8abeaf699583992219b7b223f1df3fbbea919844e3f7c554a43dd43",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa"
        "8c4bd45aecaca5b24fb97bc10ac27ac8751a7dfe1baff8b953ec9f5833ca260e",
        False,
    ),
    (
        "9bd9f44f4dcc75bd531b56b2cd280b0bb38fc1cd6d1230e14861d861de092e79",
        "cdb267ce40c5cd45306fa5d2f29731459387dbf9eb933b7bd5aed9a765b88d4d",
        "9046a64750444938de19f227bb80485e92b83fdb4b6506c160484c016cc1852f"
        "87909e14428a7a1d62e9f22f3d3ad7802db02eb2e688b6c52fcd6648a98bd009",
        True,
    ),
    (
        "e47d62c63f830dc7a6851a0b1f33ae4bb2f507fb6cffec4011eaccd55b53f56c",
        "cdb267ce40c5cd45306fa5d2f29731459387dbf9eb933b7bd5aed9a765b88d4d",
        "160a1cb0dc9c0258cd0a7d23e94d8fa878bcb1925f2c64246b2dee1796bed512"
        "5ec6bc982a269b723e0668e540911a9a6a58921d6925e434ab10aa7940551a09",
        False,
    ),
    (
        "e47d62c63f830dc7a6851a0b1f33ae4bb2f507fb6cffec4011eaccd55b53f56c",
        "cdb267ce40c5cd45306fa5d2f29731459387dbf9eb933b7bd5aed9a765b88d4d",
        "21122a84e0b5fca4052f5b1235c80a537878b38f3142356b2c2384ebad4668b7"
        "e40bc836dac0f71076f9abe3a53f9c03c1ceeeddb658d0030494ace586687405",
        False,
    ),
    (
        "85e241a07d148b41e47d62c63f830dc7a6851a0b1f33ae4bb2f507fb6cffec40",
        "442aad9f089ad9e14647b1ef9099a1ff4798d78589e66f28eca69c11f582a623",
        "e96f66be976d82e60150baecff9906684aebb1ef181f67a7189ac78ea23b6c0e"
        "547f7690a0e2ddcd04d87dbc3490dc19b3b3052f7ff0538cb68afb369ba3a514",
        False,
    ),
    (
        "85e241a07d148b41e47d62c63f830dc7a6851a0b1f33ae4bb2f507fb6cffec40",
        "442aad9f089ad9e14647b1ef9099a1ff4798d78589e66f28eca69c11f582a623",
        "8ce5b96c8f26d0ab6c47958c9e68b937104cd36e13c33566acd2fe8d38aa1942"
        "7e71f98a473474f2f13f06f97c20d58cc3f54b8bd0d272f42b695dd7e89a8c22",
        False,
    ),
    (
        "fdaebc429f4a735932a160da1301080c13280eea8bc280d1b392c6b9e6ba3a5a",
        "f7badec5b8abeaf699583992219b7b223f1df3fbbea919844e3f7c554a43dd43",
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"
        "454d370c8d9fc323a41450f8d513eafeb5b0697390c1e505a0d4ddc71f566607",
        False,
    ),
    (
        "84b698d39be126ff55fe45079e6c8bf64a0d7db6994560b4e96b7021eb39c1a1",
        "f7badec5b8abeaf699583992219b7b223f1df3fbbea919844e3f7c554a43dd43",
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"
        "084d5b99c2a9463d9c8bd5026916996984eeec87ddf1d3be329006ace1b37b09",
        False,
    ),
]

# RFC 8032, 7.1, TEST 2
RFC_KEY = "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c"
RFC_SIGNATURE = (
    "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
    "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
)


@pytest.mark.parametrize(("message", "key", "signature", "expected"), CASES)
def test_edge_cases(message: str, key: str, signature: str, expected: bool) -> None:
    """Show the strict reading: only a signature that holds without cofactor, of large order, in one encoding."""
    assert is_signature(bytes.fromhex(key), bytes.fromhex(message), bytes.fromhex(signature)) is expected


def test_rfc_8032_and_its_malleation() -> None:
    """Show a published signature, and that S + L is refused."""
    key, signature = bytes.fromhex(RFC_KEY), bytes.fromhex(RFC_SIGNATURE)
    assert is_signature(key, b"\x72", signature)
    assert not is_signature(key, b"\x73", signature)
    s = int.from_bytes(signature[32:], "little") + GROUP_ORDER
    assert not is_signature(key, b"\x72", signature[:32] + s.to_bytes(32, "little"))
    assert not is_signature(key, b"\x72", signature[:63])
    assert not is_signature(key[:31], b"\x72", signature)


def _double(point: tuple[int, int]) -> tuple[int, int]:
    d = -121665 * pow(121666, -1, FIELD) % FIELD
    x, y = point
    k = d * x * x * y * y % FIELD
    return 2 * x * y * pow(1 + k, -1, FIELD) % FIELD, (y * y + x * x) * pow(1 - k, -1, FIELD) % FIELD


def _recover(encoded: bytes) -> tuple[int, int]:
    d = -121665 * pow(121666, -1, FIELD) % FIELD
    y = int.from_bytes(encoded, "little") & ((1 << 255) - 1)
    x2 = (y * y - 1) * pow(d * y * y + 1, -1, FIELD) % FIELD
    x = pow(x2, (FIELD + 3) // 8, FIELD)
    if x * x % FIELD != x2:
        x = x * pow(2, (FIELD - 1) // 4, FIELD) % FIELD
    assert x * x % FIELD == x2
    return x, y


def test_points_of_small_order() -> None:
    """Show by doubling three times that the refused points are those with 8*P = O, and that there are eight."""
    from verifier.ed25519 import _SMALL_ORDER

    assert len(_SMALL_ORDER) == 8
    for encoded in _SMALL_ORDER:
        point = _recover(encoded)
        for _ in range(3):
            point = _double(point)
        assert point == (0, 1)
        assert is_small_order(encoded)
        assert not is_key(encoded)


@pytest.mark.parametrize("y", [FIELD, FIELD + 1, (1 << 255) - 1, 1 | 1 << 255, FIELD - 1 | 1 << 255])
def test_encodings_that_are_not_canonical(y: int) -> None:
    """Show that y beyond the field and a negative zero are refused."""
    assert not is_canonical_point(y.to_bytes(32, "little"))
    assert not is_key(y.to_bytes(32, "little"))


def test_points_off_the_curve() -> None:
    """Show that about half of all y have no point, and that the library agrees on which."""
    off = [y for y in range(2, 40) if not is_key(y.to_bytes(32, "little"))]
    assert off
    for y in off:
        with pytest.raises(AssertionError):
            _recover(y.to_bytes(32, "little"))
