from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from lakeindex.config.settings import Settings
from lakeindex.lake_map.foreign_keys.reference_model import ReferenceModel
from lakeindex.lake_map.foreign_keys.reference_pairs import ReferencePairs
from lakeindex.lake_map.key_model import KeyModel
from lakeindex.models.weights import REFERENCES
from lakeindex.synthesis.source_tables import SourceData, to_sources
from lakeindex.training.key_model import label_sets, train_key_model
from lakeindex.training.made_databases import label_databases, label_declared
from lakeindex.training.reference_model import (
    REFERS,
    STRANGERS,
    LabelledReferences,
    measure_references,
    train_reference_model,
)
from tests.lake_map.small_lakes import write_shop

SETTINGS = Settings(model="hashing", jobs=1)


def tables(seed: int) -> list[SourceData]:
    rng = np.random.default_rng(seed)
    made = []
    for name in ("cities", "rivers", "events"):
        codes = rng.integers(0, 8, 90)
        columns = {
            "code": [f"{name[0].upper()}{number:03d}" for number in range(90)],
            "region": [f"{name} region {code}" for code in codes.tolist()],
            "chief": [f"chief {code}" for code in codes.tolist()],
            "visitors": rng.integers(0, 50, 90),
        }
        made.append(SourceData(name, pa.table(columns)))
    return made


def test_references_are_learned_from_made_databases(tmp_path: Path) -> None:
    lakes = {f"lake{seed}": tables(seed) for seed in range(8)}
    found = list(label_databases(lakes, 0, SETTINGS, together=True))
    labels = np.concatenate([one.labels for _, one in found])
    assert (labels == REFERS).sum() > 10 and (labels == STRANGERS).sum() > 10
    model, figures = train_reference_model([[one for _, one in found[fold::2]] for fold in range(2)])
    assert set(figures) == {"precision", "recall", "f1"}
    model.save(tmp_path / "model.safetensors", {})
    again = ReferenceModel.open(tmp_path / "model.safetensors")
    assert np.array_equal(again.log_odds(found[0][1].features), model.log_odds(found[0][1].features))


def test_of_declared_keys_only_the_columns_that_refer_are_known(tmp_path: Path) -> None:
    write_shop(tmp_path / "tables")
    (tmp_path / "keys.csv").write_text(
        "child_table,child_column,parent_table,parent_column\norders.csv,customer_id,customers.csv,id\n"
    )
    found = label_declared(tmp_path, SETTINGS)
    assert found is not None and found.references == 1
    assert len(set(found.pairs.children.tolist())) == 1
    assert (found.labels == REFERS).sum() == 1
    assert label_declared(tmp_path / "tables", SETTINGS) is None


def test_what_is_unique_in_a_few_rows_is_labelled_by_all(tmp_path: Path) -> None:
    lakes = {f"lake{seed}": to_sources(tables(seed)) for seed in range(4)}
    found = label_sets(lakes, SETTINGS)
    assert sum(one.are_keys.sum() for one in found.values()) >= 4 * 3, "each table's code is a key"
    model, figures = train_key_model(list(found.values()))
    assert set(figures) == {"precision", "recall"}
    model.save(tmp_path / "model.safetensors", {})
    features = found["lake0"].features
    assert np.array_equal(
        KeyModel.open(tmp_path / "model.safetensors").probabilities(features), model.probabilities(features)
    )


def test_databases_whose_references_are_not_counted_are_not_measured() -> None:
    shares = np.ones(2)
    pairs = ReferencePairs(np.array([0, 1]), np.array([2, 2]), *(shares,) * 5, shares > 0)
    features = np.zeros((2, len(ReferenceModel.FEATURES)))
    counted = LabelledReferences(pairs, features, np.array([REFERS, STRANGERS], np.int8), 4)
    model = replace(ReferenceModel.open(REFERENCES), slope=0.0, offset=1.0)  # takes every pair
    figures = measure_references([(counted, model), (counted.take(np.array([0, 1]), 0), model)])
    assert figures == {"precision": 0.5, "recall": 0.25, "f1": pytest.approx(1 / 3)}
