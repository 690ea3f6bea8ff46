"""Load on a served board: small statements a hundred at a time, then ballots one by one, with and without witnesses.

    python -m benchmarks.serve_load [--quick] [--json FILE]

*Idea*: the server is a process of its own, with its workers and witnesses; the clients are another, on the same
processors, so what is seen on the clock is less than a machine for the server alone would do, and the processor time of
the server's processes stands beside it. Everything is durable and published, under the quorum, when it is answered.

What is compared with what: the processor time of a served ballot with the powers of its naive verification, timed
before and after in the same run, so that the number means something on other machines.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import secrets
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from gmpy2 import mpz, powmod

from benchmarks.meter import THREAD, seconds
from benchmarks.results import SERVED, describe_machine, load_average
from benchmarks.served_board import PlainAdmission
from benchmarks.served_election import ORIGIN, make_ballots, open_election
from evote.board.board import Board
from evote.client.submission import Submission, encode_submission
from evote.core.parameters import STANDARD
from evote.ed25519 import SigningKey
from evote.log.statement import encode_statement, sign_statement

CLIENTS = 24
CASTING = 512  # voters who cast at the same moment: at 500 a second, those of one second
TOGETHER = 100
WITNESSES = 5
PACES = (150.0, 500.0)  # ballots a second
NAIVE_POWERS = 28  # of 256 bits, for a ballot of two options


def main(arguments: Sequence[str]) -> None:
    """Measure, print, and write what was measured."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.serve_load", description="Load on a served board.")
    parser.add_argument("--quick", action="store_true", help="tiny numbers: shows that everything runs")
    parser.add_argument("--json", type=Path, metavar="FILE", help=f"write the results here; a full run: {SERVED.name}")
    options = parser.parse_args(arguments)
    statements, ballots = (600, 288) if options.quick else (30_000, 12_000)
    results: dict[str, Any] = {
        "machine": describe_machine(),
        "started": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "load_before": load_average(),
        "rows": [],
    }
    naive = [_naive_milliseconds()]
    for result in _measurements(statements, ballots):
        print(json.dumps(result), flush=True)
        results["rows"].append(result)
    naive.append(_naive_milliseconds())
    results["naive_milliseconds"] = round(statistics.mean(naive), 3)
    print(f"naive verification of a ballot: {naive[0]:.1f} ms before, {naive[1]:.1f} ms after")
    target = options.json or (None if options.quick else SERVED)
    if target:
        target.write_text(json.dumps(results, indent=1) + "\n")


def _measurements(statements: int, ballots: int) -> Iterator[dict[str, Any]]:
    """Measure statements, then ballots as fast as they are answered and at each pace; without and with witnesses."""
    with tempfile.TemporaryDirectory(prefix="evote-load-") as folder:
        requests = _in_requests(_small_statements(statements), TOGETHER)
        for witnesses in (0, WITNESSES):
            place = Path(folder) / f"plain-{witnesses}"
            Board.create(place, ORIGIN, SigningKey(os.urandom(32)), admission=PlainAdmission()).close()
            yield _measure("small statements", place, "plain", witnesses, requests, TOGETHER, CLIENTS)
        for witnesses in (0, WITNESSES):
            place = Path(folder) / f"election-{witnesses}"
            manifest, keys = open_election(place, ballots)
            made = _in_requests(make_ballots(manifest, keys, ballots, os.cpu_count() or 1), 1)
            share = len(made) // (1 + len(PACES))
            for turn, pace in enumerate((0.0, *PACES)):
                requests = made[turn * share : (turn + 1) * share]
                yield _measure("ballots", place, "elections", witnesses, requests, 1, CASTING, pace)


def _naive_milliseconds() -> float:
    """Time the powers of the naive verification of a ballot of two options."""
    bases = [mpz(secrets.randbits(4095)) for _ in range(10 * NAIVE_POWERS)]
    exponent = mpz(secrets.randbits(256) | 1 << 255)

    def powers() -> None:
        for base in bases:
            powmod(base, exponent, STANDARD.p)

    return 1000 * seconds(powers, THREAD) / len(bases) * NAIVE_POWERS


def _measure(
    name: str,
    folder: Path,
    rules: str,
    witnesses: int,
    requests: Sequence[bytes],
    together: int,
    clients: int,
    rate: float = 0.0,
) -> dict[str, Any]:
    """Send requests by parallel clients; return rates, times and what the server's processes took."""
    with _served(folder, rules, witnesses) as (url, server):
        # Workers build their tables and witnesses open their memories with the first batches.
        warm, rest = requests[: 2 * clients], requests[2 * clients :] or requests
        asyncio.run(_send(url, warm, clients))
        before, started = _processor_seconds(server), time.perf_counter()
        times = asyncio.run(_send(url, rest, clients, rate))
        seconds = time.perf_counter() - started
        used = {part: after - before[part] for part, after in _processor_seconds(server).items()}
    count = len(rest) * together
    times.sort()
    return {
        "what": name,
        "witnesses": witnesses,
        "count": count,
        "clients": clients,
        "per_request": together,
        "offered_per_second": rate or None,
        "per_second": round(count / seconds, 1),
        "median_seconds": round(statistics.median(times), 3),
        "p99_seconds": round(times[int(len(times) * 0.99)], 3),
        "server_ms_each": round(1000 * used["server"] / count, 3),
        "workers_ms_each": round(1000 * used["workers"] / count, 3),
        "witnesses_ms_each": round(1000 * used["witnesses"] / count, 3),
        # What two processors could do if clients and witnesses had machines of their own: the server's one thread of
        # Python at most one of them, server and workers together at most both.
        "two_processors_per_second": round(
            min(1 / max(used["server"] / count, 1e-9), 2 / max((used["server"] + used["workers"]) / count, 1e-9)), 1
        ),
    }


@contextmanager
def _served(folder: Path, rules: str, witnesses: int) -> Iterator[tuple[str, int]]:
    with subprocess.Popen(
        [sys.executable, "-m", "benchmarks.served_board", str(folder), rules, str(witnesses)],
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        said = json.loads(process.stdout.readline())
        try:
            yield said["url"], said["pid"]
        finally:
            process.terminate()
            process.wait(60)


async def _send(url: str, requests: Sequence[bytes], clients: int, rate: float = 0.0) -> list[float]:
    """Send every request over one of the clients' connections; return the time that each took.

    With a rate, requests are due at that pace, and their time counts from when they were due.
    """
    host, port = str(urlsplit(url).hostname), int(urlsplit(url).port or 80)
    waiting = iter(enumerate(requests))
    begun = time.perf_counter()
    times: list[float] = []

    async def client() -> None:
        reader, writer = await asyncio.open_connection(host, port, limit=2**24)
        for number, body in waiting:
            started = begun + number / rate if rate else time.perf_counter()
            await asyncio.sleep(max(0.0, started - time.perf_counter()))
            head = (
                "POST /api/statements HTTP/1.1\r\nHost: board\r\nContent-Type: application/octet-stream\r\n"
                f"Content-Length: {len(body)}\r\n\r\n"
            )
            writer.write(head.encode() + body)
            answer = await reader.readuntil(b"\r\n\r\n")
            status = answer.split(b" ", 2)[1]
            length = next(
                int(line[15:]) for line in answer.lower().split(b"\r\n") if line.startswith(b"content-length:")
            )
            content = await reader.readexactly(length)
            assert status == b"200", (status, content[:500])
            times.append(time.perf_counter() - started)
        writer.close()
        await writer.wait_closed()

    await asyncio.gather(*(client() for _ in range(clients)))
    return times


def _processor_seconds(server: int) -> dict[str, float]:
    """Return the processor time of the server, of its workers, and of its witnesses so far."""
    used = {"server": _times(server), "workers": 0.0, "witnesses": 0.0}
    for child in _children(server):
        command = Path(f"/proc/{child}/cmdline").read_bytes()
        used["witnesses" if b"witness" in command else "workers"] += _times(child)
    return used


def _children(process: int) -> list[int]:
    found = []
    for task in Path(f"/proc/{process}/task").iterdir():
        for child in (task / "children").read_text().split():
            found += [int(child), *_children(int(child))]
    return found


def _times(process: int) -> float:
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _small_statements(count: int) -> Iterator[Submission]:
    keys = [SigningKey(sha256(b"issuer %d" % number).digest()) for number in range(16)]
    scope = sha256(b"badges").digest()
    for number in range(count):
        payload = json.dumps({"badge": number, "commitment": sha256(b"%d" % number).hexdigest()}).encode()
        statement = sign_statement(keys[number % 16], kind="badge.issued", scope=scope, payload=payload)
        yield Submission(entry=encode_statement(statement), payload=payload)


def _in_requests(submissions: Iterator[Submission] | Sequence[Submission], together: int) -> list[bytes]:
    encoded = [encode_submission(one) for one in submissions]
    return [b"".join(encoded[start : start + together]) for start in range(0, len(encoded), together)]


if __name__ == "__main__":
    main(sys.argv[1:])
