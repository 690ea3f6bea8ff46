"""When the witnesses last confirmed the log: the time of a whole quorum, in every report, and no check of anything.

*Spec*: docs/verifying.md, section 3; C2SP tlog-policy.
"""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from tests.verifier import report_samples as samples
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
from verifier.checks.checkpoint import witnessed
from verifier.engine import Options, verify
from verifier.findings import Report, Status
from verifier.main import VERIFIED, exit_code
from verifier.note import parse_checkpoint
from verifier.policy import parse_policy
from verifier.report_html import render_html
from verifier.report_json import render_json
from verifier.report_text import render_text
from verifier.texts import Language
from verifier.trust import AUDITOR, Trust

OLD, NEW = 1780488000, 1811937600
SHOWN = "2026-06-03T12:00:00Z"
ENGLISH, KOREAN = "2026-06-03 12:00 UTC", "2026년 6월 3일 21:00 (한국 시각)"
NAMES = ("w1", "w2", "w3", "w4", "w5")


@pytest.fixture
def five(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give the log five witnesses."""
    for name in NAMES:
        monkeypatch.setitem(WITNESSES, name, signer(name))


def trusting(quorum: str) -> Trust:
    """Return what an auditor believes whose policy names all witnesses and then has these lines."""
    lines = [f"log {verifier_key(ORIGIN, 1, LOG)}"]
    lines += [f"witness {name} {verifier_key(f'{name}.example', 4, key)}" for name, key in WITNESSES.items()]
    policy = parse_policy("\n".join([*lines, quorum]).encode())
    return Trust(logs=policy.logs, key_source=AUDITOR, policy=policy, policy_source=AUDITOR, policy_problem="")


def seen(times: dict[str, int], quorum: str = "group most 3 w1 w2 w3 w4 w5\nquorum most") -> str:
    """Return when a checkpoint with cosignatures of these times was last confirmed."""
    return witnessed(parse_checkpoint(make_checkpoint(7, bytes(32), times)), trusting(quorum))


@pytest.mark.usefixtures("five")
def test_the_time_is_that_of_a_quorum() -> None:
    """Show that liars fewer than a quorum change nothing, early or late, and that a whole quorum does."""
    honest = dict.fromkeys(NAMES, OLD)
    assert seen(honest) == SHOWN
    assert seen({**honest, "w2": NEW}) == SHOWN
    assert seen({**honest, "w1": NEW, "w5": NEW + 1}) == SHOWN
    assert seen({**honest, "w3": 1, "w4": 2}) == SHOWN
    assert seen({**honest, "w1": NEW, "w2": NEW + 1, "w5": NEW + 2}) == "2027-06-02T12:00:00Z"
    assert seen({"w1": OLD, "w2": OLD + 60, "w4": OLD + 120}) == SHOWN


@pytest.mark.usefixtures("five")
def test_the_time_of_groups() -> None:
    """Show that groups count by their thresholds, and that a single witness may be the quorum."""
    nested = "group a all w1 w2\ngroup b any w3 w4\ngroup both all a b\nquorum both"
    assert seen({"w1": NEW, "w2": OLD, "w3": NEW, "w4": NEW}, nested) == SHOWN
    assert seen({"w1": OLD, "w2": NEW, "w3": 1, "w4": OLD}, nested) == SHOWN
    assert seen({"w1": OLD, "w2": NEW}, "quorum w1") == SHOWN


@pytest.mark.usefixtures("five")
def test_no_time() -> None:
    """Show that nothing is said below the quorum, without one, and without a policy."""
    assert seen({"w1": NEW, "w2": NEW}) == ""
    assert seen({}) == ""
    assert seen(dict.fromkeys(NAMES, OLD), "quorum none") == ""
    head = parse_checkpoint(make_checkpoint(7, bytes(32), {"w1": OLD}))
    assert witnessed(head, replace(trusting("quorum w1"), policy=None)) == ""


def test_the_last_word_of_a_witness() -> None:
    """Show that of two lines of one witness the later counts, one that is forged counts not, and any time is shown."""
    data, trust = make_checkpoint(7, bytes(32), {"w1": OLD - 600}), trusting("quorum w1")
    again = make_checkpoint(7, bytes(32), {"w1": OLD}).split(b"\n")[-2] + b"\n"
    assert witnessed(parse_checkpoint(data + again), trust) == SHOWN
    other = make_checkpoint(8, bytes(32), {"w1": OLD}).split(b"\n")[-2] + b"\n"
    assert witnessed(parse_checkpoint(data + other), trust) == ""
    assert seen({"w1": (1 << 63) - 1}, "quorum w1") == f"second {(1 << 63) - 1}"


def flat(report: Report, language: Language) -> str:
    """Return the text report without line breaks."""
    return " ".join(render_text(report, language).split())


def test_in_every_report(tiny_election: Made, tmp_path: Path) -> None:
    """Show the quorum's time in text, HTML and JSON, that no row is about it, and whose witnesses they are."""
    times = {"w1": OLD, "w2": NEW}
    folder = write_record(tiny_election, tmp_path / "record", times=times, quorum=2)
    (tmp_path / "policy").write_text(make_policy(2))
    report = verify(Options(record=str(folder), policy=str(tmp_path / "policy")))
    assert exit_code(report) == VERIFIED
    assert rows(report, Status.FAIL) == set()
    assert f"the witnesses last confirmed this state of the log on {ENGLISH}. If the log" in flat(report, "en")
    assert f"증인 서버들이 이 상태를 마지막으로 확인한 때는 {KOREAN}입니다." in flat(report, "ko")
    page = render_html(report)
    assert f"last confirmed this state of the log on {ENGLISH}." in page
    assert f"마지막으로 확인한 때는 {KOREAN}입니다." in page
    assert json.loads(render_json(report))["log"]["witnessed"] == SHOWN
    by_itself = verify(Options(record=str(folder), log_keys=(verifier_key(ORIGIN, 1, LOG),)))
    assert f"the witnesses that the record itself names last confirmed this state of the log on {ENGLISH}." in flat(
        by_itself, "en"
    )
    assert "기록이 스스로 지정한 증인 서버들이 이 상태를 마지막으로 확인한 때는" in flat(by_itself, "ko")


def test_in_no_report_without_witnesses(tiny_election: Made, tmp_path: Path) -> None:
    """Show that nothing is said of a time where nobody cosigned, nor where the policy asks for nobody."""
    alone = verify(Options(record=str(write_record(tiny_election, tmp_path / "alone"))))
    unasked = verify(Options(record=str(write_record(tiny_election, tmp_path / "unasked", times={"w1": OLD}))))
    for report in (alone, unasked, samples.geochang()):
        words = flat(report, "en") + flat(report, "ko") + render_html(report)
        assert "last confirmed" not in words
        assert "마지막으로 확인한" not in words
        assert json.loads(render_json(report))["log"]["witnessed"] == ""
    assert unasked.log is not None
    assert unasked.log.witnesses == 1
