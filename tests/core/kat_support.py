"""The setting of the deterministic vectors, and the hashes that our profile leaves out of the product.

The vectors derive every random number from a label: R(label) = SHA-256("kat:" || label) mod q. The hashes of contest
data, ballot-nonce encryption, simple chaining and pre-encrypted ballots (ElectionGuard 2.1.0, sections 3.3, 3.4 and
4) are written here with the product's hashing layer, so that every vector tests its encoders and tags.
"""

import hashlib
import hmac
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from evote.core.base_hashes import election_base_hash, extended_base_hash, identifier_hash, parameter_base_hash
from evote.core.elgamal import Ciphertext
from evote.core.group import Element, Group, Scalar, SecretScalar
from evote.core.hashing import (
    Encoded,
    Tag,
    encode_digest,
    encode_element,
    encode_index,
    encode_label,
    encode_raw,
    encode_string,
    encode_trustee_set,
    hash_bytes,
    hash_scalar,
)
from evote.core.parameters import STANDARD
from evote.core.polynomial import SecretPolynomial

MANIFEST = b'{"election":"kat"}'
TRUSTEES = (1, 2, 3)
QUORUM = 2
SIMPLE_CHAINING = b"\0\0\0\x01"


def number(label: str) -> int:
    """Return R(label), the number that the vectors use under this label."""
    return int.from_bytes(hashlib.sha256(f"kat:{label}".encode()).digest(), "big") % STANDARD.q


def sha(element: Element) -> str:
    """Return the SHA-256 of an element's 512 bytes as the vectors write it."""
    return hashlib.sha256(element.to_bytes()).hexdigest().upper()


def xor(left: bytes, right: bytes) -> bytes:
    """Mask one byte string with another of the same length."""
    return bytes(x ^ y for x, y in zip(left, right, strict=True))


@dataclass(frozen=True)
class Setup:
    """The key ceremony of the vectors: 3 guardians, quorum 2."""

    group: Group
    h_p: bytes
    h_b: bytes
    h_e: bytes
    h_i: bytes
    polynomials: dict[int, SecretPolynomial]
    data_polynomials: dict[int, SecretPolynomial]
    communication_secrets: dict[int, SecretScalar]
    public_key: Element
    data_key: Element

    def share(self, index: int) -> SecretScalar:
        """Return z_i."""
        return sum((self.polynomials[j].evaluate(index) for j in TRUSTEES), self.group.secret_scalar(0))

    def data_share(self, index: int) -> SecretScalar:
        """Return z-hat_i."""
        return sum((self.data_polynomials[j].evaluate(index) for j in TRUSTEES), self.group.secret_scalar(0))


def make_setup(group: Group, id_b: bytes) -> Setup:
    """Derive the ceremony from its labels."""

    def polynomial(name: str, i: int) -> SecretPolynomial:
        return SecretPolynomial(
            coefficients=tuple(group.secret_scalar(number(f"{name}{i},{j}")) for j in range(QUORUM))
        )

    def joint_key(polynomials: Iterable[SecretPolynomial]) -> Element:
        return group.product(group.power(group.generator, secret.coefficients[0]) for secret in polynomials)

    polynomials = {i: polynomial("a", i) for i in TRUSTEES}
    data_polynomials = {i: polynomial("ah", i) for i in TRUSTEES}
    public_key, data_key = joint_key(polynomials.values()), joint_key(data_polynomials.values())
    h_p = parameter_base_hash(group, len(TRUSTEES), QUORUM)
    h_b = election_base_hash(h_p, MANIFEST)
    h_e = extended_base_hash(h_b, public_key, data_key)
    return Setup(
        group=group,
        h_p=h_p,
        h_b=h_b,
        h_e=h_e,
        h_i=identifier_hash(h_e, id_b),
        polynomials=polynomials,
        data_polynomials=data_polynomials,
        communication_secrets={i: group.secret_scalar(number(f"zeta{i}")) for i in TRUSTEES},
        public_key=public_key,
        data_key=data_key,
    )


@dataclass(frozen=True)
class HashedCiphertext:
    """C0, C1, C2 = (c, v) of hashed ElGamal, and the key material h and k behind it."""

    h: bytes
    k: bytes
    c0: Element
    c1: bytes
    challenge: Scalar
    response: Scalar

    def encoded(self) -> tuple[Encoded, ...]:
        """Return C0, C1, C2 as hash inputs."""
        c2 = self.challenge.to_bytes() + self.response.to_bytes()
        return encode_element(self.c0), encode_raw(self.c1, 32), encode_raw(c2, 64)


def encrypt_ballot_nonce(setup: Setup, ballot_nonce: bytes) -> HashedCiphertext:
    """Encrypt xi_B to the data key."""
    group, xi, u = setup.group, number("nonce xi"), group_scalar(setup, "nonce u")
    alpha, beta = group.generator**xi, setup.data_key**xi
    # h = H(H_I; 0x22, alpha_B, beta_B)  (35)
    h = hash_bytes(setup.h_i, Tag.BALLOT_NONCE_KEY, encode_element(alpha), encode_element(beta))
    k = hmac.digest(h, b"\x01ballot_nonce\0ballot_nonce_encrypt\x01\x00", "sha256")
    c1 = xor(ballot_nonce, k)
    # c_B = H_q(H_I; 0x23, a_B, C0, C1)  (38)
    a = encode_element(group.generator**u)
    c = hash_scalar(group, setup.h_i, Tag.BALLOT_NONCE_PROOF, a, encode_element(alpha), encode_raw(c1, 32))
    return HashedCiphertext(h, k, alpha, c1, c, u - c * group.scalar(xi))


def contest_data_nonce(setup: Setup, contest: int, ballot_nonce: bytes) -> Scalar:
    """Derive the nonce of the contest data."""
    # xi = H_q(H_I; 0x25, ind_c, xi_B)  (64)
    return hash_scalar(
        setup.group, setup.h_i, Tag.CONTEST_DATA_NONCE, encode_index(contest), encode_digest(ballot_nonce)
    )


def encrypt_contest_data(setup: Setup, contest: int, ballot_nonce: bytes, data: bytes) -> HashedCiphertext:
    """Encrypt one 32-byte block of contest data to the data key."""
    group, index, u = setup.group, encode_index(contest), group_scalar(setup, "data u")
    xi = contest_data_nonce(setup, contest, ballot_nonce)
    alpha, beta = group.generator**xi, setup.data_key**xi
    # h = H(H_I; 0x26, ind_c, alpha, beta)  (65)
    h = hash_bytes(setup.h_i, Tag.CONTEST_DATA_KEY, index, encode_element(alpha), encode_element(beta))
    label = encode_label("data_enc_keys") + b"\0" + encode_label("contest_data")
    k = hmac.digest(h, b"\0\0\0\x01" + label + index + (256).to_bytes(4, "big"), "sha256")
    c1 = xor(data, k)
    # c = H_q(H_I; 0x27, ind_c, a, C0, C1)  (69)
    a = encode_element(group.generator**u)
    c = hash_scalar(group, setup.h_i, Tag.CONTEST_DATA_PROOF, index, a, encode_element(alpha), encode_raw(c1, 32))
    return HashedCiphertext(h, k, alpha, c1, c, u - c * xi)


def group_scalar(setup: Setup, label: str) -> Scalar:
    """Return R(label) as a scalar."""
    return setup.group.scalar(number(label))


def contest_hash_with_data(
    setup: Setup, contest: int, ciphertexts: Iterable[Ciphertext], data: HashedCiphertext
) -> bytes:
    """Return chi_l with contest data (equation 70)."""
    parts = [encode_element(part) for pair in ciphertexts for part in (pair.alpha, pair.beta)]
    return hash_bytes(setup.h_i, Tag.CONTEST_HASH, encode_index(contest), *parts, *data.encoded())


def chain_hash(setup: Setup, tag: Tag, field: bytes) -> bytes:
    """Return H_0 or H-bar of a chaining field (equations 74, 77; 117, 118)."""
    return hash_bytes(setup.h_e, tag, encode_raw(field, 36))


def closing_field(setup: Setup, tag: Tag, last_code: bytes, first_field: bytes) -> bytes:
    """Return B-bar_C of simple chaining (equations 78 and 120)."""
    return SIMPLE_CHAINING + hash_bytes(setup.h_e, tag, encode_digest(last_code), encode_raw(first_field, 36))


def contest_data_commitment(
    setup: Setup,
    contest: int,
    trustee: int,
    data: HashedCiphertext,
    elements: Sequence[Element],
    trustees: Collection[int],
) -> bytes:
    """Return d_i of a contest-data decryption for `elements` a_i, b_i, m_i (equation 99, keyed with H_I)."""
    return hash_bytes(
        setup.h_i,
        Tag.CONTEST_DATA_COMMITMENT,
        encode_index(contest),
        encode_index(trustee),
        *data.encoded(),
        *map(encode_element, elements),
        encode_trustee_set(trustees),
    )


def contest_data_challenge(
    setup: Setup, contest: int, data: HashedCiphertext, a: Element, b: Element, beta: Element
) -> Scalar:
    """Return the challenge of a contest-data decryption (equation 101)."""
    parts = (encode_index(contest), *data.encoded(), *map(encode_element, (a, b, beta)))
    return hash_scalar(setup.group, setup.h_i, Tag.CONTEST_DATA_CHALLENGE, *parts)


def pre_encrypted_nonce(setup: Setup, contest: int, vector: int, position: int, ballot_nonce: bytes) -> Scalar:
    """Return xi_{i,j,k} (equation 121)."""
    indices = (encode_index(contest), encode_index(vector), encode_index(position))
    return hash_scalar(setup.group, setup.h_i, Tag.PRE_ENCRYPTED_NONCE, *indices, encode_digest(ballot_nonce))


def pre_encrypted_selection_hash(setup: Setup, vector: Iterable[Ciphertext]) -> bytes:
    """Return psi (equations 113 and 114)."""
    parts = [encode_element(part) for pair in vector for part in (pair.alpha, pair.beta)]
    return hash_bytes(setup.h_i, Tag.PRE_ENCRYPTED_SELECTION, *parts)


def pre_encrypted_contest_hash(setup: Setup, contest: int, selection_hashes: Iterable[bytes]) -> bytes:
    """Return chi_l over the ascending psi (equation 115)."""
    ordered = map(encode_digest, sorted(selection_hashes))
    return hash_bytes(setup.h_i, Tag.PRE_ENCRYPTED_CONTEST, encode_index(contest), *ordered)


def pre_encrypted_code(setup: Setup, contest_hashes: Iterable[bytes], field: bytes) -> bytes:
    """Return H_C of a pre-encrypted ballot (equation 116)."""
    return hash_bytes(setup.h_i, Tag.PRE_ENCRYPTED_CODE, *map(encode_digest, contest_hashes), encode_raw(field, 36))


def pre_encrypted_device_hash(setup: Setup, device: str) -> bytes:
    """Return H_DI for pre-encrypted ballots (equation 119)."""
    return hash_bytes(setup.h_e, Tag.PRE_ENCRYPTED_DEVICE, encode_string(device))
