"""Sums over all terms of each column, made once, so that comparing a pair costs no more than what it shares."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from lakeindex.arrays.aliases import Floats, Integers, Places
from lakeindex.arrays.ragged import open_array, sums

_FILE = "totals.npy"


@dataclass(frozen=True, slots=True, eq=False)
class Totals:
    """What each column's terms add up to."""

    sums: npt.NDArray[np.float32]
    """(3, columns): how many terms, their rarity, and the Euclidean length of their weights."""

    @classmethod
    def of(cls, terms: Places, columns: Places, strengths: Floats | None, rarity: Floats, size: int) -> Totals:
        """Sum up entries, each a column that holds a term; `rarity` is by term, a strength of None is 1."""
        held = rarity[terms]
        weights = held if strengths is None else strengths * held
        amounts = (None, held, weights**2)
        counted, summed, squares = (sums(columns, amount, size) for amount in amounts)
        return cls(np.stack([counted, summed, np.sqrt(squares)]).astype(np.float32))

    def take(self, columns: Integers) -> tuple[Floats, Floats, Floats]:
        """Return terms, rarity and length of some columns."""
        terms, rarity, length = self.sums[:, columns].astype(np.float64)
        return terms, rarity, length

    @classmethod
    def open(cls, folder: Path) -> Totals:
        """Memory-map totals that were saved."""
        return cls(open_array(folder / _FILE))

    def save(self, folder: Path) -> None:
        """Write them into `folder`."""
        folder.mkdir(parents=True, exist_ok=True)
        np.save(folder / _FILE, self.sums, allow_pickle=False)


def rarity_of(frequency: Integers, columns: int) -> Floats:
    """Return the inverse document frequency of terms that so many of the columns hold: ln((N + 1) / (df + 1/2))."""
    return np.asarray(np.log((columns + 1) / (frequency + 0.5)))
