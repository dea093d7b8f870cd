"""How certain it is that a value means the same as its most similar reference, without labels of the columns.

After Auto-FuzzyJoin (Li et al., SIGMOD 2021): other references near the best one bound how precise a match can be.
A pair is the more certain, the more similar it is, the further the second best reference is behind, and the less
another value is more similar to the same reference.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lakeindex.arrays.aliases import Floats, Integers
from lakeindex.join.fuzzy.candidates import Candidates

THRESHOLDS = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.85, 0.9)
_HARDER = 4.0
"""How many times as often pairs are wrong in real columns as in the generated columns of the fit."""
_LEAST_ALIKE = 0.35
"""The least similarity of a pair, as a share of that of equal values, however far other references are behind."""


@dataclass(frozen=True, slots=True, eq=False)
class BestPairs:
    """Each query value with its most similar reference."""

    references: Integers
    """(queries,)."""
    similarities: Floats
    """(queries,) below zero where there is no candidate."""
    leads: Floats
    """(queries,) how much more similar it is than the second best reference."""
    claims: Floats
    """(queries,) how much more similar another value is to the same reference; 0 where none is."""
    most: float
    """The similarity of equal values."""

    @classmethod
    def of(cls, candidates: Candidates) -> BestPairs:
        """Take the best candidate of each value, and compare it with the others."""
        similar = np.maximum(candidates.similarities, 0)
        best, references = candidates.similarities[:, 0], candidates.references[:, 0]
        second = similar[:, 1] if similar.shape[1] > 1 else np.zeros(len(best))
        claimed = np.zeros(candidates.count)
        np.maximum.at(claimed, candidates.references.ravel(), similar.ravel())
        return cls(references, best, best - second, claimed[references] - best, candidates.most)


@dataclass(frozen=True, slots=True)
class Certainty:
    """Logistic regression of right pairs, fitted by training/fit_certainty.py on columns whose pairs are known."""

    similarity: float
    lead: float
    claim: float
    bias: float
    right: tuple[float, ...]
    """The share of pairs that are right from each of THRESHOLDS on."""

    def probabilities(self, pairs: BestPairs) -> Floats:
        """Return how likely each pair is to be right, (queries,)."""
        log_odds = (
            self.similarity * pairs.similarities + self.lead * pairs.leads + self.claim * pairs.claims + self.bias
        )
        return np.where(pairs.similarities >= _LEAST_ALIKE * pairs.most, 1 / (1 + np.exp(-log_odds)), 0.0)

    def threshold_for(self, precision: float) -> float:
        """Return the least probability of pairs for a precision, on average over joins; 1 where none reaches it."""
        return float(np.interp(precision, self._precisions(), THRESHOLDS, right=1.0))

    def precision_from(self, threshold: float) -> float:
        """Return the precision of pairs of at least this probability, on average over joins."""
        return float(np.interp(threshold, THRESHOLDS, self._precisions()))

    def _precisions(self) -> list[float]:
        return [max(0.0, 1 - _HARDER * (1 - right)) for right in self.right]


BY_SPELLING = Certainty(
    similarity=0.18, lead=1.41, claim=-1.93, bias=-0.02,
    right=(0.859, 0.881, 0.896, 0.913, 0.929, 0.955, 0.973, 0.984, 0.989, 0.992),
)  # fmt: skip
BY_MEANING = Certainty(
    similarity=1.55, lead=19.85, claim=-22.97, bias=-2.56,
    right=(0.901, 0.927, 0.950, 0.964, 0.972, 0.979, 0.987, 0.989, 0.991, 0.993),
)  # fmt: skip
