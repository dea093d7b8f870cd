"""Fit the weights that fuse a reranker's scores with the matcher's probabilities, and measure the fused ranking.

Both are done on made lakes that the reranker was not trained on.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from lakeindex.arrays.aliases import Flags, Floats
from lakeindex.arrays.proportions import log_odds_of
from lakeindex.evaluate.metrics import average_precision_at_k
from lakeindex.match.rerank_fusion import RerankWeights
from lakeindex.protocols import Reranker
from lakeindex.training.fit.boosting import fit_scale
from lakeindex.training.ranked_pairs import ScoredLake

_DOUBT = 1.0
_LEAST = 1e-9
_TOP = 10


@dataclass(frozen=True, slots=True)
class RerankOptions:
    """How much a reranker's scores count. Fitted on made lakes, which are too easy for rerankers, it would be more.

    Of .1 to .6, a share of .2 finds most of the joins of 26 real lakes that are masked (`benchmarks/masked_lake.py`).
    """

    share: float = 0.2
    most: float = 0.0


def weights_of(model: Reranker, lakes: Sequence[ScoredLake], options: RerankOptions) -> RerankWeights:
    """Fit the weights that turn the matcher's log-odds and the scores into probabilities.

    Pairs to which the matcher gave no probability are left out.
    """
    before = np.concatenate([lake.probabilities for lake in lakes])
    scores = np.concatenate([scores_of(model, lake) for lake in lakes])
    joins = np.concatenate([lake.joins for lake in lakes])
    is_matched = before > 0
    evidence = log_odds_of(before[is_matched], _LEAST) + options.share * np.minimum(scores[is_matched], options.most)
    slope, bias = fit_scale(evidence, joins[is_matched], _DOUBT)
    return RerankWeights(slope, slope * options.share, bias, options.most)


def scores_of(model: Reranker, lake: ScoredLake) -> Floats:
    """Score all pairs of a lake, (pairs,)."""
    return model.scores(lake.columns, lake.columns, lake.left, lake.right)


def measure_reranking(model: Reranker, weights: RerankWeights, lakes: Sequence[ScoredLake]) -> dict[str, float]:
    """Measure the rankings of the matcher, of the reranker alone and of both, and the log loss of probabilities."""
    parts = [(lake, scores_of(model, lake)) for lake in lakes]
    ranked: dict[str, list[float]] = {"matcher": [], "cross_encoder": [], "both": []}
    losses: dict[str, list[float]] = {"matcher": [], "both": []}
    for lake, scores in parts:
        both = weights.probabilities(lake.probabilities, scores)
        for name, by in (("matcher", lake.probabilities), ("cross_encoder", scores), ("both", both)):
            ranked[name] += _average_precisions(lake, by)
        for name, predicted in (("matcher", lake.probabilities), ("both", both)):
            likelihoods = np.where(lake.joins, predicted, 1 - predicted)
            losses[name] += (-np.log(np.clip(likelihoods, _LEAST, 1))).tolist()
    figures = {f"map_{name}": float(np.mean(values)) for name, values in ranked.items()}
    return figures | {f"log_loss_{name}": float(np.mean(values)) for name, values in losses.items()}


def _average_precisions(lake: ScoredLake, by: Floats) -> list[float]:
    starts = np.concatenate([np.zeros(1, np.int64), np.cumsum(lake.counts)])
    queries = [np.arange(start, end) for start, end in zip(starts[:-1].tolist(), starts[1:].tolist(), strict=True)]
    return [_average_precision(by[one], lake.joins[one]) for one in queries if lake.joins[one].any()]


def _average_precision(by: Floats, joins: Flags) -> float:
    ranked = np.argsort(-by, kind="stable").tolist()
    return average_precision_at_k(ranked, dict.fromkeys(np.flatnonzero(joins).tolist(), 1), _TOP)
