"""Term statistics: sums over all terms of each column, computed once, so that a comparison needs shared terms only."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from lakeindex.arrays.aliases import Floats, Integers, Places
from lakeindex.arrays.ragged import open_array, sums

_FILE = "totals.npy"


@dataclass(frozen=True, slots=True, eq=False)
class TermStats:
    """The statistics of each column's terms."""

    sums: npt.NDArray[np.float32]
    """(3, columns): the number of terms, their summed rarity, and the Euclidean length of their weights."""

    @classmethod
    def of(cls, terms: Places, columns: Places, strengths: Floats | None, rarity: Floats, size: int) -> TermStats:
        """Sum up entries, each a term of a column; `rarity` is by term, strengths of None are 1."""
        entry_rarity = rarity[terms]
        weights = entry_rarity if strengths is None else strengths * entry_rarity
        amounts = (None, entry_rarity, weights**2)
        counted, summed, squares = (sums(columns, amount, size) for amount in amounts)
        return cls(np.stack([counted, summed, np.sqrt(squares)]).astype(np.float32))

    def take(self, columns: Integers) -> tuple[Floats, Floats, Floats]:
        """Return the number of terms, rarity and length of some columns."""
        terms, rarity, length = self.sums[:, columns].astype(np.float64)
        return terms, rarity, length

    @classmethod
    def open(cls, folder: Path) -> TermStats:
        """Memory-map statistics that were saved."""
        return cls(open_array(folder / _FILE))

    def save(self, folder: Path) -> None:
        """Write the statistics into `folder`."""
        folder.mkdir(parents=True, exist_ok=True)
        np.save(folder / _FILE, self.sums, allow_pickle=False)


def rarity_of(frequency: Integers, columns: int) -> Floats:
    """Return the inverse document frequency of terms, each in `frequency` of the columns: ln((N + 1) / (df + 1/2))."""
    return np.asarray(np.log((columns + 1) / (frequency + 0.5)))


STRENGTH_STEP = 0.1
"""Log counts are kept in a byte, in tenths."""


def strengths_of(counts: Integers) -> npt.NDArray[np.uint8]:
    """Return the logarithms of counts, in steps of STRENGTH_STEP."""
    return np.minimum(np.rint(np.log1p(counts) / STRENGTH_STEP), 255).astype(np.uint8)
