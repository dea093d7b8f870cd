from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from lakeindex.integrate.align.siblings import SIBLING_FEATURES, numbered, sibling_features

_PLACES = {name: place for place, name in enumerate(SIBLING_FEATURES)}


def _all_pairs(sizes: list[int]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    tables = np.repeat(np.arange(len(sizes)), sizes)
    left, right = np.triu_indices(len(tables), 1)
    kept = tables[left] != tables[right]
    return left[kept], right[kept], tables


@given(st.integers(0, 1_000), st.lists(st.integers(1, 4), min_size=2, max_size=4))
def test_features_are_those_of_the_definition(seed: int, sizes: list[int]) -> None:
    left, right, tables = _all_pairs(sizes)
    scores = np.random.default_rng(seed).normal(0, 3, len(left))
    found = sibling_features(left, right, tables, scores)
    pairs = list(zip(left.tolist(), right.tolist(), scores.tolist(), strict=True))
    for row, (one, other, score) in enumerate(pairs):
        block = [p for p in pairs if {tables[p[0]], tables[p[1]]} == {tables[one], tables[other]}]
        rivals = [
            max([-10.0, *(p[2] for p in block if p[0] == one and p[1] != other)]),
            max([-10.0, *(p[2] for p in block if p[1] == other and p[0] != one)]),
        ]
        sums = []
        for side, own in ((0, one), (1, other)):
            best: dict[int, float] = {}
            for p in block:
                best[p[side]] = max(best.get(p[side], 0.0), 1 / (1 + np.exp(-p[2])))
            sums.append(sum(value for place, value in best.items() if place != own))
        assert np.isclose(found[row, _PLACES["alone"]], score)
        assert np.isclose(found[row, _PLACES["weaker rival"]], min(rivals))
        assert np.isclose(found[row, _PLACES["stronger rival"]], max(rivals))
        assert np.isclose(found[row, _PLACES["lead of a rival"]], max(rivals) - score)
        assert np.isclose(found[row, _PLACES["others that align"]], min(sums))
        smaller = min(sizes[tables[one]], sizes[tables[other]])
        assert np.isclose(found[row, _PLACES["share of others"]], min(sums) / max(smaller - 1, 1))
        assert found[row, _PLACES["columns of the smaller table"]] == smaller


def test_no_pairs_have_no_features() -> None:
    nothing = np.zeros(0, np.int64)
    assert sibling_features(nothing, nothing, nothing, np.zeros(0)).shape == (0, len(SIBLING_FEATURES))


def test_equal_combinations_have_one_number() -> None:
    assert numbered(np.array([2, 1, 2, 1]), np.array([0, 5, 0, 4])).tolist() == [2, 1, 2, 0]
