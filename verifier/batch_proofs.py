"""The proofs of a ballot with the commitments recorded beside it, as far as they can be judged without a power.

*Spec*: docs/formats.md, section 1 (`tile/commitments`); docs/protocol.md, sections 2.1 and 8.

*Idea*: A proof's challenge is a hash over its commitments, so recorded commitments that hash to the sum of the
challenges leave only equations between numbers to be verified. Everything else (a side file that is absent, short,
long or another ballot's, numbers out of range, a false sum) gives no proofs to a batch, and the ballot is judged
as if nothing were recorded.

*Invariants*: The bytes that were hashed are the only encoding of the numbers handed on. Nothing is concluded from a
side file that does not fit: it is not part of what an election states.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from gmpy2 import mpz

from verifier import hashing
from verifier.election import number
from verifier.group import ELEMENT_BYTES, ONE, P, is_scalar
from verifier.group import Q as ORDER
from verifier.manifest import Manifest


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """c_j, v_j below q, and A_0, B_0, A_1, B_1, ... in 1..p-1 as recorded; ``encoded`` are the latter's bytes."""

    challenges: tuple[mpz, ...]
    responses: tuple[mpz, ...]
    commitments: tuple[mpz, ...]
    encoded: tuple[bytes, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ContestProofs:
    """Components (alpha, beta) in 1..p-1 of a contest's options with their proofs, and the limit proof."""

    contest: int
    components: tuple[tuple[mpz, mpz], ...]
    selections: tuple[Proof, ...]
    limit: Proof


def numbers_on_ballot(manifest: Manifest) -> tuple[int, int]:
    """Return how many components and commitments the largest ballot style has."""
    largest = 0, 0
    for style in manifest.styles:
        contests = [contest for contest in map(manifest.contest, style) if contest is not None]
        components = sum(2 * len(contest.option_labels) for contest in contests)
        commitments = sum(
            2 * len(contest.option_labels) * (contest.option_limit + 1) + 2 * (contest.selection_limit + 1)
            for contest in contests
        )
        largest = max(largest[0], components), max(largest[1], commitments)
    return largest


def recorded_proofs(ballot: dict[str, Any], recorded: bytes, h_i: bytes) -> tuple[ContestProofs, ...] | None:
    """Return the proofs of a decoded ballot with their recorded commitments, None where these do not fit it.

    Checked: length; 0 < x < p of all elements; scalars below q; no proof whose challenges are all 0; sum c_j = c over
    the recorded commitments.
    Not checked: equations, membership, and whether contests and limits are those of the manifest.
    """
    branches = sum(
        len(proof["challenges"])
        for contest in ballot["contests"]
        for proof in (*contest["selections"], contest["limit_proof"])
    )
    if not recorded or len(recorded) != 2 * branches * ELEMENT_BYTES:
        return None
    elements = (recorded[start : start + ELEMENT_BYTES] for start in range(0, len(recorded), ELEMENT_BYTES))
    result: list[ContestProofs] = []
    for contest in ballot["contests"]:
        proofs = _contest_proofs(contest, elements, h_i)
        if proofs is None:
            return None
        result.append(proofs)
    return tuple(result)


def _contest_proofs(contest: dict[str, Any], elements: Iterator[bytes], h_i: bytes) -> ContestProofs | None:
    index = contest["contest"]
    if index > hashing.MAX_INDEX:
        return None
    components: list[tuple[mpz, mpz]] = []
    selections: list[Proof] = []
    alpha_bar, beta_bar = ONE, ONE
    for option, selection in enumerate(contest["selections"], start=1):
        texts = bytes.fromhex(selection["alpha"]), bytes.fromhex(selection["beta"])
        alpha, beta = mpz.from_bytes(texts[0], "big"), mpz.from_bytes(texts[1], "big")
        proof = _proof(selection, elements)
        if proof is None or not (0 < alpha < P and 0 < beta < P):
            return None
        # sum c_j = c in Z_q, c over the recorded commitments
        if sum(proof.challenges) % ORDER != hashing.selection_challenge(h_i, index, option, *texts, proof.encoded):
            return None
        components.append((alpha, beta))
        selections.append(proof)
        alpha_bar, beta_bar = alpha_bar * alpha % P, beta_bar * beta % P
    limit = _proof(contest["limit_proof"], elements)
    bars = hashing.element_bytes(alpha_bar), hashing.element_bytes(beta_bar)
    if limit is None or sum(limit.challenges) % ORDER != hashing.limit_challenge(h_i, index, *bars, limit.encoded):
        return None
    return ContestProofs(contest=index, components=tuple(components), selections=tuple(selections), limit=limit)


def binds(challenges: Sequence[mpz]) -> bool:
    """Say whether a proof's coefficients make those of its ciphertext random, which they don't if all c_j are 0.

    docs/batch-verification.md, lemma 3.
    """
    return any(challenges)


def _proof(proof: dict[str, Any], elements: Iterator[bytes]) -> Proof | None:
    challenges, responses = tuple(map(number, proof["challenges"])), tuple(map(number, proof["responses"]))
    encoded = tuple(islice(elements, 2 * len(challenges)))
    commitments = tuple([mpz.from_bytes(text, "big") for text in encoded])
    # nothing that was decoded is negative, so the extremes speak for all
    fits = (
        0 < len(challenges) == len(responses)
        and binds(challenges)
        and is_scalar(max(challenges))
        and is_scalar(max(responses))
        and min(commitments) > 0
        and max(commitments) < P
    )
    if not fits:
        return None
    return Proof(challenges=challenges, responses=responses, commitments=commitments, encoded=encoded)
