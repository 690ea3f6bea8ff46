"""The server that load is put on, as a process of its own: `python -m benchmarks.served_board FOLDER RULES WITNESSES`.

RULES is `plain` (any signed statement) or `elections`. It is the server that `evote serve` starts, with limits on rates
that one machine can't reach. Its first line of output is one JSON object: URL and process ids.
"""

from __future__ import annotations

import json
import os
import sys
from collections import deque
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

from evote.board.admission import Admission, BallotSource, Candidate, Derived, Posting, StoredEntry
from evote.board.election_admission import ElectionAdmission
from evote.board.keys import load_signer
from evote.cli.local_witnesses import local_witnesses
from evote.election.state import ElectionState
from evote.errors import EvoteError, PolicyError
from evote.log.merkle import leaf_hash
from evote.log.statement import decode_statement, verify_statement
from evote.serve.journal import Journal
from evote.serve.server import default_workers, listen, open_service, run_service
from evote.serve.settings import Settings

UNLIMITED = replace(
    Settings(),
    statements_rate=1e6,
    statements_burst=10**7,
    reads_rate=1e6,
    reads_burst=10**7,
    pool_statements=10_000,
    connections=5000,
    connections_per_address=5000,
)


class PlainAdmission:
    """The rules of a log without elections: a statement is admitted if its payload and its signature are right."""

    elections: Sequence[bytes] = ()

    def is_ballot(self, posting: Posting) -> bool:
        """Only what says that it is one is shuffled."""
        return decode_statement(posting.statement).kind.startswith("ballot.")

    def examine(self, postings: Sequence[Posting]) -> Sequence[Candidate | EvoteError]:
        """Verify payload hash and signature."""
        return [self._examine(one) for one in postings]

    def check(self, candidate: Candidate) -> None:
        """There is no state."""

    def apply(self, candidate: Candidate) -> None:
        """There is no state."""

    def restore(self, posting: Posting, derived: Derived | None) -> Candidate:
        """Return the candidate without verifying anything."""
        author = decode_statement(posting.statement).author
        return Candidate(
            posting=posting, leaf_hash=leaf_hash(posting.statement), author=author, content=None, derived=derived
        )

    def derive(self, posting: Posting) -> Derived | None:
        """Nothing is stored beside a statement."""

    def replay(self, entries: Iterable[StoredEntry], ballots: BallotSource) -> None:
        """Read them all."""
        self._ballots = ballots
        deque(entries, maxlen=0)

    def state(self, scope: bytes) -> ElectionState:
        """There are no elections here."""
        raise PolicyError("admission.no_manifest", f"no election {scope.hex()}")

    def close(self) -> None:
        """There is nothing to close."""

    def _examine(self, posting: Posting) -> Candidate | EvoteError:
        try:
            statement = decode_statement(posting.statement)
            verify_statement(statement, posting.payload)
        except EvoteError as error:
            return error
        return Candidate(posting=posting, leaf_hash=leaf_hash(posting.statement), author=statement.author, content=None)


def main(folder: str, rules: str, witnesses: str) -> None:
    """Serve until told to stop."""
    admission: Admission = (
        PlainAdmission() if rules == "plain" else ElectionAdmission(default_workers(), minimum_shared=0)
    )
    listener = listen("127.0.0.1", 0)
    with ExitStack() as stack:
        policy = None
        if int(witnesses):
            key = load_signer(Path(folder)).key
            policy = stack.enter_context(local_witnesses(Path(folder), int(witnesses), (key,), 0))
        with (Path(folder) / "server.log").open("a") as log:
            service = open_service(
                Path(folder), admission=admission, settings=UNLIMITED, journal=Journal(log), policy=policy
            )

            def ready() -> None:
                url = f"http://127.0.0.1:{listener.getsockname()[1]}"
                print(json.dumps({"url": url, "pid": os.getpid()}), flush=True)

            run_service(service, listener, on_ready=ready)


if __name__ == "__main__":
    main(*sys.argv[1:])
