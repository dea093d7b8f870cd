"""How a pair of columns stands out from its rivals: those of the same two tables that have one of its columns."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from lakeindex.arrays.aliases import Features, Floats, Integers
from lakeindex.integrate.align.siblings import NO_RIVAL, best_other, numbered
from lakeindex.models.monotone import FOR

OF_TABLES = "columns mean the same, for their tables"
"""The likeness of what columns mean without what all columns of their tables do."""

LIKENESSES = (
    "columns mean the same",
    "names mean the same",
    "values mean the same",
    "spelled alike",
    "cells found in turn",
    OF_TABLES,
)
"""Those that are compared with the rivals'."""

CONTRAST_FEATURES = (
    OF_TABLES,
    *(f"{name}: {lead}" for name in LIKENESSES for lead in ("lead of the stronger rival", "lead of the weaker rival")),
)

DIRECTIONS: Mapping[str, int] = dict.fromkeys(CONTRAST_FEATURES, FOR)
"""As of the features of a pair."""

_NOTHING = -1.0
"""The likeness of a rival that isn't there."""


def contrast_features(left: Integers, right: Integers, tables: Integers, likenesses: Mapping[str, Floats]) -> Features:
    """Return the features of pairs of columns, (pairs, CONTRAST_FEATURES), by LIKENESSES, (pairs,) each.

    `left` and `right`, (pairs,), are places of columns, and `tables`, (columns,), those of their tables. Of two tables
    that any pair is of, all pairs should be there that may be one attribute.
    """
    block = numbered(tables[left], tables[right])
    sides = [numbered(block, side) for side in (left, right)]
    leads = [lead for name in LIKENESSES for lead in _leads(likenesses[name], sides)]
    return np.column_stack([likenesses[OF_TABLES], *leads])


def _leads(likeness: Floats, sides: list[Integers]) -> Iterator[Floats]:
    rivals = [best_other(side, likeness) for side in sides]
    one, other = (np.where(rival <= NO_RIVAL, _NOTHING, rival) for rival in rivals)
    yield likeness - np.maximum(one, other)
    yield likeness - np.minimum(one, other)
