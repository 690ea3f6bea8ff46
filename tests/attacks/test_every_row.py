"""For every row of the verification table a record in which exactly that row fails, and the board's refusal."""

import re
from pathlib import Path

import pytest

from tests.attacks import cases_ballots, cases_parameters, cases_record, cases_result
from tests.attacks.case import Case
from tests.forge.forger import forge
from tests.forge.judges import Refusal, first_refusal, verify_forgery
from tests.forge.plans import HONEST_PLANS
from verifier.rows import ROWS

PROTOCOL = Path(__file__).resolve().parents[2] / "docs" / "protocol.md"

CASES = (*cases_parameters.CASES, *cases_ballots.CASES, *cases_record.CASES, *cases_result.CASES)

# Rows that have nothing to check in any record of this profile.
ALWAYS_ABSENT = {
    "V8.E": "no chaining: the log gives the order",
    "V8.F": "no chaining: the log gives the order",
    "V8.G": "no chaining: the log gives the order",
    "V12": "no contest data",
    "V13.A": "no contest data",
}


def rows_of_protocol() -> list[str]:
    """Return the rows of the table in docs/protocol.md section 12, in its order."""
    section = PROTOCOL.read_text().split("## 12. Verification")[1].split("## 13.")[0]
    rows: list[str] = []
    for cell in re.findall(r"^\| (\S.*?) \|", section, re.MULTILINE)[1:]:
        for part in cell.split(", "):
            first, _, last = part.partition("–")
            group, _, letter = first.partition(".")
            letters = [chr(c) for c in range(ord(letter), ord(last.partition(".")[2]) + 1)] if last else [letter]
            rows += [f"{group}.{each}" if each else group for each in letters]
    return [row for row in rows if not set(row) <= {"-"}]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_exactly_the_stated_rows_fail(case: Case) -> None:
    """The verifier names the lie by its row, names nothing else, and does not call the record verified."""
    verdict = case.verdict()

    assert verdict.failed == set(case.rows.split()), str(verdict)
    assert verdict.errors == frozenset(), str(verdict)
    assert not verdict.verified


@pytest.mark.parametrize("case", CASES, ids=str)
def test_the_board_refuses_the_same_statement(case: Case) -> None:
    """The board's admission stops at the lie with the stated code, or has a reason why it can't see it."""
    refusal = case.refusal()

    assert refusal == (Refusal(step=case.refused[0], code=case.refused[1]) if case.refused else None)
    assert bool(case.refused) != bool(case.unseen)


@pytest.mark.parametrize("name", HONEST_PLANS)
def test_honest_records_are_verified_and_admitted(name: str) -> None:
    """No row of an honest record fails or stays unevaluated, and the board admits every statement of it."""
    forgery = forge(HONEST_PLANS[name])

    verdict = verify_forgery(forgery)
    assert verdict.verified, str(verdict)
    assert verdict.failed | verdict.errors == frozenset()
    assert set(ALWAYS_ABSENT) <= verdict.absent
    assert first_refusal(forgery) is None


def test_the_table_is_complete() -> None:
    """Every row of the protocol has a record that fails it, or a reason why none can; so has the verifier."""
    rows = rows_of_protocol()
    covered = {row for case in CASES for row in case.rows.split()}

    assert rows == list(ROWS)
    assert covered | set(ALWAYS_ABSENT) == set(rows)
    assert covered.isdisjoint(ALWAYS_ABSENT)


def test_most_rows_fail_alone() -> None:
    """Rows without a record of their own are those that say the same as another or follow from others."""
    alone = {case.rows for case in CASES if " " not in case.rows}

    together = {"V6.A", "V7.A", "V11.D", "V14.E", "V14.F", "D.I", "O.B"}
    assert set(rows_of_protocol()) - alone - set(ALWAYS_ABSENT) == together


def test_no_case_stands_twice() -> None:
    """Every case has a name of its own."""
    assert len({str(case) for case in CASES}) == len(CASES)
