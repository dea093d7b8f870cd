"""Search within a budget, against exact scores and the pseudo-inverse."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lakeindex.arrays.aliases import Floats, Integers
from lakeindex.errors import InvalidSetting
from lakeindex.rerank.cur import Plan, SearchResult, predict, predict_all, search, search_many

ANNCUR = {"ridge": 0.0, "offset": False}


def low_rank(queries: int, columns: int, rank: int, seed: int) -> Floats:
    rng = np.random.default_rng(seed)
    return np.asarray(rng.normal(size=(queries, rank)) @ rng.normal(size=(rank, columns)))


class Counted:
    """A cross-encoder that knows all scores of a query, and counts."""

    def __init__(self, scores: Floats) -> None:
        self.scores = scores
        self.scored: list[int] = []

    def __call__(self, places: Integers) -> Floats:
        self.scored += places.tolist()
        return self.scores[places]


def brute_force(scores: Floats, k: int) -> list[int]:
    return np.lexsort((np.arange(len(scores)), -scores))[:k].tolist()


@given(st.integers(1, 6), st.integers(0, 6), st.integers(0, 10_000))
@settings(max_examples=60)
def test_with_as_many_anchors_as_the_rank_the_scores_are_exact(rank: int, more: int, seed: int) -> None:
    matrix = low_rank(31, 60, rank, seed)
    known, true_scores = matrix[:-1], matrix[-1]
    anchors = np.arange(rank + more)
    found = search(Counted(true_scores), known.T, np.zeros(60), Plan(rank + more, 1, **ANNCUR), anchors)
    predicted = predict_all(known.T, np.zeros(60), found, Plan(rank + more, 1, **ANNCUR))
    assert np.abs(predicted - true_scores).max() < 1e-5 * max(1.0, np.abs(true_scores).max())


@given(st.integers(1, 20), st.integers(0, 10_000))
@settings(max_examples=40)
def test_without_regularisation_it_is_the_cur_of_the_paper(anchors: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    known, true_scores, chosen = rng.normal(size=(12, 40)), rng.normal(size=40), rng.permutation(40)[:anchors]
    expected = true_scores[chosen] @ np.linalg.pinv(known[:, chosen]) @ known
    predicted = predict(known.T, np.zeros(40), chosen, true_scores[chosen], Plan(anchors, 1, **ANNCUR))
    assert np.allclose(predicted, expected, atol=1e-8)


@pytest.mark.parametrize("calls", [50, 51, 10_000])
@pytest.mark.parametrize("rounds", [1, 3, 7])
def test_a_budget_for_all_columns_is_brute_force(calls: int, rounds: int) -> None:
    rng = np.random.default_rng(3)
    scores = np.round(rng.normal(size=50), 1)  # some are equal
    model = Counted(scores)
    space, prior = rng.normal(size=(50, 4)).astype(np.float32), rng.normal(size=50)
    found = search(model, space, prior, Plan(calls, rounds))
    assert found.top(50)[0].tolist() == brute_force(scores, 50)
    assert sorted(model.scored) == list(range(50))
    assert np.array_equal(predict_all(space, prior, found, Plan(calls, rounds)), scores)


@given(st.integers(0, 30), st.integers(1, 8), st.floats(0, 10), st.integers(0, 1000))
@settings(max_examples=60)
def test_no_column_is_asked_about_twice_nor_more_than_the_budget_allows(
    calls: int, rounds: int, ridge: float, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    prior = np.where(rng.random(25) < 0.3, -np.inf, rng.normal(size=25))
    model = Counted(rng.normal(size=25))
    space, plan = rng.normal(size=(25, 5)), Plan(calls, rounds, ridge)
    found = search(model, space, prior, plan)
    assert found.calls == len(model.scored) == len(set(model.scored)) == min(calls, int(np.isfinite(prior).sum()))
    assert np.isfinite(prior[found.places]).all(), "a column was scored that was not allowed"
    assert np.isfinite(predict_all(space, prior, found, plan)).all()
    assert np.array_equal(found.scores, model.scores[found.places])


def test_one_anchor_equal_scores_and_copies_of_columns_do_no_harm() -> None:
    space = np.repeat(np.random.default_rng(0).normal(size=(6, 3)), 5, axis=0)
    for scores in (np.full(30, 2.5), np.zeros(30), np.repeat(np.arange(6.0), 5)):
        for calls in (1, 2, 7):
            found = search(Counted(scores), space, np.zeros(30), Plan(calls))
            predicted = predict_all(space, np.zeros(30), found, Plan(calls))
            assert np.isfinite(predicted).all()
            assert np.abs(predicted).max() <= 100
    equal = search(Counted(np.full(30, 2.5)), space, np.zeros(30), Plan(3))
    assert np.allclose(predict_all(space, np.zeros(30), equal, Plan(3)), 2.5)


def test_noisy_anchors_are_smoothed() -> None:
    rng = np.random.default_rng(5)
    matrix = low_rank(200, 400, 5, 5)
    true_scores = matrix[-1] + 0.3 * rng.normal(size=400)
    errors = {
        ridge: np.abs(
            predict((matrix[:-1] + 0.3 * rng.normal(size=(199, 400))).T, np.zeros(400), np.arange(40), true_scores[:40],
                    Plan(40, 1, ridge, offset=False))[40:] - matrix[-1, 40:]
        ).mean()
        for ridge in (0.0, 0.3)
    }  # fmt: skip
    assert errors[0.3] < 0.85 * errors[0.0]


def test_rounds_find_what_the_prior_puts_last() -> None:
    rng = np.random.default_rng(7)
    space = rng.normal(size=(500, 8))
    scores = space @ rng.normal(size=8)
    prior = -scores + rng.normal(size=500)  # a retriever that is wrong
    found = search(Counted(scores), space, prior, Plan(60, 4))
    assert set(found.top(10)[0].tolist()) == set(brute_force(scores, 10))
    alone = search(Counted(scores), space, prior, Plan(60, 1))
    assert not set(alone.top(10)[0].tolist()) & set(brute_force(scores, 10))


def test_a_forecast_is_what_was_predicted_before_the_score() -> None:
    rng = np.random.default_rng(9)
    space, prior = rng.normal(size=(40, 3)), rng.normal(size=40)
    scores = space @ rng.normal(size=3) + prior
    found = search(Counted(scores), space, prior, Plan(20, 2, ridge=1e-9))
    assert np.array_equal(found.forecasts[:10], prior[found.places[:10]])
    assert np.allclose(found.forecasts[10:], scores[found.places[10:]], atol=1e-5)
    assert found.rounds.tolist() == [0] * 10 + [1] * 10


def test_many_queries_are_searched_as_each_alone() -> None:
    rng = np.random.default_rng(11)
    space, scores = rng.normal(size=(80, 6)), rng.normal(size=(5, 80))
    priors = [rng.normal(size=80) for _ in range(5)]
    priors[3] = np.full(80, -np.inf)  # nothing may be scored
    sizes: list[int] = []

    def score_many(chosen: object) -> list[Floats]:
        chosen = list(chosen)  # type: ignore[call-overload]
        sizes.append(sum(len(places) for _, places in chosen))
        return [scores[number][places] for number, places in chosen]

    together = search_many(score_many, [space] * 5, priors, Plan(20, 4))
    for number, found in enumerate(together):
        alone: SearchResult = search(Counted(scores[number]), space, priors[number], Plan(20, 4))
        assert np.array_equal(found.places, alone.places)
        assert np.array_equal(found.scores, alone.scores) and np.array_equal(found.forecasts, alone.forecasts)
    assert sizes == [20, 20, 20, 20], "the pairs of a round were not scored together"


def test_a_budget_that_makes_no_sense_is_refused() -> None:
    for wrong in ({"calls": -1}, {"calls": 5, "rounds": 0}, {"calls": 5, "ridge": -1.0}):
        with pytest.raises(InvalidSetting):
            Plan(**wrong)  # type: ignore[arg-type]
