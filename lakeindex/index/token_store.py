"""Store the tokens of a lake's columns, and memory-map them."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from lakeindex.arrays.ragged import open_array
from lakeindex.errors import IndexDamaged
from lakeindex.types.column_tokens import END, ColumnTokens

_TOKENS, _STARTS = "tokens.npy", "starts.npy"


def save_tokens(columns: ColumnTokens, folder: Path) -> None:
    """Write two arrays into `folder`."""
    folder.mkdir(parents=True)
    np.save(folder / _TOKENS, columns.tokens)
    np.save(folder / _STARTS, columns.starts)


def open_tokens(folder: Path) -> ColumnTokens:
    """Memory-map tokens that were saved. Raises IndexDamaged when they can't be read."""
    return ColumnTokens(open_array(folder / _TOKENS), open_array(folder / _STARTS))


def check_tokens(stored: ColumnTokens, columns: int) -> None:
    """Raise IndexDamaged unless there are tokens for each of `columns` columns, in whole units."""
    tokens, starts = stored.tokens, stored.starts
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
        raise IndexDamaged("the tokens of the columns don't fit together; build the index again")
