"""Measure how accurate probabilities and accepted answers are."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from lakeindex.arrays.aliases import Floats
from lakeindex.evaluate.reliability import brier_skill, expected_calibration_error
from lakeindex.match.features import KINDS_OF_JOIN
from lakeindex.match.matcher import Matcher
from lakeindex.training.best_of_query import TOP, best_of_query, top_places
from lakeindex.training.fit.boosting import TrainingPairs
from lakeindex.training.made_lakes import QueriedLake
from lakeindex.training.matcher import probability

_OVERLAPPING = 0.5


def measure_matcher(matcher: Matcher, lakes: Sequence[QueriedLake]) -> dict[str, float]:
    """Measure a matcher's probabilities, acceptance and rankings on lakes that it was not fitted to."""
    pairs = TrainingPairs.joined([lake.pairs for lake in lakes])
    orphans = TrainingPairs.joined([lake.orphans for lake in lakes])
    predicted, threshold = probability(pairs, matcher), matcher.calibration.threshold
    best, kept = best_of_query(predicted, pairs.queries), top_places(pairs.queries, predicted)
    alone = best_of_query(probability(orphans, matcher), orphans.queries)
    overlapping = np.unique(pairs.queries[pairs.joins & (pairs.containment >= _OVERLAPPING)])
    accepted = kept & (predicted >= threshold)
    return {
        "expected_calibration_error": expected_calibration_error(predicted[kept], pairs.joins[kept]),
        "brier_skill": brier_skill(predicted[kept], pairs.joins[kept]),
        "accepted_that_join": float(pairs.joins[accepted].mean()),
        "queries_without_partner_left_alone": float(np.mean(np.array(list(alone.values())) < threshold)),
        "queries_with_partner_left_alone": float(np.mean([best[query] < threshold for query in overlapping.tolist()])),
        "map_at_10": mean_average_precision(predicted, pairs),
        "map_at_10_untrained": mean_average_precision(pairs.scores, pairs),
        "queries": float(len(best)),
        **_of_kinds(predicted[kept], pairs.where(kept)),
    }


def _of_kinds(predicted: Floats, pairs: TrainingPairs) -> dict[str, float]:
    """Return the Brier skill of the answers of each kind of join, where some of them join."""
    figures = {}
    for place, kind in enumerate(KINDS_OF_JOIN):
        of_kind = pairs.kinds == place
        if pairs.joins[of_kind].any():
            figures[f"brier_skill_of_{kind}"] = brier_skill(predicted[of_kind], pairs.joins[of_kind])
    return figures


def mean_average_precision(by: Floats, pairs: TrainingPairs) -> float:
    """Return MAP@10 over the queries with at least one retrieved column that joins."""
    order = np.lexsort((-by, pairs.queries))
    queries, joins = pairs.queries[order], pairs.joins[order]
    ranks = np.arange(len(order)) - np.searchsorted(queries, queries) + 1
    hits = np.cumsum(joins)
    first = np.searchsorted(queries, queries)
    hits_of_query: Floats = hits - np.where(first > 0, hits[first - 1], 0)
    gained = np.where(joins & (ranks <= TOP), hits_of_query / ranks, 0.0)
    relevant = np.bincount(queries, joins, minlength=int(queries[-1]) + 1)
    sums = np.bincount(queries, gained, minlength=len(relevant))
    has_relevant = relevant > 0
    return float(np.mean(sums[has_relevant] / np.minimum(relevant[has_relevant], TOP)))
