"""ML-DSA-44, the signature that stands beside Ed25519 against quantum computers.

*Spec*: FIPS 204, 5.3 (ML-DSA.Verify with the empty context) and table 2 (lengths).

*Idea*: Every string of the right length is a key, and the library decides the rest. A library without the algorithm
decides nothing, and that is the machine's failure, not the record's.
"""

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PublicKey

from verifier.errors import Unavailable

KEY_BYTES, SIGNATURE_BYTES = 1312, 2420


def is_signature(public_key: bytes, message: bytes, signature: bytes) -> bool:
    """Say whether a signature is valid; raise Unavailable where the library can't tell."""
    if len(public_key) != KEY_BYTES or len(signature) != SIGNATURE_BYTES:
        return False
    try:
        MLDSA44PublicKey.from_public_bytes(public_key).verify(signature, message)
    except UnsupportedAlgorithm:
        raise Unavailable("the cryptographic library of this machine has no ML-DSA-44") from None
    except (InvalidSignature, ValueError):
        return False
    return True
