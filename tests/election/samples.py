"""A small election in the real group for tests: manifest, ceremony of three trustees of whom two decrypt, ballots."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from evote.core.base_hashes import confirmation_code, contest_hash
from evote.core.elgamal import Ciphertext
from evote.core.group import Group, Scalar
from evote.core.random_source import RandomBytes
from evote.ed25519 import SigningKey
from evote.election import ceremony, ceremony_trustee
from evote.election.ballot import PreparedBallot, encrypt_ballot
from evote.election.ceremony_trustee import CeremonySecret, KeyShare
from evote.election.context import ElectionContext, ElectionKeyContext, make_context, with_keys
from evote.election.manifest import (
    BallotStyle,
    Contest,
    District,
    Manifest,
    Option,
    TrusteeIdentity,
)
from evote.election.records import (
    Ballot,
    ElectionKeys,
    EncryptedContest,
    EncryptedSelection,
    TrusteeKeys,
    TrusteeShares,
)
from evote.election.voting_rules import Comparison, ContestRule, Method, Quorum, Threshold, ThresholdBase
from tests.core.randomness import seeded

SOME_BYTES = b"bytes that stand for the manifest"
YES_NO, SCORE = 1, 2
BOTH_CONTESTS, FIRST_CONTEST = 1, 2


def signing_key(name: str) -> SigningKey:
    """Return the key of a person by name."""
    return SigningKey(seeded(f"key of {name}")(32))


def sample_manifest() -> Manifest:
    """Return a manifest with a yes/no question and a score vote, two ballot styles, two districts, three trustees."""
    return Manifest(
        authority=signing_key("authority").public_key,
        registrar=signing_key("registrar").public_key,
        nonce=bytes(range(32)),
        label="sample",
        title=(("en", "A sample election"), ("ko", "표본 선거")),
        device="evote test",
        ballot_styles=(
            BallotStyle(label="both", contests=(YES_NO, SCORE)),
            BallotStyle(label="first", contests=(YES_NO,)),
        ),
        districts=(
            District(label="north", title=(("ko", "북구"),), ballot_style=BOTH_CONTESTS),
            District(label="south", title=(("ko", "남구"),), ballot_style=FIRST_CONTEST),
        ),
        contests=(
            Contest(
                label="question",
                title=(("ko", "찬반"),),
                option_limit=1,
                selection_limit=1,
                options=(_option("yes"), _option("no")),
                rule=ContestRule(
                    method=Method.MAJORITY,
                    quorum=Quorum(numerator=1, denominator=4),
                    threshold=Threshold(
                        of=ThresholdBase.VALID, comparison=Comparison.MORE_THAN, numerator=1, denominator=2
                    ),
                    sealed_below_quorum=True,
                ),
            ),
            Contest(
                label="score",
                title=(("ko", "점수"),),
                option_limit=2,
                selection_limit=3,
                options=(_option("a"), _option("b")),
                rule=ContestRule(method=Method.SCORE),
            ),
        ),
        trustees=tuple(
            TrusteeIdentity(label=f"trustee {i}", public_key=signing_key(f"trustee {i}").public_key) for i in (1, 2, 3)
        ),
        quorum=2,
        minimum_ballots=2,
        challenge_limit=3,
        revoting="last",
        paper=False,
        opens="2026-06-03T00:00:00Z",
        closes="2026-06-03T12:00:00Z",
    )


@dataclass(frozen=True)
class Ceremony:
    """Everything that a ceremony leaves behind, with the secrets of all trustees."""

    context: ElectionContext
    secrets: tuple[CeremonySecret, ...]
    all_keys: tuple[TrusteeKeys, ...]
    all_shares: tuple[TrusteeShares, ...]
    key_shares: tuple[KeyShare, ...]
    keys: ElectionKeys
    key_context: ElectionKeyContext


def hold_ceremony(group: Group) -> Ceremony:
    """Hold an honest ceremony for the sample manifest, with every check that trustees and the public make."""
    random = seeded("ceremony")
    context = make_context(group, sample_manifest(), SOME_BYTES)
    secrets = tuple(ceremony_trustee.make_ceremony_secret(group, context.k, random) for _ in range(context.n))
    all_keys = tuple(
        ceremony_trustee.make_trustee_keys(context, i, secret, random) for i, secret in enumerate(secrets, 1)
    )
    for keys in all_keys:
        ceremony.verify_trustee_keys(context, keys)
    all_shares = tuple(
        ceremony_trustee.make_trustee_shares(context, i, secret, all_keys, random)
        for i, secret in enumerate(secrets, 1)
    )
    for shares in all_shares:
        ceremony.verify_trustee_shares(context, shares)
    key_shares = tuple(
        ceremony_trustee.receive_shares(context, i, secret, all_keys, all_shares) for i, secret in enumerate(secrets, 1)
    )
    joint = ceremony.make_election_keys(context, all_keys)
    return Ceremony(context, secrets, all_keys, all_shares, key_shares, joint, with_keys(context, joint))


def prepare(
    context: ElectionKeyContext,
    voter: str,
    selections: Mapping[int, Sequence[int]],
    style: int = FIRST_CONTEST,
    random: RandomBytes | None = None,
    number: int = 1,
) -> PreparedBallot:
    """Encrypt a ballot of a voter by name."""
    author = signing_key(voter).public_key
    return encrypt_ballot(context, style, selections, author, number, random or seeded(f"ballot of {voter}"))


def rehashed(context: ElectionKeyContext, ballot: Ballot) -> Ballot:
    """Return the ballot with contest hashes and code that fit its ciphertexts, whatever they are."""
    contests = tuple(
        replace(
            contest,
            contest_hash=contest_hash(
                ballot.identifier_hash,
                contest.contest,
                [_as_ciphertext(selection) for selection in contest.selections],
            ),
        )
        for contest in ballot.contests
    )
    code = confirmation_code(ballot.identifier_hash, [c.contest_hash for c in contests], context.chaining_field)
    return replace(ballot, contests=contests, confirmation_code=code)


def change_contest(ballot: Ballot, change: Callable[[EncryptedContest], EncryptedContest], position: int = 0) -> Ballot:
    """Return the ballot with the contest at a position (from 0) changed."""
    contests = list(ballot.contests)
    contests[position] = change(contests[position])
    return replace(ballot, contests=tuple(contests))


def change_selection(
    ballot: Ballot, change: Callable[[EncryptedSelection], EncryptedSelection], position: int = 0
) -> Ballot:
    """Return the ballot with the selection at a position (from 0) of its first contest changed."""

    def change_one(contest: EncryptedContest) -> EncryptedContest:
        selections = list(contest.selections)
        selections[position] = change(selections[position])
        return replace(contest, selections=tuple(selections))

    return change_contest(ballot, change_one)


def increased(scalars: tuple[Scalar, ...], position: int = 0) -> tuple[Scalar, ...]:
    """Return the scalars with 1 added to one of them."""
    changed = list(scalars)
    changed[position] += Scalar(1, changed[position].order)
    return tuple(changed)


def _as_ciphertext(selection: EncryptedSelection) -> Ciphertext:
    group = selection.alpha.group
    return Ciphertext(
        alpha=group.computed_element(selection.alpha.value), beta=group.computed_element(selection.beta.value)
    )


def _option(label: str) -> Option:
    return Option(label=label, title=(("ko", f"선택 {label}"),))
