"""The roll of people: encodings, mistakes with row and column, and what must never be repeated."""

import csv
import io
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evote.cli.roll_encoding import CP949, UTF_8, UTF_8_BOM
from evote.cli.roll_file import MAXIMUM_ERRORS, parse_roll
from evote.cli.roll_links import encode_codes, make_links
from evote.election.credentials import credential_key, parse_code
from tests.cli.scene import evote
from tests.core.randomness import seeded

GOOD = "id,name,district,weight,contact,x_note\n1,김하나,북구,1,010-1234-5678,가\n2,Ann,남구,3,,\n"
DISTRICTS = ("북구", "남구")
NATIONAL = "900101-1234567"


def errors_of(text: str | bytes, **options: bool) -> list[str]:
    """Return the errors of a roll as texts."""
    data = text if isinstance(text, bytes) else text.encode()
    return [str(error) for error in parse_roll(data, DISTRICTS, **options).errors]


def test_a_good_roll() -> None:
    """People, weights and totals by district are read; optional cells may be empty."""
    report = parse_roll(GOOD.encode(), DISTRICTS)
    assert (report.error_count, report.encoding) == (0, UTF_8)
    assert [(p.row, p.id, p.name, p.district, p.weight, p.contact) for p in report.people] == [
        (2, "1", "김하나", "북구", 1, "010-1234-5678"),
        (3, "2", "Ann", "남구", 3, ""),
    ]
    assert report.district_totals() == {"북구": (1, 1), "남구": (1, 3)}


@pytest.mark.parametrize(
    ("data", "encoding"),
    [
        pytest.param(GOOD.encode("utf-8-sig"), UTF_8_BOM, id="BOM"),
        pytest.param(GOOD.encode("euc-kr"), CP949, id="EUC-KR"),
        pytest.param(GOOD.replace("김하나", "김똠방").encode("cp949"), CP949, id="CP949"),
        pytest.param(GOOD.replace("\n", "\r\n").encode(), UTF_8, id="CRLF"),
    ],
)
def test_encodings_that_are_read(data: bytes, encoding: str) -> None:
    """UTF-8 with BOM and what Korean spreadsheets write are read alike, and reported by name."""
    report = parse_roll(data, DISTRICTS)
    assert (report.encoding, report.error_count) == (encoding, 0)
    assert [person.district for person in report.people] == list(DISTRICTS)


@pytest.mark.parametrize(
    ("data", "row"),
    [
        pytest.param(GOOD.encode("utf-16"), 0, id="UTF-16"),
        pytest.param("id,name,district\n1,José,북구\n".encode("latin-1", "replace"), 2, id="Latin-1"),
        pytest.param("id,name,district\n1,a,b\n2,가,나\n".encode("shift_jis", "replace") + b"\x81", 4, id="Shift JIS"),
        pytest.param(GOOD.encode() + b"\xff", 4, id="broken UTF-8"),
        pytest.param(GOOD.encode("utf-8-sig") + "가".encode("euc-kr"), 4, id="EUC-KR after a BOM"),
        pytest.param(b"id,name,district\n1,\0,b\n", 2, id="zero byte"),
    ],
)
def test_encodings_that_are_refused(data: bytes, row: int) -> None:
    """Bytes that are neither UTF-8 nor CP949 throughout are refused, with the row where that shows."""
    report = parse_roll(data, DISTRICTS)
    assert (report.error_count, report.errors[0].rule, report.errors[0].row) == (1, "encoding", row)
    assert report.people == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("", "row 1: the file is empty", id="empty"),
        pytest.param("id,name,district\n", "file: there is no person", id="no people"),
        pytest.param("id,name\n1,a\n", "row 1, column 'district': this column is missing", id="missing column"),
        pytest.param("id,name,district,age\n1,a,북구,3\n", "row 1, column 'age': allowed are id, name", id="column"),
        pytest.param("id,name,district,id\n1,a,북구,3\n", "row 1, column 'id': this column is there twice", id="twice"),
        pytest.param("id;name;district\n1;a;북구\n", "row 1: the columns are separated by semicolons", id="semicolons"),
        pytest.param(
            "id,name,district\n1,a,북구\n2,b,북구\n\n1,c,남구\n",
            "row 5, column 'id': the id '1' is that of row 2 already",
            id="duplicate id",
        ),
        pytest.param("id,name,district\n1,,북구\n", "row 2, column 'name': the cell is empty", id="empty cell"),
        pytest.param(
            "id,name,district\n1,a,동구\n", "row 2, column 'district': there is no district '동구'", id="district"
        ),
        pytest.param("id,name,district\n1,a\n", "row 2: there are 2 cells, the header has 3", id="too few cells"),
        pytest.param(
            "id,name,district,weight\n1,a,북구,1.5\n", "row 2, column 'weight': '1.5' is not a whole", id="weight"
        ),
        pytest.param("id,name,district,weight\n1,a,북구,0\n", "row 2, column 'weight': '0' is not", id="weight zero"),
        pytest.param("id,name,district,weight\n1,a,북구,\n", "row 2, column 'weight': nothing is not", id="no weight"),
        pytest.param(
            f"id,name,district\n1,{'a' * 201},북구\n", "row 2, column 'name': the cell has 201 characters", id="long"
        ),
        pytest.param(
            'id,name,district\n1,"a\nb",북구\n', "row 2, column 'name': the cell holds a line break", id="break"
        ),
        pytest.param('id,name,district\n1,"a"b,북구\n', "row 2: this is not CSV", id="quote"),
        pytest.param('id,name,district\n1,a,"북구\n', "row 2: this is not CSV", id="open quote"),
    ],
)
def test_a_mistake_is_named_with_row_and_column(text: str, expected: str) -> None:
    """Every mistake names row (as a spreadsheet counts), column and rule."""
    errors = errors_of(text)
    assert len(errors) == 1
    assert errors[0].startswith(expected)


@pytest.mark.parametrize(
    "number", [NATIONAL, "9001011234567", "900101 1234567", "９００１０１－１２３４５６７", "991231\u20135234567"]
)
@pytest.mark.parametrize("column", ["id", "name", "district", "weight", "contact", "x_note"])
def test_a_national_number_is_refused_in_any_column(number: str, column: str) -> None:
    """A 13-digit national number is refused by row and column, however it is written, and never repeated."""
    cells = {"id": "7", "name": "a", "district": "북구", "weight": "1", "contact": "", "x_note": ""} | {column: number}
    text = "id,name,district,weight,contact,x_note\n1,b,북구,1,,\n" + ",".join(cells.values()) + "\n"
    errors = errors_of(text)
    assert len(errors) == 1
    assert errors[0].startswith(f"row 3, column '{column}': a national number (13 digits)")
    assert "1234567" not in unicodedata.normalize("NFKC", errors[0])


@pytest.mark.parametrize("harmless", ["010-1234-5678", "20260603", "12345678901234", "900132-1234567", "2026-06-03"])
def test_other_numbers_are_no_national_numbers(harmless: str) -> None:
    """Phone numbers, dates and numbers of another length or with an impossible date are text like any other."""
    assert errors_of(f"id,name,district,contact\n1,a,북구,{harmless}\n") == []


def test_a_national_number_as_a_column_is_not_repeated() -> None:
    """Where the header itself holds one, the message says so without it."""
    (error,) = errors_of(f"id,name,district,{NATIONAL}\n1,a,북구,3\n")
    assert error.startswith("row 1: a national number")
    assert NATIONAL not in error


def test_all_mistakes_are_reported_together() -> None:
    """Every mistake is counted and the first fifty are listed."""
    rows = "".join(f"{i},,동구\n" for i in range(60))
    report = parse_roll(f"id,name,district\n{rows}".encode(), DISTRICTS)
    assert (report.error_count, len(report.errors)) == (120, MAXIMUM_ERRORS)


def test_where_paper_counts_everybody_has_weight_one() -> None:
    """A weight beside paper voting is refused by row."""
    (error,) = errors_of("id,name,district,weight\n1,a,북구,2\n", unweighted=True)
    assert error.startswith("row 2, column 'weight': where paper is counted")


def test_the_sum_of_weights_is_bounded() -> None:
    """All weights together may not exceed what a sum can be decrypted for."""
    report = parse_roll(GOOD.encode(), DISTRICTS, maximum_total=3)
    assert [str(error) for error in report.errors] == [
        "file, column 'weight': all weights add up to 4, at most 3 are allowed"
    ]


def test_decomposed_hangul_is_composed() -> None:
    """Names and districts typed on a Mac are composed, so that a district is found, and counted for the notice."""
    report = parse_roll(unicodedata.normalize("NFD", GOOD).encode(), DISTRICTS)
    assert (report.error_count, report.normalised_cells) == (0, 4)
    assert report.people[0].name == "김하나"


def test_formulas_stay_text_and_leave_inert() -> None:
    """A cell that a spreadsheet takes for a formula is read as text, and the delivery file defuses it."""
    report = parse_roll(b'id,name,district\n1,"=HYPERLINK(1)",\xeb\xb6\x81\xea\xb5\xac\n', DISTRICTS)
    assert report.people[0].name == "=HYPERLINK(1)"
    links = make_links(bytes(32), "", report.people, seeded("codes"), lambda _: None)
    header, row = csv.reader(io.StringIO(encode_codes(links.people).decode()))
    assert header == ["id", "name", "contact", "code"]
    assert row[1] == "'=HYPERLINK(1)"
    assert credential_key(parse_code(row[3]), bytes(32)).public_key.hex() == links.people[0].key


@settings(max_examples=300)
@given(
    st.one_of(st.binary(max_size=200), st.text(alphabet='id,name,district\n\r"1가=;\t', max_size=80).map(str.encode))
)
def test_any_bytes_give_a_report(data: bytes) -> None:
    """Whatever the bytes are, there is a report: people without errors, or errors."""
    report = parse_roll(data, None)
    assert bool(report.people) or bool(report.errors)


def test_the_dry_run_reports_and_refuses(tmp_path: Path) -> None:
    """`roll check` prints counts by district, or every mistake with the file's name, and exits 2 without the number."""
    path = tmp_path / "roll.csv"
    path.write_bytes(GOOD.encode("euc-kr"))
    ran = evote("roll", "check", path, "--json")
    assert (ran.code, ran.json["districts"]["남구"]) == (0, {"count": 1, "weight": 3})
    assert "EUC-KR/CP949" in ran.err
    path.write_text(f"id,name,district\n1,,북구\n2,a{NATIONAL},북구\n")
    ran = evote("roll", "check", path)
    assert ran.code == 2
    assert "roll.csv, row 2, column 'name': the cell is empty" in ran.err
    assert "roll.csv, row 3, column 'name': a national number" in ran.err
    assert "nothing was imported" in ran.err
    assert NATIONAL not in ran.out + ran.err
    korean = evote("roll", "check", path, "--language", "ko")
    assert "주민등록번호" in korean.err
