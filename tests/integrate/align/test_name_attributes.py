from __future__ import annotations

import numpy as np
import pytest

from lakeindex import Lake, Settings
from lakeindex.integrate.align.column_set import ColumnSet
from lakeindex.integrate.align.name_attributes import attributes_of, free_name
from lakeindex.types.lake import ColumnId, TableId


@pytest.fixture(scope="module")
def columns(tmp_path_factory: pytest.TempPathFactory) -> ColumnSet:
    folder = tmp_path_factory.mktemp("names")
    lake = folder / "lake"
    lake.mkdir()
    (lake / "a.csv").write_text("ID,town\n1,Oslo\n2,Lund\n", "utf-8")
    (lake / "b.csv").write_text("id,city,size\n1,Turku,3\n2,Espoo,4\n3,Vasa,5\n", "utf-8")
    (lake / "c.csv").write_text("city,column_2\nOslo,8\n", "utf-8")
    searcher = Lake.index(lake, folder / "index", Settings(model="hashing", jobs=1)).opened.searcher
    return ColumnSet.of(searcher.directory.table_ids, searcher)


_ALONE = np.ones(7)


def _named(columns: ColumnSet, clusters: list[int]) -> list[tuple[str, list[str]]]:
    found = attributes_of(columns, np.array(clusters), _ALONE)
    return [(one.name, [str(each.column) for each in one.columns]) for one in found]


def test_of_one_name_the_attribute_with_most_values_keeps_it(columns: ColumnSet) -> None:
    assert [name for name, _ in _named(columns, list(range(7)))] == [
        "id", "city", "size", "ID (a.csv)", "town", "city (c.csv)", "column_2",
    ]  # fmt: skip


def test_an_attribute_is_named_as_most_of_its_columns_are(columns: ColumnSet) -> None:
    # a.ID, a.town, b.id, b.city, b.size, c.city, c.column_2
    assert _named(columns, [0, 1, 0, 1, 4, 1, 6])[:2] == [
        ("ID", ["a.csv · ID", "b.csv · id"]),
        ("city", ["a.csv · town", "b.csv · city", "c.csv · city"]),
    ]


def test_a_name_that_only_tells_a_place_gives_way(columns: ColumnSet) -> None:
    assert _named(columns, [0, 1, 0, 1, 4, 1, 4])[2] == ("size", ["b.csv · size", "c.csv · column_2"])


def test_a_free_name_is_none_that_is_taken_whatever_the_capitals() -> None:
    column = ColumnId(TableId("a.csv"), "ID")
    assert free_name(column, []) == "ID"
    assert free_name(column, ["id"]) == "ID (a.csv)"
    assert free_name(column, ["id", "id (A.csv)"]) == "ID (a.csv) (2)"
