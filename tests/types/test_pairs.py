from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lakeindex.arrays.proportions import ratio
from lakeindex.types.columns import KINDS, ColumnFacts, Kind
from lakeindex.types.pairs import Comparison, Ranking


def comparison(*rows: tuple[float, ...]) -> Comparison:
    return Comparison(*np.array(rows, np.float64).T)


def test_the_shares_of_a_comparison_are_those_of_its_sets() -> None:
    compared = comparison((3, 4, 6, 2.0, 5.0, 8.0, 0.5), (0, 4, 0, 0.0, 5.0, 0.0, 0.0), (0, 0, 0, 0, 0, 0, 0))
    assert compared.containment().tolist() == [0.75, 0, 0]
    assert compared.reverse_containment().tolist() == [0.5, 0, 0]
    assert compared.rare_containment().tolist() == pytest.approx([0.4, 0, 0])
    assert compared.rare_reverse_containment().tolist() == [0.25, 0, 0]
    assert compared.jaccard().tolist() == pytest.approx([3 / 7, 0, 0])


def test_a_part_is_never_more_than_its_whole() -> None:
    sum_of_parts = np.array([0.1 + 0.2])
    assert sum_of_parts[0] > 0.3
    assert ratio(sum_of_parts, np.array([0.3])).tolist() == [1.0]


@given(st.lists(st.tuples(st.integers(0, 10**9), st.sampled_from([0.0, 0.25, 0.5, 1.0])), unique_by=lambda one: one[0]))
@settings(max_examples=60, deadline=None)
def test_a_ranking_stands_best_first_and_ties_by_key(scored: list[tuple[int, float]]) -> None:
    keys = np.array([key for key, _ in scored], np.int64)
    scores = np.array([score for _, score in scored], np.float64)
    ranking = Ranking.of(keys, scores, "fused")
    expected = sorted(scored, key=lambda one: (-one[1], one[0]))
    assert list(zip(ranking.keys.tolist(), ranking.scores.tolist(), strict=True)) == expected
    assert ranking.top(3).keys.tolist() == [key for key, _ in expected[:3]]
    assert (len(ranking), ranking.top(3).stage) == (len(scored), "fused")


def test_facts_are_taken_in_the_order_asked_for_with_repeats() -> None:
    facts = ColumnFacts(
        kinds=np.array([KINDS.index(kind) for kind in (Kind.TEXT, Kind.DATE, Kind.INTEGER)], np.int8),
        rows=np.array([10, 20, 30]),
        nulls=np.array([1, 2, 3]),
        distinct=np.array([4, 5, 6]),
        is_key=np.array([True, False, True]),
        is_serial=np.array([False, False, True]),
        lows=np.array([np.nan, 1.0, 2.0]),
        highs=np.array([np.nan, 3.0, 4.0]),
        lengths=np.arange(6, dtype=np.uint8).reshape(3, 2),
        patterns=np.arange(9, dtype=np.uint8).reshape(3, 3),
    )
    taken = facts.take(np.array([2, 0, 2]))
    assert len(taken) == 3
    assert taken.rows.tolist() == [30, 10, 30]
    assert taken.highs[0] == 4.0
    assert np.isnan(taken.lows[1])
    assert taken.lengths.tolist() == [[4, 5], [0, 1], [4, 5]]
    assert taken.is_kind(Kind.INTEGER, Kind.DECIMAL).tolist() == [True, False, True]
    assert facts.is_kind(Kind.DATE).tolist() == [False, True, False]
