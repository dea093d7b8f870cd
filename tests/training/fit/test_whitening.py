"""The map is the inverse root in its formula, and pairs are ranked by maps not fitted to their lineage."""

from __future__ import annotations

import numpy as np
import pytest

from lakeindex.arrays.aliases import Vectors
from lakeindex.training.fit.whitening import VectorPairs, fit_whitening, held_out_gain, reciprocal_ranks

DIMENSION = 12


def drawn(noise: list[float], lineages: int = 60, seed: int = 4) -> VectorPairs:
    """Draw three pairs of each lineage, whose sides differ by the noise in each direction."""
    rng = np.random.default_rng(seed)
    numbers = np.repeat(np.arange(lineages), 3)
    centres = rng.normal(size=(lineages, DIMENSION))[numbers]
    sides = [centres + rng.normal(size=centres.shape) * noise for _ in range(2)]
    left, right = ((side / np.linalg.norm(side, axis=1, keepdims=True)).astype(np.float32) for side in sides)
    return VectorPairs(left, right, numbers)


NOISY = drawn([3.0] * 4 + [0.3] * 8)
EVEN = drawn([1.0] * DIMENSION)


@pytest.mark.parametrize("shrinkage", [0.5, 3.0])
def test_the_map_undoes_the_shrunken_covariance_within_classes(shrinkage: float) -> None:
    apart = (NOISY.left - NOISY.right).astype(np.float64)
    within = np.cov(np.concatenate([apart, -apart]).T, bias=True)  # with its mirror image: the mean is 0
    shrunken = within / np.diag(within).mean() + shrinkage * np.eye(DIMENSION)
    weights = fit_whitening(NOISY, shrinkage)
    np.testing.assert_allclose(weights @ shrunken @ weights, np.eye(DIMENSION), atol=1e-5)
    np.testing.assert_allclose(weights, weights.T, atol=1e-6)


def test_equal_sides_leave_every_vector_unchanged() -> None:
    same = VectorPairs(NOISY.left, NOISY.left, NOISY.lineages)
    mapped = same.mapped(fit_whitening(same))
    np.testing.assert_allclose(mapped.left, NOISY.left, atol=1e-6)


def test_much_shrinkage_leaves_vectors_nearly_unchanged() -> None:
    mapped = NOISY.mapped(fit_whitening(NOISY, 1e6))
    np.testing.assert_allclose(mapped.right, NOISY.right, atol=1e-5)


def rank_by_hand(pairs: VectorPairs, place: int, one: Vectors, other: Vectors) -> float:
    rivals = [at for at in range(len(other)) if pairs.lineages[at] != pairs.lineages[place]]
    own = float(one[place] @ other[place])
    rank = 1 + sum(float(one[place] @ other[at]) >= own for at in rivals)
    return 1 / rank if rank <= 10 else 0.0


def test_ranks_equal_a_count_by_hand() -> None:
    chosen = np.arange(len(EVEN.lineages)) % 7 == 0
    expected = [
        (rank_by_hand(EVEN, place, EVEN.left, EVEN.right) + rank_by_hand(EVEN, place, EVEN.right, EVEN.left)) / 2
        for place in np.flatnonzero(chosen).tolist()
    ]
    assert len(set(expected)) > 3
    np.testing.assert_allclose(reciprocal_ranks(EVEN, chosen), expected, atol=1e-9)


def test_a_tie_counts_against_the_partner_except_within_a_lineage() -> None:
    same = np.tile(np.eye(1, 3, dtype=np.float32), (3, 1))
    apart, related = (VectorPairs(same, same, np.array(lineages)) for lineages in ([0, 1, 2], [0, 0, 1]))
    assert reciprocal_ranks(apart, np.ones(3, bool)).tolist() == [1 / 3] * 3
    assert reciprocal_ranks(related, np.ones(3, bool)).tolist() == [1 / 2, 1 / 2, 1 / 3]


def test_no_pair_is_ranked_by_a_map_fitted_to_its_lineage() -> None:
    fitted: list[set[int]] = []

    def spy(pairs: VectorPairs) -> Vectors:
        fitted.append(set(pairs.lineages.tolist()))
        return np.eye(DIMENSION, dtype=np.float32)

    gain = held_out_gain(NOISY, spy, 0)
    everything = set(NOISY.lineages.tolist())
    left_out = [everything - some for some in fitted]
    assert sorted(lineage for some in left_out for lineage in some) == sorted(everything)
    assert [len(some) for some in left_out] == [12] * 5
    assert (gain.before, gain.least) == (pytest.approx(gain.after), pytest.approx(0.0, abs=1e-9))


def test_directions_that_differ_within_pairs_count_for_less() -> None:
    gain = held_out_gain(NOISY, fit_whitening, 0)
    assert gain.before == pytest.approx(reciprocal_ranks(NOISY, np.ones(len(NOISY.lineages), bool)).mean())
    assert (gain.pairs, gain.lineages) == (180, 60)
    assert 0 < gain.least < gain.after - gain.before
    assert gain == held_out_gain(NOISY, fit_whitening, 0)


def test_there_is_no_gain_where_all_directions_differ_equally() -> None:
    assert held_out_gain(EVEN, fit_whitening, 0).least <= 0
