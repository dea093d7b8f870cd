"""NumPy arrays in Arrow files that are memory-mapped."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa


def to_arrow(array: npt.NDArray[Any] | pa.Array[Any]) -> pa.Array[Any]:
    """Return an array of one or two dimensions, (n,) or (n, m), as Arrow's, flags as bytes."""
    if isinstance(array, pa.Array):
        return array
    if array.dtype == np.bool_:
        return pa.array(array.astype(np.uint8))
    if array.ndim == 2:
        lists: pa.Array[Any] = pa.FixedSizeListArray.from_arrays(pa.array(array.ravel()), array.shape[1])
        return lists
    flat: Any = pa.array(array)
    return flat  # type: ignore[no-any-return]


def to_numpy(column: pa.ChunkedArray[Any]) -> npt.NDArray[Any]:
    """Return a column that `to_arrow` made as a view of its memory, (n,) or (n, m)."""
    array: Any = column.chunk(0) if column.num_chunks == 1 else column.combine_chunks()
    if isinstance(array, pa.FixedSizeListArray):
        return _values(array.flatten()).reshape(len(array), array.type.list_size)
    return _values(array)


_NUMPY_TYPES = {
    pa.from_numpy_dtype(kind): kind
    for kind in map(np.dtype, ("u1", "u2", "u4", "u8", "i1", "i2", "i4", "i8", "f4", "f8"))
}


def _values(array: Any) -> npt.NDArray[Any]:
    # Array.to_numpy imports pandas wherever that is installed, which takes longer than a query; before pyarrow 26,
    # DataType.to_pandas_dtype fails where it isn't.
    values = np.frombuffer(memoryview(array.buffers()[1] or b""), _NUMPY_TYPES[array.type])
    return values[array.offset : array.offset + len(array)]


def write_mappable(table: pa.Table, path: Path) -> None:
    """Write a table in one piece, so that `map_table` can map it."""
    with pa.ipc.new_file(str(path), table.schema) as writer:
        writer.write_table(table.combine_chunks())


def map_table(path: Path) -> pa.Table:
    """Memory-map a table."""
    return pa.ipc.open_file(pa.memory_map(str(path))).read_all()
