"""Whole elections in memory, statement by statement, with the state before each: material for tests of admission.

Every statement is encoded, signed, decoded again and admitted, so payload digests and scopes are real.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from hashlib import sha256
from typing import TypeVar

from evote.codec.payloads import decode_payload, encode_payload
from evote.core.group import Group
from evote.core.parameters import STANDARD
from evote.core.random_source import RandomBytes
from evote.ed25519 import SigningKey
from evote.election import ceremony_trustee
from evote.election.admission import admit
from evote.election.ballot import encrypt_ballot
from evote.election.ballot_check import BallotFacts, verify_ballot
from evote.election.ceremony import make_election_keys
from evote.election.ceremony_trustee import CeremonySecret, KeyShare
from evote.election.challenge import open_ballot, verify_opening
from evote.election.context import ElectionContext, make_context
from evote.election.decryption import compute_rehearsal, make_trustee_decryption, make_trustee_rehearsal
from evote.election.kinds import Kind
from evote.election.manifest import BallotStyle, Contest, District, Manifest, Option, TrusteeIdentity
from evote.election.records import (
    Ballot,
    ChallengedBallot,
    Closing,
    Credential,
    CredentialsPart,
    DistrictTotal,
    Final,
    Opening,
    PaperContest,
    PaperCount,
    Parameters,
    Record,
    Replacement,
    RollTotals,
    Strike,
    TrusteeCommitment,
    TrusteeConfirmation,
    TrusteeKeys,
    TrusteeShares,
)
from evote.election.result import combine_result
from evote.election.state import ElectionState
from evote.election.submission import Submission, make_submission
from evote.election.tally import compute_tally
from evote.election.voting_rules import Comparison, ContestRule, Method, Quorum, Threshold, ThresholdBase
from evote.log.statement import encode_statement, sign_statement
from tests.core.randomness import seeded

R = TypeVar("R")
Marks = Mapping[int, Sequence[int]]

YES, NO, BLANK = (1, 0), (0, 1), (0, 0)
QUESTION, SCORE = 1, 2
HALF = Threshold(of=ThresholdBase.VALID, comparison=Comparison.MORE_THAN, numerator=1, denominator=2)
QUESTION_RULE = ContestRule(method=Method.MAJORITY, threshold=HALF)


def person(name: str) -> SigningKey:
    """Return the key of a person or office by name."""
    return SigningKey(sha256(f"person {name}".encode()).digest())


def manifest_of(
    *,
    rule: ContestRule = QUESTION_RULE,
    revoting: str = "last",
    paper: bool = False,
    minimum_ballots: int = 2,
    challenge_limit: int = 1,
) -> Manifest:
    """Return a manifest: four districts, the last of which has the question alone; the others a score vote too."""
    return Manifest(
        authority=person("authority").public_key,
        registrar=person("registrar").public_key,
        nonce=bytes(32),
        label="built election",
        title=(("en", "Built election"),),
        device="test device",
        ballot_styles=(
            BallotStyle(label="both", contests=(QUESTION, SCORE)),
            BallotStyle(label="question alone", contests=(QUESTION,)),
        ),
        districts=tuple(
            District(label=label, title=(("en", label),), ballot_style=style)
            for label, style in (("north", 1), ("south", 1), ("east", 1), ("west", 2))
        ),
        contests=(
            Contest(
                label="question",
                title=(("en", "Question"),),
                option_limit=1,
                selection_limit=1,
                options=tuple(Option(label=label, title=(("en", label),)) for label in ("yes", "no")),
                rule=rule,
            ),
            Contest(
                label="score",
                title=(("en", "Score"),),
                option_limit=2,
                selection_limit=3,
                options=tuple(Option(label=label, title=(("en", label),)) for label in ("a", "b")),
                rule=ContestRule(method=Method.SCORE),
            ),
        ),
        trustees=tuple(TrusteeIdentity(label=f"t{i}", public_key=person(f"trustee {i}").public_key) for i in (1, 2, 3)),
        quorum=2,
        minimum_ballots=minimum_ballots,
        challenge_limit=challenge_limit,
        revoting=revoting,
        paper=paper,
        opens="2026-06-03T00:00:00Z",
        closes="2026-06-03T12:00:00Z",
    )


SEALED_RULE = ContestRule(
    method=Method.MAJORITY, quorum=Quorum(numerator=1, denominator=2), threshold=HALF, sealed_below_quorum=True
)


@dataclass(frozen=True)
class Voter:
    """A person on the roll."""

    name: str
    district: int
    weight: int = 1


# Districts 1 to 4 hold 5, 3, 1 and 3 people.
VOTERS = tuple(
    Voter(name, district)
    for district, names in enumerate(("Ada Ben Cem Dan Eva", "Fay Gus Hal", "Ida", "Jan Kim Leo"), 1)
    for name in names.split()
)


@dataclass(frozen=True)
class Step:
    """One admitted statement, with the state it was admitted to."""

    submission: Submission
    facts: BallotFacts | None
    entry: bytes
    payload: bytes
    before: ElectionState


def fork(state: ElectionState) -> ElectionState:
    """Return a copy of a state that can go its own way; records, which don't change, are shared."""
    roll, box = state.roll, state.box
    return replace(
        state,
        trustees=[replace(facts) for facts in state.trustees],
        roll=replace(
            roll,
            entries=dict(roll.entries),
            removed=dict(roll.removed),
            replaced_by=dict(roll.replaced_by),
            not_eligible=dict(roll.not_eligible),
        ),
        box=replace(
            box,
            latest=dict(box.latest),
            counted=dict(box.counted),
            cast_count=dict(box.cast_count),
            challenged_count=dict(box.challenged_count),
            ids=box.ids.copy(),
            components=box.components.copy(),
            commitments=box.commitments.copy(),
            forms=dict(box.forms),
        ),
    )


@dataclass
class Story:
    """An election under way: say something, and it is admitted and kept."""

    group: Group
    manifest: Manifest
    voters: tuple[Voter, ...] = VOTERS
    steps: list[Step] = field(default_factory=list)
    secrets: list[CeremonySecret] = field(default_factory=list)
    random: RandomBytes = field(default_factory=lambda: seeded("story"))

    def __post_init__(self) -> None:
        """Begin before the manifest."""
        payload = encode_payload(Kind.MANIFEST, self.manifest)
        self.context: ElectionContext = make_context(self.group, self.manifest, payload)
        self.state = ElectionState(group=self.group, election_id=self.context.h_b)

    def say(self, author: str, kind: Kind, record: Record | Manifest, facts: BallotFacts | None = None) -> Step:
        """Sign, encode, decode and admit a statement of somebody by name."""
        key = person(author)
        payload = encode_payload(kind, record)
        entry = encode_statement(sign_statement(key, kind=kind, scope=self.state.election_id, payload=payload))
        decoded = decode_payload(kind, payload, self.group)
        submission = make_submission(kind, key.public_key, payload, decoded)
        step = Step(submission, facts, entry, payload, fork(self.state))
        admit(self.state, submission, facts)
        self.steps.append(step)
        return step

    def step(self, kind: Kind, number: int = 0) -> Step:
        """Return the step of a kind, the first unless told otherwise (-1: the last)."""
        return [step for step in self.steps if step.submission.kind is kind][number]

    def before(self, kind: Kind, number: int = 0) -> ElectionState:
        """Return the state before that step, to be changed at will."""
        return fork(self.step(kind, number).before)

    def entries(self) -> list[tuple[bytes, bytes]]:
        """Return the log: entries with their payloads."""
        return [(step.entry, step.payload) for step in self.steps]

    def hold_ceremony(self) -> None:
        """Say everything from the manifest to the last rehearsal."""
        context, random = self.context, self.random
        self.say("authority", Kind.MANIFEST, self.manifest)
        self.say("authority", Kind.PARAMETERS, parameters_of(context))
        self.secrets = [ceremony_trustee.make_ceremony_secret(self.group, context.k, random) for _ in range(context.n)]
        keys = [ceremony_trustee.make_trustee_keys(context, i, s, random) for i, s in enumerate(self.secrets, 1)]
        for each in keys:
            digest = sha256(encode_payload(Kind.TRUSTEE_KEYS, each)).digest()
            self._trustee(each.trustee, Kind.TRUSTEE_COMMITMENT, TrusteeCommitment(trustee=each.trustee, keys=digest))
        for each in keys:
            self._trustee(each.trustee, Kind.TRUSTEE_KEYS, each)
        for i, secret in enumerate(self.secrets, 1):
            self._trustee(
                i, Kind.TRUSTEE_SHARES, ceremony_trustee.make_trustee_shares(context, i, secret, keys, random)
            )
        joint = make_election_keys(context, keys)
        for i in range(1, context.n + 1):
            self._trustee(i, Kind.TRUSTEE_CONFIRMATION, TrusteeConfirmation(trustee=i, h_g=joint.h_g))
        self.say("authority", Kind.KEYS, joint)
        self.say("authority", Kind.REHEARSAL, compute_rehearsal(self.group, joint, 17))
        for i in range(1, context.n + 1):
            share = self.key_share(i).share
            self._trustee(i, Kind.TRUSTEE_REHEARSAL, make_trustee_rehearsal(self.state, i, share, random))

    def publish_roll(self) -> None:
        """Say the list of credentials in two parts, and its totals."""
        credentials = sorted(
            (Credential(key=person(v.name).public_key, district=v.district, weight=v.weight) for v in self.voters),
            key=lambda credential: credential.key,
        )
        half = len(credentials) // 2
        for part, members in enumerate((credentials[:half], credentials[half:]), 1):
            self.say("registrar", Kind.CREDENTIALS, CredentialsPart(part=part, credentials=tuple(members)))
        self.say("registrar", Kind.ROLL, self.totals())

    def totals(self) -> RollTotals:
        """Return the true totals of the roll."""
        weights = [[v.weight for v in self.voters if v.district == d] for d in (1, 2, 3, 4)]
        return RollTotals(
            parts=2,
            count=len(self.voters),
            weight=sum(map(sum, weights)),
            districts=tuple(DistrictTotal(count=len(each), weight=sum(each)) for each in weights),
        )

    def strike(self, name: str, reason: str) -> Step:
        """Strike a credential."""
        return self.say("registrar", Kind.STRIKE, Strike(credential=person(name).public_key, reason=reason))

    def replace(self, old: str, new: str, reason: str) -> Step:
        """Replace a credential."""
        record = Replacement(old=person(old).public_key, new=person(new).public_key, reason=reason)
        return self.say("registrar", Kind.REPLACEMENT, record)

    def open(self) -> None:
        """Open the ballot box."""
        roll = self.step(Kind.ROLL).submission.payload_digest
        self.say("authority", Kind.OPEN, Opening(h_e=self.state.key_context.h_e, roll=roll))

    def ballot(self, name: str, selections: Marks, **stated: int) -> Ballot:
        """Return an encrypted ballot of somebody, as `challenged`."""
        return self.challenged(name, selections, **stated).ballot

    def challenged(self, name: str, selections: Marks, style: int = 0, number: int = 0) -> ChallengedBallot:
        """Return an opened ballot of somebody, with the style and number that are due unless others are given."""
        author = person(name).public_key
        entry = self.state.roll.entries.get(author)
        own = style or (self.manifest.districts[entry.district - 1].ballot_style if entry else 1)
        number = number or self.state.box.next_number(author)
        return open_ballot(encrypt_ballot(self.state.key_context, own, selections, author, number, self.random))

    def facts(self, name: str, ballot: Ballot) -> BallotFacts:
        """Return the facts of a ballot signed by somebody."""
        return verify_ballot(self.state.key_context, ballot, person(name).public_key)

    def cast(self, name: str, *values: Sequence[int]) -> Step:
        """Cast a ballot with the values of contest 1 and, if given, of contest 2."""
        ballot = self.ballot(name, dict(enumerate(values, 1)))
        return self.say(name, Kind.BALLOT_CAST, ballot, self.facts(name, ballot))

    def challenge(self, name: str, *values: Sequence[int]) -> Step:
        """Challenge a ballot."""
        challenged = self.challenged(name, dict(enumerate(values, 1)))
        verify_opening(self.state.key_context, challenged)
        return self.say(name, Kind.BALLOT_CHALLENGED, challenged, self.facts(name, challenged.ballot))

    def close(self) -> None:
        """Close the ballot box."""
        self.say("authority", Kind.CLOSE, Closing(h_e=self.state.key_context.h_e))

    def publish_tally(self) -> None:
        """Publish the encrypted sums."""
        self.say("authority", Kind.TALLY, compute_tally(self.state))

    def key_share(self, trustee: int) -> KeyShare:
        """Return what a trustee keeps after the ceremony."""
        keys: list[TrusteeKeys] = [facts.keys for facts in self.state.trustees if facts.keys]
        shares: list[TrusteeShares] = [facts.shares for facts in self.state.trustees if facts.shares]
        return ceremony_trustee.receive_shares(self.context, trustee, self.secrets[trustee - 1], keys, shares)

    def decrypt(self, trustee: int) -> Step:
        """Publish a trustee's partial decryptions."""
        record = make_trustee_decryption(self.state, trustee, self.key_share(trustee).share, self.random)
        return self._trustee(trustee, Kind.TRUSTEE_DECRYPTION, record)

    def finish(self, *trustees: int) -> None:
        """Publish the result decrypted by some trustees, and end."""
        self.say("authority", Kind.RESULT, combine_result(self.state, trustees))
        self.say("authority", Kind.FINAL, Final(result=self.step(Kind.RESULT).submission.payload_digest))

    def _trustee(self, trustee: int, kind: Kind, record: Record) -> Step:
        return self.say(f"trustee {trustee}", kind, record)


def parameters_of(context: ElectionContext) -> Parameters:
    """Return the true parameters of an election."""
    standard = context.group.parameters
    n, k = context.n, context.k
    return Parameters(
        version="v2.1.0", p=standard.p, q=standard.q, g=standard.g, n=n, k=k, h_p=context.h_p, h_b=context.h_b
    )


PAPER = PaperCount(
    voters=2,
    contests=(
        PaperContest(contest=QUESTION, ballots=2, invalid=1, votes=(0, 1)),
        PaperContest(contest=SCORE, ballots=1, invalid=0, votes=(2, 1)),
    ),
)


def tell_paper_election(group: Group) -> Story:
    """Tell an election with every kind of statement but the complaint: re-voting, paper, strikes, a replacement."""
    story = Story(group, manifest_of(paper=True))
    story.hold_ceremony()
    story.publish_roll()
    story.strike("Leo", "voted_on_paper")
    story.open()
    story.cast("Ada", YES, (2, 1))
    story.challenge("Ben", NO, (0, 2))
    story.cast("Ben", YES, (1, 1))
    story.cast("Cem", NO, (0, 0))
    story.cast("Dan", NO, (2, 0))
    # Dan votes again: this one counts.
    story.cast("Dan", YES, (0, 2))
    story.cast("Fay", NO, (1, 2))
    story.cast("Gus", YES, (0, 1))
    # Hal's letter reached somebody else: that ballot is annulled, the new credential votes.
    story.cast("Hal", NO, (2, 1))
    story.replace("Hal", "Hal II", "wrong_person")
    story.cast("Hal II", BLANK, (1, 0))
    story.cast("Ida", YES, (2, 0))
    story.cast("Jan", NO)
    story.cast("Kim", YES)
    story.strike("Cem", "not_eligible")
    story.close()
    story.say("authority", Kind.PAPER, PAPER)
    story.publish_tally()
    for trustee in (1, 2, 3):
        story.decrypt(trustee)
    story.finish(1, 3)
    return story


@cache
def real_group() -> Group:
    """Return the real 4096-bit group."""
    return Group(STANDARD)


@cache
def paper_election() -> Story:
    """Return the paper election, told once for all tests; only its copies of states may be changed."""
    return tell_paper_election(real_group())
