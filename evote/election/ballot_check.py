"""Checking a ballot as received, cheap checks first, and keeping of it what later rules need.

Spec: docs/protocol.md section 8, rows S.C, V5.B, E.F, V6, V7, V8, and within one ballot E.G and E.H.

Idea: whoever sends rubbish should cost little, so counts and hashes come before powers. Membership of a ciphertext and
its range proof share one chain of squarings. The facts that come out are plain numbers and digests: workers check
ballots in parallel and send them to the one process that keeps the state.

Invariants: facts exist only for a ballot that passed every check; limits come from the manifest, never from the ballot.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from typing import NoReturn

from gmpy2 import mpz

from evote.core.base_hashes import confirmation_code, identifier_hash
from evote.core.elgamal import Ciphertext, multiply
from evote.core.group import Element, Group, UntestedElement
from evote.core.hashing import Tag, encode_element, encode_index, hash_bytes
from evote.core.range_proof import Commitments, RangeProof, verify_range_untested, verify_selection_untested
from evote.election.ballot import ballot_id, encode_commitments
from evote.election.context import ElectionKeyContext
from evote.election.manifest import Contest
from evote.election.records import Ballot, EncryptedContest
from evote.errors import VerificationError


@dataclass(frozen=True, slots=True, kw_only=True)
class ContestFacts:
    """The tested ciphertexts of one contest as plain numbers (alpha, beta), one pair per option."""

    contest: int
    ciphertexts: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class BallotFacts:
    """What remains of a ballot that passed `verify_ballot`: numbers and bytes only, so it crosses processes.

    `component_digests` and `commitment_digests` are the SHA-256 of every alpha and beta, and of every proof commitment,
    as 512 bytes each: the state refuses one that it knows. `commitments` is the entry of the side file, or empty.
    Read back from where an admitted ballot is stored (`ballot_facts`), digests are of 16 bytes and `contests` is empty.
    """

    id: bytes
    number: int
    style: int
    confirmation_code: bytes
    contests: tuple[ContestFacts, ...]
    component_digests: tuple[bytes, ...]
    commitment_digests: tuple[bytes, ...]
    commitments: bytes


def verify_ballot(
    context: ElectionKeyContext, ballot: Ballot, author: bytes, *, keep_commitments: bool = False
) -> BallotFacts:
    """Check a ballot signed by `author` (public key, 32 bytes) and return its facts.

    Not checked: what needs the state (author on the roll, style of the district, number, repetition in the log). Raise
    VerificationError `ballot.style`, `.contests`, `.options`, `.proof_structure` (S.C), `.identifier_hash` (V5.B),
    `.identifier` (E.F), `.contest_hash` (V8.A), `.confirmation_code` (V8.B), `.repeated_component` (E.G),
    `.not_in_group` (V6.A, V7.A), `.selection_proof` (V6.D), `.limit_proof` (V7.D), `.repeated_commitment` (E.H).
    V6.B, V6.C, V7.B, V7.C hold by type.
    """
    verify_structure(context, ballot)
    verify_hashes(context, ballot, author)
    components = require_distinct(
        (sha256(part.to_bytes()).digest() for c in ballot.contests for s in c.selections for part in (s.alpha, s.beta)),
        "repeated_component",
        "a ciphertext component stands twice on the ballot (E.G)",
    )
    proofs: list[Commitments] = []
    for contest in ballot.contests:
        _verify_proofs(context, ballot.identifier_hash, contest, proofs)
    digests = require_distinct(
        (sha256(element.to_bytes()).digest() for proof in proofs for element in proof.elements),
        "repeated_commitment",
        "a proof commitment stands twice on the ballot (E.H)",
    )
    commitments = b"".join(map(encode_commitments, proofs)) if keep_commitments else b""
    return make_facts(ballot, components, digests, commitments)


def make_facts(
    ballot: Ballot, component_digests: tuple[bytes, ...], commitment_digests: tuple[bytes, ...], commitments: bytes
) -> BallotFacts:
    """Return the facts of a ballot whose every check the caller has made or knows to have been made."""
    return BallotFacts(
        id=ballot.id,
        number=ballot.number,
        style=ballot.style,
        confirmation_code=ballot.confirmation_code,
        contests=tuple(
            ContestFacts(
                contest=contest.contest,
                ciphertexts=tuple((int(each.alpha.value), int(each.beta.value)) for each in contest.selections),
            )
            for contest in ballot.contests
        ),
        component_digests=component_digests,
        commitment_digests=commitment_digests,
        commitments=commitments,
    )


def tested_ciphertexts(group: Group, facts: BallotFacts) -> tuple[tuple[Ciphertext, ...], ...]:
    """Return the ciphertexts of a verified ballot as elements, contest by contest; the facts are believed."""

    def element(value: int) -> Element:
        return group.computed_element(mpz(value))

    return tuple(
        tuple(Ciphertext(alpha=element(alpha), beta=element(beta)) for alpha, beta in contest.ciphertexts)
        for contest in facts.contests
    )


def verify_structure(context: ElectionKeyContext, ballot: Ballot) -> None:
    """Check contests, options and proof branches against the manifest; raise as `verify_ballot` (S.C)."""
    manifest = context.manifest
    if not 1 <= ballot.style <= len(manifest.ballot_styles):
        _refuse("style", f"ballot style {ballot.style} does not exist (S.C)")
    wanted = list(manifest.ballot_styles[ballot.style - 1].contests)
    found = [contest.contest for contest in ballot.contests]
    if found != wanted:
        _refuse("contests", f"the ballot has contests {found}, ballot style {ballot.style} has {wanted} (S.C)")
    for contest in ballot.contests:
        rules = manifest.contests[contest.contest - 1]
        place = f"contest {contest.contest}"
        if len(contest.selections) != len(rules.options):
            _refuse("options", f"{place}: {len(contest.selections)} selections, {len(rules.options)} options (S.C)")
        for option, selection in enumerate(contest.selections, 1):
            _verify_branches(selection.proof, rules.option_limit, f"{place} option {option}")
        _verify_branches(contest.limit_proof, rules.selection_limit, f"{place} limit proof")


def _verify_branches(proof: RangeProof, maximum: int, place: str) -> None:
    if not len(proof.challenges) == len(proof.responses) == maximum + 1:
        _refuse(
            "proof_structure",
            f"{place}: {len(proof.challenges)} challenges and {len(proof.responses)} responses, "
            f"there must be {maximum + 1} of each (S.C)",
        )


def verify_hashes(context: ElectionKeyContext, ballot: Ballot, author: bytes) -> None:
    """Check H_I, id_B, chi and H_C of a ballot of right structure; raise as `verify_ballot` (V5.B, E.F, V8)."""
    h_i = identifier_hash(context.h_e, ballot.id)
    if ballot.identifier_hash != h_i:
        _refuse("identifier_hash", f"H_I is {ballot.identifier_hash.hex()}, recomputed {h_i.hex()} (V5.B)")
    if ballot.id != ballot_id(author, ballot.salt):
        _refuse("identifier", f"id_B {ballot.id.hex()} does not belong to author {author.hex()} and salt (E.F)")
    for contest in ballot.contests:
        if contest.contest_hash != _contest_hash(h_i, contest):
            _refuse("contest_hash", f"contest {contest.contest}: chi is not the hash of its ciphertexts (V8.A)")
    code = confirmation_code(h_i, [contest.contest_hash for contest in ballot.contests], context.chaining_field)
    if ballot.confirmation_code != code:
        _refuse("confirmation_code", f"H_C is {ballot.confirmation_code.hex()}, recomputed {code.hex()} (V8.B)")


def _contest_hash(h_i: bytes, contest: EncryptedContest) -> bytes:
    # chi = H(H_I; 0x28, ind_c, alpha_1, beta_1, ..., alpha_m, beta_m)  (70), over values not tested yet
    parts = [encode_element(part) for each in contest.selections for part in (each.alpha, each.beta)]
    return hash_bytes(h_i, Tag.CONTEST_HASH, encode_index(contest.contest), *parts)


def _verify_proofs(
    context: ElectionKeyContext, h_i: bytes, contest: EncryptedContest, proofs: list[Commitments]
) -> None:
    """Check membership and all proofs of a contest; append their commitments to `proofs` in proof order."""
    rules: Contest = context.manifest.contests[contest.contest - 1]
    ciphertexts: list[Ciphertext] = []
    for option, each in enumerate(contest.selections, 1):
        place = f"contest {contest.contest} option {option}"
        try:
            ciphertext, commitments = verify_selection_untested(
                context.key, h_i, contest.contest, option, each.alpha, each.beta, each.proof, rules.option_limit
            )
        except VerificationError as error:
            if error.code == "verification.not_in_subgroup":
                _refuse("not_in_group", f"{place}: alpha or beta is not in the group (V6.A, V7.A)", error)
            _refuse("selection_proof", f"{place}: the range proof does not hold (V6.D)", error)
        ciphertexts.append(ciphertext)
        proofs.append(commitments)
    # alpha-bar = prod alpha_i (7.1),  beta-bar = prod beta_i (7.2), of tested elements
    total = multiply(ciphertexts)
    try:
        # Membership of the product is certain; this verifier is taken because it returns the commitments.
        _, commitments = verify_range_untested(
            context.key,
            h_i,
            (encode_index(contest.contest),),
            _untested(total.alpha),
            _untested(total.beta),
            contest.limit_proof,
            rules.selection_limit,
        )
    except VerificationError as error:
        _refuse("limit_proof", f"contest {contest.contest}: the limit proof does not hold (V7.D)", error)
    proofs.append(commitments)


def _untested(element: Element) -> UntestedElement:
    return element.group.decode_untested(element.to_bytes())


def require_distinct(digests: Iterable[bytes], rule: str, message: str) -> tuple[bytes, ...]:
    """Return the digests, which must be pairwise different; raise VerificationError `ballot.<rule>`."""
    found = tuple(digests)
    if len(set(found)) != len(found):
        _refuse(rule, message)
    return found


def _refuse(rule: str, message: str, cause: Exception | None = None) -> NoReturn:
    raise VerificationError(f"ballot.{rule}", message) from cause
