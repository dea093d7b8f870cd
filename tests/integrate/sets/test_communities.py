"""Sets of tuples: what is connected, what a wrong edge must not join, whatever the order."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from lakeindex.integrate.sets.communities import components, integrable_sets
from lakeindex.integrate.sets.tuple_graph import TupleGraph

PAIRS = st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)).filter(lambda pair: pair[0] < pair[1]), unique=True)


def graph(size: int, edges: dict[tuple[int, int], float]) -> TupleGraph:
    ends = np.array([*edges], np.int64).reshape(-1, 2)
    return TupleGraph(size, ends[:, 0], ends[:, 1], np.array([*edges.values()], np.float64))


def by_search(size: int, pairs: list[tuple[int, int]]) -> list[int]:
    labels = list(range(size))
    for _ in range(size):
        for left, right in pairs:
            labels[left] = labels[right] = min(labels[left], labels[right])
    return labels


@settings(max_examples=200, deadline=None)
@given(PAIRS)
def test_components_are_what_a_search_finds(pairs: list[tuple[int, int]]) -> None:
    ends = np.array(pairs, np.int64).reshape(-1, 2)
    assert components(10, ends[:, 0], ends[:, 1]).tolist() == by_search(10, pairs)


def test_one_wrong_edge_does_not_make_one_entity_of_two() -> None:
    sure = {(a, b): 0.95 for a in range(4) for b in range(a + 1, 4)}
    sure |= {(a + 4, b + 4): 0.95 for a in range(4) for b in range(a + 1, 4)}
    found = integrable_sets(graph(8, sure | {(0, 4): 0.97}))
    assert found.tolist() == [0, 0, 0, 0, 1, 1, 1, 1]


def test_an_edge_that_blocking_missed_does_not_part_an_entity() -> None:
    sure = {(0, 1): 0.95, (1, 2): 0.95, (2, 3): 0.95, (0, 2): 0.95}
    assert integrable_sets(graph(4, sure)).tolist() == [0, 0, 0, 0]


def test_edges_that_speak_against_it_part() -> None:
    assert integrable_sets(graph(3, {(0, 1): 0.99, (1, 2): 0.6, (0, 2): 0.001})).tolist() == [0, 0, 1]


def test_of_nothing_each_tuple_is_its_own_set() -> None:
    assert integrable_sets(graph(3, {})).tolist() == [0, 1, 2]


def test_ten_thousand_tuples_of_one_entity_are_one_set() -> None:
    left = np.arange(9_999)
    chain = np.concatenate([left, np.arange(9_998)]), np.concatenate([left + 1, np.arange(9_998) + 2])
    found = integrable_sets(TupleGraph(10_000, *chain, np.full(len(chain[0]), 0.9999)))
    assert len(set(found.tolist())) < 3_000  # of each tuple, blocking made two pairs of 9,999: long chains are parted


def test_a_star_is_bounded() -> None:
    center = np.zeros(2_000, np.int64)
    found = integrable_sets(TupleGraph(2_001, center, np.arange(1, 2_001), np.full(2_000, 0.9)))
    assert found[0] == 0


def test_two_rows_of_a_table_are_hardly_one_entity() -> None:
    edges = {(0, 2): 0.9, (1, 2): 0.8}
    plain = graph(3, edges)
    assert integrable_sets(plain).tolist() == [0, 0, 0]
    told = TupleGraph(3, plain.left, plain.right, plain.probabilities, np.array([0, 0, 1]))
    assert integrable_sets(told).tolist() == [0, 1, 0]
