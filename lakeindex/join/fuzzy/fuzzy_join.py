"""Fuzzy joins, by how similar values are as text, and semantic joins, by what a model knows of their meaning."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from lakeindex.arrays.aliases import Texts
from lakeindex.join.condition import MAPPING_SCHEMA, ByMapping, JoinCondition
from lakeindex.join.fuzzy.candidates import Candidates, Embed, near_in_meaning, near_in_spelling
from lakeindex.join.fuzzy.certainty import BY_MEANING, BY_SPELLING, BestPairs, Certainty
from lakeindex.join.fuzzy.normal_text import plain

_WORDED = 0.5
"""The least share of values with letters: numbers that look alike don't mean the same."""

_EQUAL = 0.99
"""The probability of a pair that differs only in case, accents and punctuation."""


@dataclass(frozen=True, slots=True, eq=False)
class _Sides:
    """Distinct values of both sides: each query value is paired with at most one reference."""

    queries: Texts
    references: Texts
    is_left_query: bool

    @classmethod
    def of(cls, left: Texts, right: Texts) -> _Sides | None:
        """Make the side with more values the references. None where most values of a side have no letters."""
        if not (_has_words(left) and _has_words(right)):
            return None
        return cls(left, right, True) if len(left) <= len(right) else cls(right, left, False)


def fuzzy_condition(left: Texts, right: Texts, precision: float, embed: Embed | None) -> JoinCondition | None:
    """Pair distinct values, (n,) and (m,), that are similar as text, so that about `precision` of the pairs are right.

    With `embed` their meaning counts, too. None where no pair is certain enough.
    """
    if (sides := _Sides.of(left, right)) is None:
        return None
    candidates = near_in_spelling(sides.queries, sides.references, embed)
    how = "most like it in its rare words and letters" + ("" if embed is None else " and in meaning")
    return _condition("fuzzy", sides, candidates, BY_SPELLING, precision, how)


def semantic_condition(left: Texts, right: Texts, precision: float, embed: Embed) -> JoinCondition | None:
    """Pair distinct values, (n,) and (m,), that mean the same, so that about `precision` of the pairs are right."""
    if (sides := _Sides.of(left, right)) is None:
        return None
    candidates = near_in_meaning(sides.queries, sides.references, embed)
    return _condition("semantic", sides, candidates, BY_MEANING, precision, "most like it in meaning")


def _condition(
    match: str, sides: _Sides, candidates: Candidates, certainty: Certainty, precision: float, how: str
) -> JoinCondition | None:
    best, threshold = BestPairs.of(candidates), certainty.threshold_for(precision)
    is_equal = pc.equal(plain(sides.queries), plain(sides.references.take(best.references))).to_numpy(False)
    likely = np.maximum(certainty.probabilities(best), np.where(is_equal, _EQUAL, 0.0))
    taken = np.flatnonzero(likely >= threshold)
    if not len(taken):
        return None
    queries, references = sides.queries.take(taken), sides.references.take(best.references[taken])
    ordered = (queries, references) if sides.is_left_query else (references, queries)
    pairs = pa.table([*ordered, pa.array(likely[taken])], schema=MAPPING_SCHEMA)
    side, left = ("left", sides.queries) if sides.is_left_query else ("right", sides.references)
    return JoinCondition(
        match=match,
        rule=ByMapping(pairs),
        precision=certainty.precision_from(threshold),
        matched=len(pc.unique(pairs["left_value"])) / len(left),
        description=f"each {side} value stands for the one on the other side that is {how}, where that is "
        f"{threshold:.0%} certain",
    )


def _has_words(texts: Texts) -> bool:
    worded = texts.filter(pc.match_substring_regex(texts, r"\p{L}"))
    return len(worded) >= _WORDED * max(len(texts), 1)
