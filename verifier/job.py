"""What every worker of one verification must know; sent to it once.

*Idea*: Results of a range follow from the job, the range's facts and the bytes that the worker reads, and from nothing
else. So a job is plain data, told apart by its digest, and what of it a result depends on has a digest too.
"""

from dataclasses import dataclass
from hashlib import sha256

from verifier.checks.ballots import DigestKeys
from verifier.election import Keys
from verifier.manifest import Manifest
from verifier.program import identity

# The program that was loaded: asked for later, it could be one that was installed in the meantime.
identity()


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """Record, election and keys; picklable. ``keys`` is None where they can't be recomputed.

    ``program`` is the program that made the job: no other may work on it.
    """

    program: str
    record: str
    size: int
    scope: bytes
    manifest: Manifest | None
    keys: Keys | None
    digests: DigestKeys
    window: int

    def basis(self) -> bytes:
        """Return the SHA-256 of all that a range's result depends on, but for the range and its facts."""
        keys = None if self.keys is None else (self.keys.h_e, self.keys.b_c, self.keys.vote_key)
        return sha256(repr((self.program, self.scope, self.manifest, keys, self.digests)).encode()).digest()

    def digest(self) -> bytes:
        """Return the SHA-256 of the whole job."""
        trustees = self.keys.vote_commitments if self.keys is not None else ()
        parts = (self.record, self.size, self.window, trustees)
        return sha256(self.basis() + repr(parts).encode()).digest()
