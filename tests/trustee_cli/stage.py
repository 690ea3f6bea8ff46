"""A stage for the trustee's program: an authority in memory, a record on disk, three trustees at their own machines.

The authority is the story of `tests.election.built_election`; trustees speak only through the command line, and what
they write is admitted from their outboxes. The record is written from the entries with the log's own functions.
"""

import copy
import json
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from typer.testing import CliRunner, Result

from evote.client.submission import read_submission, verify_submission
from evote.codec.payloads import decode_payload
from evote.ed25519 import SigningKey
from evote.election.admission import admit
from evote.election.ceremony import make_election_keys
from evote.election.decryption import compute_rehearsal
from evote.election.kinds import Kind
from evote.election.manifest import Manifest, TrusteeIdentity
from evote.election.submission import make_submission
from evote.keystore import Keystore, ScryptCost
from evote.log import merkle
from evote.log.checkpoint import Checkpoint, sign_checkpoint
from evote.log.key import format_verifier_key
from evote.log.note import Ed25519Signer
from evote.log.policy import Policy, PolicyLog
from evote.log.policy_text import format_policy
from tests.election.built_election import SEALED_RULE, Step, Story, Voter, fork, manifest_of, parameters_of, real_group
from tests.log.known import build_files
from trustee_cli.command import Settings
from trustee_cli.main import app

QUICK = ScryptCost(n=2, r=1, p=1)
PASSPHRASE = "correct horse battery 말"
ORIGIN = "board.example/trustees"
LOG = Ed25519Signer(ORIGIN, SigningKey(b"\x11" * 32))
LOG_KEY = format_verifier_key(LOG.key)
VOTERS = tuple(Voter(name, 1) for name in ("Ada", "Ben", "Cem", "Dan"))
TRUSTEES = (1, 2, 3)


def write_record(folder: Path, entries: Sequence[tuple[bytes, bytes]], signer: Ed25519Signer = LOG) -> None:
    """Write the record of entries with their payloads."""
    leaves = [merkle.leaf_hash(entry) for entry, _ in entries]
    files = build_files([entry for entry, _ in entries], payloads=[payload for _, payload in entries])
    checkpoint = Checkpoint(origin=ORIGIN, size=len(leaves), root=merkle.root(leaves))
    files["policy"] = format_policy(Policy(logs=(PolicyLog(key=signer.key),)))
    files["checkpoint"] = sign_checkpoint(checkpoint, [signer])
    for path, data in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(data)


@dataclass
class Stage:
    """A folder with the record and a home and an outbox for each trustee."""

    folder: Path
    story: Story = field(init=False)
    settings: Settings = field(default_factory=lambda: Settings(scrypt_cost=QUICK, workers=1))

    @property
    def record(self) -> Path:
        """The record's folder."""
        return self.folder / "record"

    def home(self, trustee: int) -> Path:
        """A trustee's home."""
        return self.folder / f"home {trustee}"

    def outbox(self, trustee: int) -> Path:
        """A trustee's outbox."""
        return self.folder / f"outbox {trustee}"

    def run(self, trustee: int, *arguments: str, answers: str = "", settings: Settings | None = None) -> Result:
        """Run a command at a trustee's machine."""
        file = self.folder / "passphrase"
        file.write_text(PASSPHRASE + "\n", encoding="utf-8")
        file.chmod(0o600)
        command = [*arguments, "--home", str(self.home(trustee))]
        if "--language" not in arguments:
            command += ["--language", "en"]
        if "--passphrase-file" not in arguments:
            command += ["--passphrase-file", str(file)]
        return CliRunner().invoke(app, command, input=answers, obj=settings or self.settings)

    def run_json(self, trustee: int, *arguments: str) -> dict[str, Any]:
        """Run a command that succeeds and return what it says as JSON."""
        result = self.run(trustee, *arguments, "--json")
        assert result.exit_code == 0, result.stderr
        value: dict[str, Any] = json.loads(result.stdout)
        return value

    def work(self, trustee: int, command: str, *options: str) -> Result:
        """Run a command that reads the record and writes to the outbox."""
        files = ["--outbox", str(self.outbox(trustee)), "--log-key", LOG_KEY]
        if command in ("ceremony", "decrypt"):
            files.append("--yes")
        return self.run(trustee, command, str(self.record), *files, *options)

    def publish(self) -> None:
        """Write the record as far as the story has come."""
        write_record(self.record, self.story.entries())

    def begin(self, manifest: Manifest | None = None) -> None:
        """Make the trustees' identities and publish manifest and parameters."""
        keys = [bytes.fromhex(self.run_json(trustee, "identity")["public_key"]) for trustee in TRUSTEES]
        identities = tuple(TrusteeIdentity(label=f"t{i}", public_key=key) for i, key in enumerate(keys, 1))
        self.story = Story(
            real_group(), replace(manifest or manifest_of(rule=SEALED_RULE), trustees=identities), VOTERS
        )
        self.story.say("authority", Kind.MANIFEST, self.story.manifest)
        self.story.say("authority", Kind.PARAMETERS, parameters_of(self.story.context))
        self.publish()

    def collect(self, *trustees: int) -> list[Kind]:
        """Admit what lies in the outboxes and was not admitted yet, and publish; return the kinds admitted."""
        story, kinds = self.story, []
        known = {step.entry for step in story.steps}
        for trustee in trustees or TRUSTEES:
            for path in sorted(self.outbox(trustee).glob("*.submission")):
                sent = read_submission(path)
                if sent.entry in known:
                    continue
                statement = verify_submission(sent)
                kind = Kind(statement.kind)
                record = decode_payload(kind, sent.payload, story.group)
                submission = make_submission(kind, statement.author, sent.payload, record)
                before = fork(story.state)
                admit(story.state, submission)
                story.steps.append(Step(submission, None, sent.entry, sent.payload, before))
                kinds.append(kind)
        self.publish()
        return kinds

    def round(self, command: str = "ceremony") -> list[Kind]:
        """Let every trustee run a command once, and admit what they wrote."""
        for trustee in TRUSTEES:
            result = self.work(trustee, command)
            assert result.exit_code == 0, result.stderr
        return self.collect()

    def finish_ceremony(self) -> None:
        """Hold all rounds and the rehearsal."""
        for _ in range(4):
            self.round()
        story = self.story
        keys = [facts.keys for facts in story.state.trustees if facts.keys]
        joint = make_election_keys(story.context, keys)
        story.say("authority", Kind.KEYS, joint)
        story.say("authority", Kind.REHEARSAL, compute_rehearsal(story.group, joint, 17))
        self.publish()
        self.round("rehearse")

    def open(self) -> None:
        """Publish the roll and open the ballot box."""
        self.story.publish_roll()
        self.story.open()
        self.publish()

    def close(self) -> None:
        """Close the ballot box and publish the sums."""
        self.story.close()
        self.story.publish_tally()
        self.publish()

    def copy_to(self, folder: Path) -> "Stage":
        """Return a stage of its own that has come as far as this one."""
        shutil.copytree(self.folder, folder, dirs_exist_ok=True)
        stage = Stage(folder)
        stage.story = copy.copy(self.story)
        stage.story.steps = list(self.story.steps)
        stage.story.state = fork(self.story.state)
        return stage

    def secrets(self, trustee: int) -> list[str]:
        """Return every secret in a trustee's keystore in hexadecimal, cut into scalars, and the passphrase."""
        _, content = Keystore.open(self.home(trustee) / "keystore", PASSPHRASE)
        texts = [content["identity"]]
        for seat in content["elections"].values():
            texts += [seat["ceremony_secret"], seat["key_share"]]
        scalars = [text[i : i + 64] for text in texts for i in range(0, len(text), 64)]
        return [*scalars, PASSPHRASE]

    def written(self, trustee: int) -> dict[str, bytes]:
        """Return the files in a trustee's outbox."""
        return {path.name: path.read_bytes() for path in sorted(self.outbox(trustee).glob("*"))}
