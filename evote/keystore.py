"""One kind of locked file for secrets: a JSON object under a passphrase.

Spec: scrypt as RFC 7914, AES-256-GCM as NIST SP 800-38D; the file format is ours.

Idea: scrypt turns passphrase and salt into an encryption key and a short verifier. The verifier tells a wrong
passphrase from a damaged file; it gives an attacker nothing that the tag does not give. A plain checksum over the
whole file finds accidental damage before any work is done. Whoever opens a keystore holds the derived key, so that
saving costs no second scrypt; every save takes a fresh nonce.

Invariants: format, scrypt cost, salt, nonce and verifier are associated data of the cipher; scrypt never needs more
than 256 MiB, whatever a file asks for; a file is replaced as a whole or not at all, is readable by its owner alone, and
is never overwritten by `create`. No message holds content, passphrase or key. Not promised: Python can't wipe memory,
and a replaced file may survive on the disk until its blocks are used again.
"""

from __future__ import annotations

import errno
import hmac
import json
import os
import re
import secrets
import stat
import tempfile
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import scrypt, sha256
from pathlib import Path
from typing import Any, Final, NoReturn

from Crypto.Cipher import AES

from evote.errors import KeystoreError

FORMAT: Final = "evote/keystore/1"
MAXIMUM_FILE_BYTES: Final = 2**28
MAXIMUM_SCRYPT_BYTES: Final = 2**28
PRIVATE_MODE: Final = 0o600

_MAXIMUM_SCRYPT_WORK: Final = 2**23  # N r p; the standard cost is 2^20
_SALT_BYTES, _NONCE_BYTES, _KEY_BYTES, _VERIFIER_BYTES, _TAG_BYTES = 32, 12, 32, 8, 16
_HEX: Final = re.compile("[0-9a-f]*")
_INTEGERS: Final = ("n", "r", "p")
_WIDTHS: Final = {"salt": _SALT_BYTES, "nonce": _NONCE_BYTES, "verifier": _VERIFIER_BYTES, "tag": _TAG_BYTES}
_FIELDS: Final = {"format", "ciphertext", "checksum", *_INTEGERS, *_WIDTHS}
_NO_HARD_LINKS: Final = frozenset({errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS})

# The content of a keystore. `Any` inside, as in canonical JSON: what stands in it is its owner's business.
Content = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class ScryptCost:
    """N (a power of two), r and p of scrypt; it needs 128 N r bytes of memory."""

    n: int
    r: int
    p: int


STANDARD_COST: Final = ScryptCost(n=2**17, r=8, p=1)
"""128 MiB and about half a second on a laptop of 2026."""


class Keystore:
    """An unlocked keystore file; `read` and `save` go to the disk every time."""

    __slots__ = ("_cost", "_key", "_random", "_salt", "_verifier", "path")

    def __init__(
        self,
        path: Path,
        passphrase: str,
        salt: bytes,
        cost: ScryptCost,
        random: Callable[[int], bytes] = secrets.token_bytes,
    ) -> None:
        """Derive the key; use `create` or `open`."""
        self.path = path
        self._salt, self._cost, self._random = salt, cost, random
        self._key, self._verifier = _derive(passphrase, salt, cost)

    @classmethod
    def create(
        cls,
        path: Path,
        passphrase: str,
        content: Content,
        *,
        cost: ScryptCost = STANDARD_COST,
        overwrite: bool = False,
        random: Callable[[int], bytes] = secrets.token_bytes,
    ) -> Keystore:
        """Write a new keystore with mode 0600 and return it unlocked.

        The passphrase is read in Unicode NFC. Raise KeystoreError `keystore.empty_passphrase`, `.exists` (unless
        `overwrite`), `.too_large` or `.unwritable`.
        """
        if path.exists() and not overwrite:
            _refuse_existing(path)
        keystore = cls(path, passphrase, random(_SALT_BYTES), cost, random)
        _write(path, keystore._seal(content), overwrite=overwrite)
        return keystore

    @classmethod
    def open(
        cls, path: Path, passphrase: str, *, random: Callable[[int], bytes] = secrets.token_bytes
    ) -> tuple[Keystore, Content]:
        """Unlock a keystore; return it with its content.

        Raise KeystoreError `keystore.missing`, `.unreadable`, `.permissions` (others may read it), `.damaged`,
        `.too_costly` (scrypt parameters beyond the bounds), `.empty_passphrase` or `.wrong_passphrase`.
        """
        file = _parse(_read(path), path)
        keystore = cls(path, passphrase, file.salt, file.cost, random)
        return keystore, keystore._unseal(file)

    def read(self) -> Content:
        """Read the content back from the disk; raise as `open`."""
        return self._unseal(_parse(_read(self.path), self.path))

    def save(self, content: Content) -> None:
        """Replace the content, durably and as a whole; raise KeystoreError `keystore.too_large` or `.unwritable`."""
        _write(self.path, self._seal(content), overwrite=True)

    def _seal(self, content: Content) -> bytes:
        nonce = self._random(_NONCE_BYTES)
        header = _header(self._cost, self._salt, nonce, self._verifier)
        cipher = AES.new(self._key, AES.MODE_GCM, nonce=nonce, mac_len=_TAG_BYTES)
        cipher.update(_encode(header))
        ciphertext, tag = cipher.encrypt_and_digest(_encode(content))
        body = header | {"ciphertext": ciphertext.hex(), "tag": tag.hex()}
        data = _encode(body | {"checksum": sha256(_encode(body)).hexdigest()})
        if len(data) > MAXIMUM_FILE_BYTES:
            raise KeystoreError("keystore.too_large", f"a keystore has at most {MAXIMUM_FILE_BYTES} bytes")
        return data

    def _unseal(self, file: _File) -> Content:
        key, verifier = self._key, self._verifier
        if (file.salt, file.cost) != (self._salt, self._cost) or not hmac.compare_digest(verifier, file.verifier):
            raise KeystoreError(
                "keystore.wrong_passphrase", f"the passphrase does not open {self.path}", path=self.path
            )
        cipher = AES.new(key, AES.MODE_GCM, nonce=file.nonce, mac_len=_TAG_BYTES)
        cipher.update(_encode(_header(file.cost, file.salt, file.nonce, file.verifier)))
        try:
            plaintext = cipher.decrypt_and_verify(file.ciphertext, file.tag)
            content = json.loads(plaintext)
        except ValueError:
            # The cause is left out: it might quote the content.
            raise _damaged(self.path, "its content does not match its authentication tag") from None
        if not isinstance(content, dict):
            raise _damaged(self.path, "its content is no JSON object")
        return content

    def __repr__(self) -> str:
        return f"Keystore({str(self.path)!r}, <redacted>)"

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        raise TypeError("an unlocked keystore can't be pickled or copied")


@dataclass(frozen=True, slots=True, kw_only=True)
class _File:
    """A keystore file as it lies there, well-formed but not authenticated."""

    cost: ScryptCost
    salt: bytes
    nonce: bytes
    verifier: bytes
    ciphertext: bytes
    tag: bytes


def _derive(passphrase: str, salt: bytes, cost: ScryptCost) -> tuple[bytes, bytes]:
    """Return encryption key and passphrase verifier."""
    if not passphrase:
        raise KeystoreError("keystore.empty_passphrase", "the passphrase is empty")
    # key (32) || verifier (8) = scrypt(UTF-8(NFC(passphrase)), salt, N, r, p)
    normalised = unicodedata.normalize("NFC", passphrase).encode()
    derived = scrypt(
        normalised,
        salt=salt,
        n=cost.n,
        r=cost.r,
        p=cost.p,
        # Above all that the bounds let through; OpenSSL counts its working memory, 128 r (N + p), too.
        maxmem=2**30,
        dklen=_KEY_BYTES + _VERIFIER_BYTES,
    )
    return derived[:_KEY_BYTES], derived[_KEY_BYTES:]


def _header(cost: ScryptCost, salt: bytes, nonce: bytes, verifier: bytes) -> Content:
    return {
        "format": FORMAT,
        "n": cost.n,
        "r": cost.r,
        "p": cost.p,
        "salt": salt.hex(),
        "nonce": nonce.hex(),
        "verifier": verifier.hex(),
    }


def _encode(value: Content) -> bytes:
    # Canonical for what stands here (RFC 8785: sorted keys, no white space); this floor has no other JSON module.
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False).encode()


def _parse(data: bytes, path: Path) -> _File:
    try:
        value = json.loads(data)
        is_canonical = isinstance(value, dict) and _encode(value) == data
    except (ValueError, RecursionError):
        is_canonical = False
    if not is_canonical or set(value) != _FIELDS or value["format"] != FORMAT:
        raise _damaged(path, "it is not a keystore file of this format, or was cut off")
    if not all(type(value[name]) is int for name in _INTEGERS):
        raise _damaged(path, "its scrypt parameters are not integers")
    texts = {name: value[name] for name in ("ciphertext", "checksum", *_WIDTHS)}
    if not all(isinstance(text, str) and len(text) % 2 == 0 and _HEX.fullmatch(text) for text in texts.values()):
        raise _damaged(path, "a field is not lower-case hexadecimal")
    if any(len(texts[name]) != 2 * width for name, width in _WIDTHS.items()):
        raise _damaged(path, "a field has the wrong width")
    body = {name: item for name, item in value.items() if name != "checksum"}
    if sha256(_encode(body)).hexdigest() != texts["checksum"]:
        raise _damaged(path, "its checksum is wrong")
    raw = {name: bytes.fromhex(text) for name, text in texts.items() if name != "checksum"}
    return _File(cost=_check_cost(ScryptCost(n=value["n"], r=value["r"], p=value["p"]), path), **raw)


def _check_cost(cost: ScryptCost, path: Path) -> ScryptCost:
    n, r, p = cost.n, cost.r, cost.p
    if n < 2 or n & (n - 1) or r < 1 or p < 1:
        raise _damaged(path, "its scrypt parameters are not possible ones")
    if 128 * n * r > MAXIMUM_SCRYPT_BYTES or n * r * p > _MAXIMUM_SCRYPT_WORK:
        raise KeystoreError(
            "keystore.too_costly",
            f"{path} asks for scrypt with N={n}, r={r}, p={p}; it gets at most {MAXIMUM_SCRYPT_BYTES} bytes of memory",
            path=path,
        )
    # N < 2^(128 r / 8) (RFC 7914 section 2)
    if n.bit_length() > 16 * r:
        raise _damaged(path, "its scrypt parameters are not possible ones")
    return cost


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            mode = stat.S_IMODE(os.fstat(file.fileno()).st_mode)
            if mode & 0o077:
                raise KeystoreError(
                    "keystore.permissions",
                    f"others may read {path} (mode {mode:04o}); run: chmod 600 '{path}'",
                    path=path,
                )
            data = file.read(MAXIMUM_FILE_BYTES + 1)
    except FileNotFoundError:
        raise KeystoreError("keystore.missing", f"there is no keystore {path}", path=path) from None
    except OSError as error:
        raise KeystoreError(
            "keystore.unreadable", f"{path} can't be read: {error.strerror or error}", path=path
        ) from error
    if len(data) > MAXIMUM_FILE_BYTES:
        raise _damaged(path, f"it has more than {MAXIMUM_FILE_BYTES} bytes")
    return data


def _write(path: Path, data: bytes, *, overwrite: bool) -> None:
    """Write temporary file, fsync, rename, fsync folder; mkstemp makes files of mode 0600."""
    try:
        descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        temporary = Path(name)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            _place(temporary, path, overwrite=overwrite)
        finally:
            temporary.unlink(missing_ok=True)
        folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
    except OSError as error:
        raise KeystoreError(
            "keystore.unwritable", f"{path} can't be written: {error.strerror or error}", path=path
        ) from error


def _place(temporary: Path, path: Path, *, overwrite: bool) -> None:
    """Give the finished file its name; a link, unlike a rename, never replaces a file that has just appeared."""
    if not overwrite:
        try:
            os.link(temporary, path)
        except FileExistsError:
            _refuse_existing(path)
        except OSError as error:
            # Memory sticks often carry file systems without links.
            if error.errno not in _NO_HARD_LINKS:
                raise
            if path.exists():
                _refuse_existing(path)
        else:
            return
    temporary.replace(path)


def _refuse_existing(path: Path) -> NoReturn:
    raise KeystoreError("keystore.exists", f"{path} exists and is not overwritten; name another file", path=path)


def _damaged(path: Path, why: str) -> KeystoreError:
    return KeystoreError("keystore.damaged", f"{path} is damaged: {why}", path=path)
