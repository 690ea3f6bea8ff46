"""Row L.L: receipts are in the log, and what each of them proves.

*Spec*: docs/protocol.md, sections 8 and 12; C2SP tlog-proof.

*Idea*: A receipt proves that one statement is in the log, whatever that statement says. So scope and kind are told, and
of a cast ballot whether it counts: a receipt of some other statement must not pass for that of a vote.
"""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from verifier.checks.checkpoint import Prefixes, signature_problem
from verifier.errors import Malformed
from verifier.findings import ReceiptMeaning, ReceiptSummary
from verifier.ledger import MAX_NOTES, Ledger
from verifier.merkle import is_included, leaf_hash
from verifier.statement import parse_statement, shown_kind
from verifier.trust import HandedReceipt, Trust


@dataclass(frozen=True, slots=True, kw_only=True)
class ProvenReceipt:
    """A receipt whose entry is in the record; ``log_size`` is the size that its checkpoint states."""

    name: str
    index: int
    entry: bytes
    log_size: int


def check_receipts(
    receipts: Sequence[HandedReceipt], trust: Trust, prefixes: Prefixes, ledger: Ledger
) -> tuple[ProvenReceipt, ...]:
    """Evaluate L.L and return the receipts that hold."""
    if not receipts:
        ledger.absent("L.L", "no receipt was handed in")
    return tuple(proven for item in receipts if (proven := _check(item, trust, prefixes, ledger)) is not None)


def _check(item: HandedReceipt, trust: Trust, prefixes: Prefixes, ledger: Ledger) -> ProvenReceipt | None:
    receipt, name = item.content, item.name
    if receipt is None:
        ledger.unevaluated("L.L", f"{name!r} is no receipt: {item.problem}")
        return None
    head, leaf = receipt.checkpoint, leaf_hash(receipt.entry)
    problem = signature_problem(head, trust)
    if not problem and not is_included(receipt.index, head.size, leaf, receipt.proof, head.root):
        problem = "the path does not lead from the entry to the checkpoint"
    if not problem and receipt.index >= prefixes.size:
        problem = f"entry {receipt.index} is beyond the end of the record"
    known = prefixes.leaves.get(receipt.index)
    if not problem and known is not None and known != leaf:
        problem = f"another statement at entry {receipt.index}"
    root = prefixes.roots.get(head.size)
    if not problem and root is not None and root != head.root:
        problem = f"another root at size {head.size}"
    if problem:
        ledger.failed("L.L", f"receipt {name!r}: {problem}", entry=receipt.index)
    elif known is None:
        ledger.unevaluated("L.L", f"entry {receipt.index} of the record can't be read")
    elif root is None and head.size <= prefixes.size:
        ledger.unevaluated("L.L", f"the root at size {head.size} can't be rebuilt")
    else:
        ledger.passed("L.L")
        if head.size > prefixes.size:
            ledger.note("L.L", f"receipt {name!r} is from a later state of the log than the record")
        return ProvenReceipt(name=name, index=receipt.index, entry=receipt.entry, log_size=head.size)
    return None


def describe_receipts(
    database: sqlite3.Connection, proven: Sequence[ProvenReceipt], scope: bytes, *, counted: bool, ledger: Ledger
) -> tuple[ReceiptSummary, ...]:
    """Return what each receipt proves, and note the first few; ``counted`` says whether it is known what counts."""
    summaries = tuple(_describe(database, item, scope, counted=counted) for item in proven)
    # what proves no ballot of this election comes first: it is what an auditor must not miss
    for item in sorted(summaries, key=lambda item: item.meaning in _OF_BALLOTS)[: MAX_NOTES // 2]:
        ledger.note("L.L", f"receipt {item.name!r} proves entry {item.entry} ({item.kind}): {_WORDS[item.meaning]}")
    return summaries


_OF_BALLOTS = frozenset(
    (ReceiptMeaning.COUNTED, ReceiptMeaning.LATER, ReceiptMeaning.UNCOUNTED, ReceiptMeaning.UNKNOWN)
)
_WORDS: dict[ReceiptMeaning, str] = {
    ReceiptMeaning.COUNTED: "a ballot of this election that counts",
    ReceiptMeaning.LATER: "a ballot of this election that does not count, because a later one of the same voter does",
    ReceiptMeaning.UNCOUNTED: "a ballot of this election that does not count",
    ReceiptMeaning.UNKNOWN: "a ballot of this election; whether it counts can't be told from this record",
    ReceiptMeaning.CHALLENGED: "a challenged ballot of this election, which never counts",
    ReceiptMeaning.NO_BALLOT: "a statement of this election that is no ballot",
    ReceiptMeaning.ELSEWHERE: "a statement of another election or service; it says nothing about this one",
    ReceiptMeaning.NOTHING: "it is no statement at all",
}


def _describe(database: sqlite3.Connection, item: ProvenReceipt, scope: bytes, *, counted: bool) -> ReceiptSummary:
    try:
        statement = parse_statement(item.entry)
    except Malformed:
        meaning = ReceiptMeaning.NOTHING
        return ReceiptSummary(
            name=item.name, entry=item.index, scope="", kind="", meaning=meaning, log_size=item.log_size
        )
    if statement.scope != scope:
        meaning = ReceiptMeaning.ELSEWHERE
    elif statement.kind == "ballot.challenged":
        meaning = ReceiptMeaning.CHALLENGED
    elif statement.kind == "ballot.cast":
        meaning = _ballot_meaning(database, item.index, statement.author) if counted else ReceiptMeaning.UNKNOWN
    else:
        meaning = ReceiptMeaning.NO_BALLOT
    return ReceiptSummary(
        name=item.name,
        entry=item.index,
        scope=statement.scope.hex(),
        kind=shown_kind(statement.kind),
        meaning=meaning,
        log_size=item.log_size,
    )


def _ballot_meaning(database: sqlite3.Connection, entry: int, author: bytes) -> ReceiptMeaning:
    query = "SELECT entry FROM ballot WHERE author = ? AND counted = 1 AND entry >= ? ORDER BY entry"
    counting = [found for (found,) in database.execute(query, (author, entry))]
    if entry in counting:
        return ReceiptMeaning.COUNTED
    return ReceiptMeaning.LATER if counting else ReceiptMeaning.UNCOUNTED
