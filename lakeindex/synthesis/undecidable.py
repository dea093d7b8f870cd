"""Pairs of a made lake that no evidence decides: they are used neither in training nor in evaluation.

Numbers from 1 to n under `column_3` match the other half of their table as well as any other such column; and whether
one survey's `age` joins with another's depends on what a user wants.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence

import numpy as np

from lakeindex.arrays.aliases import Integers
from lakeindex.synthesis.headers import HUBS
from lakeindex.synthesis.made_tables import MadeColumn
from lakeindex.synthesis.value_shapes import DISTINCTIVE_SHAPES, TEXT_SHAPES, ValueShape
from lakeindex.types.names import words_of

_LEAST_EXCLUSIVE = 3
"""Values that two columns share and that no column of another lineage has."""
_MEANINGFUL_SHAPES = TEXT_SHAPES | {ValueShape.PHONE}
_NUMBERS = re.compile(r"\s?\d+")
_UNINFORMATIVE = re.compile(r"(var|col|column|field|unnamed|attr|[a-z])?[ _]?\d*")


def is_informative(header: str) -> bool:
    """Return whether a header describes a column: `id`, `x` and `V4` do not."""
    words = words_of(header)
    return words not in HUBS and _UNINFORMATIVE.fullmatch(words) is None


def exclusive_values(values: Sequence[Integers], lineages: Sequence[int]) -> list[Integers]:
    """Return, for each column, those of its numbered values that no column of another lineage has, ascending."""
    if not values:
        return []
    count = 1 + max((int(one.max(initial=0)) for one in values), default=0)
    lowest, highest = np.full(count, np.iinfo(np.int64).max), np.full(count, -1)
    for numbers, lineage in zip(values, lineages, strict=True):
        lowest[numbers] = np.minimum(lowest[numbers], lineage)
        highest[numbers] = np.maximum(highest[numbers], lineage)
    is_exclusive = lowest == highest
    return [numbers[is_exclusive[numbers]] for numbers in values]


def is_decidable(left: MadeColumn, right: MadeColumn, exclusive_shared: int) -> bool:
    """Return whether there is evidence that two columns of the same lineage join.

    `exclusive_shared` counts the values that they share and no other lineage has. These are evidence, and so are
    informative headers, and values made of words.
    """
    is_described = all(one.has_informative_header or one.is_named_by_title for one in (left, right))
    if is_described and (left.has_informative_header or right.has_informative_header):
        return True
    if "emptied" in (left.how, right.how):
        return False
    shapes = {left.shape, right.shape}
    return exclusive_shared >= _LEAST_EXCLUSIVE or (shapes <= DISTINCTIVE_SHAPES and bool(shapes & _MEANINGFUL_SHAPES))


def find_indistinguishable(columns: Sequence[MadeColumn]) -> list[list[int]]:
    """Group the places of columns without distinctive values that have the same header in their sources.

    Digits in headers are ignored: whether `wage75` joins with `wage`, or with the wage of another year, is unknown.
    Groups have two columns or more.
    """
    by_header: defaultdict[str, list[int]] = defaultdict(list)
    for place, column in enumerate(columns):
        is_indistinct = column.shape not in DISTINCTIVE_SHAPES or column.how == "emptied"
        if is_indistinct and (column.shape is ValueShape.DATE or is_informative(column.name)):
            by_header[_NUMBERS.sub("", words_of(column.name)).strip()].append(place)
    return [places for places in by_header.values() if len(places) > 1]
