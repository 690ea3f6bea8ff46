"""Where the HTML report goes: looked at before the work begins, written after it.

*Idea*: A verification may take hours; a folder that is not there must not be noticed at its end.

*Invariants*: What is verified is never written to: neither the record nor a file that the auditor handed in.
"""

from collections.abc import Iterable
from pathlib import Path

from verifier.errors import Unavailable, UsageError


def check_report_path(path: str, inputs: Iterable[str]) -> None:
    """Raise UsageError where no report can be written to a path, or where it is one of the inputs or lies inside one.

    An existing file stays as it is; nothing is left behind where there was none.
    """
    target = Path(path)
    try:
        places = {target.resolve(), *target.resolve().parents}
        if any(Path(name).resolve() in places for name in inputs):
            raise UsageError(f"--report: {path} is the record or a file handed in")
        existed = target.exists()
        with target.open("ab"):
            pass
        if not existed:
            target.unlink()
    except (OSError, ValueError) as error:
        raise UsageError(_words(path, error)) from None


def write_report(path: str, text: str) -> None:
    """Write the report; raise Unavailable where the path can't be written to any more."""
    try:
        Path(path).write_text(text, encoding="utf-8")
    except OSError as error:
        raise Unavailable(_words(path, error)) from None


def _words(path: str, error: Exception) -> str:
    reason = error.strerror if isinstance(error, OSError) else None
    return f"--report: {path} can't be written: {reason or error}"
