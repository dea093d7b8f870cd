from __future__ import annotations

import datetime
import gzip
import tracemalloc
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import parquet

from lakeindex.errors import UnreadableTable
from lakeindex.types.lake import ReadOptions, Scan
from lakeindex_connectors.parquet_files.connector import ParquetConnector
from tests.connectors.connector_contract import ConnectorContract, Row, lake_file, read_rows, rows_of
from tests.connectors.duckdb_rows import duckdb_rows

FLAT = {
    "id": pa.array([1, 2, None, 4], pa.int64()),
    "größe": pa.array([1.5, None, 2.5, 3.5]),
    "day": pa.array([datetime.date(2020, 1, day) for day in (1, 2, 3, 4)]),
    "name": pa.array(["a", "", None, "é"]),
    "nothing": pa.array([None] * 4, pa.string()),
}


def write(path: Path, columns: dict[str, pa.Array]) -> Path:
    parquet.write_table(pa.table(columns), path, row_group_size=3)
    return path


def scan_of(path: Path) -> Scan | None:
    (table,) = ParquetConnector().tables(lake_file(path), ReadOptions())
    rows = ParquetConnector().read(lake_file(path), table, ReadOptions())
    assert [batch.schema for batch in rows.batches]
    return rows.scan


class TestContract(ConnectorContract):
    @pytest.fixture
    def connector(self) -> ParquetConnector:
        return ParquetConnector()

    @pytest.fixture(params=["flat", "nested"])
    def readable(self, request: pytest.FixtureRequest, tmp_path: Path) -> Path:
        nested = {"s": pa.array([{"x": 1, "y": [1, 2]}, None, {"x": 3, "y": []}])}
        return write(tmp_path / "some.parquet", FLAT if request.param == "flat" else nested)

    @pytest.fixture
    def unreadable(self, tmp_path: Path) -> Sequence[Path]:
        whole = write(tmp_path / "whole.parquet", FLAT).read_bytes()
        broken = {
            "empty": b"",
            "text": b"a,b\n1,2\n",
            "cut": whole[: len(whole) // 2],
            "torn": b"PAR1" + b"\xff" * 120 + whole[124:],
        }
        paths = [tmp_path / f"{name}.parquet" for name in broken]
        for path, content in zip(paths, broken.values(), strict=True):
            path.write_bytes(content)
        parquet.write_table(pa.table({}), tmp_path / "no_columns.parquet")
        return [*paths, tmp_path / "no_columns.parquet"]


def test_duckdb_reads_the_same_rows(tmp_path: Path) -> None:
    path = write(tmp_path / "t.parquet", FLAT)
    (table,) = ParquetConnector().tables(lake_file(path), ReadOptions())
    rows = ParquetConnector().read(lake_file(path), table, ReadOptions())
    values = [row for batch in rows.batches for row in rows_of(batch)]
    assert values == list(zip(*[column.to_pylist() for column in FLAT.values()], strict=True))
    assert rows.scan is not None
    assert duckdb_rows(path, table, rows.scan) == values


NESTED: dict[str, tuple[pa.Array, list[str], list[Row]]] = {
    "struct": (
        pa.array([{"x": 1, "y": {"z": "a"}}, None, {"x": None, "y": None}]),
        ["c.x", "c.y.z"],
        [(1, "a"), (None, None), (None, None)],
    ),
    "map": (
        pa.array([[("k", 1)], None], pa.map_(pa.string(), pa.int64())),
        ["c"],
        [('[["k", 1]]',), (None,)],
    ),
    "list of structs": (
        pa.array([[{"day": datetime.date(2020, 1, 1), "raw": b"\xff"}]]),
        ["c"],
        [('[{"day": "2020-01-01", "raw": "/w=="}]',)],
    ),
    "dictionary": (pa.array(["a", None, "a"]).dictionary_encode(), ["c"], [("a",), (None,), ("a",)]),
}


@pytest.mark.parametrize("case", NESTED)
def test_nested_columns_become_flat_and_only_pyarrow_reads_them(tmp_path: Path, case: str) -> None:
    column, names, expected = NESTED[case]
    path = write(tmp_path / "t.parquet", {"c": column})
    assert read_rows(ParquetConnector(), path) == (names, expected)
    assert scan_of(path) is None


LISTS: dict[str, tuple[pa.Array, pa.DataType, list[Row]]] = {
    "numbers": (pa.array([[1, 2], None, []]), pa.list_(pa.int64()), [([1, 2],), (None,), ([],)]),
    "lists": (pa.array([[[1], None], []]), pa.list_(pa.list_(pa.int64())), [([[1], None],), ([],)]),
    "large": (pa.array([["a"]], pa.large_list(pa.string())), pa.large_list(pa.string()), [(["a"],)]),
    "of a fixed size": (pa.array([[1, 2]], pa.list_(pa.int64(), 2)), pa.list_(pa.int64(), 2), [([1, 2],)]),
    "coded": (
        pa.ListArray.from_arrays(pa.array([0, 2, 3]), pa.array(["a", None, "a"]).dictionary_encode()),
        pa.list_(pa.string()),
        [(["a", None],), (["a"],)],
    ),
}


@pytest.mark.parametrize("case", LISTS)
def test_lists_of_values_stay_lists(tmp_path: Path, case: str) -> None:
    column, kind, expected = LISTS[case]
    path = write(tmp_path / "t.parquet", {"c": column, "s": pa.StructArray.from_arrays([column], ["in"])})
    (table,) = ParquetConnector().tables(lake_file(path), ReadOptions())
    assert [(field.name, field.type) for field in table.schema] == [("c", kind), ("s.in", kind)]
    assert read_rows(ParquetConnector(), path)[1] == [row * 2 for row in expected]
    assert scan_of(path) is None


def test_duckdb_reads_lists_as_they_are(tmp_path: Path) -> None:
    path = write(tmp_path / "t.parquet", {"c": pa.array([[1, 2], None, []])})
    (table,) = ParquetConnector().tables(lake_file(path), ReadOptions())
    scan = scan_of(path)
    assert scan is not None
    assert duckdb_rows(path, table, scan) == read_rows(ParquetConnector(), path)[1]


def test_content_of_another_format_is_named(tmp_path: Path) -> None:
    path = tmp_path / "t.parquet"
    path.write_bytes(gzip.compress(b"PAR1"))
    with pytest.raises(UnreadableTable, match=r"^not Parquet: looks like gzip \(name it \.gz\)$"):
        ParquetConnector().tables(lake_file(path), ReadOptions())


@pytest.mark.parametrize(
    ("names", "unique"),
    [(["a", "a"], ["a", "a (2)"]), (["", "b"], ["column_1", "b"]), (["id", "ID"], ["id", "ID"])],
)
def test_names_that_sql_can_not_distinguish_have_no_scan(tmp_path: Path, names: list[str], unique: list[str]) -> None:
    path = tmp_path / "t.parquet"
    parquet.write_table(pa.Table.from_arrays([pa.array([1]), pa.array([2])], names=names), path)
    assert read_rows(ParquetConnector(), path) == (unique, [(1, 2)])
    assert scan_of(path) is None


def test_a_table_without_rows_has_its_columns(tmp_path: Path) -> None:
    path = write(tmp_path / "t.parquet", {"a": pa.array([], pa.int32())})
    assert read_rows(ParquetConnector(), path) == (["a"], [])


def test_what_was_read_of_a_large_file_is_not_kept(tmp_path: Path) -> None:
    path = tmp_path / "large.parquet"
    numbers = pa.table({"number": np.random.default_rng(0).integers(0, 2**62, 1_000_000)})
    parquet.write_table(numbers, path, row_group_size=20_000, compression="none", use_dictionary=False)
    connector, file = ParquetConnector(), lake_file(path)
    (table,) = connector.tables(file, ReadOptions())
    tracemalloc.start()
    try:
        rows = sum(batch.num_rows for batch in connector.read(file, table, ReadOptions()).batches)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert rows == 1_000_000
    assert peak < path.stat().st_size / 3


def test_the_reason_is_one_line(tmp_path: Path) -> None:
    path = tmp_path / "t.parquet"
    path.write_bytes(b"PAR1" + b"x" * 100)
    with pytest.raises(UnreadableTable, match=r"^not readable as Parquet: [^\n]+$"):
        ParquetConnector().tables(lake_file(path), ReadOptions())
