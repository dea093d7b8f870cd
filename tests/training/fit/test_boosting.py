"""Trees equal LightGBM's and are monotone; scales are those of a logistic fit."""

from __future__ import annotations

import numpy as np
import pytest

from lakeindex.models.boosted_trees import Trees
from lakeindex.training.fit.boosting import (
    BoostingOptions,
    TrainingPairs,
    boost,
    fit_logistic,
    fit_monotone,
    fit_scale,
    tree_arrays,
)

pytest.importorskip("lightgbm", reason="lightgbm is not installed")

OPTIONS = BoostingOptions(trees=40, leaves=4, least_pairs=20, features_a_tree=1.0)


def labelled(features: np.ndarray, joins: np.ndarray) -> TrainingPairs:
    count = len(joins)
    return TrainingPairs(features, np.zeros(count), joins, np.arange(count), np.zeros(count), np.zeros(count, np.int8))


def trees_of(pairs: TrainingPairs, directions: list[int]) -> Trees:
    arrays, depth = tree_arrays(boost(pairs.features, pairs.joins, directions, OPTIONS, np.zeros(len(pairs.joins))))
    return Trees(**arrays, depth=depth)


def test_trees_predict_the_same_as_lightgbm() -> None:
    lightgbm = pytest.importorskip("lightgbm")
    rng = np.random.default_rng(0)
    features = rng.uniform(0, 1, (2_000, 3))
    joins = features[:, 0] * features[:, 1] > rng.uniform(0, 1, 2_000)
    data = lightgbm.Dataset(features, joins.astype(float))
    booster = lightgbm.train({"objective": "binary", "num_leaves": 6, "verbosity": -1}, data, 30)
    arrays, depth = tree_arrays(booster.dump_model()["tree_info"])
    trees = Trees(**arrays, depth=depth)
    found = trees.base + trees.contributions(features).sum(axis=1)
    assert found == pytest.approx(booster.predict(features, raw_score=True), abs=1e-9)


def test_a_feature_with_a_positive_direction_never_lowers_the_sum() -> None:
    rng = np.random.default_rng(1)
    features = rng.uniform(0, 1, (2_000, 2))
    joins = features[:, 0] < rng.uniform(0, 1, 2_000)
    pairs = labelled(features, joins)
    free, bound = trees_of(pairs, [0, 0]), trees_of(pairs, [1, 0])
    ladder = np.column_stack([np.linspace(0, 1, 50), np.full(50, 0.5)])
    assert np.ptp(free.contributions(ladder)[:, 0]) > 1.0
    assert np.all(np.diff(bound.contributions(ladder).sum(axis=1)) >= -1e-9)


def test_the_same_data_and_seed_give_the_same_trees() -> None:
    rng = np.random.default_rng(2)
    pairs = labelled(rng.uniform(0, 1, (1_000, 4)), rng.uniform(0, 1, 1_000) < 0.3)
    one, other = trees_of(pairs, [0] * 4), trees_of(pairs, [0] * 4)
    assert one.values.tolist() == other.values.tolist()
    assert one.thresholds.tolist() == other.thresholds.tolist()


def test_a_logistic_fit_finds_the_scales_that_made_the_data() -> None:
    rng = np.random.default_rng(3)
    columns = rng.normal(size=(200_000, 2))
    joins = rng.uniform(0, 1, 200_000) < 1 / (1 + np.exp(-(2 * columns[:, 0] - columns[:, 1] - 1)))
    scales, bias = fit_logistic(columns, joins)
    assert scales == pytest.approx(np.array([2.0, -1.0]), abs=0.03)
    assert bias == pytest.approx(-1.0, abs=0.03)


def test_queries_of_several_lakes_stay_apart() -> None:
    lake = labelled(np.zeros((3, 1)), np.ones(3, bool))
    assert TrainingPairs.joined([lake, lake]).queries.tolist() == [0, 1, 2, 3, 4, 5]
    assert TrainingPairs.joined([lake]).where(np.array([True, False, True])).queries.tolist() == [0, 2]


def test_a_monotone_fit_returns_the_share_of_each_bin_and_merges_bins_that_fall() -> None:
    evidence = np.repeat([1.0, 2.0, 3.0], 100)
    joins = np.concatenate([np.arange(100) < 20, np.arange(100) < 80, np.arange(100) < 60])
    known, log_odds = fit_monotone(evidence, joins, 3)
    assert known.tolist() == [1.0, 2.5]
    assert 1 / (1 + np.exp(-log_odds)) == pytest.approx(np.array([20.5 / 101, 140.5 / 201]))


def test_a_scale_is_fitted_to_the_data_and_stays_at_1_without_data() -> None:
    rng = np.random.default_rng(4)
    log_odds = rng.normal(size=100_000)
    joins = rng.uniform(0, 1, 100_000) < 1 / (1 + np.exp(-(1.5 * log_odds - 0.5)))
    assert fit_scale(log_odds, joins, 20.0) == pytest.approx((1.5, -0.5), abs=0.03)
    assert fit_scale(np.zeros(0), np.zeros(0, bool), 20.0) == (1.0, 0.0)
    few, many = fit_scale(log_odds[:50], joins[:50], 1e3), fit_scale(log_odds[:50], joins[:50], 1e-3)
    assert abs(few[0] - 1) + abs(few[1]) < 0.2 < abs(many[0] - 1) + abs(many[1])
