"""The distinct values of several columns, so that many small columns cost little more than one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from lakeindex.arrays.aliases import Floats, Hashes, Integers, Texts
from lakeindex.hashing.text_hash import HashedText
from lakeindex.profile.column_profile import Extremes
from lakeindex.profile.normalise import is_missing
from lakeindex.profile.read_once import NormalOnce
from lakeindex.profile.sampled_texts import SampledTexts, smallest_places
from lakeindex.profile.sketch import Sketch, sketch_each
from lakeindex.profile.value_text import Column, as_text


@dataclass(frozen=True, slots=True)
class DistinctValues:
    """The distinct values of several columns, ordered by column; what is known of a text or value is held once."""

    rows_of_columns: list[int]
    """A list counts as a row for each of its elements."""
    normal: NormalOnce
    """The texts and their normal forms."""
    rows: Integers
    """How many rows hold each text."""
    owners: Integers
    """The number of the column that each belongs to."""

    @classmethod
    def of(cls, columns: Sequence[Column]) -> DistinctValues:
        """Count the values of columns of any type."""
        lengths: list[int] = []
        counted: list[tuple[Any, Integers]] = []
        for column in columns:
            written = as_text(column)
            lengths.append(len(written))
            once = pc.value_counts(written.drop_null())
            counted.append((once.field("values"), once.field("counts").to_numpy()))
        return cls.of_counted(lengths, counted)

    @classmethod
    def of_counted(cls, lengths: list[int], counted: Sequence[tuple[Texts, Integers]]) -> DistinctValues:
        """Put together the distinct texts of columns and how many rows hold each, given the rows of each column."""
        found: Any = pa.concat_arrays([pa.array([], pa.large_string()), *[texts for texts, _ in counted]])
        rows = np.concatenate([np.zeros(0, np.int64), *[one for _, one in counted]])
        owners = np.repeat(np.arange(len(counted)), np.array([len(texts) for texts, _ in counted], np.int64))
        normal = NormalOnce.of(found)
        present = np.flatnonzero(~is_missing(normal.values).to_numpy(zero_copy_only=False)[normal.value_of])
        return cls(lengths, normal.take(present), rows[present], owners[present])

    @property
    def columns(self) -> int:
        """How many columns there are."""
        return len(self.rows_of_columns)

    def nulls(self) -> list[int]:
        """Count the rows of each column without a value."""
        filled = np.bincount(self.owners, weights=self.rows, minlength=self.columns).tolist()
        return [total - int(share) for total, share in zip(self.rows_of_columns, filled, strict=True)]

    def sketches(self, hashes: Hashes, size: int, places: Integers | None = None) -> list[Sketch]:
        """Sketch hashes, one a value or, with `places`, any number of each; `places` are those of their values."""
        owners, rows = (self.owners, self.rows) if places is None else (self.owners[places], self.rows[places])
        return sketch_each(hashes, rows, owners, self.columns, size)

    def histograms(self, bins: Integers, size: int) -> list[Integers]:
        """Count the rows of each column by bin, (size,) each."""
        counts = np.bincount(self.owners * size + bins, weights=self.rows, minlength=self.columns * size)
        return list(counts.astype(np.int64).reshape(self.columns, size))

    def extremes(self, numbers: Floats) -> list[Extremes]:
        """Return the extremes of the numbers of each column."""
        low, high = np.full(self.columns, np.nan), np.full(self.columns, np.nan)
        known = np.flatnonzero(~np.isnan(numbers))
        np.fmin.at(low, self.owners[known], numbers[known])
        np.fmax.at(high, self.owners[known], numbers[known])
        return [Extremes(*pair) for pair in zip(low.tolist(), high.tolist(), strict=True)]

    def samples(self, value_hashes: Hashes, limit: int) -> list[SampledTexts]:
        """Sample the texts with the smallest value hashes; of several spellings the one with the smallest text hash."""
        text_hashes = HashedText.from_arrow(self.normal.texts).strings()[self.normal.text_of]
        places, rows = smallest_places(value_hashes, text_hashes, self.rows, self.owners, limit)
        texts: Any = self.normal.texts.take(self.normal.text_of[places])
        sampled = SampledTexts(value_hashes[places], text_hashes[places], texts, rows)
        return sampled.split(np.searchsorted(self.owners[places], np.arange(self.columns + 1)).tolist())
