"""Measures of training equal counts by hand, and a made lake is queried like any other."""

from __future__ import annotations

import numpy as np
import pytest

from lakeindex.config.settings import Settings
from lakeindex.training.best_of_query import best_of_query, top_places
from lakeindex.training.fit.boosting import TrainingPairs
from lakeindex.training.made_lakes import CANDIDATES, KEPT, LakePlan, plans, query_made_lakes
from lakeindex.training.measures import mean_average_precision
from tests.synthesis.made_sources import all_sources


def pairs(scores: list[float], joins: list[bool], queries: list[int]) -> TrainingPairs:
    count = len(scores)
    kinds = np.zeros(count, np.int8)
    return TrainingPairs(
        np.zeros((count, 1)), np.array(scores), np.array(joins), np.array(queries), np.zeros(count), kinds
    )


def test_average_precision_is_over_the_queries_with_a_relevant_candidate() -> None:
    made = pairs([0.9, 0.8, 0.7, 0.9, 0.8, 0.5], [True, False, True, False, True, False], [0, 0, 0, 1, 1, 2])
    assert mean_average_precision(made.scores, made) == pytest.approx(((1 + 2 / 3) / 2 + 1 / 2) / 2)


def test_top_keeps_the_best_of_each_query() -> None:
    made = pairs([0.1, 0.9, 0.5, 0.2], [True] * 4, [0, 0, 0, 1])
    assert top_places(made.queries, made.scores, 2).tolist() == [False, True, True, True]
    assert best_of_query(made.scores, made.queries) == {0: 0.9, 1: 0.2}


def test_plans_go_through_all_styles_and_repeat() -> None:
    assert plans(12, 3) == plans(12, 3)
    assert len({plan.style for plan in plans(10, 3)}) == 10
    assert len({plan.seed for plan in plans(12, 3)}) == 12


def test_a_made_lake_is_queried_with_and_without_the_columns_that_join() -> None:
    plan, sources = LakePlan("wide", 5, 4, 30), all_sources()
    (queried,) = query_made_lakes(sources, [plan], Settings(model="hashing"), lambda line: None)
    per_query = np.bincount(queried.pairs.queries)
    assert per_query.max() <= KEPT < CANDIDATES
    assert 0 < queried.pairs.joins.mean() < 1
    assert not queried.orphans.joins.any()
    (again,) = query_made_lakes(sources, [plan], Settings(model="hashing"), lambda line: None)
    assert np.array_equal(queried.pairs.features, again.pairs.features)
