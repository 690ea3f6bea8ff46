"""The registrar's roll of people: a CSV file, read strictly and reported in full.

Idea: a pure function from bytes to a report, so that a dry run and the real import can't differ. All mistakes are
reported together, by row as a spreadsheet counts them (the header is row 1) and by column.

Invariants: a report with errors has no use but to be shown; a national number (13 digits) is refused wherever it
stands and never repeated in a message; the content of a cell is never interpreted as anything but text.
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from evote.cli.roll_encoding import decode_roll
from evote.election.admission_roll import MAXIMUM_WEIGHT

MAXIMUM_ERRORS: Final = 50
COLUMNS: Final = ("id", "name", "district")
OPTIONAL_COLUMNS: Final = ("weight", "contact")
EXTRA_PREFIX: Final = "x_"

_CELL_LIMITS: Final = {"id": 64, "name": 200, "district": 60, "weight": 10, "contact": 320}
_EXTRA_LIMIT: Final = 1000
_WEIGHT: Final = re.compile(r"[1-9][0-9]{0,9}")
# YYMMDD, perhaps a separator, seven digits; not a part of a longer number.
_NATIONAL_NUMBER: Final = re.compile(
    r"(?<![0-9])[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])[\s.\-\u2010-\u2015\u2212]?[0-9]{7}(?![0-9])"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A row of the roll: `row` as a spreadsheet counts, `id` the registrar's own."""

    row: int
    id: str
    name: str
    district: str
    weight: int
    contact: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RollError:
    """A mistake with its place; `row` 0 is the file as a whole, `column` may be empty."""

    row: int
    column: str
    rule: str
    message: str
    values: dict[str, object] = field(default_factory=dict)

    def __str__(self) -> str:
        place = f"row {self.row}" if self.row else "file"
        return f"{place}, column {self.column!r}: {self.message}" if self.column else f"{place}: {self.message}"


@dataclass(slots=True, kw_only=True)
class RollReport:
    """What a roll file holds; `errors` are the first ones of `error_count`."""

    encoding: str = ""
    people: list[Person] = field(default_factory=list)
    normalised_cells: int = 0
    errors: list[RollError] = field(default_factory=list)
    error_count: int = 0

    def add_error(self, row: int, column: str, rule: str, message: str, **values: object) -> None:
        """Count an error, and keep it while there are few; `values` are what the message names."""
        self.error_count += 1
        if len(self.errors) < MAXIMUM_ERRORS:
            self.errors.append(RollError(row=row, column=column, rule=rule, message=message, values=values))

    def district_totals(self) -> dict[str, tuple[int, int]]:
        """Return number and weight of the people of each district that occurs."""
        totals: dict[str, tuple[int, int]] = {}
        for person in self.people:
            count, weight = totals.get(person.district, (0, 0))
            totals[person.district] = (count + 1, weight + person.weight)
        return totals


def parse_roll(
    data: bytes, districts: Sequence[str] | None = None, *, unweighted: bool = False, maximum_total: int | None = None
) -> RollReport:
    """Read a roll.

    `districts` are the labels of the manifest (None: any), `unweighted` says that every weight must be 1,
    `maximum_total` bounds the sum of all weights. Errors are in the report; nothing is raised.
    """
    report = RollReport()
    decoded = decode_roll(data)
    report.encoding = decoded.encoding
    if decoded.refusal:
        report.add_error(decoded.row, "", decoded.rule, decoded.refusal)
        return report
    rows = _rows(decoded.text, report)
    header = _read_header(next(rows, (0, []))[1], report)
    if header is None:
        return report
    first_row: dict[str, int] = {}
    for row, cells in rows:
        person = _read_person(row, cells, header, report, districts, unweighted)
        if person is None:
            continue
        if person.id in first_row:
            first = first_row[person.id]
            message = f"the id {person.id!r} is that of row {first} already"
            report.add_error(row, "id", "duplicate_id", message, id=person.id, earlier=first)
            continue
        first_row[person.id] = row
        report.people.append(person)
    total = sum(person.weight for person in report.people)
    if maximum_total is not None and total > maximum_total:
        message = f"all weights add up to {total}, at most {maximum_total} are allowed"
        report.add_error(0, "weight", "weight_sum", message, given=total, maximum=maximum_total)
    if not report.people and not report.errors:
        report.add_error(0, "", "empty", "there is no person below the header")
    return report


def _rows(text: str, report: RollReport) -> Iterator[tuple[int, list[str]]]:
    """Yield row number and cells of every row that is not blank, in NFC."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    row = 0
    while True:
        row += 1
        try:
            cells = next(reader, None)
        except csv.Error:
            report.add_error(row, "", "csv", "this is not CSV: a quote is open or stands in the middle of a cell")
            return
        if cells is None:
            return
        if any(cell.strip() for cell in cells):
            composed = [unicodedata.normalize("NFC", cell.strip()) for cell in cells]
            report.normalised_cells += sum(not unicodedata.is_normalized("NFC", cell) for cell in cells)
            yield row, composed


def _read_header(header: list[str], report: RollReport) -> list[str] | None:
    if not header:
        report.add_error(1, "", "empty", "the file is empty; the first row names the columns id,name,district")
        return None
    if any(_holds_national_number(cell) for cell in header):
        report.add_error(1, "", "national_number", "a national number stands in place of a column's name; remove it")
        return None
    if len(header) == 1 and re.search(r"[;\t]", header[0]):
        report.add_error(1, "", "separator", "the columns are separated by semicolons or tabs; save with commas")
        return None
    before = report.error_count
    known = (*COLUMNS, *OPTIONAL_COLUMNS)
    for position, name in enumerate(header, 1):
        shown = name or f"number {position}"
        if header.index(name) + 1 < position:
            report.add_error(1, shown, "duplicate_column", "this column is there twice; remove one")
        elif name not in known and not name.startswith(EXTRA_PREFIX):
            report.add_error(
                1,
                shown,
                "unknown_column",
                f"allowed are {', '.join(known)}, and further ones that begin with {EXTRA_PREFIX}",
                known=", ".join(known),
            )
    for name in COLUMNS:
        if name not in header:
            report.add_error(1, name, "missing_column", "this column is missing; add it")
    return header if report.error_count == before else None


def _read_person(
    row: int,
    cells: list[str],
    header: list[str],
    report: RollReport,
    districts: Sequence[str] | None,
    unweighted: bool,
) -> Person | None:
    before = report.error_count
    for number, cell in enumerate(cells):
        if _holds_national_number(cell):
            column = header[number] if number < len(header) else f"number {number + 1}"
            report.add_error(
                row, column, "national_number", "a national number (13 digits) stands here; it must not be in a roll"
            )
    if report.error_count > before:
        return None
    if len(cells) != len(header):
        message = f"there are {len(cells)} cells, the header has {len(header)}"
        report.add_error(row, "", "cell_count", message, count=len(cells), wanted=len(header))
        return None
    values = dict(zip(header, cells, strict=True))
    for column, value in values.items():
        _check_cell(row, column, value, report)
    if districts is not None and values["district"] and values["district"] not in districts:
        report.add_error(
            row,
            "district",
            "unknown_district",
            f"there is no district {values['district'][:60]!r} in this election; "
            f"there are: {', '.join(districts[:20])}",
            given=values["district"][:60],
            known=", ".join(districts[:20]),
        )
    weight = values.get("weight", "1")
    if not _WEIGHT.fullmatch(weight) or int(weight) > MAXIMUM_WEIGHT:
        shown = f"{weight[:20]!r}" if weight else "nothing"
        message = f"{shown} is not a whole number from 1 to {MAXIMUM_WEIGHT}"
        report.add_error(row, "weight", "weight", message, given=repr(weight[:20]), maximum=MAXIMUM_WEIGHT)
    elif unweighted and weight != "1":
        report.add_error(row, "weight", "weight_on_paper", "where paper is counted too, every weight is 1")
    if report.error_count > before:
        return None
    return Person(
        row=row,
        id=values["id"],
        name=values["name"],
        district=values["district"],
        weight=int(weight),
        contact=values.get("contact", ""),
    )


def _check_cell(row: int, column: str, value: str, report: RollReport) -> None:
    limit = _CELL_LIMITS.get(column, _EXTRA_LIMIT)
    if len(value) > limit:
        message = f"the cell has {len(value)} characters, at most {limit} are allowed"
        report.add_error(row, column, "too_long", message, count=len(value), maximum=limit)
    if not value and column in COLUMNS:
        report.add_error(row, column, "empty_cell", "the cell is empty; fill it in")
    if any(unicodedata.category(character) in ("Cc", "Cs") for character in value):
        report.add_error(
            row, column, "control_character", "the cell holds a line break, tab or other control character"
        )


def _holds_national_number(cell: str) -> bool:
    # Full-width digits are digits to a reader, so they are here.
    return _NATIONAL_NUMBER.search(unicodedata.normalize("NFKC", cell)) is not None
