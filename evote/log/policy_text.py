"""The text form of trust policies.

Spec: C2SP tlog-policy (main, 2026-06), "Policy file syntax and structure".

Idea: one definition a line, read from the top; every name is defined before it is used, so groups can't be circular.

Invariants: `parse_policy(format_policy(p)) == p`. Reading is strict where other readers are lenient: a comment has a
line of its own, a public key stands once (a log is not its own witness), no two keys share name and key ID, and a
member belongs to one group.
"""

from __future__ import annotations

import re
from typing import Final, NoReturn

from evote.errors import EncodingError
from evote.log.encoding import parse_decimal
from evote.log.key import VerifierKey, format_verifier_key, parse_verifier_key
from evote.log.policy import (
    LOG_ALGORITHMS,
    NO_QUORUM,
    WITNESS_ALGORITHMS,
    Policy,
    PolicyGroup,
    PolicyLog,
    PolicyWitness,
)

MAXIMUM_POLICY_BYTES: Final = 2**18
MAXIMUM_DEFINITIONS: Final = 256

_FORBIDDEN: Final = re.compile(rb"[^\t\n\x20-\x7e\x80-\xff]")


def parse_policy(data: bytes) -> Policy:
    """Return the policy of a policy file.

    Raise EncodingError `policy.too_long`, `.bad_octet`, `.bad_line`, `.duplicate_key`, `.duplicate_name`,
    `.bad_algorithm`, `.bad_threshold`, `.undefined_name`, `.repeated_member`, `.no_single_quorum`, or `key.*` for a
    malformed key.
    """
    if len(data) > MAXIMUM_POLICY_BYTES:
        _refuse("too_long", f"a policy of {len(data)} bytes; at most {MAXIMUM_POLICY_BYTES} are read")
    if found := _FORBIDDEN.search(data):
        _refuse("bad_octet", f"octet {found.group()[0]:#04x} at position {found.start()} of the policy")
    reader = _PolicyReader()
    for line in data.decode("utf-8", errors="surrogateescape").split("\n"):
        fields = [field for field in re.split("[ \t]+", line) if field]
        if fields and not fields[0].startswith("#"):
            reader.define(fields)
    return reader.finish()


def format_policy(policy: Policy) -> bytes:
    """Return the policy file of a policy; raise EncodingError as `parse_policy` where it can't be read back."""
    lines = [_join("log", format_verifier_key(log.key), log.url) for log in policy.logs]
    lines += [_join("witness", one.name, format_verifier_key(one.key), one.url) for one in policy.witnesses]
    lines += [_join("group", group.name, str(group.threshold), *group.members) for group in policy.groups]
    lines.append(_join("quorum", policy.quorum))
    try:
        data = "".join(line + "\n" for line in lines).encode("utf-8", errors="surrogateescape")
    except UnicodeEncodeError:
        _refuse("bad_line", "a name or URL of the policy holds a lone surrogate")
    if parse_policy(data) != policy:
        _refuse("bad_line", "a name or URL of the policy holds white space")
    return data


class _PolicyReader:
    def __init__(self) -> None:
        self.logs: list[PolicyLog] = []
        self.witnesses: list[PolicyWitness] = []
        self.groups: list[PolicyGroup] = []
        self.quorums: list[str] = []
        self.names: set[str] = set()
        self.members: set[str] = set()
        self.keys: set[bytes | tuple[str, bytes]] = set()

    def define(self, fields: list[str]) -> None:
        if len(self.logs) + len(self.witnesses) + len(self.groups) >= MAXIMUM_DEFINITIONS:
            _refuse("too_long", f"more than {MAXIMUM_DEFINITIONS} definitions in a policy")
        match fields:
            case ["log", vkey, *url] if len(url) <= 1:
                self._define_log(vkey, "".join(url))
            case ["witness", name, vkey, *url] if len(url) <= 1:
                self._define_witness(name, vkey, "".join(url))
            case ["group", name, threshold, *members] if members:
                self._define_group(name, threshold, tuple(members))
            case ["quorum", name]:
                if name != NO_QUORUM and name not in self.names:
                    _refuse("undefined_name", f"the quorum {name!r} is not defined above it")
                self.quorums.append(name)
            case _:
                _refuse("bad_line", f"the policy line beginning {fields[0][:40]!r} is not a definition")

    def finish(self) -> Policy:
        if len(self.quorums) != 1:
            _refuse("no_single_quorum", f"{len(self.quorums)} quorum lines; a policy has exactly one")
        return Policy(
            logs=tuple(self.logs),
            witnesses=tuple(self.witnesses),
            groups=tuple(self.groups),
            quorum=self.quorums[0],
        )

    def _define_log(self, vkey: str, url: str) -> None:
        key = parse_verifier_key(vkey)
        if key.algorithm not in LOG_ALGORITHMS:
            _refuse("bad_algorithm", f"a log's key is of type 0x01 or 0x06, not {key.algorithm:#04x}")
        self._take_key(key)
        self.logs.append(PolicyLog(key=key, url=url))

    def _define_witness(self, name: str, vkey: str, url: str) -> None:
        key = parse_verifier_key(vkey)
        if key.algorithm not in WITNESS_ALGORITHMS:
            _refuse("bad_algorithm", f"a witness's key is of type 0x04 or 0x06, not {key.algorithm:#04x}")
        self._take_key(key)
        self._define_name(name)
        self.witnesses.append(PolicyWitness(name=name, key=key, url=url))

    def _define_group(self, name: str, threshold: str, members: tuple[str, ...]) -> None:
        for index, member in enumerate(members):
            if member not in self.names:
                _refuse("undefined_name", f"the member {member!r} of group {name!r} is not defined above it")
            if member in self.members or member in members[:index]:
                _refuse("repeated_member", f"{member!r} is a member more than once")
        if threshold in ("any", "all"):
            k = 1 if threshold == "any" else len(members)
        else:
            k = parse_decimal(threshold, f"the threshold of group {name!r}")
        if not 1 <= k <= len(members):
            _refuse("bad_threshold", f"a threshold of {k} for the {len(members)} members of group {name!r}")
        self._define_name(name)
        self.members.update(members)
        self.groups.append(PolicyGroup(name=name, threshold=k, members=members))

    def _define_name(self, name: str) -> None:
        if name == NO_QUORUM or name in self.names:
            _refuse("duplicate_name", f"the name {name!r} is taken")
        self.names.add(name)

    def _take_key(self, key: VerifierKey) -> None:
        # A line names its key by name and key ID; 32 bits are soon found by who wants to be taken for another.
        for taken in (key.public_key, (key.name, key.key_id)):
            if taken in self.keys:
                _refuse("duplicate_key", f"the key of {key.name}, or one of its name and key ID, stands twice")
            self.keys.add(taken)


def _join(*fields: str) -> str:
    return " ".join(field for field in fields if field)


def _refuse(rule: str, message: str) -> NoReturn:
    raise EncodingError(f"policy.{rule}", message)
