"""Rows V2, S.D, D.A to D.E: the trustees' keys, shares, confirmations and the rehearsal.

*Spec*: docs/protocol.md, section 6; EG 3.2, verification 2.
"""

from collections.abc import Mapping
from typing import Any

from gmpy2 import mpz, powmod

from verifier import hashing
from verifier.election import Election, Item, Keys, number
from verifier.group import ONE, G, P, Q, SquaringChain, fixed_base, inverse, is_element, is_scalar, lagrange_weight
from verifier.ledger import Ledger
from verifier.manifest import Manifest

ROWS = ("V2.A", "V2.B", "V2.C", "D.A", "D.B", "D.C", "D.D", "D.E", "S.D")
MAX_REHEARSAL = 1000
REHEARSAL = "trustee.rehearsal"


def check_ceremony(election: Election, ledger: Ledger) -> None:
    """Evaluate all rows of the ceremony."""
    manifest = election.manifest
    if manifest is None:
        for row in ROWS:
            say = ledger.unevaluated if "election.manifest" in election.first else ledger.absent
            say(row, election.no_manifest)
        return
    for kind, found in election.by_trustee.items():
        for item in found.values():
            if item.value is None:
                ledger.unevaluated_rows(_ROWS_OF.get(kind, ()), f"a {kind} can't be read")
    _check_structure(election, manifest, ledger)
    _check_key_proofs(election, manifest, ledger)
    _check_commitments(election, ledger)
    _check_shares(election, manifest, ledger)
    _check_complaint(election, manifest, ledger)
    _check_guardian_hash(election, ledger)
    _check_rehearsal(election, manifest, ledger)


_ROWS_OF: Mapping[str, tuple[str, ...]] = {
    "trustee.commitment": ("S.D", "D.A"),
    "trustee.keys": ("S.D", "V2.A", "V2.B", "V2.C", "D.A"),
    "trustee.shares": ("S.D", "D.B"),
    "trustee.confirmation": ("S.D", "D.C"),
    "trustee.rehearsal": ("S.D", "D.D", "D.E"),
    "trustee.decryption": ("S.D",),
    "trustee.complaint": ("S.D", "D.B"),
}


def _where(item: Item) -> str:
    return f"entry {item.entry} ({item.kind}, trustee {item.trustee})"


def _check_structure(election: Election, manifest: Manifest, ledger: Ledger) -> None:
    n, k = manifest.n, manifest.quorum
    for found in election.by_trustee.values():
        for index, item in found.items():
            if item.value is not None:
                ledger.check("S.D", 1 <= index <= n, f"{_where(item)}: no such trustee", entry=item.entry)
    for item in election.trustees("trustee.keys").values():
        for half in ("vote", "data"):
            counts = len(item.value[half]["commitments"]), len(item.value[half]["responses"])
            ledger.check("S.D", counts == (k, k + 1), f"{_where(item)}: numbers of {half} {counts}", entry=item.entry)
    for index, item in election.trustees("trustee.shares").items():
        receivers = [share["to"] for share in item.value["shares"]]
        right = receivers == [other for other in range(1, min(n, 64) + 1) if other != index]
        ledger.check("S.D", right, f"{_where(item)}: receivers", entry=item.entry)
    for index, item in election.trustees("trustee.complaint").items():
        right = 1 <= item.value["accused"] <= n and item.value["accused"] != index
        ledger.check("S.D", right, f"{_where(item)}: accused", entry=item.entry)
    if not ledger.checked("S.D"):
        ledger.absent("S.D", "no statement of a trustee in the record")


def _check_key_proofs(election: Election, manifest: Manifest, ledger: Ledger) -> None:
    found = election.trustees("trustee.keys")
    h_p = hashing.parameter_base_hash(manifest.n, manifest.quorum)
    for index, item in found.items():
        kappa = item.value["communication_key"]
        names = [("kappa", kappa)]
        for half, name in (("vote", "K"), ("data", "K^")):
            names += [(f"{name}_{j}", text) for j, text in enumerate(item.value[half]["commitments"])]
        for name, text in names:
            ledger.check("V2.A", is_element(number(text)), f"{_where(item)}: {name}", entry=item.entry)
        for half, label in (("vote", b"pk_vote"), ("data", b"pk_data")):
            proof = item.value[half]
            for text in (proof["challenge"], *proof["responses"]):
                ledger.check("V2.B", is_scalar(number(text)), f"{_where(item)}: {half}", entry=item.entry)
            holds = _key_proof_holds(h_p, label, index, proof, kappa)
            ledger.check("V2.C", holds, f"{_where(item)}: {half}", entry=item.entry)
    if not found:
        for row in ("V2.A", "V2.B", "V2.C"):
            ledger.absent(row, "no trustee.keys in the record")


def _key_proof_holds(h_p: bytes, label: bytes, index: int, proof: dict[str, Any], kappa: str) -> bool:
    bases = [*proof["commitments"], kappa]
    if len(bases) != len(proof["responses"]):
        return False
    c = number(proof["challenge"])
    openings = []
    for base, response in zip(bases, proof["responses"], strict=True):
        # h_{i,j} = g^{v_{i,j}} * K_{i,j}^{c_i}, the last one with kappa_i
        opening = fixed_base(G).power(number(response)) * powmod(number(base), c, P) % P
        openings.append(hashing.element_bytes(opening))
    encoded = [bytes.fromhex(base) for base in bases]
    return bool(c == hashing.key_proof_challenge(h_p, label, index, encoded[:-1], encoded[-1], openings))


def _check_commitments(election: Election, ledger: Ledger) -> None:
    promised = election.trustees("trustee.commitment")
    revealed = election.by_trustee.get("trustee.keys", {})
    for index in sorted(promised.keys() & revealed.keys()):
        item = revealed[index]
        if item.digest:
            same = promised[index].value["keys"] == item.digest.hex()
            ledger.check("D.A", same, f"{_where(item)}: another payload than committed to", entry=item.entry)
        else:
            ledger.unevaluated("D.A", "a trustee.keys can't be read")
    for index in sorted(revealed.keys() - election.by_trustee.get("trustee.commitment", {}).keys()):
        ledger.failed("D.A", f"{_where(revealed[index])}: without commitment", entry=revealed[index].entry)
    if not ledger.checked("D.A"):
        ledger.absent("D.A", "no trustee.keys in the record")


def _check_shares(election: Election, manifest: Manifest, ledger: Ledger) -> None:
    h_p = hashing.parameter_base_hash(manifest.n, manifest.quorum)
    for index, item in election.trustees("trustee.shares").items():
        for share in item.value["shares"]:
            place = f"{_where(item)}, share for {share['to']}"
            c0, c, v = number(share["c0"]), number(share["challenge"]), number(share["response"])
            # gamma' = g^v * C0^c
            gamma = fixed_base(G).power(v) * powmod(c0, c, P) % P
            encoded = hashing.element_bytes(gamma), bytes.fromhex(share["c0"]), bytes.fromhex(share["c1"])
            holds = (
                is_element(c0)
                and is_scalar(c)
                and is_scalar(v)
                and share["to"] <= hashing.MAX_INDEX
                and index <= hashing.MAX_INDEX
                and c == hashing.share_challenge(h_p, index, share["to"], *encoded)
            )
            ledger.check("D.B", holds, place, entry=item.entry)
    if not ledger.checked("D.B"):
        one = election.by_trustee.get("trustee.shares") and manifest.n == 1
        ledger.absent("D.B", "a single trustee has no shares" if one else "no trustee.shares in the record")


def _check_complaint(election: Election, manifest: Manifest, ledger: Ledger) -> None:
    """Judge a complaint: is the evidence true, and who lied."""
    keys, shares = election.trustees("trustee.keys"), election.trustees("trustee.shares")
    for index, item in election.trustees("trustee.complaint").items():
        accused = item.value["accused"]
        sent: list[dict[str, Any]] = shares[accused].value["shares"] if accused in shares else []
        share = next((s for s in sent if s["to"] == index), None)
        if share is None or index not in keys or accused not in keys:
            ledger.unevaluated("D.B", "a complaint about a share or keys that are not there")
            continue
        h_p = hashing.parameter_base_hash(manifest.n, manifest.quorum)
        h_b = hashing.election_base_hash(h_p, election.manifest_bytes)
        kappa_text = keys[index].value["communication_key"]
        kappa, c0, beta = number(kappa_text), number(share["c0"]), number(item.value["beta"])
        c, v = number(item.value["challenge"]), number(item.value["response"])
        # a = g^v * kappa_l^c, b = C0^v * beta^c
        a = powmod(G, v, P) * powmod(kappa, c, P) % P
        b = powmod(c0, v, P) * powmod(beta, c, P) % P
        encoded = [bytes.fromhex(text) for text in (kappa_text, share["c0"], item.value["beta"])]
        proof = hashing.element_bytes(a) + hashing.element_bytes(b)
        true = is_element(beta) and is_scalar(c) and is_scalar(v)
        true = true and c == hashing.complaint_challenge(h_b, accused, index, encoded[0], encoded[1], encoded[2], proof)
        ledger.check("D.B", bool(true), f"{_where(item)}: the evidence does not hold", entry=item.entry)
        if true:
            right = _share_is_right(h_p, keys[accused], share, index, encoded[0], encoded[2])
            liar = (
                f"trustee {index}, who complained about a right share"
                if right
                else f"trustee {accused}, whose share is wrong"
            )
            ledger.note("D.B", f"entry {item.entry}: the complaint convicts {liar}")


def _share_is_right(h_p: bytes, sender: Item, share: dict[str, Any], receiver: int, kappa: bytes, beta: bytes) -> bool:
    accused = sender.trustee or 0
    key = hashing.share_key(h_p, accused, receiver, kappa, bytes.fromhex(share["c0"]), beta)
    # C1 = (P_i(l) xor k_1) || (P^_i(l) xor k_2)
    plain = bytes(
        x ^ y for x, y in zip(bytes.fromhex(share["c1"]), hashing.share_stream(key, accused, receiver), strict=True)
    )
    for half, data in (("vote", plain[:32]), ("data", plain[32:])):
        value = mpz(int.from_bytes(data, "big"))
        expected = ONE
        for j, text in enumerate(sender.value[half]["commitments"]):
            # g^{P_i(l)} = prod_j K_{i,j}^{l^j}
            expected = expected * powmod(number(text), receiver**j, P) % P
        if not is_scalar(value) or powmod(G, value, P) != expected:
            return False
    return True


def _check_guardian_hash(election: Election, ledger: Ledger) -> None:
    keys = election.keys
    stated = [(_where(item), item) for item in election.trustees("trustee.confirmation").values()]
    published = election.single("election.keys")
    if published is not None and published.value is not None:
        stated.append((f"entry {published.entry} (election.keys)", published))
    for place, item in stated:
        if keys is None or keys.h_g is None:
            ledger.unevaluated("D.C", "H_G can't be recomputed: not every trustee's keys can be read")
        else:
            ledger.check("D.C", item.value["h_g"] == keys.h_g.hex(), f"{place}: H_G", entry=item.entry)
    if not stated:
        ledger.absent("D.C", "no confirmation in the record")


def partial_verdict(
    keys: Keys, place: tuple[int, int, int], trustee: int, a: mpz, b_text: str, partial: Mapping[str, str]
) -> tuple[bool, bool]:
    """Say whether M_i is an element and whether the proof of the partial decryption of (A, B) holds.

    ``b_text`` is B as it stands in the record. The ranges of challenge and response are not checked here.
    """
    m, c, v = number(partial["partial"]), number(partial["challenge"]), number(partial["response"])
    z = keys.verification_keys[trustee - 1]
    # a = g^v * Z_i^c, b = A^v * M_i^c
    chain = SquaringChain(m)
    (m_c,) = chain.powers([c])
    commit_a = fixed_base(G).power(v) * powmod(z, c, P) % P
    commit_b = powmod(a, v, P) * m_c % P
    encode = hashing.element_bytes
    challenge = hashing.decryption_challenge(
        keys.h_e,
        place,
        trustee,
        encode(z),
        encode(a),
        bytes.fromhex(b_text),
        bytes.fromhex(partial["partial"]),
        encode(commit_a) + encode(commit_b),
    )
    return chain.is_element(), bool(c == challenge)


def _rehearsal_ciphertext(keys: Keys, value: int) -> tuple[mpz, mpz]:
    xi = hashing.rehearsal_nonce(keys.h_e, value)
    # (A, B) = (g^{xi_R}, K^{value + xi_R})
    return fixed_base(G).power(xi), powmod(keys.vote_key, (value + xi) % Q, P)


def _check_rehearsal(election: Election, manifest: Manifest, ledger: Ledger) -> None:
    test, found, keys = election.single("election.rehearsal"), election.trustees(REHEARSAL), election.keys
    if test is None:
        for row in ("D.D", "D.E"):
            ledger.absent(row, "no election.rehearsal in the record")
        return
    if test.value is None or keys is None or not keys.from_trustees:
        ledger.unevaluated_rows(("D.D", "D.E"), "the rehearsal or the keys can't be read")
        return
    alpha, beta, value = number(test.value["alpha"]), number(test.value["beta"]), test.value["value"]
    for index, item in found.items():
        if not 1 <= index <= manifest.n:
            continue
        ranges = is_scalar(number(item.value["challenge"])) and is_scalar(number(item.value["response"]))
        member, holds = partial_verdict(keys, (0, 0, 0), index, alpha, test.value["beta"], item.value)
        ledger.check("D.D", ranges and member and holds, _where(item), entry=item.entry)
    if not found:
        ledger.absent("D.D", "no trustee.rehearsal in the record")
    place = f"entry {test.entry} (election.rehearsal)"
    ledger.check("D.E", value <= MAX_REHEARSAL, f"{place}: value out of range", entry=test.entry)
    fixed = value <= MAX_REHEARSAL and (alpha, beta) == _rehearsal_ciphertext(keys, value)
    ledger.check("D.E", fixed, f"{place}: not the ciphertext that its value determines", entry=test.entry)
    everyone = list(range(1, manifest.n + 1))
    if any(index not in found for index in everyone):
        if "election.open" not in election.first and len(found) == len(election.by_trustee.get(REHEARSAL, {})):
            ledger.note("D.E", "not every trustee has decrypted yet")
        else:
            ledger.unevaluated("D.E", "not every trustee has decrypted")
        return
    combined = ONE
    for index in everyone:
        combined = combined * powmod(number(found[index].value["partial"]), lagrange_weight(index, everyone), P) % P
    divisor = inverse(combined)
    # B / prod M_i^{w_i} = K^value
    right = divisor is not None and beta * divisor % P == powmod(keys.vote_key, value, P)
    ledger.check("D.E", right, f"{place}: decrypts to another value", entry=test.entry)
