"""Objectives that an encoder may be tuned by, beside the plain contrastive one."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import normalize

from lakeindex.training.fit.contrastive import Objective, TextBatch, TuningOptions, contrastive_loss, last_layer

LAYERS = (2, 3, 4, 6)
DIMENSIONS = (64, 128, 256, 384)
_MOMENTUM = 0.7
_WEIGHT_OF_MEMORY = 1.0
_WEIGHT_OF_MIXED = 0.5


def matryoshka(layers: Sequence[Tensor], batch: TextBatch, options: TuningOptions) -> Tensor:
    """Ask the same of fewer layers and of fewer dimensions (2D Matryoshka, Li et al., 2024; Starbucks, 2024)."""
    losses = [contrastive_loss(layers[layer - 1], batch, options.temperature) for layer in LAYERS]
    losses += [contrastive_loss(layers[-1][:, :size], batch, options.temperature) for size in DIMENSIONS[:-1]]
    return torch.stack(losses).mean()


def mixed(layers: Sequence[Tensor], batch: TextBatch, options: TuningOptions) -> Tensor:
    """Also find both sides of a mixture of two texts' vectors, by their shares (Metrix, Venkataramanan, 2022)."""
    left, right = normalize(layers[-1], dim=1).chunk(2)
    generator = torch.Generator().manual_seed(int(batch.left_lineages.sum()) % 2**31)
    order = torch.randperm(len(left), generator=generator)
    share = torch.distributions.Beta(2.0, 2.0).sample()
    mixture = normalize(share * right + (1 - share) * right[order], dim=1)
    places = torch.arange(len(left))
    related = torch.from_numpy(np.equal(batch.left_lineages[:, None], batch.right_lineages[None, :]))
    wanted = torch.eye(len(left), dtype=torch.bool)
    other = wanted[order]
    logits = (mixture @ left.T / options.temperature).masked_fill(
        (related.T | related.T[order]) & ~(wanted | other), -torch.inf
    )
    log_shares = torch.log_softmax(logits, dim=1)
    join = torch.from_numpy(batch.join)
    kept = join & join[order]
    loss = -(share * log_shares[places, places] + (1 - share) * log_shares[places, order])[kept].mean()
    return last_layer(layers, batch, options) + _WEIGHT_OF_MIXED * loss


def early_learning() -> Objective:
    """Hold on to what was learned of a column early: wrong pairs are not learned by heart (Liu et al., 2020)."""
    memory: dict[int, float] = {}

    def objective(layers: Sequence[Tensor], batch: TextBatch, options: TuningOptions) -> Tensor:
        left, right = normalize(layers[-1], dim=1).chunk(2)
        related = torch.from_numpy(np.equal(batch.left_lineages[:, None], batch.right_lineages[None, :]))
        own = torch.eye(len(left), dtype=torch.bool)
        logits = (left @ right.T / options.temperature).masked_fill(related & ~own, -torch.inf)
        certain = torch.softmax(logits, dim=1).diagonal()
        averages = []
        for lineage, now in zip(batch.left_lineages.tolist(), certain.detach().tolist(), strict=True):
            memory[lineage] = _MOMENTUM * memory.get(lineage, now) + (1 - _MOMENTUM) * now
            averages.append(memory[lineage])
        kept = torch.log1p(-0.999 * certain * torch.tensor(averages))[torch.from_numpy(batch.join)]
        return last_layer(layers, batch, options) + _WEIGHT_OF_MEMORY * kept.mean()

    return objective
