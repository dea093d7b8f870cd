"""NumPy arrays as Arrow's, as `pa.array` makes them, but without pandas, which it imports where that is there."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa

from lakeindex.arrays.aliases import Flags, Integers


def integers_to_arrow(numbers: Integers) -> Any:
    """Return whole numbers, (n,), without nulls."""
    return pa.Array.from_buffers(pa.int64(), len(numbers), [None, pa.py_buffer(numbers.astype(np.int64).tobytes())])


def flags_to_arrow(flags: Flags) -> Any:
    """Return flags, (n,), without nulls."""
    packed = np.packbits(flags, bitorder="little")
    return pa.Array.from_buffers(pa.bool_(), len(flags), [None, pa.py_buffer(packed.tobytes())])
