"""Types are learned from pairs of known type: trees, and what calibrates them on other lakes."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from lakeindex.lake_map.semantic_types.column_graph import ColumnGraph
from lakeindex.lake_map.semantic_types.likeness import LIKENESSES
from lakeindex.lake_map.semantic_types.type_matcher import TypeMatcher, write_type_matcher
from lakeindex.training.fit.boosting import BoostingOptions
from lakeindex.training.split_lakes import DIFFERENT, SAME, UNKNOWN
from lakeindex.training.type_matcher import LabelledGraph, measure_types, of_types, train_type_matcher

TEXTS, SHARED, NAME = (LIKENESSES.index(one) for one in ("two texts", "values found in turn", "one name"))


def made_lake(seed: int, columns: int = 60) -> LabelledGraph:
    """Make a lake in which columns of one type, four each, have one name, and others hardly ever."""
    rng = np.random.default_rng(seed)
    left, right = (one.astype(np.int64) for one in np.triu_indices(columns, 1))
    same = left // 4 == right // 4
    features = np.zeros((len(left), len(LIKENESSES)))
    features[:, NAME] = np.where(rng.random(len(left)) < 0.02, ~same, same)
    return LabelledGraph(columns, ColumnGraph(left, right, features), np.where(same, SAME, DIFFERENT).astype(np.int8))


def test_what_tells_types_apart_is_learned_and_survives_the_file(tmp_path: Path) -> None:
    options = BoostingOptions(trees=20, leaves=3, learning_rate=0.3, least_pairs=10, features_a_tree=1.0)
    matcher = train_type_matcher([made_lake(0), made_lake(1)], [made_lake(2)], options)
    lake = made_lake(3)
    log_odds = matcher.log_odds(lake.graph.features)
    assert log_odds[lake.graph.features[:, NAME] == 1].min() > log_odds[lake.graph.features[:, NAME] == 0].max()
    figures = measure_types(matcher, [lake])
    assert figures["precision of pairs in a cluster"] >= 0.95
    assert figures["members right"] >= 0.95
    write_type_matcher(tmp_path / "types", matcher, {"figures": "{}"})
    assert np.allclose(TypeMatcher.open(tmp_path / "types").log_odds(lake.graph.features), log_odds)


def test_attributes_whose_texts_share_values_may_be_of_one_type() -> None:
    features = np.zeros((3, len(LIKENESSES)))
    features[:, TEXTS], features[:, SHARED] = [1, 1, 0], [0.9, 0.1, 0.9]
    graph = ColumnGraph(np.arange(3), np.arange(3) + 3, features)
    assert of_types(np.array([DIFFERENT, DIFFERENT, SAME], np.int8), graph).tolist() == [UNKNOWN, DIFFERENT, SAME]
