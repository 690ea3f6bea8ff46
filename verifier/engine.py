"""One verification from beginning to end: which check runs when, and what each hands to the next.

*Spec*: docs/protocol.md, section 12; docs/verifying.md.

*Idea*: Entries first (small, they rebuild the tree and say who wrote what where), then the election
(``verifier/election_run.py``). The checkpoint that is read first decides how long the log is, whatever is added to the
record meanwhile.
"""

import sqlite3
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import Executor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from verifier.anchors import check_anchors
from verifier.checks.checkpoint import (
    Prefixes,
    check_earlier,
    check_quorum,
    check_signature,
    signature_problem,
    witnessed,
)
from verifier.checks.entries import EntryPass
from verifier.checks.receipts import check_receipts, describe_receipts
from verifier.cluster import Cluster, cluster
from verifier.crew import Borrowed, Hands, InProcess
from verifier.election_run import ElectionRun, Log
from verifier.errors import Malformed, RecordUnreadable, Unavailable, UsageError
from verifier.findings import AnchorSummary, LogSummary, ReceiptSummary, Report, Summary
from verifier.job import Job
from verifier.layout import Layout, other_files, read_layout
from verifier.ledger import Ledger
from verifier.loader import Loader, elections_in
from verifier.note import MAX_NOTE_BYTES, Checkpoint, parse_checkpoint
from verifier.payloads import PayloadCursor
from verifier.processes import processes
from verifier.program import VERSION
from verifier.progress import Progress
from verifier.reader import Record, is_url, open_record, read_file, record_name
from verifier.rows import NOT_IN_PROFILE
from verifier.scratch import open_scratch
from verifier.state import Remembered, State, difference, open_state
from verifier.trust import EarlierCheckpoint, Trust, load_earlier, load_receipts, load_trust
from verifier.worker import dismiss


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What the auditor asked for."""

    record: str
    election: bytes | None = None
    log_keys: tuple[str, ...] = ()
    policy: str | None = None
    earlier: tuple[str, ...] = ()
    receipts: tuple[str, ...] = ()
    anchors: tuple[str, ...] = ()
    anchor_roots: str | None = None
    anchor_node: str | None = None
    workers: int = 1
    cluster: str | None = None
    state: str | None = None
    scratch: str | None = None
    quiet: bool = True


def verify(options: Options, executor: Executor | None = None) -> Report:
    """Verify a record; ``executor`` takes the place of processes or cluster, and ``workers`` tells its size.

    Raise UsageError or RecordUnreadable where there is nothing to verify, Unavailable where a disk or network fails.
    """
    with ExitStack() as stack:
        state = stack.enter_context(open_state(options.state)) if options.state is not None else None
        client = stack.enter_context(cluster(options.cluster)) if options.cluster is not None else None
        try:
            with tempfile.TemporaryDirectory(prefix="evote-verify-", dir=options.scratch) as folder:
                return _Run(options, Path(folder), state, _Engine(options.workers, client, executor)).run()
        except (sqlite3.OperationalError, OSError) as error:
            raise Unavailable(f"working files: {error}") from error


class _Engine:
    """Opens the hands that the auditor asked for."""

    def __init__(self, workers: int, client: Any, executor: Executor | None) -> None:
        self._client, self._executor = client, executor
        self.workers = max(sum(client.nthreads().values()), 1) if client is not None else workers

    @contextmanager
    def hands(self, job: Job, tasks: int) -> Iterator[Hands]:
        """Lend hands for a job of about so many tasks."""
        if self._executor is not None:
            yield Borrowed(self._executor, job, self.workers)
        elif self._client is not None:
            yield Cluster(self._client, job)
        elif self.workers == 1 or tasks <= 1:
            try:
                yield InProcess(job)
            finally:
                dismiss()
        else:
            with processes(job, self.workers) as hands:
                yield hands


class _Run:
    def __init__(self, options: Options, folder: Path, state: State | None, engine: _Engine) -> None:
        self._options, self._folder, self._state, self._engine = options, folder, state, engine
        self._start = time.monotonic()
        self._ledger = Ledger()
        self._receipts: tuple[ReceiptSummary, ...] = ()
        for row, why in NOT_IN_PROFILE.items():
            self._ledger.absent(row, why)

    def run(self) -> Report:
        """Do everything."""
        path = self._options.record
        # machines of a cluster have working folders of their own
        record = open_record(path if self._options.cluster is None or is_url(path) else str(Path(path).absolute()))
        trust = load_trust(record, self._options.log_keys, self._options.policy)
        data = read_file(record, "checkpoint", MAX_NOTE_BYTES)
        try:
            checkpoint = parse_checkpoint(data)
        except Malformed as error:
            # without a size nothing else of a log can be read
            raise RecordUnreadable(f"checkpoint: {error}") from None
        anchors = self._check_anchors(checkpoint)
        layout = read_layout(record, checkpoint.size)
        check_signature(checkpoint, trust, self._ledger)
        witnesses = check_quorum(checkpoint, trust, self._ledger)
        database = open_scratch(self._folder / "scratch.sqlite")
        try:
            summary = self._verify_log(record, layout, checkpoint, data, trust, database)
        finally:
            database.close()
        return Report(
            program_version=VERSION,
            record=record_name(path),
            log=LogSummary(
                origin=checkpoint.origin,
                size=checkpoint.size,
                root=checkpoint.root.hex(),
                key_source=trust.key_source,
                policy_source=trust.policy_source,
                witnesses=witnesses,
                witnessed=witnessed(checkpoint, trust),
                other_files=other_files(layout),
            ),
            summary=summary,
            findings=self._ledger.findings(),
            seconds=time.monotonic() - self._start,
            receipts=self._receipts,
            anchors=anchors,
        )

    def _check_anchors(self, checkpoint: Checkpoint) -> tuple[AnchorSummary, ...]:
        """Check anchors before the long work: what is missing for it is better known at once."""
        options = self._options
        earlier = load_earlier(list(options.earlier)) if options.anchors else ()
        named = [("", checkpoint), *((item.name, item.content) for item in earlier if item.content is not None)]
        return check_anchors(options.anchors, options.anchor_roots, options.anchor_node, named)

    def _verify_log(
        self,
        record: Record,
        layout: Layout,
        checkpoint: Checkpoint,
        data: bytes,
        trust: Trust,
        database: sqlite3.Connection,
    ) -> Summary | None:
        earlier, receipts = load_earlier(list(self._options.earlier)), load_receipts(list(self._options.receipts))
        remembered = self._state.remembered if self._state is not None else None
        if remembered is not None:
            earlier = (*earlier, EarlierCheckpoint(name="checkpoint", content=remembered.checkpoint))
        others = [item.content for item in earlier if item.content is not None]
        others += [item.content.checkpoint for item in receipts if item.content is not None]
        indices = [item.content.index for item in receipts if item.content is not None]
        progress = Progress("entries", checkpoint.size, quiet=self._options.quiet)
        entries = EntryPass(record, layout, database, self._ledger)
        prefixes = entries.run(checkpoint, [point.size for point in others], indices, progress)
        progress.finish()
        check_earlier(earlier, trust, prefixes, self._ledger)
        proven = check_receipts(receipts, trust, prefixes, self._ledger)
        scope = self._choose(database)
        election = scope if scope in elections_in(database) else b""
        state = self._continue_state(checkpoint, data, trust, prefixes, entries, election)
        log = Log(
            record=record,
            size=prefixes.size,
            layout=layout,
            bundles=entries.bundles,
            points=(checkpoint, *(point for point in others if prefixes.roots.get(point.size) == point.root)),
            trust=trust,
        )
        loader = Loader(database, PayloadCursor(record, checkpoint.size), scope or bytes(32), self._ledger)
        loader.load()
        run = ElectionRun(log, loader, database, self._folder, self._ledger, state)
        summary = run.run(self._engine.hands, self._engine.workers, quiet=self._options.quiet)
        self._receipts = describe_receipts(
            database, proven, loader.election.scope, counted=summary is not None, ledger=self._ledger
        )
        return summary

    def _choose(self, database: sqlite3.Connection) -> bytes:
        """Return the election id to verify: the one asked for, or the only one in the log; empty for none."""
        found = elections_in(database)
        if self._options.election is not None:
            if self._options.election not in found:
                self._ledger.failed("L.J", "no election.manifest of this election in the log")
            return self._options.election
        if len(found) > 1:
            names = "\n  ".join(name.hex() for name in found)
            raise UsageError(f"the log holds several elections; choose one with --election:\n  {names}")
        if not found:
            self._ledger.failed("L.J", "no election in the log")
            return b""
        return found[0]

    def _continue_state(
        self,
        checkpoint: Checkpoint,
        data: bytes,
        trust: Trust,
        prefixes: Prefixes,
        entries: EntryPass,
        election: bytes,
    ) -> State | None:
        """Return the state if the log goes on from what it remembers, and remember this checkpoint from now on.

        Where the log contradicts it (row L.E has failed then), keep both checkpoints and leave the state as it is.
        """
        state = self._state
        if state is None:
            return None
        known = state.remembered
        if known is not None and known.checkpoint.origin != checkpoint.origin:
            raise UsageError(f"--state: it is of the log {known.checkpoint.origin!r}, not of {checkpoint.origin!r}")
        if signature_problem(checkpoint, trust):
            # nothing that the log has said
            return None
        if known is not None and (words := _contradiction(known, checkpoint, trust, prefixes, entries)):
            state.accuse(data, words)
            return None
        if prefixes.roots.get(checkpoint.size) != checkpoint.root:
            return None
        state.claim(election)
        state.remember(data, checkpoint, entries.edges[checkpoint.size], election)
        return state


def _contradiction(
    known: Remembered, checkpoint: Checkpoint, trust: Trust, prefixes: Prefixes, entries: EntryPass
) -> str:
    """Return how a log contradicts what is remembered of it, empty where it does not."""
    there = known.checkpoint
    if problem := signature_problem(there, trust):
        return f"what is remembered: {problem}"
    if checkpoint.size < there.size:
        return f"the log had {there.size} entries and has {checkpoint.size} now"
    if checkpoint.size == there.size and checkpoint.root != there.root:
        return f"two roots at size {there.size}"
    root = prefixes.roots.get(there.size)
    if root is None or root == there.root:
        return ""
    return difference(known.edge, entries.edges[there.size].parts())
