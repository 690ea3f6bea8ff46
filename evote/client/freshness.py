"""How old a witnessed checkpoint is: against being shown a log that seems to stand still (a freeze).

Spec: docs/witness.md section 5; C2SP tlog-cosignature (a cosignature states its time).

Idea: a checkpoint is true for ever, so its age says nothing against it; but a log in operation has it cosigned anew at
intervals. Whoever reads a served log is told where the quorum's word is older than that by far.

Not noticed: a log without witnesses, or with those that state no time; a reader's own clock that is wrong.
"""

from __future__ import annotations

from typing import Final

from evote.log.policy import Policy, WitnessedCheckpoint, quorum_time

# Six times the interval at which a board has its checkpoint cosigned anew.
STALE_SECONDS: Final = 3600


def stale_since(policy: Policy, witnessed: WitnessedCheckpoint, now: float) -> int | None:
    """Return when a quorum last vouched for a checkpoint that is older than `STALE_SECONDS`; None where it is not.

    Times are seconds since 1970. None also where no quorum states a time: nothing is known of its age then.
    """
    seen = quorum_time(policy, witnessed.times)
    return seen if seen and now - seen > STALE_SECONDS else None
