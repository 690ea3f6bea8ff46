"""A trustee's folder: the locked keystore, and beside it what is public and needed without a passphrase.

Idea: `keystore` holds everything secret. `public.json` has the public key and the log keys that were pinned,
`checkpoints.json` the last checkpoint seen of every log, `*.policy` the trust policies that were pinned. Seats in the
keystore name their log's key and policy too, so that changing these files is noticed before anything is signed.

Invariants: one program at a time (`lock`); files are replaced as a whole; a keystore that exists is never overwritten.
"""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Final, NoReturn

from evote import canonical_json
from evote.client.memory import CheckpointMemory, write_atomically
from evote.core.random_source import RandomBytes
from evote.core.secret import SecretBytes
from evote.ed25519 import SEED_BYTES, SigningKey
from evote.errors import BoardError, EncodingError, EquivocationError, KeystoreError
from evote.keystore import Keystore, ScryptCost
from trustee_cli.vault import Seat, Vault, make_content

FORMAT: Final = "evote/trustee-public/1"
_MAXIMUM_PUBLIC_BYTES: Final = 2**20
_FOLDER_MODE: Final = 0o700


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicPart:
    """The trustee's public key, and the verifier key pinned for each log by its origin."""

    public_key: bytes
    log_keys: dict[str, str] = field(default_factory=dict)


class Home:
    """The folder of one trustee on their own machine."""

    def __init__(self, folder: Path, scrypt_cost: ScryptCost, random: RandomBytes) -> None:
        """Take the folder, which need not exist; nothing is read yet."""
        self.folder = folder
        self.keystore_path = folder / "keystore"
        self._public_path = folder / "public.json"
        self._memory_path = folder / "checkpoints.json"
        self._cost, self._random = scrypt_cost, random

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Keep other programs out of the folder, which is made if needed; raise BoardError `trustee.locked`."""
        with _reported(self.folder):
            self.folder.mkdir(mode=_FOLDER_MODE, parents=True, exist_ok=True)
            file = (self.folder / "lock").open("a")
        with file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                raise BoardError(
                    "trustee.locked",
                    f"another evote-trustee is using {self.folder}; wait for it or end it",
                    path=self.folder,
                ) from None
            with _reported(self.folder):
                self._remove_leftovers()
            yield

    def make_identity(self, passphrase: SecretBytes) -> Vault:
        """Draw an identity key and lock it up; raise KeystoreError as `Keystore.create`."""
        return self.store(SigningKey(self._random(SEED_BYTES)), {}, passphrase)

    def store(self, identity: SigningKey, seats: dict[bytes, Seat], passphrase: SecretBytes) -> Vault:
        """Lock up an identity with its seats in a new keystore; raise KeystoreError as `Keystore.create`."""
        content = make_content(identity, seats)
        keystore = self.create_keystore(self.keystore_path, content, passphrase)
        return Vault(keystore, content)

    def refuse_existing(self) -> NoReturn:
        """Raise KeystoreError `keystore.exists`."""
        path = self.keystore_path
        raise KeystoreError("keystore.exists", f"{path} exists and is not overwritten", path=path)

    def create_keystore(self, path: Path, content: dict[str, object], passphrase: SecretBytes) -> Keystore:
        """Write a keystore anywhere, at this home's scrypt cost."""
        return Keystore.create(path, _text(passphrase), content, cost=self._cost, random=self._random)

    def unlock(self, passphrase: SecretBytes) -> Vault:
        """Unlock the keystore, and write its public part where that is missing or another's; raise as `Keystore.open`.

        The log keys of the seats count as pinned.
        """
        vault = Vault(*Keystore.open(self.keystore_path, _text(passphrase), random=self._random))
        self.publish(vault)
        return vault

    def publish(self, vault: Vault) -> None:
        """Write what is public of a vault, keeping the log keys pinned before."""
        public = self.public()
        known = public.log_keys if public else {}
        pinned = {seat.log_key.partition("+")[0]: seat.log_key for seat in vault.seats.values()}
        for seat in vault.seats.values():
            origin = seat.log_key.partition("+")[0]
            if seat.policy and self.policy(origin) is None:
                self.pin_policy(origin, seat.policy.encode())
        self._write(PublicPart(public_key=vault.identity.public_key, log_keys=pinned | known))

    def public(self) -> PublicPart | None:
        """Return the public part, None before there is an identity; raise EncodingError `trustee.bad_public_file`."""
        try:
            data = self._public_path.read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            path = self._public_path
            raise BoardError("trustee.unreadable", f"{path} can't be read: {error}", path=path) from error
        try:
            return _read_public(data)
        except (EncodingError, KeyError, TypeError, ValueError):
            raise EncodingError(
                "trustee.bad_public_file",
                f"{self._public_path} is malformed; remove it, and `evote-trustee identity` writes it anew",
                path=self._public_path,
            ) from None

    def require_public(self) -> PublicPart:
        """Return the public part; raise KeystoreError `keystore.missing` where there is no identity yet."""
        public = self.public()
        if public is None:
            raise KeystoreError("keystore.missing", f"there is no identity in {self.folder}", path=self.folder)
        return public

    def pin(self, origin: str, log_key: str) -> None:
        """Remember the verifier key of a log for all time."""
        public = self.require_public()
        self._write(PublicPart(public_key=public.public_key, log_keys=public.log_keys | {origin: log_key}))

    def policy(self, origin: str) -> bytes | None:
        """Return the policy file that was pinned for a log, None where none was."""
        path = self._policy_path(origin)
        try:
            return path.read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise BoardError("trustee.unreadable", f"{path} can't be read: {error}", path=path) from error

    def pin_policy(self, origin: str, policy: bytes) -> None:
        """Remember the policy file that every checkpoint of a log has to satisfy."""
        path = self._policy_path(origin)
        if self.policy(origin) != policy:
            with _reported(path):
                write_atomically(path, policy)

    def _policy_path(self, origin: str) -> Path:
        return self.folder / f"{sha256(origin.encode()).hexdigest()[:16]}.policy"

    def memory(self) -> CheckpointMemory:
        """Return the memory of the checkpoints that this trustee has seen."""
        return CheckpointMemory(self._memory_path)

    def keep_evidence(self, error: EquivocationError, proof: bytes = b"") -> tuple[Path, Path]:
        """Write down two signed notes that contradict each other, and the file that proves it to anybody, if any."""
        paths = (self.folder / "equivocation-1.note", self.folder / "equivocation-2.note")
        with _reported(self.folder):
            for path, note in zip(paths, (error.first, error.second), strict=True):
                write_atomically(path, note)
            if proof:
                write_atomically(self.folder / "equivocation.evidence", proof)
        return paths

    def _remove_leftovers(self) -> None:
        """Remove temporary files of a killed process; they may hold secrets that were meant to be forgotten."""
        for name in (self.keystore_path.name, self._public_path.name, self._memory_path.name):
            for path in self.folder.glob(f".{name}.*"):
                path.unlink()
        for path in self.folder.glob(".*.policy.*"):
            path.unlink()

    def _write(self, public: PublicPart) -> None:
        value = {"format": FORMAT, "public_key": public.public_key.hex(), "log_keys": public.log_keys}
        if self.public() != public:
            with _reported(self._public_path):
                write_atomically(self._public_path, canonical_json.encode(value))


def _read_public(data: bytes) -> PublicPart:
    value = canonical_json.decode(data, maximum_bytes=_MAXIMUM_PUBLIC_BYTES)
    if set(value) != {"format", "public_key", "log_keys"} or value["format"] != FORMAT:
        raise ValueError(f"not of the form {FORMAT}")
    return PublicPart(public_key=bytes.fromhex(value["public_key"]), log_keys=dict(value["log_keys"]))


@contextmanager
def _reported(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise BoardError(
            "trustee.unwritable", f"{path} can't be written: {error.strerror or error}", path=path
        ) from error


def _text(passphrase: SecretBytes) -> str:
    return passphrase.expose().decode()
