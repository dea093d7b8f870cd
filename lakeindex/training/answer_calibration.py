"""Fit the calibration of answers to lakes whose joins are known, and measure it on others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from lakeindex.arrays.aliases import Flags, Floats
from lakeindex.arrays.proportions import probability_of
from lakeindex.evaluate.reliability import brier_skill, expected_calibration_error, reliability_curve
from lakeindex.match.answer_calibration import AHEAD, OWN, AnswerCalibration, unchanged
from lakeindex.training.answers import AnsweredLake, LabelledAnswers

ORPHANS_LEFT_ALONE = 0.92
"""The share of queries without any partner that get no accepted answer, on the made lakes of the calibration.

A little more than the nine in ten that are promised, since other lakes are not quite like these.
"""
WITHOUT_PARTNER = 0.3
"""What a query without a partner counts: people ask about columns that they expect to join."""

_WEIGHT_OF_LAKE = 1_000.0
"""Every lake counts alike, however many answers it gives."""
_DOUBT = 10.0
"""The precision of the prior belief that probabilities are right as they are."""
_LEAST_OWN = 0.05
_STEPS, _MOST_STEP = 100, 1.0


def fit_answers(lakes: Sequence[AnsweredLake], acceptance: Sequence[AnsweredLake]) -> AnswerCalibration:
    """Fit a calibration to answers of some lakes, and its threshold to queries of others whose partners are gone."""
    answered = [lake.answers for lake in lakes if len(lake.answers.joins)]
    every = LabelledAnswers.joined(answered)
    weights = np.concatenate([_weights(one) for one in answered])
    calibration = AnswerCalibration(tuple(fit_weights(every.answers, every.joins, weights).tolist()), 0.5)
    alone = np.concatenate([lake.orphans.best(lake.orphans.before()) for lake in acceptance])
    return replace(calibration, threshold=float(np.quantile(alone, ORPHANS_LEFT_ALONE)))


def fit_weights(answers: Floats, joins: Flags, weights: Floats) -> Floats:
    """Fit the weights of answer features, (n, f), by logistic regression with a prior at no change.

    Those that keep the order of a query's answers are kept in their limits.
    """
    is_free = np.ones(answers.shape[1], bool)
    fitted = _newton(answers, joins, weights, is_free)
    if fitted[AHEAD] > 0:
        is_free[AHEAD] = False
        fitted = _newton(answers, joins, weights, is_free)
    fitted[OWN] = max(fitted[OWN], _LEAST_OWN)
    return fitted


def _newton(answers: Floats, joins: Flags, weights: Floats, is_free: Flags) -> Floats:
    prior = np.array(unchanged(0.5).weights)
    design, fitted = answers[:, is_free], prior.copy()
    for _ in range(_STEPS):
        expected = probability_of(answers @ fitted)
        gradient = design.T @ (weights * (joins - expected)) - _DOUBT * (fitted - prior)[is_free]
        curvature = (design * (weights * expected * (1 - expected))[:, None]).T @ design
        step = np.linalg.solve(curvature + _DOUBT * np.eye(len(gradient)), gradient)
        fitted[is_free] += np.clip(step, -_MOST_STEP, _MOST_STEP)
        if np.abs(step).max() < 1e-9:
            break
    return fitted


def _weights(answers: LabelledAnswers) -> Floats:
    counted = np.where(answers.has_partner, 1.0, WITHOUT_PARTNER)
    return np.asarray(_WEIGHT_OF_LAKE * counted / counted.sum())


def predicted(lake: AnsweredLake, calibration: AnswerCalibration) -> Floats:
    """Return the probabilities of a lake's answers, (n,), its own shift included."""
    return lake.calibrated(calibration).probabilities(lake.answers.answers)


def measure_answers(lakes: Sequence[AnsweredLake], calibration: AnswerCalibration) -> dict[str, Any]:
    """Compare the probabilities that lakes answer with with what joins, over the ten best answers of each query."""
    every = LabelledAnswers.joined([lake.answers for lake in lakes])
    probabilities = np.concatenate([predicted(lake, calibration) for lake in lakes])
    before = every.before()
    return {
        "lakes": len(lakes),
        "answers": len(every.joins),
        "share_that_joins": round(float(every.joins.mean()), 4),
        "expected_calibration_error": round(expected_calibration_error(probabilities, every.joins), 4),
        "expected_calibration_error_before": round(expected_calibration_error(before, every.joins), 4),
        "brier_skill": round(brier_skill(probabilities, every.joins), 4),
        "brier_skill_before": round(brier_skill(before, every.joins), 4),
        "reliability": [one.as_row() for one in reliability_curve(probabilities, every.joins)],
    }


def measure_acceptance(lakes: Sequence[AnsweredLake], calibration: AnswerCalibration) -> Mapping[str, float]:
    """Count how many queries get no accepted answer: those whose partners were taken away, and those with a partner."""
    alone = [lake.orphans.best(lake.orphans.before()) for lake in lakes]
    with_partner, accepted = [], []
    for lake in lakes:
        answers, probabilities = lake.answers, lake.answers.before()
        overlapping = np.isin(answers.queries, answers.queries[answers.overlaps])
        with_partner.append(answers.where(overlapping).best(probabilities[overlapping]))
        accepted.append(answers.joins[probabilities >= calibration.threshold])
    return {
        "accepted_that_join": round(float(np.concatenate(accepted).mean()), 4),
        "queries_without_partner_left_alone": round(_left_alone(alone, calibration), 4),
        "queries_with_partner_left_alone": round(_left_alone(with_partner, calibration), 4),
    }


def _left_alone(best: Sequence[Floats], calibration: AnswerCalibration) -> float:
    return float((np.concatenate(best) < calibration.threshold).mean())
