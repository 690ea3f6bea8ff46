"""The operator's log when its reader stalls, goes away, or comes late: the server goes on, and says what was lost."""

from __future__ import annotations

import fcntl
import io
import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import IO

import httpx
import pytest

from evote.serve.journal import Journal
from evote.serve.metrics import Metrics
from tests.board import toy
from tests.serve import scene
from tests.serve.scene import body_of
from tests.serve.test_process import KIND

PAGE = 4096  # the smallest pipe


def small_pipe() -> tuple[IO[str], IO[str]]:
    """Return the two ends of a pipe that holds a few lines."""
    reader, writer = os.pipe()
    fcntl.fcntl(writer, fcntl.F_SETPIPE_SZ, PAGE)
    return os.fdopen(reader), os.fdopen(writer, "w")


def test_a_stalled_reader_does_not_stop_the_server(tmp_path: Path) -> None:
    """Nobody reads the server's stderr: it answers, counts what it dropped, and ends in order when it is told to."""
    folder = scene.create(tmp_path / "board").folder
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.serve.toy_server", str(folder), "{}"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        pipesize=PAGE,
        text=True,
    )
    try:
        assert process.stdout is not None
        assert process.stderr is not None
        url = process.stdout.readline().strip()
        with httpx.Client(timeout=10) as client:
            # One page of lines in the pipe, 200 that are being written, 200 that wait: the rest is dropped.
            for _ in range(600):
                assert client.get(f"{url}/health").status_code == 200
            cast = client.post(f"{url}/api/statements", content=body_of(toy.ballot(1)), headers=KIND)
            assert cast.status_code == 200
            metrics = client.get(f"{url}/metrics").text
            (counted,) = re.findall("^evote_journal_dropped_total (.*)$", metrics, re.MULTILINE)
            assert float(counted) > 100
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=30) == 0
    finally:
        process.kill()
        process.communicate()


def test_what_was_dropped_is_told() -> None:
    """A reader that comes late finds lines in order, and wherever some are lost, a line with their number."""
    reader, writer = small_pipe()
    journal, metrics = Journal(writer, maximum_lines=50), Metrics()
    journal.on_drop = metrics.journal_dropped.inc
    started = time.monotonic()
    for number in range(1000):
        journal.info("event", number=number)
    assert time.monotonic() - started < 5
    assert not journal.flush(0.1)
    dropped = journal.dropped
    assert 500 < dropped < 990
    told, numbers = 0, list[int]()
    while told + len(numbers) < 1000:
        line = json.loads(reader.readline())
        if line["event"] == "journal_dropped":
            assert line["level"] == "warning"
            told += line["count"]
        else:
            numbers.append(line["number"])
    assert told == dropped
    assert numbers == sorted(set(numbers))
    assert b"evote_journal_dropped_total %.1f" % dropped in metrics.text()
    journal.info("event", number="later")
    assert json.loads(reader.readline())["number"] == "later"
    assert journal.flush()
    assert journal.dropped == dropped
    reader.close()
    writer.close()


def test_a_reader_that_is_gone() -> None:
    """A pipe without a reader is no error of the server; every line counts as dropped."""
    reader, writer = small_pipe()
    reader.close()
    journal = Journal(writer)
    for _ in range(3):
        journal.error("event")
    assert journal.flush()
    assert journal.dropped >= 3
    writer.close()


def test_lines_are_written_before_a_clean_end() -> None:
    """A process that ends right after its last line has written it, and the lines of its threads before."""
    program = (
        "from evote.serve.journal import Journal\n"
        "journal = Journal()\n"
        "for number in range(500): journal.info('event', number=number)\n"
    )
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert [json.loads(line)["number"] for line in ran.stderr.splitlines()] == list(range(500))


@pytest.mark.parametrize("stream", [None, io.StringIO()])
def test_streams(stream: io.StringIO | None, capsys: pytest.CaptureFixture[str]) -> None:
    """Lines go to the stream that was given, or to what is the process's stderr at that time."""
    journal = Journal(stream)
    journal.info("event")
    assert journal.flush()
    text = stream.getvalue() if stream is not None else capsys.readouterr().err
    assert json.loads(text)["event"] == "event"
