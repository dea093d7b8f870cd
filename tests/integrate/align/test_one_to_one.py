from __future__ import annotations

from itertools import permutations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from lakeindex.integrate.align.one_to_one import assign, best_pairs

_GAINS = st.tuples(st.integers(0, 4), st.integers(0, 4)).flatmap(
    lambda shape: arrays(np.float64, shape, elements=st.sampled_from([-1.0, 0.0, 0.1, 0.2, 0.5, 0.7, 1.0]))
)


def _largest_sum(gains: np.ndarray) -> float:
    """Try every assignment, with as many empty columns as there are rows."""
    rows, columns = gains.shape
    padded = np.concatenate([np.maximum(gains, 0), np.zeros((rows, rows))], axis=1)
    choices = permutations(range(columns + rows), rows)
    return max(sum(padded[row, column] for row, column in enumerate(chosen)) for chosen in choices)


@given(_GAINS)
def test_the_sum_of_gains_is_the_largest(gains: np.ndarray) -> None:
    assigned = assign(gains)
    chosen = np.flatnonzero(assigned >= 0)
    assert np.isclose(gains[chosen, assigned[chosen]].sum(), _largest_sum(gains))


@given(_GAINS)
def test_each_column_is_assigned_once_and_only_where_something_is_gained(gains: np.ndarray) -> None:
    assigned = assign(gains)
    taken = assigned[assigned >= 0].tolist()
    assert len(taken) == len(set(taken))
    assert all(gains[row, column] > 0 for row, column in enumerate(assigned.tolist()) if column >= 0)


def test_a_column_goes_to_the_row_that_loses_more_without_it() -> None:
    assert assign(np.array([[0.9, 0.8], [0.85, 0.1]])).tolist() == [1, 0]


def test_pairs_are_assigned_within_their_tables() -> None:
    left, right = np.array([0, 0, 1, 1, 0]), np.array([2, 3, 2, 3, 4])
    blocks = np.array([0, 0, 0, 0, 1])
    gains = np.array([0.9, 0.8, 0.85, 0.1, 0.3])
    assert best_pairs(left, right, blocks, gains).tolist() == [False, True, True, False, True]


@given(st.permutations(range(9)))
def test_the_order_of_pairs_makes_no_difference(order: list[int]) -> None:
    left, right = np.repeat([0, 1, 2], 3), np.tile([3, 4, 5], 3)
    gains = np.array([0.9, 0.8, 0.1, 0.85, 0.1, 0.2, 0.3, 0.7, 0.6])
    blocks = np.zeros(9, np.int64)
    best = best_pairs(left, right, blocks, gains)
    shuffled = best_pairs(left[order], right[order], blocks, gains[order])
    assert shuffled.tolist() == best[order].tolist()
