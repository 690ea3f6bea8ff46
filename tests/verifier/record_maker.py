"""A small election made from docs/protocol.md and docs/formats.md alone, as drafts that a test can change before they are signed.

*Idea*: ``make_drafts`` runs a whole election in memory; ``write_record`` signs drafts, appends them to a log and writes the record's files.
Between the two a test may change any payload, author or order: everything that follows (hashes, signatures, tree) is made to fit, so that
only the intended lie remains.
"""

import base64
import copy
import hashlib
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from gmpy2 import invert, mpz, powmod

from verifier import hashing
from verifier.canonical_json import encode
from verifier.checks.units import units_of
from verifier.group import G, P, Q, FixedBase, lagrange_weight
from verifier.merkle import leaf_hash, root_of
from verifier.reader import tile_path

ORIGIN = "log.example/board"
G_TABLE = FixedBase(G, 8)


class Signer:
    """An Ed25519 key pair."""

    def __init__(self, seed: bytes) -> None:
        self._key = Ed25519PrivateKey.from_private_bytes(seed)
        self.public = self._key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)

    def sign(self, message: bytes) -> bytes:
        """Return a signature."""
        return self._key.sign(message)


def signer(name: str) -> Signer:
    """Return the key pair that belongs to a name in tests."""
    return Signer(hashlib.sha256(name.encode()).digest())


LOG, AUTHORITY, REGISTRAR = signer("log"), signer("authority"), signer("registrar")
WITNESSES = {name: signer(name) for name in ("w1", "w2")}
TRUSTEES = [signer(f"trustee {i}") for i in (1, 2, 3)]


@dataclass
class Draft:
    """A statement before it is signed; ``raw`` replaces the canonical payload bytes, ``claimed`` the payload hash."""

    kind: str
    author: Signer
    value: Any
    raw: bytes | None = None
    claimed: bytes | None = None
    signature: bytes | None = None
    entry: bytes | None = None
    commitments: bytes = b""

    def payload(self) -> bytes:
        """Return the payload bytes."""
        return self.raw if self.raw is not None else encode(self.value)


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
    weights: bool = False
    sealed: bool = False
    ballots: bool = True
    challenge_limit: int = 1
    n: int = 3
    k: int = 2
    used: tuple[int, ...] = (1, 3)


@dataclass
class Made:
    """A finished election: its id and drafts, and what a test may want to know."""

    scope: bytes
    drafts: list[Draft]
    manifest: bytes
    names: dict[str, int] = field(default_factory=dict)

    def find(self, kind: str, number: int = 0) -> int:
        """Return the position of the number-th draft of a kind."""
        return [i for i, draft in enumerate(self.drafts) if draft.kind == kind][number]

    def get(self, kind: str, number: int = 0) -> Draft:
        """Return the number-th draft of a kind."""
        return self.drafts[self.find(kind, number)]

    def copy(self) -> "Made":
        """Return a copy that can be changed."""
        drafts = [copy.copy(draft) for draft in self.drafts]
        for draft in drafts:
            draft.value = copy.deepcopy(draft.value)
        return Made(scope=self.scope, drafts=drafts, manifest=self.manifest, names=dict(self.names))


def title(text: str) -> dict[str, str]:
    """Return a title in two languages."""
    return {"en": text, "ko": f"{text} 제목"}


def _contest(label: str, options: list[str], r: int, l: int, method: str, seats: int, **rule: Any) -> dict[str, Any]:
    return {
        "label": label,
        "title": title(label),
        "option_limit": r,
        "selection_limit": l,
        "options": [{"label": option, "title": title(option)} for option in options],
        "rule": {
            "method": method,
            "seats": seats,
            "sealed_below_quorum": rule.get("sealed", False),
            "quorum": rule.get("quorum", {"numerator": 1, "denominator": 4}),
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
                quorum={"numerator": 9, "denominator": 10} if plan.sealed else {"numerator": 0, "denominator": 1},
                threshold={"of": "valid", "comparison": "at_least", "numerator": 0, "denominator": 1},
            ),
        ],
        "trustees": [
            {"label": f"Trustee {i}", "public_key": TRUSTEES[i - 1].public.hex()} for i in range(1, plan.n + 1)
        ],
        "quorum": plan.k,
        "minimum_ballots": 2,
        "challenge_limit": plan.challenge_limit,
        "revoting": plan.revoting,
        "paper": plan.paper,
        "schedule": {"opens": "2026-01-05T00:00:00Z", "closes": "2026-01-06T00:00:00Z"},
    }


class _Maker:
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
        for l in range(1, self.plan.n + 1):
            if l == i:
                continue
            xi, u = self.scalar(), self.scalar()
            kappa = G_TABLE.power(self.zetas[l])
            c0, beta = G_TABLE.power(xi), powmod(kappa, xi, P)
            encoded = hashing.element_bytes(kappa), hashing.element_bytes(c0), hashing.element_bytes(beta)
            stream = hashing.share_stream(hashing.share_key(self.h_p, i, l, *encoded), i, l)
            plain = b"".join(hashing.scalar_bytes(self.evaluate(i, half, l)) for half in ("vote", "data"))
            c1 = bytes(x ^ y for x, y in zip(plain, stream, strict=True))
            c = hashing.share_challenge(self.h_p, i, l, hashing.element_bytes(G_TABLE.power(u)), encoded[1], c1)
            shares.append(
                {"to": l, "c0": hex_e(c0), "c1": c1.hex(), "challenge": hex_s(c), "response": hex_s((u - c * xi) % Q)}
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
        xi, value = self.scalar(), 321
        a, b = G_TABLE.power(xi), self.k_table.power((xi + value) % Q)
        self.add("election.rehearsal", AUTHORITY, {"alpha": hex_e(a), "beta": hex_e(b), "value": value})
        for i in range(1, self.plan.n + 1):
            statement = {"trustee": i, **self.partial(i, (0, 0, 0), a, b)}
            self.add("trustee.rehearsal", TRUSTEES[i - 1], statement)

    # --- voters ---

    def roll(self) -> None:
        """Publish credentials in two parts, and the roll."""
        self.voters = {name: signer(f"voter {name}") for name in "abcdefghij"}
        self.district = dict(zip("abcdefghij", (1, 1, 1, 2, 2, 2, 3, 1, 2, 3), strict=True))
        self.weight = {name: 1 + i % 3 if self.plan.weights else 1 for i, name in enumerate("abcdefghij")}
        order = sorted(self.voters, key=lambda name: self.voters[name].public)
        listed = [
            {"key": self.voters[n].public.hex(), "district": self.district[n], "weight": self.weight[n]} for n in order
        ]
        self.add("registrar.credentials", REGISTRAR, {"part": 1, "credentials": listed[:6]})
        self.add("registrar.credentials", REGISTRAR, {"part": 2, "credentials": listed[6:]})
        districts = [
            {
                "count": sum(1 for c in listed if c["district"] == d),
                "weight": sum(c["weight"] for c in listed if c["district"] == d),
            }
            for d in (1, 2, 3)
        ]
        roll = {"parts": 2, "count": 10, "weight": sum(self.weight.values()), "districts": districts}
        draft = self.add("registrar.roll", REGISTRAR, roll)
        self.roll_hash = hashlib.sha256(draft.payload()).hexdigest()

    def proof(self, pair: tuple[mpz, mpz], value: int, limit: int, nonce: mpz, challenge: Callable[..., mpz]) -> Any:
        """Return a proof that a ciphertext holds ``value`` in 0..limit."""
        us = [self.scalar() for _ in range(limit + 1)]
        cs = [self.scalar() for _ in range(limit + 1)]
        commitments = []
        for j in range(limit + 1):
            exponent = us[j] if j == value else us[j] + (value - j) * cs[j]
            commitments += [G_TABLE.power(us[j]), self.k_table.power(exponent % Q)]
        c = challenge(*map(hashing.element_bytes, pair), [hashing.element_bytes(x) for x in commitments])
        cs[value] = (c - sum(x for j, x in enumerate(cs) if j != value)) % Q
        return {
            "challenges": [hex_s(x) for x in cs],
            "responses": [hex_s((u - x * nonce) % Q) for u, x in zip(us, cs, strict=True)],
        }

    def ballot(self, author: Signer, style: int, values: list[list[int]]) -> tuple[dict[str, Any], list[Any]]:
        """Return an encrypted ballot and its openings."""
        salt = self.random.randbytes(32)
        identifier = hashing.ballot_id(author.public, salt)
        h_i = hashing.identifier_hash(self.h_e, identifier)
        contests, openings, hashes = [], [], []
        for index, chosen in zip(self.manifest["ballot_styles"][style - 1]["contests"], values, strict=True):
            contest = self.manifest["contests"][index - 1]
            selections, opened, pairs, nonces = [], [], [], []
            for option, value in enumerate(chosen, start=1):
                xi = self.scalar()
                pair = G_TABLE.power(xi), self.k_table.power((xi + value) % Q)

                def challenge(a: bytes, b: bytes, commitments: list[bytes], o: int = option, i: int = index) -> mpz:
                    return hashing.selection_challenge(h_i, i, o, a, b, commitments)

                proof = self.proof(pair, value, contest["option_limit"], xi, challenge)
                selections.append({"alpha": hex_e(pair[0]), "beta": hex_e(pair[1]), **proof})
                opened.append({"value": value, "nonce": hex_s(xi)})
                pairs.append(pair)
                nonces.append(xi)
            bar = self.times(p[0] for p in pairs), self.times(p[1] for p in pairs)

            def limit(a: bytes, b: bytes, commitments: list[bytes], i: int = index) -> mpz:
                return hashing.limit_challenge(h_i, i, a, b, commitments)

            proof = self.proof(bar, sum(chosen), contest["selection_limit"], sum(nonces) % Q, limit)
            chi = hashing.contest_hash(h_i, index, [hashing.element_bytes(x) for pair in pairs for x in pair])
            hashes.append(chi)
            contests.append(
                {"contest": index, "contest_hash": chi.hex(), "selections": selections, "limit_proof": proof}
            )
            openings.append({"contest": index, "selections": opened})
        return {
            "id": identifier.hex(),
            "salt": salt.hex(),
            "identifier_hash": h_i.hex(),
            "style": style,
            "confirmation_code": hashing.confirmation_code(h_i, hashes, self.b_c).hex(),
            "contests": contests,
        }, openings

    def vote(self, name: str, values: list[list[int]], *, label: str = "", counts: bool = True) -> None:
        """Cast a ballot."""
        style = self.manifest["districts"][self.district[name] - 1]["ballot_style"]
        ballot, _ = self.ballot(self.voters[name], style, values)
        self.add("ballot.cast", self.voters[name], ballot, label)
        if counts:
            for contest in ballot["contests"]:
                for option, selection in enumerate(contest["selections"], start=1):
                    key = self.district[name], contest["contest"], option
                    a, b = self.sums.get(key, (mpz(1), mpz(1)))
                    weight = self.weight[name]
                    self.sums[key] = (
                        a * powmod(mpz(selection["alpha"], 16), weight, P) % P,
                        b * powmod(mpz(selection["beta"], 16), weight, P) % P,
                    )
            self.counted[name] = values

    def voting(self) -> None:
        """Open, take ballots, close."""
        plan = self.plan
        self.counted: dict[str, list[list[int]]] = {}
        self.add("election.open", AUTHORITY, {"h_e": self.h_e.hex(), "roll": self.roll_hash})
        if plan.ballots:
            ballot, openings = self.ballot(self.voters["a"], 1, [[0, 1], [2, 1, 0]])
            self.add("ballot.challenged", self.voters["a"], {"ballot": ballot, "openings": openings}, "challenged")
            self.vote("a", [[1, 0], [2, 1, 0]], label="first a", counts=plan.revoting == "never")
            self.vote("b", [[1, 0], [0, 0, 0]])
            if plan.revoting == "last":
                self.vote("a", [[0, 1], [0, 2, 1]], label="second a")
            self.vote("d", [[1, 0], [1, 1, 1]])
            self.vote("e", [[0, 0], [0, 2, 0]])
            self.vote("g", [[1, 0]], label="island")
            self.vote("f", [[0, 1], [2, 0, 0]], label="annulled", counts=False)
            f2, self.voters["f2"] = self.voters["f"], signer("voter f2")
            self.district["f2"], self.weight["f2"] = self.district["f"], self.weight["f"]
            replacement = {"old": f2.public.hex(), "new": self.voters["f2"].public.hex(), "reason": "wrong_person"}
            self.add("registrar.replacement", REGISTRAR, replacement)
            self.vote("f2", [[1, 0], [0, 1, 0]])
            for name, reason in (("h", "voted_on_paper" if plan.paper else "lost"), ("i", "not_eligible")):
                strike = {"credential": self.voters[name].public.hex(), "reason": reason}
                self.add("registrar.strike", REGISTRAR, strike)
        self.add("election.close", AUTHORITY, {"h_e": self.h_e.hex()})

    # --- after the closing ---

    def counting(self) -> None:
        """Paper, tally, decryptions, result, final."""
        plan = self.plan
        paper_votes: dict[int, list[int]] = {}
        paper_ballots = 0
        if plan.paper:
            paper_votes, paper_ballots = {1: [1, 0], 2: [1, 0, 1]}, 2
            counts = [
                {"contest": 1, "ballots": 2, "invalid": 1, "votes": paper_votes[1]},
                {"contest": 2, "ballots": 2, "invalid": 0, "votes": paper_votes[2]},
            ]
            self.add("election.paper", AUTHORITY, {"voters": 2, "contests": counts})
        numbers = {d: sum(1 for n in self.counted if self.district[n] == d) for d in (1, 2, 3)}
        weights = {d: sum(self.weight[n] for n in self.counted if self.district[n] == d) for d in (1, 2, 3)}
        districts = {1: (1, 2, 3), 2: (1, 2)}
        units = {c: units_of(districts[c], numbers, 2) for c in districts}
        options = {1: 2, 2: 3}
        one = mpz(1), mpz(1)
        ciphertexts = {
            (c, unit[0], o): (
                self.times(self.sums.get((d, c, o), one)[0] for d in unit),
                self.times(self.sums.get((d, c, o), one)[1] for d in unit),
            )
            for c in units
            for unit in units[c]
            for o in range(1, options[c] + 1)
        }
        tally = [
            {
                "contest": c,
                "units": [
                    {
                        "unit": unit[0],
                        "districts": list(unit),
                        "ballots": sum(numbers[d] for d in unit),
                        "weight": sum(weights[d] for d in unit),
                        "ciphertexts": [
                            {"alpha": hex_e(ciphertexts[c, unit[0], o][0]), "beta": hex_e(ciphertexts[c, unit[0], o][1])}
                            for o in range(1, options[c] + 1)
                        ],
                    }
                    for unit in units[c]
                ],
            }
            for c in units
        ]
        self.add("election.tally", AUTHORITY, {"contests": tally})
        eligible = {
            c: sum(
                w
                for n, w in self.weight.items()
                if self.district[n] in districts[c] and n != "f2" and not (n == "i" and plan.ballots)
            )
            for c in districts
        }
        turnout = {c: sum(weights[d] for d in districts[c]) + paper_ballots for c in districts}
        sealed = plan.sealed and turnout[2] * 10 < eligible[2] * 9
        decrypted = [c for c in units if units[c] and not (c == 2 and sealed)]
        if decrypted:
            for i in plan.used:
                contests = [
                    {
                        "contest": c,
                        "units": [
                            {
                                "unit": unit[0],
                                "partials": [
                                    self.partial(i, (c, o, unit[0]), *ciphertexts[c, unit[0], o])
                                    for o in range(1, options[c] + 1)
                                ],
                            }
                            for unit in units[c]
                        ],
                    }
                    for c in decrypted
                ]
                self.add("trustee.decryption", TRUSTEES[i - 1], {"trustee": i, "contests": contests})
        self.result(units, options, decrypted, ciphertexts, paper_votes, turnout, eligible, sealed)

    def result(
        self,
        units: Any,
        options: Any,
        decrypted: list[int],
        ciphertexts: Any,
        paper_votes: Any,
        turnout: Any,
        eligible: Any,
        sealed: bool,
    ) -> None:
        """Publish sums and outcomes; the outcome rules are spelled out for these two contests only."""
        used = list(self.plan.used) if decrypted else []
        contests = []
        for c in units:
            contest = self.manifest["contests"][c - 1]
            total = [0] * options[c]
            listed = []
            for unit in units[c] if c in decrypted else ():
                shown = []
                for o in range(1, options[c] + 1):
                    t = sum(
                        v[c - 1][o - 1] * self.weight[n] for n, v in self.counted.items() if self.district[n] in unit
                    )
                    a, b = ciphertexts[c, unit[0], o]
                    secret = sum(lagrange_weight(i, used) * self.z[i] for i in used) % Q
                    element = b * invert(powmod(a, secret, P), P) % P
                    label = contest["options"][o - 1]["label"]
                    shown.append({"label": label, "t": hex_e(element), "votes": t})
                    total[o - 1] += t
                listed.append({"unit": unit[0], "options": shown})
            if c in decrypted:
                total = [x + y for x, y in zip(total, paper_votes.get(c, [0] * options[c]), strict=True)]
            numerator = contest["rule"]["quorum"]["numerator"]
            denominator = contest["rule"]["quorum"]["denominator"]
            met = turnout[c] * denominator >= eligible[c] * numerator
            kind, winners = "decided", [total.index(max(total)) + 1]
            if c == 2 and sealed:
                kind, winners = "sealed", []
            elif not units[c]:
                kind, winners = "withheld", []
            elif not met:
                kind, winners = "quorum_missed", []
            contests.append(
                {
                    "contest": c,
                    "label": contest["label"],
                    "units": listed,
                    "outcome": {
                        "kind": kind,
                        "winners": winners,
                        "tied": [],
                        "votes": total if c in decrypted else [],
                        "turnout": turnout[c],
                        "eligible": eligible[c],
                        "quorum_required": -(-eligible[c] * numerator // denominator),
                    },
                }
            )
        draft = self.add("election.result", AUTHORITY, {"trustees": used, "contests": contests})
        self.add("election.final", AUTHORITY, {"result": hashlib.sha256(draft.payload()).hexdigest()})

    def run(self) -> Made:
        """Run the whole election."""
        self.add("election.manifest", AUTHORITY, self.manifest)
        self.add(
            "election.parameters",
            AUTHORITY,
            {
                "version": "v2.1.0",
                "p": hex_e(P),
                "q": hex_s(Q),
                "g": hex_e(G),
                "n": self.plan.n,
                "k": self.plan.k,
                "h_p": self.h_p.hex(),
                "h_b": self.h_b.hex(),
            },
        )
        self.ceremony()
        self.rehearsal()
        self.roll()
        self.voting()
        self.counting()
        return Made(scope=self.h_b, drafts=self.drafts, manifest=self.manifest_bytes, names=self.names)


def make_drafts(plan: Plan) -> Made:
    """Run an election and return its drafts."""
    return _Maker(plan).run()


def make_entry(scope: bytes, draft: Draft) -> bytes:
    """Return the signed entry of a draft."""
    if draft.entry is not None:
        return draft.entry
    digest = draft.claimed or hashlib.sha256(draft.payload()).digest()
    fields = {
        "author": draft.author.public.hex(),
        "kind": draft.kind,
        "payload": digest.hex(),
        "scope": scope.hex(),
    }
    signature = draft.signature or draft.author.sign(b"evote/statement/1\x00" + encode(fields))
    return encode({**fields, "signature": signature.hex()})


def verifier_key(name: str, kind: int, key: Signer) -> str:
    """Return the C2SP verifier key of a signer."""
    data = bytes([kind]) + key.public
    key_id = hashlib.sha256(name.encode() + b"\n" + data).digest()[:4]
    return f"{name}+{key_id.hex()}+{base64.b64encode(data).decode()}"


def _line(name: str, kind: int, key: Signer, blob: bytes) -> str:
    key_id = hashlib.sha256(name.encode() + b"\n" + bytes([kind]) + key.public).digest()[:4]
    return f"— {name} {base64.b64encode(key_id + blob).decode()}\n"


def make_checkpoint(size: int, root: bytes, times: dict[str, int] | None = None, log: Signer = LOG) -> bytes:
    """Return a checkpoint signed by the log and cosigned by witnesses at the given times."""
    text = f"{ORIGIN}\n{size}\n{base64.b64encode(root).decode()}\n"
    note = text + "\n" + _line(ORIGIN, 1, log, log.sign(text.encode()))
    for name, time in (times or {}).items():
        key = WITNESSES[name]
        message = f"cosignature/v1\ntime {time}\n{text}".encode()
        note += _line(f"{name}.example", 4, key, time.to_bytes(8, "big") + key.sign(message))
    return note.encode()


def make_policy(quorum: int = 0) -> str:
    """Return a policy with the log's key, and a quorum of so many of the two witnesses (0: none)."""
    lines = [f"log {verifier_key(ORIGIN, 1, LOG)}"]
    lines += [f"witness {name} {verifier_key(f'{name}.example', 4, key)}" for name, key in WITNESSES.items()]
    lines += [f"group all-of-them {quorum} w1 w2", "quorum all-of-them"] if quorum else ["quorum none"]
    return "\n".join(lines) + "\n"


def write_record(
    made: Made,
    folder: Path,
    *,
    times: dict[str, int] | None = None,
    quorum: int = 0,
    extra: list[tuple[bytes, bytes]] | None = None,
) -> Path:
    """Sign, log and write a record; ``extra`` are further (entry, payload) pairs at the end of the log."""
    pairs = [(make_entry(made.scope, draft), draft.payload()) for draft in made.drafts] + (extra or [])
    entries = [entry for entry, _ in pairs]
    leaves = [leaf_hash(entry) for entry in entries]
    files: dict[str, bytes] = {}
    for start in range(0, len(entries), 256):
        part = pairs[start : start + 256]
        number, width = start // 256, len(part)
        files[tile_path("entries", number, width)] = b"".join(len(e).to_bytes(2, "big") + e for e, _ in part)
        files[tile_path("payloads", number, width)] = b"".join(len(p).to_bytes(4, "big") + p for _, p in part)
        files[tile_path("0", number, width)] = b"".join(leaves[start : start + 256])
    full = [root_of(leaves[i : i + 256]) for i in range(0, len(leaves) // 256 * 256, 256)]
    if full:
        files[tile_path("1", 0, len(full))] = b"".join(full)
    files["checkpoint"] = make_checkpoint(len(leaves), root_of(leaves), times)
    files["policy"] = make_policy(quorum).encode()
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return folder
