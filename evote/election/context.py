"""What every computation of an election is done with: group, manifest, base hashes and, after the ceremony, the keys.

Spec: docs/protocol.md section 2.1 (H_P, H_B, H_E, H_DI, B_C); EG equations 4, 5, 30, 72.

Idea: two records, one before and one after the key ceremony, so that the type says whether there are keys to encrypt
with. Both follow from public bytes (manifest, `election.keys`), so a worker process rebuilds them: keys and tables
take 0.1 s.

Invariants: the hashes of a context belong to its manifest and keys; the joint keys are not 1.
"""

from __future__ import annotations

from dataclasses import dataclass

from evote.core.base_hashes import (
    chaining_field_none,
    device_hash,
    election_base_hash,
    extended_base_hash,
    parameter_base_hash,
)
from evote.core.elgamal import ElGamalKey
from evote.core.fixed_base import DEFAULT_WINDOW_BITS
from evote.core.group import Element, Group
from evote.election.manifest import Manifest
from evote.election.records import ElectionKeys
from evote.errors import VerificationError


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ElectionContext:
    """An election before its keys: `h_b` is also the election id, the scope of every statement."""

    group: Group
    manifest: Manifest
    manifest_bytes: bytes
    h_p: bytes
    h_b: bytes

    @property
    def election_id(self) -> bytes:
        """Return H_B, 32 bytes."""
        return self.h_b

    @property
    def n(self) -> int:
        """Return the number of trustees."""
        return len(self.manifest.trustees)

    @property
    def k(self) -> int:
        """Return how many trustees decrypt."""
        return self.manifest.quorum


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ElectionKeyContext(ElectionContext):
    """An election with its joint keys; `key` holds the vote key with the fixed-base tables for g and K."""

    vote_key: Element
    data_key: Element
    h_g: bytes
    h_e: bytes
    device_hash: bytes
    chaining_field: bytes
    key: ElGamalKey


def make_context(group: Group, manifest: Manifest, manifest_bytes: bytes) -> ElectionContext:
    """Return the context of a checked manifest and the exact bytes it was decoded from; no randomness is needed."""
    h_p = parameter_base_hash(group, len(manifest.trustees), manifest.quorum)
    return ElectionContext(
        group=group,
        manifest=manifest,
        manifest_bytes=manifest_bytes,
        h_p=h_p,
        h_b=election_base_hash(h_p, manifest_bytes),
    )


def with_keys(
    context: ElectionContext, keys: ElectionKeys, window_bits: int = DEFAULT_WINDOW_BITS
) -> ElectionKeyContext:
    """Return the context with the joint keys and their tables.

    Not checked: that the keys come from the ceremony and that H_G is right (`ceremony.make_election_keys` recomputes
    both). Raise VerificationError `context.h_e` (V4.A), `context.device_hash` (V8.C), `context.chaining_field` (V8.D),
    or `verification.degenerate_key` for a vote key of 1.
    """
    h_e = extended_base_hash(context.h_b, keys.vote_key, keys.data_key)
    h_di = device_hash(h_e, context.manifest.device)
    if keys.h_e != h_e:
        raise VerificationError("context.h_e", f"H_E is {keys.h_e.hex()}, recomputed {h_e.hex()} (V4.A)")
    if keys.device_hash != h_di:
        raise VerificationError(
            "context.device_hash", f"H_DI is {keys.device_hash.hex()}, recomputed {h_di.hex()} (V8.C)"
        )
    if keys.chaining_field != chaining_field_none(h_di):
        raise VerificationError(
            "context.chaining_field", f"B_C is {keys.chaining_field.hex()}, it must be 00000000 and H_DI (V8.D)"
        )
    return ElectionKeyContext(
        group=context.group,
        manifest=context.manifest,
        manifest_bytes=context.manifest_bytes,
        h_p=context.h_p,
        h_b=context.h_b,
        vote_key=keys.vote_key,
        data_key=keys.data_key,
        h_g=keys.h_g,
        h_e=h_e,
        device_hash=h_di,
        chaining_field=keys.chaining_field,
        key=ElGamalKey.precompute(keys.vote_key, window_bits),
    )
