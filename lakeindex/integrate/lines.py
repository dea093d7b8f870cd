"""The lines of the result: sets of tuples joined with what agrees with them, and which sets each line is made of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow.compute as pc

from lakeindex.arrays.aliases import Flags, Integers
from lakeindex.arrays.ragged import ranges
from lakeindex.integrate.conflicts.claims import Claims, Resolved
from lakeindex.integrate.disjunction.equal_join import (
    MISSING,
    groups_of,
    subsumed_pairs,
    unique_rows,
    without_subsumed,
)
from lakeindex.integrate.disjunction.full_disjunction import TooLarge, full_disjunction
from lakeindex.integrate.disjunction.lookups import look_up

_FEW = 100
"""Sets that say the same, which all stand behind each line that has it; further ones stand behind the first line."""


@dataclass(frozen=True, slots=True, eq=False)
class Lines:
    """The lines, and the sets behind them."""

    count: int
    line: Integers
    """(pairs,) ascending."""
    set: Integers
    """(pairs,)"""
    is_cut: bool
    """Whether the full disjunction would have been too large, so that only what multiplies nothing was joined."""


def value_codes(claims: Claims, resolved: Resolved, shape: tuple[int, int]) -> Integers:
    """Return the value of each set and attribute as a number, (sets, attributes), MISSING where there is none."""
    codes = np.full(shape, MISSING, np.int64)
    won = np.flatnonzero(resolved.has_won)
    keys: Any = claims.key.take(won).dictionary_encode()
    order = pc.array_sort_indices(keys.dictionary).to_numpy()
    ranks = np.empty(len(order), np.int64)
    ranks[order] = np.arange(len(order))
    numbers = ranks[keys.indices.to_numpy()]
    cells = resolved.claim_cell[won]
    least = np.full(len(resolved), np.iinfo(np.int64).max)
    np.minimum.at(least, cells, numbers)
    codes[resolved.entity, resolved.attribute] = least
    return codes


def kept_apart(codes: Integers, apart: Integers) -> Integers:
    """Return a code for each set, (sets,), by which pairs of sets that a person told apart, (pairs, 2), disagree.

    Only those need it that agree in all that they say. It is MISSING for the others, and of no two sets the same.
    """
    first, second = codes[apart[:, 0]], codes[apart[:, 1]]
    disagree = ((first != second) & (first != MISSING) & (second != MISSING)).any(axis=1)
    chosen = np.unique(apart[~disagree])
    chosen = chosen[(codes[chosen] != MISSING).any(axis=1)]
    column = np.full(len(codes), MISSING, np.int64)
    column[chosen] = np.arange(len(chosen))
    return column


def lines_of(codes: Integers, has_column: Flags, keys: Sequence[int], most: int) -> Lines:
    """Join sets of tuples, (sets, attributes), with what agrees with them.

    `has_column` says of which attributes a set's tables have a column: a value that is missing there is unknown, and
    agrees with none, as ALITE labels such nulls.
    With `keys`, attributes, there is one line for each set that has them, with what it looks up, and what no line took
    in; without, the full disjunction, or where that has more than `most` lines, only what multiplies nothing.
    """
    sets = np.flatnonzero((codes != MISSING).any(axis=1))
    codes, is_cut = codes[sets], False
    labelled = _with_labels(codes, has_column[sets])
    try:
        joined = look_up(labelled, keys) if keys else full_disjunction(labelled, most)
    except TooLarge:
        joined, is_cut = look_up(labelled), True
    lines = without_subsumed(np.where(joined > codes.max(initial=MISSING), MISSING, joined))
    line, member = _members(lines, codes)
    order = np.lexsort((member, line))
    line, member = line[order], member[order]
    # In the order of the sets: that of the tables' rows.
    first = np.full(len(lines), len(codes))
    np.minimum.at(first, line, member)
    places = np.empty(len(lines), np.int64)
    places[np.lexsort((np.arange(len(lines)), first))] = np.arange(len(lines))
    order = np.lexsort((member, places[line]))
    return Lines(len(lines), places[line][order], sets[member[order]], is_cut)


def _with_labels(codes: Integers, has_column: Flags) -> Integers:
    """Give each missing value of a column a code of its own, above all others."""
    labelled = codes.copy()
    unknown = (codes == MISSING) & has_column
    labelled[unknown] = codes.max(initial=MISSING) + 1 + np.arange(unknown.sum())
    return labelled


def _members(lines: Integers, codes: Integers) -> tuple[Integers, Integers]:
    """Return the pairs of a line and a set, all of whose values the line has."""
    distinct, numbers = unique_rows(codes)
    order = np.argsort(numbers, kind="stable")
    counts = np.bincount(numbers, minlength=len(distinct))
    starts = np.cumsum(counts) - counts
    found = list(subsumed_pairs(lines, groups_of(distinct)))
    if not found:
        return np.empty(0, np.int64), np.empty(0, np.int64)
    own, line = (np.concatenate(part) for part in zip(*found, strict=True))
    by_set = np.lexsort((line, own))
    own, line = own[by_set], line[by_set]
    is_first = np.ones(len(own), bool)
    is_first[1:] = own[1:] != own[:-1]
    lengths = np.where(is_first, counts[own], np.minimum(counts[own], _FEW))
    return np.repeat(line, lengths), order[ranges(starts[own], lengths)]
