"""Which tables may describe the same entities: those whose common attributes tell the rows of both apart.

A city and its country have the country in common, which tells no cities apart: they join, and are not the same thing.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from lakeindex.arrays.aliases import Flags, Integers
from lakeindex.integrate.alignment import Alignment
from lakeindex.integrate.disjunction.equal_join import MISSING, unique_rows
from lakeindex.integrate.records import Records

_TELLS_APART = 0.8
"""The least share of a table's rows that are different in the attributes that it shares."""


def linkable_tables(records: Sequence[Records], alignment: Alignment) -> Flags:
    """Return for each pair of tables whether rows of one may be rows of the other, (tables, tables), symmetric."""
    codes = [_codes(one, alignment) for one in records]
    has = np.array([[one.of(table.table) is not None for one in alignment.attributes] for table in records], bool)
    found = np.zeros((len(records), len(records)), bool)
    shares: dict[tuple[int, bytes], float] = {}
    for left in range(len(records)):
        for right in range(left):
            shared = has[left] & has[right]
            sides = [_share(codes[place], shared, (place, shared.tobytes()), shares) for place in (left, right)]
            found[left, right] = found[right, left] = min(sides) >= _TELLS_APART
    return found


def _codes(records: Records, alignment: Alignment) -> Integers:
    """Return a number for each value, (rows, attributes), MISSING where there is none."""
    codes = np.full((len(records), len(alignment.attributes)), MISSING, np.int64)
    for place, attribute in enumerate(alignment.attributes):
        member = attribute.of(records.table)
        if member is not None:
            encoded: Any = records.keys(member.column.name).dictionary_encode()
            codes[:, place] = encoded.indices.fill_null(MISSING).to_numpy(zero_copy_only=False)
    return codes


def _share(codes: Integers, shared: Flags, name: tuple[int, bytes], known: dict[tuple[int, bytes], float]) -> float:
    """Return the share of the rows that are different in the shared attributes, of those that have any."""
    if name not in known:
        some = codes[:, shared]
        some = some[(some != MISSING).any(axis=1)]
        known[name] = len(unique_rows(some)[0]) / len(some) if some.size else 0.0
    return known[name]
