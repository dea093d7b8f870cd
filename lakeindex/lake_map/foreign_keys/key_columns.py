"""What is known of each column of a lake that matters for keys: whether it may refer to rows, or be referred to."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np

from lakeindex.arrays.aliases import Flags, Floats, Integers
from lakeindex.arrays.proportions import ratio
from lakeindex.catalog.directory import Directory
from lakeindex.types.columns import Kind

_LEAST_UNIQUE = 0.95
"""Of the rows with a value, for a column to be a key with a few rows too many: sketches and copies of rows err."""
_MOST_NULLS = 0.1
_APART = re.compile(r"[/._#-]+")
_NO_KEYS = (Kind.EMPTY, Kind.BOOLEAN)


@dataclass(frozen=True)
class KeyColumns:
    """All columns of a lake, an entry each, in the order of their keys."""

    directory: Directory

    @cached_property
    def positions(self) -> Integers:
        """(columns,) the place of each column in its table."""
        return np.arange(len(self.directory)) - self.directory.first_columns[self.directory.tables]

    @cached_property
    def widths(self) -> Integers:
        """(columns,) how many columns its table has."""
        return np.diff(self.directory.first_columns)[self.directory.tables]

    @cached_property
    def filled(self) -> Integers:
        """(columns,) rows with a value."""
        return np.asarray(self.directory.facts.rows - self.directory.facts.nulls)

    @cached_property
    def uniqueness(self) -> Floats:
        """(columns,) distinct values by rows with a value."""
        return ratio(self.directory.facts.distinct.astype(np.float64), self.filled.astype(np.float64))

    @cached_property
    def null_shares(self) -> Floats:
        """(columns,) rows without a value."""
        facts = self.directory.facts
        return ratio(facts.nulls.astype(np.float64), facts.rows.astype(np.float64))

    @cached_property
    def may_be_parents(self) -> Flags:
        """(columns,) whether rows may be referred to by the column's values; never by what a sample shows."""
        facts = self.directory.facts
        is_unique = (self.uniqueness >= _LEAST_UNIQUE) & (facts.distinct >= 2) & (self.null_shares <= _MOST_NULLS)
        is_known = is_unique & ~self.directory.sampled_columns()
        return np.asarray(is_known & ~facts.is_kind(*_NO_KEYS) & self.directory.visible_columns())

    @cached_property
    def may_be_children(self) -> Flags:
        """(columns,) whether the column's values may refer to rows."""
        facts = self.directory.facts
        return np.asarray((facts.distinct >= 1) & ~facts.is_kind(*_NO_KEYS) & self.directory.visible_columns())

    @cached_property
    def mean_lengths(self) -> Floats:
        """(columns,) the mean bin of the values' lengths in characters."""
        lengths = self.directory.facts.lengths.astype(np.float64)
        return np.asarray(lengths @ np.arange(lengths.shape[1]) / np.maximum(lengths.sum(axis=1), 1.0))

    @cached_property
    def ranks_as_key(self) -> Integers:
        """(columns,) how many columns before it in its table may be referred to."""
        before = np.concatenate([[0], np.cumsum(self.may_be_parents)])
        return np.asarray(before[:-1] - before[self.directory.first_columns[self.directory.tables]])

    @cached_property
    def keys_in_table(self) -> Integers:
        """(columns,) how many columns of its table may be referred to."""
        tables = self.directory.tables
        return np.bincount(tables[self.may_be_parents], minlength=len(self.directory.table_ids))[tables]

    def distances(self, ones: Integers, others: Integers) -> Floats:
        """Return how far away other tables are, (n,), given pairs of places; 0 where no table of the lake is nearer.

        Tables are near whose names begin with the same parts: with the same folder, or the same words.
        """
        return np.maximum(self._nearest[ones] - self._of_pairs(ones, others, self._shared_parts), 0.0)

    @cached_property
    def _nearest(self) -> Floats:
        """(tables,) the parts with which the name of another table begins as well, at most."""
        count = len(self.directory.table_ids)
        visible = self.directory.visible
        seen = range(count) if visible is None else np.flatnonzero(visible).tolist()
        order = sorted(seen, key=self._parts_of.__getitem__)
        shared = np.array([self._shared_parts(*pair) for pair in pairwise(order)], np.float64)
        nearest = np.zeros(count)
        nearest[order] = np.maximum(np.append(shared, 0.0), np.append(0.0, shared))[: len(order)]
        return nearest

    def _shared_parts(self, one: int, other: int) -> float:
        paths = list(zip(self._parts_of[one], self._parts_of[other], strict=False))
        return float(next((place for place, (mine, its) in enumerate(paths) if mine != its), len(paths)))

    @cached_property
    def _parts_of(self) -> list[list[str]]:
        return [_APART.split(table) for table in self.directory.table_ids]

    def same_schema(self, ones: Integers, others: Integers) -> Floats:
        """Return the Jaccard similarity of the column names of pairs of tables, (n,), given their places."""
        return self._of_pairs(ones, others, self._alike)

    def _of_pairs(self, ones: Integers, others: Integers, compare: Callable[[int, int], float]) -> Floats:
        size = len(self.directory.table_ids)
        pairs, places = np.unique(ones * np.int64(size) + others, return_inverse=True)
        return np.array([compare(*divmod(pair, size)) for pair in pairs.tolist()], np.float64)[places]

    def _alike(self, one: int, other: int) -> float:
        names, others = self._names_of[one], self._names_of[other]
        return len(names & others) / max(len(names | others), 1)

    @cached_property
    def _names_of(self) -> list[frozenset[int]]:
        hashes, starts = self.directory.name_hashes.tolist(), self.directory.first_columns.tolist()
        return [frozenset(hashes[start:end]) for start, end in pairwise(starts)]
