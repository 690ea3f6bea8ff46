"""The command `ceremony`: whatever round is due, or all of them one after the other.

Idea: look, speak if it is one's turn, and, with `--wait`, look again until one's own part is done. Rounds are decided
by the record alone, so the command may be killed and repeated at any moment.

Invariants: a statement is saved before its file is written; the command ends with success only if something was
written or nothing is left to do.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final

import typer

from evote.election.kinds import Kind
from evote.election.state import Phase
from evote.errors import BoardError, EvoteError, PolicyError, ProtocolError
from trustee_cli.command import Session
from trustee_cli.desk import Desk, ask_outbox, may_pass, open_desk
from trustee_cli.follow import LogChoice
from trustee_cli.options import ElectionOption, LogKeyOption, OutboxOption, RecordArgument, YesOption
from trustee_cli.rounds import Spoken, due_kind, ensure_key_share, is_past_ceremony, missing_trustees, speak
from trustee_cli.words import describe_waiting, name_trustees

POLL_SECONDS: Final = 2.0
_LAST: Final = (Kind.TRUSTEE_CONFIRMATION, Kind.TRUSTEE_COMPLAINT)
_OF_CEREMONY: Final = (Kind.TRUSTEE_COMMITMENT, Kind.TRUSTEE_KEYS, Kind.TRUSTEE_SHARES, Kind.TRUSTEE_CONFIRMATION)


def ceremony(
    session: Session,
    record: RecordArgument,
    outbox: OutboxOption = None,
    log_key: LogKeyOption = None,
    election: ElectionOption = None,
    wait: Annotated[bool, typer.Option("--wait", help="Wait for the others and carry through all rounds.")] = False,
    wait_seconds: Annotated[
        float | None, typer.Option("--wait-seconds", min=0, help="Wait at most that long; implies --wait.")
    ] = None,
    yes: YesOption = False,
) -> None:
    """Take part in the key ceremony: do whatever round is due."""
    with session.home.lock():
        desk = open_desk(session, LogChoice(record=record, log_key=log_key, election=election), yes=yes)
        folder = ask_outbox(session, outbox)
        _Rounds(desk, folder).run(wait=wait or wait_seconds is not None, wait_seconds=wait_seconds)


class _Rounds:
    """The course of one command: what was written so far, and when to stop."""

    def __init__(self, desk: Desk, outbox: Path) -> None:
        self._desk, self._outbox = desk, outbox
        self._written: dict[Kind, Path] = {}
        self._told = ""

    def run(self, *, wait: bool, wait_seconds: float | None) -> None:
        """Go round by round until done, or, unless waiting, for one round; raise PolicyError `trustee.waiting`."""
        settings = self._desk.session.settings
        start = settings.clock()
        while not self._try_round(wait):
            if not wait:
                if self._written:
                    break
                raise PolicyError("trustee.waiting", self._waiting())
            left = None if wait_seconds is None else wait_seconds - (settings.clock() - start)
            if left is not None and left <= 0:
                self._report(done=False)
                seconds = f"{wait_seconds:g}"
                raise PolicyError(
                    "trustee.waiting",
                    self._desk.session.out.text("still_waiting", seconds=seconds, waiting=self._waiting()),
                )
            self._tell_waiting()
            settings.sleep(POLL_SECONDS if left is None else min(POLL_SECONDS, left))
        else:
            self._finish()
            return
        self._report(done=False)

    def _try_round(self, wait: bool) -> bool:
        """Look and speak; return whether one's own part is done."""
        try:
            return self._round()
        except (BoardError, PolicyError) as error:
            if not (wait and may_pass(error)):
                raise
            return False

    def _round(self) -> bool:
        desk = self._desk
        desk.look(may_join=True)
        state = desk.log.state
        trustee = desk.vault.seat(state.election_id).trustee
        if state.phase is Phase.ABORTED:
            raise ProtocolError(
                "trustee.election_ended", describe_waiting(desk.session.out, state), (str(state.culprit),)
            )
        if is_past_ceremony(state) or state.trustees[trustee - 1].confirmation is not None:
            if is_past_ceremony(state):
                ensure_key_share(desk.vault, state)
            return True
        kind = due_kind(state, trustee)
        if kind not in _OF_CEREMONY:
            return False
        spoken = speak(desk.vault, state, kind, desk.session.settings.random)
        if spoken.kind not in self._written:
            self._written[spoken.kind] = desk.write(self._outbox, spoken.submission)
        if spoken.accused is not None:
            self._complain(spoken)
        return spoken.kind in _LAST

    def _complain(self, spoken: Spoken) -> None:
        state, out = self._desk.log.state, self._desk.session.out
        self._report(done=True, accused=spoken.accused)
        who = name_trustees(out, state.manifest, (spoken.accused or 0,))
        raise ProtocolError("trustee.complained", out.text("complaint", who=who), (str(spoken.accused),))

    def _finish(self) -> None:
        self._desk.session.out.say("ceremony_done")
        self._report(done=True)

    def _tell_waiting(self) -> None:
        """Say what is awaited, once until it changes."""
        waiting = self._waiting()
        if waiting != self._told:
            self._told = waiting
            self._desk.session.out.notice("waiting_now", waiting=waiting)

    def _waiting(self) -> str:
        out = self._desk.session.out
        try:
            return describe_waiting(out, self._desk.log.state)
        except EvoteError as error:
            return error.message

    def _report(self, *, done: bool, accused: int | None = None) -> None:
        try:
            state = self._desk.log.state
        except EvoteError:
            return
        self._desk.session.out.result(
            **self._desk.facts(
                written=[str(path) for path in self._written.values()],
                waiting_for=list(missing_trustees(state)),
                done=done,
                accused=accused,
            )
        )
