"""The trust policy of a log: whose keys, which witnesses, what quorum.

*Spec*: C2SP tlog-policy.

*Idea*: Names of witnesses and groups live in one space; a group counts its members' verdicts against its threshold.

*Invariants*: A name is a member at most once, so no witness counts twice; no public key stands under two names.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from verifier.errors import Malformed
from verifier.note import COSIGNATURE, ML_DSA, SIGNATURE, VerifierKey, parse_verifier_key

MAX_POLICY_BYTES = 1_000_000
NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Witnesses or groups, of which at least ``threshold`` must agree."""

    threshold: int
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """Logs, witnesses by name, groups by name, and the name that must hold ("none": nothing must)."""

    logs: tuple[VerifierKey, ...]
    witnesses: Mapping[str, VerifierKey]
    groups: Mapping[str, Group]
    quorum: str

    def holds(self, cosigned: frozenset[str]) -> bool:
        """Say whether the quorum holds if exactly these witnesses have cosigned."""
        if self.quorum == NONE:
            return True
        verdicts = {name: name in cosigned for name in self.witnesses}
        # groups name only what stands before them, so one pass in order settles all
        for name, group in self.groups.items():
            verdicts[name] = sum(verdicts[member] for member in group.members) >= group.threshold
        return verdicts[self.quorum]


def parse_policy(data: bytes) -> Policy:
    """Return the policy that a file states; raise Malformed naming the line."""
    if len(data) > MAX_POLICY_BYTES:
        raise Malformed("policy too long")
    if re.search(rb"[^\t\n\x20-\x7e\x80-\xff]", data):
        raise Malformed("policy with a control character")
    builder = _Builder()
    # Latin-1 keeps every octet apart, as the specification asks
    for number, line in enumerate(data.decode("latin-1").split("\n"), start=1):
        words = re.findall(r"[^ \t]+", line)
        if words and not words[0].startswith("#"):
            try:
                builder.add(words)
            except Malformed as error:
                raise Malformed(f"policy line {number}: {error}") from None
    return builder.finish()


class _Builder:
    def __init__(self) -> None:
        self.logs: list[VerifierKey] = []
        self.witnesses: dict[str, VerifierKey] = {}
        self.groups: dict[str, Group] = {}
        self.used: set[str] = set()
        self.log_keys: set[bytes] = set()
        self.witness_keys: set[bytes] = set()
        self.quorum: str | None = None

    def add(self, words: list[str]) -> None:
        match words:
            case ["log", vkey] | ["log", vkey, _]:
                self.logs.append(self._key(vkey, (SIGNATURE, ML_DSA), self.log_keys))
            case ["witness", name, vkey] | ["witness", name, vkey, _]:
                self._new_name(name)
                self.witnesses[name] = self._key(vkey, (COSIGNATURE, ML_DSA), self.witness_keys)
            case ["group", name, count, *members] if members:
                self._new_name(name)
                for member in members:
                    if not self._known(member) or member in self.used:
                        raise Malformed("group member that is unknown or used before")
                    self.used.add(member)
                self.groups[name] = Group(threshold=_threshold(count, len(members)), members=tuple(members))
            case ["quorum", name] if self.quorum is None and (name == NONE or self._known(name)):
                self.quorum = name
            case _:
                raise Malformed("not understood")

    def _known(self, name: str) -> bool:
        return name in self.witnesses or name in self.groups

    def _new_name(self, name: str) -> None:
        if name == NONE or self._known(name):
            raise Malformed("name that is taken")

    @staticmethod
    def _key(vkey: str, kinds: tuple[int, ...], before: set[bytes]) -> VerifierKey:
        try:
            key = parse_verifier_key(vkey.encode("latin-1").decode("utf-8"))
        except UnicodeDecodeError:
            raise Malformed("key name that is not UTF-8") from None
        if key.kind not in kinds:
            raise Malformed("key of a type that can't sign this")
        if key.public_key in before:
            raise Malformed("public key that stands there before")
        before.add(key.public_key)
        return key

    def finish(self) -> Policy:
        if self.quorum is None:
            raise Malformed("policy without a quorum")
        return Policy(logs=tuple(self.logs), witnesses=self.witnesses, groups=self.groups, quorum=self.quorum)


def _threshold(word: str, members: int) -> int:
    if word in ("any", "all"):
        return 1 if word == "any" else members
    if not re.fullmatch("[1-9][0-9]{0,5}", word) or int(word) > members:
        raise Malformed("threshold outside 1..number of members")
    return int(word)
