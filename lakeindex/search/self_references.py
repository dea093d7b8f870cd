"""Find columns that may refer to a key of their own table, as a manager does to the employees: by the index alone.

What holds here is necessary, not enough: numbers that count something lie within 1, 2, 3, ... by chance. Whether the
values lead from row to row, as references do, is seen in the rows.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from lakeindex.arrays.aliases import Flags, Integers
from lakeindex.search.scored_candidates import ScoredCandidates
from lakeindex.search.searcher import Searcher
from lakeindex.types.columns import Family, Kind, QueryColumn
from lakeindex.types.names import words_of
from lakeindex.types.pairs import Comparison

_CONTAINED, _NEARLY = 0.95, 0.01
"""The least share of the distinct values that the key has, and how much less it may be than that of another key."""
_ROOT_MARKS = 1
"""Values that no key has: the 0 of those that refer to none."""
_MOST_NULLS = 0.01
"""Of a key that rows are referred to by."""
_FEWEST_KEYS, _FEWEST_VALUES, _FEWEST_NUMBERS = 5, 2, 3
"""Distinct values of the key, of a column that refers to it, and of one of numbers."""
_REFERRING_ROWS = 0.1
"""The least share of the rows that refer to others, of numbers: few small numbers lie within every key."""
_MEANING = 0.4
"""The least cosine of both columns' vectors, of numbers."""
_RELATIVES = frozenset(
    (
        *("parent", "parents", "father", "mother", "ancestor", "superior", "supervisor", "manager", "boss", "reports"),
        *(
            "predecessor",
            "successor",
            "previous",
            "prev",
            "next",
            "reply",
            "replies",
            "eltern",
            "vorgesetzter",
            "padre",
        ),
    )
)
_NUMBERS = (Kind.INTEGER, Kind.DECIMAL)


def self_candidates(searcher: Searcher, key: int) -> ScoredCandidates | None:
    """Score the columns of a column's own table that it may refer to, or that may refer to it; None for none.

    They are scored like those of other tables, but for what speaks against a copy of the query's table.
    """
    others = _possible(searcher, key)
    if not len(others):
        return None
    query = searcher.column_at(key)
    if query.facts.is_key[0]:
        pairs = searcher.scorer.pairs(query, others)
        contained = others[_is_contained(pairs.compared[Family.KEYS].reversed())]
        kept = [other for other in contained.tolist() if key in _referred_to(searcher, searcher.column_at(other))]
        likely = np.array(kept, np.int64)
    else:
        likely = _referred_to(searcher, query)
    if not len(likely):
        return None
    pairs = searcher.scorer.pairs(query, likely)
    return searcher.scorer.score_pairs(query, replace(pairs, same_schema=np.zeros(len(likely))))


def _referred_to(searcher: Searcher, query: QueryColumn) -> Integers:
    """Return the keys of its table that a column may refer to: those that have most of its values."""
    assert query.key is not None
    pairs = searcher.scorer.pairs(query, _possible(searcher, query.key))
    terms = pairs.compared[Family.KEYS]
    contained = terms.containment()
    likely = _is_contained(terms) & (contained >= contained.max(initial=0.0) - _NEARLY)
    if query.facts.is_kind(*_NUMBERS)[0]:
        # Where each of the referring values leads to another one, some lead in a circle.
        is_likely_called = (pairs.cosine >= _MEANING) | _is_called_a_relative(query.id.name)
        likely &= is_likely_called & ((query.facts.nulls > 0) | (terms.shared < terms.query_terms))
        likely[likely] = [_is_unexplained(searcher, query.key, other) for other in pairs.keys[likely].tolist()]
    return np.asarray(pairs.keys[likely])


def _is_called_a_relative(name: str) -> bool:
    """Return whether a column is called after what a row may have above, before or after it among its like."""
    return not _RELATIVES.isdisjoint(words_of(name).split())


def _is_contained(terms: Comparison) -> Flags:
    """Return where the candidate has the query's values, (n,), but for a few that mark the end."""
    beyond = terms.query_terms - terms.shared
    is_marked = (beyond <= _ROOT_MARKS) & (terms.shared >= _FEWEST_KEYS)
    return np.asarray((terms.containment() >= _CONTAINED) | is_marked)


def _possible(searcher: Searcher, key: int) -> Integers:
    """Return the columns of the table, by key, that may refer to a column, or that it may refer to."""
    facts = searcher.directory.facts
    this = np.array([key])
    own = np.setdiff1d(searcher.directory.keys_of_table(searcher.directory.id_of(key).table), this)
    own = own[facts.kinds[own] == facts.kinds[key]]
    children, parents = (own, this) if facts.is_key[key] else (this, own)
    may = _may_refer(searcher, children) & _may_be_referred_to(searcher, parents)
    # Of texts there are no bounds, and nan is beyond none.
    may &= (facts.distinct[children] <= facts.distinct[parents]) & ~(facts.highs[children] > facts.highs[parents])
    return np.asarray(own[may])


def _may_be_referred_to(searcher: Searcher, keys: Integers) -> Flags:
    facts = searcher.directory.facts.take(keys)
    return facts.is_key & (facts.distinct >= _FEWEST_KEYS) & (facts.nulls <= _MOST_NULLS * facts.rows)


def _may_refer(searcher: Searcher, keys: Integers) -> Flags:
    facts = searcher.directory.facts.take(keys)
    are_numbers = facts.is_kind(*_NUMBERS)
    repeats = ~facts.is_key & (facts.distinct >= np.where(are_numbers, _FEWEST_NUMBERS, _FEWEST_VALUES))
    return np.asarray(repeats & (~are_numbers | (facts.rows - facts.nulls >= _REFERRING_ROWS * facts.rows)))


def _is_unexplained(searcher: Searcher, referring: int, key: int) -> bool:
    """Return whether a column refers to no other table, unless that is of the same things as its own."""
    return not len(np.setdiff1d(_joined_keys(searcher, referring), _joined_keys(searcher, key)))


def _joined_keys(searcher: Searcher, key: int) -> Integers:
    """Return the keys of other tables that a column joins with."""
    found = searcher.neighbours(key)
    joined = found.keys[found.probabilities >= searcher.scorer.matcher.calibration.threshold]
    return joined[searcher.directory.facts.is_key[joined]]
