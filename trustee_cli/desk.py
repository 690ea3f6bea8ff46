"""A trustee at work on one election: home unlocked, record verified, seat taken.

Idea: every command that signs goes through the same door: one program at a time, the log's pinned key, an election
that names this trustee, a record that agrees with what this keystore has said before.

Invariants: a seat is taken only after the trustee has read the manifest and agreed; nothing is signed for an election
whose log has another key than when the seat was taken.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from evote.client.submission import Submission
from evote.election.state import Phase
from evote.errors import ConfigurationError, ProtocolError, VerificationError
from trustee_cli.command import Session
from trustee_cli.delivery import Delivery
from trustee_cli.follow import LogChoice, LogFollower, find_trustee
from trustee_cli.rounds import check_own_statements
from trustee_cli.vault import Seat, Vault
from trustee_cli.words import describe_manifest, describe_waiting


@dataclass(frozen=True, kw_only=True)
class Desk:
    """An unlocked vault and the election that is followed; call `look` before anything else."""

    session: Session
    vault: Vault
    log: LogFollower
    yes: bool

    def look(self, *, may_join: bool, whole: bool = False) -> Seat:
        """Read and verify what is new in the record and return the seat, which may be taken now if `may_join`.

        Raise as `LogFollower.refresh`, `check_own_statements` and `Vault.seat`; VerificationError
        `trustee.log_key_changed`, ConfigurationError `trustee.not_in_manifest` or `trustee.declined`.
        """
        self.log.refresh(whole=whole)
        election_id = self.log.election_id
        if election_id not in self.vault.seats and may_join:
            self._join()
        seat = self.vault.seat(election_id)
        if seat.log_key != self.log.log_key:
            raise VerificationError(
                "trustee.log_key_changed",
                f"you took part in this election in the log {seat.log_key}, this record is of {self.log.log_key}",
                given=self.log.log_key,
                known=seat.log_key,
            )
        self._check_policy(seat)
        check_own_statements(self.log.own, seat)
        return seat

    def check_not_aborted(self) -> None:
        """Raise ProtocolError `trustee.election_ended` where a complaint has ended the election, if one was read."""
        if not self.log.is_started or self.log.state.phase is not Phase.ABORTED:
            return
        state = self.log.state
        waiting = describe_waiting(self.session.out, state)
        raise ProtocolError("trustee.election_ended", waiting, (str(state.culprit),), waiting=waiting)

    def deliver(self, delivery: Delivery, submission: Submission) -> None:
        """Deliver a saved statement; raise as the delivery."""
        delivery.deliver(submission, self.log.trusted_policy)

    def facts(self, **more: Any) -> dict[str, Any]:
        """Return what every command's JSON says, and more."""
        state = self.log.state
        return {"election": state.election_id.hex(), "phase": state.phase.value, **more}

    def _check_policy(self, seat: Seat) -> None:
        """Keep the policy with the seat; one that is not the seat's must have been given, and agreed to, just now."""
        policy = self.log.policy_text
        if policy == seat.policy:
            return
        if seat.policy and not self.log.is_policy_given:
            raise VerificationError(
                "trustee.policy_changed",
                "the policy in your home folder is not the one under which you took part in this election; "
                "give the right one with --policy",
            )
        seat.policy = policy
        self.vault.save()

    def _join(self) -> None:
        out, state, log = self.session.out, self.log.state, self.log
        trustee = find_trustee(state.manifest, self.vault.identity.public_key)
        if trustee is None:
            raise ConfigurationError(
                "trustee.not_in_manifest",
                f"election {state.election_id.hex()} does not name your key as a trustee's",
                election=state.election_id.hex(),
            )
        label = state.manifest.trustees[trustee - 1].label
        seat = Seat(trustee=trustee, label=out.title(state.manifest.title), log_key=log.log_key, policy=log.policy_text)
        check_own_statements(log.own, seat)
        # Read before the question, also by a person who answers it for a program.
        for line in describe_manifest(out, state.manifest, state.election_id, trustee):
            out.tell(line)
        if not self.yes:
            out.confirm("confirm_join", index=trustee, label=label)
        self.vault.seats[state.election_id] = seat
        self.vault.save()


def open_desk(session: Session, choice: LogChoice, *, yes: bool, workers: int | None = None) -> Desk:
    """Unlock the home (which the caller has locked against other programs) and prepare to follow the log.

    `workers` processes verify ballots, by default those of the settings.
    """
    home = session.home
    home.require_public()
    vault = home.unlock(session.passphrases.existing())
    log = LogFollower(
        choice,
        home,
        session.out,
        public_key=vault.identity.public_key,
        workers=workers or session.settings.workers,
    )
    return Desk(session=session, vault=vault, log=log, yes=yes)
