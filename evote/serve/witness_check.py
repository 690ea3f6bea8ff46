"""Before a board serves: ask every witness what it has seen of this log.

Spec: C2SP tlog-witness (main, 2026-07), monitoring page.

Idea: a board that was restored from an old copy looks healthy to itself. Its witnesses remember. What they show counts
only if this log's own key signed it, so a lying witness can't keep a log from starting; one that does not answer proves
nothing either way, and without a quorum nothing would be published.

Invariants: whatever is returned was signed by this log.
"""

from __future__ import annotations

import asyncio

import httpx

from evote.log.checkpoint import OpenedCheckpoint
from evote.log.policy import Policy, PolicyWitness, verifier_of
from evote.serve.journal import Journal
from evote.serve.witness_http import WitnessError, fetch_last, make_client


async def ask_witnesses(
    policy: Policy, origin: str, journal: Journal, *, seconds: float, transport: httpx.AsyncBaseTransport | None = None
) -> dict[str, OpenedCheckpoint]:
    """Return the last checkpoint of the log that each witness has cosigned, by the witness's name in the policy."""
    verifiers = tuple(verifier_of(log.key) for log in policy.logs)

    async def ask(witness: PolicyWitness) -> OpenedCheckpoint | None:
        try:
            async with asyncio.timeout(seconds):
                return await fetch_last(client, witness, origin, verifiers)
        except TimeoutError:
            answer, detail = "timeout", ""
        except WitnessError as failure:
            answer, detail = failure.answer.value, failure.detail
        journal.warning("witness_not_asked", witness=witness.name, answer=answer, detail=detail)
        return None

    client = make_client(seconds, transport)
    async with client:
        seen = await asyncio.gather(*(ask(witness) for witness in policy.witnesses))
    return {witness.name: checkpoint for witness, checkpoint in zip(policy.witnesses, seen, strict=True) if checkpoint}
