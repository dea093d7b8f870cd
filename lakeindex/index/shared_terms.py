"""The terms that a query shares with columns, found by walking through the columns or through the inverted lists.

Both ways give the same, in the same order: by column, then by term.
"""

from __future__ import annotations

import numpy as np

from lakeindex.arrays.aliases import Hashes, Integers, Places
from lakeindex.arrays.ragged import ranges
from lakeindex.types.columns import QueryTerms

SharedTerms = tuple[Integers, Integers, Integers]
"""For each term that is shared: the place of its column, its place in the query, and its number in the index."""


def shared_by_columns(
    query: QueryTerms, column_terms: Places, starts: Integers, lengths: Integers, terms: int
) -> SharedTerms:
    """Look each term of some columns, which lie in spans of `column_terms`, up in the query."""
    # A table costs a look-up an entry where a search costs ten; it is mapped lazily, and filled at a few places.
    place_of = np.zeros(terms, np.uint32)
    place_of[ranges(query.first, query.last - query.first)] = np.repeat(query.known + 1, query.last - query.first)
    numbers = column_terms[ranges(starts, lengths)]
    found = place_of[numbers]
    shared = np.flatnonzero(found)
    owners = np.repeat(np.arange(len(starts)), lengths)[shared]
    return owners, found[shared].astype(np.int64) - 1, numbers[shared].astype(np.int64)


def shared_by_postings(query: QueryTerms, columns: Integers, term_starts: Places, term_columns: Places) -> SharedTerms:
    """Look each column that holds a term of the query, in its list, up among some columns, in any order."""
    spans = query.last - query.first
    numbers, known = ranges(query.first, spans), np.repeat(query.known, spans)
    first, last = term_starts[numbers].astype(np.int64), term_starts[numbers + 1].astype(np.int64)
    frequency = last - first
    holders = term_columns[ranges(first, frequency)]
    ascending = np.argsort(columns, kind="stable")
    places = np.minimum(np.searchsorted(columns[ascending], holders), max(len(columns) - 1, 0))
    owners = ascending[places] if len(columns) else places
    is_meant = np.flatnonzero(columns[owners] == holders) if len(columns) else owners[:0]
    order = is_meant[np.argsort(owners[is_meant], kind="stable")]
    return owners[order], np.repeat(known, frequency)[order], np.repeat(numbers, frequency)[order]


def find_in_spans(ascending: Places, starts: Integers, lengths: Integers, wanted: Integers) -> Integers:
    """Return the place of each wanted number in its span, ascending, of an array: a binary search in all at once."""
    low, high = starts.copy(), starts + lengths - 1
    for _ in range(int(lengths.max(initial=1)).bit_length()):
        middle = (low + high) // 2
        is_after = ascending[middle] < wanted
        low, high = np.where(is_after, middle + 1, low), np.where(is_after, high, middle)
    return low


_STEPS = 4
"""Steps to neighbours before the ends of a run are found by binary search."""


def groups_of(terms: Hashes, mask: np.uint64, numbers: Integers) -> tuple[Integers, Integers]:
    """Return for each of some terms, by number, the start and end of the run that it folds into, both (n,).

    `terms` are ascending and distinct; an end is the number after the last.
    """
    # Most terms are alone in their run: comparing neighbours is cheaper than a search.
    folded = terms[numbers] & mask
    return _ends(terms, mask, numbers, folded, -1), _ends(terms, mask, numbers, folded, +1) + 1


def _ends(terms: Hashes, mask: np.uint64, numbers: Integers, folded: Hashes, step: int) -> Integers:
    """Return the last number in one direction, -1 or +1, whose term folds into the same one."""
    ends, walking = numbers.copy(), np.arange(len(numbers))
    for _ in range(_STEPS):
        beside = ends[walking] + step
        inside = np.clip(beside, 0, len(terms) - 1)
        is_same = (beside == inside) & (terms[inside] & mask == folded[walking])
        walking = walking[is_same]
        if not len(walking):
            return ends
        ends[walking] += step
    far = folded[walking]
    after = np.searchsorted(terms, far | ~mask, side="right") if step > 0 else np.searchsorted(terms, far) + 1
    ends[walking] = after - 1
    return ends
