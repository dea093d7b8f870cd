"""Signals that were tried and are not part of the engine, so that the ablation shows what they would add."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from lakeindex.arrays.aliases import Floats
from lakeindex.arrays.proportions import alike
from lakeindex.types.columns import Family
from lakeindex.types.pairs import Pairs

WEIGHT = 2 / 28
"""Of a tried signal; the engine's own share out the rest."""


def _lengths(pairs: Pairs) -> Floats:
    return alike(pairs.query.lengths, pairs.candidates.lengths)


def _patterns(pairs: Pairs) -> Floats:
    return alike(pairs.query.patterns, pairs.candidates.patterns)


def _shape(pairs: Pairs) -> Floats:
    """Both histograms, counted only where the columns are of one kind."""
    return np.sqrt(_lengths(pairs) * _patterns(pairs)) * (pairs.query.kinds == pairs.candidates.kinds)


def _parent(pairs: Pairs) -> Floats:
    """Tell how far the query's values are found in a key: from child to parent."""
    return pairs.candidates.is_key * pairs.compared[Family.KEYS].containment()


def _a_key(pairs: Pairs) -> Floats:
    """Whether either side is a key, as a join that multiplies no rows needs."""
    return (pairs.candidates.is_key | pairs.query.is_key).astype(np.float64)


TRIED: Mapping[str, Callable[[Pairs], Floats]] = {
    "lengths": _lengths,
    "patterns": _patterns,
    "shape of one kind": _shape,
    "found in a key": _parent,
    "a key on either side": _a_key,
}
