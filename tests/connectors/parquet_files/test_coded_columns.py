from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
from pyarrow import parquet

from lakeindex import Lake, Settings
from lakeindex.types.lake import ReadOptions, RowRange
from lakeindex_connectors.parquet_files.connector import ParquetConnector
from tests.connectors.connector_contract import lake_file

ALL = ReadOptions()
CODED = ReadOptions(coded=True)


def some_rows(rows: int) -> pa.Table:
    draw = np.random.default_rng(3)
    cities = np.array(["Łódź", "Paris", "Rom", "", None], object)[draw.integers(0, 5, rows)]
    return pa.table(
        {
            "city": pa.array(cities, pa.string()),
            "receipt": pa.array([f"receipt {place:09d}" for place in range(rows)]),
            "shop": pa.array(draw.integers(0, 50, rows)),
            "kind": pa.array(cities, pa.string()).dictionary_encode(),
            "at": pa.StructArray.from_arrays([pa.array(cities, pa.string())], ["city"]),
            "empty": pa.nulls(rows, pa.string()),
            "parts": pa.array([["a", "b"]] * rows),
        }
    )


def test_texts_that_are_written_as_codes_are_read_as_codes(tmp_path: Path) -> None:
    path = tmp_path / "some.parquet"
    parquet.write_table(some_rows(3000), path, row_group_size=1000)
    file, connector = lake_file(path), ParquetConnector()
    (table,) = connector.tables(file, ALL)
    plain, coded = connector.read(file, table, ALL), connector.read(file, table, CODED)
    plain_rows, coded_rows = pa.Table.from_batches(plain.batches), pa.Table.from_batches(coded.batches)
    are_coded = [name for name in table.schema.names if pa.types.is_dictionary(coded_rows.schema.field(name).type)]
    assert are_coded == ["city", "kind", "empty"]
    assert coded_rows.cast(table.schema).to_pylist() == plain_rows.to_pylist()
    assert coded.scan == plain.scan
    span = connector.read_range(file, table, RowRange(1, 2, 1000), CODED)
    assert pa.Table.from_batches(span.batches).cast(table.schema).equals(plain_rows.slice(1000, 1000).combine_chunks())


def test_a_table_is_profiled_alike_with_codes_and_without(tmp_path: Path, settings: Settings) -> None:
    rows = some_rows(150_000)
    rows = rows.take(np.random.default_rng(1).permutation(len(rows)))
    lakes = []
    for name, use_dictionary in (("coded", True), ("plain", False)):
        (tmp_path / name).mkdir()
        parquet.write_table(
            rows, tmp_path / name / "some.parquet", use_dictionary=use_dictionary, row_group_size=40_000
        )
        lakes.append(Lake.index(tmp_path / name, tmp_path / f"{name}.index", settings))
    coded, plain = (lake.profile("some.parquet").to_pylist() for lake in lakes)
    assert coded == plain
