"""A small election up to its opening, made from docs/protocol.md and docs/formats.md alone."""

import hashlib
import hmac
import random
from dataclasses import dataclass
from typing import Any

from gmpy2 import mpz, powmod

from tests.verifier.record_files import AUTHORITY, REGISTRAR, TRUSTEES, Draft, Signer
from verifier import hashing
from verifier.canonical_json import encode
from verifier.group import FixedBase, G, P, Q

G_TABLE = FixedBase(G, 8)


def hex_e(x: mpz) -> str:
    """Return 1024 digits."""
    return f"{int(x):01024x}"


def hex_s(x: mpz) -> str:
    """Return 64 digits."""
    return f"{int(x):064x}"


@dataclass
class Plan:
    """What the election is to be like."""

    paper: bool = True
    revoting: str = "last"
    stated_revoting: str = ""
    weights: bool = False
    sealed: bool = False
    ballots: bool = True
    few: bool = False
    tiny: bool = False
    twice: bool = False
    challenge_limit: int = 1
    n: int = 3
    k: int = 2
    used: tuple[int, ...] = (1, 3)
    rehearsal: int = 321
    free_rehearsal: bool = False


def title(text: str) -> dict[str, str]:
    """Return a title in two languages."""
    return {"en": text, "ko": f"{text} 제목"}


def _contest(
    label: str, options: list[str], r: int, limit: int, method: str, seats: int, **rule: Any
) -> dict[str, Any]:
    return {
        "label": label,
        "title": title(label),
        "option_limit": r,
        "selection_limit": limit,
        "options": [{"label": option, "title": title(option)} for option in options],
        "rule": {
            "method": method,
            "seats": seats,
            "sealed_below_quorum": rule.get("sealed", False),
            "quorum": rule.get("quorum", {"comparison": "at_least", "numerator": 1, "denominator": 4}),
            "threshold": rule.get(
                "threshold", {"of": "valid", "comparison": "more_than", "numerator": 1, "denominator": 2}
            ),
        },
    }


def make_manifest(plan: Plan) -> dict[str, Any]:
    """Return the manifest of the test election."""
    return {
        "authority": AUTHORITY.public.hex(),
        "registrar": REGISTRAR.public.hex(),
        "nonce": "07" * 32,
        "profile": "evote/1",
        "version": "v2.1.0",
        "label": "Test vote",
        "title": title("Test vote"),
        "device": "browser Zürich",
        "ballot_styles": [{"label": "all", "contests": [1, 2]}, {"label": "first", "contests": [1]}],
        "districts": [
            {"label": "North", "title": title("North"), "ballot_style": 1},
            {"label": "South", "title": title("South"), "ballot_style": 1},
            {"label": "Islands", "title": title("Islands"), "ballot_style": 2},
        ],
        "contests": [
            _contest("Bridge", ["yes", "no"], 1, 1, "majority", 1),
            _contest(
                "Council",
                ["Kim", "Lee", "Park"],
                2,
                3,
                "score",
                1,
                sealed=plan.sealed,
                quorum={"comparison": "at_least", "numerator": 9 * plan.sealed, "denominator": 10},
                threshold={"of": "valid", "comparison": "at_least", "numerator": 0, "denominator": 1},
            ),
        ],
        "trustees": [
            {"label": f"Trustee {i}", "public_key": TRUSTEES[i - 1].public.hex()} for i in range(1, plan.n + 1)
        ],
        "quorum": plan.k,
        "minimum_ballots": 2,
        "challenge_limit": plan.challenge_limit,
        "revoting": plan.stated_revoting or plan.revoting,
        "paper": plan.paper,
        "schedule": {"opens": "2026-01-05T00:00:00Z", "closes": "2026-01-06T00:00:00Z"},
    }


class Ceremony:
    """Manifest, parameters, keys, rehearsal."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.random = random.Random(7)
        self.drafts: list[Draft] = []
        self.names: dict[str, int] = {}
        self.sums: dict[tuple[int, int, int], tuple[mpz, mpz]] = {}
        self.manifest = make_manifest(plan)
        self.manifest_bytes = encode(self.manifest)
        self.h_p = hashing.parameter_base_hash(plan.n, plan.k)
        self.h_b = hashing.election_base_hash(self.h_p, self.manifest_bytes)

    def scalar(self) -> mpz:
        return mpz(self.random.randrange(int(Q)))

    def add(self, kind: str, author: Signer, value: Any, name: str = "") -> Draft:
        if name:
            self.names[name] = len(self.drafts)
        self.drafts.append(Draft(kind=kind, author=author, value=value))
        return self.drafts[-1]

    # --- key ceremony ---

    def key_statement(self, i: int) -> dict[str, Any]:
        """Return the trustee.keys payload of a trustee."""
        k = self.plan.k
        zeta = self.zetas[i]
        kappa = G_TABLE.power(zeta)
        value: dict[str, Any] = {"trustee": i, "communication_key": hex_e(kappa)}
        for half, label in (("vote", b"pk_vote"), ("data", b"pk_data")):
            secrets = [*self.polynomials[i][half], zeta]
            commitments = [G_TABLE.power(a) for a in secrets[:-1]]
            us = [self.scalar() for _ in range(k + 1)]
            c = hashing.key_proof_challenge(
                self.h_p,
                label,
                i,
                [hashing.element_bytes(x) for x in commitments],
                hashing.element_bytes(kappa),
                [hashing.element_bytes(G_TABLE.power(u)) for u in us],
            )
            value[half] = {
                "commitments": [hex_e(x) for x in commitments],
                "challenge": hex_s(c),
                "responses": [hex_s((u - c * a) % Q) for u, a in zip(us, secrets, strict=True)],
            }
        return value

    def evaluate(self, i: int, half: str, x: int) -> mpz:
        return sum((a * x**j for j, a in enumerate(self.polynomials[i][half])), mpz(0)) % Q

    def shares_statement(self, i: int) -> dict[str, Any]:
        """Return the trustee.shares payload of a trustee."""
        shares = []
        for receiver in range(1, self.plan.n + 1):
            if receiver == i:
                continue
            xi, u = self.scalar(), self.scalar()
            kappa = G_TABLE.power(self.zetas[receiver])
            c0, beta = G_TABLE.power(xi), powmod(kappa, xi, P)
            encoded = hashing.element_bytes(kappa), hashing.element_bytes(c0), hashing.element_bytes(beta)
            stream = hashing.share_stream(hashing.share_key(self.h_p, i, receiver, *encoded), i, receiver)
            plain = b"".join(hashing.scalar_bytes(self.evaluate(i, half, receiver)) for half in ("vote", "data"))
            c1 = bytes(x ^ y for x, y in zip(plain, stream, strict=True))
            c = hashing.share_challenge(self.h_p, i, receiver, hashing.element_bytes(G_TABLE.power(u)), encoded[1], c1)
            shares.append(
                {
                    "to": receiver,
                    "c0": hex_e(c0),
                    "c1": c1.hex(),
                    "challenge": hex_s(c),
                    "response": hex_s((u - c * xi) % Q),
                }
            )
        return {"trustee": i, "shares": shares}

    def ceremony(self) -> None:
        """Run rounds 0 to 3."""
        plan = self.plan
        everyone = range(1, plan.n + 1)
        self.zetas = {i: self.scalar() for i in everyone}
        self.polynomials = {
            i: {half: [self.scalar() for _ in range(plan.k)] for half in ("vote", "data")} for i in everyone
        }
        statements = {i: self.key_statement(i) for i in everyone}
        for i in everyone:
            digest = hashlib.sha256(encode(statements[i])).hexdigest()
            self.add("trustee.commitment", TRUSTEES[i - 1], {"trustee": i, "keys": digest})
        for i in everyone:
            self.add("trustee.keys", TRUSTEES[i - 1], statements[i])
        for i in everyone:
            self.add("trustee.shares", TRUSTEES[i - 1], self.shares_statement(i))
        vote = [[G_TABLE.power(a) for a in self.polynomials[i]["vote"]] for i in everyone]
        data = [[G_TABLE.power(a) for a in self.polynomials[i]["data"]] for i in everyone]
        self.key = self.times(row[0] for row in vote)
        data_key = self.times(row[0] for row in data)
        self.k_table = FixedBase(self.key, 8)
        k_bytes, d_bytes = hashing.element_bytes(self.key), hashing.element_bytes(data_key)
        h_g = hashing.guardian_record_hash(
            self.h_b,
            k_bytes,
            d_bytes,
            [hashing.element_bytes(x) for row in vote for x in row],
            [hashing.element_bytes(x) for row in data for x in row],
            [hashing.element_bytes(G_TABLE.power(self.zetas[i])) for i in everyone],
        )
        for i in everyone:
            self.add("trustee.confirmation", TRUSTEES[i - 1], {"trustee": i, "h_g": h_g.hex()})
        self.h_e = hashing.extended_base_hash(self.h_b, k_bytes, d_bytes)
        h_di = hashing.device_hash(self.h_e, self.manifest["device"])
        self.b_c = hashing.chaining_field(h_di)
        self.add(
            "election.keys",
            AUTHORITY,
            {
                "vote_key": hex_e(self.key),
                "data_key": hex_e(data_key),
                "h_g": h_g.hex(),
                "h_e": self.h_e.hex(),
                "device_hash": h_di.hex(),
                "chaining_field": self.b_c.hex(),
            },
        )
        self.z = {i: sum((self.evaluate(j, "vote", i) for j in everyone), mpz(0)) % Q for i in everyone}

    @staticmethod
    def times(values: Any) -> mpz:
        result = mpz(1)
        for value in values:
            result = result * value % P
        return result

    def partial(self, i: int, place: tuple[int, int, int], a: mpz, b: mpz) -> dict[str, str]:
        """Return a partial decryption with its proof."""
        z, u = self.z[i], self.scalar()
        m = powmod(a, z, P)
        e = hashing.element_bytes
        proof = e(G_TABLE.power(u)) + e(powmod(a, u, P))
        c = hashing.decryption_challenge(self.h_e, place, i, e(G_TABLE.power(z)), e(a), e(b), e(m), proof)
        return {"partial": hex_e(m), "challenge": hex_s(c), "response": hex_s((u - c * z) % Q)}

    def rehearsal(self) -> None:
        """Let every trustee decrypt a test ciphertext."""
        value = self.plan.rehearsal
        # xi_R = H_q(H_E; 0x82, b(value, 4))
        xi = mpz(int.from_bytes(hmac.digest(self.h_e, b"\x82" + value.to_bytes(4, "big"), "sha256"), "big")) % Q
        if self.plan.free_rehearsal:
            xi = self.scalar()
        a, b = G_TABLE.power(xi), self.k_table.power((xi + value) % Q)
        self.add("election.rehearsal", AUTHORITY, {"alpha": hex_e(a), "beta": hex_e(b), "value": value})
        for i in range(1, self.plan.n + 1):
            statement = {"trustee": i, **self.partial(i, (0, 0, 0), a, b)}
            self.add("trustee.rehearsal", TRUSTEES[i - 1], statement)
