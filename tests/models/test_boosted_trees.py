"""Trees as arrays add up to what a walk down each of them gives, and credit each step to its feature."""

from __future__ import annotations

import numpy as np
import pytest

from lakeindex.models.boosted_trees import Trees

# The first tree splits on feature 0, then on feature 1 on the right; the second is a stump on feature 1.
TREES = Trees(
    roots=np.array([0, 5], np.int32),
    features=np.array([0, 0, 1, 0, 0, 1, 0, 0], np.int32),
    thresholds=np.array([0.5, np.inf, 2.0, np.inf, np.inf, 1.0, np.inf, np.inf]),
    left=np.array([1, 1, 3, 3, 4, 6, 6, 7], np.int32),
    right=np.array([2, 1, 4, 3, 4, 7, 6, 7], np.int32),
    values=np.array([0.1, -1.0, 0.7, 0.5, 2.0, 0.2, -0.3, 0.4]),
    depth=2,
)


def walked(features: list[float]) -> float:
    """Sum the leaves that a pair falls into, one node at a time."""
    total = 0.0
    for root in TREES.roots.tolist():
        node = root
        while TREES.left[node] != node:
            goes_left = features[TREES.features[node]] <= TREES.thresholds[node]
            node = int((TREES.left if goes_left else TREES.right)[node])
        total += float(TREES.values[node])
    return total


@pytest.mark.parametrize("pair", [[0.0, 0.0], [0.5, 5.0], [0.6, 1.0], [0.6, 2.0], [0.6, 2.1], [9.0, 9.0]])
def test_base_and_contributions_add_up_to_the_leaves(pair: list[float]) -> None:
    contributions = TREES.contributions(np.array([pair]))
    assert contributions.shape == (1, 2)
    assert TREES.base + contributions.sum() == pytest.approx(walked(pair))
    assert TREES.sums(np.array([pair])) == pytest.approx([walked(pair)])


def test_a_step_is_credited_to_the_feature_that_was_asked_for() -> None:
    # Right at feature 0: .1 -> .7; left at feature 1: .7 -> .5, and in the stump .2 -> .4.
    assert TREES.contributions(np.array([[0.6, 1.5]])) == pytest.approx(np.array([[0.6, -0.2 + 0.2]]))


def test_every_pair_has_contributions_of_its_own() -> None:
    pairs = np.random.default_rng(0).uniform(0, 3, (50, 2))
    found = TREES.base + TREES.contributions(pairs).sum(axis=1)
    assert found == pytest.approx(np.array([walked(pair) for pair in pairs.tolist()]))
    assert TREES.contributions(np.zeros((0, 2))).shape == (0, 2)
