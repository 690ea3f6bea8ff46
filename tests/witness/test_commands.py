"""`evote witness`, `evote policy` and `evote evidence` as people and programs use them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from evote.cli import evidence_commands, policy_commands, witness_commands
from evote.cli.failure import EQUIVOCATION, FALSE_STATEMENT, UNREADABLE
from evote.ed25519 import SigningKey
from evote.log.cosignature import Cosigner
from evote.log.evidence import conflicting_roots, encode_evidence
from evote.log.key import format_verifier_key
from evote.log.merkle import inclusion_proof, leaf_hash
from evote.log.note import add_signatures
from evote.log.policy_text import parse_policy
from evote.log.promise import encode_promise, sign_promise
from evote.log.proof import TlogProof, encode_proof
from evote.log.witness_protocol import decode_cosignatures
from tests.log.known import build_files
from tests.witness.scene import NOW, ORIGIN, Log, Scene, make_scene

APPS = {"witness": witness_commands.app, "policy": policy_commands.app, "evidence": evidence_commands.app}
LOG = Log()
LOG_KEY = format_verifier_key(LOG.key)


@pytest.fixture(autouse=True)
def _english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANG", "en_US.UTF-8")
    monkeypatch.delenv("LC_ALL", raising=False)


def run(group: str, *arguments: object, code: int = 0) -> tuple[str, str]:
    """Run a command; return what it wrote to stdout and stderr."""
    app: typer.Typer = APPS[group]
    result = CliRunner().invoke(app, [str(argument) for argument in arguments])
    assert result.exit_code == code, result.output
    return result.stdout, result.stderr


def run_json(group: str, *arguments: object, code: int = 0) -> dict[str, Any]:
    """Run a command; return its JSON object."""
    value: dict[str, Any] = json.loads(run(group, *arguments, "--json", code=code)[0])
    return value


def test_from_new_keys_to_a_pinned_log(tmp_path: Path) -> None:
    """create, pin, pin again, show; a second create replaces nothing."""
    folder = tmp_path / "w"
    made = run_json("witness", "create", folder, "--name", "witness.example/w1")
    assert [key.split("+")[0] for key in made["keys"]] == ["witness.example/w1"] * 2
    assert (folder / "witness.key").stat().st_mode & 0o777 == 0o600
    assert "witness.exists" in run("witness", "create", folder, "--name", "x", code=UNREADABLE)[1]
    for new in (True, False):
        assert run_json("witness", "pin", folder, LOG_KEY, "--url", "https://log.example") == {
            "origin": ORIGIN,
            "log_key": LOG_KEY,
            "new": new,
        }
    shown = run_json("witness", "show", folder)
    assert shown["keys"] == made["keys"]
    (log,) = shown["logs"]
    assert (log["origin"], log["keys"], log["url"], log["size"]) == (ORIGIN, [LOG_KEY], "https://log.example", None)
    assert "nothing cosigned yet" in run("witness", "show", folder)[0]


def test_no_command_forgets() -> None:
    """The commands of a witness are these; none of them removes anything."""
    names = {command.name for command in witness_commands.app.registered_commands}
    assert names == {"create", "pin", "show", "evidence", "serve", "audit"}


def test_a_log_whose_origin_is_not_its_key_s_name(tmp_path: Path) -> None:
    """The Go checksum database: origin and name differ, and both are given."""
    run("witness", "create", tmp_path, "--name", "w")
    key = "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8"
    run("witness", "pin", tmp_path, key, "--origin", "go.sum database tree")
    assert run_json("witness", "show", tmp_path)["logs"][0]["origin"] == "go.sum database tree"
    run("witness", "pin", tmp_path, key[:-1], code=UNREADABLE)


def test_an_auditor_is_served_as_one(tmp_path: Path) -> None:
    """Its keys say so; `serve` refuses them, and a log without the place of its record is not pinned."""
    assert run_json("witness", "create", tmp_path, "--name", "a", "--auditor")["statement"] == "audit"
    assert "witness.other_statement" in run("witness", "serve", tmp_path, "--port", 0, code=UNREADABLE)[1]
    assert "witness.no_record" in run("witness", "pin", tmp_path, LOG_KEY, code=UNREADABLE)[1]


@pytest.fixture
def keys(tmp_path: Path) -> list[str]:
    """Return the keys of five witnesses."""
    return [run_json("witness", "create", tmp_path / name, "--name", f"{name}.example")["keys"][0] for name in "vwxyz"]


def test_the_default_policy_is_4_of_5(tmp_path: Path, keys: list[str]) -> None:
    """create writes it with addresses, check says what it withstands and whom it must not lose."""
    file = tmp_path / "policy"
    witnesses = [part for key in keys for part in ("--witness", f"{key} https://{key.split('+')[0]}/")]
    made = run_json("policy", "create", file, "--log-key", LOG_KEY, *witnesses)
    checked = run_json("policy", "check", file)
    assert made == checked
    assert (checked["malicious_tolerated"], checked["offline_tolerated"]) == (2, 1)
    assert (len(checked["splitting"]), len(checked["blocking"])) == (3, 2)
    assert parse_policy(file.read_bytes()).witnesses[0].url == "https://v.example/"
    words, notices = run("policy", "check", file)
    assert "Malicious witnesses tolerated: 2" in words
    assert "Offline witnesses tolerated: 1" in words
    assert notices == ""
    assert "policy.exists" in run("policy", "create", file, "--log-key", LOG_KEY, *witnesses, code=UNREADABLE)[1]


@pytest.mark.parametrize(
    ("threshold", "notice"),
    [(3, "a simple majority protects from none"), (2, "may both find a quorum of honest witnesses"), (4, ""), (5, "")],
)
def test_weak_policies_are_named(tmp_path: Path, keys: list[str], threshold: int, notice: str) -> None:
    """A simple majority protects from no malicious witness, less than that not even honest ones from a split."""
    witnesses = [part for key in keys for part in ("--witness", key)]
    _, said = run("policy", "create", tmp_path / "policy", "--log-key", LOG_KEY, "--threshold", threshold, *witnesses)
    assert notice in said
    assert bool(said) == bool(notice)


def test_policies_that_count_a_witness_twice_or_not_at_all(tmp_path: Path, keys: list[str]) -> None:
    """Both keys of one witness are pointed out, and so is a policy without a quorum."""
    other = run_json("witness", "show", tmp_path / "v")["keys"][1]
    lines = f"log {LOG_KEY}\nwitness a {keys[0]}\nwitness b {other}\ngroup g 2 a b\nquorum g\n"
    (tmp_path / "twice").write_text(lines)
    assert "several keys of one witness (v.example)" in run("policy", "check", tmp_path / "twice")[1]
    (tmp_path / "none").write_text(f"log {LOG_KEY}\nquorum none\n")
    assert "needs no witness" in run("policy", "check", tmp_path / "none")[1]
    (tmp_path / "bad").write_text("quorum nobody\n")
    run("policy", "check", tmp_path / "bad", code=UNREADABLE)


def test_the_fraud_is_proven_to_anybody(tmp_path: Path) -> None:
    """Exit code 5 with the key alone; 1 with another log's key; 2 for a file that is none."""
    file = tmp_path / "evidence"
    file.write_bytes(encode_evidence(conflicting_roots(LOG.checkpoint(7), LOG.fork(0).checkpoint(7))))
    proven = run_json("evidence", "check", file, "--log-key", LOG_KEY, code=EQUIVOCATION)
    assert (proven["proven"], proven["sizes"], proven["conflict"]) == (True, [7, 7], "roots")
    assert proven["roots"] != [proven["roots"][0]] * 2
    assert "two roots for 7 entries" in run("evidence", "check", file, "--log-key", LOG_KEY, code=EQUIVOCATION)[1]
    stranger = format_verifier_key(Log(seed=b"S" * 32).key)
    run("evidence", "check", file, "--log-key", stranger, code=FALSE_STATEMENT)
    file.write_bytes(LOG.checkpoint(7))
    run("evidence", "check", file, "--log-key", LOG_KEY, code=UNREADABLE)


def test_a_witness_that_cosigned_both_is_named(tmp_path: Path) -> None:
    """With a policy the command says who cosigned which checkpoint, and who can't be trusted any more."""
    fork, notes = LOG.fork(0), []
    scenes: list[Scene] = []
    # The memory of w1 is lost and made anew, which is what its folder's notice warns of; w2 signs one history.
    for folder, log in ((tmp_path / "once", LOG), (tmp_path / "again", fork)):
        scene = make_scene(folder)
        scenes.append(scene)
        lines = decode_cosignatures(scene.post(log.request(0, 7))[1])
        notes.append(add_signatures(log.checkpoint(7), lines))
        scene.witness.store.close()
    key = format_verifier_key(scenes[0].witness.identity.keys[0])
    (tmp_path / "policy").write_text(f"log {LOG_KEY}\nwitness w1 {key}\nquorum w1\n")
    file = tmp_path / "evidence"
    file.write_bytes(encode_evidence(conflicting_roots(*notes)))
    arguments = (file, "--log-key", LOG_KEY, "--policy", tmp_path / "policy")
    proven = run_json("evidence", "check", *arguments, code=EQUIVOCATION)
    assert (proven["cosigners"], proven["dishonest_witnesses"]) == ([["w1"], ["w1"]], ["w1"])


def test_evidence_is_made_of_what_people_hold(tmp_path: Path) -> None:
    """Two checkpoints, two receipts, or a record of the larger tree; and nothing of honest ones."""
    fork = LOG.fork(2)

    def written(name: str, data: bytes) -> Path:
        (tmp_path / name).write_bytes(data)
        return tmp_path / name

    entries = [b"%d" % number for number in range(9)]
    record = tmp_path / "record"
    changed = [*entries[:2], b"other", *entries[3:]]
    assert [leaf_hash(entry) for entry in changed] == fork.leaves[:9]
    for path, data in build_files(changed).items():
        (record / path).parent.mkdir(parents=True, exist_ok=True)
        (record / path).write_bytes(data)

    def receipt(log: Log, index: int, size: int, entry: bytes) -> bytes:
        hashes = inclusion_proof(log.leaves[:size], index)
        return encode_proof(TlogProof(index=index, hashes=hashes, checkpoint=log.checkpoint(size), extra=entry))

    cases = {
        "roots": (written("a7", LOG.checkpoint(7)), written("b7", fork.checkpoint(7)), ()),
        "prefix": (written("a4", LOG.checkpoint(4)), written("b9", fork.checkpoint(9)), ("--record", record)),
        "leaves": (written("a2", receipt(LOG, 2, 5, b"2")), written("b2", receipt(fork, 2, 8, b"other")), ()),
    }
    for conflict, (first, second, more) in cases.items():
        target = tmp_path / f"{conflict}.evidence"
        made = run_json("evidence", "make", first, second, "--log-key", LOG_KEY, "--out", target, *more)
        assert made["conflict"] == conflict
        run("evidence", "check", target, "--log-key", LOG_KEY, code=EQUIVOCATION)

    honest = (written("h9", LOG.checkpoint(9)), written("r3", receipt(LOG, 3, 5, b"3")))
    for first, second in ((tmp_path / "a7", honest[0]), honest, (tmp_path / "a4", tmp_path / "b9")):
        target = tmp_path / "none"
        said = run("evidence", "make", first, second, "--log-key", LOG_KEY, "--out", target, code=FALSE_STATEMENT)[1]
        assert "evidence.none" in said
        assert not target.exists()


def test_a_broken_promise_is_proven(tmp_path: Path) -> None:
    """A tree that does not reach the entry in time, or that has another one there; nothing where it was kept."""
    witness = Cosigner("w1.example", SigningKey(b"w" * 32))
    policy = tmp_path / "policy"
    policy.write_text(f"log {LOG_KEY}\nwitness w1 {format_verifier_key(witness.key)}\nquorum w1\n")
    entries = [b"%d" % number for number in range(9)]
    record = tmp_path / "record"
    for path, data in build_files(entries).items():
        (record / path).parent.mkdir(parents=True, exist_ok=True)
        (record / path).write_bytes(data)

    def promised(index: int, entry: bytes, deadline: int = NOW) -> Path:
        key = SigningKey(LOG.seed)
        made = sign_promise(key, origin=ORIGIN, index=index, leaf_hash=leaf_hash(entry), deadline=deadline)
        (tmp_path / "promise").write_bytes(encode_promise(made))
        return tmp_path / "promise"

    def cosigned(size: int, time: int) -> Path:
        (tmp_path / f"note{size}").write_bytes(LOG.checkpoint(size, signers=[LOG.signer, witness.at(time)]))
        return tmp_path / f"note{size}"

    def judge(promise: Path, note: Path, *more: object, code: int) -> tuple[str, str]:
        return run("evidence", "promise", promise, note, "--policy", policy, *more, code=code)

    said = judge(promised(7, b"7"), cosigned(5, NOW + 1), code=EQUIVOCATION)
    assert "has not kept its promise of entry 7" in said[0]
    assert "the network may have cut the log off" in said[1]
    assert "[promise.broken]" in said[1]
    assert "[promise.not_broken]" in judge(promised(7, b"7"), cosigned(5, NOW), code=FALSE_STATEMENT)[1]

    large = cosigned(9, 1)
    assert "[promise.no_record]" in judge(promised(7, b"other"), large, code=UNREADABLE)[1]
    other = promised(7, b"other")
    proven = run_json("evidence", "promise", other, large, "--policy", policy, "--record", record, code=EQUIVOCATION)
    assert (proven["broken"], proven["index"], proven["size"]) == (True, 7, 9)
    said = judge(promised(7, b"7"), large, "--record", record, code=FALSE_STATEMENT)
    assert "[promise.not_broken]" in said[1]
    promised(7, b"other").write_bytes((tmp_path / "promise").read_bytes().replace(b'"index":7', b'"index":8'))
    said = judge(tmp_path / "promise", large, "--record", record, code=FALSE_STATEMENT)
    assert "[signature.invalid]" in said[1]


def test_kept_evidence_is_written_down(scene: Scene, tmp_path: Path) -> None:
    """Each piece in a file of its own; contradictions are files for `check`, and `show` points at them."""
    assert run_json("witness", "evidence", scene.folder, tmp_path / "out")["evidence"] == []
    scene.post(scene.log.request(0, 5))
    scene.post(scene.log.fork(1).request(5, 9))
    (item,) = run_json("witness", "evidence", scene.folder, tmp_path / "out")["evidence"]
    run("evidence", "check", item["file"], "--log-key", LOG_KEY, code=EQUIVOCATION)
    assert "has signed two histories" in run("witness", "show", scene.folder)[1]
