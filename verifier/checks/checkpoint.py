"""Rows L.A, L.B, L.E, L.M: who signed the log's head, who saw it, does it agree with what the auditor holds.

*Spec*: docs/protocol.md, sections 3 and 12; C2SP signed-note, tlog-checkpoint, tlog-cosignature, tlog-policy.

*Idea*: Every checkpoint at hand (the record's, earlier ones, those in receipts) is a signed claim about a
prefix of the same log; the roots of those prefixes are rebuilt from the entries and compared.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from verifier.ledger import Ledger
from verifier.manifest import Manifest
from verifier.note import ML_DSA, SIGNATURE, Checkpoint, VerifierKey, verify_key
from verifier.policy import NONE
from verifier.trust import AUDITOR, EarlierCheckpoint, Trust

_ALGORITHMS = {SIGNATURE: "Ed25519", ML_DSA: "ML-DSA-44"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Prefixes:
    """What the entries say: roots by size and leaf hashes by index, as far as asked for and known."""

    size: int
    roots: Mapping[int, bytes]
    leaves: Mapping[int, bytes]


def signature_problem(checkpoint: Checkpoint, trust: Trust) -> str:
    """Return why a checkpoint is not signed by a log that is trusted; empty where it is.

    Asked for is a valid line of each type that is among the log's keys, and no wrong line by one of them
    (docs/formats.md, section 1).
    """
    keys = _keys_of(checkpoint, trust)
    signed = dict.fromkeys(sorted(key.kind for key in keys), False)
    for key in keys:
        verdict = verify_key(checkpoint.note, key)
        if verdict.lines and not verdict.valid:
            return f"{_ALGORITHMS[key.kind]} signature by the log's key is invalid"
        signed[key.kind] = signed[key.kind] or verdict.valid
    if not any(signed.values()):
        return f"no signature by the log's key for origin {checkpoint.origin!r}"
    missing = [_ALGORITHMS[kind] for kind, there in signed.items() if not there]
    return f"no {missing[0]} signature by the log's key for origin {checkpoint.origin!r}" if missing else ""


def _keys_of(checkpoint: Checkpoint, trust: Trust) -> list[VerifierKey]:
    # C2SP tlog-policy: the name of a log's key is its origin
    return [key for key in trust.logs if key.name == checkpoint.origin]


def check_signature(checkpoint: Checkpoint, trust: Trust, ledger: Ledger) -> None:
    """Evaluate L.A."""
    if not trust.logs:
        ledger.unevaluated("L.A", f"no key of the log: {trust.policy_problem or 'the policy names none'}")
        return
    problem = signature_problem(checkpoint, trust)
    ledger.check("L.A", not problem, f"checkpoint: {problem}")
    if {key.kind for key in _keys_of(checkpoint, trust)} == {SIGNATURE}:
        ledger.note("L.A", "only an Ed25519 key of the log is trusted, so its ML-DSA-44 signature was not checked")
    if trust.key_source != AUDITOR:
        ledger.note("L.A", "the key was taken from the record itself; bring your own with --log-key or --policy")


def cosigners(checkpoint: Checkpoint, trust: Trust) -> tuple[dict[str, tuple[int, ...]], list[str]]:
    """Return the times of valid cosignatures by witness, and the witnesses whose line is invalid.

    Whoever states no time has not said that this is the largest tree it has seen, and is no witness of it.
    """
    times: dict[str, tuple[int, ...]] = {}
    broken: list[str] = []
    if trust.policy is not None:
        for name, key in trust.policy.witnesses.items():
            verdict = verify_key(checkpoint.note, key)
            if verdict.times:
                times[name] = verdict.times
            elif verdict.lines and not verdict.valid:
                broken.append(name)
    return times, broken


def witnessed(checkpoint: Checkpoint, trust: Trust) -> str:
    """Return the latest time at which, or after which, a whole quorum cosigned; empty where there is none.

    So liars can't make an old checkpoint look new unless they are a quorum. Under "quorum none" the policy believes
    no witness, and nothing is known of the age.
    """
    policy = trust.policy
    if policy is None or policy.quorum == NONE:
        return ""
    last = {name: max(times) for name, times in cosigners(checkpoint, trust)[0].items()}
    for time in sorted(last.values(), reverse=True):
        if policy.holds(frozenset(name for name, seen in last.items() if seen >= time)):
            return _shown(time)
    return ""


def check_quorum(checkpoint: Checkpoint, trust: Trust, ledger: Ledger) -> int:
    """Evaluate L.B and return the number of witnesses who cosigned."""
    policy = trust.policy
    if policy is None:
        if trust.key_source == AUDITOR:
            ledger.absent("L.B", f"no policy was handed in and the record has none ({trust.policy_problem})")
        else:
            ledger.unevaluated("L.B", f"no policy: {trust.policy_problem}")
        return 0
    times, broken = cosigners(checkpoint, trust)
    for name in broken:
        ledger.failed("L.B", f"cosignature of witness {name!r} is invalid")
    if policy.quorum == NONE:
        ledger.absent("L.B", "the policy says quorum none")
    else:
        holds = policy.holds(frozenset(times))
        ledger.check("L.B", holds, f"quorum {policy.quorum!r} is not reached by {sorted(times)}")
    if trust.policy_source != AUDITOR:
        ledger.note("L.B", "the policy was taken from the record itself")
    return len(times)


def check_earlier(earlier: Sequence[EarlierCheckpoint], trust: Trust, prefixes: Prefixes, ledger: Ledger) -> None:
    """Evaluate L.E."""
    if not earlier:
        ledger.absent("L.E", "no earlier checkpoint was handed in")
    for item in earlier:
        name = item.name
        if item.content is None:
            ledger.unevaluated("L.E", f"{name!r} is no checkpoint: {item.problem}")
            continue
        problem = signature_problem(item.content, trust)
        if problem:
            ledger.failed("L.E", f"{name!r}: {problem}")
        elif item.content.size > prefixes.size:
            ledger.failed("L.E", f"{name!r} has {item.content.size} entries, the record only {prefixes.size}")
        elif (root := prefixes.roots.get(item.content.size)) is None:
            ledger.unevaluated("L.E", f"the root at size {item.content.size} can't be rebuilt")
        else:
            ledger.check("L.E", root == item.content.root, f"{name!r}: another root at size {item.content.size}")


def check_schedule(
    checkpoints: Sequence[Checkpoint], trust: Trust, manifest: Manifest, first: Mapping[str, int], ledger: Ledger
) -> None:
    """Evaluate L.M: no witness saw the opening before it was due, nor the closing.

    A cosignature of size s at time t proves that the entries below s existed at t, and nothing about later ones. So an
    opening or closing that is too early can be proved, one that is late only bounded; bounds go into the note.
    """
    seen = [
        (point.size, time) for point in checkpoints for times in cosigners(point, trust)[0].values() for time in times
    ]
    if not seen:
        ledger.absent("L.M", "no witness of the policy has cosigned")
        return
    try:
        due = {"election.open": _seconds(manifest.opens), "election.close": _seconds(manifest.closes)}
    except ValueError:
        ledger.unevaluated("L.M", "the manifest's schedule can't be read")
        return
    for kind, moment in due.items():
        entry = first.get(kind)
        if entry is None:
            ledger.note("L.M", f"no {kind} in the record")
            continue
        before = [time for size, time in seen if size <= entry]
        after = [time for size, time in seen if size > entry]
        if after:
            text = f"entry {entry} ({kind}) was seen at {_shown(min(after))}, before {_shown(moment)}"
            ledger.check("L.M", min(after) >= moment, text, entry=entry)
        lower = f"after {_shown(max(before))}" if before else "at a time without lower bound"
        upper = f"before {_shown(min(after))}" if after else "at a time without upper bound"
        ledger.note("L.M", f"{kind} was logged {lower} and {upper}")
    ledger.absent("L.M", "no witness has cosigned a checkpoint that holds the opening or the closing")


def _seconds(text: str) -> int:
    return int(datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC).timestamp())


def _shown(seconds: int) -> str:
    try:
        return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    except (OverflowError, ValueError, OSError):
        return f"second {seconds}"
