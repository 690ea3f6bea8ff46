"""One election of very many ballots through the real pieces: encrypt, admit, tally, decrypt, verify.

*Idea*: N distinct credentials cast N distinct two-option ballots. Three trustees hold the key ceremony with
`evote-trustee`, ballots are encrypted on all processors (`evote.bulk.encryption`), every one is admitted by
`evote.board` as if it had come from its voter, but for the files of an inbox; two trustees verify the whole published
record and decrypt, one after the other, and the independent verifier judges the record. The result is compared with
the votes. Encryption and admission alternate in blocks, so each has all processors and a time of its own.
Interrupted or killed, the same command goes on with what the board holds; finished blocks keep their times, and a
block that was cut short counts neither its ballots nor its time.
Run with `python -m benchmarks.million --ballots N --folder DIR [--json FILE]`.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import asdict
from hashlib import sha256
from itertools import islice
from pathlib import Path
from typing import Any

from benchmarks.process_watch import ProcessWatch
from evote.board.admission import Posting
from evote.board.board import Board
from evote.bulk.encryption import Vote, encrypt_votes
from evote.cli.board_local import OpenBoard
from evote.cli.definition import parse_definition
from evote.cli.election_create import create_election
from evote.cli.steps import STEPS
from evote.client.submission import SUFFIX, read_submission
from evote.codec.payloads import encode_payload
from evote.ed25519 import SEED_BYTES, SigningKey
from evote.election.kinds import Kind
from evote.election.records import Credential, CredentialsPart, DistrictTotal, RollTotals
from evote.election.state import ElectionState
from evote.log.key import format_verifier_key
from evote.log.statement import encode_statement, sign_statement

BLOCK = 16_384  # ballots that are encrypted, then admitted: 160 MB
PART = 4096  # credentials of a statement
TRUSTEES = 3
QUORUM = 2
BALLOT_BYTES = 11_000  # of the record, for each ballot; the database holds as much again
SECRETS_NAME = "secrets.json"
TIMES_NAME = "times.json"
WORKERS = len(os.sched_getaffinity(0))

DEFINITION = """\
label: "load"
title: {{ en: "A vote of {ballots} ballots" }}
authority: "{authority}"
registrar: "{registrar}"
trustees:
{trustees}
quorum: 2
opens: 2020-01-01T06:00:00+00:00
closes: 2020-01-01T20:00:00+00:00
contests:
  - label: "question"
    title: {{ en: "Yes or no?" }}
    rule: kr.resident-vote
    options:
      - {{ label: "yes", title: {{ en: "Yes" }} }}
      - {{ label: "no", title: {{ en: "No" }} }}
minimum_ballots: 10
revoting: never
"""


def main() -> None:
    """Run or continue, and write what was measured."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.million", description=__doc__.partition("\n")[0])
    parser.add_argument("--ballots", type=int, required=True, help="number of ballots and credentials, at least 10")
    parser.add_argument("--folder", type=Path, required=True, help="folder for board and keys; kept for a second run")
    parser.add_argument("--json", type=Path, help="file for the measurements; by default in the folder")
    arguments = parser.parse_args()
    if arguments.ballots < 10:
        parser.error("fewer than 10 ballots would be withheld")
    folder = arguments.folder.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    needed, free = 2 * BALLOT_BYTES * arguments.ballots, shutil.disk_usage(folder).free
    print(f"disk: {free / 1e9:.1f} GB free, about {needed / 1e9:.1f} GB needed in all", flush=True)
    if not (folder / "board").exists() and free < needed * 1.1:
        sys.exit("too little space on the disk")
    run = Run(folder, arguments.ballots)
    run.watch.start()
    try:
        hold_election(run)
        verify(run)
    finally:
        run.watch.stop()
        run.save()
    report = run.report()
    (arguments.json or folder / "million.json").write_text(json.dumps(report, indent=2) + "\n")
    print(json.dumps(report, indent=2))


class Run:
    """The folder of a run, its secrets, and the seconds of every phase over all attempts."""

    def __init__(self, folder: Path, ballots: int) -> None:
        """Take up what an earlier attempt left in the folder."""
        self.folder, self.ballots = folder, ballots
        self.watch = ProcessWatch("set-up")
        self.secrets = _load(folder / SECRETS_NAME, lambda: {"seed": os.urandom(SEED_BYTES).hex(), "ballots": ballots})
        if self.secrets["ballots"] != ballots:
            sys.exit(f"the folder holds a run of {self.secrets['ballots']} ballots")
        self.times: dict[str, Any] = _load(folder / TIMES_NAME, lambda: {"attempts": 0, "seconds": {}, "counts": {}})
        self.times["attempts"] += 1

    def key(self, role: str, number: int = 0) -> SigningKey:
        """Return a key of this run: of an office, or of voter `number`."""
        seed = bytes.fromhex(self.secrets["seed"])
        return SigningKey(sha256(seed + role.encode() + number.to_bytes(8, "big")).digest())

    def choice(self, number: int) -> tuple[int, int]:
        """Return what voter `number` votes: 165 in 256 yes, 85 no, 6 blank."""
        place = sha256(bytes.fromhex(self.secrets["seed"]) + b"choice" + number.to_bytes(8, "big")).digest()[0] % 100
        return (1, 0) if place < 55 else (0, 1) if place < 97 else (0, 0)

    @contextmanager
    def phase(self, name: str, ballots: int = 0) -> Iterator[None]:
        """Add the time of the body to a phase, and the ballots if it is a block of them."""
        if self.watch.role != name:
            print(f"[{time.strftime('%H:%M:%S')}] {name}", flush=True)
        self.watch.role = name
        started = time.monotonic()
        yield
        seconds, counts = self.times["seconds"], self.times["counts"]
        seconds[name] = seconds.get(name, 0.0) + time.monotonic() - started
        counts[name] = counts.get(name, 0) + ballots
        self.save()

    def save(self) -> None:
        """Keep times and uses for a next attempt."""
        uses = [asdict(use) for use in self.watch.uses()]
        data = json.dumps(self.times | {"uses": uses})
        temporary = self.folder / f".{TIMES_NAME}"
        temporary.write_text(data)
        temporary.replace(self.folder / TIMES_NAME)

    def report(self) -> dict[str, Any]:
        """Return what was measured, by phase; a process belongs to the phase in which it started."""
        processes: dict[str, dict[str, float]] = {}
        for number, use in enumerate(self.watch.uses()):
            role = "this process: board and authority" if number == 0 else f"workers and programs of: {use.role}"
            entry = processes.setdefault(role, {"count": 0, "peak_mb": 0.0, "cpu_seconds": 0.0})
            entry["count"] += 1
            entry["peak_mb"] = round(max(entry["peak_mb"], use.peak_mb), 1)
            entry["cpu_seconds"] = round(entry["cpu_seconds"] + use.cpu_seconds, 1)
        seconds, counts = self.times["seconds"], self.times["counts"]
        return {
            "ballots": self.ballots,
            "workers": WORKERS,
            "attempts": self.times["attempts"],
            "machine": f"{platform.machine()}, {os.cpu_count()} processors, Python {platform.python_version()}",
            "phases": {
                name: {
                    "seconds": round(value, 2),
                    "ballots": (count := counts[name] or self.ballots),
                    "milliseconds_per_ballot": round(value / count * 1e3, 4),
                }
                for name, value in seconds.items()
            },
            "seconds": round(sum(seconds.values()), 1),
            "processes_of_the_last_attempt": processes,
            "record_bytes": _size(self.folder / "board" / "record"),
            "board_bytes": _size(self.folder / "board"),
            "result": self.times.get("result"),
            "verdict": self.times.get("verdict"),
        }


def hold_election(run: Run) -> None:
    """Do everything up to `election.final` that the log does not hold yet."""
    folder = run.folder / "board"
    with run.phase("open the board"):
        if (folder / "board.sqlite").exists():
            board = Board.open(folder)
        else:
            board = Board.create(folder, "load.example/1", run.key("log"))
    with board:
        opened = OpenBoard(board)
        state = set_up(run, opened)
        publish_roll(run, opened, state)
        step(run, opened, state, Kind.OPEN, "roll and opening")
        if not state.closed:
            vote(run, opened, state)
        step(run, opened, state, Kind.CLOSE, "close and tally")
        step(run, opened, state, Kind.TALLY, "close and tally")
        for index in range(1, QUORUM + 1):
            if state.trustees[index - 1].decryption is None:
                with run.phase(f"trustee {index} verifies and decrypts"):
                    trustees(run, opened, "decrypt", (index,), "--yes")
        step(run, opened, state, Kind.RESULT, "result and final")
        step(run, opened, state, Kind.FINAL, "result and final")
        run.times["result"] = compare(run, state)


def set_up(run: Run, opened: OpenBoard) -> ElectionState:
    """Let trustees make identities and hold the ceremony, all at the same time, and rehearse."""
    authority = run.key("authority")
    everybody = tuple(range(1, TRUSTEES + 1))
    (run.folder / "passphrase").touch(0o600)
    (run.folder / "passphrase").write_text("a passphrase for measurements only\n")
    with run.phase("set-up and key ceremony"):
        if not opened.elections:
            run_all([program("identity", run, i, "--json") for i in everybody])
            public = [json.loads((run.folder / f"{i}.out").read_text())["public_key"] for i in everybody]
            listed = "\n".join(
                f'  - {{ label: "trustee {i}", public_key: "{key}" }}' for i, key in enumerate(public, 1)
            )
            text = DEFINITION.format(
                ballots=run.ballots,
                authority=authority.public_key.hex(),
                registrar=run.key("registrar").public_key.hex(),
                trustees=listed,
            )
            create_election(opened, parse_definition(text.encode(), "load.yaml"), authority, 1)
        state = opened.find(None)
        log_key = format_verifier_key(opened.board.policy.logs[0].key)
        while state.parameters is not None and any(facts.confirmation is None for facts in state.trustees):
            trustees(run, opened, "ceremony", everybody, "--yes", "--log-key", log_key)
        step(run, opened, state, Kind.KEYS)
        step(run, opened, state, Kind.REHEARSAL)
        if any(facts.rehearsal is None for facts in state.trustees):
            trustees(run, opened, "rehearse", everybody)
    return state


def publish_roll(run: Run, opened: OpenBoard, state: ElectionState) -> None:
    """Publish a credential for every voter: parts of the list, all of them before the record is written."""
    if state.roll.totals is not None:
        return
    with run.phase("roll and opening"):
        registrar = run.key("registrar")
        keys = sorted(run.key("voter", number).public_key for number in range(run.ballots))
        parts = [keys[start : start + PART] for start in range(0, len(keys), PART)]
        for number, part in enumerate(parts[state.roll.parts :], state.roll.parts + 1):
            credentials = tuple(Credential(key=key, district=1, weight=1) for key in part)
            submit(
                opened.board, registrar, state, Kind.CREDENTIALS, CredentialsPart(part=number, credentials=credentials)
            )
        totals = RollTotals(
            parts=len(parts),
            count=len(keys),
            weight=len(keys),
            districts=(DistrictTotal(count=len(keys), weight=len(keys)),),
        )
        submit(opened.board, registrar, state, Kind.ROLL, totals)
        opened.board.flush()


def vote(run: Run, opened: OpenBoard, state: ElectionState) -> None:
    """Encrypt and admit, block by block, the ballots of all who have not voted yet."""
    context = state.key_context
    votes = (
        Vote(credential=key, number=1, style=1, selections={1: run.choice(number)})
        for number in range(run.ballots)
        if (key := run.key("voter", number)).public_key not in state.box.cast_count
    )
    missing = run.ballots - len(state.box.cast_count)
    keys = encode_payload(Kind.KEYS, state.keys) if state.keys is not None else b""
    submissions = encrypt_votes(context.manifest_bytes, keys, votes, WORKERS, expected=missing)
    while missing:
        with run.phase("encrypt", min(BLOCK, missing)):
            block = [
                Posting(statement=each.entry, payload=each.payload, commitments=each.commitments)
                for each in islice(submissions, BLOCK)
            ]
        missing -= len(block)
        with run.phase("admit", len(block)):
            tickets = opened.board.submit_many(block)
            opened.board.flush()
            for ticket in tickets:
                if ticket.refusal is not None:
                    raise ticket.refusal
        print(f"  {len(state.box.cast_count):,} ballots", flush=True)


def step(run: Run, opened: OpenBoard, state: ElectionState, kind: Kind, phase: str = "") -> None:
    """Publish a statement of the authority where it does not stand yet."""
    with run.phase(phase) if phase else nullcontext():
        record = STEPS[kind](state, os.urandom)
        if record is not None:
            opened.publish(run.key("authority"), state.election_id, kind, record)


def trustees(run: Run, opened: OpenBoard, command: str, indices: tuple[int, ...], *options: str) -> None:
    """Run one command of trustees at the same time and submit what they hand in."""
    outbox = run.folder / "outbox"
    record = str(run.folder / "board" / "record")
    run_all([program(command, run, i, record, "--outbox", str(outbox), *options) for i in indices])
    for path in sorted(outbox.glob(f"*{SUFFIX}")):
        submission = read_submission(path)
        opened.board.submit(submission.entry, submission.payload, submission.commitments)
        opened.board.flush()
        path.unlink()


def program(command: str, run: Run, index: int, *arguments: str) -> tuple[Path, list[str]]:
    """Return a command line of a trustee and the file for its output."""
    options = ["--home", str(run.folder / f"trustee-{index}"), "--passphrase-file", str(run.folder / "passphrase")]
    line = [sys.executable, "-m", "trustee_cli.main", command, *arguments, *options]
    return run.folder / f"{index}.out", line


def run_all(programs: list[tuple[Path, list[str]]]) -> None:
    """Run programs at the same time; end where one fails."""
    started = []
    for output, line in programs:
        with output.open("w") as file:
            started.append((output, subprocess.Popen(line, stdout=file, stderr=subprocess.PIPE, text=True)))
    for output, process in started:
        _, errors = process.communicate()
        if process.returncode:
            sys.exit(f"{output}: ended with {process.returncode}\n{errors}")


def verify(run: Run) -> None:
    """Let the independent verifier judge the record, as a program of its own."""
    with run.phase("verify"):
        record = run.folder / "board" / "record"
        line = [sys.executable, "-m", "verifier", str(record), "--json", "--quiet"]
        ran = subprocess.run(line, stdout=subprocess.PIPE, text=True, check=False)
    run.times["verdict"] = {"exit_code": ran.returncode, "verified": json.loads(ran.stdout).get("verified")}
    (run.folder / "verification.json").write_text(ran.stdout)
    if ran.returncode:
        sys.exit(f"the verifier ended with {ran.returncode}; its report is in {run.folder / 'verification.json'}")


def compare(run: Run, state: ElectionState) -> dict[str, int]:
    """Return the published sums; end where they are not those of the votes."""
    if state.result is None:
        sys.exit("there is no result")
    (contest,) = state.result.contests
    found = [sum(unit.options[option].votes for unit in contest.units) for option in range(2)]
    choices = [run.choice(number) for number in range(run.ballots)]
    wanted = [sum(choice[option] for choice in choices) for option in range(2)]
    if found != wanted:
        sys.exit(f"the result is {found}, the votes were {wanted}")
    return {"yes": found[0], "no": found[1], "ballots": len(choices)}


def submit(board: Board, key: SigningKey, state: ElectionState, kind: Kind, record: Any) -> None:
    """Sign and submit a statement without publishing it yet."""
    payload = encode_payload(kind, record)
    statement = sign_statement(key, kind=kind, scope=state.election_id, payload=payload)
    board.submit(encode_statement(statement), payload)


def _load(path: Path, make: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    if path.exists():
        found: dict[str, Any] = json.loads(path.read_text())
        return found
    made = make()
    path.touch(0o600)
    path.write_text(json.dumps(made))
    return made


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


if __name__ == "__main__":
    main()
