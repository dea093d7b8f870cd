"""What the score of a cross-encoder changes in a probability."""

from __future__ import annotations

import numpy as np
import pytest

from lakeindex.match.rerank_fusion import RerankWeights, has_clear_winner

WEIGHTS = RerankWeights(slope=1.0, share=0.3, bias=0.3, most=-1.0)


def test_log_odds_add_up_and_a_score_above_the_most_counts_as_the_most() -> None:
    after = WEIGHTS.probabilities(np.array([0.5, 0.9]), np.array([-5.0, 3.0]))
    assert after[0] == pytest.approx(1 / (1 + np.exp(0.3 * 5 - 0.3)))
    assert after[1] == pytest.approx(0.9)


def test_a_score_that_is_higher_never_makes_a_join_less_probable() -> None:
    after = WEIGHTS.probabilities(np.full(50, 0.3), np.linspace(-20, 10, 50))
    assert np.all(np.diff(after) >= 0)
    assert np.all((after > 0) & (after < 1))


@pytest.mark.parametrize(
    ("probabilities", "is_clear"),
    [([0.9, 0.1, 0.0], True), ([0.9, 0.5], False), ([0.5, 0.0], False), ([0.9], True), ([], False)],
)
def test_a_clear_winner_is_far_ahead_of_all_others(probabilities: list[float], is_clear: bool) -> None:
    assert has_clear_winner(np.array(probabilities)) is is_clear
