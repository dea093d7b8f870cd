"""Containment drop: whether a containment fell by more than the error of the sketches that it is estimated from."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from lakeindex.arrays.aliases import Flags, Floats
from lakeindex.arrays.proportions import ratio
from lakeindex.types.columns import TermSet
from lakeindex.types.pairs import Comparison

_SIGMAS = 3.0
"""The standard deviations that an estimate may be off; by chance, one in 370 is further off."""


@dataclass(frozen=True, slots=True)
class ContainmentEstimate:
    """A containment in one direction, with the variance of its estimate."""

    value: float
    variance: float
    """0 where the containment was counted, inf where there was nothing to estimate it from."""

    def dropped_to(self, now: ContainmentEstimate, tolerance: float) -> bool:
        """Return whether the drop is larger than the tolerance and the error of both estimates together."""
        return self.value - now.value > tolerance + _SIGMAS * math.sqrt(self.variance + now.variance)


NO_CONTAINMENT = ContainmentEstimate(0.0, 0.0)

BothDirections = tuple[ContainmentEstimate, ContainmentEstimate]
"""Of the query in the candidate, and of the candidate in the query."""


def containment_estimates(compared: Comparison, query: TermSet, is_complete: Flags) -> list[BothDirections]:
    """Estimate the containment of the query in each candidate, and of each candidate in the query.

    `is_complete` is true for candidates of which all terms are known.
    """
    # An empty column shares nothing with any other, however little of that one is known.
    is_empty = query.is_complete and len(query.hashes) == 0
    is_counted = (is_complete & query.is_complete) | is_empty | (is_complete & (compared.candidate_terms == 0))
    forward = _estimates(compared.shared, compared.query_terms, is_counted)
    return list(zip(forward, _estimates(compared.shared, compared.candidate_terms, is_counted), strict=True))


def lost_share(before: tuple[TermSet, TermSet], now: tuple[TermSet, TermSet]) -> float:
    """Return the share of the terms common to two columns that no longer are; 1 where none can be compared."""
    common = np.intersect1d(before[0].hashes, before[1].hashes, assume_unique=True)
    for terms in now:
        if not terms.is_complete:
            common = common[common <= terms.hashes[-1]]
    if len(common) == 0:
        return 1.0
    is_still_common = np.isin(common, now[0].hashes) & np.isin(common, now[1].hashes)
    return 1.0 - float(is_still_common.mean())


def _estimates(shared: Floats, terms: Floats, is_counted: Flags) -> list[ContainmentEstimate]:
    """Divide the shared terms by all terms of one side.

    The variance is that of a binomial share, smoothed as Agresti and Coull do (1998): that all of a small sample are
    shared doesn't prove that all are.
    """
    sample = terms + _SIGMAS**2
    smoothed = (shared + _SIGMAS**2 / 2) / sample
    estimated = np.where(terms > 0, smoothed * (1 - smoothed) / sample, np.inf)
    variances = np.where(is_counted, 0.0, estimated)
    return [ContainmentEstimate(*one) for one in zip(ratio(shared, terms).tolist(), variances.tolist(), strict=True)]
