"""The command `ceremony`: whatever round is due, or all of them one after the other.

Idea: look, speak if it is one's turn, and, with `--wait`, look again until one's own part is done. Rounds are decided
by the record alone, so the command may be killed and repeated at any moment.

Invariants: a statement is saved before it is delivered; the command ends with success only if something was delivered
or nothing is left to do.
"""

from __future__ import annotations

from typing import Final

from evote.election.kinds import Kind
from evote.errors import EvoteError, PolicyError, ProtocolError
from trustee_cli.command import Session
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
    YesOption,
)
from trustee_cli.rounds import Spoken, due_kind, ensure_key_share, is_past_ceremony, missing_trustees, speak
from trustee_cli.waiting import Waiting
from trustee_cli.words import describe_waiting, name_trustees

_LAST: Final = (Kind.TRUSTEE_CONFIRMATION, Kind.TRUSTEE_COMPLAINT)
_OF_CEREMONY: Final = (Kind.TRUSTEE_COMMITMENT, Kind.TRUSTEE_KEYS, Kind.TRUSTEE_SHARES, Kind.TRUSTEE_CONFIRMATION)


def ceremony(
    session: Session,
    record: RecordArgument,
    outbox: OutboxOption = None,
    log_key: LogKeyOption = None,
    policy: PolicyOption = None,
    election: ElectionOption = None,
    wait: WaitOption = False,
    wait_seconds: WaitSecondsOption = None,
    yes: YesOption = False,
) -> None:
    """Take part in the key ceremony: do whatever round is due."""
    with session.home.lock():
        desk = open_desk(session, LogChoice(record=record, log_key=log_key, election=election, policy=policy), yes=yes)
        delivery = choose_delivery(session, record, outbox)
        _Rounds(desk, delivery).run(Waiting(session, wait=wait, seconds=wait_seconds))


class _Rounds:
    """The course of one command: what was delivered so far, and when to stop."""

    def __init__(self, desk: Desk, delivery: Delivery) -> None:
        self._desk, self._delivery = desk, delivery
        self._delivered: set[Kind] = set()

    def run(self, waiting: Waiting) -> None:
        """Go round by round until done, or, unless waiting, for one round; raise PolicyError `trustee.waiting`."""
        out = self._desk.session.out
        if waiting.until(self._round, self._waiting):
            out.say("ceremony_done")
            self._report(done=True)
        elif waiting.is_wanted:
            self._report(done=False)
            text = out.text("still_waiting", seconds=f"{waiting.seconds:g}", waiting=self._waiting())
            raise PolicyError("trustee.waiting", text, waiting=text)
        elif self._delivered:
            self._report(done=False)
        else:
            raise PolicyError("trustee.waiting", self._waiting(), waiting=self._waiting())

    def _round(self) -> bool:
        """Look and speak; return whether one's own part is done."""
        desk = self._desk
        desk.look(may_join=True)
        state = desk.log.state
        trustee = desk.vault.seat(state.election_id).trustee
        desk.check_not_aborted()
        if is_past_ceremony(state) or state.trustees[trustee - 1].confirmation is not None:
            if is_past_ceremony(state):
                ensure_key_share(desk.vault, state)
            return True
        kind = due_kind(state, trustee)
        if kind not in _OF_CEREMONY:
            return False
        spoken = speak(desk.vault, state, kind, desk.session.settings.random)
        if spoken.kind not in self._delivered:
            desk.deliver(self._delivery, spoken.submission)
            self._delivered.add(spoken.kind)
        if spoken.accused is not None:
            self._complain(spoken)
        return spoken.kind in _LAST

    def _complain(self, spoken: Spoken) -> None:
        state, out = self._desk.log.state, self._desk.session.out
        self._report(done=True, accused=spoken.accused)
        who = name_trustees(out, state.manifest, (spoken.accused or 0,))
        complaint = out.text("complaint", who=who)
        raise ProtocolError("trustee.complained", complaint, (str(spoken.accused),), complaint=complaint)

    def _waiting(self) -> str:
        out = self._desk.session.out
        try:
            return describe_waiting(out, self._desk.log.state)
        except EvoteError as error:
            return str(out.describe(error))

    def _report(self, *, done: bool, accused: int | None = None) -> None:
        try:
            state = self._desk.log.state
        except EvoteError:
            return
        self._desk.session.out.result(
            **self._desk.facts(
                **self._delivery.facts(),
                waiting_for=list(missing_trustees(state)),
                done=done,
                accused=accused,
            )
        )
