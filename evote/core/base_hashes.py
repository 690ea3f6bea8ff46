"""The chain of hashes from the group parameters down to a confirmation code.

*Spec*: sections 3.1 (H_P, H_B), 3.2 (H_G, H_E), 3.3 (H_I), 3.4 (contest hash, confirmation code, H_DI, chaining).
*Idea*: H_P fixes group, n and k; H_B adds the manifest; H_E the joint keys; H_I one ballot. Every later hash is keyed
with one of these, so a proof made for one election or ballot says nothing in another.
*Invariants*: all results are 32 raw bytes, except the chaining field with 36; all indices are one-based.
*Cost*: no exponentiation.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from evote.core.elgamal import Ciphertext
from evote.core.group import Element, Group
from evote.core.hashing import (
    HASH_SIZE,
    Encoded,
    Tag,
    encode_digest,
    encode_element,
    encode_file,
    encode_index,
    encode_parameters,
    encode_raw,
    encode_string,
    hash_bytes,
)
from evote.core.parameters import VERSION

CHAINING_FIELD_SIZE = 36
_NO_CHAINING = bytes(4)


def parameter_base_hash(group: Group, n: int, k: int) -> bytes:
    """Return H_P for n guardians with quorum k; raises ValueError unless 1 <= k <= n."""
    if not 1 <= k <= n:
        raise ValueError(f"the quorum k = {k} does not lie between 1 and n = {n}")
    # H_P = H(ver; 0x00, p, q, g, n, k), ver = the version padded on the right to 32 bytes  (4)
    version = VERSION.encode().ljust(HASH_SIZE, b"\0")
    return hash_bytes(version, Tag.PARAMETER_BASE_HASH, encode_parameters(group), encode_index(n), encode_index(k))


def election_base_hash(h_p: bytes, manifest: bytes) -> bytes:
    """Return H_B over the exact bytes of the manifest file."""
    # H_B = H(H_P; 0x01, manifest)  (5)
    return hash_bytes(h_p, Tag.ELECTION_BASE_HASH, encode_file(manifest))


def extended_base_hash(h_b: bytes, public_key: Element, data_key: Element) -> bytes:
    """Return H_E over the joint election key K and the joint ballot-data key K-hat."""
    # H_E = H(H_B; 0x14, K, K-hat)  (30)
    return hash_bytes(h_b, Tag.EXTENDED_BASE_HASH, encode_element(public_key), encode_element(data_key))


def guardian_record_hash(
    h_b: bytes,
    public_key: Element,
    data_key: Element,
    commitments: Sequence[Sequence[Element]],
    data_commitments: Sequence[Sequence[Element]],
    communication_keys: Sequence[Element],
) -> bytes:
    """Return H_G over everything public in the key ceremony.

    `commitments[i]` are the k elements K_{i+1,0..k-1} of one guardian, `data_commitments` those with hats,
    `communication_keys` the kappa_i. Raises ValueError if the numbers of guardians or coefficients differ.
    """
    quorums = {len(row) for row in (*commitments, *data_commitments)}
    if len(quorums) != 1 or not len(commitments) == len(data_commitments) == len(communication_keys):
        raise ValueError("every guardian has the same number of commitments of both kinds and one communication key")
    # H_G = H(H_B; 0x13, K, K-hat, K_{1,0}, ..., K_{n,k-1}, K-hat_{1,0}, ..., K-hat_{n,k-1},
    #         kappa_1, ..., kappa_n)  (27)
    return hash_bytes(
        h_b,
        Tag.GUARDIAN_RECORD,
        encode_element(public_key),
        encode_element(data_key),
        *(encode_element(commitment) for row in commitments for commitment in row),
        *(encode_element(commitment) for row in data_commitments for commitment in row),
        *map(encode_element, communication_keys),
    )


def identifier_hash(h_e: bytes, id_b: bytes) -> bytes:
    """Return H_I, which every hash of one ballot is keyed with; id_B has 32 bytes."""
    # H_I = H(H_E; 0x20, id_B)  (32)
    return hash_bytes(h_e, Tag.SELECTION_IDENTIFIER, encode_digest(id_b))


def contest_hash(h_i: bytes, contest: int, ciphertexts: Iterable[Ciphertext]) -> bytes:
    """Return chi_l over all selections of a contest in manifest order; contest data are not part of our profile."""
    parts: list[Encoded] = [encode_index(contest)]
    for ciphertext in ciphertexts:
        parts += (encode_element(ciphertext.alpha), encode_element(ciphertext.beta))
    # chi_l = H(H_I; 0x28, ind_c, alpha_1, beta_1, ..., alpha_m, beta_m)  (70)
    return hash_bytes(h_i, Tag.CONTEST_HASH, *parts)


def device_hash(h_e: bytes, device: str) -> bytes:
    """Return H_DI over the device information string S_device."""
    # H_DI = H(H_E; 0x2A, S_device)  (72)
    return hash_bytes(h_e, Tag.DEVICE_HASH, encode_string(device))


def chaining_field_none(h_di: bytes) -> bytes:
    """Return the 36-byte chaining field of a ballot in an election without chaining."""
    # B_C = 0x00000000 || H_DI
    return _NO_CHAINING + encode_digest(h_di)


def confirmation_code(h_i: bytes, contest_hashes: Iterable[bytes], chaining_field: bytes) -> bytes:
    """Return H_C over the contest hashes in manifest order; raises EncodingError for a field of other than 36 bytes."""
    # H_C = H(H_I; 0x29, chi_1, ..., chi_m, B_C)  (71)
    return hash_bytes(
        h_i,
        Tag.CONFIRMATION_CODE,
        *map(encode_digest, contest_hashes),
        encode_raw(chaining_field, CHAINING_FIELD_SIZE),
    )
