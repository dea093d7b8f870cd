"""In how many blocks of a sample each value of a column stands, and how many of each block's rows have none.

Rows of a block are neighbours, which in a sorted table are alike: what repeats within a block says nothing of the rows
outside. What repeats between blocks does, as these were drawn one by one.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from lakeindex.arrays.aliases import Integers
from lakeindex.profile.column_scan import ColumnScan
from lakeindex.profile.sketch import Sketch
from lakeindex.profile.table_scan import GrowingScan

_NUMBER_BITS = 32
_MOST_PENDING = 16


@dataclass(slots=True)
class BlockCounts:
    """The values of the blocks that were scanned so far, as a sketch keeps them."""

    rows: list[int] = field(default_factory=list)
    nulls: list[int] = field(default_factory=list)
    _pending: list[Sketch] = field(default_factory=list)

    def add(self, block: ColumnScan) -> None:
        """Add the next block."""
        # The numbers of a value's blocks are summed with their count: of a value of one block, the sum is its number.
        each = np.full(len(block.values.hashes), 1 + (len(self.rows) << _NUMBER_BITS), np.int64)
        self._pending.append(Sketch(block.values.hashes, each, block.values.size))
        self.rows.append(block.rows)
        self.nulls.append(block.nulls)
        if len(self._pending) > _MOST_PENDING:
            self._merge()

    def _merge(self) -> Sketch:
        self._pending = [Sketch.merged(self._pending)]
        return self._pending[0]

    def values(self) -> tuple[Sketch, Integers]:
        """Return the values with the number of blocks that each is in, and (n,) the block of those that are in one."""
        merged = self._merge()
        counts = merged.counts & ((1 << _NUMBER_BITS) - 1)
        return Sketch(merged.hashes, counts, merged.size), merged.counts >> _NUMBER_BITS


@dataclass(slots=True)
class BlockScan(GrowingScan):
    """A column of a sample, whose blocks are scanned one after the other."""

    blocks: BlockCounts = field(default_factory=BlockCounts)

    def add(self, part: ColumnScan) -> None:
        """Add the scan of a block."""
        self.blocks.add(part)
        GrowingScan.add(self, part)  # dataclasses with slots know no `super()`
