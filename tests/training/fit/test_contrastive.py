"""Tuning is the same for the same seed, and the contrastive loss is least where partners are nearest."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
import torch

from lakeindex.config.model_options import BASE_MODEL, ModelOptions
from lakeindex.encode.model_folder import model_folder
from lakeindex.training.fit.contrastive import TextBatch, TuningOptions, contrastive_loss, tune

FOLDER = model_folder(ModelOptions(model=BASE_MODEL))
BATCH = TextBatch(
    left=["country: France, Spain", "colour: red, blue", "gene: BRCA1, TP53", "stock: AAPL, MSFT"],
    right=["iso: FR, ES", "farbe: rot, blau", "symbol: EGFR, MYC", "ticker: IBM, ORCL"],
    join=np.array([True, True, True, False]),
    left_lineages=np.arange(4),
    right_lineages=np.array([0, 1, 2, 9]),
)
OPTIONS = TuningOptions(steps=3, rank=2, alpha=4, learning_rate=2e-3)


def test_tuning_gives_adapters_of_the_attention_the_same_for_the_same_seed() -> None:
    pytest.importorskip("peft", reason="peft is not installed")
    losses: list[str] = []
    one = tune(FOLDER, itertools.repeat(BATCH), OPTIONS, losses.append)
    other = tune(FOLDER, itertools.repeat(BATCH), OPTIONS, losses.append)
    assert len(one) == 6 * 4 * 2
    assert one["encoder.layer.0.attention.self.query.lora_A.weight"].shape == (2, 384)
    assert all(torch.equal(one[name], other[name]) for name in one)
    assert any(one[name].abs().max() > 0 for name in one if "lora_B" in name)


def test_the_loss_is_least_where_partners_are_nearest() -> None:
    left = torch.eye(4)
    near, far = torch.cat([left, left]), torch.cat([left, left.roll(1, 0)])
    assert float(contrastive_loss(near, BATCH, 0.05)) < 1e-6
    assert float(contrastive_loss(far, BATCH, 0.05)) > 10


def test_texts_of_one_lineage_are_not_negatives_of_each_other() -> None:
    equal = torch.ones(4, 3)
    related = TextBatch(["a", "b"], ["c", "d"], np.ones(2, bool), np.array([0, 0]), np.array([0, 0]))
    apart = TextBatch(["a", "b"], ["c", "d"], np.ones(2, bool), np.array([0, 1]), np.array([0, 1]))
    assert float(contrastive_loss(equal, related, 0.05)) == pytest.approx(0.0, abs=1e-6)
    # Three texts are equally near, and one of them is the partner.
    assert float(contrastive_loss(equal, apart, 0.05)) == pytest.approx(np.log(3), abs=1e-5)
