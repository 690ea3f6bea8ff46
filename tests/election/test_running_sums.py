"""Products of ciphertexts that follow the ballots that count."""

import pytest

from evote.election.kinds import Kind
from evote.election.running_sums import RunningSums, multiply_sums
from evote.election.state import BallotBox
from evote.election.tally import counted_ballots
from tests.election.built_election import paper_election


def test_what_is_taken_out_leaves_no_trace() -> None:
    """After taking in three ballots and taking out the second, the product is that of the other two."""
    ballots = [b for b in counted_ballots(paper_election().before(Kind.CLOSE)) if b.district == 1][:3]
    first, second, third = (ballot.contests for ballot in ballots)
    sums = RunningSums()
    for contests in (first, second, third):
        sums.take_in(1, 1, contests)
    assert sums.products == {(1, 1): multiply_sums(multiply_sums(first, second), third)}
    sums.take_out(1, 1, second)
    assert sums.products == {(1, 1): multiply_sums(first, third)}


def test_weights_and_districts_are_kept_apart() -> None:
    """Equal ballots of another weight or district have products of their own, and nothing is taken out of none."""
    contests = next(counted_ballots(paper_election().before(Kind.CLOSE))).contests
    sums = RunningSums()
    for district, weight in ((1, 1), (1, 2), (2, 1)):
        sums.take_in(district, weight, contests)
    assert dict(sums.products) == dict.fromkeys(((1, 1), (1, 2), (2, 1)), contests)
    with pytest.raises(KeyError):
        sums.take_out(3, 1, contests)


def test_a_later_ballot_and_an_annulled_one_replace_and_leave_the_sum() -> None:
    """The box keeps the product over the latest ballot of each credential, whatever was put before."""
    early, late = list(counted_ballots(paper_election().before(Kind.CLOSE)))[:2]
    box = BallotBox(sums=RunningSums())
    assert box.sums is not None
    box.put(early)
    again = type(late)(
        credential=early.credential,
        district=early.district,
        weight=early.weight,
        confirmation_code=late.confirmation_code,
        form=late.form,
        held=late.held,
    )
    box.put(again)
    assert box.sums.products == {(early.district, early.weight): again.contests}
    box.annul(early.credential)
    assert box.counted == {early.district: (0, 0)}
    (product,) = box.sums.products.values()
    assert {part.alpha.value for contest in product for part in contest} == {1}
