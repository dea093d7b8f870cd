"""Columns of one or two values, such as `yes`: any two hold the same, so that only their names tell what they are."""

from __future__ import annotations

import numpy as np

from lakeindex.arrays.aliases import Flags
from lakeindex.integrate.align.column_set import ColumnSet
from lakeindex.integrate.align.pair_features import PAIR_FEATURES, ColumnPairs

_MOST_VALUES = 2
_NAMES = ("one name", "spelled alike", "words alike", "skeletons alike", "initials", "names mean the same")
_ALIKE = 0.5


def are_unlike_flags(columns: ColumnSet, pairs: ColumnPairs) -> Flags:
    """Return which pairs are of columns with hardly any values, of which not even the names are alike, (pairs,)."""
    is_flag = columns.facts.distinct <= _MOST_VALUES
    names = pairs.features[:, [PAIR_FEATURES.index(name) for name in _NAMES]].max(axis=1, initial=0.0)
    return np.asarray(is_flag[pairs.left] & is_flag[pairs.right] & (names < _ALIKE))
