"""Encrypting a ballot: ciphertexts, proofs, contest hashes, confirmation code.

Spec: docs/protocol.md section 8; EG sections 3.3 and 3.4, equations 32, 33, 41, 50, 59, 62, 70, 71.

Idea: everything about a ballot hangs on H_I, which binds it to the credential that will sign it: another credential
can neither cast it nor reuse a proof of it. The nonces of all selections derive from one secret that is thrown away;
what is kept is what a challenge would publish.

Invariants: the ballot nonce xi_B leaves this module never; `commitments` are in the order of docs/formats.md section 1.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Final

from evote.core.base_hashes import confirmation_code, contest_hash, identifier_hash
from evote.core.elgamal import Ciphertext, encrypt, selection_nonce
from evote.core.group import SecretScalar, UntestedElement
from evote.core.random_source import RandomBytes
from evote.core.range_proof import Commitments, prove_limit, prove_selection
from evote.core.secret import SecretBytes
from evote.election.context import ElectionKeyContext
from evote.election.records import Ballot, EncryptedContest, EncryptedSelection
from evote.election.selections import PlainBallot, PlainContest, plain_ballot

SALT_BYTES: Final = 32
BALLOT_NONCE_BYTES: Final = 32
_ID_PREFIX: Final = b"evote/ballot-id/1"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PreparedBallot:
    """An encrypted ballot that is not cast yet, with what its voter's device keeps until then.

    `plain` and `nonces` (xi_{i,j}, contest by contest) are secret and to be forgotten when the ballot is cast.
    `commitments` are public: a_0, b_0, ... of every proof, for the side file.
    """

    ballot: Ballot
    commitments: bytes = field(repr=False)
    plain: PlainBallot = field(repr=False)
    nonces: tuple[tuple[SecretScalar, ...], ...] = field(repr=False)


def ballot_id(author: bytes, salt: bytes) -> bytes:
    """Return id_B of a credential's public key and a salt, 32 bytes each."""
    # id_B = SHA-256("evote/ballot-id/1" || author's public key || salt)
    return sha256(_ID_PREFIX + author + salt).digest()


def encrypt_ballot(
    context: ElectionKeyContext,
    style: int,
    selections: Mapping[int, Sequence[int]],
    author: bytes,
    number: int,
    random: RandomBytes,
) -> PreparedBallot:
    """Encrypt a voter's marks for the credential (public key, 32 bytes) that will sign the ballot.

    `selections` give one value per option for every contest of the style; an overvoted contest is encrypted blank and
    listed in `plain.overvoted`. `number` (from 1) is one more than the ballots that the credential has cast in the log
    (`BallotBox.next_number`). Not checked: that, and whether the credential is on the roll and has this style.
    Raise ConfigurationError `selections.*` as `selections.plain_ballot`.
    """
    plain = plain_ballot(context.manifest, style, selections)
    salt = random(SALT_BYTES)
    id_b = ballot_id(author, salt)
    h_i = identifier_hash(context.h_e, id_b)
    xi_b = SecretBytes(random(BALLOT_NONCE_BYTES))
    contests, commitments, nonces = [], [], []
    for contest in plain.contests:
        xi = tuple(
            selection_nonce(context.group, h_i, contest.contest, option, xi_b)
            for option in range(1, len(contest.values) + 1)
        )
        encrypted, proof_commitments = _encrypt_contest(context, h_i, contest, xi, random)
        contests.append(encrypted)
        commitments.append(proof_commitments)
        nonces.append(xi)
    ballot = Ballot(
        id=id_b,
        salt=salt,
        number=number,
        identifier_hash=h_i,
        style=style,
        confirmation_code=confirmation_code(h_i, [each.contest_hash for each in contests], context.chaining_field),
        contests=tuple(contests),
    )
    return PreparedBallot(ballot=ballot, commitments=b"".join(commitments), plain=plain, nonces=tuple(nonces))


def encode_commitments(commitments: Commitments) -> bytes:
    """Return a_0, b_0, a_1, b_1, ... of one proof as raw elements, for the side file of commitments."""
    return b"".join(element.to_bytes() for element in commitments.elements)


def _encrypt_contest(
    context: ElectionKeyContext, h_i: bytes, plain: PlainContest, xi: tuple[SecretScalar, ...], random: RandomBytes
) -> tuple[EncryptedContest, bytes]:
    contest = context.manifest.contests[plain.contest - 1]
    R, L = contest.option_limit, contest.selection_limit
    ciphertexts: list[Ciphertext] = []
    selections: list[EncryptedSelection] = []
    commitments: list[bytes] = []
    for option, (value, nonce) in enumerate(zip(plain.values, xi, strict=True), 1):
        # (alpha, beta) = (g^xi, K^(sigma + xi))
        ciphertext = encrypt(context.key, value, nonce)
        proof, committed = prove_selection(context.key, h_i, plain.contest, option, ciphertext, nonce, value, R, random)
        ciphertexts.append(ciphertext)
        commitments.append(encode_commitments(committed))
        selections.append(
            EncryptedSelection(
                alpha=_published(context, ciphertext.alpha.to_bytes()),
                beta=_published(context, ciphertext.beta.to_bytes()),
                proof=proof,
            )
        )
    limit_proof, committed = prove_limit(context.key, h_i, plain.contest, ciphertexts, xi, plain.values, L, random)
    commitments.append(encode_commitments(committed))
    encrypted = EncryptedContest(
        contest=plain.contest,
        # chi = H(H_I; 0x28, ind_c, alpha_1, beta_1, ..., alpha_m, beta_m)  (70)
        contest_hash=contest_hash(h_i, plain.contest, ciphertexts),
        selections=tuple(selections),
        limit_proof=limit_proof,
    )
    return encrypted, b"".join(commitments)


def _published(context: ElectionKeyContext, data: bytes) -> UntestedElement:
    # A ballot record holds what its receiver sees: bytes that are still to be tested.
    return context.group.decode_untested(data)
