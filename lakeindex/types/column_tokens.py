"""Columns as tokens: the name of each, its table's title, and some of its values."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np

from lakeindex.arrays.aliases import Hashes, Integers, Tokens
from lakeindex.arrays.ragged import open_array, ranges
from lakeindex.errors import IndexDamaged
from lakeindex.hashing.text_hash import mix

END = 0
"""Closes each unit of a column; no token has this number."""
NAME, TITLE = 0, 1
"""The places of the first two units of each column; values come behind them."""


FACTOR = np.uint64(0x9E3779B97F4A7C15)
"""Odd, with bits spread evenly: makes numbers that differ a little differ a lot."""


@dataclass(frozen=True, slots=True, eq=False)
class ColumnTokens:
    """The tokens of several columns, one after the other."""

    tokens: Tokens
    """Of each column its units, each closed by END: the name, the title, then values, the most frequent first."""
    starts: Integers
    """(columns + 1,) where each column's tokens start."""

    def __len__(self) -> int:
        return len(self.starts) - 1

    def take(self, columns: Integers) -> ColumnTokens:
        """Return the columns at these places, in this order."""
        lengths = np.diff(self.starts)[columns]
        tokens = self.tokens[ranges(self.starts[:-1][columns], lengths)]
        return ColumnTokens(tokens, np.concatenate([np.zeros(1, np.int64), np.cumsum(lengths)]))

    def joined(self, others: ColumnTokens) -> ColumnTokens:
        """Put other columns behind these."""
        starts = np.concatenate([self.starts, self.starts[-1] + others.starts[1:]])
        return ColumnTokens(np.concatenate([self.tokens, others.tokens]), starts)

    def padded(self, units: int, tokens: int) -> Tokens:
        """Lay out the first so many tokens of the first so many units, (columns, units, tokens), the rest END."""
        laid = np.zeros((len(self), units, tokens), np.uint16)
        owners = np.repeat(np.arange(len(self)), np.diff(self.starts))
        is_end = self.tokens == END
        ended = np.concatenate([np.zeros(1, np.int64), np.cumsum(is_end)])
        unit = ended[:-1] - ended[self.starts[:-1]][owners]
        begins = np.concatenate([np.zeros(1, np.int64), np.flatnonzero(is_end) + 1])
        within = np.arange(len(self.tokens)) - begins[ended[:-1]]
        kept = ~is_end & (unit < units) & (within < tokens)
        laid[owners[kept], unit[kept], within[kept]] = self.tokens[kept]
        return laid

    def contents(self) -> list[bytes]:
        """Return the tokens of each column as bytes, (columns,)."""
        ends = self.starts.tolist()
        return [self.tokens[start:end].tobytes() for start, end in pairwise(ends)]

    def hashes(self) -> Hashes:
        """Hash the tokens of each column, (columns,)."""
        within = np.arange(len(self.tokens)) - np.repeat(self.starts[:-1], np.diff(self.starts))
        terms = mix(self.tokens.astype(np.uint64) + np.uint64(1) + within.astype(np.uint64) * FACTOR)
        sums = np.concatenate([np.zeros(1, np.uint64), np.cumsum(terms, dtype=np.uint64)])
        return mix(sums[self.starts[1:]] - sums[self.starts[:-1]])


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
