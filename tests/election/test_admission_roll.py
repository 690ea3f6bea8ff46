"""The roll: the list of credentials, its totals, strikes and replacements."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from evote.election.admission import admit, check
from evote.election.kinds import Kind
from evote.election.records import Credential, CredentialsPart, DistrictTotal, Replacement, RollTotals, Strike
from evote.election.state import ElectionState
from evote.election.submission import Submission
from evote.election.tally import counted_ballots, eligible_total
from evote.errors import EvoteError, PolicyError, VerificationError
from tests.election.built_election import Story, manifest_of, paper_election, person, real_group
from tests.election.submissions import changed, record_of, refused, submission_of

Change = Callable[[Credential], Credential]


def _part(change: Change | None = None) -> Submission:
    """Return the first part of the list, its first credential changed."""
    step = paper_election().step(Kind.CREDENTIALS)
    credentials = record_of(step, CredentialsPart).credentials
    return changed(step.submission, credentials=((change or _same)(credentials[0]), *credentials[1:]))


def _same(credential: Credential) -> Credential:
    return credential


def _key(key: bytes) -> Change:
    return lambda credential: replace(credential, key=key)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda c: replace(c, district=5), "roll.district"),
        (lambda c: replace(c, weight=0), "roll.weight"),
        (lambda c: replace(c, weight=10**9 + 1), "roll.weight"),
        (lambda c: replace(c, weight=2), "roll.weight_on_paper"),
        (_key(b"\xff" * 32), "signature.non_canonical_key"),
        (_key(bytes(31) + b"\x80"), "signature.small_order"),
        (_key(person("authority").public_key), "roll.key_taken"),
        (_key(person("registrar").public_key), "roll.key_taken"),
        (_key(person("trustee 3").public_key), "roll.key_taken"),
    ],
)
def test_credential(change: Change, code: str) -> None:
    """Every property of a credential is checked; a false one is refused under its own name."""
    assert refused(paper_election().before(Kind.CREDENTIALS), _part(change), VerificationError).code == code


def test_order_within_and_between_parts() -> None:
    """Keys are strictly ascending: neither two equal ones, nor a part that begins below the end of the one before."""
    story = paper_election()
    first, second = story.step(Kind.CREDENTIALS), story.step(Kind.CREDENTIALS, 1)
    credentials = record_of(first, CredentialsPart).credentials
    doubled = changed(first.submission, credentials=(credentials[0], credentials[0], *credentials[1:]))
    overlapping = changed(second.submission, credentials=credentials[-1:])

    assert refused(story.before(Kind.CREDENTIALS), doubled, VerificationError).code == "roll.order"
    assert refused(story.before(Kind.CREDENTIALS, 1), overlapping, VerificationError).code == "roll.order"


def test_parts_are_numbered_without_gap() -> None:
    """A part that comes before its turn is refused."""
    story = paper_election()

    error = refused(story.before(Kind.CREDENTIALS), story.step(Kind.CREDENTIALS, 1).submission, VerificationError)

    assert error.code == "roll.part"


def test_the_sum_of_weights_stays_decryptable() -> None:
    """All weights together stay within what a discrete logarithm can find, whatever the single ones are."""
    story = paper_election()
    state = story.before(Kind.CREDENTIALS)
    state.roll.weight = 10**12 - 1

    assert refused(state, _part(), VerificationError).code == "roll.weight_sum"


def test_weights_are_admissible_without_paper() -> None:
    """Where no paper is counted a credential may have a weight."""
    story = Story(real_group(), manifest_of())
    story.say("authority", Kind.MANIFEST, story.manifest)

    check(story.state, _part(lambda c: replace(c, weight=10**9)))


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("parts", 3, "roll.parts"),
        ("count", 13, "roll.count"),
        ("weight", 13, "roll.weight_total"),
        ("districts", (DistrictTotal(count=12, weight=12),), "roll.districts"),
    ],
)
def test_totals(field: str, value: object, code: str) -> None:
    """Every total of the roll is recomputed from the list."""
    story = paper_election()
    submission = changed(story.step(Kind.ROLL).submission, **{field: value})

    assert refused(story.before(Kind.ROLL), submission, VerificationError).code == code


def test_totals_of_districts() -> None:
    """Totals that are right in all and wrong for two districts are refused, naming the first."""
    story = paper_election()
    step = story.step(Kind.ROLL)
    north, south, *others = record_of(step, RollTotals).districts
    moved = (
        DistrictTotal(count=north.count - 1, weight=north.weight - 1),
        DistrictTotal(count=south.count + 1, weight=south.weight + 1),
        *others,
    )

    error = refused(story.before(Kind.ROLL), changed(step.submission, districts=moved), VerificationError)

    assert error.code == "roll.districts"
    assert "district 1" in error.message


def test_empty_roll() -> None:
    """A roll without credentials is refused."""
    story = paper_election()

    error = refused(story.before(Kind.CREDENTIALS), story.step(Kind.ROLL).submission, VerificationError)

    assert error.code == "roll.empty"


def test_incomplete_list() -> None:
    """A roll that counts a part which is not there is refused."""
    story = paper_election()

    error = refused(story.before(Kind.CREDENTIALS, 1), story.step(Kind.ROLL).submission, VerificationError)

    assert error.code == "roll.parts"


def _strike(name: str, reason: str) -> Submission:
    record = Strike(credential=person(name).public_key, reason=reason)
    return submission_of(person("registrar"), Kind.STRIKE, record)


def _replacement(old: str, new: bytes, reason: str = "lost") -> Submission:
    record = Replacement(old=person(old).public_key, new=new, reason=reason)
    return submission_of(person("registrar"), Kind.REPLACEMENT, record)


def _at_close() -> ElectionState:
    return paper_election().before(Kind.CLOSE)


@pytest.mark.parametrize(
    ("submission", "error", "code"),
    [
        (_strike("Ada", "moved away"), VerificationError, "roll.reason"),
        (_strike("Mallory", "lost"), PolicyError, "roll.unknown"),
        (_strike("Leo", "lost"), PolicyError, "roll.already_removed"),
        (_strike("Hal", "not_eligible"), PolicyError, "roll.already_removed"),
        (_strike("Ada", "voted_on_paper"), PolicyError, "roll.has_voted"),
        (_strike("Ada", "lost"), PolicyError, "roll.has_voted"),
        (_replacement("Eva", person("new").public_key, "not_eligible"), VerificationError, "roll.reason"),
        (_replacement("Mallory", person("new").public_key), PolicyError, "roll.unknown"),
        (_replacement("Leo", person("new").public_key), PolicyError, "roll.already_removed"),
        (_replacement("Hal", person("new").public_key), PolicyError, "roll.already_removed"),
        (_replacement("Ada", person("new").public_key), PolicyError, "roll.has_voted"),
        (_replacement("Eva", person("Ada").public_key), VerificationError, "roll.key_used"),
        (_replacement("Eva", person("Hal").public_key), VerificationError, "roll.key_used"),
        (_replacement("Eva", person("Eva").public_key), VerificationError, "roll.key_used"),
        (_replacement("Eva", person("trustee 1").public_key), VerificationError, "roll.key_taken"),
        (_replacement("Eva", bytes(32)), VerificationError, "signature.small_order"),
    ],
)
def test_refused_removals(submission: Submission, error: type[EvoteError], code: str) -> None:
    """Strikes and replacements obey section 7: reason, credential, once, not after voting unless they annul."""
    assert refused(_at_close(), submission, error).code == code


@pytest.mark.parametrize("reason", ["voted_on_paper", "lost"])
def test_strike_before_voting(reason: str) -> None:
    """A credential that has not voted can be struck for either reason, and then neither votes nor is struck again."""
    story = paper_election()
    state = _at_close()
    admit(state, _strike("Eva", reason))

    ballot = story.step(Kind.BALLOT_CAST)
    from_eva = replace(ballot.submission, author=person("Eva").public_key)
    assert refused(state, from_eva, PolicyError, ballot.facts).code == "ballot.removed_credential"
    assert refused(state, _strike("Eva", "not_eligible"), PolicyError).code == "roll.already_removed"


@pytest.mark.parametrize(("reason", "eligible"), [("wrong_person", 5), ("not_eligible", 4)])
def test_annulling_strike_takes_the_ballot_out(reason: str, eligible: int) -> None:
    """Both reasons annul the ballot; only those who should not be on the roll leave the eligible."""
    state = paper_election().before(Kind.STRIKE, 1)
    ada = person("Ada").public_key
    assert ada in {ballot.credential for ballot in counted_ballots(state)}

    admit(state, _strike("Ada", reason))

    assert ada not in {ballot.credential for ballot in counted_ballots(state)}
    assert eligible_total(state, 1) == DistrictTotal(count=eligible, weight=eligible)


def test_replacement_hands_district_on_and_leaves_the_roll_as_it_was() -> None:
    """The new credential votes in the district of the old one; the number of eligible stays."""
    state = paper_election().before(Kind.BALLOT_CAST, 8)
    old, new = person("Hal").public_key, person("Hal II").public_key

    assert state.roll.replaced_by == {old: new}
    assert state.roll.entries[new] == state.roll.entries[old]
    assert eligible_total(state, 2) == DistrictTotal(count=3, weight=3)
    assert old not in state.box.latest


def test_challenged_ballot_is_not_a_vote() -> None:
    """Who has only challenged a ballot can still be struck as having voted on paper."""
    story = paper_election()
    state = story.before(Kind.BALLOT_CAST, 1)
    assert person("Ben").public_key in state.box.challenged_count

    check(state, _strike("Ben", "voted_on_paper"))
