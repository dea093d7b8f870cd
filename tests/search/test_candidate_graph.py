"""The graph around a query: whom it reaches, and that nothing of the query's own table is in it."""

from __future__ import annotations

import numpy as np

from lakeindex.arrays.aliases import Integers
from lakeindex.match.message_passing import INTERMEDIATES, LEAST
from lakeindex.search.candidate_graph import Neighbours, candidate_graph


def neighbours_of(**probabilities: float) -> Neighbours:
    """Neighbours by their key, written as `k12=.5`."""
    keys = np.array(sorted(int(name[1:]) for name in probabilities))
    return Neighbours(keys, np.array([probabilities[f"k{key}"] for key in keys.tolist()]))


def own(*keys: int) -> Integers:
    return np.array(keys, np.int64)


NOBODY = Neighbours(np.zeros(0, np.int64), np.zeros(0))
LAKE = {
    20: neighbours_of(k1=0.8, k30=0.9, k40=0.6),
    30: neighbours_of(k1=0.3, k2=0.9, k20=0.9),
}


class Around:
    """A small lake around one query."""

    def __init__(self, query: int, lake: dict[int, Neighbours] = LAKE) -> None:
        """Take the query's key, and the neighbours of each column."""
        self.query, self.lake, self.queried = query, lake, list[int]()

    def neighbours(self, key: int) -> Neighbours:
        self.queried.append(key)
        return self.lake.get(key, NOBODY)

    def reverse_probability(self, key: int) -> float:
        return self.lake.get(key, NOBODY).probability(self.query)


def test_a_column_that_only_an_intermediate_names_is_a_candidate() -> None:
    graph = candidate_graph(own(1, 2), neighbours_of(k20=0.7, k50=0.01), Around(1))
    assert graph.keys.tolist() == [20, 30, 40, 50]
    first = graph.intermediates[0]
    assert graph.keys[first.place] == 20 and first.reverse_probability == 0.8
    assert graph.keys[first.neighbours].tolist() == [30, 40] and first.probabilities.tolist() == [0.9, 0.6]


def test_columns_of_the_own_table_are_no_candidates_and_yet_count_in_reverse() -> None:
    graph = candidate_graph(own(1, 2), neighbours_of(k30=0.5), Around(1))
    (intermediate,) = graph.intermediates
    assert graph.keys[intermediate.neighbours].tolist() == [20]
    assert intermediate.reverse_probability == 0.3


def test_an_intermediate_that_does_not_name_the_query_gives_it_no_probability() -> None:
    assert candidate_graph(own(7), neighbours_of(k20=0.9), Around(7)).intermediates[0].reverse_probability == 0.0


def test_only_the_likeliest_send_messages() -> None:
    around = Around(9)
    candidate_graph(own(), neighbours_of(k1=0.2, k2=0.9, k3=0.5, k4=0.8, k5=LEAST / 2), around)
    assert around.queried == [2, 4, 3] and len(around.queried) == INTERMEDIATES


def test_neighbours_that_hardly_join_carry_no_message() -> None:
    graph = candidate_graph(own(), neighbours_of(k20=0.9), Around(9, {20: neighbours_of(k30=LEAST / 2, k40=LEAST)}))
    assert graph.keys.tolist() == [20, 40]


def test_the_most_probable_neighbours_are_kept() -> None:
    kept = Neighbours.of(own(3, 5, 8, 9), np.array([0.2, 0.1, 0.9, 0.4]), 2)
    assert kept.keys.tolist() == [8, 9] and kept.probabilities.tolist() == [0.9, 0.4]
    assert kept.probability(9) == 0.4
    assert kept.probability(3) == kept.probability(99) == 0.0
    assert kept.among(own(9, 3, 8)).tolist() == [0.4, 0.0, 0.9]


def test_a_query_without_candidates_has_no_graph() -> None:
    graph = candidate_graph(own(1), NOBODY, Around(1))
    assert len(graph.keys) == 0 and graph.intermediates == ()
