"""Train the model that tells which columns refer to which keys, on databases that were made, and calibrate it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from lakeindex.arrays.aliases import Codes, Features, Integers
from lakeindex.lake_map.foreign_keys.choose_references import FREE, choose_references
from lakeindex.lake_map.foreign_keys.key_columns import KeyColumns
from lakeindex.lake_map.foreign_keys.key_names import KeyNames
from lakeindex.lake_map.foreign_keys.reference_features import REFERENCE_DIRECTIONS, reference_features
from lakeindex.lake_map.foreign_keys.reference_model import ReferenceModel
from lakeindex.lake_map.foreign_keys.reference_pairs import ReferencePairs, find_reference_pairs
from lakeindex.models.boosted_trees import Trees
from lakeindex.search.searcher import Searcher
from lakeindex.training.fit.boosting import BoostingOptions, boost, fit_scale, tree_arrays

REFERS, STRANGERS, UNKNOWN = 1, 0, -1
"""Whether the child of a pair refers to its parent."""
_DOUBT = 1.0
_MOST_SAID = 0.9
"""Values of two sources that are contained so far may be the same things, and it is unknown whether they refer."""
OPTIONS = BoostingOptions(trees=250, leaves=10, learning_rate=0.05, least_pairs=25, features_a_tree=0.5)


@dataclass(frozen=True, slots=True, eq=False)
class LabelledReferences:
    """The candidate pairs of a database, with what they are."""

    pairs: ReferencePairs
    features: Features
    labels: Codes
    """(pairs,) REFERS, STRANGERS or UNKNOWN."""
    references: int
    """How many references there are, whether they are among the candidates or not; 0 where they aren't counted."""

    def take(self, places: Integers, references: int) -> LabelledReferences:
        """Keep some pairs, among which there should be so many references."""
        return LabelledReferences(self.pairs.take(places), self.features[places], self.labels[places], references)


def label_references(
    searcher: Searcher, truth: Collection[tuple[int, int]], natural: Collection[int]
) -> LabelledReferences:
    """Find the candidates of an index; `truth` are its references by key, `natural` the columns of source values."""
    columns = KeyColumns(searcher.directory)
    pairs = find_reference_pairs(searcher, columns)
    features = reference_features(pairs, columns, KeyNames.of(searcher.directory))
    is_known = ~_are_natural(pairs, natural) | (pairs.contained < _MOST_SAID)
    refers = np.array(
        [pair in truth for pair in zip(pairs.children.tolist(), pairs.parents.tolist(), strict=True)], bool
    )
    labels = np.where(refers, REFERS, np.where(is_known, STRANGERS, UNKNOWN)).astype(np.int8)
    return LabelledReferences(pairs, features, labels, len(truth))


def _are_natural(pairs: ReferencePairs, natural: Collection[int]) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    keys = np.array(sorted(natural), np.int64)
    return np.isin(pairs.children, keys) & np.isin(pairs.parents, keys)


def fit_trees(learned: Sequence[LabelledReferences], options: BoostingOptions = OPTIONS) -> Trees:
    """Fit trees on the pairs of which it is known what they are."""
    known = [one.labels != UNKNOWN for one in learned]
    features = np.concatenate([one.features[some] for one, some in zip(learned, known, strict=True)])
    refers = np.concatenate([one.labels[some] == REFERS for one, some in zip(learned, known, strict=True)])
    arrays, depth = tree_arrays(boost(features, refers, REFERENCE_DIRECTIONS, options))
    return Trees(**arrays, depth=depth)


def train_reference_model(folds: Sequence[Sequence[LabelledReferences]]) -> tuple[ReferenceModel, Mapping[str, float]]:
    """Train on all folds; calibrate, and measure, each by trees that learned from the others. Returns the figures."""
    sums, labels, measured = [], [], []
    for place, held_out in enumerate(folds):
        trees = fit_trees([one for other, fold in enumerate(folds) if other != place for one in fold])
        for one in held_out:
            scores = trees.sums(one.features)
            sums.append(scores[one.labels != UNKNOWN])
            labels.append(one.labels[one.labels != UNKNOWN] == REFERS)
            measured.append((one, trees))
    scale = fit_scale(np.concatenate(sums), np.concatenate(labels), _DOUBT)
    figures = measure_references([(one, ReferenceModel(trees, *scale)) for one, trees in measured])
    return ReferenceModel(fit_trees([one for fold in folds for one in fold]), *scale), figures


def measure_references(
    measured: Sequence[tuple[LabelledReferences, ReferenceModel]], least: float = 0.0
) -> Mapping[str, float]:
    """Return precision, recall and F1 of the references chosen, whose log-odds are at least `least`.

    Only databases count whose references are counted: of others it isn't known how many are missed.
    """
    right = found = there = 0
    for one, model in measured:
        if not one.references:
            continue
        chosen = one.labels[_chosen(one, model, least)]
        right += int((chosen == REFERS).sum())
        found += int((chosen != UNKNOWN).sum())
        there += one.references
    f1 = 2 * right / max(found + there, 1)
    return {"precision": right / max(found, 1), "recall": right / max(there, 1), "f1": f1}


def _chosen(one: LabelledReferences, model: ReferenceModel, least: float) -> Integers:
    pairs = one.pairs
    are_keys = np.zeros(1 + max(pairs.children.max(initial=0), pairs.parents.max(initial=0)), bool)
    are_keys[pairs.parents] = True
    standing = np.full(len(pairs), FREE, np.int8)
    return choose_references(pairs, model.log_odds(one.features), standing, are_keys, least).places
