"""Steps of tuning lower the loss, and are the same for the same seed."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from transformers import BertConfig, BertModel

from lakeindex.encode.cross_encoder import head_scores
from lakeindex.training.cross_encoder import CANDIDATES, QUERIES, batches_of
from lakeindex.training.fit.cross_encoder_lora import PairBatch, PairTuningOptions, new_head, pair_loss, tune_pairs
from lakeindex.training.ranked_pairs import ScoredLake
from lakeindex.types.column_tokens import ColumnTokens
from lakeindex.types.columns import ColumnFacts, CrossInput

OPTIONS = PairTuningOptions(steps=4, rank=2, alpha=4, learning_rate=1e-2)
JOINS = np.array([[True, False, False], [False, True, False]])


@pytest.fixture(autouse=True, scope="module")
def _one_thread() -> Iterator[None]:
    """Tune on one thread: on a busy machine, several wait for each other at every small product."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write a tiny model with random weights."""
    torch.manual_seed(0)
    written = tmp_path_factory.mktemp("model")
    sizes = BertConfig(vocab_size=100, hidden_size=16, num_hidden_layers=2, num_attention_heads=2, intermediate_size=32)
    BertModel(sizes, add_pooling_layer=False).save_pretrained(written)
    return written


def batch() -> PairBatch:
    ids = np.random.default_rng(0).integers(5, 100, (6, 10))
    ids[:, 5:] = np.where(JOINS.reshape(6, 1), ids[:, :5], ids[:, 5:])
    return PairBatch(ids, np.broadcast_to(np.arange(10) >= 5, ids.shape).copy(), np.ones(ids.shape, bool), JOINS)


def lake() -> ScoredLake:
    """Make a lake of 2 queries with 20 candidates each, and one whose candidates all join; a column has one token."""
    columns = 50
    tokens = np.stack([np.arange(columns) + 3_000, np.zeros(columns, np.int64)], axis=1).ravel().astype(np.uint16)
    none, numbers = np.zeros(columns), np.zeros(columns, np.int64)
    facts = ColumnFacts(
        kinds=numbers.astype(np.int8),
        rows=numbers, nulls=numbers, distinct=numbers, is_key=none > 0, is_serial=none > 0, lows=none, highs=none,
        lengths=np.zeros((columns, 2), np.uint8),
        patterns=np.zeros((columns, 2), np.uint8),
    )  # fmt: skip
    left = np.repeat([0, 1, 2], [20, 20, 3])
    right = np.concatenate([np.arange(10, 30), np.arange(20, 40), np.arange(3)])
    joins = np.isin(right, [12, 25]) | (left == 2)
    return ScoredLake(
        CrossInput(ColumnTokens(tokens, np.arange(columns + 1) * 2), facts), left, right, np.linspace(1, 0, 43), joins
    )


def test_tuning_gives_adapters_and_a_head_the_same_for_the_same_seed(folder: Path) -> None:
    pytest.importorskip("peft", reason="peft is not installed")

    def tuned(steps: int) -> dict[str, torch.Tensor]:
        return tune_pairs(folder, itertools.repeat(batch()), replace(OPTIONS, steps=steps), head_scores, lambda _: None)

    one, other = tuned(4), tuned(4)
    assert one["encoder.layer.0.attention.self.query.lora_A.weight"].shape == (2, 16)
    assert {name for name in one if "lora_" not in name} == {
        f"head.{name}" for name in ("hidden.weight", "hidden.bias", "out.weight", "out.bias")
    }
    assert len(one) == 2 * 4 * 2 + 4
    assert all(torch.equal(one[name], other[name]) for name in one)
    assert any(one[name].abs().max() > 0 for name in one if "lora_B" in name)


def test_tuning_lowers_the_loss(folder: Path) -> None:
    pytest.importorskip("peft", reason="peft is not installed")
    lines: list[str] = []
    tune_pairs(folder, itertools.repeat(batch()), replace(OPTIONS, steps=75), head_scores, lines.append)
    losses = [float(line.split("loss ")[1].split(",")[0]) for line in lines]
    assert len(losses) == 3
    assert losses[2] < losses[1] < losses[0]


def test_the_loss_is_least_where_joins_have_high_scores_and_come_first() -> None:
    joins = torch.from_numpy(JOINS)
    right, wrong = joins.flatten() * 40.0 - 20, 20 - joins.flatten() * 40.0
    assert float(pair_loss(right, joins, 0.5)) < 1e-6
    assert float(pair_loss(wrong, joins, 0.5)) == pytest.approx(20 + 0.5 * (40 + np.log(2)), abs=1e-3)
    # The order within a query counts beside the scores themselves.
    level = torch.zeros(6)
    assert float(pair_loss(level, joins, 0.5) - pair_loss(level, joins, 0.0)) == pytest.approx(
        0.5 * np.log(3), abs=1e-5
    )


def test_a_new_head_scores_the_cosine_of_both_sides() -> None:
    states = torch.zeros(2, 4, 384)
    states[:, :2, 0] = states[0, 2:, 0] = states[1, 2:, 1] = 1.0
    second, mask = torch.tensor([[False, False, True, True]] * 2), torch.ones(2, 4, dtype=torch.bool)
    near, far = head_scores(states, second, mask, new_head(384)).tolist()
    assert (near, far) == pytest.approx((1.0, -4.0), abs=1e-3)


def test_a_batch_holds_one_join_and_hard_negatives_for_each_query() -> None:
    made = next(batches_of([lake()], seed=0))
    assert made.joins.shape == (QUERIES, CANDIDATES)
    assert made.joins.sum(axis=1).tolist() == [1] * QUERIES
    assert made.ids.shape[0] == QUERIES * CANDIDATES
    # Each column has a token of its own, so that the sides of a pair can be recognised; queries are 0 and 1.
    names = [
        set(row[there].tolist()) & set(range(3_000, 3_050)) for row, there in zip(made.ids, made.is_token, strict=True)
    ]
    assert all(len(names[pair] & {3_000, 3_001}) == 1 for pair in range(len(names)))


def test_batches_are_the_same_for_the_same_seed() -> None:
    one, same, other = (next(batches_of([lake()], seed)).ids for seed in (1, 1, 2))
    assert np.array_equal(one, same)
    assert one.shape != other.shape or not np.array_equal(one, other)
