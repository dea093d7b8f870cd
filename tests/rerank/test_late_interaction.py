"""The features of a pair of columns, against loops over their cells."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from lakeindex.encode.column_tokenizer import tokenizer
from lakeindex.errors import IndexDamaged
from lakeindex.match.rerank_fusion import RerankWeights
from lakeindex.models.boosted_trees import Trees
from lakeindex.models.static_embeddings import TokenVectors
from lakeindex.models.weights import LATE_INTERACTION, STATIC
from lakeindex.protocols import Reranker
from lakeindex.rerank.late_interaction import (
    PAIR_FEATURES,
    CellVectors,
    LateInteraction,
    pair_features,
    write_late_interaction,
)
from lakeindex.types.column_tokens import END, ColumnTokens
from lakeindex.types.columns import KINDS, ColumnFacts, CrossInput, Kind

COLUMNS = (
    ("country", "cities", ["germany", "france", "new zealand"], Kind.TEXT),
    ("land", "places", ["germany", "italy"], Kind.TEXT),
    ("price", "orders", ["12", "7", "12.50"], Kind.DECIMAL),
    ("", "", [], Kind.EMPTY),
    ("nation", "", ["deutschland", "france", "new zealand", "peru"], Kind.TEXT),
)


@pytest.fixture(scope="module")
def tokens() -> TokenVectors:
    return TokenVectors.open(STATIC)


@pytest.fixture(scope="module")
def columns() -> CrossInput:
    token_ids: list[int] = []
    starts = [0]
    for name, title, values, _ in COLUMNS:
        for unit in (name, title, *values):
            token_ids += [*tokenizer().encode(unit, add_special_tokens=False).ids, END]
        starts.append(len(token_ids))
    size = len(COLUMNS)
    distinct = np.array([len(values) for _, _, values, _ in COLUMNS])
    facts = ColumnFacts(
        kinds=np.array([KINDS.index(kind) for *_, kind in COLUMNS], np.int8),
        rows=np.full(size, 10),
        nulls=np.zeros(size, np.int64),
        distinct=distinct,
        is_key=np.zeros(size, bool),
        is_serial=np.zeros(size, bool),
        lows=np.array([np.nan, np.nan, 7.0, np.nan, np.nan]),
        highs=np.array([np.nan, np.nan, 12.5, np.nan, np.nan]),
        lengths=np.full((size, 2), 127, np.uint8),
        patterns=np.full((size, 2), 127, np.uint8),
    )
    return CrossInput(ColumnTokens(np.array(token_ids, np.uint16), np.array(starts)), facts)


def vector(tokens: TokenVectors, text: str) -> np.ndarray:
    ids = tokenizer().encode(text, add_special_tokens=False).ids
    total = sum((tokens.tokens[one].astype(float) * tokens.scales[one] for one in ids), np.zeros(tokens.dimension))
    length = np.linalg.norm(total)
    return total / length if length else total


def cosine(one: np.ndarray, other: np.ndarray) -> float:
    lengths = np.linalg.norm(one) * np.linalg.norm(other)
    return float(one @ other / lengths) if lengths else 0.0


@pytest.mark.parametrize("left", range(len(COLUMNS)))
@pytest.mark.parametrize("right", range(len(COLUMNS)))
def test_what_is_seen_is_what_loops_over_the_cells_see(
    tokens: TokenVectors, columns: CrossInput, left: int, right: int
) -> None:
    cells = CellVectors.of(columns, tokens)
    measured = dict(
        zip(PAIR_FEATURES, pair_features(cells, cells, np.array([left]), np.array([right]))[0], strict=True)
    )
    (name, title, ours, kind), (name_there, _, theirs, kind_there) = COLUMNS[left], COLUMNS[right]
    here, there = [vector(tokens, one) for one in ours], [vector(tokens, one) for one in theirs]
    expected = {"kinds": float(kind is kind_there), "lengths": 1.0, "patterns": 1.0}
    found = [max(0.0, *(cosine(one, other) for other in there)) for one in here] if here and there else []
    in_turn = [max(0.0, *(cosine(one, other) for one in here)) for other in there] if here and there else []
    expected |= {
        "cells found, mean": float(np.mean(found)) if found else -1.0,
        "cells found in turn, mean": float(np.mean(in_turn)) if found else -1.0,
        "cells found": float(np.mean(np.array(found) > 0.99)) if found else -1.0,
        "cells found in turn nearly": float(np.mean(np.array(in_turn) > 0.8)) if found else -1.0,
        "best cell": max(found) if found else -1.0,
        "worst cell in turn": min(in_turn) if found else -1.0,
        "middle cell": float(np.median(found)) if found else -1.0,
        "mean of cells": cosine(sum(here), sum(there)) if found else -1.0,  # type: ignore[arg-type]
        "names": cosine(vector(tokens, name), vector(tokens, name_there)) if name and name_there else -1.0,
        "title in name": cosine(vector(tokens, title), vector(tokens, name_there)) if title and name_there else -1.0,
    }
    for figure, value in expected.items():
        assert measured[figure] == pytest.approx(value, abs=2e-5), figure


def test_the_shipped_weights_are_a_reranker_that_is_small_and_reads_each_pair_alone(columns: CrossInput) -> None:
    model = LateInteraction.open(LATE_INTERACTION, STATIC)
    assert isinstance(model, Reranker)
    assert LATE_INTERACTION.stat().st_size <= 2_000_000
    left, right = (places.ravel() for places in np.meshgrid(np.arange(5), np.arange(5), indexing="ij"))
    together = model.scores(columns, columns, left, right)
    pairs = [(np.array([one]), np.array([other])) for one, other in zip(left.tolist(), right.tolist(), strict=True)]
    first = np.zeros(1, np.int64)
    alone = [model.scores(columns.take(one), columns.take(other), first, first)[0] for one, other in pairs]
    assert together == pytest.approx(alone, abs=1e-9)
    by_pair = together.reshape(5, 5)
    assert by_pair[0, 1] > by_pair[0, 2], "a price reads more like a country than a country does"
    assert not np.allclose(by_pair, by_pair.T), "a join from one side is not one from the other"
    weights = RerankWeights.open(LATE_INTERACTION)
    assert weights.slope > 0 and weights.share > 0


def test_no_likeness_speaks_against_a_join(tokens: TokenVectors) -> None:
    model = LateInteraction.open(LATE_INTERACTION, STATIC)
    rng = np.random.default_rng(0)
    pairs = rng.uniform(-1, 1, (200, len(PAIR_FEATURES)))
    before = model.tree_scores(pairs)
    for likeness in range(20):
        more = pairs.copy()
        more[:, likeness] += rng.uniform(0, 1, 200)
        assert np.all(model.tree_scores(more) >= before - 1e-9), PAIR_FEATURES[likeness]


def test_weights_of_other_figures_or_none_are_refused(tmp_path: Path) -> None:
    places, numbers = np.zeros(1, np.int32), np.zeros(1)
    leaf = Trees(places, places, numbers, places, places, numbers, 1)
    path = tmp_path / "cells.safetensors"
    write_late_interaction(path, leaf, {"seen": "[]"})
    with pytest.raises(IndexDamaged, match="other figures"):
        LateInteraction.open(path, STATIC)
    path.write_bytes(b"nothing")
    with pytest.raises(IndexDamaged, match="install lakeindex again"):
        LateInteraction.open(path, STATIC)
    with pytest.raises(IndexDamaged):
        RerankWeights.open(path)
