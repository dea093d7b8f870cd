"""Train a matcher on some made lakes and calibrate it on others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from lakeindex.arrays.aliases import Floats
from lakeindex.match.calibration import Calibration
from lakeindex.match.features import FEATURES, KINDS_OF_JOIN
from lakeindex.match.matcher import TIE_BREAK, Matcher, as_rivals, confidence_features
from lakeindex.models.boosted_trees import Trees
from lakeindex.models.monotone import AGAINST, EITHER, FOR
from lakeindex.training.best_of_query import best_of_query, top_places
from lakeindex.training.fit.boosting import (
    BoostingOptions,
    TrainingPairs,
    boost,
    fit_logistic,
    fit_monotone,
    fit_scale,
    tree_arrays,
)
from lakeindex.training.made_lakes import QueriedLake

_KNOTS = 20
_DOUBT = 20.0
"""The precision of the prior belief that all kinds of joins have the same calibration."""

ORPHANS_LEFT_ALONE = 0.92
"""The share of queries without any join for which no answer may be accepted, on the lakes of the calibration.

A little more than the nine in ten that are promised, since other lakes are not quite like these.
"""


_PAIR = BoostingOptions(trees=60, leaves=3, features_a_tree=0.3)
_CONFIDENCE = BoostingOptions(trees=300, leaves=15, learning_rate=0.05, least_pairs=200)


@dataclass(frozen=True, slots=True)
class MatcherOptions:
    """Settings of the training of a matcher."""

    pair: BoostingOptions = _PAIR
    confidence: BoostingOptions = _CONFIDENCE
    share: float = 0.1
    """The weight of the pair trees' sum in the evidence: a larger one ranks worse on real lakes."""


def train_matcher(learned: Sequence[QueriedLake], held_out: Sequence[QueriedLake], options: MatcherOptions) -> Matcher:
    """Train the pair trees and the confidence trees on some lakes, and calibrate on others."""
    pairs = TrainingPairs.joined([one for lake in learned for one in (lake.pairs, lake.orphans)])
    scale, bias = fit_logistic(pairs.scores[:, None], pairs.joins)
    features = np.where(_RAW_OVERLAP, 0.0, pairs.features)
    directions = [feature.direction for feature in FEATURES]
    pair = _trees(boost(features, pairs.joins, directions, options.pair, pairs.scores * scale[0] + bias))
    matcher = Matcher(pair, pair, Calibration(float(scale[0]), options.share))
    kept = top_places(pairs.queries, evidence(pairs, matcher))
    best = replace(pairs.where(kept), features=confidence_inputs(pairs, matcher)[kept])
    directions = [FOR, AGAINST, FOR, *(EITHER for _ in FEATURES)]
    confidence = _trees(boost(best.features, best.joins, directions, options.confidence, np.zeros(len(best.joins))))
    matcher = replace(matcher, confidence=confidence)
    return replace(matcher, calibration=calibrate(matcher, held_out))


_RAW_OVERLAP = np.array([feature.group in ("values", "both_ways", "inclusion") for feature in FEATURES])
"""Features hidden from the pair trees: they predict joins better on made lakes than on real ones."""


def _trees(dumped: list[dict[str, Any]]) -> Trees:
    arrays, depth = tree_arrays(dumped)
    return Trees(**arrays, depth=depth)


def evidence(pairs: TrainingPairs, matcher: Matcher) -> Floats:
    """Return the evidence for each pair, (n,)."""
    sums = matcher.pair.sums(pairs.features)
    return np.asarray(matcher.calibration.score * pairs.scores + matcher.calibration.trees * sums)


def confidence_inputs(pairs: TrainingPairs, matcher: Matcher) -> Floats:
    """Return the inputs of the confidence trees for each pair, (n, 3 + features)."""
    evidences = evidence(pairs, matcher)
    best = _best(pairs, evidences)
    return confidence_features(evidences, evidences[best], pairs.features[best])


def _best(pairs: TrainingPairs, evidences: Floats) -> npt.NDArray[np.int64]:
    """Return the place of the best candidate of each pair's query, (n,)."""
    order = np.lexsort((as_rivals(evidences, pairs.features), pairs.queries))
    best = np.zeros(int(pairs.queries.max(initial=-1)) + 1, np.int64)
    best[pairs.queries[order]] = order  # the last of each query is written last
    return np.asarray(best[pairs.queries])


def confidence(pairs: TrainingPairs, matcher: Matcher) -> Floats:
    """Return the confidence that each pair joins, before calibration, (n,)."""
    inputs = confidence_inputs(pairs, matcher)
    return np.asarray(matcher.confidence.sums(inputs) + TIE_BREAK * inputs[:, 0])


def probability(pairs: TrainingPairs, matcher: Matcher) -> Floats:
    """Return the probability that each pair joins, (n,)."""
    return matcher.calibration.probability(confidence(pairs, matcher), kind_of_best(pairs, matcher))


def kind_of_best(pairs: TrainingPairs, matcher: Matcher) -> npt.NDArray[np.int8]:
    """Return the kind of join of the best candidate of each pair's query, (n,)."""
    return np.asarray(pairs.kinds[_best(pairs, evidence(pairs, matcher))])


def calibrate(matcher: Matcher, held_out: Sequence[QueriedLake]) -> Calibration:
    """Map confidences to probabilities, over the top answers of queries, and set the threshold of acceptance."""
    pairs = TrainingPairs.joined([one for lake in held_out for one in (lake.pairs, lake.orphans)])
    confidences = confidence(pairs, matcher)
    kept = top_places(pairs.queries, confidences)
    known, log_odds = fit_monotone(confidences[kept], pairs.joins[kept], _KNOTS)
    curve = replace(matcher.calibration, confidence=tuple(known.tolist()), log_odds=tuple(log_odds.tolist()))
    common, kinds = curve.common_log_odds(confidences), kind_of_best(pairs, matcher)
    of_kind = [kept & (kinds == place) for place in range(len(KINDS_OF_JOIN))]
    scales = tuple(fit_scale(common[some], pairs.joins[some], _DOUBT) for some in of_kind)
    tuned = replace(matcher, calibration=replace(curve, kinds=scales))
    orphans = TrainingPairs.joined([lake.orphans for lake in held_out])
    best = list(best_of_query(probability(orphans, tuned), orphans.queries).values())
    return replace(tuned.calibration, threshold=float(np.quantile(best, ORPHANS_LEFT_ALONE)))
