from __future__ import annotations

import pytest

from lakeindex_connectors.csv_files.header import names_columns
from lakeindex_connectors.csv_files.records import Record

HEADERS: dict[str, list[Record]] = {
    "names over numbers": [["id", "price"], ["1", "2.5"], ["2", "3.5"]],
    "names over dates": [["day", "place"], ["2020-01-01", "Rome"], ["2020-01-02", "Oslo"]],
    "all text": [["city", "country"], ["Rome", "Italy"], ["Oslo", "Norway"]],
    "years over numbers": [["country", "1990", "2000"], ["Italy", "1.5", "2.5"], ["Norway", "3", "4"]],
    "an unnamed index": [[None, "x"], ["0", "a"], ["1", "b"]],
    "codes of one length": [["country code"], ["ITA"], ["NOR"], ["FRA"]],
    "no rows": [["a", "b"]],
    "pasted pages": [["name", "team"], ["a", "x"], ["name", "team"], ["b", "y"]],
    "a constant that repeats the name": [["who", "report"], ["a", "report"], ["b", "report"]],
}
DATA: dict[str, list[Record]] = {
    "numbers over numbers": [["1", "2"], ["3", "4"], ["5", "6"]],
    "values that come again": [["Rome", "Italy"], ["Oslo", "Norway"], ["Rome", "Norway"], ["Bari", "Italy"]],
    "dates over dates": [["2020-01-01", "x"], ["2020-01-02", "y"], ["2020-01-03", "z"]],
    "one row of numbers": [["1", "2"]],
    "equal rows": [["199", "a"], ["199", "a"], ["199", "a"]],
    "years over years": [["1990", "2000"], ["1991", "2001"]],
    "nothing": [[None, None], ["a", "b"]],
}


@pytest.mark.parametrize("case", HEADERS)
def test_a_header_is_recognised(case: str) -> None:
    assert names_columns(HEADERS[case][0], HEADERS[case][1:])


@pytest.mark.parametrize("case", DATA)
def test_data_is_not_taken_for_a_header(case: str) -> None:
    assert not names_columns(DATA[case][0], DATA[case][1:])


def test_headers_of_other_parts_of_a_table_are_no_evidence_against_the_first() -> None:
    first = ("FRUIT", "WEIGHT (g)", "MEASURE", "CARBS (g)")
    parts = [
        ("Apple", "61 g", "1 piece", "22"),
        ("BEANS", "WEIGHT (g)", "MEASURE", "CARBS (g)"),
        ("Pea", "9 g", "1", "3"),
    ]
    assert names_columns(first, [*parts, ("Bean", "4 g", "1 cup", "7")])
    alike = [("b", "red", "small", "y"), ("c", "red", "small", "x"), ("d", "blue", "small", "z")]
    assert not names_columns(("a", "red", "small", "x"), alike)
