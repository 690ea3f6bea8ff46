"""Attacks on whom to believe: notes, policies and anchors that claim more than was signed."""

import base64
import hashlib
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tests.anchor import conftest as peers
from tests.anchor.conftest import Authority
from tests.verifier.conftest import rows
from tests.verifier.record_files import (
    LOG,
    ORIGIN,
    WITNESSES,
    Made,
    make_checkpoint,
    make_policy,
    signer,
    verifier_key,
    write_record,
)
from tests.verifier.test_anchors import ANSWERS, BLOCK, check, roots, stamp, write_anchor
from verifier.anchors import _latest
from verifier.engine import Options, verify
from verifier.errors import Malformed
from verifier.findings import AnchorProblem, Status
from verifier.korean import in_korean
from verifier.main import main
from verifier.node import EthereumNode
from verifier.note import COSIGNATURE, MAX_SIGNATURES, VerifierKey, parse_checkpoint, parse_note, verify_key
from verifier.policy import parse_policy

authority = peers.authority
W1 = VerifierKey(
    name="w1.example",
    key_id=hashlib.sha256(b"w1.example\n\x04" + WITNESSES["w1"].public).digest()[:4],
    kind=COSIGNATURE,
    public_key=WITNESSES["w1"].public,
)
HEAD = make_checkpoint(7, bytes(32), {"w1": 5})


def line_of(data: bytes) -> bytes:
    """Return the last signature line of a note."""
    return data.splitlines(keepends=True)[-1]


def test_a_witness_that_signs_twice_counts_once() -> None:
    """Show that two lines of a witness are two times and one vote, and that one false line spoils the others."""
    twice = HEAD + line_of(make_checkpoint(7, bytes(32), {"w1": 9}))
    assert verify_key(parse_note(twice), W1).times == (5, 9)
    policy = parse_policy(make_policy(2).encode())
    assert not policy.holds(frozenset({"w1"}))
    false = HEAD + line_of(make_checkpoint(8, bytes(32), {"w1": 9}))
    verdict = verify_key(parse_note(false), W1)
    assert (verdict.lines, verdict.valid, verdict.times) == (2, False, ())


def test_keys_with_one_id() -> None:
    """Show that a key with another's id and name gains nothing, and that neither alone is enough."""
    twin = VerifierKey(name=W1.name, key_id=W1.key_id, kind=COSIGNATURE, public_key=signer("twin").public)
    assert not verify_key(parse_note(HEAD), twin).valid
    for other in (W1.name + "x", "w2.example"):
        stranger = VerifierKey(name=other, key_id=W1.key_id, kind=COSIGNATURE, public_key=W1.public_key)
        assert verify_key(parse_note(HEAD), stranger).lines == 0
    # the log's own signature is none of a witness with the same key, nor the other way round
    for kind in (0x01, 0x06, 0x7F):
        same = VerifierKey(name=W1.name, key_id=W1.key_id, kind=kind, public_key=W1.public_key)
        assert not verify_key(parse_note(HEAD), same).valid


@pytest.mark.parametrize("time", [(1 << 63), (1 << 64) - 1])
def test_times_beyond_the_bound(time: int) -> None:
    """Show that a cosignature at a time which the format excludes is none, though its signature is right."""
    text = parse_note(HEAD).text
    message = f"cosignature/v1\ntime {time}\n".encode() + text
    blob = W1.key_id + time.to_bytes(8, "big") + WITNESSES["w1"].sign(message)
    line = f"— {W1.name} {base64.b64encode(blob).decode()}\n".encode()
    assert not verify_key(parse_note(text + b"\n" + line), W1).valid


def test_notes_with_lines_that_are_none() -> None:
    """Show that a note without a line, with too many, or with text behind them is no note."""
    text, _, lines = HEAD.partition(b"\n\n")
    first = lines.splitlines(keepends=True)[0]
    for false in (
        text + b"\n\n",
        text + b"\n\n" + first * (MAX_SIGNATURES + 1),
        text + b"\n\n" + first + b"text\n",
        text + b"\n\n" + first + b"\n",
        b"\n\n" + first,
        text + b"\n\n" + first.replace(b"\n", b"\r\n"),
    ):
        with pytest.raises(Malformed):
            parse_checkpoint(false)
    assert len(parse_note(text + b"\n\n" + first * MAX_SIGNATURES).signatures) == MAX_SIGNATURES


def test_a_checkpoint_with_more_to_say(tiny_election: Made, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Show that a signed line below the root makes it no checkpoint of a record: one tree has one text."""
    folder = write_record(tiny_election, tmp_path / "record")
    text = parse_checkpoint((folder / "checkpoint").read_bytes()).note.text + b"an extension\n"
    key_id = hashlib.sha256(ORIGIN.encode() + b"\n\x01" + LOG.public).digest()[:4]
    line = f"— {ORIGIN} {base64.b64encode(key_id + LOG.sign(text)).decode()}\n".encode()
    (folder / "checkpoint").write_bytes(text + b"\n" + line)
    assert main([str(folder), "--quiet", "--language", "ko"]) == 2
    assert (in_korean("checkpoint with extension lines") or "no Korean") in capsys.readouterr().err


def witnesses(*names: str) -> list[str]:
    """Return lines of a policy."""
    return [f"witness {name} {verifier_key(f'{name}.example', 4, signer(name))}" for name in names]


def test_nested_groups() -> None:
    """Show exactly which sets of witnesses are enough for groups in groups, of all 64 sets."""
    lines = [
        *witnesses(*"abcdef"),
        "group left 2 a b c",
        "group right any d e",
        "group both all left right",
        "group top 1 both f",
    ]
    policy = parse_policy("\n".join([*lines, "quorum top"]).encode())
    for number in range(64):
        chosen = frozenset(name for place, name in enumerate("abcdef") if number >> place & 1)
        enough = (len(chosen & set("abc")) >= 2 and bool(chosen & set("de"))) or "f" in chosen
        assert policy.holds(chosen) == enough
    # names that the policy does not know are nobody
    assert not policy.holds(frozenset({"left", "both", "top", "x"}))


@pytest.mark.parametrize(
    "lines",
    [
        [*witnesses("a", "b"), "group g any a", "group h any g a", "quorum h"],
        [*witnesses("a", "b"), "group g any a a", "quorum g"],
        [*witnesses("a"), "group g any a", "group g any a", "quorum g"],
        [*witnesses("a"), "group a any a", "quorum a"],
        [*witnesses("a"), "group g any g", "quorum g"],
        [*witnesses("a"), f"witness b {verifier_key('other.example', 4, signer('a'))}", "quorum a"],
        [*witnesses("a"), "group g 01 a", "quorum g"],
        [*witnesses("a"), "group g -1 a", "quorum g"],
        [*witnesses("a"), "quorum a", "quorum none"],
        [*witnesses("a"), "quorum a b"],
        ["quorum a", *witnesses("a")],
    ],
)
def test_policies_in_which_somebody_counts_twice(lines: list[str]) -> None:
    """Show that no witness is counted twice, under two names or in two groups, and that no number has two spellings."""
    with pytest.raises(Malformed):
        parse_policy("\n".join(lines).encode())


def test_a_quorum_of_one_witness_twice(tiny_election: Made, tmp_path: Path) -> None:
    """Show that two lines of one witness are no quorum of two."""
    folder = write_record(tiny_election, tmp_path / "record", times={"w1": 5}, quorum=2)
    head = parse_checkpoint((folder / "checkpoint").read_bytes())
    again = line_of(make_checkpoint(head.size, head.root, {"w1": 9}))
    (folder / "checkpoint").write_bytes((folder / "checkpoint").read_bytes() + again)
    assert "L.B" in rows(verify(Options(record=str(folder))), Status.FAIL)


def accurate(**accuracy: int | None) -> Any:
    """Return what a time stamp says of an accuracy."""
    stated = SimpleNamespace(**({"seconds": None, "millis": None, "micros": None} | accuracy)) if accuracy else None
    return SimpleNamespace(gen_time=datetime(2026, 1, 5, 12, 0, 0, 400_000, tzinfo=UTC), accuracy=stated)


@pytest.mark.parametrize(
    ("accuracy", "seconds"),
    [
        ({}, 1),
        ({"seconds": 10}, 11),
        ({"millis": 600}, 1),
        ({"millis": 600, "micros": 1}, 2),
        ({"seconds": 3600}, 3601),
    ],
)
def test_the_latest_time_of_a_time_stamp(accuracy: dict[str, int | None], seconds: int) -> None:
    """Show that "at the latest" is what the authority vouches for: its time, its accuracy, and the rest of a second."""
    assert _latest(accurate(**accuracy)) == datetime(2026, 1, 5, 12, tzinfo=UTC) + timedelta(seconds=seconds)


def test_an_authority_that_is_not_sure(authority: Authority, tmp_path: Path) -> None:
    """Show that an hour's accuracy in a real token makes the stated time an hour later."""
    conf = authority.folder / "conf"
    conf.write_text(conf.read_text() + "accuracy = secs:3600\n")
    before = datetime.now(UTC)
    found = check(write_anchor(tmp_path / "a", "rfc3161", {"token": stamp(authority).hex()}), roots(authority))
    assert found.problem is None
    time = datetime.strptime(found.time, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    assert timedelta(minutes=59) < time - before < timedelta(minutes=62)


@pytest.mark.parametrize("listed", ["0x" + "ab" * 32, 7, {"0x" + "ab" * 32: 1}, None])
def test_a_block_that_lists_nothing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, listed: object) -> None:
    """Show that only a list of transactions lists one."""
    answers = ANSWERS | {"eth_getBlockByNumber": BLOCK | {"transactions": listed}}
    monkeypatch.setattr(EthereumNode, "call", lambda _, asked, *parameters: answers[asked])
    path = write_anchor(tmp_path / "a", "evm", {"chain": "0x1", "transaction": "ab" * 32})
    assert check(path, node="http://node.example").problem is AnchorProblem.NOT_CONFIRMED
