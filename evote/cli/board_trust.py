"""`evote board trust`: deciding which key and which witnesses a board's URL stands for.

Idea: the key comes from the person, or is shown to the person; the board is asked once whether it satisfies it all.

Invariants: nothing is pinned that the board's checkpoint does not satisfy now.
"""

from __future__ import annotations

from collections.abc import Sequence
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
from evote.log.policy import log_keys as log_keys_in
from evote.log.policy_text import MAXIMUM_POLICY_BYTES, parse_policy

POLICY_PATH = "policy"


def choose_policy(out: Output, url: str, log_keys: Sequence[str], policy: Path | None, *, yes: bool) -> Policy:
    """Return the policy to pin: the log's keys, and the witnesses and quorum of a policy file if one is given.

    One of the keys is Ed25519; the ML-DSA-44 key is pinned where it is given, alone or in the file.

    Raise ConfigurationError `board.no_key`, VerificationError where the board's checkpoint does not satisfy it, and
    typer.Abort where the key is not confirmed.
    """
    check_board_url(url)
    given = parse_policy(read_input(policy, MAXIMUM_POLICY_BYTES + 1)) if policy is not None else Policy()
    with HttpSource(url, attempts=ATTEMPTS) as source:
        note = source.read(CHECKPOINT_PATH)
        origin = read_checkpoint(note).origin
        if log_keys or given.logs:
            keys = _keys_of([parse_verifier_key(text) for text in log_keys], given, origin)
        else:
            keys = _keys_of((), parse_policy(source.read(POLICY_PATH)), origin)
            if not yes:
                typer.confirm(out.text("ask_log_key", key=format_verifier_key(keys[0])), abort=True, err=True)
    chosen = replace(given, logs=tuple(PolicyLog(key=key) for key in keys))
    open_witnessed(note, chosen)
    return chosen


def _keys_of(given: Sequence[VerifierKey], policy: Policy, origin: str) -> list[VerifierKey]:
    """Return the log's Ed25519 key and after it any others; of a type that is given, none of the policy counts."""
    types = {key.algorithm for key in given}
    keys = [*given, *(key for key in log_keys_in(policy, origin) if key.algorithm not in types)]
    plain = [key for key in keys if key.algorithm == ED25519]
    if len(plain) != 1:
        raise ConfigurationError(
            "board.no_key",
            f"{len(plain)} Ed25519 keys of the log {origin!r} are given: give one with --log-key",
            origin=origin,
        )
    return sorted(keys, key=lambda key: key.algorithm)
