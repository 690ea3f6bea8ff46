"""Facts of ballots in bytes: the same again, nothing else accepted, and derived anew they are the same."""

from __future__ import annotations

from dataclasses import replace

import pytest

from evote.election.ballot_check import BallotFacts, verify_ballot
from evote.election.ballot_facts import (
    check_ciphertexts,
    decode_facts,
    encode_ciphertexts,
    encode_facts,
    stored_facts,
)
from evote.election.kinds import Kind
from evote.election.records import Ballot
from evote.errors import EncodingError
from tests.election.built_election import paper_election, person, real_group


@pytest.fixture(scope="module")
def ballot() -> Ballot:
    """Return a cast ballot."""
    record = paper_election().step(Kind.BALLOT_CAST).submission.record
    assert isinstance(record, Ballot)
    return record


@pytest.fixture(scope="module")
def facts(ballot: Ballot) -> BallotFacts:
    """Return what the verification of that ballot returned."""
    context = paper_election().state.key_context
    author = paper_election().step(Kind.BALLOT_CAST).submission.author
    assert author == person("Ada").public_key
    return verify_ballot(context, ballot, author, keep_commitments=True)


def test_derived_facts_are_those_of_the_verification(ballot: Ballot, facts: BallotFacts) -> None:
    """From the ballot and its commitments alone comes exactly what the verification returned."""
    assert stored_facts(ballot, facts.commitments) == facts
    assert stored_facts(ballot, facts.commitments[512:]) != facts


def test_facts_come_back(facts: BallotFacts) -> None:
    """What is read is what was written, with digests of 16 bytes, and writes the same bytes again."""
    data = encode_facts(facts)
    read = decode_facts(data)
    assert encode_facts(read) == data
    assert read == replace(
        facts,
        contests=(),
        commitments=b"",
        component_digests=tuple(digest[:16] for digest in facts.component_digests),
        commitment_digests=tuple(digest[:16] for digest in facts.commitment_digests),
    )
    assert len(data) == 81 + 16 * (len(facts.component_digests) + len(facts.commitment_digests))


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda data: b"", "facts.length"),
        (lambda data: data[:80], "facts.length"),
        (lambda data: data[:-1], "facts.length"),
        (lambda data: data + b"\x00", "facts.length"),
        (lambda data: data[:14] + b"\xff" + data[15:], "facts.length"),
        (lambda data: b"\x01" + data[1:], "facts.version"),
    ],
)
def test_other_bytes_are_no_facts(facts: BallotFacts, change: object, code: str) -> None:
    """Another version, another number of digests, a byte more or less."""
    assert callable(change)
    with pytest.raises(EncodingError) as caught:
        decode_facts(change(encode_facts(facts)))
    assert caught.value.code == code


def test_stored_ciphertexts_belong_to_their_facts(facts: BallotFacts) -> None:
    """The ciphertexts in bytes are compared with the digests; one changed, missing or exchanged byte is found."""
    group = real_group()
    data = encode_ciphertexts(group, facts)
    assert len(data) == 512 * len(facts.component_digests)
    check_ciphertexts(group, data, decode_facts(encode_facts(facts)))
    for wrong in (data[:-1], data[512:], data[512:] + data[:512], bytes([data[0] ^ 1]) + data[1:], b""):
        with pytest.raises(EncodingError) as caught:
            check_ciphertexts(group, wrong, facts)
        assert caught.value.code == "facts.ciphertexts"
