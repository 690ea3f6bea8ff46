"""The commands `rehearse` and `decrypt`: what a trustee does with the key share.

Idea: both read the share back from the disk. `decrypt` shows in words what will be decrypted, all of it taken from the
verified log, and asks. With `--wait` either waits until its moment has come; what the log gains meanwhile is read and
verified as it comes.

Invariants: repeated, both deliver the same bytes; `decrypt` never makes a second set.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final, TypeVar

from evote.client.submission import Submission
from evote.election.kinds import Kind
from evote.errors import PolicyError
from trustee_cli.command import Session
from trustee_cli.decrypting import Plan, decrypt, plan_decryption, rehearse
from trustee_cli.delivery import Delivery, choose_delivery
from trustee_cli.desk import Desk, open_desk
from trustee_cli.follow import LogChoice
from trustee_cli.options import (
    ElectionOption,
    LogKeyOption,
    OutboxOption,
    PolicyOption,
    RecordArgument,
    WaitOption,
    WaitSecondsOption,
    WorkersOption,
    YesOption,
)
from trustee_cli.waiting import Waiting
from trustee_cli.words import describe_plan, plan_as_json

T = TypeVar("T")

# What a trustee may do later.
_TOO_EARLY: Final = frozenset({"trustee.no_keys", "trustee.no_rehearsal", "trustee.not_closed", "trustee.no_tally"})


def rehearse_command(
    session: Session,
    record: RecordArgument,
    outbox: OutboxOption = None,
    log_key: LogKeyOption = None,
    policy: PolicyOption = None,
    election: ElectionOption = None,
    wait: WaitOption = False,
    wait_seconds: WaitSecondsOption = None,
) -> None:
    """Read your key share back from the disk and decrypt the test ciphertext."""
    with session.home.lock():
        desk = open_desk(
            session, LogChoice(record=record, log_key=log_key, election=election, policy=policy), yes=False
        )
        waiting = Waiting(session, wait=wait, seconds=wait_seconds)

        def make() -> Submission:
            desk.look(may_join=False)
            return rehearse(desk.vault, desk.log.state, session.settings.random)

        submission = _made(desk, waiting, make)
        session.out.say("rehearsal_good")
        delivery = choose_delivery(session, record, outbox)
        _deliver(desk, waiting, delivery, submission)
        session.out.result(**desk.facts(**delivery.facts()))


def decrypt_command(
    session: Session,
    record: RecordArgument,
    outbox: OutboxOption = None,
    log_key: LogKeyOption = None,
    policy: PolicyOption = None,
    election: ElectionOption = None,
    wait: WaitOption = False,
    wait_seconds: WaitSecondsOption = None,
    workers: WorkersOption = None,
    yes: YesOption = False,
) -> None:
    """Verify the whole record, add up yourself, and publish your part of the decryption."""
    with session.home.lock():
        choice = LogChoice(record=record, log_key=log_key, election=election, policy=policy)
        desk = open_desk(session, choice, yes=yes, workers=workers)
        waiting = Waiting(session, wait=wait, seconds=wait_seconds)

        def make() -> Plan:
            desk.look(may_join=False, whole=not waiting.is_wanted)
            plan = plan_decryption(desk.vault, desk.log.state)
            if waiting.is_wanted:
                desk.look(may_join=False, whole=True)
            return plan

        plan = _made(desk, waiting, make)
        for line in describe_plan(session.out, desk.log.state, plan):
            session.out.tell(line)
        if not plan.contests:
            session.out.say("plan_nothing")
            session.out.result(**desk.facts(**plan_as_json(plan, desk.log.state), written=[]))
            return
        _publish(desk, waiting, record, outbox, plan)


def _publish(desk: Desk, waiting: Waiting, record: str, outbox: Path | None, plan: Plan) -> None:
    state, out = desk.log.state, desk.session.out
    is_new = Kind.TRUSTEE_DECRYPTION not in desk.vault.seat(state.election_id).statements
    if is_new and not desk.yes:
        out.confirm("confirm_decrypt")
    delivery = choose_delivery(desk.session, record, outbox)
    with out.progress("progress_decrypting", None):
        submission = decrypt(desk.vault, state, desk.session.settings.random)
    _deliver(desk, waiting, delivery, submission)
    out.result(**desk.facts(**plan_as_json(plan, state), **delivery.facts()))


def _made(desk: Desk, waiting: Waiting, make: Callable[[], T]) -> T:
    """Return what `make` makes, as soon as it does; PolicyError `trustee.waiting` where the time is up before."""
    made: list[T] = []

    def attempt() -> bool:
        try:
            made.append(make())
        except PolicyError:
            desk.check_not_aborted()
            raise
        return True

    _wait(desk, waiting, attempt)
    return made[0]


def _deliver(desk: Desk, waiting: Waiting, delivery: Delivery, submission: Submission) -> None:
    def attempt() -> bool:
        desk.deliver(delivery, submission)
        return True

    _wait(desk, waiting, attempt)


def _wait(desk: Desk, waiting: Waiting, attempt: Callable[[], bool]) -> None:
    out = desk.session.out
    if not waiting.until(attempt, lambda: "", _TOO_EARLY):
        text = out.text("still_waiting", seconds=f"{waiting.seconds:g}", waiting=waiting.told)
        raise PolicyError("trustee.waiting", text, waiting=text)
