"""What a trustee keeps locked: the identity, and for each election secrets, key share and every statement made.

Idea: a statement is made once. Its exact bytes are kept here before anybody sees them, so a command that is repeated
writes the same bytes again: no second set of shares or decryptions, no proof nonce used twice.

Invariants: `once` returns only what is durably on the disk; the secrets of the ceremony and the key share outlive
everything but an explicit `forget`, the digest of the decrypted tally outlives that too. Nothing here prints a secret.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

from evote.client.submission import Submission
from evote.codec.payloads import encode_payload
from evote.core.secret import SecretBytes
from evote.ed25519 import SigningKey
from evote.election.kinds import Kind
from evote.election.records import Record
from evote.errors import KeystoreError
from evote.keystore import Content, Keystore
from evote.log.statement import encode_statement, sign_statement

FORMAT: Final = "evote/trustee/1"


@dataclass(slots=True, kw_only=True, eq=False)
class Seat:
    """A trustee's part in one election; secrets are None before they exist and after they were forgotten.

    `log_key` is the verifier key of the log in which the trustee took part, `policy` the policy file that its
    checkpoints have to satisfy ("" for none), `tally` the payload digest of the `election.tally` that was decrypted.
    """

    trustee: int
    label: str
    log_key: str
    policy: str = ""
    ceremony_secret: SecretBytes | None = None
    key_share: SecretBytes | None = None
    tally: bytes | None = None
    statements: dict[str, Submission] = field(default_factory=dict)


class Vault:
    """An unlocked keystore as a trustee uses it; changes are on the disk after `save`."""

    def __init__(self, keystore: Keystore, content: Content) -> None:
        """Read the content; raise KeystoreError `trustee.foreign_keystore` where it is not a trustee's."""
        self._keystore = keystore
        self.identity, self.seats = _read_content(keystore, content)

    def save(self) -> None:
        """Write everything to the disk, durably."""
        self._keystore.save(self.content())

    def content(self) -> Content:
        """Return what the keystore holds, secrets included, as JSON."""
        return make_content(self.identity, self.seats)

    def read_back(self, election_id: bytes) -> Seat:
        """Return a seat as it stands on the disk, read and decrypted anew; raise as `Keystore.open`."""
        _, seats = _read_content(self._keystore, self._keystore.read())
        return seats[election_id]

    def seat(self, election_id: bytes) -> Seat:
        """Return the seat in an election; raise KeystoreError `trustee.no_seat` where the trustee took no part."""
        if election_id not in self.seats:
            raise KeystoreError(
                "trustee.no_seat",
                f"this keystore has taken no part in election {election_id.hex()} and has no share",
                election=election_id.hex(),
            )
        return self.seats[election_id]

    def once(self, election_id: bytes, kind: Kind, make: Callable[[], Record]) -> Submission:
        """Return the statement of a kind that was made before, or make it, save it and return it."""
        seat = self.seats[election_id]
        if kind not in seat.statements:
            self.prepare(election_id, kind, make())
            self.save()
        return seat.statements[kind]

    def prepare(self, election_id: bytes, kind: Kind, record: Record) -> Submission:
        """Sign a statement and keep it, for the next `save`."""
        payload = encode_payload(kind, record)
        statement = sign_statement(self.identity, kind=kind, scope=election_id, payload=payload)
        submission = Submission(entry=encode_statement(statement), payload=payload)
        self.seats[election_id].statements[kind] = submission
        return submission


def make_content(identity: SigningKey, seats: dict[bytes, Seat]) -> Content:
    """Return the JSON form of a vault; it holds every secret."""
    return {
        "format": FORMAT,
        "identity": identity.expose().hex(),
        "elections": {election_id.hex(): _write_seat(seat) for election_id, seat in seats.items()},
    }


def _write_seat(seat: Seat) -> Content:
    return {
        "trustee": seat.trustee,
        "label": seat.label,
        "log_key": seat.log_key,
        "policy": seat.policy,
        "ceremony_secret": _write_secret(seat.ceremony_secret),
        "key_share": _write_secret(seat.key_share),
        "tally": (seat.tally or b"").hex(),
        "statements": {
            kind: {"entry": made.entry.hex(), "payload": made.payload.hex()} for kind, made in seat.statements.items()
        },
    }


def _read_content(keystore: Keystore, content: Content) -> tuple[SigningKey, dict[bytes, Seat]]:
    # The content is authenticated: whatever is wrong with its form is a file of another program or version.
    foreign = KeystoreError(
        "trustee.foreign_keystore",
        f"{keystore.path} is not the keystore of a trustee, or of a newer version",
        path=keystore.path,
    )
    if content.get("format") != FORMAT:
        raise foreign
    try:
        identity = SigningKey(bytes.fromhex(content["identity"]))
        seats = {bytes.fromhex(key): _read_seat(value) for key, value in content["elections"].items()}
    except (KeyError, TypeError, ValueError, AttributeError):
        raise foreign from None
    return identity, seats


def _read_seat(value: dict[str, Any]) -> Seat:
    return Seat(
        trustee=value["trustee"],
        label=value["label"],
        log_key=value["log_key"],
        # A keystore from before there were policies has none.
        policy=value.get("policy", ""),
        ceremony_secret=_read_secret(value["ceremony_secret"]),
        key_share=_read_secret(value["key_share"]),
        tally=bytes.fromhex(value["tally"]) or None,
        statements={
            kind: Submission(entry=bytes.fromhex(made["entry"]), payload=bytes.fromhex(made["payload"]))
            for kind, made in value["statements"].items()
        },
    )


def _write_secret(secret: SecretBytes | None) -> str:
    return "" if secret is None else secret.expose().hex()


def _read_secret(text: str) -> SecretBytes | None:
    return SecretBytes(bytes.fromhex(text)) if text else None
