"""Train the matcher that tells which columns are of one semantic type, on lakes whose tables were cut into parts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from lakeindex.arrays.aliases import Codes, Flags, Floats
from lakeindex.arrays.proportions import probability_of
from lakeindex.arrays.ragged import sums
from lakeindex.evaluate.reliability import expected_calibration_error
from lakeindex.integrate.align.attribute_matcher import Scale
from lakeindex.integrate.align.column_set import ColumnSet
from lakeindex.integrate.align.pair_features import ColumnPairs
from lakeindex.lake_map.semantic_types.clusters import Edges, cluster_columns, mean_log_odds
from lakeindex.lake_map.semantic_types.column_graph import ColumnGraph
from lakeindex.lake_map.semantic_types.likeness import DIRECTIONS, LIKENESSES
from lakeindex.lake_map.semantic_types.type_matcher import TypeMatcher
from lakeindex.models.boosted_trees import Trees
from lakeindex.training.fit.boosting import BoostingOptions, boost, fit_scale, tree_arrays
from lakeindex.training.split_lakes import DIFFERENT, SAME, UNKNOWN, SplitLake, labels_of

TYPES_LEARNING = BoostingOptions(trees=120, leaves=8, learning_rate=0.08, least_pairs=80)
_DOUBT = 1.0
_MANY = 0.5
"""Attributes of two texts that share so many values may be of one type, as a home and a guest team are."""


@dataclass(frozen=True, slots=True, eq=False)
class LabelledGraph:
    """The column graph of a lake, with what is known of its pairs."""

    columns: int
    graph: ColumnGraph
    labels: Codes
    """(pairs,) SAME, DIFFERENT or UNKNOWN type."""


def label_graph(lake: SplitLake, columns: ColumnSet) -> LabelledGraph:
    """Compare the columns of a lake of parts: those of one attribute are of one type."""
    graph = ColumnGraph.of(columns)
    labels = labels_of(lake.made_columns(columns), ColumnPairs.of(columns, graph.left, graph.right))
    return LabelledGraph(len(columns), graph, of_types(labels, graph))


def of_types(labels: Codes, graph: ColumnGraph) -> Codes:
    """Return which pairs are of one type, (pairs,), given which are the same attribute."""
    of = dict(zip(LIKENESSES, graph.features.T, strict=True))
    may_be = (of["two texts"] > 0) & (of["values found in turn"] >= _MANY)
    return np.where((labels == DIFFERENT) & may_be, UNKNOWN, labels).astype(np.int8)


def train_type_matcher(
    learned: Sequence[LabelledGraph], held_out: Sequence[LabelledGraph], options: BoostingOptions = TYPES_LEARNING
) -> TypeMatcher:
    """Train on some lakes, and calibrate on others."""
    features = np.concatenate([one.graph.features[one.labels != UNKNOWN] for one in learned])
    same = np.concatenate([one.labels[one.labels != UNKNOWN] == SAME for one in learned])
    arrays, depth = tree_arrays(boost(features, same, DIRECTIONS, options))
    plain = TypeMatcher(Trees(**arrays, depth=depth), Scale(), Scale())
    scaled = replace(plain, pair=Scale(*fit_scale(*_known(plain, held_out), _DOUBT)))
    return replace(scaled, member=Scale(*fit_scale(*members(scaled, held_out), _DOUBT)))


def members(matcher: TypeMatcher, lakes: Sequence[LabelledGraph]) -> tuple[Floats, Flags]:
    """Return the mean log-odds of the columns in clusters, and which are of the type of most others there, (n,)."""
    parts = [_members(matcher, lake) for lake in lakes]
    return np.concatenate([one for one, _ in parts]), np.concatenate([one for _, one in parts])


def measure_types(matcher: TypeMatcher, lakes: Sequence[LabelledGraph]) -> Mapping[str, float]:
    """Return precision and recall of compared pairs that are in one cluster, and the calibration errors."""
    log_odds, same = _known(matcher, lakes)
    together = np.concatenate([_is_together(matcher, lake)[lake.labels != UNKNOWN] for lake in lakes])
    means, is_right = members(matcher, lakes)
    right = int((together & same).sum())
    return {
        "precision of pairs in a cluster": right / max(int(together.sum()), 1),
        "recall of compared pairs": right / max(int(same.sum()), 1),
        "ece of pairs": expected_calibration_error(probability_of(log_odds), same),
        "members right": float(is_right.mean()),
        "ece of members": expected_calibration_error(probability_of(matcher.member.of(means)), is_right),
    }


def _known(matcher: TypeMatcher, lakes: Sequence[LabelledGraph]) -> tuple[Floats, Flags]:
    """Return the log-odds of the pairs of which the type is known, and which are of one."""
    kept = [one.labels != UNKNOWN for one in lakes]
    log_odds = [matcher.log_odds(one.graph.features[some]) for one, some in zip(lakes, kept, strict=True)]
    same = [one.labels[some] == SAME for one, some in zip(lakes, kept, strict=True)]
    return np.concatenate(log_odds), np.concatenate(same)


def _members(matcher: TypeMatcher, lake: LabelledGraph) -> tuple[Floats, Flags]:
    edges = _edges(matcher, lake)
    clusters = cluster_columns(edges, np.arange(lake.columns))
    judged = (clusters[edges.left] == clusters[edges.right]) & (lake.labels != UNKNOWN)
    ends = np.concatenate([edges.left[judged], edges.right[judged]])
    rights = sums(ends, np.tile(lake.labels[judged] == SAME, 2).astype(np.float64), lake.columns)
    counts = np.bincount(ends, minlength=lake.columns)
    kept = counts > 0
    return mean_log_odds(edges, clusters)[kept], (2 * rights >= counts)[kept]


def _is_together(matcher: TypeMatcher, lake: LabelledGraph) -> Flags:
    clusters = cluster_columns(_edges(matcher, lake), np.arange(lake.columns))
    return np.asarray(clusters[lake.graph.left] == clusters[lake.graph.right])


def _edges(matcher: TypeMatcher, lake: LabelledGraph) -> Edges:
    return Edges(lake.graph.left, lake.graph.right, matcher.log_odds(lake.graph.features))
