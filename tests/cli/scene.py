"""A small election by commands alone: authority and registrar type, trustees are simulated through evote.election.

Stages are made once and copied, because a ceremony in the real group takes seconds.
"""

import io
import json
import shutil
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

from evote.board.board import Board
from evote.cli.main import run
from evote.client.submission import Submission, write_submission
from evote.codec.payloads import encode_payload
from evote.core.group import SecretScalar
from evote.ed25519 import SigningKey
from evote.election import ceremony_trustee
from evote.election.ceremony import make_election_keys
from evote.election.ceremony_trustee import CeremonySecret
from evote.election.decryption import make_trustee_decryption, make_trustee_rehearsal
from evote.election.kinds import Kind
from evote.election.records import Record, TrusteeCommitment, TrusteeConfirmation
from evote.election.state import ElectionState
from evote.log.statement import encode_statement, sign_statement
from tests.core.randomness import seeded

PASSPHRASE = "correct horse battery"
TRUSTEES = 3
PEOPLE = ("kim,김하나,north", "lee,이두리,north", "park,박세나,south", "choi,최네모,south")


@dataclass(frozen=True)
class Ran:
    """What a command left behind."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Return the JSON object on stdout."""
        return json.loads(self.out)


def evote(*arguments: object) -> Ran:
    """Run a command line in this process."""
    out, err = io.StringIO(), io.StringIO()
    code = 0
    with redirect_stdout(out), redirect_stderr(err):
        try:
            run([str(argument) for argument in arguments])
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else 1
    return Ran(code, out.getvalue(), err.getvalue())


def good(*arguments: object) -> Ran:
    """Run a command line that must succeed."""
    ran = evote(*arguments)
    assert ran.code == 0, f"{arguments}: {ran.code}\n{ran.out}\n{ran.err}"
    return ran


def trustee_key(index: int) -> SigningKey:
    """Return the identity key of a trustee."""
    return SigningKey(sha256(f"cli trustee {index}".encode()).digest())


def definition_text(authority: str, registrar: str, **changes: str) -> str:
    """Return a definition; `changes` replace whole values by name."""
    values = {
        "opens": "2020-06-03T06:00:00+09:00",
        "closes": "2020-06-03T20:00:00+09:00",
        "quorum": "2",
        "minimum_ballots": "2",
        "paper": "false",
    } | changes
    trustees = "".join(
        f'  - {{ label: "t{i}", public_key: "{trustee_key(i).public_key.hex()}" }}\n' for i in range(1, TRUSTEES + 1)
    )
    return f"""\
label: "small vote"
title: {{ ko: "작은 투표", en: "A small vote" }}
authority: "{authority}"
registrar: "{registrar}"
trustees:
{trustees}quorum: {values["quorum"]}
opens: {values["opens"]}
closes: {values["closes"]}
minimum_ballots: {values["minimum_ballots"]}
paper: {values["paper"]}
revoting: last
contests:
  - label: "merger"
    title: {{ ko: "통합에 찬성하십니까?", en: "Do you agree to merge?" }}
    rule: kr.resident-vote
    options:
      - {{ label: "yes", title: {{ ko: "찬성", en: "Yes" }} }}
      - {{ label: "no", title: {{ ko: "반대", en: "No" }} }}
districts:
  - {{ label: north, title: {{ ko: "북구", en: "North" }} }}
  - {{ label: south, title: {{ ko: "남구", en: "South" }} }}
"""


@dataclass
class Scene:
    """A folder with board, keys, definition and roll; and the trustees' secrets."""

    folder: Path
    secrets: list[CeremonySecret] = field(default_factory=list)

    @property
    def board(self) -> Path:
        """Return the board's folder."""
        return self.folder / "board"

    @property
    def inbox(self) -> Path:
        """Return the board's inbox."""
        return self.board / "inbox"

    @property
    def as_authority(self) -> tuple[object, ...]:
        """Return the options of the authority."""
        return ("--board", self.board, "--authority-key", self.folder / "authority.key", *self.passphrase)

    @property
    def as_registrar(self) -> tuple[object, ...]:
        """Return the options of the registrar."""
        return ("--board", self.board, "--registrar-key", self.folder / "registrar.key", *self.passphrase)

    @property
    def passphrase(self) -> tuple[object, ...]:
        """Return the option with the passphrase."""
        return ("--passphrase-file", self.folder / "passphrase")

    @property
    def links(self) -> Path:
        """Return the secret list of links."""
        return self.folder / "links.locked"

    @property
    def codes(self) -> Path:
        """Return the delivery file."""
        return self.folder / "codes.csv"

    def copy(self, folder: Path) -> "Scene":
        """Return a copy that can go its own way."""
        shutil.copytree(self.folder, folder)
        return Scene(folder, self.secrets)

    def read_state(self) -> ElectionState:
        """Return the state of the only election, read from a copy of the board's own bytes."""
        ran = good("board", "status", self.board, "--json").json
        with Board.open(self.board) as board:
            return board.state(bytes.fromhex(ran["elections"][0]["election"]))

    def submit(self, index: int, kind: Kind, record: Record, state: ElectionState) -> Path:
        """Write a trustee's statement into the inbox."""
        payload = encode_payload(kind, record)
        key = trustee_key(index)
        entry = encode_statement(sign_statement(key, kind=kind, scope=state.election_id, payload=payload))
        return write_submission(self.inbox, Submission(entry=entry, payload=payload))

    def collect(self) -> Any:
        """Collect the inbox; return the JSON report."""
        return good("board", "collect", self.board, "--json").json

    def hold_ceremony(self) -> None:
        """Let all trustees do rounds 0 to 3, collecting after every one."""
        state = self.read_state()
        context = state.known_context
        random = seeded("cli ceremony")
        self.secrets = [ceremony_trustee.make_ceremony_secret(state.group, 2, random) for _ in range(TRUSTEES)]
        keys = [ceremony_trustee.make_trustee_keys(context, i, s, random) for i, s in enumerate(self.secrets, 1)]
        joint = make_election_keys(context, keys)
        rounds: list[tuple[Kind, Callable[[int], Record]]] = [
            (
                Kind.TRUSTEE_COMMITMENT,
                lambda i: TrusteeCommitment(
                    trustee=i, keys=sha256(encode_payload(Kind.TRUSTEE_KEYS, keys[i - 1])).digest()
                ),
            ),
            (Kind.TRUSTEE_KEYS, lambda i: keys[i - 1]),
            (
                Kind.TRUSTEE_SHARES,
                lambda i: ceremony_trustee.make_trustee_shares(context, i, self.secrets[i - 1], keys, random),
            ),
            (Kind.TRUSTEE_CONFIRMATION, lambda i: TrusteeConfirmation(trustee=i, h_g=joint.h_g)),
        ]
        # All rounds lie in the inbox together: collecting takes them in the order of the course.
        for kind, make in rounds:
            for i in range(1, TRUSTEES + 1):
                self.submit(i, kind, make(i), state)
        assert len(self.collect()["admitted"]) == 4 * TRUSTEES

    def rehearse(self) -> None:
        """Let all trustees rehearse."""
        state = self.read_state()
        for i in range(1, TRUSTEES + 1):
            record = make_trustee_rehearsal(state, i, self.key_share(state, i), seeded(f"rehearsal {i}"))
            self.submit(i, Kind.TRUSTEE_REHEARSAL, record, state)
        self.collect()

    def decrypt(self, index: int) -> Path:
        """Let a trustee decrypt; return the submission file."""
        state = self.read_state()
        record = make_trustee_decryption(state, index, self.key_share(state, index), seeded(f"decryption {index}"))
        return self.submit(index, Kind.TRUSTEE_DECRYPTION, record, state)

    def key_share(self, state: ElectionState, index: int) -> SecretScalar:
        """Return a trustee's share of the key."""
        keys = [facts.keys for facts in state.trustees if facts.keys]
        shares = [facts.shares for facts in state.trustees if facts.shares]
        context = state.known_context
        return ceremony_trustee.receive_shares(context, index, self.secrets[index - 1], keys, shares).share

    def make_credentials(self, *more: object) -> Ran:
        """Run `roll credentials`."""
        files = ("--links", self.links, "--codes", self.codes)
        return evote("roll", "credentials", self.folder / "roll.csv", *self.as_registrar, *files, *more)

    def code_of(self, person: str) -> Path:
        """Write a person's code from the delivery file into a file of its own; return it."""
        line = next(line for line in self.codes.read_text().splitlines() if line.startswith(f"{person},"))
        path = self.folder / f"{person}.code"
        path.write_text(line.split(",")[3] + "\n")
        return path

    def prepare(self, person: str, *choices: str) -> Path:
        """Prepare a ballot; return the secret file."""
        path = self.folder / f"{person}.ballot"
        options = [item for choice in choices for item in ("--choose", choice)]
        record = ("--record", self.board / "record", "--code-file", self.code_of(person))
        good("ballot", "prepare", path, *record, *options)
        return path

    def cast(self, person: str, *choices: str) -> Path:
        """Prepare and cast a ballot; return the receipt file."""
        prepared = self.prepare(person, *choices)
        receipt = self.folder / f"{person}.receipt"
        sending = ("--inbox", self.inbox, "--receipt", receipt, "--code-file", self.code_of(person))
        good("ballot", "cast", prepared, *sending)
        return receipt


def begin(folder: Path, **changes: str) -> Scene:
    """Make keys, board, definition and roll in a folder."""
    folder.mkdir()
    scene = Scene(folder)
    (folder / "passphrase").write_text(PASSPHRASE + "\n")
    keys = [
        good("key", "create", folder / f"{role}.key", *scene.passphrase, "--json").json["public_key"]
        for role in ("authority", "registrar")
    ]
    (folder / "vote.yaml").write_text(definition_text(keys[0], keys[1], **changes))
    (folder / "roll.csv").write_text("id,name,district\n" + "".join(f"{person}\n" for person in PEOPLE))
    good("board", "create", scene.board, "--origin", "board.example/cli")
    return scene
