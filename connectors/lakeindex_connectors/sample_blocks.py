"""Blocks of neighbouring rows that a sample is made of: few enough to be read apart, and all over the table.

Each lies at random in a stratum of its own, so that a table in any order is not judged by its beginning.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

_BLOCKS, _FEWEST_BLOCKS = 100, 50
_LARGE_ROWS = 2000
"""From about so many rows on, a block costs less to be profiled than in halves."""
_MOST_ROWS = 1 << 16
_MOST_VALUES = 3_000_000


@dataclass(frozen=True, slots=True)
class BlockSizes:
    """How many blocks a sample has, and how many rows each."""

    blocks: int
    rows: int

    @classmethod
    def of(cls, sample_rows: int, columns: int) -> BlockSizes:
        """Return those of a sample of so many rows."""
        most = max(1, min(_MOST_ROWS, _MOST_VALUES // max(columns, 1)))
        rows = max(sample_rows // _BLOCKS, min(_LARGE_ROWS, sample_rows // _FEWEST_BLOCKS), 1)
        return cls(-(-sample_rows // min(rows, most)), min(rows, most))


def choose_blocks(length: int, blocks: int, size: int, seed: int) -> list[int]:
    """Return where blocks of `size` begin, ascending and apart, one in each of `blocks` equal strata of `length`.

    Strata that are no longer than a block begin with theirs.
    """
    edges = np.linspace(0, length, blocks + 1)
    room = np.maximum(np.diff(edges) - size, 0)
    starts: list[int] = (edges[:-1] + np.random.default_rng(seed).random(blocks) * room).astype(np.int64).tolist()
    return starts
