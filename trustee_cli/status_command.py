"""The command `status`: what the election waits for, in words; needs no passphrase.

Idea: the record is verified like for every other command, but nothing is signed, so the public part of the home is
enough; without a home it works too and believes the key that the record names, with a notice.

Invariants: changes nothing but the memory of checkpoints and, with `--log-key`, the pinned key.
"""

from __future__ import annotations

from contextlib import ExitStack

from evote.log.policy import is_post_quantum
from trustee_cli.command import Session
from trustee_cli.follow import LogChoice, LogFollower, find_trustee
from trustee_cli.options import ElectionOption, LogKeyOption, PolicyOption, RecordArgument
from trustee_cli.rounds import missing_trustees
from trustee_cli.words import describe_own_step, describe_waiting, own_command


def status(
    session: Session,
    record: RecordArgument,
    log_key: LogKeyOption = None,
    policy: PolicyOption = None,
    election: ElectionOption = None,
) -> None:
    """Say what the election waits for and who is missing."""
    out, home = session.out, session.home
    with ExitStack() as stack:
        public = home.public()
        if public is not None:
            stack.enter_context(home.lock())
        log = LogFollower(
            LogChoice(record=record, log_key=log_key, election=election, policy=policy),
            home,
            out,
            public_key=public.public_key if public is not None else None,
            workers=session.settings.workers,
            only_looking=True,
        )
        log.refresh(whole=True)
    state = log.state
    trustee = find_trustee(state.manifest, public.public_key) if public is not None else None
    out.say("manifest_title", title=out.title(state.manifest.title), label=state.manifest.label)
    out.say("manifest_id", id=state.election_id.hex())
    if log.checkpoint is not None:
        out.say("status_checkpoint", origin=log.checkpoint.origin, size=log.checkpoint.size)
    if not is_post_quantum(log.trusted_policy):
        out.say("status_one_log_key")
    out.write(describe_waiting(out, state))
    if trustee is not None:
        out.say("status_you", index=trustee, label=state.manifest.trustees[trustee - 1].label)
        out.write(describe_own_step(out, state, trustee) or out.text("nothing_due"))
    elif public is not None:
        out.say("status_not_you")
    out.result(
        election=state.election_id.hex(),
        title=dict(state.manifest.title),
        phase=state.phase.value,
        waiting_for=list(missing_trustees(state)),
        trustee=trustee,
        your_command=own_command(state, trustee) if trustee is not None else None,
        size=log.checkpoint.size if log.checkpoint is not None else 0,
        culprit=state.culprit,
        post_quantum=is_post_quantum(log.trusted_policy),
    )
