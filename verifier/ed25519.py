"""Ed25519 in the strict reading: one signature, one verdict, on every machine.

*Spec*: RFC 8032, 5.1; docs/protocol.md, section 2.2.

*Idea*: The library checks the equation without cofactor, S < L and that R is the encoding it computes itself.
What libraries differ in is decided here: canonical encodings only, and no key or R of small order. The points
of small order have eight canonical encodings.

*Invariants*: ``is_key`` holds exactly for canonical encodings of curve points outside the torsion subgroup of order 8.
"""

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from gmpy2 import jacobi, mpz

FIELD = (1 << 255) - 19
GROUP_ORDER = (1 << 252) + 27742317777372353535851937790883648493

# d = -121665/121666 (RFC 8032, 5.1)
_D = -121665 * pow(121666, -1, FIELD) % FIELD

# y of a point of order 8; with its negative, 0, 1, -1 and both signs of x these are all points with 8*P = O.
_Y8 = 2707385501144840649318225287225658788936804267575313519463743609750303402022
_SIGN = 1 << 255
_SMALL_ORDER = frozenset(
    value.to_bytes(32, "little")
    for value in (
        1,
        FIELD - 1,
        0,
        _SIGN,
        _Y8,
        _Y8 | _SIGN,
        FIELD - _Y8,
        (FIELD - _Y8) | _SIGN,
    )
)


def is_canonical_point(encoded: bytes) -> bool:
    """Say whether 32 bytes have y < 2^255 - 19 and do not claim a negative zero for x."""
    if len(encoded) != 32:
        return False
    number = int.from_bytes(encoded, "little")
    y = number & (_SIGN - 1)
    negative = bool(number & _SIGN)
    return y < FIELD and not (negative and y in (1, FIELD - 1))


def is_small_order(encoded: bytes) -> bool:
    """Say whether a canonical encoding names a point with 8*P = O."""
    return encoded in _SMALL_ORDER


def is_key(encoded: bytes) -> bool:
    """Say whether 32 bytes are a public key: canonical, on the curve, not of small order."""
    if not is_canonical_point(encoded) or is_small_order(encoded):
        return False
    y = int.from_bytes(encoded, "little") & (_SIGN - 1)
    y2 = y * y % FIELD
    # x^2 = (y^2 - 1)/(d*y^2 + 1) has a solution if and only if numerator times denominator is a square
    return bool(jacobi(mpz((y2 - 1) * (_D * y2 + 1) % FIELD), mpz(FIELD)) != -1)


def is_signature(public_key: bytes, message: bytes, signature: bytes) -> bool:
    """Say whether a 64-byte signature by ``public_key`` over ``message`` is valid in the strict reading."""
    if len(signature) != 64 or not is_key(public_key):
        return False
    r, s = signature[:32], int.from_bytes(signature[32:], "little")
    if not is_canonical_point(r) or is_small_order(r) or s >= GROUP_ORDER:
        return False
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True
