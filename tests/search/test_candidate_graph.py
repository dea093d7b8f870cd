"""The graph around a query: whom it reaches, and that nothing of the query's own table is in it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from lakeindex.arrays.aliases import Integers
from lakeindex.match.message_passing import INTERMEDIATES, LEAST
from lakeindex.search.candidate_graph import Neighbours, candidate_graph


def partners(**probabilities: float) -> Neighbours:
    """Partners by their key, written as `k12=.5`."""
    keys = np.array(sorted(int(name[1:]) for name in probabilities))
    return Neighbours(keys, np.array([probabilities[f"k{key}"] for key in keys.tolist()]))


def own(*keys: int) -> Integers:
    return np.array(keys, np.int64)


LAKE = {
    20: partners(k1=0.8, k30=0.9, k40=0.6),
    30: partners(k1=0.3, k2=0.9, k20=0.9),
}


def ask(key: int) -> Neighbours:
    return LAKE.get(key, Neighbours(np.zeros(0, np.int64), np.zeros(0)))


def answer_to(query: int) -> Callable[[int], float]:
    return lambda key: ask(key).probability(query)


def test_a_column_that_only_a_bridge_names_is_a_candidate() -> None:
    around = candidate_graph(own(1, 2), partners(k20=0.7, k50=0.01), ask, answer_to(1))
    assert around.keys.tolist() == [20, 30, 40, 50]
    first = around.bridges[0]
    assert around.keys[first.place] == 20 and first.back == 0.8
    assert around.keys[first.partners].tolist() == [30, 40] and first.probabilities.tolist() == [0.9, 0.6]


def test_columns_of_the_own_table_are_no_candidates_and_yet_are_answered() -> None:
    around = candidate_graph(own(1, 2), partners(k30=0.5), ask, answer_to(1))
    (bridge,) = around.bridges
    assert around.keys[bridge.partners].tolist() == [20]
    assert bridge.back == 0.3


def test_a_bridge_that_does_not_name_the_query_answers_nothing() -> None:
    assert candidate_graph(own(7), partners(k20=0.9), ask, answer_to(7)).bridges[0].back == 0.0


def test_only_the_likeliest_are_asked() -> None:
    asked: list[int] = []

    def remember(key: int) -> Neighbours:
        asked.append(key)
        return ask(key)

    candidate_graph(own(), partners(k1=0.2, k2=0.9, k3=0.5, k4=0.8, k5=LEAST / 2), remember, answer_to(9))
    assert asked == [2, 4, 3] and len(asked) == INTERMEDIATES


def test_partners_that_hardly_join_carry_no_message() -> None:
    lake = {20: partners(k30=LEAST / 2, k40=LEAST)}
    around = candidate_graph(own(), partners(k20=0.9), lake.__getitem__, answer_to(9))
    assert around.keys.tolist() == [20, 40]


def test_the_most_probable_partners_are_kept() -> None:
    kept = Neighbours.of(own(3, 5, 8, 9), np.array([0.2, 0.1, 0.9, 0.4]), 2)
    assert kept.keys.tolist() == [8, 9] and kept.probabilities.tolist() == [0.9, 0.4]
    assert kept.probability(9) == 0.4
    assert kept.probability(3) == kept.probability(99) == 0.0
    assert kept.among(own(9, 3, 8)).tolist() == [0.4, 0.0, 0.9]


def test_a_query_without_candidates_has_no_graph() -> None:
    around = candidate_graph(own(1), ask(99), ask, answer_to(1))
    assert len(around.keys) == 0 and around.bridges == ()
