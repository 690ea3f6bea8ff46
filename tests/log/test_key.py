"""Note keys: the known texts, every damage to them, and the private-key text."""

import base64
from dataclasses import replace
from hashlib import sha256

import pytest

from evote.ed25519 import SigningKey
from evote.log.key import (
    COSIGNATURE_ML_DSA_44,
    VerifierKey,
    check_name,
    format_private_key,
    format_verifier_key,
    parse_private_key,
    parse_verifier_key,
)
from tests.log.known import (
    BOARD_KEY,
    C2SP_KEY,
    ENOCH_KEY,
    LOG_SIGNER,
    MLDSA_COSIGNER,
    PETER_KEY,
    PETER_PRIVATE_KEY,
    SIGNING_KEY,
    SUMDB_KEY,
    TESSERA_KEY,
    WITNESS_KEY,
    refusal,
)

# transparency-dev/formats note/note_cosigv1_test.go (Apache-2.0): a log key and a witness key
OTHER_KEYS = (
    "TEST+7997405c+AQcC+FTVKf0jlTdHDY3rbevmnKxxPjigCXlVtGe6RIr6",
    "remora.n621.de+da77ade7+BOvN63jn/bLvkieywe8R6UYAtVtNbZpXh34x7onlmtw2",
)


@pytest.mark.parametrize(
    "text", [PETER_KEY, ENOCH_KEY, C2SP_KEY, SUMDB_KEY, TESSERA_KEY, BOARD_KEY, WITNESS_KEY, *OTHER_KEYS]
)
def test_known_verifier_keys(text: str) -> None:
    """Keys that other projects publish are read, their key IDs hold, and they are written back as they were."""
    assert format_verifier_key(parse_verifier_key(text)) == text


def test_the_key_id_of_an_ml_dsa_key() -> None:
    """The public key and the key ID of the seed 00..1f are those that another implementation computed."""
    key = MLDSA_COSIGNER.key
    assert sha256(key.public_key).hexdigest() == "9f107644c1084526af3bc8098680b05499a2325a644e388fb4f970e058d19d46"
    assert key.key_id.hex() == "dcccf9ec"
    assert parse_verifier_key(format_verifier_key(key)) == key


@pytest.mark.parametrize("text", [PETER_KEY, PETER_PRIVATE_KEY])
def test_every_cut_and_every_changed_character_is_refused(text: str) -> None:
    """No part of a key text and no text with one character raised is a key (as in note_test.go)."""
    parse = parse_private_key if text is PETER_PRIVATE_KEY else parse_verifier_key
    parse(text)
    damaged = {text[i:j] for i in range(len(text)) for j in range(i, len(text) + 1)} - {text}
    damaged |= {text[:i] + chr(ord(text[i]) + 1) + text[i + 1 :] for i in range(len(text))}
    accepted = [one for one in damaged if not refusal(parse, one)]
    assert accepted == []


def vkey(algorithm: int, public_key: bytes, name: str = "n") -> str:
    """Return a key text with a right key ID, whatever the algorithm and width."""
    return format_verifier_key(VerifierKey(name=name, algorithm=algorithm, public_key=public_key))


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("PeterNeumann+c74f20a3", "key.malformed"),
        ("", "key.malformed"),
        (PETER_KEY.replace("c74f20a3", "C74F20A3"), "key.wrong_id"),
        (PETER_KEY.replace("c74f20a3", "c74f20a4"), "key.wrong_id"),
        (PETER_KEY.replace("PeterNeumann", "PeterNeuman"), "key.wrong_id"),
        (PETER_KEY.replace("PeterNeumann", ""), "key.bad_name"),
        (PETER_KEY.replace("PeterNeumann", "Peter Neumann"), "key.bad_name"),
        (PETER_KEY + "=", "encoding.not_base64"),
        (PETER_KEY + "\n", "encoding.not_base64"),
        # wrong length with a right key ID, and unknown type with a right key ID (note_test.go)
        ("PeterNeumann+cc469956+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TWBADKEY==", "encoding.not_base64"),
        ("PeterNeumann+173116ae+ZRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW", "key.unknown_algorithm"),
        (vkey(0x01, bytes(31)), "key.bad_width"),
        (vkey(0x01, bytes(33)), "key.bad_width"),
        (vkey(0x04, bytes(1312)), "key.bad_width"),
        (vkey(0x06, bytes(32)), "key.bad_width"),
        (vkey(0x02, bytes(32)), "key.unknown_algorithm"),
        ("n+00000000+", "key.unknown_algorithm"),
    ],
)
def test_each_rule_of_verifier_keys(text: str, code: str) -> None:
    """Each way a verifier key can be malformed has its code."""
    assert refusal(parse_verifier_key, text) == code


def test_a_published_key_text_with_a_wrong_key_id_is_refused() -> None:
    """An ML-DSA key whose text states another key ID than its own is refused, as every other."""
    right = MLDSA_COSIGNER.key
    text = format_verifier_key(right).replace(right.key_id.hex(), "5893dc2c")
    assert right.algorithm == COSIGNATURE_ML_DSA_44
    assert refusal(parse_verifier_key, text) == "key.wrong_id"


def test_the_private_key_text_of_go() -> None:
    """Go's private-key text gives the public key that Go publishes for it, and is written back as it was."""
    key, signing_key = parse_private_key(PETER_PRIVATE_KEY)
    assert format_verifier_key(key) == PETER_KEY
    assert format_private_key(key, signing_key) == PETER_PRIVATE_KEY


def private_text(material: bytes, name: str = "n", key_id: str = "00000000") -> str:
    """Return a private-key text over arbitrary material."""
    return f"PRIVATE+KEY+{name}+{key_id}+{base64.b64encode(material).decode()}"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (PETER_KEY, "key.malformed"),
        ("PRIVATE+KEY+n+00000000", "key.malformed"),
        (private_text(b"\x01" + bytes(32), name=""), "key.bad_name"),
        (private_text(b"\x06" + bytes(32)), "key.unknown_algorithm"),
        (private_text(b""), "key.unknown_algorithm"),
        (private_text(b"\x01" + bytes(31)), "key.bad_width"),
        (private_text(b"\x01" + bytes(32)), "key.wrong_id"),
        (PETER_PRIVATE_KEY + "A", "encoding.not_base64"),
    ],
)
def test_each_rule_of_private_keys(text: str, code: str) -> None:
    """Each way a private-key text can be malformed has its code."""
    assert refusal(parse_private_key, text) == code


def test_a_refused_private_key_is_not_in_the_message() -> None:
    """The message about a malformed private key holds nothing of its secret part."""
    secret = PETER_PRIVATE_KEY.rsplit("+", 1)[1]
    for text in (PETER_PRIVATE_KEY.replace("c74f20a3", "c74f20a4"), PETER_PRIVATE_KEY + "A"):
        with pytest.raises(Exception, match="key") as caught:
            parse_private_key(text)
        assert secret[:12] not in str(caught.value)
        assert secret[:12] not in repr(caught.value.args)


def test_a_private_key_text_needs_its_own_verifier_key() -> None:
    """Another key's name and number can't be written over a seed."""
    with pytest.raises(ValueError, match="public key"):
        format_private_key(LOG_SIGNER.key, SigningKey(bytes(32)))
    with pytest.raises(ValueError, match="public key"):
        format_private_key(replace(LOG_SIGNER.key, algorithm=0x06), SIGNING_KEY)


@pytest.mark.parametrize(
    "name", ["", "a b", "a+b", "a\tb", "a\u00a0b", "a\u2028b", "a\u3000", "\x00", "a" * 256, "\ud800"]
)
def test_names_that_no_key_may_have(name: str) -> None:
    """Empty names, white space of any script, plus signs, control characters and overlong names are refused."""
    assert refusal(check_name, name) == "key.bad_name"


@pytest.mark.parametrize("name", ["a", "a" * 255, "\uc120\uad00\uc704.example", "a/b:c", "a\u200db"])
def test_names_that_a_key_may_have(name: str) -> None:
    """Names of other scripts, of 255 bytes, and with invisible characters that are no spaces pass."""
    assert refusal(check_name, name) == ""
