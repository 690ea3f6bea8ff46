"""The key ceremony and the rehearsal: everything false is refused, and whoever made it is named."""

from dataclasses import replace

import pytest

from evote.core.elgamal import Ciphertext
from evote.core.group import Element
from evote.election import ceremony_trustee
from evote.election.admission import admit
from evote.election.ceremony_trustee import make_ceremony_secret, make_trustee_keys, make_trustee_shares
from evote.election.decryption import compute_rehearsal, make_trustee_rehearsal
from evote.election.kinds import Kind
from evote.election.records import (
    ElectionKeys,
    Rehearsal,
    TrusteeComplaint,
    TrusteeKeys,
    TrusteeRehearsal,
    TrusteeShares,
)
from evote.election.state import ElectionState, Phase
from evote.errors import ConfigurationError, KeystoreError, PolicyError, ProtocolError, VerificationError
from tests.core.randomness import seeded
from tests.election.built_election import paper_election, person, real_group
from tests.election.submissions import changed, record_of, refused, submission_of


def _culprits(error: Exception) -> tuple[str, ...]:
    assert isinstance(error, ProtocolError)
    return error.culprits


def test_repetition_names_the_trustee() -> None:
    """A second commitment is refused and names the trustee who made it."""
    story = paper_election()
    submission = story.step(Kind.TRUSTEE_COMMITMENT, 1).submission

    error = refused(story.before(Kind.TRUSTEE_KEYS), submission, ProtocolError)

    assert (error.code, _culprits(error)) == ("admission.twice", ("2",))


def test_commitment_of_one_trustee_does_not_let_another_speak() -> None:
    """Keys are refused while one commitment is missing, and the message names whose."""
    story = paper_election()

    error = refused(story.before(Kind.TRUSTEE_COMMITMENT, 2), story.step(Kind.TRUSTEE_KEYS).submission, PolicyError)

    assert error.code == "admission.phase"
    assert "[3]" in error.message


def test_other_keys_than_committed() -> None:
    """Keys that are valid but not the ones committed to are refused: nobody chooses after having seen the others."""
    story = paper_election()
    secret = make_ceremony_secret(real_group(), 2, seeded("late choice"))
    keys = make_trustee_keys(story.context, 3, secret, seeded("late proof"))

    error = refused(
        story.before(Kind.TRUSTEE_KEYS, 2), submission_of(person("trustee 3"), Kind.TRUSTEE_KEYS, keys), ProtocolError
    )

    assert (error.code, _culprits(error)) == ("ceremony.keys_not_committed", ("3",))


def test_keys_without_valid_proof() -> None:
    """Keys that were committed to, but whose proof is false, are refused."""
    story = paper_election()
    step = story.step(Kind.TRUSTEE_KEYS)
    keys = record_of(step, TrusteeKeys)
    one = real_group().scalar(1)
    proof = replace(keys.vote_proof, responses=(keys.vote_proof.responses[0] + one, *keys.vote_proof.responses[1:]))
    submission = changed(step.submission, vote_proof=proof)
    state = story.before(Kind.TRUSTEE_KEYS)
    state.trustees[0].commitment = submission.payload_digest

    error = refused(state, submission, ProtocolError)

    assert (error.code, _culprits(error)) == ("ceremony.key_proof", ("1",))


def test_shares_without_valid_proof() -> None:
    """A share whose public proof is false is refused, naming the sender."""
    story = paper_election()
    step = story.step(Kind.TRUSTEE_SHARES)
    (receiver, share), last = record_of(step, TrusteeShares).shares
    false = replace(share, response=share.response + real_group().scalar(1))

    error = refused(
        story.before(Kind.TRUSTEE_SHARES), changed(step.submission, shares=((receiver, false), last)), ProtocolError
    )

    assert (error.code, _culprits(error)) == ("ceremony.share_proof", ("1",))


def test_confirmation_of_another_ceremony() -> None:
    """A confirmation of another H_G is refused."""
    story = paper_election()
    submission = changed(story.step(Kind.TRUSTEE_CONFIRMATION).submission, h_g=bytes(32))

    error = refused(story.before(Kind.TRUSTEE_CONFIRMATION), submission, VerificationError)

    assert error.code == "ceremony.h_g"


@pytest.mark.parametrize("field", ["vote_key", "data_key", "h_g", "h_e", "device_hash", "chaining_field"])
def test_election_keys(field: str) -> None:
    """Every field of the joint keys is recomputed; a false one is refused under its own name."""
    story = paper_election()
    step = story.step(Kind.KEYS)
    true = getattr(record_of(step, ElectionKeys), field)
    false = true * real_group().generator if isinstance(true, Element) else bytes(len(true))

    error = refused(story.before(Kind.KEYS), changed(step.submission, **{field: false}), VerificationError)

    assert error.code == f"keys.{field}"


def test_keys_take_effect() -> None:
    """After `election.keys` the share keys are g to the trustees' shares, computed from public data alone."""
    story = paper_election()
    group = real_group()

    keys = story.before(Kind.REHEARSAL).share_keys

    assert keys == tuple(group.power(group.generator, story.key_share(i).share) for i in (1, 2, 3))


def _complain(share_is_false: bool) -> ElectionState:
    """Let trustee 2 complain in round 3 about the share of trustee 1; return the state after it."""
    story, accused = paper_election(), 1
    state = story.before(Kind.TRUSTEE_CONFIRMATION)
    sender = state.trustees[accused - 1]
    assert sender.keys is not None
    assert sender.shares is not None
    if share_is_false:
        # The sender encrypts shares of another polynomial.
        other = make_ceremony_secret(real_group(), 2, seeded("false polynomial"))
        keys = [facts.keys for facts in state.trustees if facts.keys is not None]
        sender.shares = make_trustee_shares(story.context, accused, other, keys, seeded("false shares"))
    encrypted = dict(sender.shares.shares)[2]
    complaint = ceremony_trustee.make_complaint(
        story.context, 2, story.secrets[1], accused, encrypted, seeded("complaint")
    )
    admit(state, submission_of(person("trustee 2"), Kind.TRUSTEE_COMPLAINT, complaint))
    return state


@pytest.mark.parametrize(("share_is_false", "culprit"), [(True, 1), (False, 2)])
def test_complaint_ends_the_election(share_is_false: bool, culprit: int) -> None:
    """A proven complaint names the accused where the share is false, the complainer where it is right; all ends."""
    state = _complain(share_is_false)

    assert (state.phase, state.culprit) == (Phase.ABORTED, culprit)
    submission = paper_election().step(Kind.TRUSTEE_CONFIRMATION).submission
    error = refused(state, submission, PolicyError)
    assert error.code == "admission.ended"
    assert f"trustee {culprit}" in error.message


def test_complaint_before_all_shares() -> None:
    """A complaint belongs to round 3."""
    story = paper_election()
    state, complaint = story.before(Kind.TRUSTEE_SHARES, 2), _made_complaint()

    error = refused(state, submission_of(person("trustee 2"), Kind.TRUSTEE_COMPLAINT, complaint), PolicyError)

    assert error.code == "admission.phase"


def test_complaint_after_confirmation() -> None:
    """Who has confirmed can't complain any more."""
    story = paper_election()
    state = story.before(Kind.TRUSTEE_CONFIRMATION, 2)

    error = refused(state, submission_of(person("trustee 2"), Kind.TRUSTEE_COMPLAINT, _made_complaint()), ProtocolError)

    assert (error.code, _culprits(error)) == ("admission.confirmed_before", ("2",))


def test_complaint_without_proof() -> None:
    """Evidence that is not proven is refused and ends nothing: nobody can stop an election by lying."""
    story = paper_election()
    complaint = _made_complaint()
    false = replace(complaint, response=complaint.response + real_group().scalar(1))

    error = refused(
        story.before(Kind.TRUSTEE_CONFIRMATION),
        submission_of(person("trustee 2"), Kind.TRUSTEE_COMPLAINT, false),
        ProtocolError,
    )

    assert (error.code, _culprits(error)) == ("ceremony.complaint_proof", ("2",))


def _made_complaint() -> TrusteeComplaint:
    story = paper_election()
    shares = record_of(story.step(Kind.TRUSTEE_SHARES), TrusteeShares)
    return ceremony_trustee.make_complaint(
        story.context, 2, story.secrets[1], 1, dict(shares.shares)[2], seeded("complaint")
    )


@pytest.mark.parametrize("value", [1001, 2**40])
def test_rehearsal_value_is_small(value: int) -> None:
    """A rehearsal above 1000 is refused, and not made."""
    story = paper_election()
    step = story.step(Kind.REHEARSAL)

    error = refused(story.before(Kind.REHEARSAL), changed(step.submission, value=value), VerificationError)

    assert error.code == "rehearsal.value_range"
    with pytest.raises(ConfigurationError):
        compute_rehearsal(real_group(), record_of(story.step(Kind.KEYS), ElectionKeys), value)


def test_rehearsal_with_another_ciphertext() -> None:
    """A ciphertext with a nonce of the authority's own choice is refused: it could be a voter's ballot."""
    story = paper_election()
    step = story.step(Kind.REHEARSAL)
    group = real_group()
    ciphertext = record_of(step, Rehearsal).ciphertext
    keys = record_of(story.step(Kind.KEYS), ElectionKeys)
    other = Ciphertext(alpha=ciphertext.alpha * group.generator, beta=ciphertext.beta * keys.vote_key)

    error = refused(story.before(Kind.REHEARSAL), changed(step.submission, ciphertext=other), VerificationError)

    assert error.code == "rehearsal.ciphertext"


@pytest.mark.parametrize("part", ["partial", "challenge", "response"])
def test_trustee_rehearsal_with_false_proof(part: str) -> None:
    """A false value or proof in a trustee's rehearsal is refused, naming the trustee."""
    story = paper_election()
    step = story.step(Kind.TRUSTEE_REHEARSAL, 1)
    partial = record_of(step, TrusteeRehearsal).partial
    group = real_group()
    if part == "partial":
        element = group.test_membership(partial.partial) * group.generator
        false = replace(partial, partial=group.decode_untested(element.to_bytes()))
    elif part == "challenge":
        false = replace(partial, challenge=partial.challenge + group.scalar(1))
    else:
        false = replace(partial, response=partial.response + group.scalar(1))

    error = refused(story.before(Kind.TRUSTEE_REHEARSAL, 1), changed(step.submission, partial=false), VerificationError)

    assert error.code == "verification.partial_decryption"
    assert "trustee 2" in error.message


def test_trustee_rehearsal_outside_the_group() -> None:
    """A value that is no element is refused before its proof is looked at, naming the trustee."""
    story = paper_election()
    step = story.step(Kind.TRUSTEE_REHEARSAL)
    partial = record_of(step, TrusteeRehearsal).partial
    group = real_group()
    negative = group.decode_untested(int(group.p - partial.partial.value).to_bytes(512, "big"))

    error = refused(
        story.before(Kind.TRUSTEE_REHEARSAL),
        changed(step.submission, partial=replace(partial, partial=negative)),
        VerificationError,
    )

    assert error.code == "verification.not_in_subgroup"
    assert "trustee 1" in error.message


def test_rehearsal_finds_a_wrong_share() -> None:
    """A trustee who kept another key share learns it in the rehearsal, not when the votes are to be counted."""
    story = paper_election()

    with pytest.raises(KeystoreError) as caught:
        make_trustee_rehearsal(story.before(Kind.TRUSTEE_REHEARSAL), 1, story.key_share(2).share, seeded("proof"))

    assert caught.value.code == "trustee.wrong_share"
