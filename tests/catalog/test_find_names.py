from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from lakeindex import Lake
from lakeindex.catalog.directory import Directory
from lakeindex.catalog.find_names import FoundNames, find_names
from lakeindex.types.columns import ColumnFacts
from lakeindex.types.lake import TableId

COLUMNS = [
    ("geo/city_codes.csv", "code"), ("geo/city_codes.csv", "city"), ("geo/countries.csv", "country_code"),
    ("geo/countries.csv", "Code"), ("geo/countries.csv", "zipcode"), ("hr/staff.csv", "[a.b]*"),
    ("hr/staff.csv", "Straße \\E"),
]  # fmt: skip


@pytest.fixture(scope="module")
def directory() -> Directory:
    count = len(COLUMNS)
    facts = ColumnFacts(**{name: np.zeros(count, np.int64) for name in ColumnFacts.__dataclass_fields__})
    tables, names = (pa.array([one[place] for one in COLUMNS], pa.string()) for place in (0, 1))
    return Directory.of(tables, names, np.zeros(count, np.uint64), facts)


def found(directory: Directory, text: str, most: int = 10) -> FoundNames:
    return find_names(directory, directory.visible_tables(), text, most)


def columns(answer: FoundNames) -> list[tuple[str, str]]:
    return [(one.table, one.name) for one in answer.columns]


def test_names_that_are_the_text_come_first_then_those_that_begin_with_it(directory: Directory) -> None:
    answer = found(directory, "code")
    assert [name for _, name in columns(answer)] == ["code", "Code", "country_code", "zipcode"]
    assert (answer.column_count, answer.tables) == (4, ("geo/city_codes.csv",))


def test_all_words_are_in_the_names_of_column_and_table_and_one_in_the_columns(directory: Directory) -> None:
    assert columns(found(directory, "countries code")) == [COLUMNS[3], COLUMNS[2], COLUMNS[4]]
    assert columns(found(directory, "geo/countries.csv · Code")) == [COLUMNS[3], COLUMNS[2], COLUMNS[4]]
    assert columns(found(directory, "countries csv")) == []
    assert found(directory, "csv countries").tables == ("geo/countries.csv",)


def test_no_more_are_named_than_wanted_and_all_are_counted(directory: Directory) -> None:
    answer = found(directory, "c", 1)
    assert (len(answer.columns), answer.column_count, len(answer.tables), answer.table_count) == (1, 5, 1, 3)


@pytest.mark.parametrize("text", ["[a.b]*", ".B]", "straße", "\\E", "STRASSE"])
def test_signs_stand_for_themselves_and_case_is_none(directory: Directory, text: str) -> None:
    expected = {"STRASSE": []}.get(text, [COLUMNS[5]] if "b" in text.lower() else [COLUMNS[6]])
    assert columns(found(directory, text)) == expected


def test_nothing_is_found_for_nothing_and_the_nearest_for_what_is_not_there(directory: Directory) -> None:
    assert found(directory, "  · ") == FoundNames((), 0, (), 0)
    answer = found(directory, "contries")
    assert (answer.table_count, answer.column_count) == (0, 0)
    assert answer.nearest[0] == "geo/countries.csv"


def test_tables_that_are_not_allowed_are_neither_found_nor_counted_nor_near(directory: Directory) -> None:
    restricted = directory.restricted(["hr/*"])
    assert found(restricted, "c") == FoundNames((TableId("hr/staff.csv"),), 1, (), 0)
    assert found(restricted, "country_cod").nearest == ()


def test_a_lake_finds_names(lake: Lake) -> None:
    answer = lake.find_names("customer")
    assert [str(one) for one in answer.columns] == ["sales/orders.csv · customer_id"]
    assert answer.tables == ("sales/customers.parquet",)
