"""Every hash of the profile, one function each, straight from the table.

*Spec*: docs/protocol.md, section 2.1; EG 5.1-5.5.

*Idea*: H(B0; B1) = HMAC-SHA-256(B0, B1), B1 starting with the tag. Elements and scalars arrive here as the
bytes that stand in the record, so that nothing is re-encoded on the way into a hash.

*Invariants*: Index arguments are below 2^32; elements are 512 bytes and digests 32 bytes wide, which callers ensure.
"""

import hmac
from collections.abc import Sequence
from hashlib import sha256

from gmpy2 import mpz

from verifier.group import ELEMENT_BYTES, SCALAR_BYTES, G, P, Q

# ver = "v2.1.0" and 26 zero bytes (EG 3.1.2)
VERSION = b"v2.1.0" + bytes(26)
MAX_INDEX = (1 << 32) - 1


def b4(index: int) -> bytes:
    """Return b(index, 4)."""
    return index.to_bytes(4, "big")


def element_bytes(x: mpz) -> bytes:
    """Return b(x, 512)."""
    return x.to_bytes(ELEMENT_BYTES, "big")


def scalar_bytes(x: mpz) -> bytes:
    """Return b(x, 32)."""
    return int(x).to_bytes(SCALAR_BYTES, "big")


def h(key: bytes, tag: int, *parts: bytes) -> bytes:
    """Return H(key; tag, parts)."""
    return hmac.digest(key, bytes([tag]) + b"".join(parts), "sha256")


def h_q(key: bytes, tag: int, *parts: bytes) -> mpz:
    """Return H_q(key; tag, parts)."""
    return mpz.from_bytes(h(key, tag, *parts), "big") % Q


def parameter_base_hash(n: int, k: int) -> bytes:
    """Return H_P (eq. 4)."""
    return h(VERSION, 0x00, element_bytes(P), scalar_bytes(Q), element_bytes(G), b4(n), b4(k))


def election_base_hash(h_p: bytes, manifest: bytes) -> bytes:
    """Return H_B (eq. 5)."""
    return h(h_p, 0x01, b4(len(manifest)), manifest)


def key_proof_challenge(
    h_p: bytes, label: bytes, trustee: int, commitments: Sequence[bytes], kappa: bytes, openings: Sequence[bytes]
) -> mpz:
    """Return c_i (eq. 11, label "pk_vote") or its hat variant (eq. 13, "pk_data")."""
    return h_q(h_p, 0x10, label, b4(trustee), *commitments, kappa, *openings)


def share_key(h_p: bytes, sender: int, receiver: int, kappa: bytes, alpha: bytes, beta: bytes) -> bytes:
    """Return k_{i,l} (eq. 16)."""
    return h(h_p, 0x11, b4(sender), b4(receiver), kappa, alpha, beta)


def share_stream(key: bytes, sender: int, receiver: int) -> bytes:
    """Return the 64 bytes k_1, k_2 that hide the two shares (EG 3.2.2; SP 800-108 counter mode)."""
    context = b"share_enc_keys" + b"\x00" + b"share_encrypt" + b4(sender) + b4(receiver) + (512).to_bytes(2, "big")
    return b"".join(hmac.digest(key, bytes([m]) + context, "sha256") for m in (1, 2))


def share_challenge(h_p: bytes, sender: int, receiver: int, gamma: bytes, c0: bytes, c1: bytes) -> mpz:
    """Return the challenge of an encrypted share (eq. 22)."""
    return h_q(h_p, 0x12, b4(sender), b4(receiver), gamma, c0, c1)


def guardian_record_hash(
    h_b: bytes,
    vote_key: bytes,
    data_key: bytes,
    vote_commitments: Sequence[bytes],
    data_commitments: Sequence[bytes],
    communication_keys: Sequence[bytes],
) -> bytes:
    """Return H_G (eq. 27); commitments in order of trustee, then coefficient."""
    return h(h_b, 0x13, vote_key, data_key, *vote_commitments, *data_commitments, *communication_keys)


def extended_base_hash(h_b: bytes, vote_key: bytes, data_key: bytes) -> bytes:
    """Return H_E (eq. 30)."""
    return h(h_b, 0x14, vote_key, data_key)


def identifier_hash(h_e: bytes, ballot_id: bytes) -> bytes:
    """Return H_I (eq. 32)."""
    return h(h_e, 0x20, ballot_id)


def selection_challenge(
    h_i: bytes, contest: int, option: int, alpha: bytes, beta: bytes, commitments: Sequence[bytes]
) -> mpz:
    """Return c of a selection proof (eq. 41, 50, 59); commitments a_0, b_0, ..., a_R, b_R."""
    return h_q(h_i, 0x24, b4(contest), b4(option), alpha, beta, *commitments)


def limit_challenge(h_i: bytes, contest: int, alpha: bytes, beta: bytes, commitments: Sequence[bytes]) -> mpz:
    """Return c of a limit proof (eq. 62)."""
    return h_q(h_i, 0x24, b4(contest), alpha, beta, *commitments)


def contest_hash(h_i: bytes, contest: int, ciphertexts: Sequence[bytes]) -> bytes:
    """Return chi (eq. 70); ciphertexts alpha_1, beta_1, ..., alpha_m, beta_m."""
    return h(h_i, 0x28, b4(contest), *ciphertexts)


def device_hash(h_e: bytes, device: str) -> bytes:
    """Return H_DI (eq. 72)."""
    encoded = device.encode("utf-8")
    return h(h_e, 0x2A, b4(len(encoded)), encoded)


def chaining_field(h_di: bytes) -> bytes:
    """Return B_C for chaining mode "none" (EG 3.4.4)."""
    return b4(0) + h_di


def confirmation_code(h_i: bytes, contest_hashes: Sequence[bytes], b_c: bytes) -> bytes:
    """Return H_C (eq. 71)."""
    return h(h_i, 0x29, *contest_hashes, b_c)


def decryption_challenge(
    h_e: bytes, place: tuple[int, int, int], trustee: int, z: bytes, a: bytes, b: bytes, m: bytes, proof: bytes
) -> mpz:
    """Return c of a partial decryption; ``place`` is (ind_c, ind_o, unit), ``proof`` is a and b of the proof."""
    return h_q(h_e, 0x80, *map(b4, place), b4(trustee), z, a, b, m, proof)


def rehearsal_nonce(h_e: bytes, value: int) -> mpz:
    """Return xi_R of the rehearsal's ciphertext."""
    return h_q(h_e, 0x82, b4(value))


def complaint_challenge(
    h_b: bytes, accused: int, complainer: int, kappa: bytes, c0: bytes, beta: bytes, proof: bytes
) -> mpz:
    """Return c of a complaint; ``proof`` is a and b of the proof."""
    return h_q(h_b, 0x81, b4(accused), b4(complainer), kappa, c0, beta, proof)


def ballot_id(author: bytes, salt: bytes) -> bytes:
    """Return id_B (docs/protocol.md, section 8)."""
    return sha256(b"evote/ballot-id/1" + author + salt).digest()
