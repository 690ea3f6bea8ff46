"""What follows from what was said: counted ballots, units, sums, outcome; for a forger who lies consistently."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from evote.election.kinds import Kind
from evote.election.manifest import Contest, Manifest
from evote.election.outcome import CountedVotes, decide
from evote.election.tally import form_units
from evote.election.voting_rules import must_stay_sealed
from tests.forge.decrypting import combined, votes_behind
from tests.forge.numbers import P, element_hex, number, power

Value = dict[str, Any]
ANNULLING = ("wrong_person", "not_eligible")


@dataclass
class Counting:
    """The figures of an election as far as it has been told."""

    manifest: Manifest
    listed: dict[str, tuple[int, int]] = field(default_factory=dict)
    roll: dict[str, tuple[int, int]] = field(default_factory=dict)
    annulled: set[str] = field(default_factory=set)
    not_eligible: set[str] = field(default_factory=set)
    box: list[tuple[str, Value]] = field(default_factory=list)
    cast: Counter[bytes] = field(default_factory=Counter)  # by author, wherever in the log
    opened: bool = False
    closed: bool = False
    paper: Value | None = None

    def note(self, kind: str, author: bytes, value: Value) -> None:
        """Let the figures follow a statement."""
        self.cast[author] += kind == Kind.BALLOT_CAST
        if kind == Kind.CREDENTIALS:
            for one in value["credentials"]:
                self.listed.setdefault(one["key"], (one["district"], one["weight"]))
                self.roll.setdefault(one["key"], (one["district"], one["weight"]))
        elif kind == Kind.OPEN:
            self.opened = True
        elif kind == Kind.CLOSE:
            self.closed = True
        elif kind == Kind.PAPER:
            self.paper = value
        elif kind == Kind.BALLOT_CAST and self.opened and not self.closed:
            self.box.append((author.hex(), value))
        elif kind in (Kind.STRIKE, Kind.REPLACEMENT) and not self.closed:
            self._end(value)

    def _end(self, value: Value) -> None:
        key = value.get("credential") or value["old"]
        if value["reason"] in ANNULLING:
            self.annulled.add(key)
        if value["reason"] == "not_eligible" and "credential" in value:
            self.not_eligible.add(key)
        if "new" in value and key in self.roll:
            self.roll.setdefault(value["new"], self.roll[key])

    def counted(self) -> list[tuple[int, int, Value]]:
        """Return district, weight and ballot of every counted ballot (section 8)."""
        valid = [(key, ballot) for key, ballot in self.box if key in self.roll and key not in self.annulled]
        if self.manifest.revoting == "last":
            valid = list(dict(valid).items())
        return [(*self.roll[key], ballot) for key, ballot in valid]

    def ballots(self, district: int) -> int:
        """Return n_d."""
        return sum(d == district for d, _, _ in self.counted())

    def weight(self, districts: Sequence[int]) -> int:
        """Return the weight of the counted ballots of some districts."""
        return sum(weight for d, weight, _ in self.counted() if d in districts)

    def eligible(self, contest: int) -> int:
        """Return E."""
        districts = self.manifest.districts_of(contest)
        gone = [self.roll[key] for key in self.not_eligible if key in self.roll]
        weights = [weight for district, weight in self.listed.values() if district in districts]
        return sum(weights) - sum(weight for district, weight in gone if district in districts)

    def turnout(self, contest: int) -> int:
        """Return T."""
        papers: int = self._paper(contest)["ballots"]
        return self.weight(self.manifest.districts_of(contest)) + papers

    def is_sealed(self, contest: int) -> bool:
        """Say whether the quorum is missed and the rule seals."""
        rule = self.manifest.contests[contest - 1].rule
        return must_stay_sealed(rule, self.eligible(contest), self.turnout(contest))

    def _paper(self, contest: int) -> Value:
        for counts in self.paper["contests"] if self.paper else ():
            if counts["contest"] == contest:
                found: Value = counts
                return found
        return {"ballots": 0, "invalid": 0, "votes": [0] * len(self.manifest.contests[contest - 1].options)}

    # --- tally --------------------------------------------------------------------------------------------------

    def tally(self) -> Value:
        """Return the payload of `election.tally`."""
        contests = []
        for index, contest in enumerate(self.manifest.contests, 1):
            ballots = {d: self.ballots(d) for d in self.manifest.districts_of(index)}
            units = form_units(ballots, self.manifest.minimum_ballots)
            contests.append({"contest": index, "units": [self.unit(index, contest, unit) for unit in units]})
        return {"contests": contests}

    def unit(self, index: int, contest: Contest, districts: tuple[int, ...]) -> Value:
        """Return the sums over some districts."""
        sums = [[1, 1] for _ in contest.options]
        for district, weight, ballot in self.counted():
            for one in ballot["contests"] if district in districts else ():
                if one["contest"] == index:
                    for pair, selection in zip(sums, one["selections"], strict=False):
                        # A = prod alpha^W, B = prod beta^W
                        pair[0] = pair[0] * power(number(selection["alpha"]), weight) % P
                        pair[1] = pair[1] * power(number(selection["beta"]), weight) % P
        return {
            "unit": min(districts),
            "districts": list(districts),
            "ballots": sum(self.ballots(d) for d in districts),
            "weight": self.weight(districts),
            "ciphertexts": [{"alpha": element_hex(a), "beta": element_hex(b)} for a, b in sums],
        }

    def to_decrypt(self, tally: Value) -> list[Value]:
        """Return the contests of a tally that are neither withheld nor sealed."""
        return [one for one in tally["contests"] if one["units"] and not self.is_sealed(one["contest"])]

    # --- result -------------------------------------------------------------------------------------------------

    def result(
        self, vote_key: int, tally: Value, decryptions: Mapping[int, Value], outcomes: Mapping[int, Value]
    ) -> Value:
        """Return the payload of `election.result` combined from some trustees' decryptions.

        `outcomes` stand in for those contests whose outcome honest code refuses to compute.
        """
        opened = {one["contest"]: one for one in self.to_decrypt(tally)}
        contests = []
        for index, contest in enumerate(self.manifest.contests, 1):
            units = [
                self.decrypted(vote_key, index, contest, unit, decryptions)
                for unit in opened.get(index, {"units": []})["units"]
            ]
            contests.append(
                {
                    "contest": index,
                    "label": contest.label,
                    "units": units,
                    "outcome": outcomes.get(index) or self.outcome(index, units),
                }
            )
        return {"trustees": sorted(decryptions) if opened else [], "contests": contests}

    def decrypted(
        self, vote_key: int, index: int, contest: Contest, unit: Value, decryptions: Mapping[int, Value]
    ) -> Value:
        """Return the decrypted sums of one unit."""
        options = []
        for position, option in enumerate(contest.options):
            partials = {
                trustee: number(_find(value, index, unit["unit"])[position]["partial"])
                for trustee, value in decryptions.items()
            }
            t_element = combined(number(unit["ciphertexts"][position]["beta"]), partials)
            votes = votes_behind(vote_key, t_element)
            options.append({"label": option.label, "t": element_hex(t_element), "votes": votes})
        return {"unit": unit["unit"], "options": options}

    def is_withheld(self, contest: int) -> bool:
        """Say whether a contest has ballots, but too few of them."""
        ballots = sum(self.ballots(d) for d in self.manifest.districts_of(contest))
        return 0 < ballots < self.manifest.minimum_ballots

    def outcome(self, index: int, units: Sequence[Value]) -> Value:
        """Return the outcome that follows from the stated votes of all units."""
        contest = self.manifest.contests[index - 1]
        totals = [0] * len(contest.options)
        for unit in units:
            for position, option in enumerate(unit["options"][: len(totals)]):
                totals[position] += option["votes"]
        sealed, withheld = self.is_sealed(index), self.is_withheld(index)
        counts = self._paper(index)
        districts = self.manifest.districts_of(index)
        decided = decide(
            contest.rule,
            eligible=self.eligible(index),
            online=CountedVotes(weight=self.weight(districts), votes=None if sealed or withheld else tuple(totals)),
            paper=CountedVotes(
                weight=counts["ballots"],
                votes=None if sealed else tuple(counts["votes"]),
                invalid=counts["invalid"],
            ),
            option_limit=contest.option_limit,
            contest_limit=contest.selection_limit,
            withheld=withheld and not sealed,
        ).published
        return {
            "kind": str(decided.kind),
            "winners": list(decided.winners),
            "tied": list(decided.tied),
            "votes": list(decided.votes),
            "turnout": decided.turnout,
            "eligible": decided.eligible,
            "quorum_required": decided.quorum_required,
        }


def _find(decryption: Value, contest: int, unit: int) -> list[Value]:
    for one in decryption["contests"]:
        for part in one["units"]:
            if (one["contest"], part["unit"]) == (contest, unit):
                found: list[Value] = part["partials"]
                return found
    raise KeyError(f"no decryption of contest {contest}, unit {unit}")
