"""The commands `rehearse` and `decrypt`: what a trustee does with the key share.

Idea: both read the share back from the disk. `decrypt` shows in words what will be decrypted, all of it taken from the
verified log, and asks.

Invariants: repeated, both write the same bytes; `decrypt` never makes a second set.
"""

from __future__ import annotations

from pathlib import Path

from evote.election.kinds import Kind
from trustee_cli.command import Session
from trustee_cli.decrypting import Plan, decrypt, plan_decryption, rehearse
from trustee_cli.desk import Desk, ask_outbox, open_desk
from trustee_cli.follow import LogChoice
from trustee_cli.options import ElectionOption, LogKeyOption, OutboxOption, RecordArgument, YesOption
from trustee_cli.words import describe_plan, plan_as_json


def rehearse_command(
    session: Session,
    record: RecordArgument,
    outbox: OutboxOption = None,
    log_key: LogKeyOption = None,
    election: ElectionOption = None,
) -> None:
    """Read your key share back from the disk and decrypt the test ciphertext."""
    with session.home.lock():
        desk = open_desk(session, LogChoice(record=record, log_key=log_key, election=election), yes=False)
        desk.look(may_join=False)
        submission = rehearse(desk.vault, desk.log.state, session.settings.random)
        session.out.say("rehearsal_good")
        path = desk.write(ask_outbox(session, outbox), submission)
        session.out.result(**desk.facts(written=[str(path)]))


def decrypt_command(
    session: Session,
    record: RecordArgument,
    outbox: OutboxOption = None,
    log_key: LogKeyOption = None,
    election: ElectionOption = None,
    yes: YesOption = False,
) -> None:
    """Verify the whole record, add up yourself, and publish your part of the decryption."""
    with session.home.lock():
        desk = open_desk(session, LogChoice(record=record, log_key=log_key, election=election), yes=yes)
        desk.look(may_join=False, whole=True)
        plan = plan_decryption(desk.vault, desk.log.state)
        for line in describe_plan(session.out, desk.log.state, plan):
            session.out.tell(line)
        if not plan.contests:
            session.out.say("plan_nothing")
            session.out.result(**desk.facts(**plan_as_json(plan, desk.log.state), written=[]))
            return
        _publish(session, desk, plan, outbox, yes)


def _publish(session: Session, desk: Desk, plan: Plan, outbox: Path | None, yes: bool) -> None:
    state = desk.log.state
    is_new = Kind.TRUSTEE_DECRYPTION not in desk.vault.seat(state.election_id).statements
    if is_new and not yes:
        session.out.confirm("confirm_decrypt")
    folder = ask_outbox(session, outbox)
    with session.out.progress("progress_decrypting", None):
        submission = decrypt(desk.vault, state, session.settings.random)
    path = desk.write(folder, submission)
    session.out.result(**desk.facts(**plan_as_json(plan, state), written=[str(path)]))
