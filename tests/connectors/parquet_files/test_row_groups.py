from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyarrow import parquet

from lakeindex.errors import UnreadableTable
from lakeindex.protocols import RangedConnector
from lakeindex.types.lake import ReadOptions, RowRange
from lakeindex_connectors.parquet_files.connector import ParquetConnector
from tests.connectors.connector_contract import lake_file, read_rows, rows_of

ALL = ReadOptions()


def write(path: Path, rows: int, group: int) -> Path:
    numbers = pa.array(np.arange(rows))
    nested = pa.array(
        [{"x": place, "y": [place]} for place in range(rows)], pa.struct({"x": "int64", "y": pa.list_(pa.int64())})
    )
    parquet.write_table(pa.table({"number": numbers, "s": nested}), path, row_group_size=group)
    return path


def ranges_of(path: Path, size: int) -> Sequence[RowRange]:
    (table,) = ParquetConnector().tables(lake_file(path), ALL)
    return ParquetConnector().ranges(lake_file(path), table, ALL, size)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.integers(0, 60), group=st.integers(1, 20), size=st.integers(1, 4000))
def test_the_rows_of_all_ranges_are_those_of_the_table(tmp_path: Path, rows: int, group: int, size: int) -> None:
    path = write(tmp_path / "some.parquet", rows, group)
    file, connector = lake_file(path), ParquetConnector()
    (table,) = connector.tables(file, ALL)
    spans = connector.ranges(file, table, ALL, size)
    each = [list(connector.read_range(file, table, span, ALL).batches) for span in spans]
    found = [[row for batch in some for row in rows_of(batch)] for some in each]
    if spans:
        assert [row for some in found for row in some] == read_rows(connector, path)[1]
    assert [len(some) for some in found] == [span.rows for span in spans]
    assert all(batch.schema == table.schema for some in each for batch in some)


def test_ranges_have_the_row_groups_that_make_up_their_size(tmp_path: Path) -> None:
    path = write(tmp_path / "some.parquet", 1000, 100)
    assert isinstance(ParquetConnector(), RangedConnector)
    assert ranges_of(path, 1) == [RowRange(place, place + 1, 100) for place in range(10)]
    assert ranges_of(path, lake_file(path).size // 2 + 1) == [RowRange(0, 5, 500), RowRange(5, 10, 500)]


@pytest.mark.parametrize(("rows", "group"), [(0, 5), (5, 5), (50, 50)])
def test_a_file_of_one_row_group_is_not_split(tmp_path: Path, rows: int, group: int) -> None:
    assert not ranges_of(write(tmp_path / "some.parquet", rows, group), 1)


def test_a_row_group_that_is_gone_makes_a_range_unreadable(tmp_path: Path) -> None:
    path = write(tmp_path / "some.parquet", 100, 10)
    (table,) = ParquetConnector().tables(lake_file(path), ALL)
    write(path, 10, 10)
    with pytest.raises(UnreadableTable):
        list(ParquetConnector().read_range(lake_file(path), table, RowRange(5, 6, 10), ALL).batches)
