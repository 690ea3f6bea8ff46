"""Units, outcomes and the rules of a manifest, as arithmetic."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.verifier.election_ceremony import Plan, make_manifest
from tests.verifier.record_files import signer
from verifier.checks.credentials import CredentialBook, Electorate, Totals
from verifier.checks.manifest_rules import _is_label, check_manifest
from verifier.checks.outcome_rules import Outcome, outcome_of
from verifier.checks.units import ContestFacts, contest_facts, units_of
from verifier.election import Election, Item
from verifier.ledger import Ledger
from verifier.manifest import Rule, manifest_from
from verifier.scratch import open_scratch


@pytest.mark.parametrize(
    ("counts", "minimum", "expected"),
    [
        ({1: 5, 2: 5}, 2, ((1,), (2,))),
        ({1: 1}, 2, ()),
        ({1: 1, 2: 1}, 2, ((1, 2),)),
        ({1: 1, 2: 1, 3: 9}, 2, ((1, 2), (3,))),
        ({1: 9, 2: 1, 3: 4}, 2, ((1,), (2, 3))),
        ({1: 4, 2: 1, 3: 4}, 2, ((1, 2), (3,))),
        ({1: 0, 2: 3, 3: 0}, 3, ((1, 2, 3),)),
        ({1: 2, 2: 2, 3: 2, 4: 7}, 7, ((1, 2, 3, 4),)),
        ({1: 5, 2: 4, 3: 4, 4: 20}, 10, ((1, 2, 3), (4,))),
        ({1: 1, 2: 0, 3: 8, 4: 6}, 5, ((1, 2, 4), (3,))),
    ],
)
def test_units(counts: dict[int, int], minimum: int, expected: tuple[tuple[int, ...], ...]) -> None:
    """Show how small districts are joined until a unit hides its voters."""
    assert units_of(tuple(counts), counts, minimum) == expected


def _facts(**how: Any) -> ContestFacts:
    base = ContestFacts(
        units=((1,),),
        eligible=100,
        online=50,
        paper_ballots=0,
        turnout=50,
        quorum_required=0,
        quorum_met=True,
        sealed=False,
        withheld=False,
    )
    return replace(base, **how)


def _rule(method: str, seats: int = 1, **how: Any) -> Rule:
    base = Rule(
        method=method,
        seats=seats,
        sealed_below_quorum=False,
        quorum=(0, 1),
        quorum_comparison="at_least",
        threshold_of="valid",
        comparison="more_than",
        threshold=(1, 2) if method == "majority" else (0, 1),
    )
    return replace(base, **how)


BALLOTS: dict[str, Any] = {"threshold_of": "ballots", "threshold": (1, 2)}
ELIGIBLE: dict[str, Any] = {"threshold_of": "eligible", "threshold": (1, 2)}


@pytest.mark.parametrize(
    ("rule", "votes", "expected"),
    [
        (_rule("majority"), (30, 20), Outcome(kind="decided", winners=(1,))),
        (_rule("majority"), (20, 30), Outcome(kind="decided", winners=(2,))),
        (_rule("majority"), (25, 25), Outcome(kind="tie", tied=(1, 2))),
        (_rule("majority"), (0, 0), Outcome(kind="tie", tied=(1, 2))),
        (_rule("majority", threshold=(2, 3)), (30, 20), Outcome(kind="threshold_missed")),
        (_rule("majority", threshold=(3, 5)), (30, 20), Outcome(kind="threshold_missed")),
        (_rule("majority", threshold=(3, 5), comparison="at_least"), (30, 20), Outcome(kind="decided", winners=(1,))),
        (_rule("majority", **ELIGIBLE), (50, 0), Outcome(kind="threshold_missed")),
        (_rule("majority", **ELIGIBLE), (51, 0), Outcome(kind="decided", winners=(1,))),
        (_rule("majority", **BALLOTS), (25, 0), Outcome(kind="threshold_missed")),
        (_rule("majority", **BALLOTS), (26, 0), Outcome(kind="decided", winners=(1,))),
        (_rule("plurality"), (5, 9, 3), Outcome(kind="decided", winners=(2,))),
        (_rule("plurality"), (9, 9, 3), Outcome(kind="tie", tied=(1, 2))),
        (_rule("plurality", 2), (9, 9, 3), Outcome(kind="decided", winners=(1, 2))),
        (_rule("plurality", 2), (9, 5, 5), Outcome(kind="tie", winners=(1,), tied=(2, 3))),
        (_rule("plurality", 2), (9, 0, 0), Outcome(kind="decided", winners=(1,))),
        (_rule("plurality", 2), (0, 0, 0), Outcome(kind="threshold_missed")),
        (_rule("plurality", 3), (1, 2, 3), Outcome(kind="decided", winners=(1, 2, 3))),
        (_rule("approval", 1, threshold=(1, 2)), (9, 8, 7), Outcome(kind="threshold_missed")),
        (_rule("score", 1, comparison="at_least"), (0, 0, 4), Outcome(kind="decided", winners=(3,))),
    ],
)
def test_outcomes(rule: Rule, votes: tuple[int, ...], expected: Outcome) -> None:
    """Show every kind of outcome, ties at the border of seats, and both comparisons."""
    assert outcome_of(rule, _facts(), votes) == expected


def test_outcomes_that_no_vote_decides() -> None:
    """Show the order of seal, withholding and quorum."""
    votes = (30, 20)
    assert outcome_of(_rule("majority"), _facts(sealed=True, withheld=True), votes).kind == "sealed"
    assert outcome_of(_rule("majority"), _facts(withheld=True, quorum_met=False), votes).kind == "withheld"
    assert outcome_of(_rule("majority"), _facts(quorum_met=False), votes) == Outcome(kind="quorum_missed")


def _failures(value: dict[str, Any]) -> int:
    ledger = Ledger()
    check_manifest(manifest_from(value), 0, ledger)
    return ledger.failures("S.B")


def test_a_true_manifest() -> None:
    """Show that the test elections' manifests obey every rule."""
    assert _failures(make_manifest(Plan())) == 0
    assert _failures(make_manifest(Plan(sealed=True, paper=False))) == 0
    unusual = make_manifest(Plan())
    unusual["label"] = "\u9078\u8209 \U0001f5f3 n\u00b0 1\u2010\ud7a3 \u3001\u20ac"
    assert _failures(unusual) == 0


# section 5: no label holds a code point of these ranges
NOT_IN_LABELS = (
    *((0x0, 0x1F), (0x7F, 0xA0), (0xAD, 0xAD), (0x61C, 0x61C), (0x1680, 0x1680), (0x180E, 0x180E), (0x2000, 0x200F)),
    *((0x2028, 0x202F), (0x205F, 0x206F), (0x3000, 0x3000), (0xD800, 0xF8FF), (0xFEFF, 0xFEFF), (0xFFF0, 0xFFFB)),
    (0xE0000, 0x10FFFF),
)


def test_code_points_of_labels() -> None:
    """Show that of all code points exactly those of the list can't stand inside a label."""
    forbidden = {code for first, last in NOT_IN_LABELS for code in range(first, last + 1)}
    assert all(_is_label(f"a{chr(code)}b") != (code in forbidden) for code in range(0x110000))


def test_spaces_of_labels() -> None:
    """Show that U+0020 may stand alone inside a label, and that length is counted in code points."""
    assert all(map(_is_label, ("a b", "a b c", "x", "\U0001f5f3" * 60)))
    assert not any(map(_is_label, ("", " ", " a", "a ", "a  b", "a\n", "\na", "\U0001f5f3" * 61)))


@pytest.mark.parametrize("name", ["ballot_styles", "districts"])
def test_numbers_of_styles_and_districts(name: str) -> None:
    """Show that 10,000 ballot styles or districts are allowed and one more is not."""
    manifest = make_manifest(Plan())
    manifest[name] += [manifest[name][0] | {"label": f"More {i}"} for i in range(10_000 - len(manifest[name]))]
    assert _failures(manifest) == 0
    manifest[name].append(manifest[name][0] | {"label": "One too many"})
    assert _failures(manifest) == 1


CHANGES: list[tuple[tuple[Any, ...], Any]] = [
    (("version",), "v2.1.1"),
    (("profile",), "evote/2"),
    (("label",), ""),
    (("label",), "x" * 61),
    (("label",), "a  b"),
    (("label",), " a"),
    (("label",), "a\u00a0"),
    (("label",), "a\tb"),
    (("label",), "a\nb"),
    (("label",), "a\u2028b"),
    (("title",), {}),
    (("title",), {"en": ""}),
    (("title",), {"EN": "x"}),
    (("title",), {"en": "x" * 2001}),
    (("device",), ""),
    (("device",), "x" * 201),
    (("quorum",), 0),
    (("quorum",), 4),
    (("trustees",), []),
    (("minimum_ballots",), 1),
    (("challenge_limit",), 101),
    (("revoting",), "first"),
    (("schedule", "closes"), "2026-01-05T00:00:00Z"),
    (("schedule", "opens"), "2026-02-30T00:00:00Z"),
    (("schedule", "opens"), "2026-01-05T00:00:00"),
    (("registrar",), "00" * 32),
    (("ballot_styles", 0, "contests"), [2, 1]),
    (("ballot_styles", 0, "contests"), [1, 1]),
    (("ballot_styles", 0, "contests"), [3]),
    (("ballot_styles", 0, "contests"), []),
    (("ballot_styles", 1, "label"), "all"),
    (("districts", 0, "ballot_style"), 3),
    (("districts", 0, "label"), "South"),
    (("districts",), []),
    (("contests", 0, "label"), "Council"),
    (("contests", 0, "options", 0, "label"), "no"),
    (("contests", 0, "option_limit"), 0),
    (("contests", 0, "selection_limit"), 3),
    (("contests", 1, "option_limit"), 4),
    (("contests", 1, "selection_limit"), 7),
    (("contests", 0, "rule", "method"), "lottery"),
    (("contests", 0, "rule", "seats"), 2),
    (("contests", 1, "rule", "seats"), 4),
    (("contests", 1, "rule", "seats"), 0),
    (("contests", 1, "rule", "method"), "majority"),
    (("contests", 1, "rule", "method"), "plurality"),
    (("contests", 1, "rule", "method"), "approval"),
    (("contests", 0, "rule", "quorum", "numerator"), 5),
    (("contests", 0, "rule", "quorum", "denominator"), 0),
    (("contests", 0, "rule", "quorum", "denominator"), 1_000_001),
    (("contests", 0, "rule", "threshold", "denominator"), 3),
    (("contests", 0, "rule", "threshold", "of"), "cast"),
    (("contests", 0, "rule", "threshold", "comparison"), "over"),
    (("contests", 0, "rule", "quorum", "comparison"), "over"),
    (("contests", 1, "rule", "sealed_below_quorum"), True),
]


@pytest.mark.parametrize(("path", "value"), CHANGES, ids=str)
def test_manifests_that_break_a_rule(path: tuple[Any, ...], value: Any) -> None:
    """Show that each change of a true manifest breaks a rule of sections 5 or 11."""
    manifest = make_manifest(Plan())
    target: Any = manifest
    for step in path[:-1]:
        target = target[step]
    target[path[-1]] = value
    assert _failures(manifest) >= 1


@pytest.mark.parametrize(
    ("comparison", "turnout", "required", "met"),
    [("at_least", 3, 3, True), ("at_least", 2, 3, False), ("more_than", 3, 4, False), ("more_than", 4, 4, True)],
)
def test_both_comparisons_of_a_quorum(comparison: str, turnout: int, required: int, met: bool) -> None:
    """Show that three of nine are at least a third of them and not more than a third."""
    value = make_manifest(Plan())
    value["contests"][1]["rule"]["quorum"] = {"comparison": comparison, "numerator": 1, "denominator": 3}
    manifest = manifest_from(value)
    electorate = Electorate(
        **dict.fromkeys(
            ("roll", "cast", "challenged", "annulled", "struck", "replaced", "on_paper", "voters_online"), 0
        ),
        eligible=Totals({1: 9}, {1: 9}),
        counted=Totals({1: turnout - 1}, {1: turnout - 1}),
    )
    facts = contest_facts(manifest, manifest.contests[1], electorate, 1)
    assert (facts.turnout, facts.quorum_required, facts.quorum_met) == (turnout, required, met)


@pytest.mark.parametrize(("option_limit", "failures"), [(100, 0), (101, 1)])
def test_sums_that_can_be_decrypted(tmp_path: Path, option_limit: int, failures: int) -> None:
    """Show that E.A holds weights times the largest option limit to 10^12, exactly."""
    value = make_manifest(Plan(paper=False))
    value["contests"][1]["option_limit"] = option_limit
    keys = sorted(signer(f"voter {name}").public.hex() for name in "abcdefghij")
    listed = [{"key": key, "district": 1, "weight": 10**9} for key in keys]
    districts = [{"count": 10, "weight": 10**10}, *({"count": 0, "weight": 0} for _ in range(2))]
    roll = {"parts": 1, "count": 10, "weight": 10**10, "districts": districts}
    election, ledger = Election(scope=bytes(32), manifest=manifest_from(value)), Ledger()
    assert election.manifest is not None
    election.singles["registrar.roll"] = _item("registrar.roll", roll)
    book = CredentialBook(open_scratch(tmp_path / "db"), election, election.manifest, ledger)
    book.feed(_item("registrar.credentials", {"part": 1, "credentials": listed}))
    book.finish()
    assert ledger.failures("E.A") == failures


def _item(kind: str, value: Any) -> Item:
    return Item(entry=1, kind=kind, author=bytes(32), value=value, digest=bytes(32))


def test_a_key_for_two_offices() -> None:
    """Show that keys of authority, registrar and trustees must differ."""
    manifest = make_manifest(Plan())
    manifest["registrar"] = manifest["trustees"][1]["public_key"]
    assert _failures(manifest) == 1
