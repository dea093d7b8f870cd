"""What tells similar tables is learned: from the block that tells partners, and from the features that do."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from lakeindex.errors import IndexDamaged
from lakeindex.lake_map.similar.pair_features import SIMILARITY_FEATURES
from lakeindex.lake_map.similar.similarity_model import SimilarityModel, write_similarity_model
from lakeindex.lake_map.similar.table_vectors import TableVectors
from lakeindex.models.weights import SIMILARITY, STATIC
from lakeindex.training.fit.boosting import BoostingOptions
from lakeindex.training.similar_tables import (
    ComparedLake,
    SimilarityOptions,
    first_among_similar,
    fit_blocks,
    nearest_ranks,
    train_similarity,
)

OPTIONS = SimilarityOptions(trees=BoostingOptions(trees=20, leaves=4, least_pairs=5, features_a_tree=1.0), steps=60)
PARTNERS = np.arange(40).reshape(20, 2)


def unit(vectors: np.ndarray) -> np.ndarray:
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


def vectors() -> TableVectors:
    rng = np.random.default_rng(1)
    content = np.repeat(rng.normal(size=(20, 8)), 2, axis=0) + 0.3 * rng.normal(size=(40, 8))
    return TableVectors(unit(content), unit(rng.normal(size=(40, 4))), np.zeros((40, 4), np.float32))


def compared() -> ComparedLake:
    rng = np.random.default_rng(2)
    features, labels = rng.random((20, 12, len(SIMILARITY_FEATURES))), np.zeros((20, 12), bool)
    labels[:, 3] = True
    features[:, :, 4] = np.where(labels, 0.9, 0.5) + 0.05 * rng.random((20, 12))
    return ComparedLake(vectors(), PARTNERS, tuple(features), tuple(labels))


def test_the_block_that_tells_partners_counts_most() -> None:
    blocks = fit_blocks([(vectors(), PARTNERS)], OPTIONS)
    assert blocks[0] > blocks[1] and sum(blocks) == pytest.approx(1, abs=1e-3)
    ranks = [np.mean(list(nearest_ranks([(vectors(), PARTNERS)], one))) for one in (blocks, (0.0, 1.0, 0.0))]
    assert ranks[0] < ranks[1]


def test_trees_put_the_partner_first_and_are_read_back_as_written(tmp_path: Path) -> None:
    model = train_similarity([compared()], [compared()], (0.8, 0.1, 0.1), OPTIONS)
    assert first_among_similar(model, [compared()]).mean() > 0.9
    write_similarity_model(tmp_path / "model.safetensors", model, {})
    again = SimilarityModel.open(tmp_path / "model.safetensors")
    assert (again.blocks, again.scale) == (model.blocks, model.scale)
    features = compared().features[0]
    assert np.array_equal(again.scores(features), model.scores(features))


def test_what_is_no_model_is_refused() -> None:
    assert sum(SimilarityModel.open(SIMILARITY).blocks) == pytest.approx(1, abs=1e-3)
    with pytest.raises(IndexDamaged, match="install lakeindex again"):
        SimilarityModel.open(STATIC)
