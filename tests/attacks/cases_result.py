"""Dishonest records for the rows on tally, decryption and outcome: V9 to V11, D.F to D.I, O."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from tests.attacks.case import Case
from tests.forge.ceremony import honest_secrets
from tests.forge.forger import Forger, Lie, Lies
from tests.forge.lies import OTHER_HASH, drop, next_scalar, one_more, put, recount, swapped
from tests.forge.log import Value
from tests.forge.numbers import G, P, element_hex, number
from tests.forge.plans import COUNCIL, PAPER, REFERENDUM, SEALED, SMALL, WEIGHTED, WITHHELD, strike

UNIT = "contests.0.units.0"


def say(step: str, path: str, new: object, **more: Any) -> Lies:
    """Return the lie at one place of one step."""
    return Lies(say={step: put(path, new)}, **more)


def times(text: str, factor: int) -> str:
    """Return an element multiplied by another."""
    return element_hex(number(text) * factor % P)


def shifted_beta(forger: Forger, value: Value) -> Value:
    """Multiply B by K: one vote more for the first option."""
    sums = value["contests"][0]["units"][0]["ciphertexts"][0]
    sums["beta"] = times(sums["beta"], forger.keys.vote_key)
    return value


def minus_partial(forger: Forger, value: Value) -> Value:
    """Publish -M_i with an even challenge, so that its proof holds; trustee 3 is not among those combined."""
    unit = forger.said["tally"]["contests"][0]["units"][0]
    pair = number(unit["ciphertexts"][0]["alpha"]), number(unit["ciphertexts"][0]["beta"])
    value["contests"][0]["units"][0]["partials"][0] = forger.partial((1, 1, unit["unit"]), 3, pair, sign=-1)
    return value


def recounted(change: Callable[[Value], None], contest: int = REFERENDUM) -> Lie:
    """Return the lie that changes a result and draws the outcome that follows from it."""

    def lie(forger: Forger, value: Value) -> Value:
        change(value["contests"][contest - 1])
        return recount(forger, value, contest)

    return lie


def steal(contest: Value) -> None:
    """Move one vote in one unit."""
    yes, no = contest["units"][0]["options"]
    yes["votes"], no["votes"] = yes["votes"] - 1, no["votes"] + 1


def lose_last_option(contest: Value) -> None:
    """Leave an option out of the decrypted unit."""
    contest["units"][0]["options"].pop()


def lose_units(contest: Value) -> None:
    """Leave every unit out, as if nobody had voted."""
    contest["units"].clear()


def lose_last_unit(contest: Value) -> None:
    """Leave the votes of one district out."""
    contest["units"].pop()


def sealed_partials(forger: Forger, value: Value) -> Value:
    """Decrypt a contest that is sealed."""
    units = []
    for unit in forger.said["tally"]["contests"][0]["units"]:
        pairs = [(number(one["alpha"]), number(one["beta"])) for one in unit["ciphertexts"]]
        partials = [forger.partial((1, o, unit["unit"]), value["trustee"], pair) for o, pair in enumerate(pairs, 1)]
        units.append({"unit": unit["unit"], "partials": partials})
    return {**value, "contests": [{"contest": 1, "units": units}]}


def withheld_partials(_forger: Forger, value: Value) -> Value:
    """Announce a decryption of a contest that is withheld."""
    return {**value, "contests": [*value["contests"], {"contest": 2, "units": []}]}


def impossible_votes(_forger: Forger, value: Value) -> Value:
    """State more votes than the weight of the unit, beside the true T."""
    value["contests"][0]["units"][0]["options"][0]["votes"] = 6
    value["contests"][0]["outcome"] = {**value["contests"][0]["outcome"], "votes": [9, 3]}
    return value


def more_strikes(forger: Forger) -> None:
    """Mark more people as having voted on paper than the paper count names."""
    for voter in ("Eva", "Fay"):
        forger.act(strike(voter, "voted_on_paper"))


# Outcomes of the referendum on paper and online that honest code refuses to compute.
PAPER_TIE: Value = {
    "kind": "tie",
    "winners": [],
    "tied": [1, 2],
    "votes": [2, 2],
    "turnout": 5,
    "eligible": 6,
    "quorum_required": 2,
}

CASES = (
    # A times g is one vote less: the authority steals it, and everything after follows.
    Case(
        rows="V9.A",
        name="a sum with one vote taken away",
        lies=say("tally", f"{UNIT}.ciphertexts.0.alpha", lambda text: times(text, G)),
        refused=("tally", "tally.ciphertext"),
    ),
    Case(
        rows="V9.B",
        name="a sum with one vote added",
        lies=Lies(say={"tally": shifted_beta}),
        refused=("tally", "tally.ciphertext"),
    ),
    Case(
        rows="V9.A",
        name="a weighted sum with one vote taken away",
        plan=WEIGHTED,
        lies=say("tally", f"{UNIT}.ciphertexts.0.alpha", lambda text: times(text, G)),
        refused=("tally", "tally.ciphertext"),
    ),
    Case(
        rows="V10.A",
        name="a partial decryption of order 2q",
        lies=Lies(say={"decryption 3": minus_partial}),
        refused=("decryption 3", "verification.not_in_subgroup"),
    ),
    Case(
        rows="V10.B",
        name="a partial decryption whose proof does not hold",
        lies=say("decryption 3", f"{UNIT}.partials.1.response", next_scalar),
        refused=("decryption 3", "verification.partial_decryption"),
    ),
    Case(
        rows="V10.C",
        name="other votes than T says",
        lies=Lies(say={"result": recounted(steal)}),
        refused=("result", "result.votes"),
    ),
    Case(
        rows="V10.C",
        name="another T than the partial decryptions give",
        lies=say("result", f"{UNIT}.options.0.t", lambda text: times(text, G)),
        refused=("result", "result.t"),
    ),
    Case(
        rows="V11.A",
        name="another label of a contest",
        lies=say("result", "contests.0.label", "referendun"),
        refused=("result", "result.label"),
    ),
    Case(
        rows="V11.B",
        name="another label of an option",
        lies=say("result", f"{UNIT}.options.0.label", "yess"),
        refused=("result", "result.option_label"),
    ),
    Case(
        rows="V11.C",
        name="an option that is left out",
        lies=Lies(say={"result": recounted(lose_last_option, COUNCIL)}),
        refused=("result", "result.options"),
    ),
    Case(
        rows="V11.C",
        name="all decrypted units of a contest left out, and with them all votes",
        lies=Lies(say={"result": recounted(lose_units)}),
        refused=("result", "result.units"),
    ),
    Case(
        rows="V11.C",
        name="one decrypted unit of a contest left out",
        lies=Lies(say={"result": recounted(lose_last_unit)}),
        refused=("result", "result.units"),
    ),
    # A contest without an outcome is one that is missing.
    Case(
        rows="V11.D O.D",
        name="a contest that is left out",
        lies=Lies(say={"result": drop("contests.1")}),
        refused=("result", "result.contests"),
    ),
    Case(
        rows="D.F",
        name="a trustee who leaves out a contest",
        lies=Lies(say={"decryption 3": drop("contests.1")}),
        refused=("decryption 3", "decryption.contests"),
    ),
    Case(
        rows="D.F",
        name="a trustee who leaves out a unit",
        lies=Lies(say={"decryption 3": drop("contests.0.units.1")}),
        refused=("decryption 3", "decryption.units"),
    ),
    Case(
        rows="D.F",
        name="a trustee who leaves out an option",
        lies=Lies(say={"decryption 3": drop(f"{UNIT}.partials.1")}),
        refused=("decryption 3", "decryption.options"),
    ),
    Case(
        rows="D.G",
        name="a trustee named where nothing was decrypted",
        plan=SEALED,
        lies=say("result", "trustees", [1]),
        refused=("result", "result.trustees"),
    ),
    # The trustees agreed on constant polynomials, so every single share is the whole secret.
    Case(
        rows="D.G",
        name="one trustee where two are needed",
        plan=replace(SMALL, used=(1,)),
        lies=Lies(secrets=tuple(replace(secret, vote=(secret.vote[0], 0)) for secret in honest_secrets())),
        refused=("result", "result.too_few_trustees"),
    ),
    Case(
        rows="D.H",
        name="a unit with a ballot more",
        lies=say("tally", f"{UNIT}.ballots", one_more),
        refused=("tally", "tally.ballots"),
    ),
    Case(
        rows="D.H",
        name="a unit with a weight more",
        plan=WEIGHTED,
        lies=say("tally", f"{UNIT}.weight", one_more),
        refused=("tally", "tally.weight"),
    ),
    # To decrypt what may not be decrypted is also to decrypt another set than the one that is to be decrypted.
    Case(
        rows="D.I D.F",
        name="a sealed contest that is decrypted",
        plan=SEALED,
        lies=Lies(say={"decryption 1": sealed_partials}),
        refused=("decryption 1", "decryption.contests"),
    ),
    Case(
        rows="D.I D.F",
        name="a withheld contest that is decrypted",
        plan=WITHHELD,
        lies=Lies(say={"decryption 3": withheld_partials}),
        refused=("decryption 3", "decryption.contests"),
    ),
    Case(
        rows="O.A",
        name="papers that are neither votes nor invalid",
        plan=PAPER,
        lies=say("paper", "contests.0.invalid", 0, outcomes={1: PAPER_TIE}),
        refused=("paper", "paper.sum"),
    ),
    Case(
        rows="O.A",
        name="more papers than people who voted on paper",
        plan=PAPER,
        lies=say("paper", "voters", 1),
        refused=("paper", "paper.ballots"),
    ),
    Case(
        rows="O.A",
        name="more people than are eligible",
        plan=PAPER,
        lies=say("paper", "voters", 4),
        refused=("paper", "paper.eligible"),
    ),
    Case(
        rows="O.A",
        name="more people struck than voted on paper",
        plan=PAPER,
        lies=Lies(after={"strike Dan": more_strikes}),
        refused=("paper", "paper.strikes"),
    ),
    # Where V9 and V10 hold, the sums are those of proven ballots and within their bounds: O.B never fails alone.
    Case(
        rows="O.B V10.C",
        name="more votes than the unit has ballots",
        lies=Lies(say={"result": impossible_votes}),
        refused=("result", "result.votes"),
    ),
    Case(
        rows="O.C",
        name="another turnout",
        lies=say("result", "contests.0.outcome.turnout", one_more),
        refused=("result", "result.outcome_turnout"),
    ),
    Case(
        rows="O.C",
        name="other votes in the outcome than decrypted",
        lies=say("result", "contests.0.outcome.votes", swapped),
        refused=("result", "result.outcome_votes"),
    ),
    Case(
        rows="O.C",
        name="a lower quorum",
        lies=say("result", "contests.0.outcome.quorum_required", 1),
        refused=("result", "result.outcome_quorum_required"),
    ),
    Case(
        rows="O.C",
        name="fewer eligible persons",
        lies=say("result", "contests.0.outcome.eligible", 9),
        refused=("result", "result.outcome_eligible"),
    ),
    Case(
        rows="O.D",
        name="another winner",
        lies=say("result", "contests.0.outcome.winners", [2]),
        refused=("result", "result.outcome_winners"),
    ),
    Case(
        rows="O.D",
        name="a tie that there was not",
        lies=say("result", "contests.0.outcome.tied", [1, 2]),
        refused=("result", "result.outcome_tied"),
    ),
    Case(
        rows="O.D",
        name="an end that names another result",
        lies=say("final", "result", OTHER_HASH),
        refused=("final", "final.result"),
    ),
)
