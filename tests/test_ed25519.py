"""Ed25519: known answers of RFC 8032, the edge cases of "Taming the many EdDSAs", and every rule broken alone."""

import copy
import hashlib
import pickle

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from hypothesis import given, settings
from hypothesis import strategies as st

from evote import ed25519
from evote.ed25519 import FIELD_PRIME, GROUP_ORDER, SigningKey
from evote.errors import VerificationError

# RFC 8032 section 7.1: seed, public key, message, signature (TEST 1, 2, 3 and SHA(abc)).
RFC_8032 = [
    (
        "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe"
        "24655141438e7a100b",
    ),
    (
        "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302a"
        "eeb00d291612bb0c00",
    ),
    (
        "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed2"
        "8dc027beceea1ec40a",
    ),
    (
        "833fe62409237b9d62ec77587520911e9a759cec1d19755b7da901b96dca3d42",
        "ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf",
        hashlib.sha512(b"abc").hexdigest(),
        "dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b58909351fc9ac90b3ecfdfbc7c66431e0303dca179c138ac1"
        "7ad9bef1177331a704",
    ),
]

SMALL = "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa"
SMALL_R = "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"
MIXED = "f7badec5b8abeaf699583992219b7b223f1df3fbbea919844e3f7c554a43dd43"
MIXED_2 = "cdb267ce40c5cd45306fa5d2f29731459387dbf9eb933b7bd5aed9a765b88d4d"
PLAIN = "442aad9f089ad9e14647b1ef9099a1ff4798d78589e66f28eca69c11f582a623"
NEGATIVE_ZERO = "ec" + "ff" * 31
S_SMALL_A = "a5bb704786be79fc476f91d3f3f89b03984d8068dcf1bb7dfc6637b45450ac04"
R_10 = "a9d55260f765261eb9b84e106f665e00b867287a761990d7135963ee0a7d59dc"

# Chalkias, Garillot, Nikolaenko, "Taming the many EdDSAs", table 6c (github.com/novifinancial/ed25519-speccheck,
# cases.json): number, message, public key, signature, and the verdict of our rule ("" accepts).
TAMING = [
    (0, "8c93255d71dcab10e8f379c26200f3c7bd5f09d9bc3068d3ef4edeb4853022b6", SMALL, SMALL_R + "00" * 32, "small_order"),
    (1, "9bd9f44f4dcc75bd531b56b2cd280b0bb38fc1cd6d1230e14861d861de092e79", SMALL, MIXED + S_SMALL_A, "small_order"),
    (
        2,
        "aebf3f2601a0c8c5d39cc7d8911642f740b78168218da8471772b35f9d35b9ab",
        MIXED,
        SMALL + "8c4bd45aecaca5b24fb97bc10ac27ac8751a7dfe1baff8b953ec9f5833ca260e",
        "small_order",
    ),
    (
        3,
        "9bd9f44f4dcc75bd531b56b2cd280b0bb38fc1cd6d1230e14861d861de092e79",
        MIXED_2,
        "9046a64750444938de19f227bb80485e92b83fdb4b6506c160484c016cc1852f87909e14428a7a1d62e9f22f3d3ad7802db02eb2e688b6"
        "c52fcd6648a98bd009",
        "",
    ),
    (
        4,
        "e47d62c63f830dc7a6851a0b1f33ae4bb2f507fb6cffec4011eaccd55b53f56c",
        MIXED_2,
        "160a1cb0dc9c0258cd0a7d23e94d8fa878bcb1925f2c64246b2dee1796bed5125ec6bc982a269b723e0668e540911a9a6a58921d6925e4"
        "34ab10aa7940551a09",
        "invalid",
    ),
    (
        5,
        "e47d62c63f830dc7a6851a0b1f33ae4bb2f507fb6cffec4011eaccd55b53f56c",
        MIXED_2,
        "21122a84e0b5fca4052f5b1235c80a537878b38f3142356b2c2384ebad4668b7e40bc836dac0f71076f9abe3a53f9c03c1ceeeddb658d0"
        "030494ace586687405",
        "invalid",
    ),
    (
        6,
        "85e241a07d148b41e47d62c63f830dc7a6851a0b1f33ae4bb2f507fb6cffec40",
        PLAIN,
        "e96f66be976d82e60150baecff9906684aebb1ef181f67a7189ac78ea23b6c0e547f7690a0e2ddcd04d87dbc3490dc19b3b3052f7ff053"
        "8cb68afb369ba3a514",
        "non_canonical",
    ),
    (
        7,
        "85e241a07d148b41e47d62c63f830dc7a6851a0b1f33ae4bb2f507fb6cffec40",
        PLAIN,
        "8ce5b96c8f26d0ab6c47958c9e68b937104cd36e13c33566acd2fe8d38aa19427e71f98a473474f2f13f06f97c20d58cc3f54b8bd0d272"
        "f42b695dd7e89a8c22",
        "non_canonical",
    ),
    (
        8,
        "9bedc267423725d473888631ebf45988bad3db83851ee85c85e241a07d148b41",
        MIXED,
        NEGATIVE_ZERO + "03be9678ac102edcd92b0210bb34d7428d12ffc5df5f37e359941266a4e35f0f",
        "non_canonical",
    ),
    (
        9,
        "9bedc267423725d473888631ebf45988bad3db83851ee85c85e241a07d148b41",
        MIXED,
        NEGATIVE_ZERO + "ca8c5b64cd208982aa38d4936621a4775aa233aa0505711d8fdcfdaa943d4908",
        "non_canonical",
    ),
    (
        10,
        "e96b7021eb39c1a163b6da4e3093dcd3f21387da4cc4572be588fafae23c155b",
        NEGATIVE_ZERO,
        R_10 + S_SMALL_A,
        "non_canonical_key",
    ),
    (
        11,
        "39a591f5321bbe07fd5a23dc2f39d025d74526615746727ceefd6e82ae65c06f",
        NEGATIVE_ZERO,
        R_10 + S_SMALL_A,
        "non_canonical_key",
    ),
]

D = -121665 * pow(121666, -1, FIELD_PRIME) % FIELD_PRIME
Point = tuple[int, int]


def add(first: Point, second: Point) -> Point:
    """Add two points of the curve -x^2 + y^2 = 1 + d x^2 y^2 (RFC 8032 section 5.1.4, affine)."""
    (x1, y1), (x2, y2) = first, second
    product = D * x1 * x2 * y1 * y2 % FIELD_PRIME
    x = (x1 * y2 + x2 * y1) * pow(1 + product, -1, FIELD_PRIME) % FIELD_PRIME
    y = (y1 * y2 + x1 * x2) * pow(1 - product, -1, FIELD_PRIME) % FIELD_PRIME
    return x, y


def encode_point(point: Point) -> bytes:
    """Encode a point (RFC 8032 section 5.1.2)."""
    return (point[1] | (point[0] & 1) << 255).to_bytes(32, "little")


def refusal(public_key: bytes, message: bytes, signature: bytes) -> str:
    """Return the rule that a verification breaks, or "" where it accepts."""
    try:
        ed25519.verify(public_key, message, signature)
    except VerificationError as error:
        return error.code.removeprefix("signature.")
    return ""


def small_order_points() -> list[Point]:
    """Return the eight points of small order, as multiples of one of order eight."""
    y = ed25519._SMALL_ORDER_Y - {0, 1, FIELD_PRIME - 1}
    generator_y = min(y)
    x_squared = (generator_y**2 - 1) * pow(D * generator_y**2 + 1, -1, FIELD_PRIME) % FIELD_PRIME
    x = pow(x_squared, (FIELD_PRIME + 3) // 8, FIELD_PRIME)
    if x * x % FIELD_PRIME != x_squared:
        x = x * pow(2, (FIELD_PRIME - 1) // 4, FIELD_PRIME) % FIELD_PRIME
    points = [(0, 1)]
    for _ in range(7):
        points.append(add(points[-1], (x, generator_y)))
    assert add(points[-1], (x, generator_y)) == (0, 1)
    return points


@pytest.mark.parametrize(("seed", "public_key", "message", "signature"), RFC_8032)
def test_the_answers_of_rfc_8032(seed: str, public_key: str, message: str, signature: str) -> None:
    """Key, signature and verdict are those of RFC 8032 section 7.1."""
    seed_bytes, message_bytes = bytes.fromhex(seed), bytes.fromhex(message)
    assert ed25519.public_key_of(seed_bytes).hex() == public_key
    assert ed25519.sign(seed_bytes, message_bytes).hex() == signature
    ed25519.verify(bytes.fromhex(public_key), message_bytes, bytes.fromhex(signature))


@pytest.mark.parametrize(("number", "message", "public_key", "signature", "verdict"), TAMING)
def test_the_edge_cases_of_taming_the_many_eddsas(
    number: int, message: str, public_key: str, signature: str, verdict: str
) -> None:
    """Only case 3 (mixed order, equation holds without cofactor) is accepted, each other is refused for its reason."""
    assert refusal(bytes.fromhex(public_key), bytes.fromhex(message), bytes.fromhex(signature)) == verdict


def test_the_small_order_list_is_the_whole_torsion_subgroup() -> None:
    """The eight multiples of a point of order eight are exactly the points whose y the module lists."""
    points = small_order_points()
    assert len(set(points)) == 8
    assert {y for _, y in points} == ed25519._SMALL_ORDER_Y


def test_every_small_order_point_is_refused_as_key_and_as_r() -> None:
    """All eight encodings are refused in both places, whatever the equation says."""
    honest = SigningKey(bytes(range(32)))
    s = honest.sign(b"m")[32:]
    for point in small_order_points():
        encoded = encode_point(point)
        assert refusal(encoded, b"m", honest.sign(b"m")) == "small_order"
        assert refusal(honest.public_key, b"m", encoded + s) == "small_order"


@pytest.mark.parametrize("y", [*range(FIELD_PRIME, 2**255), 1 | 1 << 255, (FIELD_PRIME - 1) | 1 << 255])
def test_every_non_canonical_point_is_refused_as_key_and_as_r(y: int) -> None:
    """The nineteen unreduced y-coordinates, and the sign bit where x = 0, are refused in both places."""
    honest = SigningKey(bytes(range(32)))
    encoded = y.to_bytes(32, "little")
    assert refusal(encoded, b"m", honest.sign(b"m")) == "non_canonical_key"
    assert refusal(honest.public_key, b"m", encoded + honest.sign(b"m")[32:]) == "non_canonical"


def test_the_library_itself_would_accept_what_the_checks_refuse() -> None:
    """Without our checks the library accepts case 0 of the edge cases: they are needed."""
    _, message, public_key, signature, _ = TAMING[0]
    key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(public_key))
    key.verify(bytes.fromhex(signature), bytes.fromhex(message))


def test_s_at_its_bound() -> None:
    """S + L, which satisfies the same equation, is refused; so is S = L."""
    key = SigningKey(bytes(range(32)))
    signature = key.sign(b"m")
    s = int.from_bytes(signature[32:], "little")
    for forged in (s + GROUP_ORDER, GROUP_ORDER):
        assert refusal(key.public_key, b"m", signature[:32] + forged.to_bytes(32, "little")) == "non_canonical"
    below = (GROUP_ORDER - 1).to_bytes(32, "little")
    assert refusal(key.public_key, b"m", signature[:32] + below) == "invalid"


def test_a_key_that_is_no_point_is_refused() -> None:
    """A y-coordinate without an x (y = 2) is no point of the curve."""
    assert refusal((2).to_bytes(32, "little"), b"m", SigningKey(bytes(32)).sign(b"m")) == "invalid"


@pytest.mark.parametrize(("key_width", "signature_width"), [(31, 64), (33, 64), (32, 63), (32, 65), (0, 0)])
def test_other_widths_are_refused(key_width: int, signature_width: int) -> None:
    """A key has 32 bytes and a signature 64."""
    assert refusal(b"\x09" * key_width, b"m", b"\x09" * signature_width) == "bad_width"


@settings(max_examples=50, deadline=None)
@given(st.binary(min_size=32, max_size=32), st.binary(max_size=64), st.integers(0, 511))
def test_one_flipped_bit_spoils_a_signature(seed: bytes, message: bytes, bit: int) -> None:
    """An honest signature is accepted, and refused after any one bit of it is flipped."""
    key = SigningKey(seed)
    signature = key.sign(message)
    ed25519.verify(key.public_key, message, signature)
    flipped = (int.from_bytes(signature, "little") ^ 1 << bit).to_bytes(64, "little")
    assert refusal(key.public_key, message, flipped)
    assert refusal(key.public_key, message + b"x", signature) == "invalid"


def test_a_signing_key_keeps_its_secret() -> None:
    """Printing shows no seed; pickling, copying and hashing are refused; only expose() gives the seed."""
    seed = bytes(range(32))
    key = SigningKey(seed)
    assert seed.hex() not in repr(key)
    assert "redacted" in str(key)
    for leak in (pickle.dumps, copy.copy, copy.deepcopy, hash):
        with pytest.raises(TypeError):
            leak(key)
    assert key.expose() == seed
    assert not hasattr(key, "__dict__")


def test_signing_keys_compare_by_their_seed() -> None:
    """Equal seeds make equal keys; another seed or another type does not."""
    assert SigningKey(bytes(32)) == SigningKey(bytes(32))
    assert SigningKey(bytes(32)) != SigningKey(bytes(range(32)))
    assert SigningKey(bytes(32)) != bytes(32)


def test_a_seed_has_32_bytes() -> None:
    """Another width is a programming error, not a key."""
    with pytest.raises(ValueError, match="32 bytes"):
        SigningKey(bytes(31))


def test_check_public_key_accepts_real_keys_and_names_each_defect() -> None:
    """A key is a canonical point outside the small ones: width, range, order and curve fail under their own codes."""
    ed25519.check_public_key(ed25519.public_key_of(bytes(32)))
    off_curve = next(
        y.to_bytes(32, "little")
        for y in range(2, 50)
        if pow((y * y - 1) * (D * y * y + 1), (ed25519.FIELD_PRIME - 1) // 2, ed25519.FIELD_PRIME) != 1
    )
    defects = {
        "bad_width": bytes(31),
        "non_canonical_key": (ed25519.FIELD_PRIME + 3).to_bytes(32, "little"),
        "small_order": (1).to_bytes(32, "little"),
        "not_a_point": off_curve,
    }
    for rule, key in defects.items():
        with pytest.raises(VerificationError) as caught:
            ed25519.check_public_key(key)
        assert caught.value.code == f"signature.{rule}"


D = -121665 * pow(121666, -1, ed25519.FIELD_PRIME) % ed25519.FIELD_PRIME
