"""The keystore's own commands, and how every command behaves: passphrases, errors, exit codes."""

import json
import os
import shutil
import string
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from evote.election.kinds import Kind
from evote.election.state import Phase
from evote.keystore import Keystore
from tests.trustee_cli.stage import LOG_KEY, PASSPHRASE, QUICK, Stage
from trustee_cli import keeping_commands, texts, vault
from trustee_cli.command import Settings
from trustee_cli.main import app
from trustee_cli.words import fingerprint

SECOND = "a second passphrase"


@pytest.fixture
def second(tmp_path: Path) -> Path:
    """Return a file with the backup's passphrase."""
    file = tmp_path / "second"
    file.write_text(SECOND)
    file.chmod(0o600)
    return file


def test_identity_is_made_once(tmp_path: Path) -> None:
    """A second run shows the same key without a passphrase; the fingerprint is 24 digits and follows from the key."""
    stage = Stage(tmp_path)
    first = stage.run_json(1, "identity")
    again = stage.run(1, "identity", "--json", "--passphrase-file", "/nowhere")
    assert json.loads(again.stdout) == first | {"made": False}
    assert first["made"] is True
    assert fingerprint(bytes.fromhex(first["public_key"])) == first["fingerprint"]
    groups = first["fingerprint"].split(" ")
    assert [len(group) for group in groups] == [4] * 6
    assert set("".join(groups)) <= set(string.digits)
    assert (stage.home(1).stat().st_mode & 0o777, (stage.home(1) / "keystore").stat().st_mode & 0o777) == (0o700, 0o600)


def test_identity_after_a_kill_before_the_public_part(tmp_path: Path) -> None:
    """With a keystore but no public part, the public part is made from the keystore, and no new key."""
    stage = Stage(tmp_path)
    first = stage.run_json(1, "identity")
    (stage.home(1) / "public.json").unlink()
    assert stage.run_json(1, "identity")["public_key"] == first["public_key"]
    (stage.home(1) / "public.json").write_text("{}")
    damaged = stage.run(1, "identity")
    assert (damaged.exit_code, "trustee.bad_public_file" in damaged.stderr) == (2, True)


def test_a_passphrase_is_asked_twice_when_set(tmp_path: Path) -> None:
    """At the prompt: two equal answers make the keystore, one opens it, and none is echoed."""
    settings = Settings(scrypt_cost=QUICK, workers=1)
    command = ["identity", "--home", str(tmp_path / "home"), "--json"]
    result = CliRunner().invoke(app, command, input="geheimnis\ngehiemnis\ngeheimnis\ngeheimnis\n", obj=settings)
    assert result.exit_code == 0, result.stderr
    assert json.loads(result.stdout)["made"] is True
    assert "geheim" not in result.output
    assert Keystore.open(tmp_path / "home" / "keystore", "geheimnis")[1]["format"] == vault.FORMAT


def test_empty_and_short_passphrases_are_refused(tmp_path: Path) -> None:
    """An empty file locks nothing; neither does the end of the input at the question."""
    empty = tmp_path / "empty"
    empty.write_text("\n")
    stage = Stage(tmp_path)
    result = stage.run(1, "identity", "--passphrase-file", str(empty))
    assert (result.exit_code, "keystore.empty_passphrase" in result.stderr) == (2, True)
    empty.write_text("seven77", encoding="utf-8")
    short = stage.run(1, "identity", "--passphrase-file", str(empty))
    assert (short.exit_code, "passphrase.too_short" in short.stderr) == (2, True)
    ended = CliRunner().invoke(app, ["identity", "--home", str(tmp_path / "h")], input="", obj=stage.settings)
    assert ended.exit_code == 2
    assert not (stage.home(1) / "keystore").exists()


@pytest.mark.parametrize(
    ("damage", "code"),
    [
        (lambda path: path.write_bytes(path.read_bytes()[:-5]), "keystore.damaged"),
        (lambda path: path.chmod(0o644), "keystore.permissions"),
        (lambda path: path.unlink(), "keystore.missing"),
        (lambda path: shutil.copy(path.parents[1] / "other", path), "keystore.wrong_passphrase"),
    ],
)
def test_keystores_that_do_not_open(begun: Stage, damage: Any, code: str) -> None:
    """Wrong passphrase, damaged file, wrong permissions and a missing file each have their code; all exit with 2."""
    Keystore.create(begun.folder / "other", "another", {}, cost=QUICK)
    damage(begun.home(1) / "keystore")
    result = begun.work(1, "ceremony")
    assert (result.exit_code, f"[{code}]" in result.stderr) == (2, True)
    assert PASSPHRASE not in result.output
    assert begun.written(1) == {}


def test_another_programs_keystore(begun: Stage) -> None:
    """A keystore that opens but is not a trustee's is refused."""
    (begun.home(1) / "keystore").unlink()
    Keystore.create(begun.home(1) / "keystore", PASSPHRASE, {"format": "evote/signing-key/1"}, cost=QUICK)
    result = begun.work(1, "ceremony")
    assert (result.exit_code, "trustee.foreign_keystore" in result.stderr) == (2, True)


def test_one_program_at_a_time(begun: Stage) -> None:
    """While one command works on a home a second one is refused with exit code 4."""
    code = (
        "import fcntl,sys\n"
        "file = open(sys.argv[1], 'a')\n"
        "fcntl.flock(file, fcntl.LOCK_EX)\n"
        "print('locked', flush=True)\n"
        "sys.stdin.read()\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, str(begun.home(1) / "lock")], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"locked\n"
        result = begun.work(1, "ceremony")
        other.communicate()
    assert (result.exit_code, "trustee.locked" in result.stderr) == (4, True)
    assert begun.work(1, "ceremony").exit_code == 0


def test_backup_and_restore(ready: Stage, second: Path) -> None:
    """A backup opens with its own passphrase alone, and a home restored from it goes on with the same statements."""
    copy = ready.folder / "backup"
    result = ready.run(1, "backup", str(copy), "--backup-passphrase-file", str(second))
    assert result.exit_code == 0, result.stderr
    assert [secret for secret in ready.secrets(1) if secret in copy.read_text() + result.output] == []
    assert Keystore.open(copy, SECOND)[1] == Keystore.open(ready.home(1) / "keystore", PASSPHRASE)[1]
    again = ready.run(1, "backup", str(copy), "--backup-passphrase-file", str(second))
    assert (again.exit_code, "keystore.exists" in again.stderr) == (2, True)

    refused = ready.run(1, "restore", str(copy), "--backup-passphrase-file", str(second))
    assert (refused.exit_code, "keystore.exists" in refused.stderr) == (2, True)
    shutil.rmtree(ready.home(1))
    restored = ready.run(1, "restore", str(copy), "--backup-passphrase-file", str(second))
    assert restored.exit_code == 0, restored.stderr
    assert "statements made after the backup are not in it" in restored.stderr
    files = ready.written(1)
    assert ready.run(1, "rehearse", str(ready.record), "--outbox", str(ready.outbox(1))).exit_code == 0
    assert ready.written(1) == files
    assert Keystore.open(ready.home(1) / "keystore", PASSPHRASE)[1] == Keystore.open(copy, SECOND)[1]


def test_restore_needs_the_backups_passphrase(ready: Stage, second: Path) -> None:
    """With a wrong passphrase nothing is restored and no home is left with a keystore."""
    copy = ready.folder / "backup"
    ready.run(1, "backup", str(copy), "--backup-passphrase-file", str(second))
    second.write_text("no")
    result = ready.run(7, "restore", str(copy), "--backup-passphrase-file", str(second))
    assert (result.exit_code, "keystore.wrong_passphrase" in result.stderr) == (2, True)
    assert not (ready.home(7) / "keystore").exists()


def test_forgetting(ready: Stage) -> None:
    """The ceremony's secrets go, the key share stays and works; with its own flag and a yes it goes too."""
    election = ready.story.state.election_id
    value = ready.run_json(1, "forget", election.hex())
    assert value == {"election": election.hex(), "key_share_kept": True}
    seat = vault.Vault(*Keystore.open(ready.home(1) / "keystore", PASSPHRASE)).seats[election]
    assert (seat.ceremony_secret, seat.key_share is not None) == (None, True)
    assert ready.work(1, "rehearse").exit_code == 0
    declined = ready.run(1, "forget", election.hex()[:8], "--key-share", answers="n\n")
    assert declined.exit_code == 2
    assert ready.work(1, "rehearse").exit_code == 0
    assert ready.run(1, "forget", election.hex()[:8], "--key-share", answers="y\n").exit_code == 0
    gone = ready.work(1, "rehearse")
    assert (gone.exit_code, "trustee.no_share" in gone.stderr) == (2, True)
    seat = vault.Vault(*Keystore.open(ready.home(1) / "keystore", PASSPHRASE)).seats[election]
    assert Kind.TRUSTEE_CONFIRMATION in seat.statements


def test_forgetting_too_early(begun: Stage) -> None:
    """Before the rehearsal the ceremony's secrets are still needed; an unknown or short id names nothing."""
    begun.work(1, "ceremony")
    election = begun.story.state.election_id.hex()
    early = begun.run(1, "forget", election)
    assert (early.exit_code, "trustee.still_needed" in early.stderr) == (4, True)
    for beginning in (election[:7], "00" * 32):
        unknown = begun.run(1, "forget", beginning)
        assert (unknown.exit_code, election in unknown.stderr) == (2, True)
    assert begun.secrets(1)[1] != ""


def test_a_bug_is_no_ones_mistake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An unexpected exception is exit code 3 without a traceback; --debug shows where, never values of variables."""

    def broken(_: bytes) -> str:
        secret_in_a_variable = "hidden" + "value"
        raise RuntimeError(f"{len(secret_in_a_variable)}")

    monkeypatch.setattr(keeping_commands, "fingerprint", broken)
    stage = Stage(tmp_path)
    quiet = stage.run(1, "identity")
    assert quiet.exit_code == 3
    assert "Traceback" not in quiet.output
    loud = stage.run(1, "identity", "--debug")
    assert loud.exit_code == 3
    assert "in broken" in loud.stderr
    assert "hiddenvalue" not in loud.output


def test_usage_errors(begun: Stage) -> None:
    """Unknown options and missing arguments exit with 2."""
    assert begun.run(1, "ceremony").exit_code == 2
    assert begun.run(1, "ceremony", str(begun.record), "--passphrase", "x").exit_code == 2
    unreadable = begun.run(1, "ceremony", str(begun.record), "--passphrase-file", "/nowhere")
    assert (unreadable.exit_code, "passphrase.unreadable" in unreadable.stderr) == (2, True)


def test_a_passphrase_file_that_others_may_read(begun: Stage) -> None:
    """It is used, with a notice that says what to do."""
    file = begun.folder / "open"
    file.write_text(PASSPHRASE, encoding="utf-8")
    file.chmod(0o644)
    result = begun.run(
        1,
        "ceremony",
        str(begun.record),
        "--outbox",
        str(begun.outbox(1)),
        "--log-key",
        LOG_KEY,
        "--yes",
        "--passphrase-file",
        str(file),
    )
    assert result.exit_code == 0, result.stderr
    assert f"notice: others may read the passphrase file; run: chmod 600 '{file}'" in result.stderr


def test_settings_can_not_be_reached_from_outside() -> None:
    """No option and no variable of the environment changes scrypt's cost or the randomness."""
    command = typer.main.get_command(app)
    names = {
        option
        for one in command.commands.values()  # type: ignore[attr-defined]  # 2026-11-22: typed as a plain command
        for parameter in one.params
        for option in (*parameter.opts, *([parameter.envvar] if parameter.envvar else []))
        if option.startswith("-") or option.isupper()
    }
    assert names == {
        "--home",
        "--passphrase-file",
        "--backup-passphrase-file",
        "--json",
        "--language",
        "--debug",
        "--outbox",
        "--log-key",
        "--policy",
        "--election",
        "--wait",
        "--wait-seconds",
        "--yes",
        "--key-share",
        "--workers",
    }


def test_both_languages_say_the_same() -> None:
    """Every text has the same placeholders in English and Korean, and neither is empty."""
    for key, (english, korean) in (texts.TEXTS | texts.HINTS).items():
        fields = [{name for _, name, _, _ in string.Formatter().parse(text) if name} for text in (english, korean)]
        assert fields[0] == fields[1], key
        assert english.strip(), key
        assert korean.strip(), key
    assert {f"waiting_{phase.value}" for phase in Phase} <= set(texts.TEXTS)


def test_leftovers_of_a_killed_process(begun: Stage) -> None:
    """Temporary files that a kill left behind, which may hold older secrets, go with the next command."""
    begun.work(1, "ceremony")
    leftovers = [begun.home(1) / f".{name}.abc123" for name in ("keystore", "public.json", "checkpoints.json")]
    for path in leftovers:
        path.write_bytes(b"old")
    assert begun.work(1, "ceremony").exit_code == 0
    assert not any(path.exists() for path in leftovers)


def test_the_program_as_it_is_installed(tmp_path: Path) -> None:
    """As a process of its own: scrypt at the standard cost, Korean by LANG, the passphrase from a file."""
    (tmp_path / "file").write_text("한 줄의 긴 암호", encoding="utf-8")
    (tmp_path / "file").chmod(0o600)
    command = [sys.executable, "-m", "trustee_cli.main", "identity", "--home", str(tmp_path / "home")]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("LC_")}
    result = subprocess.run(
        [*command, "--passphrase-file", str(tmp_path / "file")],
        env=environment | {"LANG": "ko_KR.UTF-8", "PYTHONUTF8": "1"},
        cwd=Path(__file__).parents[2],
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert (result.returncode, result.stderr) == (0, "")
    assert "신원 키를 만들었습니다." in result.stdout
    value = json.loads((tmp_path / "home" / "keystore").read_bytes())
    assert (value["n"], value["r"], value["p"]) == (2**17, 8, 1)


def test_help() -> None:
    """The program lists its commands and what they are for."""
    result = CliRunner().invoke(app, ["--help"])
    for name in ("identity", "status", "ceremony", "rehearse", "decrypt", "backup", "restore", "forget"):
        assert name in result.stdout
    assert "no secret leaves it" in " ".join(result.stdout.replace("│", " ").split())
