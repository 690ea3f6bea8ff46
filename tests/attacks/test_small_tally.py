"""Decrypting the sum over one ballot, or over a handful, and differences of sums.

Trustees who decrypt what a server sends them decrypt single ballots; a tiny district's own sum tells how a family
voted; two sums that differ in one ballot tell that ballot. Here districts below the minimum are joined (D.H), contests
below it are withheld (D.I), a trustee adds up itself and refuses everything else, and publishes once (L.J).
"""

import pytest

from evote.core.group import SecretScalar
from evote.election.decryption import make_trustee_decryption
from evote.election.kinds import Kind
from evote.election.tally import compute_tally
from evote.errors import PolicyError
from tests.attacks.caught import assert_fails, assert_refused
from tests.forge.ceremony import honest_secrets, share_of
from tests.forge.forger import Forger, Lies, forge
from tests.forge.judges import state_before
from tests.forge.log import Value
from tests.forge.numbers import Q, seeded
from tests.forge.plans import SMALL, SOUTH, WITHHELD, YES, YES_NO, Plan, Voter, cast, manifest_of

# One contest in two districts, in the second of which Eva alone has voted.
HAMLET = Plan(
    manifest=manifest_of("hamlet", (YES_NO,), ((1,), (1,))),
    voters=(*SMALL.voters, Voter("Eva", SOUTH), Voter("Fay", SOUTH)),
    acts=(*SMALL.acts, cast("Eva", YES)),
)


def each_district(forger: Forger, _value: Value) -> Value:
    """Tally every district by itself."""
    contest = forger.manifest.contests[0]
    units = [forger.counting.unit(1, contest, (district,)) for district in (1, 2)]
    return {"contests": [{"contest": 1, "units": units}]}


def own_share(trustee: int) -> SecretScalar:
    """Return z_i."""
    return SecretScalar(share_of(honest_secrets(), trustee), Q)


def test_a_unit_of_one_ballot_is_caught() -> None:
    """Sums, decryptions and result are right for the smaller units; the units are not those of the rule."""
    forgery = forge(HAMLET, Lies(say={"tally": each_district}))
    assert [unit["ballots"] for unit in forgery.value("tally")["contests"][0]["units"]] == [3, 1]

    assert_fails(forgery, "D.H")
    assert_refused(forgery, "tally", "tally.units")


def test_a_withheld_contest_that_is_tallied_is_caught() -> None:
    """A contest with one ballot gets a unit all the same, and trustees decrypt it."""

    def with_unit(forger: Forger, value: Value) -> Value:
        value["contests"][1]["units"] = [forger.counting.unit(2, forger.manifest.contests[1], (SOUTH,))]
        return value

    forgery = forge(WITHHELD, Lies(say={"tally": with_unit}))

    assert_fails(forgery, "D.F D.H D.I")
    assert_refused(forgery, "tally", "tally.units")


def test_a_second_decryption_is_caught() -> None:
    """A trustee who publishes a second set lets differences be formed: once each, whatever it holds."""

    def again(forger: Forger) -> None:
        forger.trustee("decrypted again", 3, Kind.TRUSTEE_DECRYPTION, forger.said["decryption 3"])

    forgery = forge(SMALL, Lies(after={"decryption 3": again}))

    assert_fails(forgery, "L.J")
    assert_refused(forgery, "decrypted again 3", "admission.twice")


def test_a_second_tally_is_caught() -> None:
    """A second tally, without one ballot, is what such a trustee would decrypt."""

    def again(forger: Forger) -> None:
        last = forger.counting.box.pop()
        forger.authority("again", Kind.TALLY, forger.counting.tally())
        forger.counting.box.append(last)

    forgery = forge(SMALL, Lies(after={"decryption 1": again}))

    assert_fails(forgery, "L.J")
    assert_refused(forgery, "again", "admission.twice")


@pytest.mark.parametrize(("change", "code"), [("closed", "trustee.not_closed"), ("tally", "trustee.tally_differs")])
def test_a_trustee_refuses_to_decrypt_anything_else(change: str, code: str) -> None:
    """A trustee's own program adds up from the log: an open box or another tally is not decrypted."""
    forgery = forge(SMALL)
    state = state_before(forgery, "decryption 1")
    if change == "closed":
        state.closed = False
    else:
        state.box.latest.popitem()

    with pytest.raises(PolicyError) as caught:
        make_trustee_decryption(state, 1, own_share(1), seeded("refuse"))
    assert caught.value.code == code


def test_a_trustee_refuses_a_second_set() -> None:
    """A trustee remembers which tally it decrypted, even where another log shows it another one."""
    state = state_before(forge(SMALL), "decryption 1")
    assert state.tally == compute_tally(state)

    with pytest.raises(PolicyError) as caught:
        make_trustee_decryption(state, 1, own_share(1), seeded("refuse"), decrypted_before=bytes(32))
    assert caught.value.code == "trustee.other_set"


def test_a_trustee_decrypts_an_honest_tally() -> None:
    """The same trustee, the same share, an honest log: the refusals above are not for another reason."""
    state = state_before(forge(SMALL), "decryption 1")

    assert make_trustee_decryption(state, 1, own_share(1), seeded("decrypt")).contests
