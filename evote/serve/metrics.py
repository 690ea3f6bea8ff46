"""What the board counts about itself, in Prometheus' text format.

Idea: one registry per server, so that two of them in one process (tests) share nothing. Labels have few values: routes,
statuses, codes of ours, names of witnesses; never an address, a hash or anything a client made up.
"""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


class Metrics:
    """The counters of one server."""

    def __init__(self) -> None:
        """Begin at zero."""
        self.registry = registry = CollectorRegistry()
        self.requests = Counter("evote_requests", "HTTP requests", ["route", "status"], registry=registry)
        self.request_seconds = Histogram(
            "evote_request_seconds", "Time to answer", ["route"], buckets=_SECONDS, registry=registry
        )
        self.limited = Counter("evote_limited", "Requests refused by a limit", ["limit"], registry=registry)
        self.statements = Counter(
            "evote_statements", "Submitted statements by what became of them", ["outcome"], registry=registry
        )
        self.refusals = Counter("evote_refusals", "Refused statements by code", ["code"], registry=registry)
        self.batch_statements = Histogram(
            "evote_batch_statements",
            "Statements in a batch",
            buckets=(1, 4, 16, 64, 128, 256, 512, 1024),
            registry=registry,
        )
        self.examine_seconds = Histogram(
            "evote_examine_seconds", "Time to examine a batch", buckets=_SECONDS, registry=registry
        )
        self.batch_seconds = Histogram(
            "evote_batch_seconds", "Time to commit a batch", buckets=_SECONDS, registry=registry
        )
        self.publish_seconds = Histogram(
            "evote_publish_seconds", "Time from signing to publishing", buckets=_SECONDS, registry=registry
        )
        self.pool = Gauge("evote_pool_statements", "Statements that wait for the sequencer", registry=registry)
        self.size = Gauge("evote_log_size", "Entries in the log", registry=registry)
        self.published_size = Gauge("evote_published_size", "Entries under the checkpoint", registry=registry)
        self.published_time = Gauge("evote_published_time_seconds", "When the checkpoint was made", registry=registry)
        self.quorum = Gauge("evote_quorum", "1: the last round had its quorum, 0: not, -1: none", registry=registry)
        self.promises = Gauge("evote_promises_open", "Promises not kept yet", registry=registry)
        self.overdue = Gauge("evote_promises_overdue", "Promises whose deadline has passed", registry=registry)
        self.witness_answers = Counter(
            "evote_witness_answers", "Answers of witnesses", ["witness", "answer"], registry=registry
        )
        self.witness_seconds = Histogram(
            "evote_witness_seconds", "Time of a witness to cosign", ["witness"], buckets=_SECONDS, registry=registry
        )
        self.witness_skew = Gauge(
            "evote_witness_clock_skew_seconds", "A witness's time minus ours", ["witness"], registry=registry
        )
        self.clock_jumps = Counter("evote_clock_jumps", "Jumps of this machine's clock", registry=registry)
        self.journal_dropped = Counter(
            "evote_journal_dropped", "Lines of the log of events that nobody read in time", registry=registry
        )

    def text(self) -> bytes:
        """Return everything in the text format."""
        return generate_latest(self.registry)
