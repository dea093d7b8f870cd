"""Columns that are equal as far as the index keeps them: one stands for all, however many copies a table has."""

from __future__ import annotations

import numpy as np

from lakeindex.arrays.aliases import Integers
from lakeindex.integrate.align.column_set import ColumnSet
from lakeindex.types.column_tokens import TITLE

_UNITS, _TOKENS = 18, 8
"""The name, the title and 16 values, and how many word pieces of each are compared."""


def first_equals(columns: ColumnSet) -> Integers:
    """Return the place of the first column with the same name, values and facts, (columns,), whatever its table is."""
    tokens = columns.searcher.tokens.take(columns.keys).padded(_UNITS, _TOKENS)
    contents = np.delete(tokens, TITLE, axis=1).reshape(len(columns), -1)
    facts, names = columns.facts, columns.searcher.directory.name_hashes[columns.keys]
    known = [names, facts.kinds, facts.distinct, facts.rows, facts.lows, facts.highs]
    parts = [np.ascontiguousarray(one).view(np.uint8).reshape(len(columns), -1) for one in (contents, *known)]
    rows = np.ascontiguousarray(np.concatenate(parts, axis=1))
    whole = rows.view(np.dtype((np.void, rows.shape[1]))).ravel()
    _, first, numbers = np.unique(whole, return_index=True, return_inverse=True)
    return np.asarray(first[numbers], np.int64)
