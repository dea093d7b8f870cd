"""Read tables of many columns without holding what their parser reserves."""

from __future__ import annotations

import ctypes
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import pyarrow as pa

_MANY_COLUMNS = 100
_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3  # of mallopt(3)
_RETURNED_AT_ONCE = 1 << 17
_KEPT_LONGEST = 32 << 20
"""The most that malloc's own threshold rises to."""


def read_frugally(batches: Iterator[pa.RecordBatch], columns: int) -> Iterator[pa.RecordBatch]:
    """Yield the batches of a table of so many columns, each parsed with large arrays returned as soon as they shrink.

    Arrow's parser reserves for each column what all columns of a block of text take together. By default malloc keeps
    the rest for others, for which it is too small: a table of ten thousand columns takes tens of gigabytes.
    """
    if columns <= _MANY_COLUMNS:
        yield from batches
        return
    is_over = False
    while not is_over:
        with _returning_large_arrays():
            batch = next(batches, None)
        is_over = batch is None
        if batch is not None:
            yield batch


@contextmanager
def _returning_large_arrays() -> Iterator[None]:
    """Have malloc give large arrays addresses of their own for a while; on other systems than Linux do nothing."""
    if "MALLOC_MMAP_THRESHOLD_" in os.environ:
        yield  # it is so all the time
        return
    with suppress(AttributeError, OSError):
        ctypes.CDLL(None).mallopt(_MMAP_THRESHOLD, _RETURNED_AT_ONCE)
    try:
        yield
    finally:
        with suppress(AttributeError, OSError):
            libc = ctypes.CDLL(None)
            libc.mallopt(_MMAP_THRESHOLD, _KEPT_LONGEST)
            libc.mallopt(_TRIM_THRESHOLD, 2 * _KEPT_LONGEST)
