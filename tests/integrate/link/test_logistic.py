"""Tests of the fit of logistic regressions."""

from __future__ import annotations

import numpy as np
import pytest

from lakeindex.integrate.link.logistic import WeightPrior, fit_logistic, probabilities, shortened


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("share", [0.01, 0.1, 0.5])
def test_the_gradient_is_zero_where_a_fit_ends_even_of_rare_matches_that_are_easily_told(
    seed: int, share: float
) -> None:
    rng = np.random.default_rng(seed)
    labels = (rng.random(700) < share).astype(np.float64)
    features = labels[:, None] + rng.normal(0, 0.3, (700, 40)) + rng.normal(0, 0.5, (700, 1))
    features = (features - features.mean(axis=0)) / features.std(axis=0)
    prior = WeightPrior(np.full(40, 0.1), 1.0)
    fitted = fit_logistic(features, labels, np.ones(700), prior)
    left = labels - probabilities(fitted.log_odds(features))
    assert features.T @ left == pytest.approx(1.0 * (fitted.weights - 0.1), abs=1e-4)
    assert left.sum() == pytest.approx(0, abs=1e-4)


@pytest.mark.parametrize("start", [-30.0, -2.0, 0.5, 3.0, 30.0])
def test_newtons_method_ends_where_whole_steps_would_overshoot(start: float) -> None:
    def loss(at: np.ndarray) -> float:  # type: ignore[type-arg]
        return float(np.logaddexp(at, -at).sum())

    at = np.array([start])
    for _ in range(60):
        slope, curvature = np.tanh(at), 1 - np.tanh(at) ** 2 + 1e-9
        at = at + shortened(loss, at, -slope / curvature)
    assert at == pytest.approx(0, abs=1e-6)
