"""The fit of path weights recovers the weights that pairs were drawn by."""

from __future__ import annotations

import numpy as np
import pytest

from lakeindex.match.message_passing import NO_SENDER, Messages, MessageWeights
from lakeindex.training.message_passing import WITHOUT_PATHS, PathPairs, fit_paths, log_loss

TRUE_WEIGHTS = MessageWeights(path_bias=-1.0, reverse_slope=0.4, reverse_bias=0.7)


def drawn_pairs(count: int, seed: int) -> PathPairs:
    rng = np.random.default_rng(seed)
    is_reached, is_intermediate = rng.random(count) < 0.5, rng.random(count) < 0.4
    received = Messages(
        log_odds=rng.normal(-2, 2, count),
        widest=np.where(is_reached, rng.normal(0, 2, count), -np.inf),
        sender=np.where(is_reached, 0, NO_SENDER),
        reverse=np.where(is_intermediate, rng.normal(-1, 2, count), 0.0),
        is_intermediate=is_intermediate,
    )
    return PathPairs(received, rng.random(count) < TRUE_WEIGHTS.probabilities(received))


def test_the_weights_that_pairs_were_drawn_by_are_found() -> None:
    found = fit_paths(drawn_pairs(60_000, 1))
    for name in ("path_bias", "reverse_slope", "reverse_bias"):
        assert getattr(found, name) == pytest.approx(getattr(TRUE_WEIGHTS, name), abs=0.1)


def test_no_other_weights_fit_better() -> None:
    pairs = drawn_pairs(20_000, 2)
    found = fit_paths(pairs)
    least = log_loss(pairs, found)
    numbers = np.array([found.path_bias, found.reverse_slope, found.reverse_bias])
    for step in np.concatenate([np.eye(3), -np.eye(3)]) * 0.05:
        assert log_loss(pairs, MessageWeights(*(numbers + step))) > least
    assert log_loss(pairs, WITHOUT_PATHS) > least


def test_without_messages_the_weights_stay_at_the_prior() -> None:
    nothing = np.zeros(5)
    silent = Messages(nothing - 3, nothing - np.inf, np.full(5, NO_SENDER), nothing, np.zeros(5, bool))
    found = fit_paths(PathPairs(silent, np.zeros(5, bool)))
    assert found.path_bias == pytest.approx(-1.5)
    assert found.reverse_slope == found.reverse_bias == pytest.approx(0.0)
