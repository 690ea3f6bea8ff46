"""The context of an election: base hashes, and keys that must belong to it."""

from dataclasses import replace
from typing import Any

import pytest

from evote.core.base_hashes import election_base_hash, parameter_base_hash
from evote.core.group import Group
from evote.election.context import make_context, with_keys
from evote.errors import VerificationError
from tests.election.samples import SOME_BYTES, Ceremony, sample_manifest


def test_the_election_id_is_the_base_hash_of_the_exact_bytes(group: Group) -> None:
    """H_B covers group, n, k and the manifest's bytes as they are."""
    context = make_context(group, sample_manifest(), SOME_BYTES)
    other = make_context(group, sample_manifest(), SOME_BYTES + b" ")

    assert context.election_id == election_base_hash(parameter_base_hash(group, 3, 2), SOME_BYTES)
    assert other.election_id != context.election_id


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("h_e", bytes(32), "context.h_e"),
        ("device_hash", bytes(32), "context.device_hash"),
        ("chaining_field", bytes(36), "context.chaining_field"),
    ],
)
def test_keys_with_a_wrong_hash_are_refused(honest: Ceremony, field: str, value: bytes, code: str) -> None:
    """V4.A, V8.C and V8.D each fail alone."""
    changed: dict[str, Any] = {field: value}
    with pytest.raises(VerificationError) as caught:
        with_keys(honest.context, replace(honest.keys, **changed))

    assert caught.value.code == code


def test_keys_of_another_election_are_refused(group: Group, honest: Ceremony) -> None:
    """The same keys under another manifest have another H_E."""
    other = make_context(group, sample_manifest(), b"another manifest")

    with pytest.raises(VerificationError) as caught:
        with_keys(other, honest.keys)

    assert caught.value.code == "context.h_e"
