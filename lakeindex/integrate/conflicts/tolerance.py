"""Measured amounts: sources hardly ever say the same number, yet mean the same; how near is near, the attribute tells.

An attribute is measured where few claims of a cell are equal and most are far nearer to one another than the cells are.
"""

from __future__ import annotations

import numpy as np

from lakeindex.arrays.aliases import Floats, Integers
from lakeindex.arrays.ragged import starts_run
from lakeindex.integrate.conflicts.claims import Claims

_MOST_EQUAL = 0.5
"""The share of neighbouring claims that are equal, or always differ by as much, from which on equality decides."""
_FEWEST_GAPS = 20
_GAPS = 5.0
"""As many typical gaps are within the tolerance."""
_LARGEST = 0.1
"""The tolerance, at most, as a share of how far cells are apart."""
_MAGNITUDES = 20.0
"""From so much of a ratio between large and small amounts on, they are compared by their ratio."""


def near_codes(claims: Claims, codes: Integers, amounts: Floats) -> Integers:
    """Return the codes of claims, (claims,), where those of a cell that are near one another have their median's.

    Amounts that are nan are near no other.
    """
    found = codes.copy()
    has_amount = ~np.isnan(amounts)
    for attribute in np.unique(claims.attribute[has_amount]).tolist():
        places = np.flatnonzero(has_amount & (claims.attribute == attribute))
        order = places[np.lexsort((codes[places], amounts[places], claims.entity[places]))]
        entity, scaled = claims.entity[order], _scaled(amounts[order])
        tolerance = _tolerance(entity, scaled, claims.source[order])
        if tolerance > 0:
            starts = starts_run(entity)
            starts[1:] |= np.diff(scaled) > tolerance
            first = np.flatnonzero(starts)
            middle = first + (np.diff(np.append(first, len(order))) - 1) // 2
            found[order] = codes[order[middle]][np.cumsum(starts) - 1]
    return found


def _scaled(amounts: Floats) -> Floats:
    low, high = np.quantile(amounts, [0.05, 0.95])
    return np.log(amounts) if amounts.min() > 0 and high > _MAGNITUDES * low else amounts


def _tolerance(entity: Integers, scaled: Floats, source: Integers) -> float:
    """Return within how much of one another amounts are the same; 0 where only equal ones are. Sorted by both."""
    is_gap = ~starts_run(entity)[1:] & (np.diff(source) != 0)
    gaps = np.diff(scaled)[is_gap]
    if len(gaps) < _FEWEST_GAPS or _largest_share(gaps) >= _MOST_EQUAL:
        return 0.0
    first = np.flatnonzero(starts_run(entity))
    middles = scaled[first + (np.diff(np.append(first, len(entity))) - 1) // 2]
    low, high = np.quantile(middles, [0.25, 0.75])
    tolerance = _GAPS * float(np.median(gaps[gaps > 0]))
    return tolerance if tolerance <= _LARGEST * float(high - low) else 0.0


def _largest_share(gaps: Floats) -> float:
    """Return the share of the most frequent gap."""
    _, counts = np.unique(np.round(gaps, 9), return_counts=True)
    return float(counts.max() / len(gaps))
