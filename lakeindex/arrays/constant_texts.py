"""Texts that are known when a module is imported, as Arrow has them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from lakeindex.arrays.aliases import Texts


def constant_texts(texts: Sequence[str]) -> Texts:
    """Return an array of texts; `pa.array` would look for pandas, to see whether it was given something of it."""
    written = [text.encode() for text in texts]
    offsets = np.cumsum([0, *map(len, written)], dtype=np.int64)
    data = pa.py_buffer(b"".join(written))
    made: Any = pa.LargeStringArray.from_buffers(len(written), pa.py_buffer(offsets.tobytes()), data)
    return made  # type: ignore[no-any-return]


def constant_text(text: str) -> Any:
    """Return a text as a scalar of the same type."""
    return constant_texts([text])[0]
