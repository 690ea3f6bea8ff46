"""Ed25519 with one meaning: every program that follows these rules gives every signature the same verdict.

Spec: RFC 8032 sections 5.1.3, 5.1.6, 5.1.7; Chalkias, Garillot, Nikolaenko, "Taming the many EdDSAs" (2020), section 4.

Idea: libraries agree on honest signatures and differ at the edges: unreduced encodings, points of small order, the
cofactor. The library does the work (OpenSSL: equation without cofactor, R compared as bytes); the checks before it
remove every edge on which libraries differ.

Invariants: accepted means A and R are canonical encodings of points outside the eight of small order, S < L, and
S B = R + H(R || A || M) A. A point of mixed order is accepted where this equation holds.
"""

from __future__ import annotations

import hmac
from typing import Final, NoReturn

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from gmpy2 import jacobi

from evote.errors import VerificationError

SEED_BYTES: Final = 32
PUBLIC_KEY_BYTES: Final = 32
SIGNATURE_BYTES: Final = 64

FIELD_PRIME: Final = 2**255 - 19
GROUP_ORDER: Final = 2**252 + 27742317777372353535851937790883648493  # L

# y-coordinates of the eight points of small order: orders 1, 2, 4 (two points), 8 (two and two points).
_SMALL_ORDER_Y: Final = frozenset(
    {
        1,
        FIELD_PRIME - 1,
        0,
        0x7A03AC9277FDC74EC6CC392CFA53202A0F67100D760B3CBA4FD84D3D706A17C7,
        0x05FC536D880238B13933C6D305ACDFD5F098EFF289F4C345B027B2C28F95E826,
    }
)
# Where x = 0 the sign bit must be 0; x = 0 holds for y = 1 and y = -1 only.
_ZERO_X_Y: Final = frozenset({1, FIELD_PRIME - 1})
_SIGN_BIT: Final = 1 << 255
_CURVE_D: Final = -121665 * pow(121666, -1, FIELD_PRIME) % FIELD_PRIME


class SigningKey:
    """An Ed25519 private key; the seed is secret and leaves only through `expose()`.

    Printing shows the public key alone. Pickling, copying and hashing are refused; equality compares in constant time.
    """

    __slots__ = ("_private_key", "_seed", "public_key")

    public_key: bytes

    def __init__(self, seed: bytes) -> None:
        """Derive the key pair from a secret seed of 32 bytes; raise ValueError for any other width."""
        if len(seed) != SEED_BYTES:
            raise ValueError(f"an Ed25519 seed has {SEED_BYTES} bytes, not {len(seed)}")
        self._seed = bytes(seed)
        self._private_key = Ed25519PrivateKey.from_private_bytes(self._seed)
        self.public_key = self._private_key.public_key().public_bytes_raw()

    def sign(self, message: bytes) -> bytes:
        """Return the 64-byte signature of RFC 8032 section 5.1.6; deterministic."""
        return self._private_key.sign(message)

    def expose(self) -> bytes:
        """Return the secret seed, for a keystore or a private-key text."""
        return self._seed

    def __repr__(self) -> str:
        return f"SigningKey(public_key={self.public_key.hex()}, seed=<redacted>)"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, SigningKey):
            return NotImplemented
        return hmac.compare_digest(self._seed, other._seed)

    def __hash__(self) -> NoReturn:
        raise TypeError("a signing key can't be hashed")

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        raise TypeError("a signing key can't be pickled or copied")

    def __copy__(self) -> NoReturn:
        raise TypeError("a signing key can't be pickled or copied")

    def __deepcopy__(self, memo: object) -> NoReturn:
        raise TypeError("a signing key can't be pickled or copied")


def public_key_of(seed: bytes) -> bytes:
    """Return the 32-byte public key of a secret 32-byte seed."""
    return SigningKey(seed).public_key


def sign(seed: bytes, message: bytes) -> bytes:
    """Return the 64-byte signature of `message` under a secret 32-byte seed; deterministic."""
    return SigningKey(seed).sign(message)


def verify(public_key: bytes, message: bytes, signature: bytes) -> None:
    """Verify a signature under the strict rule of this module.

    Raise VerificationError `signature.bad_width` (key not 32 or signature not 64 bytes), `.non_canonical_key` (A),
    `.small_order` (A or R), `.non_canonical` (R or S) or `.invalid` (the equation, or A is no point of the curve).
    """
    if len(public_key) != PUBLIC_KEY_BYTES:
        _refuse("bad_width", f"an Ed25519 public key has {PUBLIC_KEY_BYTES} bytes, not {len(public_key)}")
    if len(signature) != SIGNATURE_BYTES:
        _refuse("bad_width", f"an Ed25519 signature has {SIGNATURE_BYTES} bytes, not {len(signature)}")
    _check_point(public_key, "non_canonical_key", "public key A")
    _check_point(signature[:32], "non_canonical", "signature's R")
    # S < L (RFC 8032 section 5.1.7, step 1)
    if int.from_bytes(signature[32:], "little") >= GROUP_ORDER:
        _refuse("non_canonical", "the signature's S is not below the group order L")
    try:
        # S B = R + H(R || A || M) A (RFC 8032 section 5.1.7, step 3, the equation without cofactor)
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature, message)
    except InvalidSignature:
        _refuse("invalid", f"the signature does not verify under public key {public_key.hex()}")


def check_public_key(public_key: bytes) -> None:
    """Require the canonical encoding of a point of the curve that is not of small order.

    Raise VerificationError `signature.bad_width`, `.non_canonical_key`, `.small_order` or `.not_a_point`.
    """
    if len(public_key) != PUBLIC_KEY_BYTES:
        _refuse("bad_width", f"an Ed25519 public key has {PUBLIC_KEY_BYTES} bytes, not {len(public_key)}")
    _check_point(public_key, "non_canonical_key", "public key A")
    y_squared = pow(int.from_bytes(public_key, "little") & (_SIGN_BIT - 1), 2, FIELD_PRIME)
    # x^2 = (y^2 - 1) / (d y^2 + 1) has a root (RFC 8032 section 5.1.3, step 2); u / v is a square if u v is
    x_squared = (y_squared - 1) * (_CURVE_D * y_squared + 1)
    if jacobi(x_squared, FIELD_PRIME) != 1:
        _refuse("not_a_point", f"public key {public_key.hex()} is no point of the curve")


def _check_point(encoded: bytes, rule: str, name: str) -> None:
    number = int.from_bytes(encoded, "little")
    y = number & (_SIGN_BIT - 1)
    if y >= FIELD_PRIME:
        _refuse(rule, f"the {name} encodes a y-coordinate that is not below 2^255 - 19")
    if number & _SIGN_BIT and y in _ZERO_X_Y:
        _refuse(rule, f"the {name} sets the sign bit where x = 0")
    if y in _SMALL_ORDER_Y:
        _refuse("small_order", f"the {name} is a point of small order")


def _refuse(rule: str, message: str) -> NoReturn:
    raise VerificationError(f"signature.{rule}", message)
