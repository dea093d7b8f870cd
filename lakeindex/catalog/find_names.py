"""Find tables and columns by what they are called: every word that is asked for is part of the name."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from lakeindex.arrays.aliases import Flags, Integers
from lakeindex.catalog.directory import Directory
from lakeindex.catalog.nearest_names import nearest
from lakeindex.types.lake import ColumnId, TableId

_BETWEEN = "·"
"""Stands between a table and its column where both are shown."""


@dataclass(frozen=True, slots=True)
class FoundNames:
    """Tables and columns that are called so, the best of each first, and how many there are of each."""

    tables: tuple[TableId, ...]
    table_count: int
    columns: tuple[ColumnId, ...]
    column_count: int
    nearest: tuple[str, ...] = ()
    """Where nothing is called so, the tables and columns with the nearest names."""


def find_names(directory: Directory, tables: Sequence[TableId], text: str, most: int) -> FoundNames:
    """Find at most so many `tables`, and so many columns that the caller may see, in whose names all words are.

    Of a column's words some may be in its table's name. Names that are the text come first, then those that begin with
    it, then those in which a word does; short ones before long ones.
    """
    words = [word for word in text.lower().split() if word != _BETWEEN]
    if not words:
        return FoundNames((), 0, (), 0)
    named = pa.array(tables, pa.string())
    found = np.flatnonzero(np.logical_and.reduce([_holds(named, word) for word in words]))
    keys = _columns_with(directory, words)
    wanted = " ".join(words)
    best_tables = _best(named.take(found), wanted, most)
    best_keys = keys[_best(directory.names.take(keys), words[-1], most)].tolist()
    close = () if len(found) or len(keys) else _nearest(directory, tables, wanted)
    return FoundNames(
        tuple(tables[place] for place in found[best_tables].tolist()),
        len(found),
        tuple(map(directory.id_of, best_keys)),
        len(keys),
        close,
    )


def _columns_with(directory: Directory, words: Sequence[str]) -> Integers:
    """Return the keys of the columns with all words in the names of table and column, one of them in its own."""
    all_words, own_word = directory.visible_columns(), np.zeros(len(directory), bool)
    tables = directory.table_names()
    for word in words:
        own = _holds(directory.names, word)
        all_words = all_words & (own | _holds(tables, word)[directory.tables])
        own_word |= own
    return np.flatnonzero(all_words & own_word)


def _holds(names: pa.Array[Any], part: str) -> Flags:
    return np.asarray(pc.match_substring(names, part, ignore_case=True).to_numpy(zero_copy_only=False), bool)


def _best(names: Any, wanted: str, most: int) -> Integers:
    """Return the places of the names that are most like what is wanted, best first."""
    lower: Any = pc.utf8_lower(names)
    begins_word = pc.match_substring_regex(lower, rf"(^|[^\pL\pN]){re.escape(wanted)}")
    claims: list[Any] = [pc.equal(lower, pa.scalar(wanted)), pc.starts_with(lower, wanted), begins_word]
    worth = np.sum([one.to_numpy(zero_copy_only=False) for one in claims], axis=0)
    lengths: Any = pc.utf8_length(lower)
    return np.asarray(np.lexsort((lengths.to_numpy(), -worth))[:most], np.int64)


def _nearest(directory: Directory, tables: Sequence[TableId], wanted: str) -> tuple[str, ...]:
    visible = np.flatnonzero(directory.visible_columns())
    columns = sorted({str(name) for name in directory.names.take(visible).to_pylist()})
    return tuple(dict.fromkeys((*nearest(wanted, tables), *nearest(wanted, columns))))
