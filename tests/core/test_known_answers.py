"""A whole election agrees, value by value, with deterministic vectors.

The vectors were computed from the formulas of ElectionGuard 2.1.0 by an independent script; `kat_support` says how
their random numbers are derived.
"""

import json
from typing import Any

import pytest

from evote.core.base_hashes import (
    chaining_field_none,
    confirmation_code,
    contest_hash,
    device_hash,
    guardian_record_hash,
)
from evote.core.decryption_proof import combine, tally_challenge, tally_commitment_hash
from evote.core.discrete_log import DiscreteLog
from evote.core.elgamal import Ciphertext, ElGamalKey, encrypt, multiply, selection_nonce, verify_opening
from evote.core.group import Element, Group, Scalar
from evote.core.hashed_elgamal import decrypt_share, encrypt_share
from evote.core.hashing import Tag
from evote.core.polynomial import lagrange_coefficient
from evote.core.range_proof import RangeProof, prove_limit, prove_selection, verify_limit, verify_selection
from evote.core.schnorr import KeyUse, prove_guardian_keys, verify_guardian_keys
from evote.core.secret import SecretBytes
from tests.core.kat_support import (
    SIMPLE_CHAINING,
    TRUSTEES,
    HashedCiphertext,
    Setup,
    chain_hash,
    closing_field,
    contest_data_challenge,
    contest_data_commitment,
    contest_data_nonce,
    contest_hash_with_data,
    encrypt_ballot_nonce,
    encrypt_contest_data,
    group_scalar,
    make_setup,
    number,
    pre_encrypted_code,
    pre_encrypted_contest_hash,
    pre_encrypted_device_hash,
    pre_encrypted_nonce,
    pre_encrypted_selection_hash,
    sha,
    xor,
)
from tests.core.randomness import prepared
from tests.shared_data import shared_file

PRESENT = (1, 3)


def upper(value: Scalar | bytes) -> str:
    """Write a scalar or a hash as the vectors do."""
    return value.hex().upper()


@pytest.fixture(scope="module")
def vectors() -> Any:
    """Return the vectors."""
    return json.loads(shared_file("electionguard/kat_own.json").read_text())


@pytest.fixture(scope="module")
def setup(standard: Group, vectors: Any) -> Setup:
    """Return the key ceremony of the vectors."""
    return make_setup(standard, bytes.fromhex(vectors["ballot"]["id_B"]))


@pytest.fixture(scope="module")
def key(setup: Setup) -> ElGamalKey:
    """Return the joint key with its tables."""
    return ElGamalKey.precompute(setup.public_key, 6)


@pytest.fixture(scope="module")
def ballot_nonce(vectors: Any) -> SecretBytes:
    """Return xi_B."""
    return SecretBytes(bytes.fromhex(vectors["ballot"]["xi_B"]))


@pytest.fixture(scope="module")
def ciphertexts(setup: Setup, key: ElGamalKey, ballot_nonce: SecretBytes, vectors: Any) -> tuple[Ciphertext, ...]:
    """Return the three selections of the ballot."""
    options = vectors["ballot"]["contest"]["options"]
    return tuple(
        encrypt(key, row["vote"], selection_nonce(setup.group, setup.h_i, 1, row["index"], ballot_nonce))
        for row in options
    )


@pytest.fixture(scope="module")
def contest_data(setup: Setup, ballot_nonce: SecretBytes, vectors: Any) -> HashedCiphertext:
    """Return the encrypted contest data of the ballot."""
    data = bytes.fromhex(vectors["ballot"]["contest"]["contest_data"]["D"])
    return encrypt_contest_data(setup, 1, ballot_nonce.expose(), data)


def check_proof(proof: RangeProof, expected: Any) -> None:
    """Compare challenges, responses and the sum of the challenges."""
    assert [upper(c) for c in proof.challenges] == expected["c"]
    assert [upper(v) for v in proof.responses] == expected["v"]
    assert upper(sum(proof.challenges[1:], proof.challenges[0])) == expected["challenge"]


def test_base_hashes(setup: Setup, vectors: Any) -> None:
    """H_P, H_B, K, K-hat, H_E, H_I and H_G have the values of the vectors."""
    group, expected = setup.group, vectors["setup"]
    h_g = guardian_record_hash(
        setup.h_b,
        setup.public_key,
        setup.data_key,
        [setup.polynomials[i].commitments(group) for i in TRUSTEES],
        [setup.data_polynomials[i].commitments(group) for i in TRUSTEES],
        [group.power(group.generator, setup.communication_secrets[i]) for i in TRUSTEES],
    )
    computed = [upper(setup.h_p), upper(setup.h_b), upper(setup.h_e), upper(h_g)]

    assert computed == [expected[name] for name in ("H_P", "H_B", "H_E", "H_G")]
    assert (sha(setup.public_key), sha(setup.data_key)) == (expected["K_sha"], expected["Khat_sha"])
    assert upper(setup.h_i) == vectors["ballot"]["H_I"]


@pytest.mark.parametrize(("use", "u", "name"), [(KeyUse.VOTE, "u", "vote"), (KeyUse.DATA, "uh", "data")])
def test_guardian_proofs(setup: Setup, vectors: Any, use: KeyUse, u: str, name: str) -> None:
    """Both proofs of guardian 1 have the values of the vectors and verify."""
    group, expected = setup.group, vectors["setup"]["guardian1"]
    polynomial = (setup.polynomials if use is KeyUse.VOTE else setup.data_polynomials)[1]
    zeta = setup.communication_secrets[1]
    kappa = group.power(group.generator, zeta)
    random = prepared(number(f"{u}1,{j}") for j in range(3))
    proof = prove_guardian_keys(group, setup.h_p, use, 1, polynomial, zeta, random)
    verify_guardian_keys(group, setup.h_p, use, 1, polynomial.commitments(group), kappa, proof)

    assert upper(proof.challenge) == expected[f"c_{name}"]
    assert [upper(v) for v in proof.responses] == expected[f"v_{name}"]
    assert sha(kappa) == expected["kappa_sha"]


def test_share_encryption(setup: Setup, vectors: Any) -> None:
    """The share of guardian 1 for guardian 2 has the values of the vectors and decrypts."""
    group, expected = setup.group, vectors["setup"]["share_1_to_2"]
    shares = setup.polynomials[1].evaluate(2), setup.data_polynomials[1].evaluate(2)
    zeta = setup.communication_secrets[2]
    random = prepared((number("share xi 1,2"), number("share u 1,2")))
    encrypted = encrypt_share(group, setup.h_p, 1, 2, group.power(group.generator, zeta), *shares, random)

    assert decrypt_share(group, setup.h_p, 1, 2, zeta, encrypted) == shares
    assert [f"{share.expose():064X}" for share in shares] == [expected["P_1_2"], expected["Phat_1_2"]]
    assert sha(encrypted.c0) == expected["C0_sha"]
    assert upper(encrypted.c1) == expected["C1"]
    assert (upper(encrypted.challenge), upper(encrypted.response)) == (expected["c"], expected["v"])
    plain = b"".join(share.expose().to_bytes(32, "big") for share in shares)
    assert upper(xor(encrypted.c1, plain)) == expected["k1"] + expected["k2"]


def test_key_shares(setup: Setup, vectors: Any) -> None:
    """z_i and z-hat_i of all guardians have the values of the vectors."""
    for i in TRUSTEES:
        assert f"{setup.share(i).expose():064X}" == vectors["setup"]["z"][str(i)]
        assert f"{setup.data_share(i).expose():064X}" == vectors["setup"]["zhat"][str(i)]


@pytest.mark.parametrize("option", [1, 2, 3])
def test_selections(
    setup: Setup,
    key: ElGamalKey,
    ballot_nonce: SecretBytes,
    ciphertexts: tuple[Ciphertext, ...],
    vectors: Any,
    option: int,
) -> None:
    """Nonce, ciphertext and range proof of every option have the values of the vectors and verify."""
    expected = vectors["ballot"]["contest"]["options"][option - 1]
    nonce = selection_nonce(setup.group, setup.h_i, 1, option, ballot_nonce)
    ciphertext, vote = ciphertexts[option - 1], expected["vote"]
    random = prepared(number(f"opt{option} {letter}{j}") for letter in "uc" for j in range(2))
    proof, _ = prove_selection(key, setup.h_i, 1, option, ciphertext, nonce, vote, 1, random)
    verify_selection(key, setup.h_i, 1, option, ciphertext, proof, 1)
    verify_opening(key, ciphertext, vote, setup.group.scalar(nonce.expose()))

    assert f"{nonce.expose():064X}" == expected["xi"]
    assert (sha(ciphertext.alpha), sha(ciphertext.beta)) == (expected["alpha_sha"], expected["beta_sha"])
    check_proof(proof, expected["range_proof"])


def test_contest_limit(
    setup: Setup, key: ElGamalKey, ballot_nonce: SecretBytes, ciphertexts: tuple[Ciphertext, ...], vectors: Any
) -> None:
    """The limit proof for two of three has the values of the vectors and verifies."""
    nonces = [selection_nonce(setup.group, setup.h_i, 1, option, ballot_nonce) for option in (1, 2, 3)]
    votes = [row["vote"] for row in vectors["ballot"]["contest"]["options"]]
    random = prepared(number(f"limit {letter}{j}") for letter in "uc" for j in range(3))
    proof, _ = prove_limit(key, setup.h_i, 1, ciphertexts, nonces, votes, 2, random)
    verify_limit(key, setup.h_i, 1, ciphertexts, proof, 2)

    check_proof(proof, vectors["ballot"]["contest"]["limit_proof"])


def test_contest_data(setup: Setup, ballot_nonce: SecretBytes, contest_data: HashedCiphertext, vectors: Any) -> None:
    """Nonce, keys, ciphertext and proof of the contest data have the values of the vectors."""
    expected = vectors["ballot"]["contest"]["contest_data"]

    assert upper(contest_data_nonce(setup, 1, ballot_nonce.expose())) == expected["xi"]
    assert sha(contest_data.c0) == expected["C0_sha"]
    assert (upper(contest_data.h), upper(contest_data.k)) == (expected["h"], expected["k"])
    assert upper(contest_data.c1) == expected["C1"]
    assert (upper(contest_data.challenge), upper(contest_data.response)) == (expected["c"], expected["v"])


def test_ballot_nonce_encryption(setup: Setup, ballot_nonce: SecretBytes, vectors: Any) -> None:
    """The encrypted ballot nonce has the values of the vectors."""
    expected = vectors["ballot"]["nonce_ciphertext"]
    encrypted = encrypt_ballot_nonce(setup, ballot_nonce.expose())

    assert sha(encrypted.c0) == expected["C0_sha"]
    assert (upper(encrypted.h), upper(encrypted.k)) == (expected["h"], expected["k1"])
    assert upper(encrypted.c1) == expected["C1"]
    assert (upper(encrypted.challenge), upper(encrypted.response)) == (expected["c"], expected["v"])


def test_confirmation_codes(
    setup: Setup, ciphertexts: tuple[Ciphertext, ...], contest_data: HashedCiphertext, vectors: Any
) -> None:
    """Contest hashes, device hash, both chaining modes and the closing hash have the values of the vectors."""
    expected = vectors["ballot"]
    chi = contest_hash_with_data(setup, 1, ciphertexts, contest_data)
    h_di = device_hash(setup.h_e, expected["device"]["S_device"])
    first_field = SIMPLE_CHAINING + h_di
    h_0 = chain_hash(setup, Tag.CONFIRMATION_CODE, first_field)
    code = confirmation_code(setup.h_i, [chi], SIMPLE_CHAINING + h_0)
    closing = closing_field(setup, Tag.CHAIN_CLOSING, code, first_field)

    assert upper(chi) == expected["contest"]["chi"]
    assert upper(contest_hash(setup.h_i, 1, ciphertexts)) == expected["contest"]["chi_without_data"]
    assert (upper(h_di), upper(h_0)) == (expected["device"]["H_DI"], expected["device"]["H_0"])
    assert upper(confirmation_code(setup.h_i, [chi], chaining_field_none(h_di))) == expected["H_C_no_chain"]
    assert upper(code) == expected["H_C_simple_chain"]
    assert upper(closing) == expected["closing_field"]
    assert upper(chain_hash(setup, Tag.CONFIRMATION_CODE, closing)) == expected["closing_hash"]


def combined(group: Group, values: dict[int, Element]) -> Element:
    """Return the product of the values raised to the trustees' Lagrange coefficients."""
    return group.product(value ** lagrange_coefficient(group, i, values) for i, value in values.items())


def test_tally(setup: Setup, ciphertexts: tuple[Ciphertext, ...], vectors: Any) -> None:
    """The aggregated decryption of option 1 by guardians 1 and 3 has the values of the vectors."""
    group, expected, ciphertext = setup.group, vectors["tally"], multiply(ciphertexts[:1])
    u = {i: group_scalar(setup, f"dec u{i}") for i in PRESENT}
    a = {i: group.generator ** u[i] for i in PRESENT}
    b = {i: ciphertext.alpha ** u[i] for i in PRESENT}
    values = {i: group.power(ciphertext.alpha, setup.share(i)) for i in PRESENT}
    w = {i: lagrange_coefficient(group, i, PRESENT) for i in PRESENT}
    total = combined(group, values)
    c = tally_challenge(group, setup.h_e, 1, 1, ciphertext, group.product(a.values()), group.product(b.values()), total)
    # v_i = u_i - c * w_i * z_i,  v = sum v_i
    v = sum((u[i] - c * w[i] * setup.share(i)).expose() for i in PRESENT)
    decrypted = combine(group, ciphertext, values)

    assert {str(i): upper(w[i]) for i in PRESENT} == expected["w"]
    assert {
        str(i): upper(tally_commitment_hash(setup.h_e, 1, 1, i, ciphertext, a[i], b[i], values[i], PRESENT))
        for i in PRESENT
    } == expected["d"]
    assert sha(total) == expected["M_sha"]
    assert (upper(c), upper(group.scalar(v))) == (expected["c"], expected["v"])
    assert DiscreteLog(group, setup.public_key, 10).solve(decrypted) == expected["t"]


def test_contest_data_decryption(setup: Setup, contest_data: HashedCiphertext, vectors: Any) -> None:
    """The decryption of the contest data by guardians 1 and 3 has the values of the vectors."""
    group, expected = setup.group, vectors["contest_data_decryption"]
    u = {i: group_scalar(setup, f"cd u{i}") for i in PRESENT}
    a = {i: group.generator ** u[i] for i in PRESENT}
    b = {i: contest_data.c0 ** u[i] for i in PRESENT}
    values = {i: group.power(contest_data.c0, setup.data_share(i)) for i in PRESENT}
    beta = combined(group, values)
    c = contest_data_challenge(setup, 1, contest_data, group.product(a.values()), group.product(b.values()), beta)
    w = {i: lagrange_coefficient(group, i, PRESENT) for i in PRESENT}
    v = sum((u[i] - c * w[i] * setup.data_share(i)).expose() for i in PRESENT)

    assert {
        str(i): upper(contest_data_commitment(setup, 1, i, contest_data, (a[i], b[i], values[i]), PRESENT))
        for i in PRESENT
    } == expected["d"]
    assert sha(beta) == expected["beta_sha"]
    assert (upper(c), upper(group.scalar(v))) == (expected["c"], expected["v"])


def test_pre_encrypted_ballot(setup: Setup, key: ElGamalKey, ballot_nonce: SecretBytes, vectors: Any) -> None:
    """All hashes of a pre-encrypted ballot with two options and one null vector have the values of the vectors."""
    expected = vectors["preencrypted"]
    m, limit = expected["m"], expected["L"]

    def vector(j: int) -> list[Ciphertext]:
        return [
            encrypt(key, int(j == k), pre_encrypted_nonce(setup, 1, j, k, ballot_nonce.expose()))
            for k in range(1, m + 1)
        ]

    psi = [pre_encrypted_selection_hash(setup, vector(j)) for j in range(1, m + limit + 1)]
    chi = pre_encrypted_contest_hash(setup, 1, psi)
    first_field = SIMPLE_CHAINING + pre_encrypted_device_hash(setup, vectors["ballot"]["device"]["S_device"])
    h_0 = chain_hash(setup, Tag.PRE_ENCRYPTED_CODE, first_field)
    code = pre_encrypted_code(setup, [chi], SIMPLE_CHAINING + h_0)
    closing = closing_field(setup, Tag.PRE_ENCRYPTED_CLOSING, code, first_field)

    assert [upper(value) for value in psi] == expected["psi"]
    assert upper(chi) == expected["chi"]
    assert upper(first_field[4:]) == expected["H_DI"]
    assert (upper(h_0), upper(code)) == (expected["H_0"], expected["H_C"])
    assert upper(closing) == expected["closing_field"]
    assert upper(chain_hash(setup, Tag.PRE_ENCRYPTED_CODE, closing)) == expected["closing_hash"]
