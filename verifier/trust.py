"""What the auditor brings along: the log's key, a policy, an earlier checkpoint, receipts; and where it came from.

*Spec*: docs/protocol.md, section 12 (head); C2SP tlog-policy.

*Idea*: Keys from the auditor beat the record's own ``policy`` file, which only says what the record claims
about itself.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from verifier.errors import Malformed, RecordUnreadable, UsageError
from verifier.note import ML_DSA, SIGNATURE, Checkpoint, VerifierKey, parse_checkpoint, parse_verifier_key
from verifier.policy import MAX_POLICY_BYTES, Policy, parse_policy
from verifier.reader import Record, read_file
from verifier.receipt import MAX_RECEIPT_BYTES, Receipt, parse_receipt

AUDITOR, RECORD = "auditor", "record"


@dataclass(frozen=True, slots=True, kw_only=True)
class Trust:
    """Whom to believe about the log; ``policy_problem`` says why there is no policy."""

    logs: tuple[VerifierKey, ...]
    key_source: str
    policy: Policy | None
    policy_source: str
    policy_problem: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EarlierCheckpoint:
    """A checkpoint file that the auditor handed in, or why it can't be read."""

    name: str
    content: Checkpoint | None
    problem: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class HandedReceipt:
    """A receipt file that the auditor handed in, or why it can't be read."""

    name: str
    content: Receipt | None
    problem: str = ""


def load_trust(record: Record, log_keys: Sequence[str], policy_file: str | None) -> Trust:
    """Collect keys and policy from the auditor, failing that from the record; raise UsageError for a bad argument."""
    logs: tuple[VerifierKey, ...] = ()
    policy, policy_source, problem = None, "", ""
    if policy_file is not None:
        try:
            policy, policy_source = parse_policy(_read_argument(policy_file, MAX_POLICY_BYTES)), AUDITOR
        except Malformed as error:
            raise UsageError(f"{policy_file}: {error}") from None
    else:
        try:
            policy, policy_source = parse_policy(read_file(record, "policy", MAX_POLICY_BYTES)), RECORD
        except (Malformed, RecordUnreadable) as error:
            problem = str(error)
    if log_keys:
        logs = tuple(map(_log_key, log_keys))
    elif policy is not None:
        logs = policy.logs
    source = AUDITOR if log_keys or (policy_source == AUDITOR and logs) else RECORD
    return Trust(logs=logs, key_source=source, policy=policy, policy_source=policy_source, policy_problem=problem)


def _log_key(text: str) -> VerifierKey:
    try:
        key = parse_verifier_key(text)
    except Malformed as error:
        raise UsageError(f"--log-key: {error}") from None
    if key.kind not in (SIGNATURE, ML_DSA):
        raise UsageError("--log-key: key of a type that can't sign this")
    return key


def _read_argument(path: str, limit: int) -> bytes:
    try:
        with Path(path).open("rb") as file:
            data = file.read(limit + 1)
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}") from None
    if len(data) > limit:
        raise UsageError(f"{path}: longer than {limit} bytes")
    return data


def load_earlier(paths: list[str]) -> tuple[EarlierCheckpoint, ...]:
    """Read checkpoints that the auditor kept; raise UsageError where a file can't be read."""
    result = []
    for path in paths:
        data = _read_argument(path, MAX_RECEIPT_BYTES)
        try:
            result.append(EarlierCheckpoint(name=Path(path).name, content=parse_checkpoint(data)))
        except Malformed as error:
            result.append(EarlierCheckpoint(name=Path(path).name, content=None, problem=str(error)))
    return tuple(result)


def load_receipts(paths: list[str]) -> tuple[HandedReceipt, ...]:
    """Read receipts; raise UsageError where a file can't be read."""
    result = []
    for path in paths:
        data = _read_argument(path, MAX_RECEIPT_BYTES)
        try:
            result.append(HandedReceipt(name=Path(path).name, content=parse_receipt(data)))
        except Malformed as error:
            result.append(HandedReceipt(name=Path(path).name, content=None, problem=str(error)))
    return tuple(result)
