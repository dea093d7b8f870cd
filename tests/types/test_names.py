from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from lakeindex.types.names import sql_names, title_of, words_of

TITLES = {
    "sales/Orders2020.csv.gz": "orders2020",
    "HTTPServerLog.CSV": "http server log",
    "a/book.xlsx#Sheet 1!A1:B2": "book sheet 1",
    "shop.sqlite#order_items": "shop order items",
    "countries-3f2a9c1b.csv": "countries",
    "x/20210101123456_report.csv": "report",
    "report_2021.csv": "report 2021",
    "9b2e1f5e-0c2a-4b7c-9d1e-aaaaaaaaaaaa.csv": "",
    "decade_of_facades.csv": "decade of facades",
    "années_2020.parquet": "années 2020",
    "a.b/c d": "c d",
    ".csv": "",
}
WORDS = {
    "countryCode": "country code",
    "country_code": "country code",
    "COUNTRY-CODE": "country code",
    "HTTPServer": "http server",
    "ZIPCode5": "zip code5",
    "price %": "price %",
    "€/unit": "€ unit",
    "C# & C++": "c# & c++",
    "__id__": "id",
    "id (2)": "id",
    "id (200)": "id 200",
    "Ärzte\u00a0je\tEinwohner": "ärzte je einwohner",
    "Φύλλο1": "φύλλο1",
    "": "",
}


@pytest.mark.parametrize("table", TITLES)
def test_a_title_is_the_table_in_words(table: str) -> None:
    assert title_of(table) == TITLES[table]


@pytest.mark.parametrize("name", WORDS)
def test_a_name_is_split_into_lower_case_words(name: str) -> None:
    assert words_of(name) == WORDS[name]


@settings(max_examples=50, deadline=None)
@given(st.text())
@example("İ")
def test_splitting_words_again_changes_nothing(name: str) -> None:
    words = words_of(name)
    assert words == " ".join(words.split())
    assert words_of(words) == words


def test_names_that_differ_by_case_get_numbers_for_sql() -> None:
    assert sql_names(["id", "ID", "name", "Id", "id (2)"]) == ["id", "ID (2)", "name", "Id (3)", "id (2) (2)"]


@settings(max_examples=50, deadline=None)
@given(st.lists(st.sampled_from(["a", "A", "a (2)", "A (2)", "b"]), max_size=8))
def test_sql_names_are_distinct_without_case_and_keep_the_first_as_it_is(names: list[str]) -> None:
    renamed = sql_names(names)
    assert len({name.lower() for name in renamed}) == len(names)
    assert renamed[:1] == names[:1]
