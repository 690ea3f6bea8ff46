"""Admission of ballots, cast or challenged, once their proofs were verified.

Spec: docs/protocol.md section 8; rows E.C, E.E, E.G to E.J, V5.A of section 12.

Idea: what is expensive and needs no state (proofs, hashes, opening) was done before, anywhere, and arrives as
`BallotFacts`. Here is only what depends on the log so far, so the one process that keeps the state stays fast.

Invariants: a check changes nothing; an apply assumes that its check passed. Facts are believed to belong to the
submission's payload and author.
"""

from __future__ import annotations

from collections.abc import Collection

from evote.election.admission_common import require_phase
from evote.election.ballot_check import BallotFacts, tested_ciphertexts
from evote.election.ballot_facts import encode_ciphertexts
from evote.election.digest_set import DigestSet
from evote.election.kinds import Kind
from evote.election.state import BallotForm, CastBallot, ElectionState
from evote.election.submission import Submission
from evote.errors import PolicyError, VerificationError


def check_voter(state: ElectionState, kind: Kind, author: bytes) -> None:
    """Check everything that needs no look at the ballot, before work is spent on its proofs.

    Raise PolicyError `admission.phase`, `ballot.not_on_roll`, `.removed_credential`, `.already_cast` (re-voting
    `never`), `.challenge_limit`.
    """
    require_phase(state.opened, kind, "it follows election.open; the ballot box is not open yet")
    require_phase(not state.closed, kind, "it stands before election.close; the ballot box is closed")
    if author not in state.roll.entries:
        raise PolicyError("ballot.not_on_roll", f"{kind}: the author {author.hex()} is no credential of the roll (E.C)")
    if author in state.roll.removed:
        raise PolicyError(
            "ballot.removed_credential",
            f"{kind}: credential {author.hex()} was struck or replaced ({state.roll.removed[author]}) (E.C)",
            reason=state.roll.removed[author],
        )
    if kind is Kind.BALLOT_CAST:
        if state.manifest.revoting == "never" and author in state.box.cast_count:
            raise PolicyError(
                "ballot.already_cast",
                f"credential {author.hex()} has cast its ballot, and the manifest allows no second one (E.E)",
            )
    elif state.box.challenged_count.get(author, 0) >= state.manifest.challenge_limit:
        raise PolicyError(
            "ballot.challenge_limit",
            f"credential {author.hex()} has challenged {state.manifest.challenge_limit} ballots, the limit (E.J)",
        )


def check_ballot(state: ElectionState, submission: Submission, facts: BallotFacts) -> None:
    """Check a verified ballot against the log.

    Raise what `check_voter` raises, VerificationError `ballot.wrong_style`, `.repeated_id`, `.repeated_component`,
    `.repeated_commitment`, and PolicyError `ballot.number` for a cast ballot.
    """
    check_voter(state, submission.kind, submission.author)
    district = state.roll.entries[submission.author].district
    style = state.manifest.districts[district - 1].ballot_style
    if facts.style != style:
        raise VerificationError(
            "ballot.wrong_style",
            f"{submission.kind}: ballot style {facts.style}, the credential's district {district} has {style} (E.I)",
        )
    if facts.id in state.box.ids:
        raise VerificationError("ballot.repeated_id", f"{submission.kind}: id_B {facts.id.hex()} is in the log (V5.A)")
    # The number of a challenged ballot orders nothing: it is never counted.
    wanted = state.box.next_number(submission.author)
    if submission.kind is Kind.BALLOT_CAST and facts.number != wanted:
        raise PolicyError(
            "ballot.number",
            f"{submission.kind}: the ballot has number {facts.number}, and the next one of credential "
            f"{submission.author.hex()} has number {wanted} (E.E)",
        )
    _require_new(facts.component_digests, state.box.components, "repeated_component", "a ciphertext component", "E.G")
    _require_new(facts.commitment_digests, state.box.commitments, "repeated_commitment", "a proof commitment", "E.H")


def apply_ballot(state: ElectionState, submission: Submission, facts: BallotFacts) -> None:
    """Put the ballot into the box, or count it as challenged."""
    box, author = state.box, submission.author
    box.ids.add(facts.id)
    box.components.update(facts.component_digests)
    box.commitments.update(facts.commitment_digests)
    if submission.kind is Kind.BALLOT_CHALLENGED:
        box.challenged_count[author] = box.challenged_count.get(author, 0) + 1
        return
    entry = state.roll.entries[author]
    box.cast_count[author] = box.next_number(author)
    box.put(
        CastBallot(
            credential=author,
            district=entry.district,
            weight=entry.weight,
            confirmation_code=facts.confirmation_code,
            form=box.forms.get(facts.style) or _form(state, facts.style),
            held=encode_ciphertexts(state.group, facts) if state.source is None else b"",
        ),
        tested_ciphertexts(state.group, facts) if box.sums is not None else None,
    )


def _form(state: ElectionState, style: int) -> BallotForm:
    """Return what the ballots of a style share, made with the first of them."""
    contests = state.manifest.ballot_styles[style - 1].contests
    options = tuple(len(state.manifest.contests[number - 1].options) for number in contests)
    form = BallotForm(group=state.group, options=options, source=state.source)
    state.box.forms[style] = form
    return form


def _require_new(digests: Collection[bytes], known: DigestSet, rule: str, what: str, row: str) -> None:
    # Within one ballot too: a digest that stands twice in it is a repetition.
    if len(set(digests)) != len(digests) or not known.isdisjoint(digests):
        raise VerificationError(
            f"ballot.{rule}", f"{what} of the ballot was used before: copied, or made without fresh randomness ({row})"
        )
