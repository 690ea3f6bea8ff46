"""Merkle proofs, notes, checkpoints, policies and receipts against public vectors."""

import base64
import json
from pathlib import Path
from typing import Any

import pytest

from tests.shared_data import shared_file
from tests.verifier.record_files import LOG, ORIGIN, WITNESSES, make_checkpoint, make_policy, signer, verifier_key
from verifier.checks.entries import EntryPass
from verifier.errors import Malformed
from verifier.layout import read_layout
from verifier.ledger import Ledger
from verifier.merkle import (
    EMPTY_ROOT,
    Frontier,
    is_included,
    leaf_hash,
    node_hash,
    root_of,
)
from verifier.note import parse_checkpoint, parse_decimal, parse_note, parse_verifier_key, verify_key
from verifier.policy import parse_policy
from verifier.progress import Progress
from verifier.reader import open_record, tile_number
from verifier.receipt import HEADER, parse_receipt
from verifier.scratch import open_scratch


def decode(text: str | None) -> bytes:
    """Return the bytes of a vector's base64."""
    return base64.b64decode(text or "")


@pytest.mark.parametrize(("kind", "count"), [("inclusion", 98), ("subtreeinclusion", 204)])
def test_inclusion_vectors(kind: str, count: int) -> None:
    """Show agreement with every inclusion vector of transparency-dev/merkle; a subtree is a tree of its own width."""
    files = sorted(shared_file(f"transparency-log/merkle/{kind}").rglob("*.json"))
    assert len(files) == count
    wrong = []
    for path in files:
        case = json.loads(path.read_text())
        start, end = (case["start"], case["end"]) if kind == "subtreeinclusion" else (0, case["treeSize"])
        # C2SP tlog-cosignature: start is a multiple of the smallest power of two that is at least the width
        subtree = 0 <= start <= end and start % (1 << max(end - start - 1, 0).bit_length()) == 0
        proof = [decode(item) for item in case.get("proof") or []]
        head = case["leafIdx"] - start, end - start, decode(case["leafHash"])
        accepted = subtree and is_included(*head, proof, decode(case["root"]))
        if accepted is bool(case.get("wantErr", False)):
            wrong.append(path.name)
    assert wrong == []


def test_rfc_6962_hashes() -> None:
    """Show leaf and node hashes of the published examples."""
    assert EMPTY_ROOT.hex().startswith("e3b0c442")
    assert leaf_hash(b"L123456").hex() == "395aa064aa4c29f7010acfe3f25db9485bbd4b91897b6ad7ad547639252b4d56"
    assert node_hash(b"N123", b"N456").hex() == "aa217fe888e47007fa15edab33c2b492a722cb106c64667fc2b044444de66bbb"


def test_roots_of_growing_trees() -> None:
    """Show the roots of 0 to 7 leaves, and that subtrees may be appended in one piece."""
    leaves = [leaf_hash(f"ballot {i}".encode()) for i in range(7)]
    roots = [
        "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=",
        "v1trRoUjeqk+odd0Ah7KjFv+84zX16Hb/rO/TrsJmc4=",
        "qgJvQvu6k/TTwYqpHc+GI0egV2mQmqb/oSiSCytzviQ=",
        "xQarP2GHyedA3oVfrV6DseLFL/TBcXdmu1DOgB4Jqgk=",
        "JSylH4ExBIggW50gPzA0MUHjL0+4YTub5JXtPx2ecPg=",
        "p4PXg/v3u9nu6N7YAXwJssilo0LwNecXdmLJ6HrJOPM=",
        "WM9O1ZSD/+keLKhWxt4lZ5b6URkq3RFSt5lghiBGH4E=",
        "aIJIwvZ2sQuz2SA+VwbczkVzBMDLqKh9E1Cxp4gsqg0=",
    ]
    for size, root in enumerate(roots):
        assert root_of(leaves[:size]) == decode(root)
    frontier = Frontier()
    frontier.append(root_of(leaves[:4]), height=2)
    for leaf in leaves[4:]:
        frontier.append(leaf)
    assert frontier.root() == decode(roots[7])
    with pytest.raises(ValueError, match="does not fit"):
        frontier.append(leaves[0], height=1)


NOTE = (
    "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
    "\n— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)
# golang.org/x/mod/sumdb/note, note_test.go
NEUMANN = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"


def test_note_of_another_project() -> None:
    """Show that a note signed by the Go implementation is valid, and that one changed letter makes it invalid."""
    key = parse_verifier_key(NEUMANN)
    assert verify_key(parse_note(NOTE.encode()), key).valid
    changed = verify_key(parse_note(NOTE.replace("answer", "Answer").encode()), key)
    assert (changed.lines, changed.valid) == (1, False)


@pytest.mark.parametrize(
    "text",
    [
        NOTE.replace("\n\n", "\n"),
        NOTE[:-1],
        NOTE.replace("— ", "- "),
        NOTE.replace("— ", "—  "),
        NOTE.replace("AM=\n", "AN=\n"),
        NOTE.replace("x08go", "\x08go"),
        NOTE + "— name\n",
        NOTE + "— na+me x08go/ZJkuA=\n",
        "text\n\n— name AAAA\n",
    ],
)
def test_malformed_notes(text: str) -> None:
    """Show that none of these is a note."""
    with pytest.raises(Malformed):
        parse_note(text.encode())


def test_our_cosignature_vector() -> None:
    """Show a timestamped cosignature made by an independent program, and its time."""
    text = "example.com/board\n7\naIJIwvZ2sQuz2SA+VwbczkVzBMDLqKh9E1Cxp4gsqg0=\n"
    lines = (
        "— example.com/board E7/Qa5ShRGeVYbYFYGApnhmnrOiHKFPBRHmONXHddu0"
        "Ze1qbSFKytqJcIWA7tv9XfOr2lrSehTDzG3bMEetQpg7A4QM=\n"
        "— witness.example/w1 519lMgAAAABpVGeAITkwpHeDw2ZaSaqNGc+AfRfZoa4qMXi0wIFjF7F+"
        "IDhHhIFYhsY+teRyVNQKqQOvPbLo4OHhckcXU6Zd264yDw==\n"
    )
    point = parse_checkpoint((text + "\n" + lines).encode())
    log = parse_verifier_key("example.com/board+13bfd06b+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4")
    witness = parse_verifier_key("witness.example/w1+e75f6532+BAOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4")
    assert (point.origin, point.size) == ("example.com/board", 7)
    assert verify_key(point.note, log).valid
    assert verify_key(point.note, witness).times == (1767139200,)
    other = parse_checkpoint((text.replace("7\n", "8\n", 1) + "\n" + lines).encode())
    assert verify_key(other.note, witness).times == ()


@pytest.mark.parametrize("line", ["07", "-1", "1e3", "", "9223372036854775808", "٣"])
def test_malformed_decimals(line: str) -> None:
    """Show that sizes have one spelling and a bound."""
    with pytest.raises(Malformed):
        parse_decimal(line)


@pytest.mark.parametrize(
    "vkey",
    [
        NEUMANN.replace("c74f20a3", "c74f20a4"),
        NEUMANN.replace("PeterNeumann", "Peter Neumann"),
        NEUMANN.replace("+c7", "+C7"),
        "name+00000000",
        verifier_key("x", 1, signer("x")).replace("x+", "y+", 1),
    ],
)
def test_malformed_verifier_keys(vkey: str) -> None:
    """Show that a key must fit its id and its name the rules."""
    with pytest.raises(Malformed):
        parse_verifier_key(vkey)


def test_policy_quorum() -> None:
    """Show thresholds over groups of groups."""
    keys = {name: verifier_key(f"{name}.example", 4, signer(name)) for name in ("a", "b", "c")}
    lines = [f"witness {name} {key}" for name, key in keys.items()]
    lines += ["# comment", "  group two 2 a b", "group top all two c", "quorum top"]
    policy = parse_policy("\n".join(lines).encode())
    assert policy.holds(frozenset("abc"))
    assert not policy.holds(frozenset("ac"))
    assert not policy.holds(frozenset("ab"))
    assert parse_policy(b"quorum none\n").holds(frozenset())


def _policies() -> list[str]:
    a, b = (f"witness {n} {verifier_key(f'{n}.example', 4, signer(n))}" for n in "ab")
    log = f"log {verifier_key(ORIGIN, 1, LOG)}"
    return [
        "",
        "quorum none\nquorum none",
        "quorum a",
        f"{a}\n{a}\nquorum a",
        f"{a}\nwitness c {verifier_key('other', 4, signer('a'))}\nquorum a",
        f"{a}\ngroup g 2 a\nquorum g",
        f"{a}\ngroup g 0 a\nquorum g",
        f"{a}\n{b}\ngroup g 1 a\ngroup h any a b\nquorum h",
        f"{a}\ngroup g any\nquorum g",
        f"group g any a\n{a}\nquorum g",
        f"{a}\ngroup g any a none\nquorum g",
        f"{a} # trailing words of a comment\nquorum a",
        f"{log}\n{log}\nquorum none",
        f"witness w {verifier_key('w', 1, signer('w'))}\nquorum w",
        "quorum none\r",
        "nonsense\nquorum none",
    ]


@pytest.mark.parametrize("text", _policies())
def test_malformed_policies(text: str) -> None:
    """Show that each of these breaks a rule of tlog-policy."""
    with pytest.raises(Malformed):
        parse_policy(text.encode())


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace("@v1", "@v2"),
        lambda text: text.replace("extra ", "ekstra "),
        lambda text: text.replace("index 0", "index 00"),
        lambda text: text.replace("index 0", "index -1"),
        lambda text: text.replace("\n\n" + ORIGIN, "\nQUJD\n\n" + ORIGIN),
        lambda text: text.replace("\n\n" + ORIGIN, "\n" + ORIGIN),
    ],
)
def test_malformed_receipts(change: Any) -> None:
    """Show that a receipt has one form."""
    text = f"{HEADER}\nextra {base64.b64encode(b'entry').decode()}\nindex 0\n\n"
    text += make_checkpoint(1, leaf_hash(b"entry")).decode()
    assert parse_receipt(text.encode()).entry == b"entry"
    with pytest.raises(Malformed):
        parse_receipt(change(text).encode())


def test_tile_paths() -> None:
    """Show the grouping of tile numbers in threes (C2SP tlog-tiles)."""
    numbers = (0, 999, 1000, 1234067, 10**9)
    expected = ["000", "999", "x001/000", "x001/x234/067", "x001/x000/x000/000"]
    assert [tile_number(number) for number in numbers] == expected


@pytest.mark.parametrize("size", range(1, 16))
def test_a_log_of_another_project(size: int, tmp_path: Path) -> None:
    """Show that entries, tiles and signed checkpoints of a Tessera log rebuild to the same root at every size."""
    folder = shared_file("transparency-log/tessera-log")
    record = open_record(str(folder))
    point = parse_checkpoint((folder / f"checkpoint.{size}").read_bytes())
    key = parse_verifier_key("example.com/log/testdata+33d7b496+AeHTu4Q3hEIMHNqc6fASMsq3rKNx280NI+oO5xCFkkSx")
    assert point.size == size
    assert verify_key(point.note, key).valid
    ledger, database = Ledger(), open_scratch(tmp_path / "db")
    entries = EntryPass(record, read_layout(record, size), database, ledger)
    prefixes = entries.run(point, range(size), (0,), Progress("", size, quiet=True))
    database.close()
    assert ledger.failures("L.C") == ledger.failures("L.D") == 0
    assert ledger.checked("L.D") >= 1
    assert ledger.failures("L.F") == size
    for smaller in range(1, size):
        earlier = parse_checkpoint((folder / f"checkpoint.{smaller}").read_bytes())
        assert prefixes.roots[smaller] == earlier.root
    assert prefixes.leaves[0] == leaf_hash(b"one")


def test_our_policy_and_checkpoint_fit() -> None:
    """Show that the checkpoints of the test elections are signed as their policy says."""
    policy = parse_policy(make_policy(2).encode())
    point = parse_checkpoint(make_checkpoint(0, EMPTY_ROOT, {"w1": 5, "w2": 6}))
    times = {name: verify_key(point.note, key).times for name, key in policy.witnesses.items()}
    assert times == {"w1": (5,), "w2": (6,)}
    assert set(times) == set(WITNESSES)
