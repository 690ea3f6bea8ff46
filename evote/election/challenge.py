"""Opening a ballot instead of casting it, and checking such an opening.

Spec: docs/protocol.md section 8 (challenge), rows V13 and V14; EG section 3.6.6, Verifications 13 and 14.

Idea: a device that encrypts something else than the voter marked can't know whether the voter will cast or challenge.
With value and nonce of every selection anyone encrypts again and compares.

Invariants: opening publishes values and selection nonces, never the ballot nonce; an opened ballot is never cast,
which the admission rules ensure.
"""

from __future__ import annotations

from typing import NoReturn

from evote.core.base_hashes import confirmation_code, contest_hash
from evote.core.elgamal import Ciphertext, encrypt
from evote.election.ballot import PreparedBallot
from evote.election.context import ElectionKeyContext
from evote.election.manifest import Contest
from evote.election.records import ChallengedBallot, EncryptedSelection, OpenedContest, OpenedSelection
from evote.errors import VerificationError


def open_ballot(prepared: PreparedBallot) -> ChallengedBallot:
    """Return the ballot with all values and nonces, which thereby become public; the ballot must never be cast."""
    return ChallengedBallot(
        ballot=prepared.ballot,
        openings=tuple(
            OpenedContest(
                contest=plain.contest,
                selections=tuple(
                    OpenedSelection(value=value, nonce=selection.alpha.group.scalar(nonce.expose()))
                    for value, nonce, selection in zip(plain.values, nonces, contest.selections, strict=True)
                ),
            )
            for plain, nonces, contest in zip(
                prepared.plain.contests, prepared.nonces, prepared.ballot.contests, strict=True
            )
        ),
    )


def verify_opening(context: ElectionKeyContext, challenged: ChallengedBallot) -> None:
    """Check that the opening is complete and allowed (V14) and gives the published confirmation code (V13.B).

    Not checked: the ballot itself (`ballot_check.verify_ballot`). Raise VerificationError `challenge.foreign_contest`
    (V14.A), `.missing_contest` (V14.B, for order V14.A), `.surplus_option` (V14.C), `.missing_option` (V14.D),
    `.option_limit` (V14.E), `.selection_limit` (V14.F), `.confirmation_code` (V13.B).
    """
    ballot, manifest = challenged.ballot, context.manifest
    if not 1 <= ballot.style <= len(manifest.ballot_styles):
        _refuse("foreign_contest", f"ballot style {ballot.style} does not exist (V14.A)")
    style = manifest.ballot_styles[ballot.style - 1].contests
    opened = [opening.contest for opening in challenged.openings]
    for index in opened:
        if index not in style:
            _refuse("foreign_contest", f"contest {index} is opened, ballot style {ballot.style} lacks it (V14.A)")
    if opened != list(style):
        _refuse(
            "missing_contest", f"contests {opened} are opened, they must be {list(style)} (V14.B; their order: V14.A)"
        )
    for opening in challenged.openings:
        _verify_values(manifest.contests[opening.contest - 1], opening)
    _verify_code(context, challenged)


def _verify_values(contest: Contest, opening: OpenedContest) -> None:
    place = f"contest {opening.contest}"
    values = [selection.value for selection in opening.selections]
    if len(values) > len(contest.options):
        _refuse("surplus_option", f"{place}: {len(values)} values opened for {len(contest.options)} options (V14.C)")
    if len(values) < len(contest.options):
        _refuse("missing_option", f"{place}: {len(values)} values opened for {len(contest.options)} options (V14.D)")
    for option, value in enumerate(values, 1):
        if not 0 <= value <= contest.option_limit:
            _refuse("option_limit", f"{place} option {option}: {value} is not in 0..{contest.option_limit} (V14.E)")
    if sum(values) > contest.selection_limit:
        _refuse("selection_limit", f"{place}: the sum {sum(values)} is above {contest.selection_limit} (V14.F)")


def _verify_code(context: ElectionKeyContext, challenged: ChallengedBallot) -> None:
    ballot = challenged.ballot
    hashes, differing = [], []
    for position, opening in enumerate(challenged.openings):
        # alpha = g^xi (13.1),  beta = K^(sigma + xi) (13.2)
        ciphertexts = [encrypt(context.key, each.value, each.nonce) for each in opening.selections]
        # chi of the opened ciphertexts (13.3)
        hashes.append(contest_hash(ballot.identifier_hash, opening.contest, ciphertexts))
        published = ballot.contests[position].selections if position < len(ballot.contests) else ()
        differing += [
            f"contest {opening.contest} option {option}"
            for option, ciphertext in enumerate(ciphertexts, 1)
            if option > len(published) or not _is_same(ciphertext, published[option - 1])
        ]
    if confirmation_code(ballot.identifier_hash, hashes, context.chaining_field) != ballot.confirmation_code:
        places = ", ".join(differing) or "no ciphertext"
        _refuse("confirmation_code", f"the opening does not give the confirmation code; it differs in {places} (V13.B)")


def _is_same(ciphertext: Ciphertext, selection: EncryptedSelection) -> bool:
    return (ciphertext.alpha.value, ciphertext.beta.value) == (selection.alpha.value, selection.beta.value)


def _refuse(rule: str, message: str) -> NoReturn:
    raise VerificationError(f"challenge.{rule}", message)
