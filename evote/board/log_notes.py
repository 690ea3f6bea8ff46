"""What a log has to remember beside its entries: the published checkpoint, its policies, cosignatures, evidence.

Idea: the checkpoint stands here before it stands in the record, so a lost record comes back byte for byte.

Invariants: policies and evidence are only ever added.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256

from sqlalchemy import delete, func, insert, select, update

from evote.board.connections import Connections
from evote.board.head import Head, check_epoch, log_table
from evote.board.tables import CosignatureRow, EvidenceRow, PolicyRow, table

policy_table, cosignature_table, evidence_table = table(PolicyRow), table(CosignatureRow), table(EvidenceRow)


class LogNotes(Connections):
    """What is remembered of one log."""

    def checkpoint(self) -> bytes | None:
        """Return the note that was published last, None before one."""
        with self._reading() as connection:
            note: bytes | None = connection.execute(select(log_table.c.checkpoint)).scalar()
        return note

    def set_checkpoint(self, head: Head, note: bytes, cosignatures: Sequence[tuple[str, int, str]]) -> None:
        """Store the note to be published and its cosignatures: key (vkey text), size and line.

        Raise BoardError `board.lease_lost` where another sequencer has taken the log over.
        """
        ours = update(log_table).where(log_table.c.origin == head.origin, log_table.c.epoch == head.epoch)
        with self._writing() as connection:
            if connection.execute(ours.values(checkpoint=note)).rowcount != 1:
                check_epoch(head, None)
            connection.execute(
                delete(cosignature_table).where(
                    cosignature_table.c.verifier_key.in_([key for key, _, _ in cosignatures])
                )
            )
            if rows := [{"verifier_key": key, "size": size, "line": line} for key, size, line in cosignatures]:
                connection.execute(insert(cosignature_table), rows)

    def cosigned_sizes(self) -> dict[str, int]:
        """Return the size under the latest published cosignature by each key (vkey text)."""
        with self._reading() as connection:
            rows = connection.execute(select(cosignature_table.c.verifier_key, cosignature_table.c.size)).all()
        return dict(rows)

    def add_policy(self, size: int, text: bytes) -> None:
        """Store a policy after all others."""
        with self._writing() as connection:
            number = connection.execute(select(func.count()).select_from(policy_table)).scalar_one()
            connection.execute(insert(policy_table), [{"number": number, "size": size, "text": text}])

    def policies(self) -> tuple[tuple[int, bytes], ...]:
        """Return every policy that was set, oldest first, with the size of the log at that moment."""
        query = select(policy_table.c.size, policy_table.c.text).order_by(policy_table.c.number)
        with self._reading() as connection:
            return tuple((size, text) for size, text in connection.execute(query))

    def add_evidence(self, kind: str, data: bytes) -> None:
        """Store evidence; the same again changes nothing."""
        digest = sha256(kind.encode() + b"\x00" + data).digest()
        with self._writing() as connection:
            known = connection.execute(select(evidence_table.c.digest).where(evidence_table.c.digest == digest)).first()
            if known is None:
                connection.execute(insert(evidence_table), [{"digest": digest, "kind": kind, "data": data}])

    def evidence(self) -> tuple[tuple[str, bytes], ...]:
        """Return all evidence, by kind."""
        query = select(evidence_table.c.kind, evidence_table.c.data).order_by(
            evidence_table.c.kind, evidence_table.c.digest
        )
        with self._reading() as connection:
            return tuple((kind, data) for kind, data in connection.execute(query))
