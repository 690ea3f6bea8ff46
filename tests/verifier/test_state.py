"""Audits that go on from an earlier run: the findings of a full run, for the price of what is new."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.verifier.conftest import rows
from tests.verifier.record_files import (
    AUTHORITY,
    ORIGIN,
    Draft,
    Made,
    make_checkpoint,
    make_entry,
    notes,
    signer,
    verifier_key,
    write_record,
)
from verifier.batch_search import ProofJudge, ReadBallot
from verifier.crew import Crew
from verifier.engine import Options, verify
from verifier.findings import Finding, Report, Status
from verifier.layout import WIDTH
from verifier.main import main
from verifier.note import parse_checkpoint

# where the log stood when it was audited before: no ballot yet, a full bundle, in the middle of the second, two bundles
SIZES = (23, 256, 300, 512)
# which of the cast ballots is the second of its credential
SECOND = 2


@pytest.fixture(scope="module")
def long_election(paper_election: Made) -> Made:
    """Return an election of three bundles: a credential votes in the first and again in the second.

    A credential that voted in the first is annulled in the third.
    """
    made = paper_election.copy()
    at = made.names["second a"]
    made.drafts[at:at] = notes(WIDTH + 4 - at)
    at = made.find("registrar.strike")
    made.drafts[at:at] = notes(2 * WIDTH + 4 - at)
    for draft in made.drafts:
        draft.entry = make_entry(made.scope, draft)
    return made


@pytest.fixture
def judged(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Return the entries of ballots whose proofs are judged from now on."""
    entries: list[int] = []
    original = ProofJudge.judge

    def listed(self: ProofJudge, read: ReadBallot) -> None:
        entries.append(read.place.entry)
        original(self, read)

    monkeypatch.setattr(ProofJudge, "judge", listed)
    return entries


def part(made: Made, size: int) -> Made:
    """Return the first statements of an election."""
    first = made.copy()
    del first.drafts[size:]
    return first


def relogged(made: Made) -> Made:
    """Return an election whose statements are signed anew."""
    made = made.copy()
    for draft in made.drafts:
        if draft.kind != "board.note":
            draft.entry = None
    return made


def check(folder: Path, state: Path | None = None, **how: Any) -> Report:
    """Verify a record."""
    return verify(Options(record=str(folder), state=str(state) if state else None, **how))


def full(folder: Path, earlier: Path) -> tuple[Finding, ...]:
    """Return what a run without a state finds that is handed the checkpoint of an earlier record."""
    return check(folder, earlier=(str(earlier / "checkpoint"),)).findings


def nothing(made: Made) -> None:
    """Change nothing."""


def false_proof(number: int) -> Callable[[Made], None]:
    """Return the lie of a false response on a cast ballot."""

    def lie(made: Made) -> None:
        ballot = made.get("ballot.cast", number).value
        responses = ballot["contests"][0]["selections"][0]["responses"]
        responses[0] = f"{int(responses[0], 16) ^ 1:064x}"

    return lie


def repeated_ballot(made: Made) -> None:
    """Cast the first ballot again at the end."""
    made.drafts.insert(made.find("election.close"), made.get("ballot.cast", 0))


def repeated_number(made: Made) -> None:
    """Let the two ballots of a credential, in two bundles, state the same number."""
    made.get("ballot.cast", SECOND).value["number"] = 1


def false_sum(made: Made) -> None:
    """State another sum."""
    ciphertexts = made.get("election.tally").value["contests"][0]["units"][0]["ciphertexts"]
    ciphertexts[0], ciphertexts[1] = ciphertexts[1], ciphertexts[0]


def unreadable_ballot(made: Made) -> None:
    """Log a ballot that counts and can't be read."""
    made.get("ballot.cast", 1).raw = b"{}"


LIES: dict[str, Callable[[Made], None]] = {
    "none": nothing,
    "old proof": false_proof(0),
    "new proof": false_proof(6),
    "repeated ballot": repeated_ballot,
    "repeated number": repeated_number,
    "false sum": false_sum,
    "unreadable ballot": unreadable_ballot,
}


@pytest.mark.parametrize("kind", LIES)
def test_every_run_says_what_a_full_run_says(long_election: Made, tmp_path: Path, kind: str, judged: list[int]) -> None:
    """Show the findings of full runs at every size of a growing log, true or false, and that proofs are judged once."""
    made = relogged(long_election)
    LIES[kind](made)
    state, seen, before = tmp_path / "state", set[int](), None
    for size in (*SIZES, len(made.drafts), len(made.drafts)):
        folder = write_record(part(made, size), tmp_path / f"{size}")
        judged.clear()
        report = check(folder, state)
        in_full_bundles = {entry for entry in judged if entry < size // WIDTH * WIDTH}
        assert not seen & in_full_bundles
        seen |= in_full_bundles
        assert report.findings == (full(folder, before) if before is not None else check(folder).findings)
        before = folder
    assert report.verified == (kind == "none")
    assert seen


def test_workers_go_on_too(long_election: Made, tmp_path: Path) -> None:
    """Show that processes use what one process found, and the other way round."""
    state = tmp_path / "state"
    first, whole = (
        write_record(part(long_election, 300), tmp_path / "300"),
        write_record(long_election, tmp_path / "all"),
    )
    check(first, state, workers=2)
    report = check(whole, state, workers=2)
    assert report.verified
    assert report.findings == full(whole, first)
    assert check(whole, state).findings == full(whole, whole)


def test_other_facts_need_no_proofs(long_election: Made, tmp_path: Path, judged: list[int]) -> None:
    """Show that a ballot of a finished range which counts no more is taken out of the sums without any proof."""
    state = tmp_path / "state"
    check(write_record(part(long_election, WIDTH), tmp_path / "first"), state)
    assert judged
    judged.clear()
    report = check(write_record(long_election, tmp_path / "all"), state)
    assert report.verified
    assert min(judged) >= WIDTH


def test_a_payload_that_was_changed_later(long_election: Made, tmp_path: Path, judged: list[int]) -> None:
    """Show that a finished range is judged again where its payloads are not what they were."""
    state = tmp_path / "state"
    old = write_record(part(long_election, 300), tmp_path / "old")
    check(old, state)
    false = write_record(long_election, tmp_path / "false")
    path = false / "tile/payloads/000"
    place = path.read_bytes().rindex(b'"responses":["') + 20
    data = bytearray(path.read_bytes())
    data[place] = ord("0") if data[place] != ord("0") else ord("1")
    path.write_bytes(data)
    judged.clear()
    report = check(false, state)
    assert {"L.G", "V6.D"} <= rows(report, Status.FAIL)
    assert min(judged) < WIDTH
    assert report.findings == full(false, old)
    # and what was found then is not remembered of a record that is whole again
    whole = write_record(long_election, tmp_path / "whole")
    assert check(whole, state).verified


@pytest.mark.parametrize("damage", ["missing", "short"])
def test_a_bundle_that_was_lost_later(long_election: Made, tmp_path: Path, damage: str) -> None:
    """Show that a payload bundle which was there and is gone, or is cut, is found as by a full run."""
    state = tmp_path / "state"
    old = write_record(part(long_election, 300), tmp_path / "old")
    check(old, state)
    false = write_record(long_election, tmp_path / "false")
    path = false / "tile/payloads/000"
    if damage == "missing":
        path.unlink()
    else:
        path.write_bytes(path.read_bytes()[:-1000])
    report = check(false, state)
    assert "L.G" in rows(report, Status.FAIL)
    assert "V9.A" in rows(report, Status.ERROR) or damage == "short"
    assert report.findings == full(false, old)


def test_a_side_file_that_came_or_went(long_election: Made, tmp_path: Path, judged: list[int]) -> None:
    """Show that findings of finished ranges hold whatever the side file has become."""
    state, without = tmp_path / "state", long_election.copy()
    for draft in without.drafts:
        draft.commitments = b""
    old = write_record(part(without, 300), tmp_path / "old")
    check(old, state)
    judged.clear()
    whole = write_record(long_election, tmp_path / "whole")
    report = check(whole, state)
    assert min(judged) >= WIDTH
    assert report.findings == full(whole, old)


def fork(made: Made) -> Made:
    """Return an election in which the closing of the first bundle is another statement."""
    made = made.copy()
    made.drafts[100].entry = make_entry(bytes(32), Draft(kind="board.note", author=AUTHORITY, value={"other": 1}))
    made.drafts[100].value = {"other": 1}
    return made


def read_all(folder: Path) -> dict[str, bytes]:
    """Return every file of a state."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


@pytest.mark.parametrize("kind", ["rolled back", "forked", "forked at the same size"])
def test_a_log_that_contradicts_itself(long_election: Made, tmp_path: Path, kind: str) -> None:
    """Show that L.E fails, that both checkpoints are kept, and that nothing else of the state changes."""
    state = tmp_path / "state"
    old = write_record(part(long_election, 300), tmp_path / "old")
    check(old, state)
    before = read_all(state)
    now = {
        "rolled back": part(long_election, 280),
        "forked": fork(long_election),
        "forked at the same size": part(fork(long_election), 300),
    }[kind]
    false = write_record(now, tmp_path / "false")
    report = check(false, state)
    assert "L.E" in rows(report, Status.FAIL)
    assert report.findings == full(false, old)
    after = read_all(state)
    kept = {name: data for name, data in after.items() if name.startswith("evidence/")}
    assert {name: data for name, data in after.items() if name not in kept} == before
    assert {Path(name).name: data for name, data in kept.items() if not name.endswith("difference")} == {
        "remembered": (old / "checkpoint").read_bytes(),
        "presented": (false / "checkpoint").read_bytes(),
    }
    (words,) = (data.decode() for name, data in kept.items() if name.endswith("difference"))
    assert (
        words.strip()
        == {
            "rolled back": "the log had 300 entries and has 280 now",
            "forked": "the first difference is among the entries 0 to 255",
            "forked at the same size": "two roots at size 300",
        }[kind]
    )
    # the true log is still continued
    assert check(write_record(long_election, tmp_path / "true"), state).verified


def test_a_log_with_another_key(long_election: Made, tmp_path: Path) -> None:
    """Show that a log which is signed by another key than before contradicts itself."""
    state = tmp_path / "state"
    old = write_record(part(long_election, 300), tmp_path / "old")
    check(old, state)
    false, other = write_record(long_election, tmp_path / "false"), signer("another log")
    head = parse_checkpoint((false / "checkpoint").read_bytes())
    (false / "checkpoint").write_bytes(make_checkpoint(head.size, head.root, log=other))
    (false / "policy").write_text(f"log {verifier_key(ORIGIN, 1, other)}\nquorum none\n")
    report = check(false, state)
    assert rows(report, Status.FAIL) == {"L.E"}
    assert any(name.startswith("evidence/") for name in read_all(state))


def test_a_checkpoint_that_nobody_signed_is_not_remembered(long_election: Made, tmp_path: Path) -> None:
    """Show that a record which is not what its checkpoint says leaves no trace in the state."""
    state = tmp_path / "state"
    old = write_record(part(long_election, 300), tmp_path / "old")
    check(old, state)
    before = read_all(state)
    false = write_record(long_election, tmp_path / "false")
    data = bytearray((false / "checkpoint").read_bytes())
    data[-10] ^= 1
    (false / "checkpoint").write_bytes(data)
    check(false, state)
    shorter = write_record(long_election, tmp_path / "shorter")
    (shorter / "tile/entries/001").unlink()
    assert "L.C" in rows(check(shorter, state), Status.FAIL)
    assert read_all(state) == before


def test_a_run_that_was_interrupted(
    long_election: Made, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, judged: list[int]
) -> None:
    """Show that a run which ended in the middle has kept its checkpoint and its finished ranges."""
    state, folder = tmp_path / "state", write_record(long_election, tmp_path / "record")
    original, results = Crew._result, []

    def breaks(self: Crew, future: Any) -> Any:
        results.append(original(self, future))
        if len(results) == 2:
            raise KeyboardInterrupt
        return results[-1]

    monkeypatch.setattr(Crew, "_result", breaks)
    monkeypatch.setattr("verifier.election_run.range_length", lambda *_, **__: 64)
    with pytest.raises(KeyboardInterrupt):
        check(folder, state)
    monkeypatch.setattr(Crew, "_result", original)
    first = set(judged)
    assert first
    judged.clear()
    report = check(folder, state)
    assert report.verified
    assert not first & set(judged)
    assert report.findings == full(folder, folder)


def test_words_of_an_interrupt(
    long_election: Made, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Show that the command says how to go on where a state was given."""

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("verifier.main.verify", stop)
    folder = write_record(part(long_election, 30), tmp_path / "record")
    assert main([str(folder), "--state", str(tmp_path / "state")]) == 130
    assert "run the same command again" in capsys.readouterr().err
