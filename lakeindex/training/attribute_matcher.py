"""Train the matcher that tells which columns of several tables are the same attribute, and calibrate it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from lakeindex.arrays.aliases import Features, Flags, Floats
from lakeindex.arrays.proportions import probability_of
from lakeindex.evaluate.reliability import expected_calibration_error
from lakeindex.integrate.align.align import together
from lakeindex.integrate.align.attribute_matcher import (
    AttributeMatcher,
    Scale,
    alone_features,
    score_alone,
    with_siblings,
)
from lakeindex.integrate.align.clusters import cluster
from lakeindex.integrate.align.contrasts import DIRECTIONS as OF_CONTRASTS
from lakeindex.integrate.align.membership import mean_log_odds
from lakeindex.integrate.align.pair_features import DIRECTIONS
from lakeindex.integrate.align.siblings import DIRECTIONS as OF_SIBLINGS
from lakeindex.models.boosted_trees import Trees
from lakeindex.training.fit.boosting import BoostingOptions, boost, fit_scale, tree_arrays
from lakeindex.training.split_lakes import SAME, UNKNOWN, LabelledPairs

_FOLDS = 3
_OF_ALONE = (*DIRECTIONS.values(), *OF_CONTRASTS.values())
_DOUBT = 1.0


_ALONE = BoostingOptions(trees=150, leaves=8, learning_rate=0.08, least_pairs=100)
_TOGETHER = BoostingOptions(trees=150, leaves=8, learning_rate=0.06, least_pairs=100)


@dataclass(frozen=True, slots=True)
class AttributeOptions:
    """Settings of the training."""

    alone: BoostingOptions = _ALONE
    together: BoostingOptions = _TOGETHER


def train_attribute_matcher(
    learned: Sequence[LabelledPairs], held_out: Sequence[LabelledPairs], options: AttributeOptions
) -> AttributeMatcher:
    """Train both steps on some lakes, and calibrate on others.

    The second step learns from scores of lakes that the first one didn't learn from.
    """
    alone = _fit_alone(learned, options)
    inputs: list[Features] = []
    for fold in range(_FOLDS):
        others = [lake for place, lake in enumerate(learned) if place % _FOLDS != fold]
        trees = _fit_alone(others, options)
        inputs += [_with_siblings(lake, trees) for lake in learned[fold::_FOLDS]]
    labels = [lake.labels for fold in range(_FOLDS) for lake in learned[fold::_FOLDS]]
    both = _fit(inputs, labels, (*_OF_ALONE, *OF_SIBLINGS.values()), options.together)
    return calibrate(AttributeMatcher(alone, both, Scale(), Scale()), held_out)


def calibrate(matcher: AttributeMatcher, held_out: Sequence[LabelledPairs]) -> AttributeMatcher:
    """Fit the scales of a matcher on lakes that it didn't learn from: of pairs, then of members of clusters."""
    plain = replace(matcher, pair=Scale(), member=Scale())
    scores = np.concatenate([plain.log_odds(lake.pairs, lake.tables) for lake in held_out])
    labels = np.concatenate([lake.labels for lake in held_out])
    is_known = labels != UNKNOWN
    of_pairs = Scale(*fit_scale(scores[is_known], labels[is_known] == SAME, _DOUBT))
    scaled = replace(plain, pair=of_pairs)
    log_odds, is_right = members(scaled, held_out)
    return replace(scaled, member=Scale(*fit_scale(log_odds, is_right, _DOUBT)))


def members(matcher: AttributeMatcher, lakes: Sequence[LabelledPairs]) -> tuple[Floats, Flags]:
    """Return the mean log-odds of the columns in clusters of two and more, and which are what most others there are."""
    parts = [_members_of_group(matcher, lake, group) for lake in lakes for group in np.unique(lake.groups).tolist()]
    return np.concatenate([one for one, _ in parts]), np.concatenate([one for _, one in parts])


def _members_of_group(matcher: AttributeMatcher, lake: LabelledPairs, group: int) -> tuple[Floats, Flags]:
    first, end = np.searchsorted(lake.groups, [group, group + 1])
    is_within = (lake.groups[lake.pairs.left] == group) & (lake.groups[lake.pairs.right] == group)
    pairs = lake.pairs.where(is_within).shifted(-int(first))
    tables = lake.tables[first:end]
    log_odds = together(pairs, matcher.log_odds(pairs, tables), tables)
    clusters = cluster(log_odds, tables)
    same, known = np.zeros((2, len(tables), len(tables)))
    labels = lake.labels[is_within]
    for matrix, values in ((same, labels == SAME), (known, labels != UNKNOWN)):
        matrix[pairs.left, pairs.right] = matrix[pairs.right, pairs.left] = values
    is_one = clusters[:, None] == clusters[None, :]
    rights, judged = (same * is_one).sum(axis=1), (known * is_one).sum(axis=1)
    kept = judged > 0
    return mean_log_odds(log_odds, clusters)[kept], (2 * rights >= judged)[kept]


def measure_attributes(matcher: AttributeMatcher, lakes: Sequence[LabelledPairs]) -> Mapping[str, float]:
    """Return precision, recall and F1 of pairs from probability .5 on, and the calibration errors."""
    labels = np.concatenate([lake.labels for lake in lakes])
    known = labels != UNKNOWN
    scores = np.concatenate([matcher.log_odds(lake.pairs, lake.tables) for lake in lakes])
    same, probabilities = labels[known] == SAME, probability_of(scores[known])
    taken = probabilities >= 0.5
    right = int((taken & same).sum())
    log_odds, is_right = members(matcher, lakes)
    return {
        "precision": right / max(int(taken.sum()), 1),
        "recall": right / max(int(same.sum()), 1),
        "f1": 2 * right / max(int(taken.sum()) + int(same.sum()), 1),
        "ece of pairs": expected_calibration_error(probabilities, same),
        "members right": float(is_right.mean()),
        "ece of members": expected_calibration_error(probability_of(matcher.member.of(log_odds)), is_right),
    }


def _fit_alone(lakes: Sequence[LabelledPairs], options: AttributeOptions) -> Trees:
    features, labels = [alone_features(lake.pairs) for lake in lakes], [lake.labels for lake in lakes]
    return _fit(features, labels, _OF_ALONE, options.alone)


def _with_siblings(lake: LabelledPairs, alone: Trees) -> Features:
    return with_siblings(lake.pairs, lake.tables, score_alone(alone, lake.pairs))


def _fit(
    features: Sequence[Features], labels: Sequence[Any], directions: Sequence[int], options: BoostingOptions
) -> Trees:
    known = [one != UNKNOWN for one in labels]
    inputs = np.concatenate([one[some] for one, some in zip(features, known, strict=True)])
    same = np.concatenate([one[some] == SAME for one, some in zip(labels, known, strict=True)])
    arrays, depth = tree_arrays(boost(inputs, same, directions, options))
    return Trees(**arrays, depth=depth)
