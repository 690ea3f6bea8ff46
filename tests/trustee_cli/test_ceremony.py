"""The key ceremony by command: every round, repeated, out of order, killed, waited for, and betrayed."""

import json
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest

from evote.client.submission import Submission, read_submission
from evote.core.hashed_elgamal import encrypt_share
from evote.core.secret import SecretBytes
from evote.election import ceremony_trustee
from evote.election.ceremony_trustee import decode_ceremony_secret
from evote.election.kinds import Kind
from evote.election.records import TrusteeCommitment, TrusteeShares
from evote.election.state import Phase
from evote.keystore import Keystore
from tests.trustee_cli.stage import LOG_KEY, PASSPHRASE, TRUSTEES, Stage
from trustee_cli import delivery, vault


def seat_of(stage: Stage, trustee: int) -> vault.Seat:
    """Return a trustee's seat as the keystore on the disk holds it."""
    box = vault.Vault(*Keystore.open(stage.home(trustee) / "keystore", PASSPHRASE))
    return box.seats[stage.story.state.election_id]


def test_a_whole_ceremony_by_command(begun: Stage) -> None:
    """Round by round every trustee writes one statement, all are admitted, and no secret is in any output."""
    said = []
    for expected in (
        Kind.TRUSTEE_COMMITMENT,
        Kind.TRUSTEE_KEYS,
        Kind.TRUSTEE_SHARES,
        Kind.TRUSTEE_CONFIRMATION,
    ):
        for trustee in TRUSTEES:
            result = begun.work(trustee, "ceremony", "--debug")
            assert result.exit_code == 0, result.stderr
            said.append(result.output)
        assert begun.collect() == [expected] * 3
    assert begun.story.state.phase is Phase.KEYS
    public = "".join(said) + "".join(
        data.decode("latin-1") for trustee in TRUSTEES for data in begun.written(trustee).values()
    )
    for trustee in TRUSTEES:
        secrets = begun.secrets(trustee)
        assert len(secrets) == 1 + (2 * 2 + 1) + 2 + 1
        assert [secret for secret in secrets if secret in public] == []


def test_repeating_a_round_writes_the_same_bytes(begun: Stage) -> None:
    """In every round a second run, also with an emptied outbox, gives back the identical file."""
    for _ in range(4):
        assert begun.work(1, "ceremony").exit_code == 0
        first = begun.written(1)
        for path in begun.outbox(1).iterdir():
            path.unlink()
        assert begun.work(1, "ceremony").exit_code == 0
        again = begun.written(1)
        assert len(again) == 1
        assert first[next(iter(again))] == next(iter(again.values()))
        for trustee in (2, 3):
            begun.work(trustee, "ceremony")
        begun.collect()


def test_who_has_spoken_waits(begun: Stage) -> None:
    """With nothing to say the command exits with 4 and names who is missing; files of earlier rounds stay."""
    begun.work(1, "ceremony")
    begun.collect()
    files = begun.written(1)
    result = begun.work(1, "ceremony")
    assert result.exit_code == 4
    assert "waiting for the commitment of 2 (t2), 3 (t3)" in result.stderr
    assert begun.written(1) == files


def test_keys_are_not_shown_before_all_commitments(begun: Stage) -> None:
    """Round 0 writes the commitment alone; what it commits to is in the keystore and comes out in round 1."""
    begun.work(1, "ceremony")
    (name,) = begun.written(1)
    payload = json.loads(read_submission(begun.outbox(1) / name).payload)
    keys = seat_of(begun, 1).statements[Kind.TRUSTEE_KEYS].payload
    assert payload == {"trustee": 1, "keys": sha256(keys).hexdigest()}
    for trustee in (2, 3):
        begun.work(trustee, "ceremony")
    begun.collect()
    begun.work(1, "ceremony")
    assert any(read_submission(path).payload == keys for path in begun.outbox(1).iterdir())


def test_killed_between_saving_and_writing(begun: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that dies after the save writes the same statement when it is run again; nothing is drawn anew."""

    def die(folder: Path, submission: Submission) -> Path:
        raise KeyboardInterrupt

    for _ in range(4):
        with monkeypatch.context() as patch:
            patch.setattr(delivery, "write_submission", die)
            assert begun.work(1, "ceremony").exit_code == 130
        before = seat_of(begun, 1)
        assert begun.work(1, "ceremony").exit_code == 0
        after = seat_of(begun, 1)
        assert after.statements == before.statements
        assert after.ceremony_secret == before.ceremony_secret
        made = {submission.name for submission in after.statements.values()}
        assert set(begun.written(1)) <= made
        for trustee in (2, 3):
            begun.work(trustee, "ceremony")
        begun.collect()
    assert begun.story.state.phase is Phase.KEYS


def test_killed_while_saving(begun: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """A save that fails shows nothing: no file is written, and the next run begins the round anew."""
    with monkeypatch.context() as patch:
        patch.setattr("evote.keystore.os.fsync", lambda _: (_ for _ in ()).throw(OSError(28, "No space left")))
        result = begun.work(1, "ceremony")
    assert result.exit_code == 4
    assert "No space left" in result.stderr
    assert begun.written(1) == {}
    assert begun.work(1, "ceremony").exit_code == 0


def test_the_manifest_is_shown_and_agreed_to(begun: Stage) -> None:
    """Before taking part a trustee reads title, number, quorum and own place, and a no changes nothing."""
    command = ["ceremony", str(begun.record), "--outbox", str(begun.outbox(2)), "--log-key", LOG_KEY]
    result = begun.run(2, *command, answers="n\n")
    assert result.exit_code == 2
    assert "Election: Built election" in result.stdout
    assert "3 trustees, any 2 of whom can decrypt" in result.stdout
    assert "2. t2, fingerprint" in result.stdout
    assert "this is you" in result.stdout
    assert begun.written(2) == {}
    assert begun.run(2, *command, answers="y\n").exit_code == 0
    assert len(begun.written(2)) == 1


def test_a_title_can_not_repaint_the_screen(begun_once: Stage, tmp_path: Path) -> None:
    """Escape sequences and direction marks in a title are shown as marks, also in the question and in Korean."""
    stage = Stage(tmp_path)
    stage.begin(replace(begun_once.story.manifest, title=(("en", "A\x1b[2J\u202eB\u3000다"),)))
    command = ["ceremony", str(stage.record), "--outbox", str(stage.outbox(1)), "--log-key", LOG_KEY]
    for language in ("en", "ko"):
        result = stage.run(1, *command, "--language", language, answers="n\n")
        assert "A\ufffd[2J\ufffdB\u3000다" in result.stdout
        assert "\x1b[2J" not in result.output


def test_waiting_carries_through_all_rounds(begun: Stage) -> None:
    """With --wait the command polls; while it sleeps the others speak, and it ends with its confirmation."""

    def others(_: float) -> None:
        for trustee in (2, 3):
            begun.work(trustee, "ceremony")
        begun.collect()

    settings = replace(begun.settings, sleep=others)
    command = ["ceremony", str(begun.record), "--outbox", str(begun.outbox(1)), "--log-key", LOG_KEY, "--yes"]
    result = begun.run(1, *command, "--wait", "--json", settings=settings)
    assert result.exit_code == 0, result.stderr
    value = json.loads(result.stdout)
    assert value["done"] is True
    assert len(value["written"]) == 4
    assert result.stderr.count("notice: Ceremony, round 2: waiting for the shares of 1 (t1)") == 1
    others(0)
    assert begun.story.state.phase is Phase.KEYS


def test_waiting_has_an_end(begun: Stage) -> None:
    """With --wait-seconds the command gives up, with exit code 4, words and what it wrote."""
    now = [0.0]

    def sleep(seconds: float) -> None:
        now[0] += seconds

    settings = replace(begun.settings, sleep=sleep, clock=lambda: now[0])
    command = ["ceremony", str(begun.record), "--outbox", str(begun.outbox(1)), "--log-key", LOG_KEY, "--yes"]
    result = begun.run(1, *command, "--wait-seconds", "5", "--json", settings=settings)
    assert result.exit_code == 4
    assert now == [5.0]
    assert "waited 5 seconds" in result.stderr
    value = json.loads(result.stdout)
    assert (value["done"], value["waiting_for"], len(value["written"])) == (False, [1, 2, 3], 1)


def test_waiting_for_a_record_that_is_not_there_yet(begun: Stage) -> None:
    """A missing record is waited for; without --wait it is an error with exit code 4."""
    record = begun.record.rename(begun.folder / "away")
    assert begun.work(1, "ceremony").exit_code == 4

    def appear(_: float) -> None:
        record.rename(begun.record)

    settings = replace(begun.settings, sleep=appear)
    command = ["ceremony", str(begun.record), "--outbox", str(begun.outbox(1)), "--log-key", LOG_KEY, "--yes"]
    now = iter((0.0, 0.0, 9.0, 9.0))
    result = begun.run(1, *command, "--wait-seconds", "5", settings=replace(settings, clock=lambda: next(now)))
    assert result.exit_code == 4
    assert len(begun.written(1)) == 1


def _false_shares(stage: Stage, sender: int, receiver: int, difference: int) -> None:
    """Put into a trustee's keystore, before it was shown, a share for somebody that is not the one committed to."""
    state = stage.story.state
    box = vault.Vault(*Keystore.open(stage.home(sender) / "keystore", PASSPHRASE))
    seat = box.seats[state.election_id]
    assert seat.ceremony_secret is not None
    context = stage.story.context
    secret = decode_ceremony_secret(state.group, context.k, seat.ceremony_secret)
    keys = [facts.keys for facts in state.trustees if facts.keys]
    honest = ceremony_trustee.make_trustee_shares(context, sender, secret, keys, stage.story.random)
    wrong = secret.polynomial.evaluate(receiver) + state.group.scalar(difference)
    encrypted = encrypt_share(
        state.group,
        context.h_p,
        sender,
        receiver,
        keys[receiver - 1].communication_key,
        wrong,
        secret.data_polynomial.evaluate(receiver),
        stage.story.random,
    )
    shares = tuple((index, encrypted if index == receiver else share) for index, share in honest.shares)
    box.prepare(state.election_id, Kind.TRUSTEE_SHARES, TrusteeShares(trustee=sender, shares=shares))
    box.save()


def test_a_bad_share_leads_to_a_complaint(begun: Stage) -> None:
    """The receiver complains and names the sender; the log convicts the sender, and nobody goes on."""
    for _ in range(2):
        begun.round()
    _false_shares(begun, sender=2, receiver=3, difference=1)
    begun.round()

    result = begun.work(3, "ceremony")

    assert result.exit_code == 1
    assert "The share of trustee 2 (t2) for you is wrong" in result.stderr
    repeated = begun.work(3, "ceremony", "--json")
    assert repeated.exit_code == 1
    assert json.loads(repeated.stdout)["accused"] == 2
    assert begun.collect(3) == [Kind.TRUSTEE_COMPLAINT]
    state = begun.story.state
    assert (state.phase, state.culprit) == (Phase.ABORTED, 2)
    later = begun.work(1, "ceremony")
    assert later.exit_code == 1
    assert "a complaint showed trustee 2 (t2) guilty" in later.stderr
    assert seat_of(begun, 3).key_share is None


def test_an_honest_receiver_of_others_confirms(begun: Stage) -> None:
    """A bad share for trustee 3 is nothing to trustee 1, who can't see it."""
    for _ in range(2):
        begun.round()
    _false_shares(begun, sender=2, receiver=3, difference=1)
    begun.round()
    result = begun.work(1, "ceremony", "--json")
    assert result.exit_code == 0
    record = begun.written(1)
    kinds = {json.loads(read_submission(begun.outbox(1) / name).entry)["kind"] for name in record}
    assert Kind.TRUSTEE_CONFIRMATION in kinds
    assert Kind.TRUSTEE_COMPLAINT not in kinds


def test_a_keystore_without_the_secrets_of_its_commitment(begun: Stage) -> None:
    """Who lost the keystore after the commitment is told so, and makes no second set of keys."""
    fresh = begun.folder / "fresh"
    fresh.mkdir()
    for name in ("keystore", "public.json"):
        (fresh / name).write_bytes((begun.home(1) / name).read_bytes())
        (fresh / name).chmod(0o600)
    begun.work(1, "ceremony")
    begun.collect()
    for name in ("keystore", "public.json"):
        (begun.home(1) / name).write_bytes((fresh / name).read_bytes())
    files = begun.written(1)
    result = begun.work(1, "ceremony")
    assert result.exit_code == 2
    assert "trustee.lost_statement" in result.stderr
    assert begun.written(1) == files


def test_a_statement_by_somebody_with_the_same_key(begun: Stage) -> None:
    """If the log holds other keys in one's name than the keystore made, nothing more is signed."""
    begun.work(1, "ceremony")
    box = vault.Vault(*Keystore.open(begun.home(1) / "keystore", PASSPHRASE))
    seat = box.seats[begun.story.state.election_id]
    begun.collect()
    del seat.statements[Kind.TRUSTEE_COMMITMENT], seat.statements[Kind.TRUSTEE_KEYS]
    seat.ceremony_secret = None
    other = TrusteeCommitment(trustee=1, keys=bytes(32))
    box.prepare(begun.story.state.election_id, Kind.TRUSTEE_COMMITMENT, other)
    seat.ceremony_secret = SecretBytes(bytes(5 * 32))
    box.save()
    result = begun.work(1, "ceremony")
    assert result.exit_code == 1
    assert "trustee.foreign_statement" in result.stderr


def test_an_election_of_others(begun: Stage) -> None:
    """A key that no manifest names finds nothing to do, and is told which election it asked for is not its own."""
    begun.run(4, "identity")
    result = begun.work(4, "ceremony")
    assert result.exit_code == 4
    assert "names your key" in result.stderr
    named = begun.work(4, "ceremony", "--election", begun.story.state.election_id.hex()[:8])
    assert named.exit_code == 2
    assert "trustee.not_in_manifest" in named.stderr
