"""Pair up the values of two columns by how alike they are written, or by what they mean as far as a model knows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from lakeindex.arrays.aliases import Texts
from lakeindex.join.condition import MAPPING_SCHEMA, ByMapping, Meeting
from lakeindex.join.fuzzy.candidates import Candidates, Embed, near_in_meaning, near_in_spelling
from lakeindex.join.fuzzy.certainty import BY_MEANING, BY_SPELLING, BestPairs, Certainty
from lakeindex.join.fuzzy.normal_text import plain

_WORDED = 0.5
"""The share of values that have letters: numbers that look alike are no spellings of one another."""

_EQUAL = 0.99
"""How likely values are to be the same that only case, accents and punctuation tell apart."""


@dataclass(frozen=True, slots=True, eq=False)
class _Sides:
    """Distinct values: each of those that ask stands for at most one of those that are referred to."""

    asking: Texts
    references: Texts
    is_left_asking: bool

    @classmethod
    def of(cls, left: Texts, right: Texts) -> _Sides | None:
        """Find the side that is the reference: the one with more values. None where either is not of words."""
        if not (_has_words(left) and _has_words(right)):
            return None
        return cls(left, right, True) if len(left) <= len(right) else cls(right, left, False)


def fuzzy_meeting(left: Texts, right: Texts, precision: float, embed: Embed | None) -> Meeting | None:
    """Pair up distinct values, (n,) and (m,), that are written alike, so that about so many pairs are right.

    With `embed` what they mean counts, too. None where no pair is certain enough.
    """
    if (sides := _Sides.of(left, right)) is None:
        return None
    candidates = near_in_spelling(sides.asking, sides.references, embed)
    how = "most like it in its rare words and letters" + ("" if embed is None else " and in meaning")
    return _meeting("fuzzy", sides, candidates, BY_SPELLING, precision, how)


def semantic_meeting(left: Texts, right: Texts, precision: float, embed: Embed) -> Meeting | None:
    """Pair up distinct values, (n,) and (m,), that mean alike, so that about so many pairs are right."""
    if (sides := _Sides.of(left, right)) is None:
        return None
    candidates = near_in_meaning(sides.asking, sides.references, embed)
    return _meeting("semantic", sides, candidates, BY_MEANING, precision, "most like it in meaning")


def _meeting(
    match: str, sides: _Sides, candidates: Candidates, certainty: Certainty, precision: float, how: str
) -> Meeting | None:
    best, threshold = BestPairs.of(candidates), certainty.threshold_for(precision)
    is_equal = pc.equal(plain(sides.asking), plain(sides.references.take(best.references))).to_numpy(False)
    likely = np.maximum(certainty.probabilities(best), np.where(is_equal, _EQUAL, 0.0))
    taken = np.flatnonzero(likely >= threshold)
    if not len(taken):
        return None
    asking, referred = sides.asking.take(taken), sides.references.take(best.references[taken])
    ordered = (asking, referred) if sides.is_left_asking else (referred, asking)
    pairs = pa.table([*ordered, pa.array(likely[taken])], schema=MAPPING_SCHEMA)
    left = sides.asking if sides.is_left_asking else sides.references
    return Meeting(
        match=match,
        way=ByMapping(pairs),
        precision=certainty.precision_from(threshold),
        matched=len(pc.unique(pairs["left_value"])) / len(left),
        told=f"each {'left' if sides.is_left_asking else 'right'} value stands for the one on the other side that is "
        f"{how}, where that is {threshold:.0%} certain",
    )


def _has_words(texts: Texts) -> bool:
    worded = texts.filter(pc.match_substring_regex(texts, r"\p{L}"))
    return len(worded) >= _WORDED * max(len(texts), 1)
