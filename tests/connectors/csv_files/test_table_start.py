from __future__ import annotations

import pytest

from lakeindex_connectors.csv_files.records import Record
from lakeindex_connectors.csv_files.table_start import count_header_lines, count_titles

ROWS: list[Record] = [["x", "1", "2"], ["y", "3", "4"], ["z", "5", "6"], ["w", "7", "8"]]
NAMES: Record = ["name", "length", "weight"]
TITLED: dict[str, tuple[list[Record], int]] = {
    "nothing above": ([], 0),
    "a title": ([["Report 2020"]], 1),
    "a title and an empty line": ([["Report 2020"], []], 2),
    "a title in a merged cell": ([["Report 2020", None, None]], 1),
    "a title in every cell": ([["Report 2020"] * 3], 1),
    "an empty row": ([[None, None, None]], 1),
    "a sentence cut at its commas": ([["Figures are provisional", " and revised"]], 1),
    "a comment with commas": ([["# by hand", " in 2020", " or later", " in Rome"]], 1),
    "another small table": ([["Region", "all", "of", "it"], []], 2),
}
HEADED: dict[str, tuple[list[Record], int]] = {
    "one line": ([NAMES], 1),
    "none": ([], 0),
    "units": ([NAMES, ["(text)", "(cm)", "(kg)"]], 2),
    "names below groups": ([[None, "measured", None], NAMES], 2),
    "three lines": ([[None, "measured", None], NAMES, ["(text)", "(cm)", "(kg)"]], 3),
    "missing values": ([NAMES, ["v", "n/a", "-"]], 1),
    "a heading in every cell": ([NAMES, ["part one"] * 3], 1),
    "the header again": ([NAMES, NAMES], 1),
    "what pandas calls nothing": ([["Report", "Unnamed: 1", "Unnamed: 2"], NAMES], 1),
}


@pytest.mark.parametrize("case", TITLED)
def test_lines_above_a_table_are_no_rows(case: str) -> None:
    above, expected = TITLED[case]
    assert count_titles([*above, NAMES, *ROWS]) == expected


@pytest.mark.parametrize("case", HEADED)
def test_several_lines_are_the_header_where_the_types_below_show_it(case: str) -> None:
    heads, expected = HEADED[case]
    assert count_header_lines([*heads, *ROWS]) == expected


def test_tables_of_text_have_a_header_of_one_line() -> None:
    assert count_header_lines([["name", "town"], ["long", "short"], ["Ann", "Rome"], ["Bob", "Oslo"]]) == 1
