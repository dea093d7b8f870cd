"""Link the tuples of many tables: candidates of all at once, scored for each pair of tables by what these share."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa

from lakeindex.arrays.aliases import Flags, Floats, Integers
from lakeindex.integrate.alignment import Alignment
from lakeindex.integrate.link.blocking import Pairs, nearest_pairs
from lakeindex.integrate.link.comparison import WHOLE, ComparedTuples, Comparison
from lakeindex.integrate.link.competition import Rivals
from lakeindex.integrate.link.link_records import LEAST, LINKS_SCHEMA
from lakeindex.integrate.link.linkable_tables import linkable_tables
from lakeindex.integrate.link.scoring import KnownPairs, score_pairs
from lakeindex.integrate.link.tuples import Tuples
from lakeindex.integrate.link.verdicts import NONE
from lakeindex.integrate.records import Records

_CANDIDATES, _A_TABLE = 10, 4
"""Candidates of a tuple: so many, and one more for each few tables."""
_FEW = 20_000
"""Up to so many tuples, candidates are found by character grams, too."""
_ENOUGH = 200
"""Pairs of two tables from which it can be learned how these compare; of fewer, it is learned from all tables."""


def link_by_tables(records: Sequence[Records], alignment: Alignment) -> pa.Table:
    """Find the tuples of different tables that are the same thing, as LINKS_SCHEMA by left and right tuple.

    Tuples are numbered through all tables in the given order, which is that of their names.
    """
    shared = Alignment(tuple(one for one in alignment.attributes if len(one.columns) > 1))
    may_be = linkable_tables(records, shared)
    if not may_be.any():
        return LINKS_SCHEMA.empty_table()
    tuples = replace(Tuples.of_many(records, shared), is_within=False)
    compared = ComparedTuples.of(tuples)
    spaces = [compared.words, compared.grams] if len(tuples) <= _FEW else [compared.words]
    found = nearest_pairs(spaces, tuples.tables, _CANDIDATES + len(records) // _A_TABLE, False)
    pairs = _kept(found, may_be[tuples.tables[found.left], tuples.tables[found.right]])
    likely = (
        _scored(pairs, compared.compare(pairs), tuples.tables, _has(records, shared)) if len(pairs) else np.zeros(0)
    )
    listed = likely >= LEAST
    return pa.table([pairs.left[listed], pairs.right[listed], likely[listed]], schema=LINKS_SCHEMA)


def _has(records: Sequence[Records], alignment: Alignment) -> dict[str, Flags]:
    """Return which tables have a column of an attribute, (tables,) each."""
    return {one.name: np.array([one.of(table.table) is not None for table in records]) for one in alignment.attributes}


def _scored(pairs: Pairs, comparison: Comparison, tables: Integers, has: dict[str, Flags]) -> Floats:
    everything = _probabilities(pairs, comparison, tables)
    for part in _by_tables(pairs, tables, len(next(iter(has.values())))):
        if len(part.places) >= _ENOUGH:
            few = _kept(pairs, part.places)
            both = [name == WHOLE or bool(has[name][[part.left, part.right]].all()) for name in comparison.attributes]
            some = _comparison_of(comparison, part.places, np.array(both))
            everything[part.places] = _probabilities(few, some, tables)
    return everything


def _probabilities(pairs: Pairs, comparison: Comparison, tables: Integers) -> Floats:
    nothing = KnownPairs(np.full(len(pairs), NONE, np.int8), np.zeros(len(pairs), bool))
    return score_pairs(pairs, comparison, Rivals.of(pairs, tables), nothing).probabilities


@dataclass(frozen=True, slots=True, eq=False)
class _TablePair:
    """The pairs of tuples of two tables."""

    left: int
    right: int
    places: Integers


def _by_tables(pairs: Pairs, tables: Integers, count: int) -> Iterator[_TablePair]:
    numbers = tables[pairs.left] * count + tables[pairs.right]
    order = np.argsort(numbers, kind="stable")
    known, starts = np.unique(numbers[order], return_index=True)
    for number, places in zip(known.tolist(), np.split(order, starts[1:]), strict=True):
        yield _TablePair(number // count, number % count, places)


def _comparison_of(comparison: Comparison, places: Integers, chosen: Flags) -> Comparison:
    """Return the comparison of some pairs by some features, each with mean 0 and deviation 1 over these."""
    features = comparison.features[np.ix_(places, chosen)]
    spread = features.std(axis=0)
    features = (features - features.mean(axis=0)) / np.where(spread < 1e-9, 1.0, spread)
    names = tuple(name for name, is_chosen in zip(comparison.attributes, chosen.tolist(), strict=True) if is_chosen)
    return Comparison(features, names, comparison.similarities[places])


def _kept(pairs: Pairs, which: Flags | Integers) -> Pairs:
    return Pairs(pairs.left[which], pairs.right[which])
