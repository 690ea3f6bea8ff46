"""What an auditor's own machine remembers from run to run: the last checkpoint, and the results of finished ranges.

*Spec*: docs/verifying.md (incremental audits).

*Idea*: A result may be used again only where everything that it follows from is as it was. The program, the election
and its keys are compared here; leaf hashes, payloads and facts of ballots are read again by every run and compared with
the digests kept here. So a run with a state says what a run without it says, and saves the proofs only.

*Invariants*: A state that is damaged, of another program, log or election is refused, never quietly replaced. What the
log showed before is not forgotten in favour of a log that contradicts it.
"""

import json
import os
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path

from verifier.checks.ballots import DigestKeys
from verifier.errors import Malformed, Unavailable, UsageError
from verifier.harvest import LISTS, Harvest
from verifier.ledger import Ledger
from verifier.merkle import Frontier, root_of_parts
from verifier.note import Checkpoint, parse_checkpoint
from verifier.partitions import new_key
from verifier.program import identity
from verifier.state_file import (
    UNFINISHED,
    damaged,
    decode_header,
    decode_result,
    encode_result,
    read_sealed,
    write_sealed,
    write_whole,
)

STATE, RANGES, EVIDENCE, LOCK = "state", "ranges", "evidence", "lock"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """A finished range and the digests of what its result follows from."""

    start: int
    stop: int
    basis: str
    places: str
    facts: str
    altered: str
    transcript: str

    def name(self) -> str:
        """Return the name of its file."""
        return f"{self.start}-{self.stop}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Remembered:
    """The last checkpoint, as bytes and parsed, and the right edge of its tree."""

    data: bytes
    checkpoint: Checkpoint
    edge: tuple[tuple[int, bytes], ...]


class State:
    """An open state folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.remembered: Remembered | None = None
        self._election = b""
        self.keys = DigestKeys(**{name: new_key() for name in LISTS})
        self.ranges: dict[int, Stored] = {}
        if (folder / STATE).exists():
            self._read()
        else:
            self._expect_nothing()
        (folder / RANGES).mkdir(mode=0o700, exist_ok=True)
        for path in sorted((folder / RANGES).iterdir()):
            if path.name.endswith(UNFINISHED):
                path.unlink()
            else:
                self._read_range(path)

    def _expect_nothing(self) -> None:
        """Refuse a folder of something else, and one that has lost its checkpoint but not the rest."""
        folder = self._folder
        if any(name not in (LOCK, RANGES, EVIDENCE, STATE + UNFINISHED) for name in os.listdir(folder)):
            raise UsageError(f"--state: {folder} is not empty and not the state of an earlier run")
        # results are kept after the checkpoint only
        if (folder / RANGES).exists() and os.listdir(folder / RANGES):
            raise damaged(folder / STATE)

    def _read(self) -> None:
        path = self._folder / STATE
        data = read_sealed(path)
        try:
            content = json.loads(data)
            program = str(content["program"])
            self._election = bytes.fromhex(content["election"])
            self.keys = DigestKeys(**{name: bytes.fromhex(content["keys"][name]) for name in LISTS})
            edge = tuple((int(height), bytes.fromhex(item)) for height, item in content["edge"])
            note = content["checkpoint"].encode()
            remembered = Remembered(data=note, checkpoint=parse_checkpoint(note), edge=edge) if note else None
        except (ValueError, KeyError, TypeError, AttributeError, Malformed):
            raise damaged(path) from None
        if program != identity():
            raise UsageError(
                f"--state: {self._folder} is of the verifier {program}, this is {identity()}; "
                "delete it to have everything verified by this one"
            )
        if remembered is not None:
            size = sum(1 << height for height, _ in edge)
            if (size, root_of_parts(edge)) != (remembered.checkpoint.size, remembered.checkpoint.root):
                raise damaged(path)
        self.remembered = remembered

    def _read_range(self, path: Path) -> None:
        data = read_sealed(path)
        try:
            stored = Stored(**decode_header(data))
        except (ValueError, KeyError, TypeError):
            raise damaged(path) from None
        if stored.name() != path.name:
            raise damaged(path)
        self.ranges[stored.start] = stored

    def claim(self, election: bytes) -> None:
        """Require that the state is of this election, empty for none yet."""
        if self._election and self._election != election:
            raise UsageError(f"--state: {self._folder} is of the election {self._election.hex()}")

    def remember(self, data: bytes, checkpoint: Checkpoint, edge: Frontier, election: bytes) -> None:
        """Keep a checkpoint whose tree was rebuilt; the caller has compared it with the one before."""
        self.remembered = Remembered(data=data, checkpoint=checkpoint, edge=edge.parts())
        self._election = election
        content = {
            "program": identity(),
            "election": election.hex(),
            "checkpoint": data.decode(),
            "edge": [[height, item.hex()] for height, item in edge.parts()],
            "keys": {name: key.hex() for name, key in asdict(self.keys).items()},
        }
        write_sealed(self._folder / STATE, json.dumps(content, indent=1).encode())

    def accuse(self, presented: bytes, difference: str) -> Path:
        """Keep both checkpoints of a log that contradicts itself; return the folder they are in."""
        if self.remembered is None:
            raise ValueError("nothing is remembered")
        name = f"{self.remembered.checkpoint.size}-{sha256(self.remembered.data + presented).hexdigest()[:16]}"
        folder = self._folder / EVIDENCE / name
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise Unavailable(f"state: {folder}: {error.strerror}") from error
        write_whole(folder / "remembered", self.remembered.data)
        write_whole(folder / "presented", presented)
        write_whole(folder / "difference", f"{difference}\n".encode())
        return folder

    def usable(self, basis: bytes, size: int) -> list[Stored]:
        """Return the finished ranges of this basis, ascending; others are forgotten."""
        result: list[Stored] = []
        for start in sorted(self.ranges):
            stored = self.ranges[start]
            if stored.basis == basis.hex() and stored.stop <= size and (not result or result[-1].stop <= start):
                result.append(stored)
            else:
                self.forget(stored)
        return result

    def forget(self, stored: Stored) -> None:
        """Delete a range's result."""
        del self.ranges[stored.start]
        with suppress(FileNotFoundError):
            (self._folder / RANGES / stored.name()).unlink()

    def store(self, stored: Stored, ledger: Ledger, harvest: Harvest) -> None:
        """Keep the result of a finished range."""
        before = self.ranges.get(stored.start)
        if before is not None and before.name() != stored.name():
            self.forget(before)
        write_sealed(self._folder / RANGES / stored.name(), encode_result(asdict(stored), ledger, harvest))
        self.ranges[stored.start] = stored

    def load(self, stored: Stored) -> tuple[Ledger, Harvest]:
        """Return the result of a finished range."""
        path = self._folder / RANGES / stored.name()
        data = read_sealed(path)
        try:
            if decode_header(data) != asdict(stored):
                raise damaged(path)
            return decode_result(data)
        except (ValueError, KeyError, TypeError):
            raise damaged(path) from None


@contextmanager
def open_state(path: str) -> Iterator[State]:
    """Open a state folder, making it where there is none; nobody else may use it meanwhile."""
    folder = Path(path)
    with ExitStack() as stack:
        try:
            folder.mkdir(mode=0o700, exist_ok=True)
            _lock(stack.enter_context((folder / LOCK).open("w")).fileno(), folder)
            state = State(folder)
        except OSError as error:
            raise UsageError(f"--state: {error}") from error
        yield state


def _lock(handle: int, folder: Path) -> None:
    try:
        import fcntl
    except ImportError:
        return
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        raise UsageError(f"--state: another run is using {folder}") from None


def difference(known: Sequence[tuple[int, bytes]], found: Sequence[tuple[int, bytes]]) -> str:
    """Return among which entries two trees of one size first differ, by their right edges."""
    start = 0
    for (height, one), (_, other) in zip(known, found, strict=True):
        if one != other:
            return f"the first difference is among the entries {start} to {start + (1 << height) - 1}"
        start += 1 << height
    return "no difference"
