from __future__ import annotations

import datetime

import pyarrow as pa

from lakeindex.serve.cli.chunks import chunks_of_batches

BEFORE_CHRIST, DAY = -63_000_000_000_000_000 * 2, 86_400_000_000


def moments(*microseconds: int | None) -> pa.Array:
    return pa.array(microseconds, pa.timestamp("us"))


def values_of(column: pa.Array) -> list[object]:
    (chunk,) = chunks_of_batches([pa.record_batch({"x": column})])
    return chunk[0]


def test_moments_that_python_has_none_of_are_text_and_others_stay() -> None:
    assert values_of(moments(0, None, BEFORE_CHRIST)) == [
        datetime.datetime(1970, 1, 1), None, "-2023-03-21 16:00:00.000000",
    ]  # fmt: skip
    assert values_of(pa.array([-2_500_000, 1], pa.int32()).view(pa.date32())) == [
        "-4875-03-27", datetime.date(1970, 1, 2),
    ]  # fmt: skip


def test_moments_inside_of_other_values_too() -> None:
    nested = pa.ListArray.from_arrays([0, 2], moments(DAY, BEFORE_CHRIST))
    assert values_of(nested) == [[datetime.datetime(1970, 1, 2), "-2023-03-21 16:00:00.000000"]]
    struct = pa.StructArray.from_arrays([moments(BEFORE_CHRIST), pa.array([1])], ["when", "n"])
    assert values_of(struct) == [{"when": "-2023-03-21 16:00:00.000000", "n": 1}]
