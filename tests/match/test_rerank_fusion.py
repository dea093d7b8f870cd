"""What reading changes in probabilities, and that the parts still sum to them."""

from __future__ import annotations

import numpy as np
import pytest

from lakeindex.match.rerank_fusion import Reranked, RerankWeights, Said, is_sure

WEIGHTS = RerankWeights(slope=1.0, share=0.3, bias=0.3, most=-1.0)


def said(places: list[int], scores: list[float], size: int) -> Said:
    return Said(np.array(places), np.array(scores), np.zeros(len(places)), np.arange(len(places)), np.zeros(size))


def test_log_odds_add_up_and_what_was_not_read_stays() -> None:
    before = np.array([0.5, 0.2, 0.9])
    reranked = Reranked.of(said([0, 2], [-5.0, 3.0], 3), before, WEIGHTS)
    assert reranked.after[1] == 0.2
    assert reranked.after[0] == pytest.approx(1 / (1 + np.exp(0.3 * 5 - 0.3)))
    assert reranked.after[2] == pytest.approx(0.9), "a score above the most counts for more than the most"


def test_a_score_that_is_higher_never_makes_a_join_less_probable() -> None:
    scores = np.linspace(-20, 10, 50)
    told = WEIGHTS.probabilities(np.full(50, 0.3), scores)
    assert np.all(np.diff(told) >= 0)
    assert np.all((told > 0) & (told < 1))


def test_the_evidence_is_what_changed() -> None:
    reranked = Reranked.of(said([1], [-6.0], 2), np.array([0.5, 0.5]), WEIGHTS)
    (evidence,) = reranked.evidence(1)
    assert evidence.part == pytest.approx(reranked.after[1] - 0.5)
    assert evidence.meaning.startswith("against")
    assert list(reranked.evidence(0)) == []


def test_anchors_are_those_of_the_rounds_before_the_last() -> None:
    one = Said(
        np.array([2, 0, 1]), np.array([1.0, 2.0, 3.0]), np.array([0.5, 0.0, 2.5]), np.array([0, 0, 1]), np.zeros(3)
    )
    reading = Reranked.of(one, np.full(3, 0.5), WEIGHTS).reading_of(1, "column {}".format)
    assert reading is not None
    assert [(anchor.column, anchor.predicted, anchor.score) for anchor in reading.anchors] == [
        ("column 2", None, 1.0), ("column 0", None, 2.0)
    ]  # fmt: skip
    assert (reading.calls, reading.predicted, reading.score) == (3, 2.5, 3.0)
    assert "expected to say +2.50 of this one, and said +3.00" in reading.lines()[0]


def test_one_more_that_was_read_has_a_round_of_its_own() -> None:
    more = said([1], [2.0], 3).with_last(2, np.array([4.0]))
    assert (more.places.tolist(), more.scores.tolist(), more.rounds.tolist()) == ([1, 2], [2.0, 4.0], [0, 1])
    assert more.predicted[2] == 4.0


def test_keys_become_places_among_candidates() -> None:
    among = Said(np.array([9, 4]), np.ones(2), np.zeros(2), np.zeros(2, np.int64), np.arange(10.0)).among(
        np.array([4, 7, 9])
    )
    assert among.places.tolist() == [2, 0]
    assert among.predicted.tolist() == [4.0, 7.0, 9.0]


@pytest.mark.parametrize(
    ("probabilities", "sure"),
    [([0.9, 0.1, 0.0], True), ([0.9, 0.5], False), ([0.5, 0.0], False), ([0.9], True), ([], False)],
)
def test_the_matcher_is_sure_of_one_that_is_far_before_all_others(probabilities: list[float], sure: bool) -> None:
    assert is_sure(np.array(probabilities)) is sure
