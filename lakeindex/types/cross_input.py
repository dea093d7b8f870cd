"""Columns as a cross-encoder is given them: what they say, in tokens, and what their profiles say, in numbers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lakeindex.arrays.aliases import Hashes, Integers
from lakeindex.hashing.text_hash import mix
from lakeindex.types.column_tokens import FACTOR, ColumnTokens
from lakeindex.types.columns import ColumnFacts


@dataclass(frozen=True, slots=True, eq=False)
class CrossInput:
    """Columns as a cross-encoder is given them."""

    column_tokens: ColumnTokens
    facts: ColumnFacts

    def __len__(self) -> int:
        return len(self.column_tokens)

    def take(self, columns: Integers) -> CrossInput:
        """Return some of the columns, in the order asked for."""
        return CrossInput(self.column_tokens.take(columns), self.facts.take(columns))

    def joined(self, others: CrossInput) -> CrossInput:
        """Put other columns behind these."""
        return CrossInput(self.column_tokens.joined(others.column_tokens), self.facts.joined(others.facts))

    def hashes(self) -> Hashes:
        """Hash all that a cross-encoder is told of each column, (columns,)."""
        facts = self.facts
        numbers = (facts.kinds, facts.rows, facts.nulls, facts.distinct, facts.is_key, facts.is_serial)
        told = [one.astype(np.uint64) for one in numbers]
        told += [np.ascontiguousarray(one, np.float64).view(np.uint64) for one in (facts.lows, facts.highs)]
        told += [one.astype(np.uint64) for one in np.column_stack([facts.lengths, facts.patterns]).T]
        hashes = self.column_tokens.hashes()
        for one in told:
            hashes = mix(hashes + one * FACTOR)
        return hashes
