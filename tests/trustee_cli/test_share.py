"""The key share at work: rehearsal from the disk, decryption of what is allowed and of nothing else, once."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from evote.client.reader import RecordReader
from evote.client.submission import Submission, read_submission
from evote.codec.payloads import encode_payload
from evote.election.kinds import Kind
from evote.election.records import EncryptedTally
from evote.election.result import combine_result
from evote.election.state import Phase
from evote.election.tally import compute_tally
from evote.keystore import Keystore
from evote.log.statement import encode_statement, sign_statement
from evote.replay.record import RecordReplay
from evote.replay.replay import Replay
from tests.election.built_election import NO, YES, person
from tests.trustee_cli.stage import LOG_KEY, PASSPHRASE, Stage, write_record
from trustee_cli import delivery, follow, vault
from trustee_cli.decrypting import plan_decryption


def decryption_of(stage: Stage, trustee: int) -> bytes:
    """Return the payload of the only decryption in a trustee's outbox."""
    sent = [read_submission(path) for path in stage.outbox(trustee).iterdir()]
    (payload,) = [one.payload for one in sent if json.loads(one.entry)["kind"] == Kind.TRUSTEE_DECRYPTION]
    return payload


def kinds_in(stage: Stage, trustee: int) -> set[str]:
    """Return the kinds of the statements in a trustee's outbox."""
    return {json.loads(read_submission(path).entry)["kind"] for path in stage.outbox(trustee).iterdir()}


def refused(stage: Stage, trustee: int = 1) -> tuple[int, str]:
    """Run `decrypt`, see that it wrote no decryption, and return exit code and error."""
    result = stage.work(trustee, "decrypt")
    assert Kind.TRUSTEE_DECRYPTION not in kinds_in(stage, trustee)
    seat = vault.Vault(*Keystore.open(stage.home(trustee) / "keystore", PASSPHRASE))
    assert seat.seats[stage.story.state.election_id].tally is None
    return result.exit_code, result.stderr


def test_decryption_gives_the_result(closed: Stage) -> None:
    """Two trustees decrypt after reading what it is; the sums are those of the ballots, and no secret is shown."""
    said = []
    for trustee in (1, 3):
        result = closed.work(trustee, "decrypt", "--debug")
        assert result.exit_code == 0, result.stderr
        assert "Contest 1, Question:" in result.stdout
        assert "unit 1 (north, south, east, west): the sums of 2 ballots for 2 options" in result.stdout
        said.append(result.output)
    assert closed.collect() == [Kind.TRUSTEE_DECRYPTION] * 2
    outcome = combine_result(closed.story.state, (1, 3))
    votes = [[option.votes for unit in contest.units for option in unit.options] for contest in outcome.contests]
    assert votes == [[2, 0], [2, 2]]
    public = "".join(said) + "".join(
        data.decode("latin-1") for trustee in (1, 3) for data in closed.written(trustee).values()
    )
    for trustee in (1, 3):
        assert [secret for secret in closed.secrets(trustee) if secret in public] == []


def test_processes_are_those_that_were_asked_for(closed: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """`decrypt --workers` verifies the ballots with so many, and no processes at all are refused."""
    seen: list[int] = []

    class Watched(RecordReplay):
        def __init__(self, replay: Replay, reader: RecordReader, place: str, workers: int, **named: Any) -> None:
            seen.append(workers)
            super().__init__(replay, reader, place, workers, **named)

    monkeypatch.setattr(follow, "RecordReplay", Watched)
    assert closed.work(1, "decrypt", "--workers", "3").exit_code == 0
    assert set(seen) == {3} != {closed.settings.workers}
    assert closed.work(2, "decrypt", "--workers", "0").exit_code == 2


def test_a_second_decryption_is_the_first(closed: Stage) -> None:
    """Repeated, before and after admission and with an empty outbox, the command writes the identical bytes."""
    closed.work(2, "decrypt")
    first = decryption_of(closed, 2)
    for path in closed.outbox(2).iterdir():
        path.unlink()
    assert closed.work(2, "decrypt").exit_code == 0
    assert decryption_of(closed, 2) == first
    closed.collect(2)
    assert closed.work(2, "decrypt").exit_code == 0
    assert decryption_of(closed, 2) == first
    assert closed.collect(2) == []


def test_killed_between_saving_and_writing(closed: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was saved before the end is what a second run writes; no nonce is drawn for a second proof."""

    def die(folder: Path, submission: Submission) -> Path:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(delivery, "write_submission", die)
        assert closed.work(1, "decrypt").exit_code == 130
    box = vault.Vault(*Keystore.open(closed.home(1) / "keystore", PASSPHRASE))
    saved = box.seats[closed.story.state.election_id].statements[Kind.TRUSTEE_DECRYPTION]
    assert closed.work(1, "decrypt").exit_code == 0
    assert decryption_of(closed, 1) == saved.payload


def test_decryption_is_a_question(closed: Stage) -> None:
    """Without --yes the trustee is asked after reading; a no decrypts nothing."""
    command = ["decrypt", str(closed.record), "--outbox", str(closed.outbox(1)), "--log-key", LOG_KEY]
    result = closed.run(1, *command, answers="n\n")
    assert result.exit_code == 2
    assert "the sums of 2 ballots" in result.stdout
    assert Kind.TRUSTEE_DECRYPTION not in kinds_in(closed, 1)
    assert closed.run(1, *command, answers="y\n").exit_code == 0
    assert Kind.TRUSTEE_DECRYPTION in kinds_in(closed, 1)


def test_refused_before_the_close(voted: Stage) -> None:
    """While the box is open nothing is decrypted, and without a tally neither."""
    code, error = refused(voted)
    assert (code, "trustee.not_closed" in error) == (4, True)
    voted.story.close()
    voted.publish()
    code, error = refused(voted)
    assert (code, "trustee.no_tally" in error) == (4, True)


def test_sealed_and_withheld_contests_stay_closed(ready: Stage) -> None:
    """One ballot of four: the question is sealed, the score withheld; nothing is decrypted and no file is written."""
    ready.story.cast("Ada", YES, (2, 1))
    ready.close()
    result = ready.work(1, "decrypt", "--json")
    assert result.exit_code == 0, result.stderr
    value = json.loads(result.stdout)
    assert (value["decrypted"], value["sealed"], value["withheld"], value["written"]) == ([], [1], [2], [])
    assert "Contest 1, Question, is not decrypted: its quorum was missed" in result.stderr
    assert refused(ready)[0] == 0


def test_only_the_sealed_contest_stays_closed(voted: Stage) -> None:
    """With a quorum missed by a strike nothing changes; by weight of votes the plan lists open and closed contests."""
    voted.close()
    state = voted.story.state
    box = vault.Vault(*Keystore.open(voted.home(1) / "keystore", PASSPHRASE))
    plan = plan_decryption(box, state)
    assert ([contest.contest for contest in plan.contests], plan.sealed, plan.withheld) == ([1, 2], (), ())
    # Two of five eligible votes miss the quorum of one half: the same sums, the question sealed.
    assert state.roll.totals is not None
    districts = (replace(state.roll.totals.districts[0], weight=5), *state.roll.totals.districts[1:])
    state.roll.totals = replace(state.roll.totals, districts=districts)
    plan = plan_decryption(box, state)
    assert ([contest.contest for contest in plan.contests], plan.sealed, plan.withheld) == ([2], (1,), ())


def say_false_tally(stage: Stage, tally: EncryptedTally) -> None:
    """Publish a record in which the authority states another tally."""
    payload = encode_payload(Kind.TALLY, tally)
    statement = sign_statement(
        person("authority"), kind=Kind.TALLY, scope=stage.story.state.election_id, payload=payload
    )
    write_record(stage.record, [*stage.story.entries(), (encode_statement(statement), payload)])


def test_a_tally_that_is_not_the_sum(voted: Stage) -> None:
    """The authority asks for a single ballot instead of the sum: refused with exit code 1, at its entry."""
    voted.story.close()
    honest = compute_tally(voted.story.state)
    ballot = voted.story.state.box.latest[person("Ada").public_key]
    contests = tuple(
        replace(contest, units=(replace(contest.units[0], ciphertexts=ciphertexts),))
        for contest, ciphertexts in zip(honest.contests, ballot.contests, strict=True)
    )
    say_false_tally(voted, EncryptedTally(contests=contests))
    code, error = refused(voted)
    assert (code, "tally.ciphertext" in error) == (1, True)


def test_a_unit_below_the_minimum(ready: Stage) -> None:
    """The authority lists a contest with one ballot that has to be withheld: refused with exit code 1."""
    ready.story.cast("Ada", YES, (2, 1))
    ready.story.close()
    low = ready.story.state.manifest
    honest = compute_tally(ready.story.state)
    assert honest.contests[0].units == ()
    context = ready.story.state.context
    assert context is not None
    lenient = replace(ready.story.state, context=replace(context, manifest=replace(low, minimum_ballots=1)))
    say_false_tally(ready, compute_tally(lenient))
    code, error = refused(ready)
    assert (code, "tally.units" in error) == (1, True)


def test_another_tally_is_never_decrypted(closed: Stage, voted_once: Stage, tmp_path: Path) -> None:
    """After one tally a second one is refused, even by a trustee whose memory of checkpoints is gone."""
    assert closed.work(1, "decrypt").exit_code == 0
    other = voted_once.copy_to(tmp_path / "other")
    other.story.cast("Cem", NO, (1, 1))
    other.close()
    (closed.home(1) / "checkpoints.json").unlink()
    first = decryption_of(closed, 1)
    closed.story = other.story
    write_record(closed.record, other.story.entries())
    result = closed.work(1, "decrypt")
    assert result.exit_code == 1
    assert "trustee.other_set" in result.stderr
    assert decryption_of(closed, 1) == first


def test_rehearsal_uses_the_share_on_the_disk(ready: Stage) -> None:
    """A share that was changed in the file fails the rehearsal, although it worked before."""
    assert ready.work(1, "rehearse").exit_code == 0
    box = vault.Vault(*Keystore.open(ready.home(1) / "keystore", PASSPHRASE))
    seat = box.seats[ready.story.state.election_id]
    assert seat.key_share is not None
    raw = bytearray(seat.key_share.expose())
    raw[31] ^= 1
    seat.key_share = type(seat.key_share)(bytes(raw))
    box.save()
    result = ready.work(1, "rehearse")
    assert result.exit_code == 2
    assert "trustee.wrong_share" in result.stderr


def test_rehearsal_before_its_time(begun: Stage) -> None:
    """Before the ceremony there is no seat; before election.keys there is nothing to rehearse: exit code 4."""
    early = begun.work(1, "rehearse")
    assert (early.exit_code, "trustee.no_seat" in early.stderr) == (2, True)
    begun.work(1, "ceremony")
    result = begun.work(1, "rehearse")
    assert (result.exit_code, "trustee.no_keys" in result.stderr) == (4, True)


def test_a_share_lost_to_an_old_backup_is_made_again(ready: Stage) -> None:
    """With the ceremony's secrets and the log, the key share is computed anew and is the same."""
    box = vault.Vault(*Keystore.open(ready.home(1) / "keystore", PASSPHRASE))
    seat = box.seats[ready.story.state.election_id]
    before, seat.key_share = seat.key_share, None
    for kind in (Kind.TRUSTEE_CONFIRMATION, Kind.TRUSTEE_REHEARSAL):
        del seat.statements[kind]
    box.save()
    assert ready.work(1, "rehearse").exit_code == 0
    after = vault.Vault(*Keystore.open(ready.home(1) / "keystore", PASSPHRASE))
    assert after.seats[ready.story.state.election_id].key_share == before


def test_the_stage_is_open(ready: Stage) -> None:
    """All three rehearsals by command led to the opening, and the ceremony has nothing more to do."""
    assert ready.story.state.phase is Phase.VOTING
    value = ready.run_json(
        1, "ceremony", str(ready.record), "--outbox", str(ready.outbox(1)), "--log-key", LOG_KEY, "--yes"
    )
    assert (value["done"], value["written"]) == (True, [])
