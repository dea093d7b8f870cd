"""Compare the rows of two tables: which columns are the same by their rows, which rows both have, what is changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from lakeindex.arrays.aliases import Flags, Floats, Integers
from lakeindex.integrate.align.one_to_one import assign
from lakeindex.integrate.alignment import AlignedPair
from lakeindex.integrate.disjunction.equal_join import MISSING
from lakeindex.lake_map.similar.coded_rows import CodedRows, shared_rows
from lakeindex.lake_map.similar.verdict import Common

_MOST_MATCHED = 2_000
"""Rows by which columns are compared."""
_FEWEST_MATCHED = 3
_LEAST_MATCHED = 0.1
"""The share of the rows of the smaller table that a key has to match."""
_AGREEING = 0.9
"""The share of matched rows in which two columns agree that nothing else speaks for."""


@dataclass(frozen=True, slots=True, eq=False)
class _Matched:
    """Rows of both tables that are the same by a key, each once."""

    left: Integers
    right: Integers
    key: int | None
    """The place among the pairs of the column that is the key; None for all of them together."""


_NOTHING_MATCHED = _Matched(np.zeros(0, np.int64), np.zeros(0, np.int64), None)


def compare_rows(rows: CodedRows, aligned: Sequence[AlignedPair], is_sample: bool = False) -> Common:
    """Return what two tables have in common, given which of their columns are likely to be the same attribute."""
    pairs = _placed(rows, aligned)
    matched = _match(rows, pairs)
    if len(matched.left) >= _FEWEST_MATCHED:
        pairs = _by_agreement(rows, pairs, matched)
        matched = _match(rows, pairs)
    left, right = _sides(pairs)
    shared = shared_rows(*rows.numbered(left, right)) if len(pairs) else 0
    changed = _changed(rows, pairs, matched) if matched.key is not None else []
    names = [
        (rows.names[0][one], rows.names[1][other]) for one, other in zip(left.tolist(), right.tolist(), strict=True)
    ]
    lone = [tuple(name for at, name in enumerate(some) if at not in set(taken.tolist()))
            for some, taken in zip(rows.names, (left, right), strict=True)]  # fmt: skip
    return Common(
        rows=(len(rows.left), len(rows.right)),
        shared=shared,
        pairs=tuple(names),
        lone=(lone[0], lone[1]),
        matched=len(matched.left) if matched.key is not None else 0,
        changed=tuple((name, count) for (name, _), count in zip(names, changed, strict=False)),
        is_sample=is_sample,
    )


def _placed(rows: CodedRows, aligned: Sequence[AlignedPair]) -> Integers:
    """Return the places of the aligned columns that have values, (pairs, 2)."""
    places = [{name: at for at, name in enumerate(names)} for names in rows.names]
    found = [(places[0].get(one.left, -1), places[1].get(one.right, -1)) for one in aligned]
    pairs = np.array(found, np.int64).reshape(-1, 2)
    return np.asarray(pairs[(pairs >= 0).all(axis=1)])


def _sides(pairs: Integers) -> tuple[Integers, Integers]:
    return pairs[:, 0], pairs[:, 1]


def _match(rows: CodedRows, pairs: Integers) -> _Matched:
    """Match rows by the pair of columns whose values tell most rows apart, or by all pairs together."""
    best = _NOTHING_MATCHED
    if not len(pairs):
        return best
    for place, (one, other) in enumerate(pairs.tolist()):
        found = _once_in_both(rows.left[:, one], rows.right[:, other])
        if len(found[0]) > len(best.left):
            best = _Matched(*found, place)
    together = _once_in_both(*rows.numbered(*_sides(pairs)))
    if len(together[0]) > len(best.left):
        return _Matched(*together, None)
    fewest = max(_FEWEST_MATCHED, _LEAST_MATCHED * min(len(rows.left), len(rows.right)))
    return best if len(best.left) >= fewest else _NOTHING_MATCHED


def _once_in_both(left: Integers, right: Integers) -> tuple[Integers, Integers]:
    """Return the places of the values that are exactly once in both, (matched,) each."""
    (ones, at), (others, other_at) = (_once(side) for side in (left, right))
    _, of_left, of_right = np.intersect1d(ones, others, assume_unique=True, return_indices=True)
    return at[of_left], other_at[of_right]


def _once(values: Integers) -> tuple[Integers, Integers]:
    distinct, first, counts = np.unique(values, return_index=True, return_counts=True)
    is_once = (counts == 1) & (distinct != MISSING)
    return distinct[is_once], first[is_once].astype(np.int64)


def _by_agreement(rows: CodedRows, pairs: Integers, matched: _Matched) -> Integers:
    """Pair the columns anew, (pairs, 2), by the share of matched rows in which they have the same value."""
    step = max(1, len(matched.left) // _MOST_MATCHED)
    left, right = rows.left[matched.left[::step]], rows.right[matched.right[::step]]
    agreeing = np.stack([_agreement(left[:, [place]], right) for place in range(left.shape[1])])
    is_aligned = np.zeros(agreeing.shape, bool)
    is_aligned[_sides(pairs)] = True
    assigned = assign(_gains(agreeing, is_aligned))
    kept = np.flatnonzero(assigned >= 0)
    return np.column_stack([kept, assigned[kept]])


def _gains(agreeing: Floats, is_aligned: Flags) -> Floats:
    return np.where(is_aligned, 0.5 + agreeing, np.where(agreeing >= _AGREEING, agreeing, 0.0))


def _agreement(one: Integers, others: Integers) -> Floats:
    """Return the share of rows with a value in which a column, (rows, 1), has that of others, (rows, others)."""
    has_value = (one != MISSING) | (others != MISSING)
    return np.asarray(((one == others) & has_value).sum(axis=0) / np.maximum(has_value.sum(axis=0), 1))


def _changed(rows: CodedRows, pairs: Integers, matched: _Matched) -> list[int]:
    """Return how many matched rows have another value, (pairs,)."""
    left, right = _sides(pairs)
    differ = rows.left[np.ix_(matched.left, left)] != rows.right[np.ix_(matched.right, right)]
    return [int(count) for count in differ.sum(axis=0)]
