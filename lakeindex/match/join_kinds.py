"""How pairs of columns would be joined: each kind needs evidence of its own, and none is what is left over."""

from __future__ import annotations

import numpy as np

from lakeindex.arrays.aliases import Flags
from lakeindex.match.features import KINDS_OF_JOIN, kinds_of
from lakeindex.types.columns import Family
from lakeindex.types.matches import JoinKind, JoinMeasure, ValueMatch
from lakeindex.types.pairs import Pairs

_SPELLED_ALIKE, _PERHAPS_ALIKE = 0.35, 0.25
"""Cosines of words or trigrams: text of one language has up to the lower one in common by chance."""
_MEANING_ALIKE = 0.5
"""A cosine of columns' vectors that nineteen in twenty columns which don't join are below, on five labelled lakes."""
_MANY_EQUAL = 0.3
_KIND_OF_MATCH = {
    ValueMatch.NORMALISED: JoinKind.TRANSFORM,
    ValueMatch.TRANSFORM: JoinKind.TRANSFORM,
    ValueMatch.TEMPORAL: JoinKind.TEMPORAL,
    ValueMatch.FUZZY: JoinKind.FUZZY,
    ValueMatch.SEMANTIC: JoinKind.SEMANTIC,
}


def join_kinds(pairs: Pairs, accepted: Flags | None = None) -> list[JoinKind]:
    """Return how each pair would be joined, as far as sketches tell.

    Where neither values nor meaning show a way, it is unknown; but a pair that is `accepted`, (n,), and doesn't hold
    numbers or dates alone, joins by its meaning.
    """
    coarse = [KINDS_OF_JOIN[place] for place in kinds_of(pairs).tolist()]
    overlap, spelled, means = _ranges_overlap(pairs), _are_spelled_alike(pairs), pairs.cosine >= _MEANING_ALIKE
    if accepted is not None:
        means = means | accepted
    return [
        _with_evidence(kind, *shown)
        for kind, *shown in zip(coarse, overlap.tolist(), spelled.tolist(), means.tolist(), strict=True)
    ]


def counted_kind(kind: JoinKind, measured: JoinMeasure, is_accepted: bool) -> JoinKind:
    """Return how a pair is joined, once its join was counted; `kind` is what sketches promised."""
    if max(measured.containment, measured.reverse_containment) >= _MANY_EQUAL:
        return JoinKind.EQUI
    if measured.matched and measured.match is not ValueMatch.EXACT:
        return _KIND_OF_MATCH[measured.match]
    if not measured.is_final or kind in (JoinKind.NUMERIC, JoinKind.TEMPORAL):
        return kind
    if measured.matched:
        return JoinKind.EQUI
    return JoinKind.SEMANTIC if is_accepted else JoinKind.UNKNOWN


def _with_evidence(kind: JoinKind, overlap: bool, spelled: bool, means: bool) -> JoinKind:
    """Return the kind where there is evidence of it; otherwise the next one that there is evidence of."""
    if kind in (JoinKind.NUMERIC, JoinKind.TEMPORAL):
        return kind if overlap else JoinKind.UNKNOWN
    if kind is JoinKind.FUZZY and spelled:
        return kind
    if kind in (JoinKind.FUZZY, JoinKind.SEMANTIC):
        return JoinKind.SEMANTIC if means else JoinKind.UNKNOWN
    return kind


def _ranges_overlap(pairs: Pairs) -> Flags:
    """Return where the ranges of both sides' numbers, or days, don't lie apart, as far as they are kept."""
    query, candidates = pairs.query, pairs.candidates
    return ~((query.highs < candidates.lows) | (candidates.highs < query.lows))


def _are_spelled_alike(pairs: Pairs) -> Flags:
    alike = np.maximum(pairs.compared[Family.WORDS].cosine, pairs.compared[Family.GRAMS].cosine)
    return np.asarray((alike >= _SPELLED_ALIKE) | ((alike >= _PERHAPS_ALIKE) & (pairs.cosine >= _MEANING_ALIKE)))
