"""The election as the record states it: statements at their places, and what everything else is recomputed from.

*Spec*: docs/protocol.md, sections 2.1, 4 and 6.

*Idea*: The first statement of each kind (of each trustee, where the kind is a trustee's) is taken at its word,
whoever signed it and wherever it stands: those are other rows' questions. Base hashes and joint keys are
recomputed from the manifest and the trustees' commitments, so that a wrong published copy of one fails its own
row and no other.
"""

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from gmpy2 import mpz, powmod

from verifier import hashing
from verifier.group import ONE, P, Q, product
from verifier.manifest import Manifest

MAX_TRUSTEES = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A statement of the election with its payload; ``value`` is None where the payload can't be read.

    ``digest`` is the SHA-256 of the payload bytes in the record (empty where there are none), not what the
    statement says it is.
    """

    entry: int
    kind: str
    author: bytes
    value: Any
    digest: bytes

    @property
    def trustee(self) -> int | None:
        """Return the trustee index that the payload names."""
        index = self.value.get("trustee") if isinstance(self.value, dict) else None
        return index if isinstance(index, int) else None


def number(text: str) -> mpz:
    """Return the integer behind hexadecimal digits."""
    return mpz(text, 16)


@dataclass(kw_only=True)
class Election:
    """Statements of one scope by kind, and what is recomputed from them."""

    scope: bytes
    manifest: Manifest | None = None
    manifest_bytes: bytes = b""
    singles: dict[str, Item] = field(default_factory=dict)
    by_trustee: dict[str, dict[int, Item]] = field(default_factory=dict)
    first: dict[str, int] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)

    @property
    def no_manifest(self) -> str:
        """Return why there is no manifest to go by."""
        return "the manifest can't be read" if "election.manifest" in self.first else "no manifest in the record"

    def single(self, kind: str) -> Item | None:
        """Return the first statement of a kind."""
        return self.singles.get(kind)

    def value(self, kind: str) -> Any:
        """Return the payload of the first statement of a kind, None where there is none or it can't be read."""
        item = self.singles.get(kind)
        return item.value if item else None

    def trustees(self, kind: str) -> dict[int, Item]:
        """Return the readable first statements of a kind by trustee, ascending."""
        found = self.by_trustee.get(kind, {})
        return {index: found[index] for index in sorted(found) if found[index].value is not None}

    @cached_property
    def keys(self) -> "Keys | None":
        """Return the recomputed keys and hashes, None where the manifest or keys can't be read."""
        if self.manifest is None or not 1 <= self.manifest.n <= MAX_TRUSTEES or self.manifest.quorum > MAX_TRUSTEES:
            return None
        return recompute_keys(self, self.manifest)


@dataclass(kw_only=True)
class Keys:
    """Recomputed values of section 2.1; ``vote_commitments[i-1][j]`` is K_{i,j} as an integer.

    ``from_trustees`` is false where some trustee's keys can't be read and K, K^ had to be taken from ``election.keys``.
    """

    h_p: bytes
    h_b: bytes
    vote_key: mpz
    data_key: mpz
    h_e: bytes
    h_di: bytes
    b_c: bytes
    h_g: bytes | None
    from_trustees: bool
    vote_commitments: tuple[tuple[mpz, ...], ...]

    def verification_key(self, trustee: int) -> mpz:
        """Return Z_i = prod_j prod_m K_{j,m}^(i^m)."""
        result = ONE
        for commitments in self.vote_commitments:
            exponent = ONE
            for commitment in commitments:
                result = result * powmod(commitment, exponent, P) % P
                exponent = exponent * trustee % Q
        return result

    @cached_property
    def verification_keys(self) -> tuple[mpz, ...]:
        """Return Z_1 .. Z_n (empty where the commitments can't be read)."""
        return tuple(self.verification_key(index) for index in range(1, len(self.vote_commitments) + 1))


def base_hashes(manifest: Manifest, manifest_bytes: bytes) -> tuple[bytes, bytes]:
    """Return H_P and H_B."""
    h_p = hashing.parameter_base_hash(manifest.n, manifest.quorum)
    return h_p, hashing.election_base_hash(h_p, manifest_bytes)


def recompute_keys(election: Election, manifest: Manifest) -> Keys | None:
    """Return keys and hashes from the trustees' statements, or from ``election.keys`` where those are incomplete."""
    h_p, h_b = base_hashes(manifest, election.manifest_bytes)
    trustees = election.trustees("trustee.keys")
    published = election.value("election.keys")
    statements = [trustees[index].value for index in range(1, manifest.n + 1) if index in trustees]
    complete = len(statements) == manifest.n and all(
        statement[half]["commitments"] for statement in statements for half in ("vote", "data")
    )
    if complete:
        # K = prod K_{i,0}, K^ = prod K^_{i,0}
        vote_key = product([number(statement["vote"]["commitments"][0]) for statement in statements])
        data_key = product([number(statement["data"]["commitments"][0]) for statement in statements])
    elif published is not None:
        vote_key, data_key = number(published["vote_key"]) % P, number(published["data_key"]) % P
    else:
        return None
    encoded = hashing.element_bytes(vote_key), hashing.element_bytes(data_key)
    h_e = hashing.extended_base_hash(h_b, *encoded)
    h_di = hashing.device_hash(h_e, manifest.device)
    h_g = None
    if complete:
        h_g = hashing.guardian_record_hash(
            h_b,
            *encoded,
            [bytes.fromhex(text) for statement in statements for text in statement["vote"]["commitments"]],
            [bytes.fromhex(text) for statement in statements for text in statement["data"]["commitments"]],
            [bytes.fromhex(statement["communication_key"]) for statement in statements],
        )
    return Keys(
        h_p=h_p,
        h_b=h_b,
        vote_key=vote_key,
        data_key=data_key,
        h_e=h_e,
        h_di=h_di,
        b_c=hashing.chaining_field(h_di),
        h_g=h_g,
        from_trustees=complete,
        vote_commitments=tuple(
            tuple(number(text) for text in statement["vote"]["commitments"]) for statement in statements
        )
        if complete
        else (),
    )
