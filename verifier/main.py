"""The auditor's command: ``evote-verify RECORD``.

*Exit codes*: 0 verified; 1 a false statement (some row FAIL); 2 unreadable input, usage, rows that could not be
evaluated without any FAIL, or an election that is not finished; 3 a bug of this program; 4 the machine failed (disk,
worker); 130 interrupted.
"""

import argparse
import os
import re
import sys
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import NoReturn

from verifier.engine import Options, verify
from verifier.errors import RecordUnreadable, Unavailable, UsageError
from verifier.findings import Report, Status, Verdict
from verifier.interrupt import orderly_stop
from verifier.korean import in_korean
from verifier.program import VERSION
from verifier.report_file import check_report_path, write_report
from verifier.report_html import render_html
from verifier.report_json import render_json
from verifier.report_text import render_text

VERIFIED, FALSE, UNREADABLE, BUG, UNAVAILABLE, INTERRUPTED = 0, 1, 2, 3, 4, 130


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        self.print_usage(sys.stderr)
        raise UsageError(message)


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="evote-verify",
        description="Verify the record of an election: everything it states, from its bytes alone.",
        epilog="Exit codes: 0 verified, 1 a false statement, 2 unreadable, not evaluated or not finished, 3 a bug, "
        "4 unavailable.",
    )
    parser.add_argument("record", metavar="RECORD", help="folder, zip archive or URL")
    parser.add_argument("--election", metavar="ID", help="election id (64 hexadecimal digits), if the log has several")
    parser.add_argument(
        "--log-key",
        metavar="VKEY",
        action="append",
        default=[],
        help="a verifier key of the log, Ed25519 or ML-DSA-44; beats the record's own policy (repeatable)",
    )
    parser.add_argument("--policy", metavar="FILE", help="policy with the log's key, witnesses and quorum")
    parser.add_argument(
        "--earlier", metavar="CHECKPOINTFILE", action="append", default=[], help="checkpoint seen before (repeatable)"
    )
    parser.add_argument(
        "--receipt", metavar="FILE", action="append", default=[], help="receipt to find in the log (repeatable)"
    )
    parser.add_argument(
        "--anchor",
        metavar="FILE",
        action="append",
        default=[],
        help="receipt of an anchor for a checkpoint (repeatable)",
    )
    parser.add_argument("--anchor-roots", metavar="PEM", help="root certificates of time-stamping authorities")
    parser.add_argument("--anchor-node", metavar="URL", help="node of the chain that an anchor is on")
    parser.add_argument("--json", action="store_true", help="write the report as JSON to standard output")
    parser.add_argument("--report", metavar="FILE.html", help="write the report as an HTML page")
    parser.add_argument("--language", choices=("en", "ko"), help="language of the report and of messages")
    parser.add_argument("--workers", metavar="N", type=int, default=os.cpu_count() or 1, help="processes (all cores)")
    parser.add_argument("--cluster", metavar="ADDRESS", help="scheduler of a Dask cluster that does the work")
    parser.add_argument("--state", metavar="DIR", help="folder that remembers what was verified, to go on from there")
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
        log_keys=tuple(arguments.log_key),
        policy=arguments.policy,
        earlier=tuple(arguments.earlier),
        receipts=tuple(arguments.receipt),
        anchors=tuple(arguments.anchor),
        anchor_roots=arguments.anchor_roots,
        anchor_node=arguments.anchor_node,
        workers=arguments.workers,
        cluster=arguments.cluster,
        state=arguments.state,
        scratch=arguments.scratch,
        quiet=arguments.quiet,
    )


def exit_code(report: Report) -> int:
    """Return the exit code of a report; an anchor's receipt that does not hold is a false statement too."""
    if any(anchor.problem is not None for anchor in report.anchors):
        return FALSE
    if report.verified:
        return VERIFIED
    if report.verdict is Verdict.UNFINISHED:
        return UNREADABLE
    failed = any(finding.status is Status.FAIL for finding in report.findings)
    return FALSE if failed else UNREADABLE


def main(argv: Sequence[str]) -> int:
    """Run the command with its arguments and return its exit code."""
    korean = "--language=ko" in argv or ("--language", "ko") in pairwise(argv)
    try:
        with orderly_stop():
            try:
                arguments = _parser().parse_args(argv)
            except SystemExit as stop:
                # help and version, which were asked for
                return UNREADABLE if stop.code else VERIFIED
            return _run(arguments)
    except KeyboardInterrupt:
        words = "interrupted; nothing is verified"
        if any(word.startswith("--state") for word in argv):
            words += "; finished ranges are kept: run the same command again to go on"
        return _complain(words, INTERRUPTED, korean=korean)
    except (UsageError, RecordUnreadable) as error:
        return _complain(str(error), UNREADABLE, korean=korean)
    except Unavailable as error:
        return _complain(str(error), UNAVAILABLE, korean=korean)
    except (Exception, SystemExit) as error:  # noqa: BLE001 - 2026-11-22: whatever happens, the program must not look like a pass
        words = f"a bug of this program, nothing is verified: {type(error).__name__}: {error}"[:500]
        return _complain(words, BUG, korean=korean)


def _run(arguments: argparse.Namespace) -> int:
    options = _options(arguments)
    if arguments.report:
        files = (options.record, options.policy, options.anchor_roots, *options.earlier, *options.receipts)
        files = (*files, *options.anchors)
        check_report_path(arguments.report, [name for name in files if name])
    report = verify(options)
    sys.stdout.write(render_json(report) if arguments.json else render_text(report, arguments.language or "en"))
    sys.stdout.flush()
    if arguments.report:
        write_report(arguments.report, render_html(report, arguments.language))
    return exit_code(report)


def _complain(message: str, code: int, *, korean: bool) -> int:
    message = (in_korean(message) if korean else None) or message
    printable = "".join(c if c.isprintable() or c == "\n" else "?" for c in message)
    sys.stderr.write(f"error: {printable}\n")
    return code


def run() -> None:
    """Run the command as a program."""
    sys.exit(main(sys.argv[1:]))
