"""How large rows are once they are unpacked: columns of codes with a text for each code."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

_OFFSET_BYTES = 4


def unpacked_bytes(batch: pa.RecordBatch) -> int:
    """Return the bytes that a batch takes without dictionaries."""
    return sum(_unpacked(column) for column in batch.columns)


def most_unpacked_bytes(batch: pa.RecordBatch) -> int:
    """Return the bytes that a batch takes at most without dictionaries, which is known sooner."""
    return sum(_most_unpacked(column) for column in batch.columns)


def _unpacked(column: Any) -> int:
    if not isinstance(column, pa.DictionaryArray):
        return int(column.nbytes)
    return int(pc.sum(_lengths(column).take(column.indices)).as_py() or 0) + _OFFSET_BYTES * len(column)


def _most_unpacked(column: Any) -> int:
    if not isinstance(column, pa.DictionaryArray):
        return int(column.nbytes)
    return (int(pc.max(_lengths(column)).as_py() or 0) + _OFFSET_BYTES) * len(column)


def _lengths(column: Any) -> Any:
    dictionary: Any = column.dictionary
    return pc.binary_length(dictionary)
