"""A small election by commands alone, with the installed programs as processes; then what happens to a false record."""

import re
import shutil
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.integration import small_election as steps
from tests.integration.programs import INBOX, PASSPHRASE, RECORD, TRUSTEES, Ran, Town


@dataclass(frozen=True)
class Voted:
    """The town after the close: what its commands said, how often a trustee was killed in the ceremony."""

    town: Town
    kills: int
    said: dict[str, Any]


@dataclass(frozen=True)
class Decided:
    """The town whose paper makes the quorum: two runs of the decryption after a kill, what was collected, the zip."""

    town: Town
    was_killed: bool
    again: list[Path]
    collected: Any
    archive: Path


@dataclass(frozen=True)
class Sealed:
    """The town whose paper is too little: what the trustees' programs answered, what was collected, the zip."""

    town: Town
    refusals: list[Ran]
    collected: Any
    archive: Path


@pytest.fixture(scope="module")
def voted(tmp_path_factory: pytest.TempPathFactory) -> Voted:
    """Return the town with the ballot box closed."""
    town = Town(tmp_path_factory.mktemp("town"))
    steps.set_up(town)
    kills = steps.hold_ceremony(town)
    steps.prepare_vote(town)
    return Voted(town, kills, steps.hold_vote(town))


@pytest.fixture(scope="module")
def ends(voted: Voted, tmp_path_factory: pytest.TempPathFactory) -> tuple[Decided, Sealed]:
    """Return the two ways in which the election can end, from the same ballots."""
    folder = tmp_path_factory.mktemp("ends")
    towns = [voted.town.copy(folder / name) for name in ("decided", "sealed")]
    with ThreadPoolExecutor(2) as pool:
        decided, sealed = pool.submit(_decide, towns[0]), pool.submit(_seal, towns[1])
        return decided.result(), sealed.result()


@pytest.fixture(scope="module")
def decided(ends: tuple[Decided, Sealed]) -> Decided:
    """Return the town whose election was decided."""
    return ends[0]


@pytest.fixture(scope="module")
def sealed(ends: tuple[Decided, Sealed]) -> Sealed:
    """Return the town whose election stays sealed."""
    return ends[1]


def _decide(town: Town) -> Decided:
    steps.count_paper(town, "paper.yaml")
    was_killed = steps.decrypt_killed(town, 1)
    first, second = (town.good(*town.trustee_command(1, "decrypt", "--yes", "--json")).json for _ in range(2))
    town.good(*town.trustee_command(3, "decrypt", "--yes"))
    collected = town.collect()
    again = [Path(path) for ran in (first, second) for path in ran["written"]]
    return Decided(town, was_killed, again, collected, steps.end(town))


def _seal(town: Town) -> Sealed:
    steps.count_paper(town, "little.yaml")
    refusals = town.together(*(town.trustee_command(i, "decrypt", "--yes", "--json") for i in TRUSTEES))
    collected = town.collect()
    return Sealed(town, refusals, collected, steps.end(town))


def files_of(folder: Path) -> dict[str, bytes]:
    """Return everything in a folder."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def test_a_killed_trustee_finishes_the_ceremony(voted: Voted) -> None:
    """Killed after joining, after committing, after the shares and after the confirmation, trustee 2 comes through."""
    assert voted.kills == 4
    assert steps.status(voted.town)["phase"] == "paper"


def test_voters_are_told_what_counts(voted: Voted) -> None:
    """An overvote is told before casting; a challenge shows the marks; a lost code casts nothing; strikes are once."""
    said = voted.said
    assert (said["prepared"]["overvoted"], said["overvote"]["overvoted"]) == ([], [2])
    assert said["challenge"]["opening"] == {"merger": [0, 1], "site": [0, 0, 1]}
    assert [len(said[name]["admitted"]) for name in ("first", "second", "third")] == [4, 2, 1]
    refused = {name: error["code"] for name, error in said["second"]["refused"].items()}
    assert refused == {said["lost"]["submission"]: "ballot.removed_credential"}
    assert [said[name]["published"] for name in ("strike", "strike again")] == [True, False]
    assert [said[name]["published"] for name in ("replace", "replace again")] == [True, False]


def test_the_result_is_what_people_voted(decided: Decided) -> None:
    """Five ballots online and two papers: the verifier, by itself, finds the sums that we know."""
    code, report = steps.verify(decided.town, decided.archive)
    assert (code, report["verified"], steps.failed_rows(report)) == (0, True, set())
    found = report["summary"]
    names = ("roll", "eligible", "cast", "counted", "challenged", "struck", "replaced", "annulled")
    assert {name: found[name] for name in names} == {
        "roll": 10,
        "eligible": 10,
        "cast": 6,
        "counted": 5,
        "challenged": 1,
        "struck": 1,
        "replaced": 1,
        "annulled": 0,
    }
    assert found["used_trustees"] == [1, 3]
    merger, site = found["contests"]
    units = [unit for contest in (merger, site) for unit in contest["units"]]
    assert [([district["label"] for district in unit["districts"]], unit["votes"]) for unit in units] == [
        (["north"], [3, 0]),
        (["south"], [1, 1]),
        (["north"], [2, 0, 0]),
    ]
    assert [(contest["kind"], contest["winners"], contest["turnout"]) for contest in (merger, site)] == [
        ("decided", [1], 7),
        ("decided", [1], 5),
    ]
    # Park's two sites are blank, and nobody else's.
    assert (merger["blank"], site["blank"]) == (0, 1)


def test_folder_and_zip_say_the_same(decided: Decided) -> None:
    """The verifier's findings and summary are the same for the board's own folder and for the exported file."""
    (_, folder), (_, archive) = (steps.verify(decided.town, record) for record in (RECORD, decided.archive))
    for report in (folder, archive):
        del report["seconds"], report["record"]
    assert folder == archive


def test_a_killed_decryption_is_made_once(decided: Decided) -> None:
    """Killed when the decryption was saved, the trustee hands in that one, and nothing half-written was collected."""
    assert decided.was_killed
    assert decided.again[0] == decided.again[1]
    assert decided.again[0].name in decided.collected["admitted"]
    assert (len(decided.collected["admitted"]), decided.collected["refused"]) == (2, {})


def test_receipts_hold_to_the_end(voted: Voted, decided: Decided) -> None:
    """Receipts made before the count are in the record that was published after it; a changed one is not."""
    paths = []
    for name in ("kim", "park", "jung"):
        path = decided.town.folder / f"{name}.tlog-proof"
        options = ("--record", RECORD, "--out", path, "--json")
        found = voted.town.good("evote", "ballot", "receipt", f"{name}.receipt", *options).json
        assert found["kind"] == "ballot.cast"
        paths.append(path)
    handed_in = [item for path in paths for item in ("--receipt", path)]
    code, report = steps.verify(decided.town, decided.archive, *handed_in)
    (finding,) = [finding for finding in report["findings"] if finding["row"] == "L.L"]
    assert (code, finding["status"], finding["checked"]) == (0, "PASS", 3)

    changed = decided.town.folder / "changed.tlog-proof"
    changed.write_text(re.sub(r"(?m)^index (\d+)$", lambda m: f"index {int(m[1]) + 1}", paths[0].read_text()))
    code, report = steps.verify(decided.town, decided.archive, "--receipt", changed)
    assert (code, steps.failed_rows(report)) == (1, {"L.L"})


def other_digit(match: re.Match[bytes]) -> bytes:
    """Return what was found with another last character."""
    return match[0][:-1] + (b"1" if match[0][-1:] != b"1" else b"2")


def log_key(town: Town) -> str:
    """Return the verifier key of the log, as an auditor would have got it."""
    return (town.folder / RECORD / "policy").read_text().split()[1]


def tampered(town: Town, folder: Path, kind: str, pattern: bytes) -> Path:
    """Return a copy of the record in which one byte is changed: the last one of the pattern in a file of that kind."""
    shutil.copytree(town.folder / RECORD, folder)
    (path,) = [path for path in folder.rglob("*") if path.is_file() and str(path.relative_to(folder)).startswith(kind)]
    data = path.read_bytes()
    false = re.sub(pattern, other_digit, data, count=1, flags=re.DOTALL)
    assert len(false) == len(data)
    assert sum(a != b for a, b in zip(false, data, strict=True)) == 1
    path.chmod(0o644)
    path.write_bytes(false)
    return folder


@pytest.mark.parametrize(
    ("kind", "pattern", "rows"),
    [
        pytest.param("checkpoint", rb"\n\d+\n.", {"L.A", "L.C"}, id="checkpoint: root"),
        pytest.param("checkpoint", rb"\xe2\x80\x94 \S+ .{20}", {"L.A"}, id="checkpoint: signature"),
        pytest.param("tile/0/", rb".{500}", {"L.D"}, id="hash tile"),
        pytest.param("tile/entries/", rb'"signature":"[0-9a-f]{9}', {"L.C", "L.D", "L.H"}, id="entry"),
        pytest.param("tile/payloads/", rb'"confirmation_code":"[0-9a-f]{64}', {"L.G", "V8.B"}, id="payload: ballot"),
        pytest.param("tile/payloads/", rb'"votes":[0-9]', {"L.G", "V10.C"}, id="payload: result"),
    ],
)
def test_one_changed_byte_is_found(decided: Decided, tmp_path: Path, kind: str, pattern: bytes, rows: set[str]) -> None:
    """A record with one false byte is false (exit code 1), and the rows about that byte say so."""
    folder = tampered(decided.town, tmp_path / "record", kind, pattern)
    code, report = steps.verify(decided.town, folder)
    assert (code, report["verified"]) == (1, False)
    assert rows <= steps.failed_rows(report)


def test_a_changed_policy_is_no_key(decided: Decided, tmp_path: Path) -> None:
    """Without a readable key nothing is verified (2); the policy is a convenience, the auditor's own key beats it."""
    folder = tampered(decided.town, tmp_path / "record", "policy", rb"\+.")
    code, report = steps.verify(decided.town, folder)
    assert (code, report["verified"], steps.failed_rows(report)) == (2, False, set())
    rows = {finding["row"]: finding["status"] for finding in report["findings"]}
    assert rows["L.A"] == "ERROR"
    policy = tmp_path / "policy"
    policy.write_text(f"log {log_key(decided.town)}\nquorum none\n")
    code, report = steps.verify(decided.town, folder, "--policy", policy)
    assert (code, report["verified"], report["log"]["key_source"]) == (0, True, "auditor")


def test_commitments_decide_nothing(decided: Decided, tmp_path: Path) -> None:
    """The side file is untrusted: a false byte in it changes no verdict."""
    folder = tampered(decided.town, tmp_path / "record", "tile/commitments/", rb".{2000}")
    code, report = steps.verify(decided.town, folder)
    assert (code, report["verified"]) == (0, True)


def test_a_cut_archive_is_unreadable(decided: Decided, tmp_path: Path) -> None:
    """A zip that lost its end can't be judged: exit code 2, and not a word that looks like a verdict."""
    cut = tmp_path / "cut.zip"
    whole = decided.archive.read_bytes()
    cut.write_bytes(whole[: len(whole) // 2])
    ran = decided.town.run("evote-verify", cut, "--json", "--quiet")
    assert (ran.code, ran.out) == (2, "")
    assert "not a readable zip archive" in ran.err


def test_two_histories_are_caught(ends: tuple[Decided, Sealed]) -> None:
    """Two ends of one log: the auditor with the other checkpoint (1) and the trustee who saw the first (5) find it."""
    decided, sealed = ends
    other = sealed.town.folder / RECORD
    code, report = steps.verify(decided.town, decided.archive, "--earlier", other / "checkpoint")
    assert (code, steps.failed_rows(report)) == (1, {"L.E"})
    ran = decided.town.run("evote-trustee", "status", other, "--home", "trustee-3", *PASSPHRASE)
    assert ran.code == 5
    notes = sorted(path.name for path in (decided.town.folder / "trustee-3").glob("*.note"))
    assert notes == ["equivocation-1.note", "equivocation-2.note"]


def test_a_missed_quorum_keeps_the_votes_sealed(sealed: Sealed) -> None:
    """With one paper less nothing is opened: trustees decrypt nothing, no vote is in the record, which is verified."""
    for ran in sealed.refusals:
        assert (ran.json["decrypted"], ran.json["sealed"], ran.json["written"]) == ([], [1, 2], [])
        assert "its quorum was missed and its rule seals it" in ran.err
    assert sealed.collected["admitted"] == {}
    assert steps.status(sealed.town)["outcomes"] == ["sealed", "sealed"]
    code, report = steps.verify(sealed.town, sealed.archive)
    assert (code, report["verified"]) == (0, True)
    rows = {finding["row"]: finding["status"] for finding in report["findings"]}
    assert (rows["D.F"], rows["V10.A"], rows["D.G"]) == ("ABSENT", "ABSENT", "PASS")
    for contest in report["summary"]["contests"]:
        assert (contest["kind"], contest["winners"]) == ("sealed", [])
        assert [option["votes"] for option in contest["options"]] == [None] * len(contest["options"])
        assert [unit["votes"] for unit in contest["units"]] == [[]] * len(contest["units"])


def test_repeating_every_command_changes_nothing(decided: Decided, tmp_path: Path) -> None:
    """When all is over, every command that published something says that it stands and leaves the record as it is."""
    # Two copies, because a board is used by one command at a time.
    towns = [decided.town.copy(tmp_path / name) for name in ("authority", "others")]
    with ThreadPoolExecutor(2) as pool:
        for repeated in [pool.submit(_repeat_authority, towns[0]), pool.submit(_repeat_others, towns[1])]:
            repeated.result()
    before = files_of(decided.town.folder / RECORD)
    for town in towns:
        assert files_of(town.folder / RECORD) == before
        town.good("evote", "record", "export", "board", "again.zip")
        assert (town.folder / "again.zip").read_bytes() == decided.archive.read_bytes()


def _repeat_authority(town: Town) -> None:
    assert town.election("create", "vote.yaml")["created"] is False
    more = {"open": ["--off-schedule"], "close": ["--off-schedule"], "paper": ["paper.yaml"]}
    for step in ("keys", "rehearsal", "open", "close", "paper", "tally", "result", "finish"):
        assert town.election(step, *more.get(step, []))["published"] is False
    assert town.election("advance")["done"] == []


def _repeat_others(town: Town) -> None:
    assert steps.make_credentials(town)["published"] is False
    for step in ("ceremony", "rehearse", "decrypt"):
        town.together(*(town.trustee_command(i, step) for i in (1, 3)))
    collected = town.collect()
    assert (collected["refused"], collected["waiting"]) == ({}, {})
    # The files of rehearsal and decryption were handed in again, and have the places they had.
    known = {path.name for path in (town.folder / INBOX / "admitted").iterdir()}
    assert len(collected["admitted"]) == 4
    assert collected["admitted"].keys() <= known
