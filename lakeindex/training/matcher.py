"""Train a matcher on some made lakes and calibrate it on others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from lakeindex.arrays.aliases import Floats
from lakeindex.match.calibration import Calibration
from lakeindex.match.features import FEATURES
from lakeindex.match.join_kind import KINDS_OF_JOIN
from lakeindex.match.matcher import TIE_BREAK, Matcher, as_rivals, confidence_features
from lakeindex.models.boosted_trees import Trees
from lakeindex.models.monotone import AGAINST, EITHER, FOR
from lakeindex.training.best_of_query import best_of_query, top_places
from lakeindex.training.fit.boosting import (
    BoostingOptions,
    LabelledPairs,
    boost,
    fit_logistic,
    fit_monotone,
    fit_scale,
    tree_arrays,
)
from lakeindex.training.made_lakes import AskedLake

_KNOTS = 20
_DOUBT = 20.0
"""How little one kind of join is believed to differ from the others before it was seen to."""

ORPHANS_LEFT_ALONE = 0.92
"""The share of queries without a partner of which nothing is to be accepted, on the lakes of the calibration.

A little more than the nine in ten that are promised: other lakes are not quite like these.
"""


_PAIR = BoostingOptions(trees=60, leaves=3, features_a_tree=0.3)
_CONFIDENCE = BoostingOptions(trees=300, leaves=15, learning_rate=0.05, least_pairs=200)


@dataclass(frozen=True, slots=True)
class MatcherOptions:
    """How a matcher is trained."""

    pair: BoostingOptions = _PAIR
    confidence: BoostingOptions = _CONFIDENCE
    share: float = 0.1
    """How much of what the trees of the pair say counts as evidence: more ranks worse on lakes that nobody made."""


def train_matcher(learned: Sequence[AskedLake], held_out: Sequence[AskedLake], options: MatcherOptions) -> Matcher:
    """Train both sets of trees on some lakes, then calibrate on others."""
    pairs = LabelledPairs.joined([one for lake in learned for one in (lake.pairs, lake.orphans)])
    scale, bias = fit_logistic(pairs.scores[:, None], pairs.joins)
    heard = np.where(_RAW_OVERLAP, 0.0, pairs.features)
    directions = [feature.direction for feature in FEATURES]
    pair = _trees(boost(heard, pairs.joins, directions, options.pair, pairs.scores * scale[0] + bias))
    matcher = Matcher(pair, pair, Calibration(float(scale[0]), options.share))
    kept = top_places(pairs.queries, evidence(pairs, matcher))
    told = replace(pairs.where(kept), features=told_of(pairs, matcher)[kept])
    directions = [FOR, AGAINST, FOR, *(EITHER for _ in FEATURES)]
    confidence = _trees(boost(told.features, told.joins, directions, options.confidence, np.zeros(len(told.joins))))
    matcher = replace(matcher, confidence=confidence)
    return replace(matcher, calibration=calibrate(matcher, held_out))


_RAW_OVERLAP = np.array([feature.group in ("values", "both_ways", "inclusion") for feature in FEATURES])
"""Features that trees of the pair do without: by the made lakes they say more of a join than they do of real ones."""


def _trees(told: list[dict[str, Any]]) -> Trees:
    arrays, depth = tree_arrays(told)
    return Trees(**arrays, depth=depth)


def evidence(pairs: LabelledPairs, matcher: Matcher) -> Floats:
    """Return how much speaks for each pair, (n,)."""
    said = matcher.pair.sums(pairs.features)
    return np.asarray(matcher.calibration.score * pairs.scores + matcher.calibration.trees * said)


def told_of(pairs: LabelledPairs, matcher: Matcher) -> Floats:
    """Return what confidence is told of each pair, (n, 3 + features)."""
    speaks = evidence(pairs, matcher)
    best = _best(pairs, speaks)
    return confidence_features(speaks, speaks[best], pairs.features[best])


def _best(pairs: LabelledPairs, speaks: Floats) -> npt.NDArray[np.int64]:
    """Return the place of the best candidate of each pair's query, (n,)."""
    order = np.lexsort((as_rivals(speaks, pairs.features), pairs.queries))
    best = np.zeros(int(pairs.queries.max(initial=-1)) + 1, np.int64)
    best[pairs.queries[order]] = order  # the last of each query is written last
    return np.asarray(best[pairs.queries])


def confidence(pairs: LabelledPairs, matcher: Matcher) -> Floats:
    """Return how sure each pair is to join, (n,)."""
    told = told_of(pairs, matcher)
    return np.asarray(matcher.confidence.sums(told) + TIE_BREAK * told[:, 0])


def probability(pairs: LabelledPairs, matcher: Matcher) -> Floats:
    """Return how likely each pair is to join, (n,)."""
    return matcher.calibration.probability(confidence(pairs, matcher), kind_of_best(pairs, matcher))


def kind_of_best(pairs: LabelledPairs, matcher: Matcher) -> npt.NDArray[np.int8]:
    """Return the kind of join that the best candidate of each pair's query would be, (n,)."""
    return np.asarray(pairs.kinds[_best(pairs, evidence(pairs, matcher))])


def calibrate(matcher: Matcher, held_out: Sequence[AskedLake]) -> Calibration:
    """Find which confidence is how probable, over the top answers of queries, and set the threshold."""
    asked = LabelledPairs.joined([one for lake in held_out for one in (lake.pairs, lake.orphans)])
    sure = confidence(asked, matcher)
    kept = top_places(asked.queries, sure)
    known, log_odds = fit_monotone(sure[kept], asked.joins[kept], _KNOTS)
    curve = replace(matcher.calibration, confidence=tuple(known.tolist()), log_odds=tuple(log_odds.tolist()))
    common, kinds = curve.common_log_odds(sure), kind_of_best(asked, matcher)
    of_kind = [kept & (kinds == place) for place in range(len(KINDS_OF_JOIN))]
    scales = tuple(fit_scale(common[some], asked.joins[some], _DOUBT) for some in of_kind)
    tuned = replace(matcher, calibration=replace(curve, kinds=scales))
    orphans = LabelledPairs.joined([lake.orphans for lake in held_out])
    best = list(best_of_query(probability(orphans, tuned), orphans.queries).values())
    return replace(tuned.calibration, threshold=float(np.quantile(best, ORPHANS_LEFT_ALONE)))
