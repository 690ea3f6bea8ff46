"""The same number of two-option ballots verified by Belenios, next to our streaming verification.

*Idea*: Debian's `belenios-tool` (package of the same name) makes an election in its group BELENIOS-2048 with one
question of two answers, none or one of which may be chosen: the statement that our ballots prove. It encrypts one
ballot for each credential, then verifies the archive as an auditor does. Verifying the same election without ballots is
taken off, which leaves out start-up, parameters, trustees and the list of credentials. What remains for a ballot is its
JSON, signature, membership tests and proofs, in a group with numbers half as long as ours. Both programs use GMP on one
core, in turn.

Ours is measured in the steady state of a long stream, with the share of the batch's end: the proofs alone, by the board
and by the verifier, and by the verifier all of a ballot from its bytes on. The board lets numbers wait for each other,
so its rounds are long, and end with none waiting.
"""

from __future__ import annotations

import json
import os
import shutil
import statistics
import subprocess
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import cycle, islice
from pathlib import Path

from benchmarks.board_side import BoardBatch, BoardSide
from benchmarks.meter import Meter, Sample, children_seconds, in_turn
from benchmarks.results import Row
from benchmarks.sample_election import SampleElection
from benchmarks.sides import RunningBatch
from benchmarks.verifier_side import VerifierSide, verify_whole

SECTION = "peer"
TOOL = "belenios-tool"
GROUP = "BELENIOS-2048"
ABSENT = "not installed on this machine: not measured"
BOARD_ROUND = 4096


def bench_peer(
    meter: Meter, election: SampleElection, folder: Path, ballots: int, rounds: int, stream: int
) -> list[Row]:
    """Measure Belenios and ours with `ballots` ballots a round, the board with more; ours in streams of `stream`."""
    if shutil.which(TOOL) is None:
        return [Row(section=SECTION, name=TOOL, value=0.0, unit="ms a ballot", options=2, note=ABSENT)]
    peer = Belenios(folder, ballots)
    long_round = min(BOARD_ROUND, stream)
    ours = {
        "streaming, board, proofs": (long_round, *_board_proofs(BoardSide.of(election).batch(stream), long_round)),
        "streaming, verifier, proofs": (ballots, *_proofs(VerifierSide.of(election).batch(stream), ballots)),
        "streaming, verifier, whole ballots from bytes": (ballots, *_whole(election, ballots, stream)),
    }
    subjects = [
        partial(_peer_sample, meter, peer),
        *(partial(meter.measure, None, [(count, run)]) for count, run, _ in ours.values()),
    ]
    theirs, *samples = in_turn(subjects, rounds)
    rows = [
        Row(
            section=SECTION,
            name=f"{TOOL} {peer.version}, {GROUP}",
            value=statistics.median(sample.each for sample in theirs) * 1e3,
            unit="ms a ballot",
            options=2,
            ballots=ballots,
            limit="powers of 2048-bit numbers one after the other, proof by proof",
            note="its `election verify`, less that of the same election without ballots",
        )
    ]
    for (name, (count, _, end)), found in zip(ours.items(), samples, strict=True):
        ending = meter.measure(None, [(stream, end)]).each
        rows.append(
            Row(
                section=SECTION,
                name=name,
                value=(statistics.median(sample.each for sample in found) + ending) * 1e3,
                unit="ms a ballot",
                options=2,
                ballots=count,
                ratio=statistics.median(
                    other.each / (sample.each + ending) for other, sample in zip(theirs, found, strict=True)
                ),
                ratio_to=TOOL,
                limit="multiplications of 4096-bit numbers",
                note=f"in a batch of {stream:,} with its share of the end, {ending * 1e3:.3f} ms",
            )
        )
    return rows


class Belenios:
    """An election with that many ballots, and the same without any."""

    def __init__(self, folder: Path, ballots: int) -> None:
        """Make both; each ballot is encrypted by a process of its own, as a voter would."""
        self.ballots = ballots
        self.folder, self._empty = folder / "belenios", folder / "belenios-empty"
        self.version = self._run("--version").split()[0]
        for path in (self.folder, self._empty):
            path.mkdir()
        identifier = self._run("setup", "generate-token").strip()
        common = ("--uuid", identifier, "--group", GROUP)
        self._run("setup", "generate-credentials", *common, "--count", str(ballots))
        self._only("*.pubcreds").rename(self.folder / "public_creds.json")
        credentials = [line.split()[1] for line in self._only("*.privcreds").read_text().splitlines()]
        self._run("setup", "generate-trustee-key", "--group", GROUP)
        (self.folder / "public_keys.jsons").write_bytes(self._only("*.pubkey").read_bytes())
        self._run("setup", "make-trustees")
        question = {"answers": ["A", "B"], "min": 0, "max": 1, "question": "A or B?"}
        people = {"administrator": "A", "credential_authority": "B"}
        template = {"description": "-", "name": "benchmark", "questions": [question], **people}
        (self.folder / "template.json").write_text(json.dumps(template))
        self._run("setup", "make-election", *common, "--template", "template.json")
        self._run("archive", "init")
        shutil.copy(self._only("*.bel"), self._empty)
        with ThreadPoolExecutor(os.cpu_count()) as threads:
            for ballot in threads.map(self._ballot, range(ballots), credentials):
                self._run("archive", "add-event", "--type=Ballot", given=ballot)

    def verify(self) -> None:
        """Verify the election with its ballots; raises CalledProcessError where that fails."""
        self._run("election", "verify")

    def verify_empty(self) -> None:
        """Verify the election without ballots."""
        self._run("election", "verify", "--dir", str(self._empty))

    def _ballot(self, number: int, credential: str) -> str:
        names = f"credential-{number}", f"choice-{number}"
        choice = ((1, 0), (0, 1), (0, 0))[number % 3]
        for name, text in zip(names, (credential + "\n", json.dumps([choice])), strict=True):
            (self.folder / name).write_text(text)
        ballot = self._run("election", "generate-ballot", "--privcred", names[0], "--ballot", names[1])
        for name in names:
            (self.folder / name).unlink()
        return ballot

    def _only(self, pattern: str) -> Path:
        (path,) = self.folder.glob(pattern)
        return path

    def _run(self, *arguments: str, given: str | None = None) -> str:
        where = self.folder if self.folder.exists() else None
        # without it the tool waits for the entropy of /dev/random
        environment = {**os.environ, "BELENIOS_USE_URANDOM": "1"}
        return subprocess.run(
            [TOOL, *arguments],
            cwd=where,
            env=environment,
            input=given,
            capture_output=True,
            text=True,
            check=True,
        ).stdout


def _peer_sample(meter: Meter, peer: Belenios) -> Sample:
    full = meter.measure(None, [(peer.ballots, peer.verify)], children_seconds)
    empty = meter.measure(None, [(peer.ballots, peer.verify_empty)], children_seconds)
    return Sample(
        count=peer.ballots,
        seconds=full.seconds - empty.seconds,
        naives=0.0,
        multiplications=full.multiplications - empty.multiplications,
    )


def _board_proofs(batch: BoardBatch, ballots: int) -> tuple[Callable[[], object], Callable[[], object]]:
    """Return the work of a round, which leaves no number waiting for its buckets, and of the end."""

    def run() -> None:
        batch.add(ballots)
        batch.settle()

    batch.fill()
    return run, batch.void_end


def _proofs(batch: RunningBatch, ballots: int) -> tuple[Callable[[], object], Callable[[], object]]:
    """Return the work of a round and of the end."""
    batch.fill()
    return partial(batch.add, ballots), batch.void_end


def _whole(election: SampleElection, ballots: int, stream: int) -> tuple[Callable[[], object], Callable[[], object]]:
    side = VerifierSide.of(election)
    batch = side.batch(stream)
    batch.fill()
    submissions = list(islice(cycle(election.ballots), ballots))
    return partial(verify_whole, side, batch, 0, submissions), batch.void_end
