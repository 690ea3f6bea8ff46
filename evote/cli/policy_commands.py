"""`evote policy`: write a trust policy, and say what one withstands.

Spec: C2SP tlog-policy (main, 2026-06).
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Annotated, Final

import typer

from evote.cli.command import command, new_app
from evote.cli.files import read_input, write_public
from evote.cli.output import Output
from evote.errors import ConfigurationError
from evote.log.key import format_verifier_key, parse_verifier_key
from evote.log.policy import NO_QUORUM, Policy, PolicyGroup, PolicyLog, PolicyWitness
from evote.log.policy_text import MAXIMUM_POLICY_BYTES, format_policy, parse_policy
from evote.log.policy_tolerance import advised_threshold, find_weakness

QUORUM_NAME: Final = "quorum"

app = new_app("Trust policies: witnesses and quorum")

PolicyFile = Annotated[Path, typer.Argument(metavar="FILE", help="The policy file.")]


@command(app, "create", "Write a policy, by default like 4 of 5")
def create(
    out: Output,
    file: PolicyFile,
    log_key: Annotated[list[str], typer.Option("--log-key", metavar="VKEY", help="Key of the log; may be repeated.")],
    witness: Annotated[
        list[str], typer.Option("--witness", metavar='"VKEY [URL]"', help="Key of a witness and its address; repeat.")
    ],
    threshold: Annotated[
        int | None, typer.Option("--threshold", min=1, help="How many must cosign; by default more than two thirds.")
    ] = None,
    log_url: Annotated[str, typer.Option("--log-url", help="Address of the log.")] = "",
) -> None:
    """Write the policy of one quorum over all witnesses, and say what it withstands."""
    if file.exists():
        raise ConfigurationError("policy.exists", f"{file} exists and is not overwritten")
    witnesses = tuple(_read_witness(text) for text in witness)
    count = threshold or advised_threshold(len(witnesses))
    policy = Policy(
        logs=tuple(PolicyLog(key=parse_verifier_key(key), url=log_url) for key in log_key),
        witnesses=witnesses,
        groups=(PolicyGroup(name=QUORUM_NAME, threshold=count, members=tuple(one.name for one in witnesses)),),
        quorum=QUORUM_NAME,
    )
    write_public(file, format_policy(policy))
    out.say("policy_written", file=file)
    _report(out, policy)


@command(app, "check", "Say what a policy withstands")
def check(out: Output, file: PolicyFile) -> None:
    """Print keys, groups and quorum, and how many malicious and offline witnesses are tolerated."""
    policy = parse_policy(read_input(file, MAXIMUM_POLICY_BYTES + 1))
    for log in policy.logs:
        out.say("policy_log", key=format_verifier_key(log.key))
    for one in policy.witnesses:
        out.say("policy_witness", name=one.name, key=format_verifier_key(one.key))
    for group in policy.groups:
        out.say("policy_group", name=group.name, threshold=group.threshold, members=", ".join(group.members))
    _report(out, policy)


def _read_witness(text: str) -> PolicyWitness:
    fields = text.split()
    if not 1 <= len(fields) <= 2:
        raise ConfigurationError("policy.bad_witness", "a witness is given as its key, and its address after a space")
    key = parse_verifier_key(fields[0])
    return PolicyWitness(name=key.name, key=key, url="".join(fields[1:]))


def _report(out: Output, policy: Policy) -> None:
    weakness = find_weakness(policy)
    malicious, offline = weakness.tolerance.malicious, weakness.tolerance.offline
    out.say("policy_quorum", quorum=policy.quorum)
    if policy.quorum == NO_QUORUM:
        out.notice("policy_no_quorum")
    else:
        if malicious < 0:
            out.notice("policy_split")
        else:
            out.say("policy_malicious", count=malicious, names=", ".join(weakness.splitting))
        out.say("policy_offline", count=offline, names=", ".join(weakness.blocking))
        if malicious == 0:
            out.notice("policy_majority")
    for name, count in Counter(one.key.name for one in policy.witnesses).items():
        if count > 1:
            out.notice("policy_same_owner", name=name)
    out.result(
        logs=[format_verifier_key(log.key) for log in policy.logs],
        witnesses={one.name: format_verifier_key(one.key) for one in policy.witnesses},
        groups={group.name: {"threshold": group.threshold, "members": group.members} for group in policy.groups},
        quorum=policy.quorum,
        malicious_tolerated=max(malicious, 0),
        is_split_without_malice=malicious < 0,
        offline_tolerated=offline,
        splitting=weakness.splitting,
        blocking=weakness.blocking,
    )
