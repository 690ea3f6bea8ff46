"""Trust policies: which logs and witnesses are known, and how many cosignatures make a checkpoint good.

Spec: C2SP tlog-policy (main, 2026-06).

Idea: a quorum is a tree of thresholds over witnesses, each of which counts in one place only. A checkpoint is good if a
listed log signed it and the quorum holds. How much a quorum tolerates follows from the tree alone (`tolerance`).

Invariants: a policy is read strictly (comments on lines of their own, names defined before use, no public key twice);
names are opaque octets, kept as text by the surrogateescape rule. Cosignature times are handed out, not judged.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from evote.errors import VerificationError
from evote.log.checkpoint import Checkpoint, parse_checkpoint
from evote.log.cosignature import CosignatureVerifier, timestamp_of
from evote.log.key import COSIGNATURE_ED25519, COSIGNATURE_ML_DSA_44, ED25519, VerifierKey
from evote.log.mldsa_cosignature import MldsaCosignatureVerifier
from evote.log.note import Ed25519Verifier, NoteVerifier, open_note

LOG_ALGORITHMS: Final = (ED25519, COSIGNATURE_ML_DSA_44)
WITNESS_ALGORITHMS: Final = (COSIGNATURE_ED25519, COSIGNATURE_ML_DSA_44)
NO_QUORUM: Final = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyLog:
    """A known log: its key, named like its origin, and where it may be reached ("" if not stated)."""

    key: VerifierKey
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyWitness:
    """A known witness: its name within the policy, its key, and where it may be reached ("" if not stated)."""

    name: str
    key: VerifierKey
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyGroup:
    """A group: it has witnessed a checkpoint if at least `threshold` of its members (witnesses or groups) have."""

    name: str
    threshold: int
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """Known logs and witnesses, groups in the order of definition, and the quorum's name or "none"."""

    logs: tuple[PolicyLog, ...] = ()
    witnesses: tuple[PolicyWitness, ...] = ()
    groups: tuple[PolicyGroup, ...] = ()
    quorum: str = NO_QUORUM


@dataclass(frozen=True, slots=True, kw_only=True)
class WitnessedCheckpoint:
    """A checkpoint that satisfied a policy.

    `note` is the signed note, byte for byte; `log` the key that signed it; `times` the name of each witness that
    cosigned with its time in seconds since 1970 (0: the witness states no time).
    """

    checkpoint: Checkpoint
    note: bytes
    log: VerifierKey
    times: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tolerance:
    """What a quorum withstands.

    `malicious` witnesses may collude with the log without being able to show two histories to two readers; -1 means
    that honest witnesses alone may already be split between two histories. `offline` witnesses may be missing without
    the quorum failing.
    """

    malicious: int
    offline: int


def verifier_of(key: VerifierKey) -> NoteVerifier:
    """Return the verifier for a key's signature type."""
    if key.algorithm == COSIGNATURE_ED25519:
        return CosignatureVerifier(key)
    if key.algorithm == COSIGNATURE_ML_DSA_44:
        return MldsaCosignatureVerifier(key)
    return Ed25519Verifier(key)


def open_witnessed(data: bytes, policy: Policy) -> WitnessedCheckpoint:
    """Return the checkpoint in a signed note that satisfies the policy.

    The origin must be the name of the log key that signed. Raise EncodingError for a malformed note or checkpoint;
    VerificationError `note.*` or `signature.*` (a wrong line by any known key), `policy.unknown_log` or
    `policy.no_quorum`.
    """
    verifiers = [verifier_of(log.key) for log in policy.logs] + [verifier_of(one.key) for one in policy.witnesses]
    opened = open_note(data, verifiers)
    checkpoint = parse_checkpoint(opened.note.text)
    signed_by = {item.key for item in opened.verified}
    logs = [log.key for log in policy.logs if log.key in signed_by and log.key.name == checkpoint.origin]
    if not logs:
        raise VerificationError(
            "policy.unknown_log", f"no log of the policy signed this checkpoint as {checkpoint.origin!r}"
        )
    names = {witness.key: witness.name for witness in policy.witnesses}
    times = tuple((names[item.key], timestamp_of(item.signature)) for item in opened.verified if item.key in names)
    if not quorum_holds(policy, {name for name, _ in times}):
        cosigners = ", ".join(sorted({name for name, _ in times})) or "nobody"
        raise VerificationError(
            "policy.no_quorum", f"cosigned by {cosigners}, which does not satisfy quorum {policy.quorum}"
        )
    return WitnessedCheckpoint(checkpoint=checkpoint, note=data, log=logs[0], times=times)


def quorum_holds(policy: Policy, cosigned: Collection[str]) -> bool:
    """Say whether cosignatures by the named witnesses satisfy the policy's quorum."""
    witnessed = {witness.name: witness.name in cosigned for witness in policy.witnesses}
    for group in policy.groups:
        witnessed[group.name] = sum(witnessed[member] for member in group.members) >= group.threshold
    return policy.quorum == NO_QUORUM or witnessed[policy.quorum]


def tolerance(policy: Policy) -> Tolerance:
    """Return what the policy's quorum withstands, exactly, for any nesting of groups.

    For k of n witnesses: n - k offline, and 2k - n - 1 malicious (Hirschi, Schmid, Basin, "Fixing the Achilles heel of
    e-voting: the bulletin board", 2021: 2k - n must exceed the number of dishonest ones).
    """
    if policy.quorum == NO_QUORUM:
        return Tolerance(malicious=-1, offline=len(policy.witnesses))
    # blocking: the fewest witnesses whose absence breaks the quorum; common: the fewest that two quorums must share
    blocking = {witness.name: 1 for witness in policy.witnesses}
    common = {witness.name: 1 for witness in policy.witnesses}
    for group in policy.groups:
        k, n = group.threshold, len(group.members)
        blocking[group.name] = sum(sorted(blocking[member] for member in group.members)[: n - k + 1])
        common[group.name] = sum(sorted(common[member] for member in group.members)[: max(0, 2 * k - n)])
    return Tolerance(malicious=common[policy.quorum] - 1, offline=blocking[policy.quorum] - 1)
