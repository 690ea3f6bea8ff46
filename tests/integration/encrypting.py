"""Real marks become encrypted ballots, in two processes."""

import multiprocessing
import secrets
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace

from evote.board.admission import Posting
from evote.codec.payloads import decode_payload, encode_payload
from evote.core.fixed_base import BULK_WINDOW_BITS
from evote.election.ballot import encrypt_ballot
from evote.election.ballot_check import BallotFacts
from evote.election.ballot_facts import stored_facts
from evote.election.context import ElectionKeyContext, make_context, with_keys
from evote.election.kinds import Kind
from evote.election.manifest import Manifest
from evote.election.records import ElectionKeys
from evote.election.state import ElectionState
from evote.log.statement import encode_statement, sign_statement
from tests.integration.course import GROUP, signing_key

PROCESSES = 2
CHUNK = 64


@dataclass(frozen=True, kw_only=True)
class Card:
    """What somebody marked: values per contest of the district's style; overvotes are still in it."""

    name: str
    district: int
    marks: dict[int, tuple[int, ...]]
    # The ballot comes with the commitments of its proofs, for a board; they are large.
    recorded: bool = False


@dataclass(frozen=True, kw_only=True)
class EncryptedCard:
    """A signed ballot, and the contests whose marks were too many.

    `facts` are what verifying would return, taken from the ballot as it was made: nothing is verified here.
    """

    posting: Posting
    facts: BallotFacts
    overvoted: tuple[int, ...]


def encrypt_cards(state: ElectionState, cards: Sequence[Card]) -> list[EncryptedCard]:
    """Encrypt every card, in order."""
    context = state.key_context
    keys = encode_payload(Kind.KEYS, known(state.keys))
    chunks = [cards[i : i + CHUNK] for i in range(0, len(cards), CHUNK)]
    # A forked copy of a process with threads may stand still; a spawned one knows nothing of us.
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(PROCESSES, spawn, _start, (context.manifest_bytes, keys)) as pool:
        return [card for chunk in pool.map(_encrypt, chunks) for card in chunk]


def known(keys: ElectionKeys | None) -> ElectionKeys:
    """Return the joint keys of an election that has some."""
    assert keys is not None
    return keys


_CONTEXT: list[ElectionKeyContext] = []


def _start(manifest_bytes: bytes, keys_bytes: bytes) -> None:
    manifest = decode_payload(Kind.MANIFEST, manifest_bytes, GROUP)
    keys = decode_payload(Kind.KEYS, keys_bytes, GROUP)
    assert isinstance(manifest, Manifest)
    assert isinstance(keys, ElectionKeys)
    _CONTEXT[:] = [with_keys(make_context(GROUP, manifest, manifest_bytes), keys, BULK_WINDOW_BITS)]


def _encrypt(cards: Sequence[Card]) -> list[EncryptedCard]:
    return [_encrypt_card(_CONTEXT[0], card) for card in cards]


def _encrypt_card(context: ElectionKeyContext, card: Card) -> EncryptedCard:
    key = signing_key(card.name)
    style = context.manifest.districts[card.district - 1].ballot_style
    prepared = encrypt_ballot(context, style, card.marks, key.public_key, 1, secrets.token_bytes)
    payload = encode_payload(Kind.BALLOT_CAST, prepared.ballot)
    statement = sign_statement(key, kind=Kind.BALLOT_CAST, scope=context.election_id, payload=payload)
    return EncryptedCard(
        posting=Posting(
            statement=encode_statement(statement),
            payload=payload,
            commitments=prepared.commitments if card.recorded else b"",
        ),
        facts=replace(stored_facts(prepared.ballot, prepared.commitments), commitments=b""),
        overvoted=prepared.plain.overvoted,
    )
