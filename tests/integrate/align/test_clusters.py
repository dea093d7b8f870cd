from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from lakeindex.integrate.align.clusters import cluster


def _drawn(seed: int, sizes: list[int]) -> tuple[np.ndarray, np.ndarray]:
    tables = np.repeat(np.arange(len(sizes)), sizes)
    drawn = np.random.default_rng(seed).normal(0, 2, (len(tables), len(tables)))
    return (drawn + drawn.T) / 2, tables


def _clusters_by_definition(log_odds: np.ndarray, tables: np.ndarray) -> set[frozenset[int]]:
    """Merge the two clusters of the highest mean, found by trying all."""
    clusters = [[place] for place in range(len(tables))]
    while True:
        best, which = 0.0, None
        for first, one in enumerate(clusters):
            for second in range(first + 1, len(clusters)):
                other = clusters[second]
                if set(tables[one]) & set(tables[other]):
                    continue
                mean = float(log_odds[np.ix_(one, other)].mean())
                if mean > best + 1e-12:
                    best, which = mean, (first, second)
        if which is None:
            return {frozenset(one) for one in clusters}
        clusters[which[0]] += clusters.pop(which[1])


def _as_sets(numbers: np.ndarray) -> set[frozenset[int]]:
    return {frozenset(np.flatnonzero(numbers == number).tolist()) for number in numbers.tolist()}


@given(st.integers(0, 10_000), st.lists(st.integers(1, 4), max_size=5))
def test_clusters_are_those_of_the_definition(seed: int, sizes: list[int]) -> None:
    log_odds, tables = _drawn(seed, sizes)
    assert _as_sets(cluster(log_odds, tables)) == _clusters_by_definition(log_odds, tables)


@given(st.integers(0, 10_000), st.lists(st.integers(1, 5), max_size=6))
def test_no_cluster_has_two_columns_of_a_table(seed: int, sizes: list[int]) -> None:
    log_odds, tables = _drawn(seed, sizes)
    numbers = cluster(log_odds, tables)
    assert len(set(zip(numbers.tolist(), tables.tolist(), strict=True))) == len(tables)


def test_a_third_column_holds_two_together_that_look_unlike() -> None:
    log_odds = np.array([[0, 4, -1], [4, 0, 5], [-1, 5, 0]], float)
    assert cluster(log_odds, np.array([0, 1, 2])).tolist() == [0, 0, 0]


def test_what_is_unlikelier_than_not_stays_apart() -> None:
    assert cluster(np.array([[0, -0.1], [-0.1, 0]]), np.array([0, 1])).tolist() == [0, 1]


def test_no_columns_are_no_clusters() -> None:
    assert cluster(np.zeros((0, 0)), np.zeros(0, np.int64)).tolist() == []
