"""What ranks similar tables against one another learns from what tells a partner from its rivals."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from lakeindex.lake_map.similar.rivals import RIVAL_FEATURES, RivalModel, before_rivals
from lakeindex.models.weights import RIVALS
from lakeindex.training.fit.boosting import BoostingOptions
from lakeindex.training.similar_rivals import LabelledRivals, first_among_rivals, train_rivals

OPTIONS = BoostingOptions(trees=20, leaves=4, least_pairs=5, features_a_tree=1.0, shrinkage=0.0)


def labelled() -> LabelledRivals:
    """Partners have no more of anything than those of other queries, only more than their rivals."""
    rng = np.random.default_rng(2)
    half = len(RIVAL_FEATURES) // 2
    levels, labels = rng.random((40, 1, 1)), np.zeros((40, 12), bool)
    labels[:, 3] = True
    measured = levels + 0.01 * rng.random((40, 12, half))
    measured[:, :, -1] += 0.1 * labels
    features = [np.column_stack([one, before_rivals(one)]) for one in measured]
    return LabelledRivals(tuple(features), tuple(labels))


def test_the_partner_is_put_first_by_what_it_has_more_than_its_rivals(tmp_path: Path) -> None:
    model = train_rivals(labelled(), labelled(), OPTIONS)
    assert first_among_rivals(model, labelled()).mean() == 1.0
    model.save(tmp_path / "model.safetensors", {})
    again = RivalModel.open(tmp_path / "model.safetensors")
    features = labelled().features[0]
    assert (again.log_odds(features) == model.log_odds(features)).all()


def test_how_far_a_table_is_before_its_rivals() -> None:
    assert before_rivals(np.array([[3.0, 1.0], [5.0, 1.0], [4.0, 0.0]])).tolist() == [[-2, 0], [1, 0], [-1, -1]]
    assert before_rivals(np.array([[3.0]])).tolist() == [[3.0]]
    assert before_rivals(np.zeros((0, 2))).shape == (0, 2)


def test_the_shipped_model_knows_the_features() -> None:
    assert RivalModel.open(RIVALS).trees.depth > 0
