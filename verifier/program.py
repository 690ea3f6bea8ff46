"""Which program this is: its version, and a fingerprint of its own source.

*Idea*: What was computed by another program is not believed, be it an earlier run's or another machine's. A version
number that somebody forgot to raise must not decide about that.
"""

from functools import cache
from hashlib import sha256
from pathlib import Path

VERSION = "0.1.0"


@cache
def identity() -> str:
    """Return version and fingerprint."""
    folder, digest = Path(__file__).parent, sha256()
    for path in sorted(folder.rglob("*.py")):
        content = path.read_bytes()
        digest.update(f"{path.relative_to(folder).as_posix()}\n{len(content)}\n".encode() + content)
    return f"{VERSION}+{digest.hexdigest()[:16]}"
