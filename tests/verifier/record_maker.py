"""The whole small election: ``make_drafts`` runs it in memory and returns its statements before they are signed."""

import hashlib
from typing import Any

from gmpy2 import invert, mpz, powmod

from tests.verifier.election_ceremony import Plan, hex_e, hex_s
from tests.verifier.election_voting import Voting
from tests.verifier.record_files import AUTHORITY, TRUSTEES, Made
from verifier.group import G, P, Q


def _weight(i: int, used: list[int]) -> mpz:
    result = mpz(1)
    for other in used:
        if other != i:
            result = result * other * invert(mpz(other - i), Q) % Q
    return result


class _Maker(Voting):
    """Everything after the closing."""

    def counting(self) -> None:
        """Paper, tally, decryptions, result, final."""
        plan = self.plan
        paper_votes: dict[int, list[int]] = {}
        paper_ballots = 0
        if plan.paper:
            paper_votes, paper_ballots = {1: [1, 0], 2: [1, 0, 2]}, 2
            counts = [
                {"contest": 1, "ballots": 2, "invalid": 1, "votes": paper_votes[1]},
                {"contest": 2, "ballots": 2, "invalid": 0, "votes": paper_votes[2]},
            ]
            if plan.sealed:
                # the papers of a sealed contest stay closed
                counts[1]["votes"] = []
            self.add("election.paper", AUTHORITY, {"voters": 2, "contests": counts})
        numbers = {d: sum(1 for n in self.counted if self.district[n] == d) for d in (1, 2, 3)}
        weights = {d: sum(self.weight[n] for n in self.counted if self.district[n] == d) for d in (1, 2, 3)}
        districts = {1: (1, 2, 3), 2: (1, 2)}
        # Islands has one ballot, so it joins North, the district with the fewest
        units: dict[int, tuple[tuple[int, ...], ...]] = {1: ((1, 3), (2,)), 2: ((1,), (2,))}
        if plan.tiny:
            units = {1: ((1, 2, 3),), 2: ((1, 2),)}
        if plan.few or not plan.ballots:
            units = {1: (), 2: ()}
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
                            {
                                "alpha": hex_e(ciphertexts[c, unit[0], o][0]),
                                "beta": hex_e(ciphertexts[c, unit[0], o][1]),
                            }
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
                if self.district[n] in districts[c]
                and n not in ("f2", "i" if plan.ballots and not plan.few and not plan.tiny else "")
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
                    secret = sum(_weight(i, used) * self.z[i] for i in used) % Q
                    element = b * invert(powmod(a, secret, P), P) % P
                    label = contest["options"][o - 1]["label"]
                    shown.append({"label": label, "t": hex_e(element), "votes": t})
                    total[o - 1] += t
                listed.append({"unit": unit[0], "options": shown})
            published = c in decrypted or not self.plan.ballots
            if published:
                total = [x + y for x, y in zip(total, paper_votes.get(c, [0] * options[c]), strict=True)]
            numerator = contest["rule"]["quorum"]["numerator"]
            denominator = contest["rule"]["quorum"]["denominator"]
            met = turnout[c] * denominator >= eligible[c] * numerator
            kind, winners = "decided", [total.index(max(total)) + 1]
            if c == 2 and sealed:
                kind, winners = "sealed", []
            elif not published:
                kind, winners = "withheld", []
            elif not met:
                kind, winners = "quorum_missed", []
            elif not any(total):
                kind, winners = "threshold_missed", []
            contests.append(
                {
                    "contest": c,
                    "label": contest["label"],
                    "units": listed,
                    "outcome": {
                        "kind": kind,
                        "winners": winners,
                        "tied": [],
                        "votes": total if published else [],
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
