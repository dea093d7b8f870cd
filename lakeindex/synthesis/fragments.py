"""Split a source into fragments whose overlap is known: by rows, by columns, into parent and child."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow.compute as pc

from lakeindex.arrays.aliases import Integers
from lakeindex.synthesis.source_tables import Source, SourceColumn
from lakeindex.synthesis.value_shapes import TEXT_SHAPES, ValueShape

OVERLAPS = (0.0, 0.1, 0.3, 0.6, 1.0)

_FEWEST_CODES, _MOST_CODES = 5, 1_000  # longer lists are keys of entities, not codes that people know
_LONGEST_CODE = {ValueShape.CODE: 8.0, ValueShape.NAME: 4.0}  # characters, as a mean


@dataclass(frozen=True, slots=True, eq=False)
class ValueSplit:
    """Distinct values split into two sides of equal size."""

    left: Integers
    right: Integers
    shared: Integers


def split_values(count: int, overlap: float, rng: np.random.Generator) -> ValueSplit:
    """Split `count` distinct values so that each side shares a fraction `overlap` of its own, to the nearest value."""
    size = max(1, int(count / (2 - overlap)))
    shared = round(overlap * size)
    if 2 * size - shared > count:
        size -= 1
        shared = min(round(overlap * size), size)
    order = rng.permutation(count)
    both, left, right = np.split(order[: 2 * size - shared], [shared, size])
    return ValueSplit(np.concatenate([both, left]), np.concatenate([both, right]), both)


def split_rows(column: SourceColumn, overlap: float, rng: np.random.Generator) -> tuple[Integers, Integers]:
    """Split the rows of a table into two fragments so that a column's distinct values have the given overlap.

    The rows of a shared value are divided between both; if it has only one row, that is in both. A row without a value
    goes to either.
    """
    split = split_values(len(column.distinct), overlap, rng)
    goes = np.zeros((2, len(column.distinct) + 1), bool)
    goes[0, split.left], goes[1, split.right] = True, True
    goes[:, -1] = True  # the place -1 of rows without a value
    both = goes[0, column.codes] & goes[1, column.codes]
    to_left = rng.random(len(column.codes)) < 0.5
    first, last = _first_and_last(column.codes)
    left = goes[0, column.codes] & (~both | first | (to_left & ~last))
    right = goes[1, column.codes] & (~both | last | (~to_left & ~first))
    return np.flatnonzero(left), np.flatnonzero(right)


def _first_and_last(codes: Integers) -> tuple[np.ndarray[tuple[int], np.dtype[np.bool_]], ...]:
    """Return which rows are the first and which the last ones of their value; rows without a value are neither."""
    first, last = np.zeros(len(codes), bool), np.zeros(len(codes), bool)
    first[np.unique(codes, return_index=True)[1]] = True
    last[len(codes) - 1 - np.unique(codes[::-1], return_index=True)[1]] = True
    return first & (codes >= 0), last & (codes >= 0)


@dataclass(frozen=True, slots=True, eq=False)
class Parent:
    """The distinct values of a column as a parent table, with the numbers by which the child refers to them."""

    values: Integers
    """(parents,) The place of each parent's value among the distinct ones, in the order of the keys."""
    rows: Integers
    """(parents,) A row of the source that has it."""
    keys: Integers
    """(parents,) 1..n."""
    references: Integers
    """(rows,) The key of each of the source's rows, -1 for rows without a value."""


def make_parent(column: SourceColumn, rng: np.random.Generator) -> Parent:
    """Number the distinct values of a column in random order."""
    count = len(column.distinct)
    values = rng.permutation(count)
    keys_of_values = np.empty(count + 1, np.int64)
    keys_of_values[values], keys_of_values[-1] = np.arange(1, count + 1), -1
    seen, first = np.unique(column.codes, return_index=True)
    rows_of_values = np.full(count, -1, np.int64)
    rows_of_values[seen[seen >= 0]] = first[seen >= 0]
    return Parent(values, rows_of_values[values], np.arange(1, count + 1), keys_of_values[column.codes])


def depends_on(dependent: SourceColumn, key: SourceColumn) -> bool:
    """Return whether the key determines the dependent column in the data; a missing value counts as a value."""
    return _pairs(key, dependent) == len(np.unique(key.codes[key.codes >= 0]))


def find_lookups(source: Source) -> list[tuple[SourceColumn, SourceColumn]]:
    """Find pairs of columns in 1:1 correspondence: the first holds codes, and the second the longer names."""
    able = [column for column in source.columns if _FEWEST_CODES <= len(column.distinct) <= _MOST_CODES]
    codes = [column for column in able if _may_be_code(column)]
    names = [column for column in able if column.shape in TEXT_SHAPES and _has_words(column)]
    return [
        (code, name)
        for code in codes
        for name in names
        if code is not name
        and _length(code) < 0.6 * _length(name)
        and len(code.distinct) == len(name.distinct) == _pairs(code, name)
    ]


def _pairs(left: SourceColumn, right: SourceColumn) -> int:
    """Count the distinct pairs of values in rows with a value on the left; a missing value on the right counts too."""
    filled = left.codes >= 0
    return len(np.unique(left.codes[filled] * (len(right.distinct) + 1) + right.codes[filled] + 1))


def _may_be_code(column: SourceColumn) -> bool:
    return column.shape in (ValueShape.CODE, ValueShape.NAME) and _length(column) <= _LONGEST_CODE[column.shape]


def _has_words(column: SourceColumn) -> bool:
    """Return whether at least half of the values have no digits: a colour code or a time of day is no name."""
    return float(pc.match_substring_regex(column.distinct, r"^\D+$").to_numpy(zero_copy_only=False).mean()) >= 0.5


def _length(column: SourceColumn) -> float:
    return float(pc.utf8_length(column.distinct).to_numpy().mean())
