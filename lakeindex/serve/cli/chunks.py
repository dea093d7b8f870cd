"""Rows on their way out, a few thousand at a time: lists of values, one a column."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pyarrow as pa

Chunk = list[list[Any]]
"""Some rows: the values of each column, all equally many."""

_ROWS = 4_096


def chunks_of_batches(batches: Iterable[pa.RecordBatch]) -> Iterator[Chunk]:
    """Take batches apart, which may be of any size."""
    for batch in batches:
        for start in range(0, batch.num_rows, _ROWS):
            yield [_values(column) for column in batch.slice(start, _ROWS).columns]


def chunks_of_rows(rows: Iterable[Iterable[Any]]) -> Iterator[Chunk]:
    """Put rows together, all of one length."""
    remaining = iter(rows)
    while some := list(islice(remaining, _ROWS)):
        yield [list(column) for column in zip(*some, strict=True)]


def _values(column: pa.Array[Any]) -> list[Any]:
    """Return a column's values; days and moments that Python has none of, such as 5000 BC, as text."""
    try:
        return column.to_pylist()
    except OverflowError:
        return [_value(one) for one in column]


def _value(scalar: Any) -> Any:
    import pyarrow as pa

    try:
        return scalar.as_py()
    except OverflowError:
        if isinstance(scalar, pa.StructScalar):
            return {name: _value(scalar[name]) for name in scalar}
        if isinstance(scalar, pa.ListScalar | pa.LargeListScalar | pa.FixedSizeListScalar):
            return [_value(one) for one in scalar.values or ()]
        return scalar.cast(pa.string()).as_py()
