"""Which logs a person trusts: for each board's URL the key and the witnesses, decided once.

Spec: C2SP tlog-policy; docs/remote.md.

Idea: a URL leads to whoever answers there, so the log's key has to come from somewhere else, and is pinned here by
`evote board trust`, as a policy file. Beside it lies the memory of the checkpoints that were seen, one for all boards:
two copies of one log that contradict each other are noticed.

Invariants: a key that is pinned for a URL is never replaced by another; one program at a time writes the memory.
"""

from __future__ import annotations

import fcntl
import os
import time
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Final

from evote.board.files import make_folders, replace_file, reported
from evote.cli.files import read_input, write_public
from evote.cli.output import Output
from evote.client.evidence import evidence_from_notes
from evote.client.freshness import stale_since
from evote.client.memory import CheckpointMemory
from evote.client.reader import RecordReader
from evote.errors import ConfigurationError, EquivocationError, EvoteError, VerificationError
from evote.log.evidence import encode_evidence
from evote.log.key import format_verifier_key
from evote.log.policy import Policy
from evote.log.policy_text import MAXIMUM_POLICY_BYTES, format_policy, parse_policy
from evote.texts.moments import format_moment

HOME_VARIABLE: Final = "EVOTE_HOME"
DEFAULT_HOME: Final = "~/.evote"


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustedBoard:
    """A board's URL with the policy that everything of it has to satisfy."""

    url: str
    policy: Policy

    def remember(self, reader: RecordReader) -> None:
        """Compare a record's checkpoint with those seen before, and keep it; raise as `CheckpointMemory.remember`.

        Where two contradict each other, both are written into the folder, with the file that proves it if there is one.
        """
        folder = _home()
        make_folders(folder)
        with reported(folder), (folder / "lock").open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            try:
                CheckpointMemory(folder / "checkpoints.json").remember(reader.witnessed, reader.consistency_proof)
            except EquivocationError as error:
                replace_file(folder / "equivocation-1.note", error.first)
                replace_file(folder / "equivocation-2.note", error.second)
                keys = [log.key for log in self.policy.logs]
                try:
                    # With the tiles, now: a log that was caught may show them to nobody any more.
                    evidence = evidence_from_notes(error.first, error.second, keys, reader.tree)
                except EvoteError:
                    evidence = None
                if evidence is not None:
                    replace_file(folder / "equivocation.evidence", encode_evidence(evidence))
                raise

    def notice_age(self, reader: RecordReader, out: Output) -> None:
        """Tell the reader where what the board shows is old."""
        since = stale_since(self.policy, reader.witnessed, time.time())
        if since is not None:
            out.notice("record_stale", moment=format_moment(since))


def find_trusted(url: str) -> TrustedBoard:
    """Return the board at a URL as it is trusted; raise ConfigurationError `board.not_trusted`."""
    path = _policy_path(url)
    if not path.exists():
        raise ConfigurationError("board.not_trusted", f"no key of a log is trusted for {url} yet", url=url)
    return TrustedBoard(url=url.rstrip("/"), policy=parse_policy(read_input(path, MAXIMUM_POLICY_BYTES + 1)))


def trust_board(url: str, policy: Policy) -> bool:
    """Pin the policy, whose one log is the board's; return whether it was another or none before.

    A second key may be added. Raise VerificationError `board.key_changed` where a key is pinned for the URL that is not
    among the policy's.
    """
    path = _policy_path(url)
    if path.exists():
        known = find_trusted(url).policy
        old, new = (_keys_of(one) for one in (known, policy))
        if not set(old) <= set(new):
            raise VerificationError(
                "board.key_changed",
                f"the key trusted for {url} is {', '.join(old)}, not {', '.join(new)}. A log's key never changes; if "
                f"another log is really meant, remove {path}",
                path=path,
            )
        if known == policy:
            return False
    write_public(path, format_policy(policy))
    return True


def _keys_of(policy: Policy) -> list[str]:
    return sorted(format_verifier_key(log.key) for log in policy.logs)


def _home() -> Path:
    return Path(os.environ.get(HOME_VARIABLE) or DEFAULT_HOME).expanduser()


def _policy_path(url: str) -> Path:
    return _home() / "boards" / f"{sha256(url.rstrip('/').encode()).hexdigest()[:16]}.policy"
