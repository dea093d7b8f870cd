"""Logistic regression with soft labels, by Newton's method, with a Gaussian prior on its weights."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lakeindex.arrays.aliases import Features, Floats

_STEPS = 30
_ENOUGH = 1e-6
_MOST_LOG_ODDS = 30.0


@dataclass(frozen=True, slots=True, eq=False)
class Logistic:
    """Log-odds that are linear in features."""

    bias: float
    weights: Floats
    """(features,)."""

    def log_odds(self, features: Features) -> Floats:
        """Return the log-odds of each row of features, (n,)."""
        return np.asarray(features @ self.weights + self.bias)


@dataclass(frozen=True, slots=True, eq=False)
class WeightPrior:
    """What is known of the weights before a fit: each is near a mean, with a precision."""

    means: Floats
    """(features,)."""
    precision: float


def probabilities(log_odds: Floats) -> Floats:
    """Return the probabilities of log-odds."""
    return np.asarray(1 / (1 + np.exp(-np.clip(log_odds, -_MOST_LOG_ODDS, _MOST_LOG_ODDS))))


def fit_logistic(features: Features, labels: Floats, amounts: Floats, prior: WeightPrior) -> Logistic:
    """Fit labels from 0 to 1, (n,), of rows that each count as much as its amount, (n,)."""
    whole = np.column_stack([np.ones(len(features)), features])
    means = np.concatenate([[0.0], prior.means])
    precisions = np.concatenate([[_ENOUGH], np.full(len(prior.means), prior.precision)])
    weights = means.copy()
    for _ in range(_STEPS):
        expected = probabilities(whole @ weights)
        slope = whole.T @ (amounts * (labels - expected)) - precisions * (weights - means)
        curvature = (whole.T * (amounts * expected * (1 - expected))) @ whole + np.diag(precisions)
        step = np.linalg.solve(curvature, slope)
        weights += step
        if np.abs(step).max() < _ENOUGH:
            break
    return Logistic(float(weights[0]), weights[1:])
