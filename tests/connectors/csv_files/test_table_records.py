from __future__ import annotations

import pytest

from lakeindex_connectors.csv_files.dialect import Dialect
from lakeindex_connectors.csv_files.records import LINE, Record, RecordReader
from lakeindex_connectors.csv_files.table_records import TableRecords

HEADER = "id,name,size\n"
ROWS = "1,ann,10\n2,bob,20\n3,cat,30\n"
READ: list[Record] = [["1", "ann", "10"], ["2", "bob", "20"], ["3", "cat", "30"]]


def read(text: str, width: int = 3, header_lines: int = 1) -> tuple[list[Record], TableRecords]:
    dialect = Dialect()
    reader = RecordReader(iter(LINE.findall(text)), dialect, width)
    records = TableRecords(reader, dialect, width, header_lines)
    return list(records), records


BELOW = {
    "a source": ("Source: somewhere\n", 1),
    "a source in its first cell": ("Source: somewhere,,\n", 1),
    "notes after an empty line": ("\nsome words\nand more\n", 2),
    "a note in many words": ("these figures are provisional\n", 1),
    "a sentence with commas": ("All of this, as said\n", 1),
    "sums": ("Total,,60\n", 1),
    "sums and a source": ("Total,,60\n\nSource: somewhere\n", 2),
    "empty rows": (",,\n,,\n", 2),
    "a copyright": ("© 2020\n", 1),
}


@pytest.mark.parametrize("case", BELOW)
def test_lines_below_a_table_are_counted_and_no_rows(case: str) -> None:
    below, rejected = BELOW[case]
    rows, records = read(HEADER + ROWS + below)
    assert rows == READ
    assert records.rejected == rejected
    assert records.notes() == [f"{rejected} lines below the table were left out"]
    assert not records.is_regular


KEPT: dict[str, tuple[str, Record]] = {
    "a short row": ("4,dan\n", ["4", "dan", None]),
    "a row that was cut": ("4\n", ["4", None, None]),
    "one word": ("total4\n", ["total4", None, None]),
    "a total with all its cells": ("total,all,60\n", ["total", "all", "60"]),
    "a name of many words": ("the long name here,x,40\n", ["the long name here", "x", "40"]),
}


@pytest.mark.parametrize("case", KEPT)
def test_the_last_row_of_a_table_is_a_row(case: str) -> None:
    last, expected = KEPT[case]
    rows, records = read(HEADER + ROWS + last)
    assert rows == [*READ, expected]
    assert records.rejected == 0


def test_what_looks_like_a_note_is_a_row_where_rows_follow() -> None:
    rows, records = read(f"{HEADER}{ROWS}Note: this,,\n{ROWS}")
    assert rows == [*READ, ["Note: this", None, None], *READ]
    assert records.rejected == 0
    assert records.is_regular


def test_a_header_that_comes_again_is_counted_and_no_row() -> None:
    rows, records = read(f"{HEADER}{HEADER}{ROWS}{HEADER}{ROWS}")
    assert rows == READ * 2
    assert records.notes() == ["2 lines repeat the header and were left out"]


def test_rows_that_all_equal_the_header_are_rows() -> None:
    assert read(HEADER * 3)[0] == [["id", "name", "size"]] * 2
    assert read("a\na\nb\n", width=1)[0] == [["a"], ["b"]]


OTHERS = {
    "narrower": "x,y\n7,8\n9,9\n",
    "wider": "a,b,c,d\n1,2,3,4\n5,6,7,8\n",
    "with a title": "Towns\nx,y\n7,8\n",
    "of other types": "town,country,river\nRome,Italy,9\n",
}


@pytest.mark.parametrize("case", OTHERS)
def test_another_table_below_an_empty_line_is_counted_and_left_out(case: str) -> None:
    rows, records = read(f"{HEADER}{ROWS}\n{OTHERS[case]}")
    assert rows == READ
    assert records.rejected == OTHERS[case].count("\n")


def test_the_table_goes_on_where_its_header_comes_again() -> None:
    rows, records = read(f"{HEADER}{ROWS}\nx,y\n7,8\n{HEADER}{ROWS}")
    assert rows == READ * 2
    assert records.notes() == ["2 lines of another table were left out", "1 lines repeat the header and were left out"]


def test_rows_after_an_empty_line_belong_to_the_table() -> None:
    rows, records = read(f"{HEADER}{ROWS}\n{ROWS}\n4,dan\n5\n")
    assert rows == [*READ, *READ, ["4", "dan", None], ["5", None, None]]
    assert records.rejected == 0


FITTED: dict[str, tuple[str, Record, str]] = {
    "another delimiter": ("4;dan;40\n", ["4", "dan", "40"], "1 rows had another delimiter"),
    "another delimiter and quotes": ('4;"d;n";40\n', ["4", "d;n", "40"], "1 rows had another delimiter"),
    "a blank after a comma": (
        "4,dan, the man,40\n",
        ["4", "dan, the man", "40"],
        "1 rows had delimiters within cells and were joined there",
    ),
    "nothing beyond": ("4,dan,40,,\n", ["4", "dan", "40"], "1 rows had empty cells beyond the last column"),
}


@pytest.mark.parametrize("case", FITTED)
def test_a_row_is_fitted_where_there_is_one_way_to(case: str) -> None:
    text, expected, note = FITTED[case]
    rows, records = read(f"{HEADER}{ROWS}{text}{ROWS}")
    assert rows == [*READ, expected, *READ]
    assert records.notes() == [note]
    assert not records.is_regular


def test_a_delimiter_that_rows_have_in_their_cells_is_no_other_delimiter() -> None:
    rows, records = read("a,b,c\n1;5,2;5,3;5\n4;5;6\n1;5,2;5,3;5\n")
    assert rows[1] == ["4;5;6", None, None]
    assert records.notes() == ["1 rows had too few cells and were padded"]


def test_a_row_that_fits_in_no_way_is_counted() -> None:
    rows, records = read(f"{HEADER}{ROWS}4,dan,40,50\n{ROWS}")
    assert rows == READ * 2
    assert records.rejected == 1
