"""Texts of a cell that are nearly the same: a misspelt name says rather what it misspells than anything else.

Yin, Han and Yu, "Truth discovery with multiple conflicting information providers on the web" (TruthFinder), TKDE 2008,
equation 6: a value is supported by values that are like it; here the more, the more often it is claimed in other cells.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from rapidfuzz.distance import DamerauLevenshtein
from rapidfuzz.process import cpdist

from lakeindex.arrays.aliases import Flags, Floats, Integers, Texts
from lakeindex.arrays.ragged import ranges, sums
from lakeindex.integrate.conflicts.ballots import Ballots, CountedClaims
from lakeindex.integrate.conflicts.typed_values import Kind

_ALIKE = 0.8
"""1 - edits per character, from which on one text is the other, misspelt."""
_MOST_OPTIONS = 32
"""Cells with more options are left as they are."""
_CHUNK = 10**6
_DIGITS = r"[^0-9]+"


def with_likeness(counted: CountedClaims) -> Ballots:
    """Return the ballots with the pairs of options of a cell that are nearly the same text."""
    ballots = counted.ballots
    texts = [number for number, kind in counted.kinds.items() if kind is Kind.TEXT]
    is_text = np.isin(ballots.cell_attribute, texts) & (np.diff(ballots.first_options) <= _MOST_OPTIONS)
    ones, others = _pairs(ballots, np.flatnonzero(is_text & (np.diff(ballots.first_options) > 1)))
    first = np.zeros(ballots.options, np.int64)
    # Of an option's claims the one of the first written form, whatever their order.
    written: Any = counted.written.dictionary_encode()
    rank = pc.rank(written.dictionary, sort_keys="ascending", tiebreaker="first").to_numpy().astype(np.int64)
    forms = rank[written.indices.to_numpy()]
    order = np.lexsort((-forms, counted.option))
    first[counted.option[order]] = order
    alike = np.zeros(len(ones), bool)
    for start in range(0, len(ones), _CHUNK):
        part = slice(start, start + _CHUNK)
        alike[part] = _are_alike(counted.written.take(first[ones[part]]), counted.written.take(first[others[part]]))
    one, other = ones[alike], others[alike]
    one, other = np.concatenate([one, other]), np.concatenate([other, one])
    votes = _votes_of_values(ballots)
    return replace(ballots, like_one=one, like_other=other, like_share=votes[one] / (votes[one] + votes[other]))


def _votes_of_values(ballots: Ballots) -> Floats:
    """Return how many votes the value of each option has in all cells of its attribute, (options,)."""
    attribute = ballots.cell_attribute[ballots.option_cell]
    numbers = attribute * (int(ballots.option_code.max(initial=0)) + 1) + ballots.option_code
    different, value = np.unique(numbers, return_inverse=True)
    return sums(value, ballots.of_options(ballots.vote_weight), len(different))[value]


def _pairs(ballots: Ballots, cells: Integers) -> tuple[Integers, Integers]:
    """Return every two options of the cells, each pair once."""
    last = ballots.first_options[1:]
    options = ranges(ballots.first_options[cells], np.diff(ballots.first_options)[cells])
    following = last[ballots.option_cell[options]] - options - 1
    return np.repeat(options, following), ranges(options + 1, following)


def _are_alike(ones: Texts, others: Texts) -> Flags:
    """Return which texts are nearly the same, and have the same digits: `Flat 1` is not `Flat 2`, misspelt."""
    same_digits: Any = pc.equal(_digits(ones), _digits(others))
    left, right = (pc.utf8_lower(texts).to_pylist() for texts in (ones, others))
    likeness = cpdist(left, right, scorer=DamerauLevenshtein.normalized_similarity, score_cutoff=_ALIKE)
    return np.asarray((likeness >= _ALIKE) & same_digits.to_numpy(zero_copy_only=False))


def _digits(texts: Texts) -> pa.LargeStringArray:
    digits: pa.LargeStringArray = pc.replace_substring_regex(texts, _DIGITS, "")
    return digits
