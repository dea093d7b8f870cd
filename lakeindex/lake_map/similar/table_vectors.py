"""A vector a table, of its title, the names of its columns and what these hold: no row is read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from lakeindex.arrays.aliases import Floats, Integers, Tokens, Vectors
from lakeindex.models.static_embeddings import TokenVectors
from lakeindex.models.weights import STATIC
from lakeindex.search.searcher import Searcher
from lakeindex.types.column_tokens import END, NAME, TITLE

_UNITS, _UNIT_TOKENS = TITLE + 1, 8
_COLUMNS_AT_ONCE = 20_000


@dataclass(frozen=True, slots=True, eq=False)
class TableVectors:
    """The vectors of all tables of an index, one a block, each of unit length or 0."""

    content: Vectors
    """(tables, d) of the columns' vectors, which the encoder makes of names and values."""
    names: Vectors
    """(tables, d') of the columns' names."""
    titles: Vectors
    """(tables, d')."""

    @classmethod
    def of(cls, searcher: Searcher) -> TableVectors:
        """Pool what the index keeps of each table's columns."""
        parts = list(_pooled(searcher))
        return cls(*(_unit(np.concatenate([part[place] for part in parts])) for place in range(3)))

    def blocks(self) -> tuple[Vectors, Vectors, Vectors]:
        """Return the vectors of each block."""
        return self.content, self.names, self.titles

    def cosines(self, table: int, weights: Sequence[float]) -> Floats:
        """Return the cosines of a table with all, (tables,), given how much each block counts."""
        products = np.zeros(len(self.content))
        lengths = np.zeros(len(self.content))
        for block, weight in zip(self.blocks(), weights, strict=True):
            products += weight * (block @ block[table])
            lengths += weight * block.any(axis=1)
        return np.asarray(products / np.sqrt(np.maximum(lengths * lengths[table], np.finfo(np.float64).tiny)))

    def block_cosines(self, table: int, others: Integers) -> Floats:
        """Return the cosines of a table with others, (others, 3), in each block."""
        return np.column_stack([np.einsum("nd,d->n", block[others], block[table]) for block in self.blocks()])


def _pooled(searcher: Searcher) -> Iterator[tuple[Vectors, Vectors, Vectors]]:
    """Yield the sums over the columns of some tables at a time, (some tables, dimension) each."""
    tokens = TokenVectors.open(STATIC)
    starts = searcher.directory.first_columns
    for first, end in _chunks(starts):
        keys = np.arange(starts[first], starts[end])
        pieces = searcher.tokens.take(keys).padded(_UNITS, _UNIT_TOKENS)
        names = _unit(tokens.sums(_known(pieces[:, NAME], tokens)))
        heads = starts[first:end] - starts[first]
        titles = tokens.sums(_known(pieces[heads, TITLE], tokens))
        yield _sums(searcher.vectors.vectors(keys), heads), _sums(names, heads), titles


def _chunks(starts: Integers) -> Iterator[tuple[int, int]]:
    """Yield ranges of tables with so many columns together, or a single table."""
    first, tables = 0, len(starts) - 1
    while first < tables:
        end = int(np.searchsorted(starts, starts[first] + _COLUMNS_AT_ONCE, side="right")) - 1
        end = min(max(end, first + 1), tables)
        yield first, end
        first = end


def _sums(vectors: Vectors, heads: Integers) -> Vectors:
    return np.asarray(np.add.reduceat(vectors, heads, axis=0), np.float32)


def _known(pieces: Tokens, tokens: TokenVectors) -> Integers:
    return np.where(pieces == END, tokens.no_token, pieces).astype(np.int64)


def _unit(vectors: Vectors) -> Vectors:
    lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return np.asarray(vectors / np.where(lengths == 0, 1, lengths), np.float32)
