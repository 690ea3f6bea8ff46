"""Every limit of the served board in one place, with its default.

Idea: a limit is a promise to everybody else: what one client may take is bounded before any mathematics is done for it.

Invariants: one request of the largest allowed size fits into every pool and bucket, so no limit can make it impossible.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The limits; times in seconds, rates per second and address (IPv6: per /64)."""

    # One batch of the sequencer: this many statements, or those of this long.
    batch_statements: int = 256
    batch_seconds: float = 0.1
    # While further batches are ready, what is committed waits so long to be published together with them.
    publish_seconds: float = 0.25
    # What may wait for the sequencer.
    pool_statements: int = 4096
    pool_bytes: int = 128 * 2**20
    # One request; all bodies that are being read or worked on.
    request_statements: int = 100
    body_bytes: int = 16 * 2**20
    bodies_bytes: int = 256 * 2**20
    # How long a client may take for the head of a request, its body, and the reading of an answer.
    head_seconds: float = 10.0
    body_seconds: float = 30.0
    answer_seconds: float = 60.0
    idle_seconds: int = 20
    # A refused body is read to its end, and forgotten, up to here, so that the client sees the answer.
    discarded_bytes: int = 80 * 2**20
    discarded_seconds: float = 5.0
    # Connections in all and from one address.
    connections: int = 1000
    connections_per_address: int = 200
    # Submitted statements and read files.
    statements_rate: float = 50.0
    statements_burst: int = 500
    reads_rate: float = 500.0
    reads_burst: int = 5000
    # Witnesses: how long to wait for one, how long a promise has, how often a checkpoint is cosigned anew.
    witness_seconds: float = 3.0
    witness_grace_seconds: float = 0.05
    promise_seconds: int = 60
    republish_seconds: float = 600.0
    # After the signal to stop.
    shutdown_seconds: int = 20
