"""The last calibration sees a query's whole list, and changes no rank in it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from lakeindex.errors import IndexDamaged
from lakeindex.match.answer_calibration import (
    AHEAD,
    ANSWER_FEATURES,
    OF_BEST,
    OWN,
    AnswerCalibration,
    MeasuredCalibration,
    answer_features,
    unchanged,
)
from lakeindex.match.features import FEATURES, KINDS_OF_JOIN
from lakeindex.models.weights import CALIBRATION
from lakeindex.types.matches import JoinKind

NAMES = [feature.name for feature in FEATURES]


def laid_out(before: list[float], kinds: list[JoinKind], rivals: list[bool], **of_pairs: list[float]) -> np.ndarray:
    features = np.zeros((len(before), len(FEATURES)))
    for name, values in of_pairs.items():
        features[:, NAMES.index(name.replace("_", " "))] = values
    codes = np.array([KINDS_OF_JOIN.index(kind) for kind in kinds], np.int8)
    return answer_features(np.array(before), codes, features, np.array(rivals, bool))


def column(answers: np.ndarray, name: str) -> list[float]:
    return [float(value) for value in answers[:, ANSWER_FEATURES.index(name)]]


def test_answers_are_laid_out_with_what_the_best_rival_is() -> None:
    kinds = [JoinKind.FUZZY, JoinKind.EQUI, JoinKind.SEMANTIC]
    found = laid_out([0.2, 0.8, 0.5], kinds, [True] * 3, names=[0.1, 0.7, 0.3], two_serials=[1, 0, 1])
    assert column(found, "own log-odds") == pytest.approx([np.log(0.25), np.log(4), 0.0])
    assert column(found, "best log-odds") == pytest.approx([np.log(4)] * 3)
    assert column(found, "ahead") == pytest.approx(np.log([3, 1, 2]))
    assert column(found, "best is equi") == [1.0] * 3 and column(found, "best is fuzzy") == [0.0] * 3
    assert column(found, "best: names") == [0.7] * 3 and column(found, "best: two serials") == [0.0] * 3


def test_equal_candidates_have_equally_many_ahead() -> None:
    assert column(laid_out([0.5, 0.9, 0.5], [JoinKind.EQUI] * 3, [True] * 3), "ahead") == pytest.approx(
        np.log([2, 1, 2])
    )


def test_a_candidate_that_is_no_rival_counts_against_nobody() -> None:
    kinds = [JoinKind.FUZZY, JoinKind.EQUI]
    found = laid_out([0.6, 0.99], kinds, [True, False], names=[0.2, 1.0])
    assert column(found, "best log-odds") == pytest.approx([np.log(1.5)] * 2)
    assert column(found, "ahead") == [0.0, 0.0]
    assert column(found, "best is fuzzy") == [1.0, 1.0] and column(found, "best: names") == [0.2, 0.2]


def test_without_rivals_nothing_but_the_own_log_odds_counts() -> None:
    found = laid_out([0.6], [JoinKind.EQUI], [False], names=[1.0])
    assert np.flatnonzero(found[0]).tolist() == [0, OWN]
    assert laid_out([], [], []).shape == (0, len(ANSWER_FEATURES))


def test_an_unchanged_calibration_returns_the_probabilities_before() -> None:
    before = [1e-9, 0.3, 0.5, 0.999999]
    after = unchanged(0.4).probabilities(laid_out(before, [JoinKind.EQUI] * 4, [True] * 4, names=[1.0] * 4))
    assert after == pytest.approx(before)


def test_a_shift_adds_to_the_log_odds_of_all() -> None:
    answers = laid_out([0.5, 0.2], [JoinKind.EQUI] * 2, [True] * 2)
    assert unchanged(0.4).shifted(1.5).log_odds(answers) == pytest.approx([1.5, 1.5 + np.log(0.25)])


def test_what_ships_keeps_every_order() -> None:
    shipped = MeasuredCalibration.open(CALIBRATION).calibration
    assert shipped.weights[OWN] > 0 and shipped.weights[AHEAD] <= 0
    rng = np.random.default_rng(0)
    for _ in range(200):
        count = int(rng.integers(2, 60))
        before, kinds = rng.random(count) ** 4, rng.integers(0, len(KINDS_OF_JOIN), count)
        features, rivals = rng.random((count, len(FEATURES))), rng.random(count) < 0.8
        after = shipped.probabilities(answer_features(before, kinds.astype(np.int8), features, rivals))
        order = np.argsort(before)
        assert np.all(np.diff(after[order]) > 0) and np.all((after > 0) & (after < 1))


def test_what_was_saved_is_opened_again(tmp_path: Path) -> None:
    weights = tuple(float(place) / 8 for place in range(len(ANSWER_FEATURES)))
    saved = MeasuredCalibration(AnswerCalibration(weights, 0.75), {"measured_on": {"lakes": {"answers": 3}}})
    saved.save(tmp_path / "calibration.json")
    assert MeasuredCalibration.open(tmp_path / "calibration.json") == saved


@pytest.mark.parametrize("content", ["", "[]", '{"weights": {}, "threshold": 0.5, "measured": {}}'])
def test_a_file_without_a_calibration_is_damaged(tmp_path: Path, content: str) -> None:
    path = tmp_path / "calibration.json"
    path.write_text(content)
    with pytest.raises(IndexDamaged, match="install lakeindex again"):
        MeasuredCalibration.open(path)


MOST_ERROR = {"made lakes": 0.04, "lakes that nobody made, joins masked": 0.025}
"""Made lakes are easier than those that nobody made, so that what holds in these promises too little in them."""


def test_what_ships_was_measured_on_other_lakes() -> None:
    measured = MeasuredCalibration.open(CALIBRATION).measured
    assert set(measured["measured_on"]) == set(MOST_ERROR)
    for name, figures in measured["measured_on"].items():
        curve = figures["reliability"]
        assert sum(one["count"] for one in curve) == figures["answers"]
        assert [one["probability"] for one in curve] == sorted(one["probability"] for one in curve)
        assert figures["expected_calibration_error"] < MOST_ERROR[name]
    assert measured["acceptance"]["queries_without_partner_left_alone"] >= 0.9


def test_names_of_features_are_those_that_pairs_have() -> None:
    assert set(OF_BEST) <= set(NAMES)
    assert replace(unchanged(0.5), threshold=0.2).threshold == 0.2
