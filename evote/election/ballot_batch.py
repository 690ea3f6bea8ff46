"""Verifying many ballots together, with the commitments that their voters' devices recorded beside them.

Spec: docs/protocol.md section 8; docs/formats.md section 1 (commitments); docs/batch-verification.md.

Idea: everything about a ballot that takes no power is checked at once, with the recorded commitments in place of
recomputed ones; all equations and memberships of all ballots are then verified in one random combination. A ballot that
this does not prove, for whatever reason, goes to `verify_ballot`, whose verdict is final.

Invariants: verdicts and error codes are those of `verify_ballot`, in the order of the ballots; whether commitments are
there, wrong or malformed decides about time only. Facts of a ballot proved in a batch hold the recorded commitments,
which are then the ones that `verify_ballot` would recompute.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from hashlib import sha256

from evote.core.batch.equations import ContestEquations, commitment_count, examine_contest
from evote.core.batch.search import find_unproved
from evote.core.random_source import RandomBytes
from evote.election.ballot_check import (
    BallotFacts,
    make_facts,
    require_distinct,
    verify_ballot,
    verify_hashes,
    verify_structure,
)
from evote.election.context import ElectionKeyContext
from evote.election.manifest import Contest
from evote.election.records import Ballot
from evote.errors import EvoteError, VerificationError


@dataclass(frozen=True, slots=True, kw_only=True)
class Examined:
    """A ballot of which only equations and memberships are left to verify, and its facts if they hold."""

    facts: BallotFacts
    contests: tuple[ContestEquations, ...]


def verify_ballots(
    context: ElectionKeyContext,
    ballots: Sequence[tuple[Ballot, bytes, bytes]],
    random: RandomBytes,
    *,
    keep_commitments: bool = False,
) -> list[BallotFacts | EvoteError]:
    """Check ballots, each with its author (public key, 32 bytes) and its recorded commitments (empty: none).

    Return for each, in order, what `verify_ballot` returns or raises. `random` must be unpredictable to the ballots'
    makers (`secrets.token_bytes`); then a verdict differs from that of `verify_ballot` with probability at most 2^-128
    for each batch tried (one, if all is well). Takes some 20 KB of memory for each ballot of two options. Not checked:
    what `verify_ballot` does not check.
    """
    examined: dict[int, Examined] = {}
    for position, (ballot, author, commitments) in enumerate(ballots):
        if commitments:
            try:
                examined[position] = examine_ballot(context, ballot, author, commitments)
            except EvoteError:
                continue  # not the verdict: it may be the side file that is wrong
    positions = list(examined)
    items = [each.contests for each in examined.values()]
    unproved = {positions[place] for place in find_unproved(context.group, context.vote_key, items, random)}
    verdicts: list[BallotFacts | EvoteError] = []
    for position, (ballot, author, _) in enumerate(ballots):
        if position in examined and position not in unproved:
            facts = examined[position].facts
            verdicts.append(facts if keep_commitments else replace(facts, commitments=b""))
        else:
            verdicts.append(_verify_alone(context, ballot, author, keep_commitments))
    return verdicts


def _verify_alone(
    context: ElectionKeyContext, ballot: Ballot, author: bytes, keep_commitments: bool
) -> BallotFacts | EvoteError:
    try:
        return verify_ballot(context, ballot, author, keep_commitments=keep_commitments)
    except EvoteError as error:
        return error


def examine_ballot(context: ElectionKeyContext, ballot: Ballot, author: bytes, data: bytes) -> Examined:
    """Check what takes no power, with the recorded commitments `data` in place of recomputed ones.

    Raise EvoteError for anything that `verify_ballot` would have to look at itself. Not checked: memberships and
    equations.
    """
    verify_structure(context, ballot)
    verify_hashes(context, ballot, author)
    parts = [part for c in ballot.contests for s in c.selections for part in (s.alpha, s.beta)]
    components = require_distinct(
        (sha256(part.to_bytes()).digest() for part in parts),
        "repeated_component",
        "a ciphertext component stands twice on the ballot (E.G)",
    )
    rules = [context.manifest.contests[contest.contest - 1] for contest in ballot.contests]
    # The length first: nobody makes us decode megabytes.
    size = context.group.element_size
    if len(data) != sum(map(_commitment_count, rules)) * size:
        raise VerificationError("verification.commitments", "there are not as many commitments as the proofs need")
    digests = require_distinct(
        (sha256(data[start : start + size]).digest() for start in range(0, len(data), size)),
        "repeated_commitment",
        "a recorded commitment stands twice beside the ballot (E.H)",
    )
    contests: list[ContestEquations] = []
    start = 0
    for contest, rule in zip(ballot.contests, rules, strict=True):
        end = start + _commitment_count(rule) * size
        contests.append(
            examine_contest(
                context.group,
                ballot.identifier_hash,
                contest.contest,
                [(each.alpha, each.beta) for each in contest.selections],
                [each.proof for each in contest.selections],
                rule.option_limit,
                contest.limit_proof,
                rule.selection_limit,
                data[start:end],
            )
        )
        start = end
    facts = make_facts(ballot, components, digests, data)
    return Examined(facts=facts, contests=tuple(contests))


def _commitment_count(rules: Contest) -> int:
    return len(rules.options) * commitment_count(rules.option_limit) + commitment_count(rules.selection_limit)
