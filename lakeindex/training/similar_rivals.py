"""Train what ranks the tables most similar to a table against one another: its other part against its siblings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from lakeindex.arrays.aliases import Features, Flags
from lakeindex.lake_map.similar.find_similar import compare_tables
from lakeindex.lake_map.similar.rivals import MOST_RIVALS, RIVAL_FEATURES, RivalModel, rival_features
from lakeindex.lake_map.similar.similarity_model import SimilarityModel
from lakeindex.lake_map.similar.table_vectors import TableVectors
from lakeindex.models.boosted_trees import Trees
from lakeindex.models.monotone import EITHER
from lakeindex.search.searcher import Searcher
from lakeindex.training.fit.boosting import BoostingOptions, boost, fit_scale, tree_arrays
from lakeindex.types.lake import TableId

OPTIONS = BoostingOptions(trees=400, features_a_tree=0.3, pairs_a_tree=0.7, least_pairs=20, shrinkage=0.0)
_DOUBT = 1.0


@dataclass(frozen=True, slots=True, eq=False)
class LabelledRivals:
    """The tables that may be the partner of each of several queries."""

    features: tuple[Features, ...]
    """Of each query, (rivals, RIVAL_FEATURES)."""
    labels: tuple[Flags, ...]
    """Of each query, which of these is its partner."""


def label_rivals(
    searcher: Searcher, pairs: Sequence[tuple[TableId, TableId]], model: SimilarityModel
) -> LabelledRivals:
    """Query a lake with the first table of each pair."""
    vectors = TableVectors.of(searcher)
    features, labels = [], []
    for first, second in pairs:
        compared = compare_tables(searcher, vectors, first, model.blocks, MOST_RIVALS)
        rivals = compared.take(compared.ranked(model.log_odds(compared.features))[:MOST_RIVALS])
        features.append(rival_features(searcher, first, rivals.tables, rivals.features))
        labels.append(np.array([one.table == second for one in rivals.tables], bool))
    return LabelledRivals(tuple(features), tuple(labels))


def train_rivals(learned: LabelledRivals, held_out: LabelledRivals, options: BoostingOptions = OPTIONS) -> RivalModel:
    """Train the trees on the queries of some lakes, and calibrate them on those of others."""
    trees = boost(*_stacked(learned), [EITHER] * len(RIVAL_FEATURES), options)
    arrays, depth = tree_arrays(trees)
    model = RivalModel(Trees(**arrays, depth=depth))
    features, labels = _stacked(held_out)
    slope, offset = fit_scale(model.log_odds(features), labels, _DOUBT)
    return replace(model, slope=slope, offset=offset)


def first_among_rivals(model: RivalModel, labelled: LabelledRivals) -> Flags:
    """Return whether the partner of each query is first, alone, among all rivals, (queries,)."""
    return np.array([_is_first(model, *one) for one in zip(labelled.features, labelled.labels, strict=True)])


def _is_first(model: RivalModel, features: Features, labels: Flags) -> bool:
    scores = model.log_odds(features)
    return bool(labels.any() and (scores >= scores[labels].max()).sum() == 1)


def _stacked(labelled: LabelledRivals) -> tuple[Features, Flags]:
    return np.concatenate(labelled.features), np.concatenate(labelled.labels)
