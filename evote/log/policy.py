"""Trust policies: which logs and witnesses are known, and how many cosignatures make a checkpoint good.

Spec: C2SP tlog-policy (main, 2026-06); tlog-cosignature v1.1.0-rc.1 (type 0x06); docs/formats.md section 1.

Idea: a quorum is a tree of thresholds over witnesses, each of which counts in one place only. A checkpoint is good if a
listed log signed it and the quorum holds. How much a quorum tolerates follows from the tree alone (`tolerance`).
For tlog-policy every `log` line is a log of its own, and one of them suffices. But a log that signs with Ed25519 and
with ML-DSA-44 has one name and two keys, and whoever pins both means to rest on the one when the other is broken. So
lines of one name are the keys of one log: of each type that is pinned for it, a key must have signed. Two keys of one
type are alternatives, as for a log that has changed its key.

Invariants: a policy is read strictly (comments on lines of their own, names defined before use, no public key twice);
names are opaque octets, kept as text by the surrogateescape rule. What is accepted satisfies the policy for every other
reader too; a wrong line by any key of it spoils a checkpoint. Cosignature times are handed out, not judged.
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
ALGORITHM_NAMES: Final = {ED25519: "Ed25519", COSIGNATURE_ML_DSA_44: "ML-DSA-44"}
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
    """Return the checkpoint in a signed note that satisfies the policy and has all that is pinned for its log.

    The origin must be the name of the log key that signed. Raise EncodingError for a malformed note or checkpoint;
    VerificationError `note.*` or `signature.*` (a wrong line by any known key), `policy.unknown_log`,
    `policy.no_quorum`, or `log.missing_signature` where a type of key that the policy names for this origin has no
    line.
    """
    verifiers = [verifier_of(log.key) for log in policy.logs] + [verifier_of(one.key) for one in policy.witnesses]
    opened = open_note(data, verifiers)
    checkpoint = parse_checkpoint(opened.note.text)
    signed_by = {item.key for item in opened.verified}
    pinned = log_keys(policy, checkpoint.origin)
    signers = [key for key in pinned if key in signed_by]
    if not signers:
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
    require_each_type(pinned, signers)
    return WitnessedCheckpoint(checkpoint=checkpoint, note=data, log=signers[0], times=times)


def require_each_type(pinned: Collection[VerifierKey], signers: Collection[VerifierKey]) -> None:
    """Raise VerificationError `log.missing_signature` where a type of a log's pinned keys has none among the signers.

    `signers` are the pinned keys whose lines were verified.
    """
    types = {key.algorithm for key in signers}
    for key in pinned:
        if key.algorithm not in types:
            raise VerificationError(
                "log.missing_signature",
                f"the checkpoint lacks the {ALGORITHM_NAMES[key.algorithm]} signature of the log {key.name}, whose key "
                "is pinned",
                algorithm=ALGORITHM_NAMES[key.algorithm],
                origin=key.name,
            )


def log_keys(policy: Policy, origin: str) -> tuple[VerifierKey, ...]:
    """Return the keys that a policy names for one log."""
    return tuple(log.key for log in policy.logs if log.key.name == origin)


def is_post_quantum(policy: Policy) -> bool:
    """Say whether every log of a policy has an ML-DSA-44 key there, which forging its checkpoints would take."""
    origins = {log.key.name for log in policy.logs}
    return all(any(key.algorithm == COSIGNATURE_ML_DSA_44 for key in log_keys(policy, origin)) for origin in origins)


def quorum_holds(policy: Policy, cosigned: Collection[str]) -> bool:
    """Say whether cosignatures by the named witnesses satisfy the policy's quorum."""
    witnessed = {witness.name: witness.name in cosigned for witness in policy.witnesses}
    for group in policy.groups:
        witnessed[group.name] = sum(witnessed[member] for member in group.members) >= group.threshold
    return policy.quorum == NO_QUORUM or witnessed[policy.quorum]


def quorum_time(policy: Policy, times: Collection[tuple[str, int]]) -> int:
    """Return the latest time, in seconds since 1970, such that the witnesses that state it or a later one are a quorum.

    As many liars as the policy withstands can't make a checkpoint look fresher. 0 where no quorum states a time; under
    a policy without a quorum, the latest time that anybody states.
    """
    stated = sorted({time for _, time in times}, reverse=True)
    return next((time for time in stated if quorum_holds(policy, {name for name, one in times if one >= time})), 0)


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
