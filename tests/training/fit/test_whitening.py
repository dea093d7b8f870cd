"""The map is the inverse root of what its formula says, and pairs are ranked by maps that never saw their origin."""

from __future__ import annotations

import numpy as np
import pytest

from lakeindex.arrays.aliases import Vectors
from lakeindex.training.fit.whitening import VectorPairs, fit_within_class, held_out_gain, reciprocal_ranks

DIMENSION = 12


def drawn(noise: list[float], origins: int = 60, seed: int = 4) -> VectorPairs:
    """Draw three pairs of each origin, whose sides differ by so much in each direction."""
    rng = np.random.default_rng(seed)
    numbers = np.repeat(np.arange(origins), 3)
    meant = rng.normal(size=(origins, DIMENSION))[numbers]
    sides = [meant + rng.normal(size=meant.shape) * noise for _ in range(2)]
    left, right = ((side / np.linalg.norm(side, axis=1, keepdims=True)).astype(np.float32) for side in sides)
    return VectorPairs(left, right, numbers)


NOISY = drawn([3.0] * 4 + [0.3] * 8)
EVEN = drawn([1.0] * DIMENSION)


@pytest.mark.parametrize("shrinkage", [0.5, 3.0])
def test_the_map_undoes_the_shrunken_covariance_within_classes(shrinkage: float) -> None:
    apart = (NOISY.left - NOISY.right).astype(np.float64)
    within = np.cov(np.concatenate([apart, -apart]).T, bias=True)  # with its mirror image: the mean is 0
    shrunken = within / np.diag(within).mean() + shrinkage * np.eye(DIMENSION)
    weights = fit_within_class(NOISY, shrinkage)
    np.testing.assert_allclose(weights @ shrunken @ weights, np.eye(DIMENSION), atol=1e-5)
    np.testing.assert_allclose(weights, weights.T, atol=1e-6)


def test_sides_that_are_the_same_leave_every_vector_as_it_is() -> None:
    same = VectorPairs(NOISY.left, NOISY.left, NOISY.origins)
    mapped = same.mapped(fit_within_class(same))
    np.testing.assert_allclose(mapped.left, NOISY.left, atol=1e-6)


def test_much_shrinkage_leaves_nearly_everything_as_it_is() -> None:
    mapped = NOISY.mapped(fit_within_class(NOISY, 1e6))
    np.testing.assert_allclose(mapped.right, NOISY.right, atol=1e-5)


def rank_by_hand(pairs: VectorPairs, place: int, one: Vectors, other: Vectors) -> float:
    rivals = [at for at in range(len(other)) if pairs.origins[at] != pairs.origins[place]]
    own = float(one[place] @ other[place])
    rank = 1 + sum(float(one[place] @ other[at]) >= own for at in rivals)
    return 1 / rank if rank <= 10 else 0.0


def test_ranks_are_what_a_count_by_hand_gives() -> None:
    asked = np.arange(len(EVEN.origins)) % 7 == 0
    expected = [
        (rank_by_hand(EVEN, place, EVEN.left, EVEN.right) + rank_by_hand(EVEN, place, EVEN.right, EVEN.left)) / 2
        for place in np.flatnonzero(asked).tolist()
    ]
    assert len(set(expected)) > 3
    np.testing.assert_allclose(reciprocal_ranks(EVEN, asked), expected, atol=1e-9)


def test_a_tie_counts_against_the_partner_but_not_one_of_its_origin() -> None:
    same = np.tile(np.eye(1, 3, dtype=np.float32), (3, 1))
    apart, related = (VectorPairs(same, same, np.array(origins)) for origins in ([0, 1, 2], [0, 0, 1]))
    assert reciprocal_ranks(apart, np.ones(3, bool)).tolist() == [1 / 3] * 3
    assert reciprocal_ranks(related, np.ones(3, bool)).tolist() == [1 / 2, 1 / 2, 1 / 3]


def test_no_pair_is_ranked_by_a_map_that_was_fitted_to_its_origin() -> None:
    fitted: list[set[int]] = []

    def spy(pairs: VectorPairs) -> Vectors:
        fitted.append(set(pairs.origins.tolist()))
        return np.eye(DIMENSION, dtype=np.float32)

    gain = held_out_gain(NOISY, spy, 0)
    everything = set(NOISY.origins.tolist())
    left_out = [everything - some for some in fitted]
    assert sorted(origin for some in left_out for origin in some) == sorted(everything)
    assert [len(some) for some in left_out] == [12] * 5
    assert (gain.before, gain.least) == (pytest.approx(gain.after), pytest.approx(0.0, abs=1e-9))


def test_what_differs_within_pairs_is_learned_to_count_for_less() -> None:
    gain = held_out_gain(NOISY, fit_within_class, 0)
    assert gain.before == pytest.approx(reciprocal_ranks(NOISY, np.ones(len(NOISY.origins), bool)).mean())
    assert (gain.pairs, gain.origins) == (180, 60)
    assert 0 < gain.least < gain.after - gain.before
    assert gain == held_out_gain(NOISY, fit_within_class, 0)


def test_where_all_directions_differ_alike_there_is_nothing_to_gain() -> None:
    assert held_out_gain(EVEN, fit_within_class, 0).least <= 0
