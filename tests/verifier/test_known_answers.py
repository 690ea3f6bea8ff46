"""Hashes, group and proofs against values that were computed elsewhere."""

import hashlib
import json
from functools import cache
from typing import Any

import pytest
from gmpy2 import is_prime, jacobi, mpz, powmod

from tests.shared_data import shared_file
from verifier import hashing
from verifier.checks.ceremony import _key_proof_holds
from verifier.group import (
    FixedBase,
    G,
    P,
    Q,
    SquaringChain,
    inverse,
    is_element,
    is_scalar,
    lagrange_weight,
    product,
    product_chain,
)

# ElectionGuard 2.1.0 known answers published by the independent implementation electionguard-cs (test/kat).
H_P_3_2 = "51bca66c1792739f07526b7422771fc4aec7ad9a40e92c1bb03bfde12ae8b661"
H_B_KAT = "2b5cbe9db2e6b4812feb3d6df9c79e51b1a7e93badb293fdc23e20e7323978a5"
H_E_KAT = "a956469f246d37b21c17f2a68bc4ece7694fd3f4be5123f3148ddbf199da84b0"


@cache
def vectors() -> Any:
    """Return deterministic vectors of the profile's formulas."""
    return json.loads(shared_file("electionguard/kat_own.json").read_text())


def scalar(label: str) -> mpz:
    """Return the secret that belongs to a label of the vectors: SHA-256("kat:" + label) mod q."""
    return mpz(int.from_bytes(hashlib.sha256(b"kat:" + label.encode()).digest(), "big")) % Q


def sha(x: mpz) -> str:
    """Return the digest by which the vectors name an element."""
    return hashlib.sha256(hashing.element_bytes(x)).hexdigest().upper()


def test_group_is_the_standard_one() -> None:
    """Show that the computed p, q, g are those of the specification and have the facts that proofs rest on."""
    stated = json.loads(shared_file("electionguard/params.json").read_text())["standard"]
    assert tuple(mpz(stated[name], 16) for name in "pqg") == (P, Q, G)
    assert is_prime(P)
    assert is_prime(Q)
    assert is_prime((P - 1) // (2 * Q))
    assert P % 8 == 7


@pytest.mark.parametrize(
    ("n", "k", "expected"),
    [
        (1, 1, "742fdee2753d416b072d4735e7030721cefc4f7d34bac49a0d592aee3bc52d44"),
        (3, 2, H_P_3_2),
        (5, 3, "944286970eafdb6f347f4eb93b30d48fa3edcc89bfbaea6f5ae8f29afb05ddce"),
    ],
)
def test_parameter_base_hash(n: int, k: int, expected: str) -> None:
    """Show H_P for three ceremonies."""
    assert hashing.parameter_base_hash(n, k).hex() == expected


def test_base_hashes_of_an_election() -> None:
    """Show H_B with and without a manifest, H_E, H_I and H_DI."""
    h_p = bytes.fromhex(H_P_3_2)
    h_b = hashing.election_base_hash(h_p, b'{"election":"kat"}')
    assert h_b.hex() == H_B_KAT
    empty = "399f1ca4c0f4bb55109467e1e7c4dc1f854754138e7c43af67e50ead484455bb"
    assert hashing.election_base_hash(h_p, b"").hex() == empty
    keys = [hashing.element_bytes(powmod(G, e, P)) for e in (5, 7)]
    h_e = hashing.extended_base_hash(h_b, *keys)
    assert h_e.hex() == H_E_KAT
    identifier = bytes(range(1, 33))
    h_i = "ca7b1fd3105727e41dfb0037cf00cce84197f0c4bb7fffab9099c2c359288c6c"
    assert hashing.identifier_hash(h_e, identifier).hex() == h_i
    h_di = "2505d06f51ee4729b23fa36054445fb440ebd4e075f9a7f29003a0dee28a2528"
    assert hashing.device_hash(h_e, "Wahllokal Zürich – Gerät №7 🗳").hex() == h_di


def test_ceremony_vectors() -> None:
    """Show H_G, H_E and the proof of possession of the first trustee; a changed proof fails."""
    setup = vectors()["setup"]
    trustees = (1, 2, 3)
    vote = [powmod(G, scalar(f"a{i},{j}"), P) for i in trustees for j in (0, 1)]
    data = [powmod(G, scalar(f"ah{i},{j}"), P) for i in trustees for j in (0, 1)]
    kappas = [powmod(G, scalar(f"zeta{i}"), P) for i in trustees]
    key, data_key = product(vote[::2]), product(data[::2])
    assert (sha(key), sha(data_key), sha(kappas[0])) == (
        setup["K_sha"],
        setup["Khat_sha"],
        setup["guardian1"]["kappa_sha"],
    )
    encoded = [hashing.element_bytes(x) for x in (key, data_key)]
    h_b = bytes.fromhex(H_B_KAT)
    lists = [[hashing.element_bytes(x) for x in values] for values in (vote, data, kappas)]
    h_g = hashing.guardian_record_hash(h_b, encoded[0], encoded[1], lists[0], lists[1], lists[2])
    assert h_g.hex().upper() == setup["H_G"]
    assert hashing.extended_base_hash(h_b, *encoded).hex().upper() == setup["H_E"]
    first = setup["guardian1"]
    for label, values, c, v in ((b"pk_vote", vote, "c_vote", "v_vote"), (b"pk_data", data, "c_data", "v_data")):
        proof = {
            "commitments": [f"{int(x):01024x}" for x in values[:2]],
            "challenge": first[c].lower(),
            "responses": [text.lower() for text in first[v]],
        }
        kappa = f"{int(kappas[0]):01024x}"
        assert _key_proof_holds(bytes.fromhex(H_P_3_2), label, 1, proof, kappa)
        assert not _key_proof_holds(bytes.fromhex(H_P_3_2), label, 2, proof, kappa)
        proof["responses"] = proof["responses"][:2]
        assert not _key_proof_holds(bytes.fromhex(H_P_3_2), label, 1, proof, kappa)


def test_share_stream() -> None:
    """Show the two keys that hide a share."""
    share = vectors()["setup"]["share_1_to_2"]
    stream = hashing.share_stream(bytes.fromhex(share["k"]), 1, 2).hex().upper()
    assert stream == share["k1"] + share["k2"]
    plain = bytes(x ^ y for x, y in zip(bytes.fromhex(share["C1"]), bytes.fromhex(stream), strict=True)).hex().upper()
    assert plain == share["P_1_2"] + share["Phat_1_2"]


def test_ballot_vectors() -> None:
    """Show ciphertexts, both kinds of proofs, contest hash and confirmation code of a ballot with three options."""
    ballot, setup = vectors()["ballot"], vectors()["setup"]
    key = product([powmod(G, scalar(f"a{i},0"), P) for i in (1, 2, 3)])
    h_e = bytes.fromhex(setup["H_E"])
    h_i = hashing.identifier_hash(h_e, bytes.fromhex(ballot["id_B"]))
    assert h_i.hex().upper() == ballot["H_I"]
    pairs = []
    for option in ballot["contest"]["options"]:
        xi = mpz(option["xi"], 16)
        pair = powmod(G, xi, P), powmod(key, xi + option["vote"], P)
        pairs.append(pair)
        assert (sha(pair[0]), sha(pair[1])) == (option["alpha_sha"], option["beta_sha"])
        encoded = [hashing.element_bytes(x) for x in pair]
        commitments = _recompute(pair, option["range_proof"], key)
        challenge = hashing.selection_challenge(h_i, 1, option["index"], encoded[0], encoded[1], commitments)
        assert f"{int(challenge):064X}" == option["range_proof"]["challenge"]
    bars = product([a for a, _ in pairs]), product([b for _, b in pairs])
    limit = ballot["contest"]["limit_proof"]
    encoded = [hashing.element_bytes(x) for x in bars]
    challenge = hashing.limit_challenge(h_i, 1, encoded[0], encoded[1], _recompute(bars, limit, key))
    assert f"{int(challenge):064X}" == limit["challenge"]
    everything = [hashing.element_bytes(x) for pair in pairs for x in pair]
    assert hashing.contest_hash(h_i, 1, everything).hex().upper() == ballot["contest"]["chi_without_data"]
    h_di = hashing.device_hash(h_e, ballot["device"]["S_device"])
    assert h_di.hex().upper() == ballot["device"]["H_DI"]
    chi = bytes.fromhex(ballot["contest"]["chi"])
    code = hashing.confirmation_code(h_i, [chi], hashing.chaining_field(h_di))
    assert code.hex().upper() == ballot["H_C_no_chain"]


def _recompute(pair: tuple[mpz, mpz], proof: Any, key: mpz) -> list[bytes]:
    result = []
    for j, (c_text, v_text) in enumerate(zip(proof["c"], proof["v"], strict=True)):
        c, v = mpz(c_text, 16), mpz(v_text, 16)
        result.append(powmod(G, v, P) * powmod(pair[0], c, P) % P)
        result.append(powmod(key, (v - j * c) % Q, P) * powmod(pair[1], c, P) % P)
    return [hashing.element_bytes(x) for x in result]


def test_lagrange_weights() -> None:
    """Show w_i for trustees 1 and 3, and that they recover the value at zero."""
    weights = {i: lagrange_weight(i, (1, 3)) for i in (1, 3)}
    assert {str(i): f"{int(w):064X}" for i, w in weights.items()} == vectors()["tally"]["w"]
    # P(x) = 11 + 4x has P(1) = 15 and P(3) = 23
    assert (weights[1] * 15 + weights[3] * 23) % Q == 11
    assert lagrange_weight(2, (2,)) == 1


def test_fast_powers_equal_plain_powers() -> None:
    """Show that tables and shared chains compute what powmod computes, at the edges of the exponent range too."""
    x = powmod(G, scalar("x"), P)
    exponents = [mpz(0), mpz(1), Q - 1, mpz((1 << 256) - 1), scalar("e")]
    plain = [powmod(x, e, P) for e in exponents]
    for window in (1, 5, 8, 10):
        table = FixedBase(x, window)
        assert [table.power(e) for e in exponents] == plain
    assert SquaringChain(x).powers(exponents) == plain
    for count in (0, 1, 3, 4, 5):
        bases = [powmod(G, scalar(f"x{i}"), P) for i in range(count)]
        chain = product_chain([SquaringChain(base) for base in bases])
        assert chain.base == product(bases)
        assert chain.is_element()
        assert chain.powers(exponents) == [powmod(chain.base, e, P) for e in exponents]


def test_membership() -> None:
    """Show which numbers are elements, by the plain test and by the squaring chain alike."""
    x = powmod(G, scalar("x"), P)
    outsiders = [mpz(0), P - x, P, P + 1, P + x, mpz(2), P - 1]
    for number, expected in [(x, True), (mpz(1), True), *((number, False) for number in outsiders)]:
        assert is_element(number) is expected
        assert SquaringChain(number).is_element() is expected
    assert jacobi(P - 1, P) == -1
    assert is_scalar(mpz(0))
    assert is_scalar(Q - 1)
    assert not is_scalar(Q)
    assert inverse(P) is None
    inverted = inverse(x)
    assert inverted is not None
    assert inverted * x % P == 1
