"""Keystore files: what opens them, what does not, and what a crash or an attacker can do to one."""

import errno
import inspect
import json
import os
import pickle
import stat
import unicodedata
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from Crypto.Cipher import AES
from Crypto.Protocol.KDF import scrypt

from evote import keystore
from evote.errors import KeystoreError
from evote.keystore import STANDARD_COST, Keystore, ScryptCost
from tests.core.randomness import seeded

QUICK = ScryptCost(n=4, r=1, p=1)
CONTENT = {"seed": "5ec7e7" * 10, "list": [1, 2, {"name": "홍길동"}]}
PASSPHRASE = "열려라 참깨"


def code_of(action: Callable[[], object]) -> str:
    """Return the code of the refusal."""
    with pytest.raises(KeystoreError) as caught:
        action()
    assert PASSPHRASE not in caught.value.message
    assert "5ec7e7" not in caught.value.message
    return caught.value.code


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return the path of a fresh keystore."""
    place = tmp_path / "keystore"
    Keystore.create(place, PASSPHRASE, CONTENT, cost=QUICK)
    return place


def rewrite(path: Path, **changes: Any) -> None:
    """Change fields of the file and put its checksum right."""
    value = json.loads(path.read_bytes()) | changes
    del value["checksum"]
    body = json.dumps(value, sort_keys=True, separators=(",", ":")).encode()
    value["checksum"] = sha256(body).hexdigest()
    path.write_bytes(json.dumps(value, sort_keys=True, separators=(",", ":")).encode())


def opened(path: Path, passphrase: str = PASSPHRASE) -> dict[str, Any]:
    """Return the content."""
    return Keystore.open(path, passphrase)[1]


def test_round_trip(path: Path) -> None:
    """What was locked up comes out, also after saving something else, and the file is for its owner alone."""
    assert opened(path) == CONTENT
    box, _ = Keystore.open(path, PASSPHRASE)
    box.save({"other": 1})
    assert box.read() == opened(path) == {"other": 1}
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_the_format(tmp_path: Path) -> None:
    """The file can be opened by anyone who knows the format: scrypt and AES-256-GCM called directly."""
    path = tmp_path / "keystore"
    Keystore.create(path, PASSPHRASE, CONTENT, cost=ScryptCost(n=16, r=8, p=2), random=seeded("format"))
    value = json.loads(path.read_bytes())
    assert (value["format"], value["n"], value["r"], value["p"]) == ("evote/keystore/1", 16, 8, 2)
    derived = scrypt(PASSPHRASE.encode(), bytes.fromhex(value["salt"]), 40, 16, 8, 2)
    assert isinstance(derived, bytes)
    assert derived[32:].hex() == value["verifier"]
    cipher = AES.new(derived[:32], AES.MODE_GCM, nonce=bytes.fromhex(value["nonce"]))
    header = {name: value[name] for name in ("format", "n", "r", "p", "salt", "nonce", "verifier")}
    cipher.update(json.dumps(header, sort_keys=True, separators=(",", ":")).encode())
    plain = cipher.decrypt_and_verify(bytes.fromhex(value["ciphertext"]), bytes.fromhex(value["tag"]))
    assert json.loads(plain) == CONTENT


def test_the_standard_cost() -> None:
    """The default is N = 2^17, r = 8, p = 1, which takes 128 MiB."""
    assert ScryptCost(n=131072, r=8, p=1) == STANDARD_COST
    assert inspect.signature(Keystore.create).parameters["cost"].default is STANDARD_COST


def test_wrong_passphrase_damaged_and_missing_are_told_apart(path: Path, tmp_path: Path) -> None:
    """Three causes, three codes."""
    assert code_of(lambda: opened(path, "열려라 들깨")) == "keystore.wrong_passphrase"
    assert code_of(lambda: opened(tmp_path / "none")) == "keystore.missing"
    path.write_bytes(path.read_bytes()[:-1])
    assert code_of(lambda: opened(path)) == "keystore.damaged"


def test_a_passphrase_typed_on_another_machine(path: Path) -> None:
    """Decomposed Hangul, as some systems type it, opens what composed Hangul locked."""
    decomposed = unicodedata.normalize("NFD", PASSPHRASE)
    assert decomposed != PASSPHRASE
    assert opened(path, decomposed) == CONTENT


def test_every_byte_counts(path: Path) -> None:
    """Whatever single byte of the file changes, it is found damaged before any work is done."""
    data = path.read_bytes()
    for position in range(len(data)):
        changed = bytearray(data)
        changed[position] ^= 1
        path.write_bytes(changed)
        assert code_of(lambda: opened(path)) == "keystore.damaged"


@pytest.mark.parametrize(
    ("field", "code"),
    [
        ("ciphertext", "keystore.damaged"),
        ("tag", "keystore.damaged"),
        ("nonce", "keystore.damaged"),
        ("salt", "keystore.wrong_passphrase"),
        ("verifier", "keystore.wrong_passphrase"),
    ],
)
def test_changes_with_a_right_checksum(path: Path, field: str, code: str) -> None:
    """Who puts the checksum right meets the authentication tag, or the verifier of the passphrase."""
    text = json.loads(path.read_bytes())[field]
    rewrite(path, **{field: ("1" if text[0] == "0" else "0") + text[1:]})
    assert code_of(lambda: opened(path)) == code


def test_the_header_is_authenticated(path: Path, tmp_path: Path) -> None:
    """A ciphertext moved under another header of the same passphrase and salt is refused."""
    other = tmp_path / "other"
    Keystore.create(other, PASSPHRASE, {"x": 1}, cost=QUICK, random=seeded("one"))
    again = tmp_path / "again"
    Keystore.create(again, PASSPHRASE, {"x": 2}, cost=QUICK, random=seeded("one"))
    one, two = json.loads(other.read_bytes()), json.loads(again.read_bytes())
    assert (one["salt"], one["nonce"]) == (two["salt"], two["nonce"])
    rewrite(other, ciphertext=two["ciphertext"], tag=two["tag"])
    assert opened(other) == {"x": 2}
    box, _ = Keystore.open(other, PASSPHRASE)
    box.save({"x": 3})
    rewrite(other, nonce=one["nonce"])
    assert code_of(lambda: opened(other)) == "keystore.damaged"


@pytest.mark.parametrize(
    ("cost", "code"),
    [
        ({"n": 2**30}, "keystore.too_costly"),
        ({"n": 2**17, "r": 17}, "keystore.too_costly"),
        ({"n": 2**17, "r": 8, "p": 2**10}, "keystore.too_costly"),
        ({"n": 2, "p": 2**40}, "keystore.too_costly"),
        ({"n": 0}, "keystore.damaged"),
        ({"n": 3}, "keystore.damaged"),
        ({"n": -2}, "keystore.damaged"),
        ({"r": 0}, "keystore.damaged"),
        ({"p": -1}, "keystore.damaged"),
        ({"n": 2**16, "r": 1}, "keystore.damaged"),
        ({"n": True}, "keystore.damaged"),
        ({"n": "4"}, "keystore.damaged"),
    ],
)
def test_hostile_parameters_take_no_memory(
    path: Path, cost: dict[str, Any], code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file that asks for too much is refused before scrypt is called."""

    def called(*_: object, **_named: object) -> None:
        raise AssertionError("scrypt was called")

    rewrite(path, **cost)
    monkeypatch.setattr(keystore, "scrypt", called)
    assert code_of(lambda: opened(path)) == code


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"[]",
        b"null",
        b"{",
        b"\xff",
        b'{"format":"evote/keystore/1"}',
        b"[" * 100_000,
        b'{"n":' + b"9" * 5000 + b"}",
    ],
)
def test_files_of_something_else(path: Path, data: bytes) -> None:
    """Anything that is not a keystore is a damaged one, never a crash."""
    path.write_bytes(data)
    assert code_of(lambda: opened(path)) == "keystore.damaged"


def test_one_spelling(path: Path) -> None:
    """The same fields with white space or a field more are no keystore."""
    value = json.loads(path.read_bytes())
    path.write_bytes(json.dumps(value, sort_keys=True).encode())
    assert code_of(lambda: opened(path)) == "keystore.damaged"
    rewrite(path, extra=1)
    assert code_of(lambda: opened(path)) == "keystore.damaged"


def test_a_file_that_is_too_long(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not more than the bound is read, and not more is written."""
    monkeypatch.setattr(keystore, "MAXIMUM_FILE_BYTES", 100)
    assert code_of(lambda: opened(path)) == "keystore.damaged"
    assert code_of(lambda: Keystore.create(path, "x", {}, cost=QUICK, overwrite=True)) == "keystore.too_large"


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o610, 0o777])
def test_files_that_others_may_read(path: Path, mode: int) -> None:
    """Group and others must have no right at all; the message says what to do."""
    path.chmod(mode)
    with pytest.raises(KeystoreError, match=f"chmod 600 '{path}'") as caught:
        opened(path)
    assert caught.value.code == "keystore.permissions"


def test_empty_passphrases(path: Path, tmp_path: Path) -> None:
    """An empty passphrase locks and opens nothing."""
    assert code_of(lambda: Keystore.create(tmp_path / "new", "", {}, cost=QUICK)) == "keystore.empty_passphrase"
    assert not (tmp_path / "new").exists()
    assert code_of(lambda: opened(path, "")) == "keystore.empty_passphrase"


def test_an_existing_file_is_not_overwritten(path: Path) -> None:
    """Unless told; also not one that appears while the new one is being written."""
    data = path.read_bytes()
    assert code_of(lambda: Keystore.create(path, "x", {}, cost=QUICK)) == "keystore.exists"
    assert path.read_bytes() == data
    Keystore.create(path, "x", {}, cost=QUICK, overwrite=True)
    assert opened(path, "x") == {}


@pytest.mark.parametrize("links", [True, False])
def test_a_file_that_appears_meanwhile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, links: bool) -> None:
    """Two programs make the same keystore: the first one stays, on file systems with and without hard links."""
    path = tmp_path / "keystore"
    link = os.link

    def second(temporary: Path, target: Path) -> None:
        path.write_bytes(b"first")
        if not links:
            raise OSError(errno.EPERM, "no links here")
        link(temporary, target)

    monkeypatch.setattr(os, "link", second)
    assert code_of(lambda: Keystore.create(path, "x", {}, cost=QUICK)) == "keystore.exists"
    assert path.read_bytes() == b"first"
    assert sorted(tmp_path.iterdir()) == [path]


def test_without_hard_links(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a file system without hard links a keystore is made all the same."""

    def no_links(*_: object) -> None:
        raise OSError(errno.EPERM, "no links here")

    monkeypatch.setattr(os, "link", no_links)
    Keystore.create(tmp_path / "keystore", "x", {"y": 1}, cost=QUICK)
    assert opened(tmp_path / "keystore", "x") == {"y": 1}


@pytest.mark.parametrize("call", ["fsync", "fdopen", "open"])
def test_a_failing_disk_leaves_the_old_file(path: Path, monkeypatch: pytest.MonkeyPatch, call: str) -> None:
    """A save that fails anywhere before the rename changes nothing and leaves no file behind."""
    box, _ = Keystore.open(path, PASSPHRASE)
    data = path.read_bytes()

    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, call, full)
        assert code_of(lambda: box.save({"new": 1})) == "keystore.unwritable"
    if call != "open":
        assert path.read_bytes() == data
    assert [one for one in path.parent.iterdir() if one != path] == []
    assert opened(path) in (CONTENT, {"new": 1})


def test_every_save_has_a_nonce_of_its_own(path: Path) -> None:
    """Saving the same twice gives different files with the same salt."""
    box, _ = Keystore.open(path, PASSPHRASE)
    files = []
    for _ in range(3):
        box.save(CONTENT)
        files.append(json.loads(path.read_bytes()))
    assert len({file["nonce"] for file in files}) == len({file["ciphertext"] for file in files}) == 3
    assert len({file["salt"] for file in files}) == 1


def test_an_unlocked_keystore_is_not_copied_or_shown(path: Path) -> None:
    """It prints as redacted and can't be pickled."""
    box, _ = Keystore.open(path, PASSPHRASE)
    assert "redacted" in repr(box)
    with pytest.raises(TypeError):
        pickle.dumps(box)


def test_a_keystore_replaced_by_another(path: Path, tmp_path: Path) -> None:
    """Reading back notices that the file on the disk is not the one that was unlocked."""
    box, _ = Keystore.open(path, PASSPHRASE)
    Keystore.create(tmp_path / "other", "x", {}, cost=QUICK)
    (tmp_path / "other").replace(path)
    assert code_of(box.read) == "keystore.wrong_passphrase"


def test_content_that_is_no_object(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An authentic file whose content is no JSON object is damaged."""
    box, _ = Keystore.open(path, PASSPHRASE)
    encode = keystore._encode
    monkeypatch.setattr(keystore, "_encode", lambda value: b"[]" if value == {"odd": 1} else encode(value))
    box.save({"odd": 1})
    assert code_of(box.read) == "keystore.damaged"
