"""The roll and the voting of the small election: credentials, ballots with their proofs, strikes."""

import hashlib
from collections.abc import Callable
from typing import Any

from gmpy2 import mpz, powmod

from tests.verifier.election_ceremony import G_TABLE, Ceremony, hex_e, hex_s
from tests.verifier.record_files import AUTHORITY, REGISTRAR, Signer, signer
from verifier import hashing
from verifier.group import P, Q


class Voting(Ceremony):
    """Everything from the roll to the closing."""

    def roll(self) -> None:
        """Publish credentials in two parts, and the roll."""
        self.voters = {name: signer(f"voter {name}") for name in "abcdefghij"}
        self.district: dict[str, int] = dict(zip("abcdefghij", (1, 1, 1, 2, 2, 2, 3, 1, 2, 3), strict=True))
        weights = (1, 2, 3) if self.plan.weights else (1, 1, 1)
        self.weight: dict[str, int] = {name: weights[i % 3] for i, name in enumerate("abcdefghij")}
        order = sorted(self.voters, key=lambda name: self.voters[name].public)
        listed: list[dict[str, Any]] = [
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

    def proof(
        self,
        pair: tuple[mpz, mpz],
        value: int,
        limit: int,
        nonce: mpz,
        challenge: Callable[..., mpz],
        even: bool = False,
    ) -> Any:
        """Return a proof that a ciphertext holds ``value`` in 0..limit; all challenges can be had even."""
        us = [self.scalar() for _ in range(limit + 1)]
        cs = [self.scalar() // 2 * 2 if even else self.scalar() for _ in range(limit + 1)]
        commitments = []
        for j in range(limit + 1):
            exponent = us[j] if j == value else us[j] + (value - j) * cs[j]
            commitments += [G_TABLE.power(us[j]), self.k_table.power(exponent % Q)]
        c = challenge(*map(hashing.element_bytes, pair), [hashing.element_bytes(x) for x in commitments])
        cs[value] = (c - sum(x for j, x in enumerate(cs) if j != value)) % Q
        if even and cs[value] % 2:
            return self.proof(pair, value, limit, nonce, challenge, even)
        self.beside += b"".join(map(hashing.element_bytes, commitments))
        return {
            "challenges": [hex_s(x) for x in cs],
            "responses": [hex_s((u - x * nonce) % Q) for u, x in zip(us, cs, strict=True)],
        }

    def ballot(
        self, author: Signer, style: int, values: list[list[int]], negative: bool = False, number: int = 1
    ) -> tuple[dict[str, Any], list[Any]]:
        """Return an encrypted ballot and its openings; ``beside`` has its commitments then.

        ``negative``: the first alpha of each contest is p - g^xi, with even challenges, so that all equations hold.
        """
        self.beside = b""
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
                if negative and option == 1:
                    pair = P - pair[0], pair[1]

                def challenge(a: bytes, b: bytes, commitments: list[bytes], o: int = option, i: int = index) -> mpz:
                    return hashing.selection_challenge(h_i, i, o, a, b, commitments)

                proof = self.proof(pair, value, contest["option_limit"], xi, challenge, negative)
                selections.append({"alpha": hex_e(pair[0]), "beta": hex_e(pair[1]), **proof})
                opened.append({"value": value, "nonce": hex_s(xi)})
                pairs.append(pair)
                nonces.append(xi)
            bar = self.times(p[0] for p in pairs), self.times(p[1] for p in pairs)

            def limit(a: bytes, b: bytes, commitments: list[bytes], i: int = index) -> mpz:
                return hashing.limit_challenge(h_i, i, a, b, commitments)

            proof = self.proof(bar, sum(chosen), contest["selection_limit"], sum(nonces) % Q, limit, negative)
            chi = hashing.contest_hash(h_i, index, [hashing.element_bytes(x) for pair in pairs for x in pair])
            hashes.append(chi)
            contests.append(
                {"contest": index, "contest_hash": chi.hex(), "selections": selections, "limit_proof": proof}
            )
            openings.append({"contest": index, "selections": opened})
        return {
            "id": identifier.hex(),
            "salt": salt.hex(),
            "number": number,
            "identifier_hash": h_i.hex(),
            "style": style,
            "confirmation_code": hashing.confirmation_code(h_i, hashes, self.b_c).hex(),
            "contests": contests,
        }, openings

    def vote(self, name: str, values: list[list[int]], *, label: str = "", counts: bool = True) -> None:
        """Cast a ballot."""
        style = self.manifest["districts"][self.district[name] - 1]["ballot_style"]
        self.cast[name] = number = self.cast.get(name, 0) + 1
        ballot, _ = self.ballot(self.voters[name], style, values, number=number)
        self.add("ballot.cast", self.voters[name], ballot, label).commitments = self.beside
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
        self.cast: dict[str, int] = {}
        self.add("election.open", AUTHORITY, {"h_e": self.h_e.hex(), "roll": self.roll_hash})
        if plan.few:
            self.vote("d", [[1, 0], [1, 1, 1]])
        elif plan.tiny:
            ballot, openings = self.ballot(self.voters["a"], 1, [[0, 1], [2, 1, 0]])
            value = {"ballot": ballot, "openings": openings}
            self.add("ballot.challenged", self.voters["a"], value, "challenged").commitments = self.beside
            self.vote("d", [[1, 0], [1, 1, 1]])
            self.vote("e", [[1, 0], [0, 0, 2]])
        elif plan.ballots:
            ballot, openings = self.ballot(self.voters["a"], 1, [[0, 1], [2, 1, 0]])
            value = {"ballot": ballot, "openings": openings}
            self.add("ballot.challenged", self.voters["a"], value, "challenged").commitments = self.beside
            self.vote("a", [[1, 0], [2, 1, 0]], label="first a", counts=plan.revoting == "never")
            self.vote("b", [[1, 0], [0, 0, 0]])
            if plan.revoting == "last":
                self.vote("a", [[0, 1], [0, 2, 1]], label="second a")
            self.vote("d", [[1, 0], [1, 1, 1]])
            self.vote("e", [[0, 0], [0, 2, 0]])
            self.vote("g", [[1, 0]], label="island")
            self.vote("f", [[0, 1], [2, 0, 0]], label="annulled", counts=False)
            if plan.twice:
                self.vote("f", [[1, 0], [0, 1, 1]], label="annulled again", counts=False)
            f2, self.voters["f2"] = self.voters["f"], signer("voter f2")
            self.district["f2"], self.weight["f2"] = self.district["f"], self.weight["f"]
            replacement = {"old": f2.public.hex(), "new": self.voters["f2"].public.hex(), "reason": "wrong_person"}
            self.add("registrar.replacement", REGISTRAR, replacement)
            self.vote("f2", [[1, 0], [0, 1, 0]])
            for name, reason in (("h", "voted_on_paper" if plan.paper else "lost"), ("i", "not_eligible")):
                strike = {"credential": self.voters[name].public.hex(), "reason": reason}
                self.add("registrar.strike", REGISTRAR, strike)
        self.add("election.close", AUTHORITY, {"h_e": self.h_e.hex()})
