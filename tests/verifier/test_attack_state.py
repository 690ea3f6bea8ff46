"""Attacks by way of a state: another history at the second run, a state that was cut, mixed or of another log."""

import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.verifier.conftest import rows
from tests.verifier.record_files import LOG, ORIGIN, Made, make_checkpoint, make_entry, notes, signer, verifier_key
from tests.verifier.record_files import write_record as write
from tests.verifier.record_server import Answer, serve
from tests.verifier.running import ROOT
from tests.verifier.test_state import check, fork, full, part, read_all
from verifier.engine import Options, verify
from verifier.errors import UsageError
from verifier.findings import Report, Status
from verifier.note import parse_checkpoint

B = signer("second key of the log")


@pytest.fixture(scope="module")
def long_election(paper_election: Made) -> Made:
    """Return an election of two bundles, with ballots in both."""
    made = paper_election.copy()
    at = made.find("ballot.cast", 3)
    made.drafts[at:at] = notes(260)
    for draft in made.drafts:
        draft.entry = make_entry(made.scope, draft)
    return made


def key(of: object = LOG) -> str:
    """Return the verifier key of one of the log's signers."""
    return verifier_key(ORIGIN, 1, of)  # type: ignore[arg-type]  # 2026-11-22: a signer


def sign_anew(folder: Path, *signers: object) -> None:
    """Let a record's checkpoint bear the lines of these keys."""
    head = parse_checkpoint((folder / "checkpoint").read_bytes())
    heads = [make_checkpoint(head.size, head.root, log=one) for one in signers]  # type: ignore[arg-type]  # 2026-11-22: signers
    lines = [data.partition(b"\n\n")[2] for data in heads]
    (folder / "checkpoint").write_bytes(heads[0].partition(b"\n\n")[0] + b"\n\n" + b"".join(lines))


def test_a_state_under_another_key(long_election: Made, tmp_path: Path) -> None:
    """Show that what was remembered under one key of the auditor's fails L.E under another, unless both have signed."""
    old, new, state = write(part(long_election, 300), tmp_path / "a"), write(long_election, tmp_path / "b"), tmp_path
    sign_anew(new, LOG, B)
    check(old, state / "one", log_keys=(key(),))
    report = check(new, state / "one", log_keys=(key(B),))
    assert rows(report, Status.FAIL) == {"L.E"}
    sign_anew(old, LOG, B)
    check(old, state / "two", log_keys=(key(),))
    assert check(new, state / "two", log_keys=(key(B),)).verified


def test_a_server_that_tells_another_story_later(long_election: Made, tmp_path: Path) -> None:
    """Show that a server which shows a history at the first run and another at the second fails L.E by name."""
    old, true = write(part(long_election, 300), tmp_path / "old"), write(long_election, tmp_path / "true")
    false = write(fork(long_election), tmp_path / "false")
    shown, state = [old], tmp_path / "state"

    def behave(path: str, _: Answer) -> Answer:
        file = shown[-1] / path
        return Answer(body=file.read_bytes()) if file.is_file() else Answer(status=404)

    with serve(old, behave) as server:

        def run() -> Report:
            return verify(Options(record=server.url, state=str(state), log_keys=(key(),)))

        run()
        shown.append(false)
        assert "L.E" in rows(run(), Status.FAIL)
        shown.append(true)
        assert run().verified
        shown.append(old)
        assert "L.E" in rows(run(), Status.FAIL)
        shown.append(true)
        assert run().verified


def test_payloads_that_come_and_go(long_election: Made, tmp_path: Path) -> None:
    """Show that a bundle which is shown, then withheld, then shown again is judged by what is shown each time."""
    folder, state = write(long_election, tmp_path / "record"), tmp_path / "state"
    path = folder / "tile/payloads/000"
    data = path.read_bytes()
    assert check(folder, state).verified
    path.unlink()
    assert check(folder, state).findings == full(folder, folder)
    path.write_bytes(data)
    assert check(folder, state).findings == full(folder, folder)


def test_a_state_of_two_halves(long_election: Made, tmp_path: Path) -> None:
    """Show that results of one state are of no use beside the checkpoint of another, which has other keys."""
    folder = write(long_election, tmp_path / "record")
    for name in ("one", "two"):
        check(folder, tmp_path / name)
    (tmp_path / "one/state").write_bytes((tmp_path / "two/state").read_bytes())
    false = bytearray((folder / "tile/payloads/000").read_bytes())
    false[false.rindex(b'"responses":["') + 20] ^= 1
    (folder / "tile/payloads/000").write_bytes(false)
    assert check(folder, tmp_path / "one").findings == full(folder, folder)


def test_a_state_that_lost_its_checkpoint(long_election: Made, tmp_path: Path) -> None:
    """Show that a state whose checkpoint was taken away is refused, and not begun anew without a word."""
    old, state = write(part(long_election, 300), tmp_path / "old"), tmp_path / "state"
    check(old, state)
    (state / "state").unlink()
    with pytest.raises(UsageError, match="damaged"):
        check(write(fork(long_election), tmp_path / "false"), state)


def test_a_state_begun_anew_beside_its_evidence(long_election: Made, tmp_path: Path) -> None:
    """Show that evidence may stay where it is when everything else of a state is deleted."""
    old, state = write(part(long_election, 300), tmp_path / "old"), tmp_path / "state"
    check(old, state)
    check(write(fork(long_election), tmp_path / "false"), state)
    (state / "state").unlink()
    for path in (state / "ranges").iterdir():
        path.unlink()
    evidence = {name for name in read_all(state) if name.startswith("evidence/")}
    assert len(evidence) == 3
    assert check(write(long_election, tmp_path / "true"), state).verified
    assert evidence <= set(read_all(state))


def test_a_first_write_that_was_cut(tiny_election: Made, tmp_path: Path) -> None:
    """Show that the beginning of the very first file, left by a machine that stopped, stands in nobody's way."""
    state = tmp_path / "state"
    state.mkdir()
    (state / "state.part").write_bytes(b"half")
    assert check(write(tiny_election, tmp_path / "record"), state).verified
    assert sorted(read_all(state)) == ["lock", "state"]


def test_files_of_a_state_are_for_their_owner(long_election: Made, tmp_path: Path) -> None:
    """Show that nobody else reads the keys of digests, also where the folder was made for everybody."""
    state = tmp_path / "state"
    state.mkdir(mode=0o755)
    check(write(long_election, tmp_path / "record"), state)
    assert {path.stat().st_mode & 0o077 for path in (state / "state", state / "ranges/0-256")} == {0}


OTHERS: dict[str, Callable[[Path, Path], object]] = {
    "ranges of another state": lambda one, two: (one / "ranges/0-256").write_bytes((two / "ranges/0-256").read_bytes()),
    "no ranges": lambda one, two: (one / "ranges/0-256").unlink(),
}


@pytest.mark.parametrize("kind", OTHERS)
def test_ranges_that_are_not_of_this_state(long_election: Made, tmp_path: Path, kind: str) -> None:
    """Show that results of another state, or none, cost time and change no finding."""
    folder = write(long_election, tmp_path / "record")
    for name in ("one", "two"):
        check(folder, tmp_path / name)
    OTHERS[kind](tmp_path / "one", tmp_path / "two")
    assert check(folder, tmp_path / "one").findings == full(folder, folder)


def test_a_run_that_is_killed_again_and_again(long_election: Made, tmp_path: Path) -> None:
    """Show that runs which are killed at any moment leave a state that the next one goes on from, to the same end."""
    folder, state = write(long_election, tmp_path / "record"), tmp_path / "state"
    words = [sys.executable, "-m", "verifier", str(folder), "--state", str(state), "--workers", "1", "--quiet"]
    for pause in (0.3, 0.7, 1.1, 1.5):
        process = subprocess.Popen(words, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(pause)
        process.send_signal(signal.SIGKILL)
        process.wait()
    report = check(folder, state)
    assert report.verified
    ours = [finding for finding in report.findings if finding.row != "L.E"]
    assert ours == [finding for finding in check(folder).findings if finding.row != "L.E"]
