"""`evote board trust`: deciding which key and which witnesses a board's URL stands for.

Idea: the key comes from the person, or is shown to the person; the board is asked once whether it satisfies it all.

Invariants: nothing is pinned that the board's checkpoint does not satisfy now.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import typer

from evote.cli.files import read_input
from evote.cli.output import Output
from evote.client.http_board import check_board_url
from evote.client.http_source import ATTEMPTS, HttpSource
from evote.client.reader import CHECKPOINT_PATH
from evote.errors import ConfigurationError
from evote.log.checkpoint import read_checkpoint
from evote.log.key import ED25519, VerifierKey, format_verifier_key, parse_verifier_key
from evote.log.policy import Policy, PolicyLog, open_witnessed
from evote.log.policy_text import MAXIMUM_POLICY_BYTES, parse_policy

POLICY_PATH = "policy"


def choose_policy(out: Output, url: str, log_key: str | None, policy: Path | None, *, yes: bool) -> Policy:
    """Return the policy to pin: one Ed25519 log key, and the witnesses and quorum of a policy file if one is given.

    Raise ConfigurationError `board.no_key`, VerificationError where the board's checkpoint does not satisfy it, and
    typer.Abort where the key is not confirmed.
    """
    check_board_url(url)
    given = parse_policy(read_input(policy, MAXIMUM_POLICY_BYTES + 1)) if policy is not None else Policy()
    with HttpSource(url, attempts=ATTEMPTS) as source:
        note = source.read(CHECKPOINT_PATH)
        origin = read_checkpoint(note).origin
        if log_key is not None:
            key = parse_verifier_key(log_key)
        elif given.logs:
            key = _key_of(given, origin)
        else:
            key = _key_of(parse_policy(source.read(POLICY_PATH)), origin)
            if not yes:
                typer.confirm(out.text("ask_log_key", key=format_verifier_key(key)), abort=True, err=True)
    chosen = replace(given, logs=(PolicyLog(key=key),))
    open_witnessed(note, chosen)
    return chosen


def _key_of(policy: Policy, origin: str) -> VerifierKey:
    keys = [log.key for log in policy.logs if log.key.name == origin and log.key.algorithm == ED25519]
    if len(keys) != 1:
        raise ConfigurationError(
            "board.no_key",
            f"the policy has {len(keys)} Ed25519 keys of the log {origin!r}: give --log-key",
            origin=origin,
        )
    return keys[0]
