"""A lake's own joins shift its probabilities, as far as those left out of the fit agree."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from lakeindex.errors import IndexDamaged
from lakeindex.match.answer_calibration import ANSWER_FEATURES, OWN, unchanged
from lakeindex.match.features import FEATURES
from lakeindex.match.lake_calibration import LakeCalibration, OwnAnswers, verified_joins, verified_strangers

CALIBRATION = unchanged(0.5)


def own(log_odds: list[float], joins: list[bool], queries: list[int]) -> OwnAnswers:
    answers = np.zeros((len(joins), len(ANSWER_FEATURES)))
    answers[:, 0], answers[:, OWN] = 1.0, log_odds
    return OwnAnswers(answers, np.array(joins), np.array(queries))


def doubted(queries: int, log_odds: float, joins: bool = True) -> OwnAnswers:
    """Give each query three answers of the same log-odds, of which all join, or none."""
    return own([log_odds] * 3 * queries, [joins] * 3 * queries, np.repeat(np.arange(queries), 3).tolist())


def test_joins_that_are_doubted_shift_a_lake_up_and_strangers_that_are_believed_down() -> None:
    up, down = (LakeCalibration.of(doubted(10, sign * -2.0, joins), CALIBRATION) for sign, joins in ((1, 1), (-1, 0)))
    assert up.gain > 0 and down.gain == pytest.approx(up.gain)
    assert 0.3 < up.shift < 2.0 and down.shift == pytest.approx(-up.shift)
    assert (up.queries, up.joins, up.answers) == (10, 30, 30) and down.joins == 0


def test_more_joins_shift_further() -> None:
    shifts = [LakeCalibration.of(doubted(count, -2.0), CALIBRATION).shift for count in (4, 8, 16)]
    assert shifts == sorted(shifts) and shifts[0] > 0


def test_probabilities_that_hold_stay() -> None:
    rng = np.random.default_rng(1)
    log_odds = rng.normal(0, 2, 600)
    joins = rng.random(600) < 1 / (1 + np.exp(-log_odds))
    found = LakeCalibration.of(own(log_odds.tolist(), joins.tolist(), (np.arange(600) // 3).tolist()), CALIBRATION)
    assert abs(found.shift) < 0.15


def test_answers_that_disagree_with_those_left_out_shift_nothing() -> None:
    joins = [query % 4 < 2 for query in range(12) for _ in range(4)]
    answers = own([0.0] * 48, joins, np.repeat(np.arange(12), 4).tolist())
    found = LakeCalibration.of(answers, CALIBRATION)
    assert found.gain <= 0 and found.shift == 0.0


def test_fewer_than_four_queries_shift_nothing() -> None:
    assert LakeCalibration.of(doubted(3, -4.0), CALIBRATION) == LakeCalibration(queries=3, joins=9, answers=9)
    assert LakeCalibration.of(own([], [], []), CALIBRATION) == LakeCalibration()


def test_the_shift_is_the_same_whatever_the_order_of_answers() -> None:
    answers = doubted(6, -1.0)
    turned = OwnAnswers(answers.answers[::-1], answers.joins[::-1], answers.queries[::-1])
    assert LakeCalibration.of(turned, CALIBRATION).shift == pytest.approx(
        LakeCalibration.of(answers, CALIBRATION).shift, abs=1e-9
    )


def test_what_was_saved_is_opened_again_and_an_index_without_it_has_no_shift(tmp_path: Path) -> None:
    saved = LakeCalibration.of(doubted(6, -1.0), CALIBRATION)
    saved.save(tmp_path / "calibration.json")
    assert LakeCalibration.open(tmp_path / "calibration.json") == saved
    assert LakeCalibration.open(tmp_path / "none.json") == LakeCalibration()
    (tmp_path / "calibration.json").write_text('{"shift": 1.0, "other": 2}')
    with pytest.raises(IndexDamaged, match="build the index again"):
        LakeCalibration.open(tmp_path / "calibration.json")


def features(**named: float) -> np.ndarray:
    names = [feature.name for feature in FEATURES]
    row = np.zeros((1, len(FEATURES)))
    for name, value in named.items():
        row[0, names.index(name.replace("_", " "))] = value
    return row


REFERENCE = {"values_containment": 0.95, "candidate_is_key": 1.0, "values_rarity": np.log1p(8.0), "names_cosine": 1.0}


@pytest.mark.parametrize(
    ("changed", "is_verified"),
    [
        ({}, True),
        ({"names_cosine": 0.0, "reference": 0.8}, True),
        ({"names_cosine": 0.0}, False),
        ({"candidate_is_key": 0.0}, False),
        ({"candidate_is_key": 0.0, "query_is_key": 1.0, "values_reverse": 1.0}, True),
        ({"values_containment": 0.7}, False),
        ({"values_rarity": np.log1p(2.0)}, False),
        ({"two_serials": 1.0}, False),
    ],
)
def test_a_join_is_verified_by_rare_values_in_a_key_that_is_called_alike(
    changed: dict[str, float], is_verified: bool
) -> None:
    assert verified_joins(features(**(REFERENCE | changed))).tolist() == [is_verified]


@pytest.mark.parametrize(
    ("named", "is_stranger"),
    [
        ({}, True),
        ({"values_reverse": 0.2}, False),
        ({"keys_containment": 0.2}, False),
        ({"a_side_is_empty": 1.0}, False),
    ],
)
def test_strangers_share_hardly_any_value(named: dict[str, float], is_stranger: bool) -> None:
    assert verified_strangers(features(**named)).tolist() == [is_stranger]
