"""The columns of the tables to align, with all that is compared of them: no row is read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from lakeindex.arrays.aliases import Floats, Integers, Vectors
from lakeindex.integrate.align.name_comparison import NameComparison
from lakeindex.models.static_embeddings import TokenVectors
from lakeindex.models.weights import STATIC
from lakeindex.search.searcher import Searcher
from lakeindex.types.column_tokens import END, NAME, TITLE
from lakeindex.types.columns import ColumnFacts
from lakeindex.types.lake import ColumnId, TableId

_UNITS, _UNIT_TOKENS = 18, 8
"""The name, the title and 16 values of a column, and how many word pieces of each count."""


@dataclass(frozen=True, eq=False)
class ColumnSet:
    """The columns of some tables, in the order of the index whatever that of the tables."""

    searcher: Searcher
    keys: Integers
    """(n,) ascending, so that a table's columns are neighbours."""
    tables: Integers
    """(n,) the number of each column's table in the index, ascending."""

    @classmethod
    def of(cls, tables: Sequence[TableId], searcher: Searcher) -> ColumnSet:
        """Look up the columns of tables. Raises NotFound with the nearest names."""
        directory = searcher.directory
        found = [directory.keys_of_table(table) for table in tables]
        keys = np.unique(np.concatenate([np.zeros(0, np.int64), *found])).astype(np.int64)
        return cls(searcher, keys, directory.tables[keys].astype(np.int64))

    def __len__(self) -> int:
        return len(self.keys)

    @cached_property
    def ids(self) -> list[ColumnId]:
        """The columns, (n,)."""
        return [self.searcher.directory.id_of(key) for key in self.keys.tolist()]

    @cached_property
    def names(self) -> NameComparison:
        """The names, compared."""
        return NameComparison.of([column.name for column in self.ids])

    @cached_property
    def facts(self) -> ColumnFacts:
        """What the index knows of each, (n,)."""
        return self.searcher.directory.facts.take(self.keys)

    @cached_property
    def positions(self) -> Floats:
        """Where each stands in its table, (n,), from 0 for the first to 1 for the last column."""
        first = np.searchsorted(self.tables, self.tables)
        last = np.searchsorted(self.tables, self.tables, side="right") - 1
        return np.asarray((np.arange(len(self)) - first) / np.maximum(last - first, 1))

    @cached_property
    def vectors(self) -> Vectors:
        """The encoder's vectors of name and values, (n, d)."""
        return self.searcher.vectors.vectors(self.keys)

    @cached_property
    def name_vectors(self) -> Vectors:
        """The meaning of each name alone, (n, d), 0 for a name without a known word piece."""
        return np.asarray(self._units[:, NAME])

    @cached_property
    def value_vectors(self) -> Vectors:
        """The meaning of a few values, (n, d), 0 where the index keeps none."""
        return _unit(self._units[:, TITLE + 1 :].sum(axis=1))

    @cached_property
    def _units(self) -> Vectors:
        tokens = TokenVectors.open(STATIC)
        padded = self.searcher.tokens.take(self.keys).padded(_UNITS, _UNIT_TOKENS)
        flat = np.where(padded == END, tokens.no_token, padded).reshape(-1, _UNIT_TOKENS)
        return _unit(tokens.sums(flat).reshape(len(self), _UNITS, tokens.dimension))


def _unit(vectors: Vectors) -> Vectors:
    lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return np.asarray(vectors / np.where(lengths == 0, 1, lengths), np.float32)
