"""The two keys of a log, Ed25519 and ML-DSA-44: whoever trusts both believes nothing that lacks a right line by either.

*Spec*: docs/formats.md, section 1; C2SP tlog-cosignature v1.1.0-rc.1 (type 0x06); FIPS 204.
"""

import base64
import hashlib
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey

from tests.verifier.conftest import rows
from tests.verifier.record_files import LOG, ORIGIN, Made, make_checkpoint, make_policy, verifier_key, write_record
from tests.verifier.test_log_rows import check, places, receipt, status
from verifier import ml_dsa
from verifier.checks.checkpoint import check_quorum, check_signature, cosigners
from verifier.errors import Malformed, Unavailable, UsageError
from verifier.findings import Finding, Report, Status
from verifier.korean import in_korean
from verifier.ledger import Ledger
from verifier.main import main
from verifier.note import Checkpoint, cosigned_message, parse_checkpoint, parse_verifier_key, verify_key
from verifier.policy import parse_policy
from verifier.trust import AUDITOR, Trust

TIME = 1767571200
SIZE, ROOT = 7, bytes(range(32))
HEAD = make_checkpoint(SIZE, ROOT)
ONLY = "only an Ed25519 key of the log is trusted, so its ML-DSA-44 signature was not checked"


def pq_key(name: str) -> MLDSA44PrivateKey:
    """Return the ML-DSA-44 key that belongs to a name in tests."""
    return MLDSA44PrivateKey.from_seed_bytes(hashlib.sha256(name.encode()).digest())


PQ, OTHER = pq_key("log"), pq_key("other log")


def encoded(key: MLDSA44PrivateKey) -> bytes:
    """Return type and public key."""
    return b"\x06" + key.public_key().public_bytes_raw()


def key_id(name: str, key: MLDSA44PrivateKey) -> bytes:
    """Return the four bytes that name a key."""
    return hashlib.sha256(name.encode() + b"\n" + encoded(key)).digest()[:4]


def vkey(key: MLDSA44PrivateKey = PQ, name: str = ORIGIN) -> str:
    """Return the C2SP verifier key."""
    return f"{name}+{key_id(name, key).hex()}+{base64.b64encode(encoded(key)).decode()}"


def message_of(head: Checkpoint, name: str, **other: Any) -> bytes:
    """Return cosigned_message as the specification lays it out, with other fields where asked for."""
    fields: dict[str, Any] = {
        "name": name,
        "time": TIME,
        "origin": head.origin,
        "start": 0,
        "end": head.size,
        "root": head.root,
    }
    fields |= other
    cosigner, origin = fields["name"].encode(), fields["origin"].encode()
    message: bytes = (
        b"subtree/v1\n\x00"
        + bytes([len(cosigner)])
        + cosigner
        + fields["time"].to_bytes(8, "big")
        + bytes([len(origin)])
        + origin
        + fields["start"].to_bytes(8, "big")
        + fields["end"].to_bytes(8, "big")
        + fields["root"]
    )
    return message


def line(
    data: bytes, key: MLDSA44PrivateKey = PQ, name: str = ORIGIN, *, by: MLDSA44PrivateKey | None = None, **other: Any
) -> bytes:
    """Return the line of a key under a checkpoint; ``by`` is who signs it in truth, ``other`` what is signed."""
    time = other.get("stated", other.get("time", TIME))
    signed = message_of(parse_checkpoint(data), name, **{k: v for k, v in other.items() if k != "stated"})
    blob = key_id(name, key) + time.to_bytes(8, "big") + (by or key).sign(signed)
    return f"— {name} {base64.b64encode(blob).decode()}\n".encode()


def trusting(*vkeys: str, policy: str | None = None) -> Trust:
    """Return what an auditor believes."""
    return Trust(
        logs=tuple(map(parse_verifier_key, vkeys)),
        key_source=AUDITOR,
        policy=parse_policy(policy.encode()) if policy else None,
        policy_source=AUDITOR,
        policy_problem="",
    )


ED = verifier_key(ORIGIN, 1, LOG)
BOTH = trusting(ED, vkey())


def judged(data: bytes, trust: Trust = BOTH) -> Finding:
    """Return the finding of row L.A about a checkpoint."""
    ledger = Ledger()
    check_signature(parse_checkpoint(data), trust, ledger)
    (found,) = [finding for finding in ledger.findings() if finding.row == "L.A"]
    return found


def test_the_signed_message() -> None:
    """Show the bytes that are signed: by the specification's layout, and by a digest that another program computed."""
    root = base64.b64decode("aIJIwvZ2sQuz2SA+VwbczkVzBMDLqKh9E1Cxp4gsqg0=")
    head = replace(parse_checkpoint(HEAD), origin="example.com/board", size=7, root=root)
    message = cosigned_message(head, "witness.example/w1", 1767139200)
    assert message == message_of(head, "witness.example/w1", time=1767139200)
    assert len(message) == 105
    assert hashlib.sha256(message).hexdigest() == "1c23608572dab71331ec0bbae8afc42df4a3062e7dfebbc13fea2779dfa37178"
    witness = MLDSA44PrivateKey.from_seed_bytes(bytes(range(32)))
    assert vkey(witness, "witness.example/w1").split("+")[1] == "dcccf9ec"
    for name, origin in (("x" * 256, "log"), ("log", "x" * 256)):
        with pytest.raises(Malformed):
            cosigned_message(replace(head, origin=origin), name, 0)
    assert cosigned_message(replace(head, origin="x" * 255), "x" * 255, 0)[12] == 255


def test_both_lines() -> None:
    """Show that two right lines pass without a remark, also with the time 0, in any order, beside strangers' lines."""
    assert (judged(HEAD + line(HEAD)).status, judged(HEAD + line(HEAD)).note) == (Status.PASS, "")
    assert judged(HEAD + line(HEAD, OTHER) + line(HEAD)).status is Status.PASS
    assert judged(HEAD + line(HEAD, time=0)).status is Status.PASS
    assert judged(HEAD + line(HEAD) + line(HEAD, time=TIME + 1)).status is Status.PASS


def test_one_key_alone() -> None:
    """Show that an Ed25519 key alone suffices and that the report says so; an ML-DSA-44 key alone suffices too."""
    found = judged(HEAD, trusting(ED))
    assert (found.status, found.note) == (Status.PASS, ONLY)
    assert in_korean(ONLY)
    # what nobody can check is not judged
    assert judged(HEAD + line(HEAD, by=OTHER), trusting(ED)).status is Status.PASS
    quantum = judged(HEAD + line(HEAD), trusting(vkey()))
    assert (quantum.status, quantum.note) == (Status.PASS, "")
    assert judged(HEAD, trusting(vkey())).status is Status.FAIL


FALSE: dict[str, dict[str, Any]] = {
    "another key signs": {"by": OTHER},
    "another size": {"end": SIZE + 1},
    "another root": {"root": bytes(32)},
    "another origin": {"origin": "log.example/other"},
    "another start": {"start": 1},
    "another time": {"stated": TIME + 1},
    "a time beyond the bound": {"time": 1 << 63},
}


@pytest.mark.parametrize("kind", FALSE)
def test_a_wrong_line_beside_a_right_ed25519_one(kind: str) -> None:
    """Show that a false ML-DSA-44 line fails L.A though Ed25519 is right, and though a right one stands beside it."""
    wrong = line(HEAD, **FALSE[kind])
    words = "checkpoint: ML-DSA-44 signature by the log's key is invalid"
    for lines in (wrong, line(HEAD) + wrong, wrong + line(HEAD)):
        found = judged(HEAD + lines)
        assert (found.status, found.places) == (Status.FAIL, (words,))
    assert in_korean(words)


def test_lines_of_a_wrong_length() -> None:
    """Show that a line with a bit changed, a byte less or a byte more is wrong."""
    blob = base64.b64decode(line(HEAD).split(b" ")[2])
    for data in (blob[:-1], blob + b"\0", blob[:-1] + bytes([blob[-1] ^ 1]), blob[:12], blob[:11]):
        changed = f"— {ORIGIN} {base64.b64encode(data).decode()}\n".encode()
        assert "ML-DSA-44 signature" in judged(HEAD + changed).places[0]


def test_a_line_that_is_missing() -> None:
    """Show that either line is asked for: none, one by a key that is not trusted, or one under another name."""
    words = f"checkpoint: no ML-DSA-44 signature by the log's key for origin {ORIGIN!r}"
    for lines in (b"", line(HEAD, OTHER), line(HEAD, PQ, "log.example/other")):
        found = judged(HEAD + lines)
        assert (found.status, found.places) == (Status.FAIL, (words,))
    assert in_korean(words)
    text, _, _ = HEAD.partition(b"\n\n")
    found = judged(text + b"\n\n" + line(HEAD))
    assert found.places == (words.replace("ML-DSA-44", "Ed25519"),)


def test_keys_of_one_type_are_alternatives() -> None:
    """Show that of two ML-DSA-44 keys one line suffices, unless the other's is wrong; other names are other logs."""
    trust = trusting(ED, vkey(), vkey(OTHER))
    assert judged(HEAD + line(HEAD, OTHER), trust).status is Status.PASS
    assert judged(HEAD, trust).status is Status.FAIL
    assert judged(HEAD + line(HEAD) + line(HEAD, OTHER, by=PQ), trust).status is Status.FAIL
    elsewhere = trusting(ED, vkey(PQ, "log.example/other"))
    assert (judged(HEAD, elsewhere).status, judged(HEAD, elsewhere).note) == (Status.PASS, ONLY)


@pytest.fixture(scope="module")
def folder(tiny_election: Made, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a record that the log has signed twice."""
    return signed_twice(write_record(tiny_election, tmp_path_factory.mktemp("twice") / "record"))


def signed_twice(folder: Path) -> Path:
    """Add the ML-DSA-44 line to a record, and the key to its policy."""
    data = (folder / "checkpoint").read_bytes()
    (folder / "checkpoint").write_bytes(data + line(data))
    (folder / "policy").write_text(f"log {vkey()}\n" + make_policy())
    return folder


def note_of(report: Report, row: str) -> str:
    """Return the note of a row."""
    return next(finding.note for finding in report.findings if finding.row == row)


def test_a_whole_record(folder: Path, tiny_election: Made, tmp_path: Path) -> None:
    """Show the keys of a policy, of the command line, and that L.A alone fails where the second line is missing."""
    keys = (ED, vkey())
    assert check(folder).verified
    assert ONLY not in note_of(check(folder), "L.A")
    twice = check(folder, log_keys=keys)
    assert twice.verified
    assert note_of(twice, "L.A") == ""
    once = check(folder, log_keys=(ED,))
    assert once.verified
    assert note_of(once, "L.A") == ONLY
    plain = write_record(tiny_election, tmp_path / "plain")
    assert rows(check(plain, log_keys=keys), Status.FAIL) == {"L.A"}
    (plain / "policy").write_text(f"log {vkey()}\n" + make_policy())
    assert rows(check(plain), Status.FAIL) == {"L.A"}
    assert main([str(folder), "--quiet", "--workers", "1", "--log-key", ED, "--log-key", vkey()]) == 0
    assert main([str(plain), "--quiet", "--workers", "1", "--log-key", ED, "--log-key", vkey()]) == 1


def test_earlier_checkpoints_and_receipts(folder: Path, tiny_election: Made, tmp_path: Path) -> None:
    """Show that L.E and L.L ask for both lines too."""
    keys, last = (ED, vkey()), tiny_election.find("ballot.cast")
    head = make_checkpoint(0, hashlib.sha256(b"").digest())
    proof = receipt(tiny_election, last, last + 1).encode()
    inner = proof.split(b"\n\n", 1)[1]
    (tmp_path / "earlier").write_bytes(head + line(head))
    (tmp_path / "receipt").write_bytes(proof + line(inner))
    how = {"earlier": (str(tmp_path / "earlier"),), "receipts": (str(tmp_path / "receipt"),), "log_keys": keys}
    assert {"L.E", "L.L"} <= rows(check(folder, **how), Status.PASS)
    (tmp_path / "earlier").write_bytes(head)
    (tmp_path / "receipt").write_bytes(proof)
    report = check(folder, **how)
    assert rows(report, Status.FAIL) == {"L.E", "L.L"}
    (tmp_path / "earlier").write_bytes(head + line(head, by=OTHER))
    (tmp_path / "receipt").write_bytes(proof + line(inner, end=last))
    report = check(folder, **how)
    assert rows(report, Status.FAIL) == {"L.E", "L.L"}
    assert "ML-DSA-44 signature by the log's key is invalid" in places(report, "L.E")
    assert "ML-DSA-44 signature by the log's key is invalid" in places(report, "L.L")


def test_keys_that_are_none(folder: Path) -> None:
    """Show that a witness's key, an unknown type and a key of a wrong length are no key of a log."""
    for data, words in (
        (b"\x04" + LOG.public, "can't sign this"),
        (b"\x09" + LOG.public, "can't sign this"),
        (encoded(PQ)[:-1], "not an ML-DSA-44 public key"),
        (b"\x06" + LOG.public, "not an ML-DSA-44 public key"),
    ):
        number = hashlib.sha256(ORIGIN.encode() + b"\n" + data).hexdigest()[:8]
        with pytest.raises(UsageError, match=words) as refused:
            check(folder, log_keys=(ED, f"{ORIGIN}+{number}+{base64.b64encode(data).decode()}"))
        assert in_korean(str(refused.value))


def test_a_library_without_the_algorithm(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    """Show that a machine which can't check ML-DSA-44 says so, and neither passes nor fails the record."""

    class Without:
        @staticmethod
        def from_public_bytes(_: bytes) -> None:
            raise UnsupportedAlgorithm("ML-DSA-44")

    monkeypatch.setattr(ml_dsa, "MLDSA44PublicKey", Without)
    with pytest.raises(Unavailable, match="no ML-DSA-44") as unavailable:
        judged(HEAD + line(HEAD))
    assert in_korean(str(unavailable.value))
    assert main([str(folder), "--quiet", "--workers", "1"]) == 4


WITNESS, NAME = pq_key("witness"), "w.example"
QUORUM = f"log {ED}\nwitness w {vkey(WITNESS, NAME)}\nquorum w\n"


@pytest.mark.parametrize(
    ("lines", "verdict", "words"),
    [
        (line(HEAD, WITNESS, NAME), Status.PASS, ""),
        (b"", Status.FAIL, "quorum 'w' is not reached by []"),
        (line(HEAD, OTHER, NAME), Status.FAIL, "quorum 'w' is not reached by []"),
        (line(HEAD, WITNESS, NAME, by=OTHER), Status.FAIL, "cosignature of witness 'w' is invalid"),
        (line(HEAD, WITNESS, NAME, end=SIZE - 1), Status.FAIL, "cosignature of witness 'w' is invalid"),
        (line(HEAD, WITNESS, NAME, time=0), Status.FAIL, "quorum 'w' is not reached by []"),
    ],
    ids=["right", "missing", "another key", "wrong", "another size", "without a time"],
)
def test_witnesses_with_ml_dsa_keys(lines: bytes, verdict: Status, words: str) -> None:
    """Show that a witness's ML-DSA-44 line is verified, counts for the quorum, and states a time."""
    ledger, trust = Ledger(), trusting(ED, policy=QUORUM)
    head = parse_checkpoint(HEAD + lines)
    witnesses = check_quorum(head, trust, ledger)
    (found,) = [finding for finding in ledger.findings() if finding.row == "L.B"]
    assert found.status is verdict
    assert words in " ".join(found.places)
    assert witnesses == (verdict is Status.PASS)
    assert cosigners(head, trust)[0] == ({"w": (TIME,)} if verdict is Status.PASS else {})


def test_a_line_without_a_time() -> None:
    """Show that the time 0 is no time at which a witness has seen something."""
    key = parse_verifier_key(vkey(WITNESS, NAME))
    verdict = verify_key(parse_checkpoint(HEAD + line(HEAD, WITNESS, NAME, time=0)).note, key)
    assert (verdict.lines, verdict.valid, verdict.times) == (1, True, ())


def test_quorum_of_a_record(tiny_election: Made, tmp_path: Path) -> None:
    """Show L.B of a whole record whose only witness signs with ML-DSA-44."""
    record = write_record(tiny_election, tmp_path / "record")
    data = (record / "checkpoint").read_bytes()
    (record / "policy").write_text(QUORUM)
    assert rows(check(record), Status.FAIL) == {"L.B"}
    (record / "checkpoint").write_bytes(data + line(data, WITNESS, NAME))
    report = check(record)
    assert status(report, "L.B") is Status.PASS
    assert report.log is not None
    assert report.log.witnesses == 1
