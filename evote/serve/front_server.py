"""Opening a front end for serving: everything of a served board but the log's keys and its witnesses.

Spec: docs/http.md section 10.

Idea: the same application with another thread behind it.
"""

from __future__ import annotations

from pathlib import Path

from evote.board.admission import Admission
from evote.board.board import RECORD_NAME
from evote.board.database import has_database, is_shared
from evote.board.front_end import FrontEnd
from evote.errors import BoardError, ConfigurationError
from evote.serve.clock import Clock
from evote.serve.examiner import Examiner
from evote.serve.front_writer import FrontWriter
from evote.serve.journal import Journal
from evote.serve.limits import Budget, RateLimit
from evote.serve.metrics import Metrics
from evote.serve.proofs import GrowthProofs
from evote.serve.server import CACHE_NAME, report_jump
from evote.serve.service import Service
from evote.serve.settings import Settings
from evote.serve.shared_record import SharedRecord


def open_front_end(folder: Path, *, admission: Admission, settings: Settings, journal: Journal) -> Service:
    """Open a front end of the board in a folder, which needs `database.url` and `record` alone; nothing runs yet.

    Raise ConfigurationError `serve.not_shared` where the board has a database of its own, BoardError `serve.no_record`,
    or as `FrontEnd.open`.
    """
    if not has_database(folder):
        raise BoardError("board.missing", f"there is no board in {folder}; with --database DSN one is named")
    if not is_shared(folder):
        raise ConfigurationError(
            "serve.not_shared", f"the board in {folder} is not on PostgreSQL, and has no front ends", folder=folder
        )
    metrics = Metrics()
    journal.on_drop = metrics.journal_dropped.inc
    clock = Clock(on_jump=lambda seconds: report_jump(metrics, journal, seconds))
    examiner = Examiner(admission)
    front_end = FrontEnd.open(folder, admission=examiner, follows_ballots=True)
    try:
        front_end.follow()
        record_folder = folder / RECORD_NAME
        record = SharedRecord(record_folder, front_end.origin, front_end.verifier_key)
        writer = FrontWriter(
            front_end, examiner, record, settings=settings, clock=clock, metrics=metrics, journal=journal
        )
    except BaseException:
        front_end.close()
        raise
    return Service(
        record_folder=record_folder,
        cache_folder=folder / CACHE_NAME,
        writer=writer,
        cosigner=None,
        proofs=GrowthProofs(record_folder),
        settings=settings,
        clock=clock,
        metrics=metrics,
        journal=journal,
        statements_limit=RateLimit(settings.statements_rate, settings.statements_burst, clock.monotonic),
        reads_limit=RateLimit(settings.reads_rate, settings.reads_burst, clock.monotonic),
        bodies=Budget(settings.bodies_bytes),
        elections_cache=[],
    )
