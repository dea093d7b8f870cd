"""Reliability curves and the figures on them equal counts by hand."""

from __future__ import annotations

import numpy as np
import pytest

from lakeindex.evaluate.reliability import (
    ReliabilityBin,
    brier_skill,
    expected_calibration_error,
    mean_gap,
    reliability_curve,
)


def test_a_curve_has_a_bin_for_every_tenth_that_answers_fall_in() -> None:
    probabilities = np.array([0.05, 0.01, 0.55, 0.5, 0.59, 1.0])
    curve = reliability_curve(probabilities, np.array([False, True, True, True, False, True]))
    assert [one.count for one in curve] == [2, 3, 1]
    assert [one.joins for one in curve] == pytest.approx([0.5, 2 / 3, 1.0])
    assert [one.probability for one in curve] == pytest.approx([0.03, 0.54666667, 1.0])
    assert curve[0].as_row() == {"probability": 0.03, "joins": 0.5, "count": 2}


def test_the_mean_gap_weighs_bins_by_their_answers() -> None:
    curve = [ReliabilityBin(0.2, 0.4, 3), ReliabilityBin(0.9, 0.5, 1)]
    assert mean_gap(curve) == pytest.approx((3 * 0.2 + 0.4) / 4)
    assert mean_gap([]) == 0.0


def test_the_calibration_error_is_the_mean_gap_of_bins_of_equal_mass() -> None:
    predicted = np.array([0.1, 0.1, 0.8, 0.8])
    assert expected_calibration_error(predicted, np.array([False, False, True, True]), bins=2) == pytest.approx(0.15)
    assert expected_calibration_error(np.full(10, 0.5), np.arange(10) < 5, bins=1) == 0.0


def test_brier_skill_compares_with_the_base_rate() -> None:
    joins = np.array([True, False, False, False])
    assert brier_skill(joins.astype(float), joins) == 1.0
    assert brier_skill(np.full(4, 0.25), joins) == 0.0
    # Errors .25, .25, 0, 0 in squares .0625 * 2 / 4; the base rate has .1875.
    assert brier_skill(np.array([0.75, 0.25, 0.0, 0.0]), joins) == pytest.approx(1 - 0.03125 / 0.1875)
