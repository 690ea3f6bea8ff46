"""Files of a state folder: written whole or not at all, and read only if every byte is as it was written.

*Idea*: A file's first line names its format and the SHA-256 of the rest. That finds damage, not malice: whoever can
write into the auditor's folder could as well replace this program.
"""

import json
import os
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import Any

from verifier.election import number
from verifier.errors import Unavailable, UsageError
from verifier.harvest import LISTS, Harvest
from verifier.ledger import Ledger

MAGIC = "evote-verify state 1"
UNFINISHED = ".part"


def write_whole(path: Path, data: bytes) -> None:
    """Write a file so that it is there with these bytes or as it was; raise Unavailable where the disk refuses."""
    part = path.with_name(path.name + UNFINISHED)
    try:
        try:
            with open(part, "wb", opener=_for_the_owner) as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            part.replace(path)
        finally:
            with suppress(FileNotFoundError):
                part.unlink()
    except OSError as error:
        raise Unavailable(f"state: {path}: {error.strerror}") from error


def _for_the_owner(path: str, flags: int) -> int:
    # the keys of digests are in these files, in whatever folder they are put
    return os.open(path, flags, 0o600)


def write_sealed(path: Path, data: bytes) -> None:
    """Write a file behind its first line."""
    write_whole(path, f"{MAGIC} {sha256(data).hexdigest()}\n".encode() + data)


def read_sealed(path: Path) -> bytes:
    """Return what was written; raise UsageError where it is not that any more."""
    try:
        first, _, data = path.read_bytes().partition(b"\n")
    except OSError as error:
        raise UsageError(f"--state: {path}: {error.strerror}") from None
    if first != f"{MAGIC} {sha256(data).hexdigest()}".encode():
        raise damaged(path)
    return data


def damaged(path: Path) -> UsageError:
    """Return the exception for a file that is not as it was written."""
    return UsageError(f"--state: {path} is damaged or not of this format; delete the state folder to start anew")


def encode_result(header: dict[str, Any], ledger: Ledger, harvest: Harvest) -> bytes:
    """Return the bytes of a range's result behind its header: a line of JSON, then the digest records."""
    lists = [bytes(getattr(harvest, name)) for name in LISTS]
    content = {
        "header": header,
        "ledger": ledger.as_data(),
        "sums": [[*key, f"{a:x}", f"{b:x}"] for key, (a, b) in sorted(harvest.sums.items())],
        "contests": sorted(harvest.contests),
        "lost": harvest.lost,
        "lengths": [len(data) for data in lists],
    }
    return json.dumps(content, separators=(",", ":")).encode() + b"\n" + b"".join(lists)


def decode_header(data: bytes) -> dict[str, Any]:
    """Return the header of an encoded result; raise ValueError, KeyError or TypeError where there is none."""
    header: dict[str, Any] = json.loads(data.partition(b"\n")[0])["header"]
    return header


def decode_result(data: bytes) -> tuple[Ledger, Harvest]:
    """Return what was encoded; raise ValueError, KeyError or TypeError for anything else."""
    line, _, rest = data.partition(b"\n")
    content = json.loads(line)
    harvest = Harvest(contests=set(map(int, content["contests"])), lost=int(content["lost"]))
    for district, contest, option, a, b in content["sums"]:
        harvest.sums[int(district), int(contest), int(option)] = number(a), number(b)
    for name, length in zip(LISTS, content["lengths"], strict=True):
        getattr(harvest, name).extend(rest[:length])
        rest = rest[length:]
    if rest:
        raise ValueError("bytes left over")
    return Ledger.from_data(content["ledger"]), harvest
