"""The values of a column that are kept as text: whole arrays, as a wide table has millions of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from lakeindex.arrays.aliases import Hashes, Integers, Texts
from lakeindex.profile.sketch import compact_owners, first_of_each


@dataclass(frozen=True, slots=True)
class SampledText:
    """A value of the column as it stands in the file, and the rows that hold it."""

    value_hash: int
    text_hash: int
    text: str
    rows: int


@dataclass(frozen=True, slots=True, eq=False)
class SampledTexts:
    """Sampled texts of one column, ascending by the hash of their value, or of several columns, one after the other."""

    value_hashes: Hashes
    """(n,)"""
    text_hashes: Hashes
    """(n,)"""
    texts: Texts
    """(n,)"""
    rows: Integers
    """(n,) how many rows hold each."""

    def __len__(self) -> int:
        return len(self.rows)

    def __iter__(self) -> Iterator[SampledText]:
        texts: list[Any] = self.texts.to_pylist()
        return map(SampledText, self.value_hashes.tolist(), self.text_hashes.tolist(), texts, self.rows.tolist())

    @classmethod
    def joined(cls, several: Sequence[SampledTexts]) -> SampledTexts:
        """Return the texts of several columns, one column after the other."""
        texts: Any = pa.concat_arrays([pa.array([], pa.large_string()), *[one.texts for one in several]])
        return cls(
            np.concatenate([np.zeros(0, np.uint64), *[one.value_hashes for one in several]]),
            np.concatenate([np.zeros(0, np.uint64), *[one.text_hashes for one in several]]),
            texts,
            np.concatenate([np.zeros(0, np.int64), *[one.rows for one in several]]),
        )

    def take(self, places: Integers, rows: Integers | None = None) -> SampledTexts:
        """Return the texts at some places; with `rows` as many rows of each as these say."""
        return SampledTexts(
            self.value_hashes[places],
            self.text_hashes[places],
            self.texts.take(places),
            self.rows[places] if rows is None else rows,
        )

    def sizes(self) -> Integers:
        """Return the bytes of each text, (n,)."""
        return np.asarray(pc.binary_length(self.texts).to_numpy(), np.int64)

    def split(self, bounds: Sequence[int]) -> list[SampledTexts]:
        """Return the texts between each bound and the next."""
        return [
            SampledTexts(
                self.value_hashes[start:end],
                self.text_hashes[start:end],
                self.texts.slice(start, end - start),
                self.rows[start:end],
            )
            for start, end in pairwise(bounds)
        ]

    def merge(self, other: SampledTexts, limit: int) -> SampledTexts:
        """Return the `limit` texts of two parts of a column with the smallest value hashes, with the rows of both."""
        both = SampledTexts.joined([self, other])
        of_one = np.zeros(len(both), np.int64)
        places, rows = smallest_places(both.value_hashes, both.text_hashes, both.rows, of_one, limit)
        return replace(both.take(places), rows=rows)

    def most_frequent(self, limit: int, owners: Integers) -> Integers:
        """Return the places of the `limit` most frequent texts of each owner, in the order of owners, ties by hash."""
        order = np.lexsort((self.value_hashes, -self.rows, owners))
        places: Integers = order[ranks(owners[order]) < limit]
        return places


NO_TEXTS = SampledTexts(
    np.zeros(0, np.uint64),
    np.zeros(0, np.uint64),
    pa.nulls(0, pa.large_string()),  # an array made of a list would look for pandas
    np.zeros(0, np.int64),
)


def smallest_places(
    value_hashes: Hashes, text_hashes: Hashes, rows: Integers, owners: Integers, limit: int
) -> tuple[Integers, Integers]:
    """Return the places of the `limit` texts of each owner with the smallest value hashes, and their values' rows.

    Of several spellings of a value the one with the smallest text hash is chosen, with the rows of all.
    """
    order = np.lexsort((text_hashes, value_hashes))
    columns = int(owners.max(initial=0)) + 1
    order = order[np.argsort(compact_owners(owners[order], columns), kind="stable")]
    first = first_of_each(owners[order], value_hashes[order])
    totals = np.add.reduceat(rows[order], first) if len(first) else rows[:0]
    is_small = ranks(owners[order[first]]) < limit
    return order[first[is_small]], totals[is_small]


def ranks(owners: Integers) -> Integers:
    """Return the place of each entry among those of its owner, given owners in ascending order."""
    return np.arange(len(owners)) - np.searchsorted(owners, owners)
