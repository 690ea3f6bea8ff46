"""The auditor's command: ``evote-verify RECORD``.

*Exit codes*: 0 verified; 1 a false statement (some row FAIL); 2 unreadable input, usage, or rows that could not
be evaluated without any FAIL; 3 a bug of this program; 4 the machine failed (disk, worker); 130 interrupted.
"""

import argparse
import os
import re
import sys
from collections.abc import Sequence
from pathlib import Path

from verifier.engine import VERSION, Options, verify
from verifier.errors import RecordUnreadable, Unavailable, UsageError
from verifier.findings import Report, Status
from verifier.report_html import render_html
from verifier.report_json import render_json
from verifier.report_text import render_text

VERIFIED, FALSE, UNREADABLE, BUG, UNAVAILABLE, INTERRUPTED = 0, 1, 2, 3, 4, 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="evote-verify",
        description="Verify the record of an election: everything it states, from its bytes alone.",
        epilog="Exit codes: 0 verified, 1 a false statement, 2 unreadable or not evaluated, 3 a bug, 4 unavailable.",
    )
    parser.add_argument("record", metavar="RECORD", help="folder or zip archive")
    parser.add_argument("--election", metavar="ID", help="election id (64 hexadecimal digits), if the log has several")
    parser.add_argument("--log-key", metavar="VKEY", help="the log's verifier key; beats the record's own policy")
    parser.add_argument("--policy", metavar="FILE", help="policy with the log's key, witnesses and quorum")
    parser.add_argument(
        "--earlier", metavar="CHECKPOINTFILE", action="append", default=[], help="checkpoint seen before (repeatable)"
    )
    parser.add_argument(
        "--receipt", metavar="FILE", action="append", default=[], help="receipt to find in the log (repeatable)"
    )
    parser.add_argument("--json", action="store_true", help="write the report as JSON to standard output")
    parser.add_argument("--report", metavar="FILE.html", help="write the report as an HTML page")
    parser.add_argument("--language", choices=("en", "ko"), default="en", help="language of the text summary")
    parser.add_argument("--workers", metavar="N", type=int, default=os.cpu_count() or 1, help="processes (all cores)")
    parser.add_argument("--scratch", metavar="DIR", help="folder for working files (about 1 KB a ballot and option)")
    parser.add_argument("--quiet", action="store_true", help="no progress line")
    parser.add_argument("--version", action="version", version=f"evote-verify {VERSION}")
    return parser


def _options(arguments: argparse.Namespace) -> Options:
    election: str | None = arguments.election
    if election is not None and not re.fullmatch("[0-9a-f]{64}", election):
        raise UsageError("--election: not 64 lower-case hexadecimal digits")
    if not 1 <= arguments.workers <= 1024:
        raise UsageError("--workers: not in 1..1024")
    if arguments.scratch is not None and not Path(arguments.scratch).is_dir():
        raise UsageError("--scratch: no such folder")
    return Options(
        record=arguments.record,
        election=bytes.fromhex(election) if election is not None else None,
        log_key=arguments.log_key,
        policy=arguments.policy,
        earlier=tuple(arguments.earlier),
        receipts=tuple(arguments.receipt),
        workers=arguments.workers,
        scratch=arguments.scratch,
        quiet=arguments.quiet,
    )


def exit_code(report: Report) -> int:
    """Return the exit code of a report."""
    if report.verified:
        return VERIFIED
    failed = any(finding.status is Status.FAIL for finding in report.findings)
    return FALSE if failed else UNREADABLE


def main(argv: Sequence[str]) -> int:
    """Run the command with its arguments and return its exit code."""
    try:
        arguments = _parser().parse_args(argv)
    except SystemExit as stop:
        return UNREADABLE if stop.code else VERIFIED
    try:
        report = verify(_options(arguments))
        if arguments.report:
            _write(arguments.report, render_html(report))
        sys.stdout.write(render_json(report) if arguments.json else render_text(report, arguments.language))
        sys.stdout.flush()
        return exit_code(report)
    except KeyboardInterrupt:
        return _complain("interrupted; nothing is verified", INTERRUPTED)
    except (UsageError, RecordUnreadable) as error:
        return _complain(str(error), UNREADABLE)
    except Unavailable as error:
        return _complain(str(error), UNAVAILABLE)
    except Exception as error:  # noqa: BLE001 - 2026-11-22: whatever happens, the program must not look like a pass
        return _complain(f"a bug of this program, nothing is verified: {type(error).__name__}: {error}"[:500], BUG)


def _write(path: str, text: str) -> None:
    try:
        Path(path).write_text(text, encoding="utf-8")
    except OSError as error:
        raise UsageError(f"--report: {error}") from None


def _complain(message: str, code: int) -> int:
    printable = "".join(c if c.isprintable() or c == "\n" else "?" for c in message)
    sys.stderr.write(f"error: {printable}\n")
    return code


def run() -> None:
    """Run the command as a program."""
    sys.exit(main(sys.argv[1:]))
