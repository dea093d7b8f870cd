"""The anchor queries of a lake, and a cross-encoder's scores of each with every column: updated by each build."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from lakeindex.arrays.aliases import Flags, Floats, Hashes, Integers
from lakeindex.types.pairs import AnchorScores

ScorePairs = Callable[[Integers, Integers], Floats]
"""From places of anchor queries and of columns, (p,) each, to their scores, (p,)."""

_PAIRS_AT_ONCE = 65_536


def choose(columns: Hashes, count: int) -> Integers:
    """Choose the places of anchor queries: the smallest hashes, so that a change of the lake changes few of them."""
    _, first = np.unique(columns, return_index=True)
    return np.sort(first[:count]).astype(np.int64)


def update(columns: Hashes, anchors: Integers, before: AnchorScores | None, score: ScorePairs) -> AnchorScores:
    """Score the anchors, places among the columns, with all columns; scores that `before` has are taken over."""
    scores = np.zeros((len(anchors), len(columns)), np.float16)
    is_known = np.zeros(scores.shape, bool)
    if before is not None:
        _take_over(scores, is_known, columns[anchors], columns, before)
    _score_rest(scores, is_known, anchors, score)
    return AnchorScores(columns[anchors], columns, scores)


def _take_over(
    scores: npt.NDArray[np.float16], is_known: Flags, queries: Hashes, columns: Hashes, before: AnchorScores
) -> None:
    rows, columns_before = _places_in(before.queries, queries), _places_in(before.columns, columns)
    known = np.ix_(rows >= 0, columns_before >= 0)
    scores[known] = before.scores[np.ix_(rows[rows >= 0], columns_before[columns_before >= 0])]
    is_known[known] = True


def _places_in(known: Hashes, wanted: Hashes) -> Integers:
    """Return the place of each hash among the known ones, -1 where it isn't there."""
    distinct, first = np.unique(known, return_index=True)
    places = np.minimum(np.searchsorted(distinct, wanted), max(len(distinct) - 1, 0))
    if not len(distinct):
        return np.full(len(wanted), -1, np.int64)
    return np.where(distinct[places] == wanted, first[places], -1).astype(np.int64)


def _score_rest(scores: npt.NDArray[np.float16], is_known: Flags, anchors: Integers, score: ScorePairs) -> None:
    left, right = np.nonzero(~is_known)
    for start in range(0, len(left), _PAIRS_AT_ONCE):
        some = left[start : start + _PAIRS_AT_ONCE], right[start : start + _PAIRS_AT_ONCE]
        scores[some] = score(anchors[some[0]], some[1])
