"""Pairs that people accepted or rejected: the verdict decides their probability, whatever the evidence."""

from __future__ import annotations

import numpy as np

from lakeindex.arrays.aliases import Codes, Floats

ACCEPTED, NO_VERDICT, REJECTED = 1, 0, -1


FEEDBACK = "feedback"
"""The evidence that verdicts are shown under."""
VERDICT_MEANINGS = {ACCEPTED: "you accepted this pair", REJECTED: "you rejected this pair"}

_SURE = 0.9999
"""As probable as the surest joins without a verdict, so that accepted pairs come before nearly all of them."""
_ALL_ELSE = 1e6


def with_verdicts(probabilities: Floats, verdicts: Codes) -> Floats:
    """Return the probabilities, (n,), after verdicts: .9999 or more of accepted ones, .0001 or less of rejected ones.

    Among themselves, accepted candidates keep their order, and so do rejected ones.
    """
    rest = (1 - _SURE) * probabilities
    return np.select([verdicts == ACCEPTED, verdicts == REJECTED], [_SURE + rest, rest], probabilities)


def ordered_by_verdicts(evidence: Floats, verdicts: Codes) -> Floats:
    """Return the evidence, (n,), by which accepted candidates come before and rejected ones after all others."""
    return evidence + _ALL_ELSE * verdicts
