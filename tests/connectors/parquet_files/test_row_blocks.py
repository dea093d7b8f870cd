from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyarrow import parquet

from lakeindex.protocols import SampledConnector
from lakeindex.types.lake import ReadOptions, RowCount
from lakeindex_connectors.parquet_files.connector import ParquetConnector
from lakeindex_connectors.parquet_files.row_blocks import cut_blocks
from tests.connectors.connector_contract import lake_file


def blocks_of(path: Path, sample_rows: int, seed: int = 1) -> tuple[list[list[int]], RowCount | None]:
    """Sample a file of the numbers from 0 on: the rows of each block, and how many there are."""
    options, file = ReadOptions(sample_rows=sample_rows, batch_rows=700), lake_file(path)
    (table,) = ParquetConnector().tables(file, options)
    assert isinstance(ParquetConnector(), SampledConnector)
    rows = ParquetConnector().sample(file, table, options, seed)
    found = [batch.column(0).to_pylist() for batch in rows.batches]
    assert rows.scan is not None
    return found, rows.sampled_of


def write(path: Path, rows: int, group: int) -> Path:
    parquet.write_table(pa.table({"number": np.arange(rows)}), path, row_group_size=group)
    return path


@pytest.mark.parametrize(("group", "wanted"), [(100_000, 4000), (10_000, 4000), (500, 4000), (37_000, 20_000)])
def test_blocks_of_neighbours_lie_all_over_the_file(tmp_path: Path, group: int, wanted: int) -> None:
    path = write(tmp_path / "some.parquet", 100_000, group)
    blocks, count = blocks_of(path, wanted)
    assert count == RowCount(100_000, 100_000, 100_000)
    numbers = [number for block in blocks for number in block]
    assert len(set(numbers)) == len(numbers)
    assert 0.9 * wanted <= len(numbers) <= 1.1 * wanted
    assert all(block == list(range(block[0], block[0] + len(block))) for block in blocks)
    shares = np.histogram(numbers, bins=10, range=(0, 100_000))[0] / len(numbers)
    assert shares.min() > 0.03
    assert shares.max() < 0.25


def test_the_seed_alone_decides_which_rows_are_read(tmp_path: Path) -> None:
    path = write(tmp_path / "some.parquet", 50_000, 10_000)
    assert blocks_of(path, 1000) == blocks_of(path, 1000)
    assert blocks_of(path, 1000) != blocks_of(path, 1000, seed=2)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.integers(1, 3000), group=st.integers(1, 900), wanted=st.integers(1, 2500))
def test_any_sample_is_of_different_rows_in_their_order(tmp_path: Path, rows: int, group: int, wanted: int) -> None:
    path = write(tmp_path / "some.parquet", rows, group)
    numbers = [number for block in blocks_of(path, wanted)[0] for number in block]
    assert numbers == sorted(set(numbers))
    assert set(numbers) <= set(range(rows))
    assert numbers


@given(st.lists(st.integers(1, 9), min_size=1), st.data())
def test_blocks_are_cut_out_of_whatever_batches(sizes: list[int], data: st.DataObject) -> None:
    ends = np.cumsum([0, *sizes]).tolist()
    batches = [pa.record_batch({"n": list(range(*pair))}) for pair in pairwise(ends)]
    bounds = sorted(data.draw(st.sets(st.integers(0, ends[-1]), min_size=2)) if ends[-1] > 1 else {0, 1})
    places = [(start, stop - start) for start, stop in zip(bounds[::2], bounds[1::2], strict=False)]
    found = [block.column(0).to_pylist() for block in cut_blocks(batches, places)]
    assert found == [list(range(start, start + rows)) for start, rows in places]
