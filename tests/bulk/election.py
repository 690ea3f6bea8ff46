"""The built election as workers are told of it."""

from evote.bulk.crew import ElectionBytes
from evote.bulk.verification import election_bytes
from tests.election.built_election import paper_election


def told() -> ElectionBytes:
    """Return manifest and keys of the built election."""
    return election_bytes(paper_election().state.key_context)
