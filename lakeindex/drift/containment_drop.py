"""Tell whether a containment fell, beyond what the sketches that it is estimated from explain."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from lakeindex.arrays.aliases import Flags, Floats
from lakeindex.arrays.ratios import ratio
from lakeindex.types.columns import TermSet
from lakeindex.types.pairs import Comparison

_SIGMAS = 3.0
"""How many standard deviations an estimate may be off: by chance, one in 370 is further off."""


@dataclass(frozen=True, slots=True)
class Share:
    """A containment, in one direction."""

    value: float
    variance: float
    """Of the estimate: 0 where it was counted, inf where there was nothing to estimate from."""

    def fell_to(self, now: Share, tolerance: float) -> bool:
        """Tell whether more was lost than the tolerance and the error of both estimates together."""
        return self.value - now.value > tolerance + _SIGMAS * math.sqrt(self.variance + now.variance)


NOTHING = Share(0.0, 0.0)


def both_ways(compared: Comparison, query: TermSet, is_complete: Flags) -> list[tuple[Share, Share]]:
    """Return how much of the query each candidate has, and of each candidate the query.

    `is_complete` tells of which candidates all terms are known.
    """
    # An empty column shares nothing with any other, however little of that one is known.
    is_empty = query.is_complete and len(query.hashes) == 0
    is_counted = (is_complete & query.is_complete) | is_empty | (is_complete & (compared.candidate_terms == 0))
    forward = _shares(compared.shared, compared.query_terms, is_counted)
    return list(zip(forward, _shares(compared.shared, compared.candidate_terms, is_counted), strict=True))


def lost_share(before: tuple[TermSet, TermSet], now: tuple[TermSet, TermSet]) -> float:
    """Return the share of the terms common to two columns that aren't any more; 1 where none can be compared."""
    common = np.intersect1d(before[0].hashes, before[1].hashes, assume_unique=True)
    for terms in now:
        if not terms.is_complete:
            common = common[common <= terms.hashes[-1]]
    if len(common) == 0:
        return 1.0
    is_kept = np.isin(common, now[0].hashes) & np.isin(common, now[1].hashes)
    return 1.0 - float(is_kept.mean())


def _shares(shared: Floats, terms: Floats, is_counted: Flags) -> list[Share]:
    """Divide what is shared by what could have been.

    The variance is that of a binomial share, smoothed as Agresti and Coull do (1998): that all of a small sample are
    shared doesn't prove that all are.
    """
    sample = terms + _SIGMAS**2
    smoothed = (shared + _SIGMAS**2 / 2) / sample
    estimated = np.where(terms > 0, smoothed * (1 - smoothed) / sample, np.inf)
    variances = np.where(is_counted, 0.0, estimated)
    return [Share(*one) for one in zip(ratio(shared, terms).tolist(), variances.tolist(), strict=True)]
