"""A value has one text, whether Arrow or DuckDB reads the file."""

from __future__ import annotations

import datetime as dt
import uuid
from decimal import Decimal
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lakeindex import Lake
from lakeindex.catalog.database import connect
from lakeindex.profile.normalise import normal_values
from lakeindex.profile.value_text import as_text

NOON = dt.datetime(2024, 3, 8, 12, 0, 0, 250000)
TYPES: dict[str, pa.Array] = {
    "double": pa.array(
        [1.0, 12345678901.0, 1e15, 1e16, 1.79e18, 0.1, 1e-5, -0.0, 1e22, float("inf"), 12345678.5, None]
    ),
    "single": pa.array([1.5, 16777216.0, 0.1, 1e10, 1e-7, 12345678848.0], pa.float32()),
    "half": pa.array(np.array([1.5, 0.1], np.float16)),
    "int8": pa.array([-1, 127], pa.int8()),
    "uint64": pa.array([2**64 - 1], pa.uint64()),
    "decimal": pa.array([Decimal("12.50"), Decimal("7.00")]),
    "bool": pa.array([True, False, None]),
    "date": pa.array([dt.date(2024, 2, 29), dt.date(1, 1, 1), dt.date(1582, 10, 10)]),
    "date64": pa.array([dt.date(2024, 1, 1)], pa.date64()),
    **{unit: pa.array([NOON.replace(microsecond=0)], pa.timestamp(unit)) for unit in ("s", "ms")},
    "us": pa.array([NOON, NOON.replace(microsecond=0), dt.datetime(1899, 12, 31, 5)], pa.timestamp("us")),
    "ns": pa.array([1709899200000000001, 1709899200000000000], pa.timestamp("ns")),
    "zone": pa.array([NOON, NOON.replace(microsecond=0)], pa.timestamp("us", "America/Chicago")),
    "offset": pa.array([NOON], pa.timestamp("ms", "+05:30")),
    "ns in zone": pa.array([1709899200000000001], pa.timestamp("ns", "UTC")),
    "time": pa.array([dt.time(5, 3, 2, 120000), dt.time(0, 0)], pa.time64("us")),
    "time32": pa.array([dt.time(5, 3, 2)], pa.time32("s")),
    "text": pa.array(["é", " x "]),
    "large text": pa.array(["é"], pa.large_string()),
    "dictionary": pa.array(["a", "b", "a"]).dictionary_encode(),
    "bytes": pa.array([b"\x00\xff", b"", None]),
    "uuid": pa.array([uuid.UUID(int=10).bytes, None], pa.binary(16)),
    "uuid type": pa.array([uuid.UUID(int=10).bytes, None], pa.uuid()),
    "null": pa.nulls(2),
}


@pytest.mark.parametrize("name", TYPES)
def test_arrow_and_duckdb_write_a_value_of_any_type_alike(tmp_path: Path, name: str) -> None:
    (tmp_path / "lake").mkdir()
    pq.write_table(pa.table({"c": TYPES[name]}), tmp_path / "lake" / "t.parquet")
    lake = Lake.index(tmp_path / "lake", tmp_path / "index")
    read = lake.sql('SELECT CAST(c AS VARCHAR) AS c FROM "t.parquet"')["c"].cast(pa.large_string()).combine_chunks()
    assert normal_values(as_text(TYPES[name])).equals(normal_values(read))


@settings(max_examples=100, deadline=None)
@given(st.lists(st.floats(allow_nan=False) | st.floats(-1e30, 1e30), min_size=1))
def test_numbers_are_written_as_duckdb_writes_them(numbers: list[float]) -> None:
    assert written_in_arrow(pa.array(numbers, pa.float64())) == written_in_duckdb(pa.array(numbers, pa.float64()))


# Of single-precision numbers, those of up to six digits: halfway between two, engines write different digits.
@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(st.integers(-999_999, 999_999), st.integers(-12, 0)), min_size=1))
def test_single_precision_numbers_are_written_as_duckdb_writes_them(numbers: list[tuple[int, int]]) -> None:
    array = pa.array(np.array([digits * 10.0**power for digits, power in numbers], np.float32))
    assert written_in_arrow(array) == written_in_duckdb(array)


def written_in_arrow(array: pa.Array) -> list[str]:
    return normal_values(as_text(array)).to_pylist()


def written_in_duckdb(array: pa.Array) -> list[str]:
    with connect(None, "500MB") as connection:
        connection.register("t", pa.table({"c": array, "n": range(len(array))}))
        texts = connection.sql("SELECT CAST(c AS VARCHAR) FROM t ORDER BY n").fetchall()
    return normal_values(pa.array([one for (one,) in texts], pa.large_string())).to_pylist()


def test_a_list_is_its_elements_and_an_empty_one_is_null() -> None:
    lists = pa.array([[1, 2], [], None, [None, 3]])
    assert sorted(map(str, as_text(lists).to_pylist())) == ["1", "2", "3", "None", "None", "None"]
    nested = pa.array([[["a"], []], [["b", "c"]]])
    assert sorted(map(str, as_text(nested).to_pylist())) == ["None", "a", "b", "c"]
    assert as_text(pa.array([["a", "b"]], pa.list_(pa.string(), 2))).to_pylist() == ["a", "b"]


def test_a_list_of_structs_is_the_values_of_their_fields() -> None:
    orders = pa.array([[{"sku": "a", "n": 1}, {"sku": "b", "n": None}], []])
    assert sorted(map(str, as_text(orders).to_pylist())) == ["1", "None", "None", "None", "a", "b"]


def test_slices_of_bytes_are_written_from_where_they_begin() -> None:
    array = pa.array([b"\x01", None, b"\x02\x03", b"\x04"]).slice(1, 2)
    assert as_text(array).to_pylist() == [None, "0203"]


def test_chunks_and_dictionaries_are_rendered_as_their_values() -> None:
    chunks = pa.chunked_array([pa.array(["b", None]).dictionary_encode(), pa.array(["a", "b"]).dictionary_encode()])
    assert as_text(chunks).to_pylist() == ["b", None, "a", "b"]
    assert as_text(pc.run_end_encode(pa.array([1, 1, None]))).to_pylist() == ["1", "1", None]
    assert as_text(pa.chunked_array([], pa.int64())).to_pylist() == []


def test_text_that_is_not_utf8_is_refused() -> None:
    offsets = pa.array([0, 1], pa.int32()).buffers()[1]
    broken = pa.Array.from_buffers(pa.string(), 1, [None, offsets, pa.py_buffer(b"\xff")])
    with pytest.raises(pa.ArrowInvalid, match="UTF8"):
        as_text(broken)
