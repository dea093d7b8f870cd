"""The calibration of answers finds what made the labels, keeps ranks, and accepts as much as it is told."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from lakeindex.config.settings import Settings
from lakeindex.match.answer_calibration import AHEAD, ANSWER_FEATURES, OWN, unchanged
from lakeindex.match.lake_calibration import OwnAnswers
from lakeindex.synthesis.made_lake import STYLES, make_lake
from lakeindex.synthesis.masked_lake import MASKED_STYLES, mask_lake
from lakeindex.training.answer_calibration import (
    ORPHANS_LEFT_ALONE,
    fit_answers,
    fit_weights,
    measure_acceptance,
    measure_answers,
)
from lakeindex.training.answers import AnsweredLake, LabelledAnswers, answer_lake
from lakeindex.training.best_of_query import TOP
from tests.synthesis.made_sources import all_sources

NO_ANSWERS = OwnAnswers(np.zeros((0, len(ANSWER_FEATURES))), np.zeros(0, bool), np.zeros(0, np.int64))


def drawn(count: int, weights: dict[int, float], seed: int) -> LabelledAnswers:
    """Draw answers, five a query, of which as many join as the weights say."""
    rng = np.random.default_rng(seed)
    answers = np.zeros((count, len(ANSWER_FEATURES)))
    answers[:, 0], answers[:, OWN], answers[:, AHEAD] = 1.0, rng.normal(-1, 2, count), rng.random(count)
    log_odds = sum((weight * answers[:, place] for place, weight in weights.items()), np.zeros(count))
    joins = rng.random(count) < 1 / (1 + np.exp(-log_odds))
    return LabelledAnswers(answers, joins, np.arange(count) // 5, np.ones(count, bool), joins)


def answered(count: int, weights: dict[int, float], seed: int) -> AnsweredLake:
    answers = drawn(count, weights, seed)
    return AnsweredLake(answers, replace(answers, joins=np.zeros(count, bool)), NO_ANSWERS)


def test_the_weights_that_made_the_labels_are_found() -> None:
    answers = drawn(20_000, {0: 0.5, OWN: 0.7, AHEAD: -1.0}, 1)
    fitted = fit_weights(answers.answers, answers.joins, np.ones(20_000))
    assert fitted[[0, OWN, AHEAD]] == pytest.approx([0.5, 0.7, -1.0], abs=0.15)


def test_ranks_are_kept_whatever_the_labels_say() -> None:
    answers = drawn(5_000, {0: 0.5, OWN: -0.7, AHEAD: 2.0}, 2)
    fitted = fit_weights(answers.answers, answers.joins, np.ones(5_000))
    assert fitted[OWN] > 0 and fitted[AHEAD] == 0.0


def test_the_threshold_leaves_the_promised_share_of_orphans_alone() -> None:
    lakes = [answered(2_000, {0: -0.5, OWN: 1.2}, seed) for seed in (3, 4)]
    calibration = fit_answers(lakes, lakes)
    acceptance = measure_acceptance(lakes, calibration)
    assert acceptance["queries_without_partner_left_alone"] == pytest.approx(ORPHANS_LEFT_ALONE, abs=0.005)


def test_a_fitted_calibration_is_measured_as_better_than_none() -> None:
    made_by = {0: 1.5, OWN: 0.6}
    calibration = fit_answers([answered(4_000, made_by, 5)], [answered(4_000, made_by, 5)])
    figures = measure_answers([answered(4_000, made_by, 6)], calibration)
    assert figures["expected_calibration_error"] < 0.03 < 0.1 < figures["expected_calibration_error_before"]
    assert figures["brier_skill"] > figures["brier_skill_before"]
    assert sum(one["count"] for one in figures["reliability"]) == figures["answers"] == 4_000


def test_a_lake_is_answered_with_and_without_partners() -> None:
    lake = answer_lake(make_lake(all_sources(), 5, STYLES["wide"]), Settings(model="hashing"), 30, 5, is_masked=False)
    assert np.bincount(lake.answers.queries).max() <= TOP
    assert 0 < lake.answers.joins.mean() < 1 and not lake.orphans.joins.any()
    assert lake.answers.overlaps.any() and not (lake.answers.overlaps & ~lake.answers.joins).any()
    assert not lake.answers.joins[~lake.answers.has_partner].any() and lake.orphans.has_partner.all()
    assert np.array_equal(lake.calibrated(unchanged(0.5)).weights[1:], unchanged(0.5).weights[1:])


def test_in_a_masked_lake_what_looks_like_a_join_has_no_label() -> None:
    made = mask_lake(all_sources(), 4, MASKED_STYLES[0])
    masked, known = (answer_lake(made, Settings(model="hashing"), 30, 5, is_masked=is_masked) for is_masked in (1, 0))
    assert masked.answers.joins.sum() == known.answers.joins.sum()
    assert len(masked.answers.joins) < len(known.answers.joins)
