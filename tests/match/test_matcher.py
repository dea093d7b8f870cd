"""Probabilities are the sum of their evidence, and what is read is what was written."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from lakeindex.errors import IndexDamaged
from lakeindex.match.calibration import Calibration
from lakeindex.match.features import FEATURES, features_of
from lakeindex.match.matcher import PRIOR, Judged, Matcher, confidence_features
from lakeindex.match.matcher_file import write_matcher
from lakeindex.match.signal_sum import sum_signals
from lakeindex.match.signals import MEANINGS, measure
from lakeindex.models.boosted_trees import Trees
from lakeindex.models.monotone import AGAINST, FOR
from lakeindex.models.weights import MATCHER
from lakeindex.types.columns import Family, Kind
from tests.match.made_pairs import Candidate, Overlap, Side, counting, pairs_of

NAMES = [feature.name for feature in FEATURES]
CANDIDATES = [
    Candidate(Side(), {family: Overlap(shared=9, cosine=0.9) for family in Family}, cosine=0.9),
    Candidate(Side(), {Family.WORDS: Overlap(shared=5, cosine=0.5)}, cosine=0.5),
    Candidate(Side(Kind.INTEGER), {}, cosine=0.1),
]


def judged(query: Side = Side(), candidates: list[Candidate] = CANDIDATES, tables: list[int] | None = None) -> Judged:  # noqa: B008 (never changed)
    pairs = pairs_of(query, candidates, tables=tables)
    return Matcher.open(MATCHER).judge(pairs, sum_signals(measure(pairs), pairs.tables), len(candidates))


def trees_of(matcher: Matcher) -> dict[str, Trees]:
    return {"pair": matcher.pair, "confidence": matcher.confidence}


def test_evidence_sums_to_the_probability() -> None:
    found = judged()
    for place, probability in enumerate(found.probabilities.tolist()):
        evidence = found.evidence(place)
        assert sum(one.part for one in evidence) == pytest.approx(probability)
        assert evidence[-1].name == PRIOR and 0 < evidence[-1].part < 1
        assert [one.part for one in evidence[:-1]] == sorted((one.part for one in evidence[:-1]), reverse=True)
        assert all(one.meaning == MEANINGS[one.name] for one in evidence)


def test_more_evidence_is_a_higher_probability() -> None:
    assert judged().probabilities.tolist() == sorted(judged().probabilities.tolist(), reverse=True)
    assert judged().probabilities[0] > 0.5 > judged().probabilities[2]


def test_what_is_accepted_has_a_probability_of_the_threshold_or_more() -> None:
    matcher, found = Matcher.open(MATCHER), judged()
    assert found.accepted.tolist() == (found.probabilities >= matcher.calibration.threshold).tolist()
    assert found.accepted.tolist()[0] and not found.accepted.tolist()[2]


def test_probabilities_rank_as_the_evidence_does() -> None:
    rng = np.random.default_rng(5)
    candidates = [
        Candidate(
            Side(distinct=int(rng.integers(5, 50))),
            {family: Overlap(shared=float(rng.integers(0, 10)), cosine=rng.uniform()) for family in Family},
            cosine=rng.uniform(),
        )
        for _ in range(40)
    ]
    matcher, pairs = Matcher.open(MATCHER), pairs_of(Side(), candidates)
    scored = sum_signals(measure(pairs), pairs.tables)
    told = matcher.calibration
    evidence = told.score * scored.scores + told.trees * matcher.pair.sums(features_of(pairs, scored))
    probabilities = matcher.judge(pairs, scored, len(pairs.keys)).probabilities
    assert np.argsort(-evidence).tolist() == np.argsort(-probabilities).tolist()
    assert len(set(probabilities.tolist())) == len(candidates)
    some = matcher.judge(pairs, scored, 7).probabilities
    assert np.flatnonzero(some).tolist() == sorted(np.argsort(-probabilities)[:7].tolist())
    assert some[some > 0].tolist() == probabilities[some > 0].tolist()


def test_what_confidence_is_told_of_is_the_pair_and_the_best_candidate() -> None:
    told = confidence_features(np.array([1.0, 3.0]), np.array([3.0, 3.0]), np.array([[0.5, 0.25]]))
    assert told.tolist() == [[1.0, 2.0, 3.0, 0.5, 0.25], [3.0, 0.0, 3.0, 0.5, 0.25]]


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


def test_two_surrogate_keys_are_no_join_however_much_they_overlap() -> None:
    overlaps = {family: Overlap(shared=10, cosine=1.0) for family in (Family.VALUES, Family.KEYS, Family.GRAMS)}
    keys = judged(counting(10), [Candidate(counting(10), overlaps, cosine=0.3)])
    texts = judged(Side(), [Candidate(Side(), overlaps, cosine=0.3)])
    assert keys.probabilities[0] < texts.probabilities[0]


def test_nothing_to_judge_gives_nothing() -> None:
    assert judged(Side(), []).probabilities.tolist() == []


def test_a_written_matcher_is_read_as_it_was(tmp_path: Path) -> None:
    shipped = Matcher.open(MATCHER)
    write_matcher(tmp_path / "matcher.safetensors", trees_of(shipped), shipped.calibration, NAMES, {"seed": "1"})
    again = Matcher.open(tmp_path / "matcher.safetensors")
    pairs = np.random.default_rng(0).uniform(0, 1, (20, len(NAMES)))
    assert again.calibration == shipped.calibration
    assert again.pair.sums(pairs).tolist() == shipped.pair.sums(pairs).tolist()
    told = np.random.default_rng(0).uniform(0, 1, (20, len(NAMES) + 3))
    assert again.confidence.sums(told).tolist() == shipped.confidence.sums(told).tolist()


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
