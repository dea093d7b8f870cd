"""A matcher is read as it was written, and calibration follows its curve."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from lakeindex.errors import IndexDamaged
from lakeindex.match.calibration import Calibration
from lakeindex.match.features import FEATURES
from lakeindex.match.matcher import BestCandidate, Matcher, confidence_features, write_matcher
from lakeindex.models.boosted_trees import Trees
from lakeindex.models.monotone import AGAINST, FOR
from lakeindex.models.weights import MATCHER

NAMES = [feature.name for feature in FEATURES]


def trees_of(matcher: Matcher) -> dict[str, Trees]:
    return {"pair": matcher.pair, "confidence": matcher.confidence}


def test_probabilities_are_those_of_the_trees_computed_row_by_row() -> None:
    rng, matcher = np.random.default_rng(4), Matcher.open(MATCHER)
    for _ in range(20):
        evidence = rng.normal(0, 3, 60)
        best = BestCandidate(float(evidence.max()), rng.uniform(0, 1, len(FEATURES)), int(rng.integers(6)))
        rows = confidence_features(evidence, np.full(60, best.evidence), best.features[np.newaxis])
        confidence = matcher.confidence.sums(rows) + 0.02 * evidence
        expected = matcher.calibration.probability(confidence, np.full(60, best.kind, np.int8))
        assert matcher.probabilities(evidence, best) == pytest.approx(expected, abs=1e-12)


def test_a_probability_does_not_depend_on_the_other_candidates_beside_the_best() -> None:
    rng, matcher = np.random.default_rng(5), Matcher.open(MATCHER)
    evidence = rng.normal(0, 3, 60)
    best = BestCandidate(float(evidence.max()), rng.uniform(0, 1, len(FEATURES)), 0)
    together = matcher.probabilities(evidence, best)
    assert [
        float(matcher.probabilities(evidence[place : place + 1], best)[0]) for place in range(60)
    ] == together.tolist()


def test_what_confidence_is_told_of_is_the_pair_and_the_best_candidate() -> None:
    rows = confidence_features(np.array([1.0, 3.0]), np.array([3.0, 3.0]), np.array([[0.5, 0.25]]))
    assert rows.tolist() == [[1.0, 2.0, 3.0, 0.5, 0.25], [3.0, 0.0, 3.0, 0.5, 0.25]]


def test_calibration_goes_straight_between_and_beyond_what_is_known() -> None:
    calibration = Calibration(1.0, 1.0, (0.0, 2.0), (-1.0, 1.0))
    log_odds = np.array([-2.0, -1.0, 0.0, 1.0, 2.0])
    found = calibration.probability(np.array([-1.0, 0.0, 1.0, 2.0, 3.0]), np.zeros(5, np.int8))
    assert found == pytest.approx(1 / (1 + np.exp(-log_odds)))


def test_each_kind_of_join_has_a_measure_of_its_own() -> None:
    kinds = ((1.0, 0.0), (2.0, 0.0), (1.0, -1.0), (1.0, 0.0), (1.0, 0.0), (1.0, 0.0))
    calibration = Calibration(1.0, 1.0, (0.0, 2.0), (-1.0, 1.0), kinds)
    found = calibration.probability(np.full(3, 2.0), np.array([0, 1, 2], np.int8))
    assert found == pytest.approx(1 / (1 + np.exp(-np.array([1.0, 2.0, 0.0]))))


def test_a_calibration_of_other_kinds_is_refused(tmp_path: Path) -> None:
    shipped = Matcher.open(MATCHER)
    fewer = replace(shipped.calibration, kinds=shipped.calibration.kinds[:-1])
    write_matcher(tmp_path / "matcher.safetensors", trees_of(shipped), fewer, NAMES, {})
    with pytest.raises(IndexDamaged, match="knows 5 kinds of join, not 6"):
        Matcher.open(tmp_path / "matcher.safetensors")


@pytest.mark.parametrize("name", [feature.name for feature in FEATURES if feature.direction in (FOR, AGAINST)])
def test_the_shipped_trees_never_turn_on_a_feature(name: str) -> None:
    place = NAMES.index(name)
    rng, trees = np.random.default_rng(3), Matcher.open(MATCHER).pair
    before = rng.uniform(0, 1, (200, len(NAMES)))
    after = before.copy()
    after[:, place] += rng.uniform(0, 1, 200)
    change = trees.sums(after) - trees.sums(before)
    assert np.all(change * FEATURES[place].direction >= -1e-9)


def test_a_written_matcher_is_read_as_it_was(tmp_path: Path) -> None:
    shipped = Matcher.open(MATCHER)
    write_matcher(tmp_path / "matcher.safetensors", trees_of(shipped), shipped.calibration, NAMES, {"seed": "1"})
    again = Matcher.open(tmp_path / "matcher.safetensors")
    pairs = np.random.default_rng(0).uniform(0, 1, (20, len(NAMES)))
    assert again.calibration == shipped.calibration
    assert again.pair.sums(pairs).tolist() == shipped.pair.sums(pairs).tolist()
    rows = np.random.default_rng(0).uniform(0, 1, (20, len(NAMES) + 3))
    assert again.confidence.sums(rows).tolist() == shipped.confidence.sums(rows).tolist()


def test_a_matcher_of_other_features_is_refused(tmp_path: Path) -> None:
    shipped = Matcher.open(MATCHER)
    write_matcher(tmp_path / "matcher.safetensors", trees_of(shipped), shipped.calibration, NAMES[::-1], {})
    with pytest.raises(IndexDamaged, match="trained on other features"):
        Matcher.open(tmp_path / "matcher.safetensors")


def test_trees_that_lead_nowhere_are_refused(tmp_path: Path) -> None:
    stump = np.zeros(1, np.int32)
    trees = Trees(stump, stump, np.zeros(1), np.array([7], np.int32), stump, np.zeros(1), 1)
    both = {"pair": trees, "confidence": trees}
    write_matcher(tmp_path / "matcher.safetensors", both, Calibration(1.0, 1.0), NAMES, {})
    with pytest.raises(IndexDamaged, match="lead nowhere"):
        Matcher.open(tmp_path / "matcher.safetensors")
    (tmp_path / "matcher.safetensors").write_bytes(b"nothing")
    with pytest.raises(IndexDamaged, match="holds no matcher"):
        Matcher.open(tmp_path / "matcher.safetensors")
