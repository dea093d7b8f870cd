"""How far probabilities and acceptance are right."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from lakeindex.arrays.aliases import Flags, Floats
from lakeindex.match.join_kind import KINDS_OF_JOIN
from lakeindex.match.matcher import Matcher
from lakeindex.training.best_of_query import TOP, best_of_query, top_places
from lakeindex.training.fit.boosting import LabelledPairs
from lakeindex.training.made_lakes import AskedLake
from lakeindex.training.matcher import probability

_OVERLAPPING = 0.5


def measure_matcher(matcher: Matcher, lakes: Sequence[AskedLake]) -> dict[str, float]:
    """Tell how far probabilities and acceptance are right on lakes that neither was fitted on."""
    pairs = LabelledPairs.joined([lake.pairs for lake in lakes])
    orphans = LabelledPairs.joined([lake.orphans for lake in lakes])
    said, threshold = probability(pairs, matcher), matcher.calibration.threshold
    best, kept = best_of_query(said, pairs.queries), top_places(pairs.queries, said)
    alone = best_of_query(probability(orphans, matcher), orphans.queries)
    overlapping = np.unique(pairs.queries[pairs.joins & (pairs.containment >= _OVERLAPPING)])
    accepted = kept & (said >= threshold)
    return {
        "expected_calibration_error": expected_calibration_error(said[kept], pairs.joins[kept]),
        "brier_skill": brier_skill(said[kept], pairs.joins[kept]),
        "accepted_that_join": float(pairs.joins[accepted].mean()),
        "queries_without_partner_left_alone": float(np.mean(np.array(list(alone.values())) < threshold)),
        "queries_with_partner_left_alone": float(np.mean([best[query] < threshold for query in overlapping.tolist()])),
        "map_at_10": mean_average_precision(said, pairs),
        "map_at_10_untrained": mean_average_precision(pairs.scores, pairs),
        "queries": float(len(best)),
        **_of_kinds(said[kept], pairs.where(kept)),
    }


def _of_kinds(said: Floats, pairs: LabelledPairs) -> dict[str, float]:
    """Return the Brier skill over the answers of each kind of join that has some that join."""
    figures = {}
    for place, kind in enumerate(KINDS_OF_JOIN):
        of_kind = pairs.kinds == place
        if pairs.joins[of_kind].any():
            figures[f"brier_skill_of_{kind}"] = brier_skill(said[of_kind], pairs.joins[of_kind])
    return figures


def expected_calibration_error(said: Floats, joins: Flags, bins: int = 15) -> float:
    """Return the mean distance of what was said and what is so, over bins of equal mass."""
    order = np.argsort(said, kind="stable")
    parts = [part for part in np.array_split(order, bins) if len(part)]
    return float(sum(len(part) * abs(said[part].mean() - joins[part].mean()) for part in parts) / len(said))


def brier_skill(said: Floats, joins: Flags) -> float:
    """Return how much smaller the squared error is than that of always saying how often pairs join."""
    share = joins.mean()
    return float(1 - np.mean((said - joins) ** 2) / (share * (1 - share)))


def mean_average_precision(by: Floats, pairs: LabelledPairs) -> float:
    """Return MAP@10 over the queries of which something joins and was retrieved."""
    order = np.lexsort((-by, pairs.queries))
    queries, joins = pairs.queries[order], pairs.joins[order]
    ranks = np.arange(len(order)) - np.searchsorted(queries, queries) + 1
    hits = np.cumsum(joins)
    first = np.searchsorted(queries, queries)
    hits_of_query: Floats = hits - np.where(first > 0, hits[first - 1], 0)
    gained = np.where(joins & (ranks <= TOP), hits_of_query / ranks, 0.0)
    relevant = np.bincount(queries, joins, minlength=int(queries[-1]) + 1)
    sums = np.bincount(queries, gained, minlength=len(relevant))
    asked = relevant > 0
    return float(np.mean(sums[asked] / np.minimum(relevant[asked], TOP)))
