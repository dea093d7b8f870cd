"""Fine-tune a text encoder with low-rank adapters so that columns that join lie near each other.

The loss is that of DeepJoin (Dong et al., VLDB 2023, section 3.3): each text of a batch has to find its partner among
the texts of the other side. Texts known to have the same lineage are not negatives of each other.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from lakeindex.arrays.aliases import Integers
from lakeindex.encode.quiet_transformers import quiet_transformers
from lakeindex.training.fit.lora import adapted, by_plain_name, trainable, warmed_up

if TYPE_CHECKING:
    from torch import Tensor

Log = Callable[[str], None]
Objective = Callable[["Sequence[Tensor]", "TextBatch", "TuningOptions"], "Tensor"]
"""The loss of the vectors of every layer, in order, (2n, d) each, the left sides first."""


@dataclass(frozen=True, slots=True)
class TextBatch:
    """The texts of both sides of pairs."""

    left: Sequence[str]
    right: Sequence[str]
    join: npt.NDArray[np.bool_]
    """(n,) Whether the sides of a pair join; those that don't are only negatives of others."""
    left_lineages: Integers
    right_lineages: Integers
    """(n,) Texts of the same lineage join, whatever their pair."""


@dataclass(frozen=True, slots=True)
class TuningOptions:
    """Settings of tuning an encoder."""

    steps: int = 2_000
    rank: int = 16
    alpha: int = 32
    learning_rate: float = 5e-4
    warm_up: float = 0.1
    """The share of the steps in which the learning rate rises; then it falls to 0."""
    temperature: float = 0.05
    max_tokens: int = 32
    seed: int = 0


def last_layer(layers: Sequence[Tensor], batch: TextBatch, options: TuningOptions) -> Tensor:
    """Return the contrastive loss of the last layer: the objective of the encoder that ships."""
    return contrastive_loss(layers[-1], batch, options.temperature)


def tune(
    folder: Path,
    batches: Iterator[TextBatch],
    options: TuningOptions,
    log: Log,
    objective: Objective = last_layer,
) -> dict[str, Any]:
    """Return the adapters, float32 tensors by name, of the BERT encoder in the folder.

    Raises MissingExtra without peft.
    """
    import torch
    from transformers import AutoTokenizer

    torch.manual_seed(options.seed)
    with quiet_transformers():
        tokenizer = AutoTokenizer.from_pretrained(str(folder), local_files_only=True)
    model = adapted(folder, options.rank, options.alpha, torch.bfloat16)
    adapters = trainable(model)
    # Steps are smaller than the resolution of bfloat16, so they are summed in float32.
    exact = {name: weight.detach().float().clone() for name, weight in adapters.items()}
    optimiser = torch.optim.AdamW(list(exact.values()), lr=options.learning_rate, weight_decay=0.01)
    schedule = warmed_up(optimiser, options.steps, options.warm_up)
    started, shown = time.perf_counter(), 0.0
    for step in range(options.steps):
        batch = next(batches)
        tokens = tokenizer(
            [*batch.left, *batch.right],
            padding=True, truncation=True, max_length=options.max_tokens, return_tensors="pt",
        )  # fmt: skip
        mask = tokens["attention_mask"][:, :, None].float()
        states = model(**tokens, output_hidden_states=True).hidden_states[1:]
        pooled = [(layer.float() * mask).sum(1) / mask.sum(1) for layer in states]
        loss = objective(pooled, batch, options)
        loss.backward()  # type: ignore[no-untyped-call]
        with torch.no_grad():
            for name, weight in adapters.items():
                assert weight.grad is not None
                exact[name].grad, weight.grad = weight.grad.float(), None
            torch.nn.utils.clip_grad_norm_(list(exact.values()), 1.0)
            optimiser.step()
            schedule.step()
            for name, weight in adapters.items():
                weight.copy_(exact[name])
        shown = 0.98 * shown + 0.02 * loss.item() if step else loss.item()
        if step % 50 == 49:
            log(f"step {step + 1}: loss {shown:.3f}, {time.perf_counter() - started:.0f} s")
    return by_plain_name(exact)


def contrastive_loss(vectors: Tensor, batch: TextBatch, temperature: float) -> Tensor:
    """Return the mean cross-entropy of finding each text's partner among all other texts of the batch.

    `vectors` (2n, d) are those of the left sides, followed by those of the right sides.
    """
    import torch
    from torch.nn.functional import cross_entropy, normalize

    left, right = normalize(vectors, dim=1).chunk(2)
    join, places = torch.from_numpy(batch.join), torch.arange(len(left))
    partners = torch.eye(len(left), dtype=torch.bool) & join[:, None]
    related = torch.from_numpy(_equal(batch.left_lineages, batch.right_lineages)) & ~partners
    across = (left @ right.T / temperature).masked_fill(related, -torch.inf)
    losses = []
    for logits, own, lineages in ((across, left, batch.left_lineages), (across.T, right, batch.right_lineages)):
        beside = (own @ own.T / temperature).masked_fill(torch.from_numpy(_equal(lineages, lineages)), -torch.inf)
        losses.append(cross_entropy(torch.cat([logits, beside], dim=1)[join], places[join]))
    return (losses[0] + losses[1]) / 2


def _equal(left: Integers, right: Integers) -> npt.NDArray[np.bool_]:
    return np.equal(left[:, None], right[None, :])
