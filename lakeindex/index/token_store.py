"""The readings of a lake's columns, memory-mapped."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from lakeindex.arrays.ragged import open_array
from lakeindex.errors import IndexDamaged
from lakeindex.types.column_tokens import END, Readings

_TOKENS, _STARTS = "tokens.npy", "starts.npy"


def save_readings(readings: Readings, folder: Path) -> None:
    """Write two arrays into `folder`."""
    folder.mkdir(parents=True)
    np.save(folder / _TOKENS, readings.tokens)
    np.save(folder / _STARTS, readings.starts)


def open_readings(folder: Path) -> Readings:
    """Memory-map readings that were saved. Raises IndexDamaged when they can't be read."""
    return Readings(open_array(folder / _TOKENS), open_array(folder / _STARTS))


def check_readings(readings: Readings, columns: int) -> None:
    """Raise IndexDamaged unless there is a reading for each of so many columns, whole units each."""
    tokens, starts = readings.tokens, readings.starts
    fits = (
        [tokens.dtype, starts.dtype] == [np.dtype(np.uint16), np.dtype(np.int64)]
        and tokens.ndim == 1
        and starts.shape == (columns + 1,)
        and starts[0] == 0
        and starts[-1] == len(tokens)
        and bool(np.all(np.diff(starts) > 0))
        and bool(np.all(tokens[starts[1:] - 1] == END))
    )
    if not fits:
        raise IndexDamaged("the readings of the columns don't fit together; build the index again")
