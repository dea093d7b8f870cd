"""The columns of the tables to align, with all that is compared of them: no row is read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from lakeindex.arrays.aliases import Floats, Integers, TokenIds, Tokens, Vectors
from lakeindex.integrate.align.name_comparison import NameComparison
from lakeindex.models.static_embeddings import TokenVectors
from lakeindex.models.weights import STATIC
from lakeindex.search.searcher import Searcher
from lakeindex.types.column_tokens import END, NAME, TITLE
from lakeindex.types.columns import ColumnFacts
from lakeindex.types.lake import ColumnId, TableId

_UNITS, _UNIT_TOKENS = 18, 8
"""The name, the title and 16 values of a column, and how many word pieces of each count."""
VALUES = slice(TITLE + 1, _UNITS)
"""The units that are values."""
_CENTRED, _FEW_COLUMNS = 0.8, 2
_FEWEST_LED, _MOST_LED = 3, 0.8
"""From how many values on, and which share of them, a beginning is no accident."""


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
    def centred_vectors(self) -> Vectors:
        """The same without most of what all columns of a table have in common, its subject, (n, d)."""
        _, table, columns = np.unique(self.tables, return_inverse=True, return_counts=True)
        sums = np.zeros((len(columns), self.vectors.shape[1]))
        np.add.at(sums, table, self.vectors)
        # Of few columns, what they have in common may be what they say.
        shared = _CENTRED * sums / (columns + _FEW_COLUMNS)[:, None]
        return _unit(self.vectors - shared[table].astype(np.float32))

    @cached_property
    def units(self) -> Vectors:
        """The meaning of the name, the title and some values, (n, units, d), each 0 where there is none."""
        padded = self._tokens.reshape(-1, _UNIT_TOKENS)
        sums = self._token_vectors.sums(self._known(padded))
        return _unit(sums.reshape(len(self), _UNITS, self._token_vectors.dimension))

    @cached_property
    def value_vectors(self) -> Vectors:
        """The meaning of some values together, (n, d), 0 where the index keeps none."""
        return _unit(self.units[:, VALUES].sum(axis=1))

    @cached_property
    def name_vectors(self) -> Vectors:
        """The meaning of each name, (n, d), the more of a word the fewer names have it."""
        return _unit((self.name_pieces * self._rarity[:, :, None]).sum(axis=1))

    @cached_property
    def name_pieces(self) -> Vectors:
        """The meaning of each word piece of the names, (n, pieces, d), 0 where there is none."""
        pieces = self._tokens[:, NAME]
        return _unit(self._token_vectors.sums(self._known(pieces.reshape(-1, 1)))).reshape(*pieces.shape, -1)

    @cached_property
    def leads(self) -> Integers:
        """The word piece that nearly all values start with, (n,), or 0."""
        first = np.sort(self._tokens[:, VALUES, 0], axis=1).astype(np.int64)
        counts = (first > 0).sum(axis=1)
        # Where so many are the same, one of them is in the middle of all.
        middle = first[np.arange(len(first)), first.shape[1] - 1 - counts // 2]
        share = (first == middle[:, None]).sum(axis=1) / np.maximum(counts, 1)
        return np.where((counts >= _FEWEST_LED) & (share >= _MOST_LED), middle, 0)

    @cached_property
    def _rarity(self) -> Vectors:
        """How rare each word piece of the names is among the distinct names, (n, pieces)."""
        distinct = np.unique(self._tokens[:, NAME], axis=0)
        ascending = np.sort(distinct, axis=1)
        is_first = np.diff(ascending.astype(np.int64), axis=1, prepend=-1) != 0
        frequency = np.bincount(ascending[is_first], minlength=2**16)
        rarity = np.log1p(len(distinct) / np.maximum(frequency, 1)).astype(np.float32)
        return np.where(self._tokens[:, NAME] == END, np.float32(0), rarity[self._tokens[:, NAME]])

    @cached_property
    def _tokens(self) -> Tokens:
        return self.searcher.tokens.take(self.keys).padded(_UNITS, _UNIT_TOKENS)

    @cached_property
    def _token_vectors(self) -> TokenVectors:
        return TokenVectors.open(STATIC)

    def _known(self, tokens: Tokens) -> TokenIds:
        return np.where(tokens == END, self._token_vectors.no_token, tokens).astype(np.int32)


def _unit(vectors: Vectors) -> Vectors:
    lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return np.asarray(vectors / np.where(lengths == 0, 1, lengths), np.float32)
