from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from peers.lake_values import LakeValues, read_lake

from lakeindex.types.lake import ColumnId, TableId
from tests.small_lake import COUNTRIES


@pytest.fixture(scope="module")
def values(lake_folder: Path) -> LakeValues:
    return read_lake(lake_folder)


def counts(lake: LakeValues, table: str, name: str) -> dict[str, int]:
    column = lake.columns[lake.keys[ColumnId(TableId(table), name)]]
    return dict(zip(column.values.to_pylist(), column.counts.to_pylist(), strict=True))


def test_every_readable_tables_columns_are_there(values: LakeValues) -> None:
    names = Counter(column.id.table for column in values.columns)
    assert names == {
        "geo/countries.csv": 3,
        "geo/hauptstädte.csv.gz": 2,
        "sales/orders.csv": 3,
        "sales/customers.parquet": 3,
        "events.jsonl": 2,
    }


def test_values_are_counted_as_they_stand(values: LakeValues) -> None:
    assert counts(values, "geo/countries.csv", "capital") == {capital: 1 for _, _, capital in COUNTRIES}
    assert counts(values, "sales/orders.csv", "customer_id") == {"2": 8, "3": 8, "4": 8, "5": 8, "1": 8}
    assert counts(values, "sales/customers.parquet", "id") == {str(number): 1 for number in range(1, 8)}


def test_a_column_of_nulls_stays_without_values(values: LakeValues) -> None:
    assert counts(values, "sales/customers.parquet", "phone") == {}


def test_values_are_trimmed_and_blank_ones_left_out(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("a,b\n x ,1\nx,\n  ,2\nX,3\n", "utf-8")
    lake = read_lake(tmp_path)
    assert counts(lake, "t.csv", "a") == {"x": 2, "X": 1}
    assert lake.columns[lake.keys[ColumnId(TableId("t.csv"), "a")]].folded() == ["x"]
    assert counts(lake, "t.csv", "b") == {"1": 1, "2": 1, "3": 1}


def test_keys_follow_the_hash_of_names_not_their_order(values: LakeValues) -> None:
    ids = [column.id for column in values.columns]
    assert ids != sorted(ids)
    assert LakeValues.of(reversed(values.columns)).keys == values.keys


def test_headers_alone_name_the_same_columns(values: LakeValues, lake_folder: Path) -> None:
    headers = read_lake(lake_folder, with_values=False)
    assert [column.id for column in headers.columns] == [column.id for column in values.columns]
    assert all(len(column.values) == 0 for column in headers.columns)


@pytest.mark.parametrize("with_values", [True, False])
def test_many_files_in_processes_give_what_one_process_does(tmp_path: Path, with_values: bool) -> None:
    for number in range(60):  # more than one share
        (tmp_path / f"{number:02d}.csv").write_text(f"id,other\n{number},é\n{number},\n", "utf-8")
    lake = read_lake(tmp_path, with_values)
    assert len(lake.columns) == 120
    assert counts(lake, "59.csv", "id") == ({"59": 2} if with_values else {})
