"""Find what a cross-encoder's scores are worth, on made lakes that it didn't learn from, and measure it on others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from lakeindex.arrays.aliases import Flags, Floats
from lakeindex.arrays.log_odds import log_odds_of
from lakeindex.evaluate.metrics import average_precision_at_k
from lakeindex.match.rerank_fusion import RerankWeights
from lakeindex.protocols import Reranker
from lakeindex.training.fit.boosting import fit_scale
from lakeindex.training.ranked_pairs import ReadLake

_DOUBT = 1.0
_LEAST = 1e-9
_TOP = 10


@dataclass(frozen=True, slots=True)
class ReadingOptions:
    """How much reading is to count: made lakes, which read too easily, would have it count for more."""

    share: float = 0.6
    most: float = 0.0


def weights_of(model: Reranker, lakes: Sequence[ReadLake], options: ReadingOptions) -> RerankWeights:
    """Fit what makes the matcher's log-odds and the scores a probability, of the pairs that the matcher judged."""
    told = [(lake, scores_of(model, lake)) for lake in lakes]
    before = np.concatenate([lake.probabilities for lake, _ in told])
    scores, joins = np.concatenate([one for _, one in told]), np.concatenate([lake.joins for lake, _ in told])
    judged = before > 0
    evidence = log_odds_of(before[judged], _LEAST) + options.share * np.minimum(scores[judged], options.most)
    slope, bias = fit_scale(evidence, joins[judged], _DOUBT)
    return RerankWeights(slope, slope * options.share, bias, options.most)


def scores_of(model: Reranker, lake: ReadLake) -> Floats:
    """Score all pairs of a lake, (pairs,)."""
    return model.scores(lake.columns, lake.columns, lake.left, lake.right)


def measure_reading(model: Reranker, weights: RerankWeights, lakes: Sequence[ReadLake]) -> dict[str, float]:
    """Measure the rankings of the matcher, of the cross-encoder alone and of both, and how right probabilities are."""
    parts = [(lake, scores_of(model, lake)) for lake in lakes]
    ranked: dict[str, list[float]] = {"matcher": [], "cross_encoder": [], "both": []}
    losses: dict[str, list[float]] = {"matcher": [], "both": []}
    for lake, scores in parts:
        both = weights.probabilities(lake.probabilities, scores)
        for name, by in (("matcher", lake.probabilities), ("cross_encoder", scores), ("both", both)):
            ranked[name] += _average_precisions(lake, by)
        for name, told in (("matcher", lake.probabilities), ("both", both)):
            losses[name] += (-np.log(np.clip(np.where(lake.joins, told, 1 - told), _LEAST, 1))).tolist()
    figures = {f"map_{name}": float(np.mean(values)) for name, values in ranked.items()}
    return figures | {f"log_loss_{name}": float(np.mean(values)) for name, values in losses.items()}


def _average_precisions(lake: ReadLake, by: Floats) -> list[float]:
    starts = np.concatenate([np.zeros(1, np.int64), np.cumsum(lake.counts)])
    queries = [np.arange(start, end) for start, end in zip(starts[:-1].tolist(), starts[1:].tolist(), strict=True)]
    return [_average_precision(by[one], lake.joins[one]) for one in queries if lake.joins[one].any()]


def _average_precision(by: Floats, joins: Flags) -> float:
    ranked = np.argsort(-by, kind="stable").tolist()
    return average_precision_at_k(ranked, dict.fromkeys(np.flatnonzero(joins).tolist(), 1), _TOP)
