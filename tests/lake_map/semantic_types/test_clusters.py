"""Columns come together where the evidence of all pairs speaks for it; what is known to be of one type starts so."""

from __future__ import annotations

import numpy as np

from lakeindex.lake_map.semantic_types.clusters import (
    Edges,
    cluster_columns,
    highest_log_odds,
    mean_log_odds,
    merge_named_alike,
)


def edges(*pairs: tuple[int, int, float]) -> Edges:
    left, right, log_odds = zip(*pairs, strict=True)
    return Edges(np.array(left), np.array(right), np.array(log_odds, np.float64))


def test_a_wrong_edge_between_two_cliques_does_not_make_them_one() -> None:
    cliques = [(a, b, 4.0) for group in ((0, 1, 2), (3, 4, 5)) for a in group for b in group if a < b]
    against = [(0, 3, -4.0), (0, 4, -4.0), (1, 4, -4.0)]
    found = cluster_columns(edges(*cliques, *against, (2, 3, 1.0)), np.arange(6))
    assert found.tolist() == [0, 0, 0, 1, 1, 1]


def test_columns_that_are_known_to_be_of_one_type_stay_together_and_attract_others() -> None:
    known = np.array([0, 1, 0, 3])
    found = cluster_columns(edges((0, 1, -6.0), (0, 2, -6.0), (2, 3, 5.0)), known)
    assert found.tolist() == [0, 1, 0, 0]


def test_an_edge_between_contracted_nodes_is_the_mean_of_all() -> None:
    found = edges((0, 1, -6.0), (1, 2, 2.0), (2, 3, 5.0)).contracted(np.array([0, 1, 0, 2]))
    assert (found.left.tolist(), found.right.tolist(), found.log_odds.tolist()) == ([0, 0], [1, 2], [-2.0, 5.0])


def test_a_column_is_judged_by_its_own_cluster() -> None:
    pairs, clusters = edges((0, 1, 3.0), (0, 2, 1.0), (1, 3, -2.0)), np.array([0, 0, 0, 1, 2])
    assert mean_log_odds(pairs, clusters).tolist() == [2.0, 3.0, 1.0, np.inf, np.inf]
    assert highest_log_odds(pairs, 5).tolist() == [3.0, 3.0, 1.0, -2.0, -np.inf]


def test_nothing_has_no_cluster() -> None:
    nothing = Edges(np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0))
    assert cluster_columns(nothing, np.zeros(0, np.int64)).tolist() == []
    assert cluster_columns(nothing, np.arange(2)).tolist() == [0, 1]


def test_clusters_of_one_name_are_merged_where_what_is_between_them_speaks_for_it() -> None:
    pairs, clusters = edges((0, 2, 1.0), (1, 3, 2.0), (3, 4, 3.0), (4, 5, -1.0)), np.array([0, 0, 1, 1, 2, 3])
    assert merge_named_alike(pairs, clusters, np.array([7, 7, 8, 8])).tolist() == [0, 0, 0, 0, 1, 2]
