from __future__ import annotations

import math
import random

import pytest

from lakeindex.evaluate.metrics import average_precision_at_k, ndcg_at_k, precision_at_1, recall_at_k
from tests.evaluate import shared_evaluator

RANKED = ["a", "x", "b", "y", "c"]
RELEVANT = {"a": 2, "b": 1, "c": 2, "d": 1}


def test_recall_divides_by_what_could_be_found() -> None:
    assert recall_at_k(RANKED, RELEVANT, 3) == 2 / 3
    assert recall_at_k(RANKED, RELEVANT, 10) == 3 / 4


def test_average_precision_sums_the_precisions_at_the_hits() -> None:
    assert average_precision_at_k(RANKED, RELEVANT, 3) == pytest.approx((1 + 2 / 3) / 3)
    assert average_precision_at_k(RANKED, RELEVANT, 10) == pytest.approx((1 + 2 / 3 + 3 / 5) / 4)


def test_ndcg_gains_two_to_the_grade_less_one() -> None:
    gained = 3 / math.log2(2) + 1 / math.log2(4) + 3 / math.log2(6)
    ideal = 3 / math.log2(2) + 3 / math.log2(3) + 1 / math.log2(4) + 1 / math.log2(5)
    assert ndcg_at_k(RANKED, RELEVANT, 10) == pytest.approx(gained / ideal)
    assert ndcg_at_k(RANKED, RELEVANT, 1) == 1.0


def test_precision_at_1_counts_only_the_first() -> None:
    assert precision_at_1(RANKED, RELEVANT) == 1.0
    assert precision_at_1(RANKED[1:], RELEVANT) == 0.0


def test_an_empty_ranking_scores_nothing() -> None:
    assert recall_at_k([], RELEVANT, 10) == 0.0
    assert average_precision_at_k([], RELEVANT, 10) == 0.0
    assert ndcg_at_k([], RELEVANT, 10) == 0.0
    assert precision_at_1([], RELEVANT) == 0.0


def test_the_ideal_ranking_scores_one() -> None:
    ideal = ["a", "c", "b", "d"]
    assert recall_at_k(ideal, RELEVANT, 10) == 1.0
    assert average_precision_at_k(ideal, RELEVANT, 10) == 1.0
    assert ndcg_at_k(ideal, RELEVANT, 10) == 1.0


@pytest.mark.parametrize("seed", range(200))
def test_random_rankings_score_as_in_the_shared_evaluator(seed: int) -> None:
    shared = shared_evaluator.load()
    if shared is None:
        pytest.skip("there is no ../shared/evaluate.py beside this checkout")
    chance = random.Random(seed)
    ranked = chance.sample(range(40), chance.randint(0, 40))
    relevant = {item: chance.randint(1, 3) for item in chance.sample(range(60), chance.randint(1, 20))}
    ours = (
        recall_at_k(ranked, relevant, 10),
        average_precision_at_k(ranked, relevant, 10),
        ndcg_at_k(ranked, relevant, 10),
        precision_at_1(ranked, relevant),
    )
    assert ours == pytest.approx(shared.score_query(ranked, relevant), abs=1e-12)
