"""Columns as a cross-encoder is given them: what they say, in tokens, and what their profiles say, in numbers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from lakeindex.pairs import KINDS, ColumnFacts, Flags, Hashes, Numbers
from lakeindex.readings import FACTOR, Readings
from lakeindex.text_hash import mix


@dataclass(frozen=True, slots=True, eq=False)
class Read:
    """Columns as a cross-encoder is given them."""

    readings: Readings
    facts: ColumnFacts

    def __len__(self) -> int:
        return len(self.readings)

    def take(self, columns: Numbers) -> Read:
        """Return some of the columns, in the order asked for."""
        return Read(self.readings.take(columns), self.facts.take(columns))

    def hashes(self) -> Hashes:
        """Hash all that a cross-encoder is told of each column, (columns,)."""
        told = (self.facts.kinds, self.facts.distinct, self.facts.rows - self.facts.nulls, self.facts.is_serial)
        hashes = self.readings.hashes()
        for numbers in told:
            hashes = mix(hashes + numbers.astype(np.uint64) * FACTOR)
        return hashes

    def numbers(self) -> npt.NDArray[np.float32]:
        """Say in numbers what a reading doesn't: (columns, len(KINDS) + 4), most of them in [0, 1]."""
        facts, filled = self.facts, np.maximum(self.facts.rows - self.facts.nulls, 1)
        kinds = np.equal(facts.kinds[:, None], np.arange(len(KINDS)))
        others = (np.log1p(facts.distinct) / 10, facts.distinct / filled, _flag(facts.is_key), _flag(facts.is_serial))
        return np.column_stack([kinds, *others]).astype(np.float32)


def _flag(flags: Flags) -> npt.NDArray[np.float32]:
    return flags.astype(np.float32)
