"""Decide how columns are read: by the types of their own values, or by those of the other columns of their table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from lakeindex.arrays.aliases import Flags, Integers
from lakeindex.canonical.column_reading import ColumnReading, DateOrder
from lakeindex.profile.column_profile import VALUE_TYPES

_BY_TABLE, _BY_HABIT = "as in other columns of its table", "as most write it; no value shows it"


def read_columns(value_types: Sequence[Integers], tables: Integers) -> list[ColumnReading]:
    """Return the reading of each column, given the rows by the type of their value: (len(VALUE_TYPES),) each.

    `tables` (n,) are the tables that the columns are of, in any numbers.
    """
    if not len(value_types):
        return []
    counts, places = np.stack(value_types), np.unique(tables, return_inverse=True)[1]
    seen = {name: counts[:, place] > 0 for place, name in enumerate(VALUE_TYPES)}
    commas = _Choice.of(seen["comma"], seen["grouped"] | seen["decimal"], seen["dotted"] | seen["thousand"], places)
    months = _Choice.of(seen["month_first"], seen["day_first"], seen["either_order"], places)
    readings = []
    for column in range(len(counts)):
        notes = []
        if commas.is_guess[column]:
            notes.append(f"a decimal {'comma' if commas.is_first[column] else 'point'}, {_BY_TABLE}")
        order = None
        if months.is_decided[column] or months.is_open[column]:
            is_month_first = bool(months.is_first[column]) or not months.is_decided[column]
            order = DateOrder.MONTH_FIRST if is_month_first else DateOrder.DAY_FIRST
            if months.is_open[column]:
                why = _BY_TABLE if months.is_guess[column] else _BY_HABIT
                notes.append(f"{order} in dates, {why}")
        is_zoned = bool(seen["zoned"][column])
        readings.append(ColumnReading(bool(commas.is_first[column]), order, is_zoned, bool(notes), "; ".join(notes)))
    return readings


@dataclass(frozen=True, slots=True)
class _Choice:
    """A choice between two ways to read each column, (n,)."""

    is_first: Flags
    """Whether it is read the first way."""
    is_decided: Flags
    """Whether its own values or other columns of its table decide."""
    is_guess: Flags
    """Whether other columns of its table do."""
    is_open: Flags
    """Whether values can be read either way, and its own don't decide."""

    @classmethod
    def of(cls, first: Flags, second: Flags, either: Flags, places: Integers) -> _Choice:
        """Choose, given which columns have values that are of the first way, of the second, or of either."""
        own_first, own_second = first & ~second, second & ~first
        of_table = [np.asarray(np.bincount(places, weights=own) > 0)[places] for own in (own_first, own_second)]
        is_open = either & ~first & ~second
        is_guess = is_open & (of_table[0] != of_table[1])
        return cls(own_first | (is_guess & of_table[0]), own_first | own_second | is_guess, is_guess, is_open)
