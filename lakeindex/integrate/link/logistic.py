"""Logistic regression with soft labels, by Newton's method, with a Gaussian prior on its weights."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from lakeindex.arrays.aliases import Features, Floats, Vectors

_STEPS = 60
_ENOUGH = 1e-6
_HALVINGS = 30
_MOST_ROWS = 200_000
"""Of more rows than this, every second, third... is fitted."""
MOST_LOG_ODDS = 30.0
"""Of a pair with a verdict; more is not told from certainty."""


@dataclass(frozen=True, slots=True, eq=False)
class Logistic:
    """Log-odds that are linear in features."""

    bias: float
    weights: Floats
    """(features,)."""

    def log_odds(self, features: Features | Vectors) -> Floats:
        """Return the log-odds of each row of features, (n,)."""
        return np.asarray(features @ self.weights + self.bias)


@dataclass(frozen=True, slots=True, eq=False)
class WeightPrior:
    """What is known of the weights before a fit: each is near a mean, with a precision."""

    means: Floats
    """(features,)."""
    precision: float
    bias: float = 0.0
    """The mean of the bias, whose precision is that of the weights where `is_bias_known`."""
    is_bias_known: bool = False


def probabilities(log_odds: Floats) -> Floats:
    """Return the probabilities of log-odds."""
    return np.asarray(1 / (1 + np.exp(-np.clip(log_odds, -MOST_LOG_ODDS, MOST_LOG_ODDS))))


def log_odds_of(probability: float) -> float:
    """Return the log-odds of a probability, bounded where it is 0 or 1."""
    bounded = min(max(probability, 1e-9), 1 - 1e-9)
    return float(np.log(bounded / (1 - bounded)))


def shortened(loss: Callable[[Floats], float], weights: Floats, step: Floats) -> Floats:
    """Return a step of Newton's method, halved until it lessens the loss: a whole one may overshoot, and never end."""
    before = loss(weights)
    for _ in range(_HALVINGS):
        if loss(weights + step) <= before:
            return step
        step = step / 2
    return np.zeros(len(step))


def fit_logistic(features: Features | Vectors, labels: Floats, amounts: Floats, prior: WeightPrior) -> Logistic:
    """Fit labels from 0 to 1, (n,), of rows that each count as much as its amount, (n,)."""
    kept = slice(None, None, 1 + len(features) // _MOST_ROWS)
    labels, amounts = labels[kept], amounts[kept]
    whole = np.column_stack([np.ones(len(labels)), np.asarray(features[kept], np.float64)])
    means = np.concatenate([[prior.bias], prior.means])
    precisions = np.concatenate(
        [[prior.precision if prior.is_bias_known else _ENOUGH], np.full(len(prior.means), prior.precision)]
    )
    share = float((amounts * labels).sum() / max(amounts.sum(), _ENOUGH))
    weights = np.concatenate([[log_odds_of(share)], np.zeros(len(prior.means))])

    def loss(some: Floats) -> float:
        """The negative logarithm of the posterior."""
        odds = whole @ some
        return float(amounts @ (np.logaddexp(0, odds) - labels * odds) + precisions @ (some - means) ** 2 / 2)

    for _ in range(_STEPS):
        expected = probabilities(whole @ weights)
        slope = whole.T @ (amounts * (labels - expected)) - precisions * (weights - means)
        curvature = (whole.T * (amounts * expected * (1 - expected))) @ whole + np.diag(precisions)
        step = shortened(loss, weights, np.linalg.solve(curvature, slope))
        weights = weights + step
        if np.abs(step).max() < _ENOUGH:
            break
    return Logistic(float(weights[0]), weights[1:])
