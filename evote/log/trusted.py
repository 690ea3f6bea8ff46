"""A checkpoint as a reader of ours believes it: by the policy, and by a key of each type that is pinned for the log.

Spec: C2SP tlog-policy (main, 2026-06); tlog-cosignature v1.1.0-rc.1 (type 0x06); docs/formats.md section 1.

Idea: for tlog-policy every `log` line is a log of its own, and one of them suffices. But a log that signs with Ed25519
and with ML-DSA-44 has one name and two keys, and whoever pins both means to rest on the one when the other is broken.
So lines of one name are the keys of one log: of each type that is pinned for it, a key must have signed. Two keys of
one type are alternatives, as for a log that has changed its key.

Invariants: what is accepted here satisfies the policy for every other reader too. A wrong line by any pinned key spoils
the checkpoint, whatever else is under it.
"""

from __future__ import annotations

from typing import Final

from evote.errors import VerificationError
from evote.log.key import COSIGNATURE_ML_DSA_44, ED25519, VerifierKey
from evote.log.note import decode_note
from evote.log.policy import Policy, WitnessedCheckpoint, open_witnessed

ALGORITHM_NAMES: Final = {ED25519: "Ed25519", COSIGNATURE_ML_DSA_44: "ML-DSA-44"}


def open_trusted(data: bytes, policy: Policy) -> WitnessedCheckpoint:
    """Return the checkpoint in a signed note that satisfies the policy and has all that is pinned for its log.

    Raise as `open_witnessed`, and VerificationError `log.missing_signature` where a type of key that the policy names
    for this origin has no line.
    """
    witnessed = open_witnessed(data, policy)
    # A line of a known name and key ID that does not verify was refused: what is there is right.
    lines = {(line.name, line.key_id) for line in decode_note(data).signatures}
    keys = log_keys(policy, witnessed.checkpoint.origin)
    signed = {key.algorithm for key in keys if (key.name, key.key_id) in lines}
    for key in keys:
        if key.algorithm not in signed:
            raise VerificationError(
                "log.missing_signature",
                f"the checkpoint lacks the {ALGORITHM_NAMES[key.algorithm]} signature of the log {key.name}, whose key "
                "is pinned",
                algorithm=ALGORITHM_NAMES[key.algorithm],
                origin=key.name,
            )
    return witnessed


def log_keys(policy: Policy, origin: str) -> tuple[VerifierKey, ...]:
    """Return the keys that a policy names for one log."""
    return tuple(log.key for log in policy.logs if log.key.name == origin)


def is_post_quantum(policy: Policy) -> bool:
    """Say whether every log of a policy has an ML-DSA-44 key there, which forging its checkpoints would take."""
    origins = {log.key.name for log in policy.logs}
    return all(any(key.algorithm == COSIGNATURE_ML_DSA_44 for key in log_keys(policy, origin)) for origin in origins)
