"""Link the tuples of many tables: candidates of all at once, scored for each pair of tables by what these share."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa

from lakeindex.arrays.aliases import Flags, Floats, Integers
from lakeindex.arrays.ragged import starts_run
from lakeindex.integrate.alignment import Alignment
from lakeindex.integrate.link.blocking import Pairs, nearest_pairs
from lakeindex.integrate.link.comparison import ComparedTuples, Comparison
from lakeindex.integrate.link.competition import Rivals
from lakeindex.integrate.link.link_records import LEAST, LINKS_SCHEMA
from lakeindex.integrate.link.scoring import KnownPairs, score_pairs
from lakeindex.integrate.link.shared_attributes import TablePairs, linkable_pairs
from lakeindex.integrate.link.terms import parts
from lakeindex.integrate.link.tuples import Tuples
from lakeindex.integrate.link.verdicts import NONE
from lakeindex.integrate.records import Records

_CANDIDATES, _A_TABLE = 10, 4
"""Candidates of a tuple: so many, and one more for each few tables."""
_MOST_CANDIDATES = 30
"""Of few tuples, so many for each other table, up to this: with one rival or none, matches look like all others."""
_FEW = 20_000
"""Up to so many tuples, candidates are found by character grams, too."""
_ENOUGH = 200
"""Pairs of two tables from which it can be learned how these compare; of fewer, it is learned with other tables."""
PAIRS_AT_ONCE = 500_000
"""Pairs that are compared at once; those of two tables always are."""


def link_by_tables(records: Sequence[Records], alignment: Alignment, at_once: int = PAIRS_AT_ONCE) -> pa.Table:
    """Find the tuples of different tables that are the same thing, as LINKS_SCHEMA by left and right tuple.

    Tuples are numbered through all tables in the given order, which is that of their names.
    """
    shared = Alignment(tuple(one for one in alignment.attributes if len(one.columns) > 1))
    lake = _Lake(records, np.concatenate([[0], np.cumsum([len(one) for one in records])]).astype(np.int64), at_once)
    found = [scored for groups in linkable_pairs(records, shared) for scored in lake.scored(groups)]
    if not found:
        return LINKS_SCHEMA.empty_table()
    left, right, likely = (
        np.concatenate(part)
        for part in zip(*((one.pairs.left, one.pairs.right, one.likely) for one in found), strict=True)
    )
    order = np.lexsort((right, left))
    order = order[likely[order] >= LEAST]
    return pa.table([left[order], right[order], likely[order]], schema=LINKS_SCHEMA)


@dataclass(frozen=True, slots=True, eq=False)
class _Scored:
    pairs: Pairs
    likely: Floats


@dataclass(frozen=True, slots=True, eq=False)
class _Lake:
    """Tables whose tuples are numbered one after the other."""

    records: Sequence[Records]
    starts: Integers
    """(tables + 1,)"""
    at_once: int

    def scored(self, groups: Sequence[TablePairs]) -> Iterator[_Scored]:
        """Score the candidates of pairs of tables; those of which too little can be learned alone together."""
        pairs = self._candidates(groups)
        tables = self._tables_of(pairs)
        by_group = [(group, _kept(pairs, group.holds(*tables))) for group in groups]
        few = [(group, own) for group, own in by_group if len(own) < _ENOUGH]
        for group, own in by_group:
            if len(own) >= _ENOUGH:
                yield from self._scored_in(own, group.alignment)
        if few:
            pairs = Pairs.none().with_others([own for _, own in few])
            yield from self._scored_in(pairs, _together([group for group, _ in few]))

    def _candidates(self, groups: Sequence[TablePairs]) -> Pairs:
        """Pair the tuples that are most similar in the attributes that any of the tables share."""
        chosen = np.unique(np.concatenate([group.tables for group in groups]))
        tuples, numbers = self._tuples(chosen, _together(groups))
        compared = ComparedTuples.of(tuples)
        spaces = [compared.words, compared.grams] if len(tuples) <= _FEW else [compared.words]
        found = nearest_pairs(spaces, tuples.tables, _candidates_of(len(tuples), len(chosen)), False)
        return Pairs(numbers[found.left], numbers[found.right])

    def _scored_in(self, pairs: Pairs, alignment: Alignment) -> Iterator[_Scored]:
        """Score pairs by some attributes, so many at once; those of two tables are scored together."""
        for some in self._parts(pairs):
            chosen = np.unique(np.concatenate(self._tables_of(some)))
            tuples, numbers = self._tuples(chosen, alignment)
            own = Pairs(np.searchsorted(numbers, some.left), np.searchsorted(numbers, some.right))
            yield _Scored(some, _scores(own, ComparedTuples.of(tuples).compare(own), tuples.tables))

    def _tuples(self, tables: Integers, alignment: Alignment) -> tuple[Tuples, Integers]:
        """Return the tuples of some tables, and the number that each has in the lake, ascending."""
        tuples = Tuples.of_many([self.records[place] for place in tables.tolist()], alignment)
        return replace(tuples, is_within=False), self.starts[tables][tuples.tables] + tuples.rows

    def _tables_of(self, pairs: Pairs) -> tuple[Integers, Integers]:
        left, right = (np.searchsorted(self.starts, ends, "right") - 1 for ends in (pairs.left, pairs.right))
        return left, right

    def _parts(self, pairs: Pairs) -> Iterator[Pairs]:
        places, lengths = _by_tables(pairs, *self._tables_of(pairs))
        for part in parts(lengths, self.at_once):
            yield _kept(pairs, np.concatenate(places[part]))


def _candidates_of(tuples: int, tables: int) -> int:
    usual = _CANDIDATES + tables // _A_TABLE
    return max(usual, min(_CANDIDATES * (tables - 1), _MOST_CANDIDATES)) if tuples <= _FEW else usual


def _scores(pairs: Pairs, comparison: Comparison, tables: Integers) -> Floats:
    """Return the probability of each pair, learned from those of the same two tables where these suffice."""
    places, lengths = _by_tables(pairs, tables[pairs.left], tables[pairs.right])
    found = np.zeros(len(pairs)) if (lengths >= _ENOUGH).all() else _probabilities(pairs, comparison, tables)
    for own in places:
        if len(own) >= _ENOUGH:
            found[own] = _probabilities(_kept(pairs, own), _standardised(comparison, own), tables)
    return found


def _probabilities(pairs: Pairs, comparison: Comparison, tables: Integers) -> Floats:
    nothing = KnownPairs(np.full(len(pairs), NONE, np.int8), np.zeros(len(pairs), bool))
    return score_pairs(pairs, comparison, Rivals.of(pairs, tables), nothing).probabilities


def _by_tables(pairs: Pairs, left: Integers, right: Integers) -> tuple[list[Integers], Integers]:
    """Return the places of the pairs of each two tables, and how many these are."""
    order = np.lexsort((right, left))
    starts = np.flatnonzero(starts_run(left[order], right[order])) if len(pairs) else np.zeros(0, np.int64)
    places = np.split(order, starts[1:]) if len(pairs) else []
    return places, np.diff(np.append(starts, len(pairs)))


def _standardised(comparison: Comparison, places: Integers) -> Comparison:
    """Return the comparison of some pairs, each feature with mean 0 and deviation 1 over these."""
    features = comparison.features[places]
    spread = features.std(axis=0)
    features = (features - features.mean(axis=0)) / np.where(spread < 1e-9, 1.0, spread)
    return Comparison(features, comparison.attributes, comparison.similarities[places])


def _together(groups: Sequence[TablePairs]) -> Alignment:
    """Return the attributes of some pairs of tables, each once, in the order of their names."""
    every = {one.name: one for group in groups for one in group.alignment.attributes}
    return Alignment(tuple(every[name] for name in sorted(every)))


def _kept(pairs: Pairs, which: Flags | Integers) -> Pairs:
    return Pairs(pairs.left[which], pairs.right[which])
