"""Tune a transformer into a cross-encoder of pairs of columns, with low-rank adapters and a small head."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from lakeindex.training.fit.lora import adapted, by_plain_name, trainable, warmed_up

if TYPE_CHECKING:
    from torch import Tensor

_HIDDEN = 48
_START_SLOPE, _START_BIAS = 5.0, -4.0

Log = Callable[[str], None]
HeadOf = Callable[["Tensor", "Tensor", "Tensor", "dict[str, Tensor]"], "Tensor"]
"""Maps the states, the mask of the candidate's tokens, the mask of all tokens and the head's weights to scores."""


@dataclass(frozen=True, slots=True, eq=False)
class PairBatch:
    """Pairs of several queries, the same number for each."""

    ids: npt.NDArray[np.int64]
    """(pairs, tokens)."""
    is_candidate: npt.NDArray[np.bool_]
    is_token: npt.NDArray[np.bool_]
    joins: npt.NDArray[np.bool_]
    """(queries, pairs of each)."""


@dataclass(frozen=True, slots=True)
class PairTuningOptions:
    """Settings of tuning a cross-encoder."""

    steps: int = 450
    rank: int = 8
    alpha: int = 16
    learning_rate: float = 5e-4
    warm_up: float = 0.1
    listwise: float = 0.5
    """The weight of the listwise loss, which ranks candidates that join before the others of a query."""
    seed: int = 0


def tune_pairs(
    folder: Path, batches: Iterator[PairBatch], options: PairTuningOptions, head_of: HeadOf, log: Log
) -> dict[str, Any]:
    """Return the adapters and the head, float32 tensors by name, of the BERT encoder in the folder.

    Raises MissingExtra without peft.
    """
    import torch

    torch.manual_seed(options.seed)
    model = adapted(folder, options.rank, options.alpha, torch.float32)
    adapters = trainable(model)
    head = new_head(int(model.config.hidden_size))
    learned: list[Any] = [{"params": list(adapters.values())}]
    learned.append({"params": list(head.values()), "lr": 2 * options.learning_rate})
    optimiser = torch.optim.AdamW(learned, lr=options.learning_rate, weight_decay=0.01)
    schedule = warmed_up(optimiser, options.steps, options.warm_up)
    started, shown = time.perf_counter(), 0.0
    for step in range(options.steps):
        batch = next(batches)
        ids, second, mask = (torch.from_numpy(one) for one in (batch.ids, batch.is_candidate, batch.is_token))
        states = model(input_ids=ids, token_type_ids=second.long(), attention_mask=mask.long()).last_hidden_state
        loss = pair_loss(head_of(states, second, mask, head), torch.from_numpy(batch.joins), options.listwise)
        optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_([*adapters.values(), *head.values()], 1.0)
        optimiser.step()
        schedule.step()
        shown = 0.95 * shown + 0.05 * loss.item() if step else loss.item()
        if step % 25 == 24:
            log(f"step {step + 1}: loss {shown:.3f}, {time.perf_counter() - started:.0f} s")
    named = by_plain_name(adapters) | {f"head.{name}": one for name, one in head.items()}
    return {name: one.detach() for name, one in named.items()}


def pair_loss(scores: Tensor, joins: Tensor, listwise: float) -> Tensor:
    """Return the binary and listwise cross-entropy of scores, (pairs,), given joins, (queries, pairs of each)."""
    from torch import log_softmax
    from torch.nn.functional import binary_cross_entropy_with_logits

    predicted, wanted = scores.view(joins.shape), joins.float()
    pointwise = binary_cross_entropy_with_logits(predicted, wanted)
    ranked = (log_softmax(predicted, dim=1) * wanted).sum(1) / wanted.sum(1).clamp(min=1)
    return pointwise - listwise * ranked.mean()


def new_head(width: int) -> dict[str, Tensor]:
    """Initialise a head so that its scores depend mostly on the cosine of both sides."""
    import torch

    hidden = torch.randn(_HIDDEN, 4 * width) * 0.02
    hidden[0] = 0.0
    hidden[0, 2 * width : 3 * width] = 1.0  # the elementwise products, whose sum is the cosine
    out = torch.zeros(1, _HIDDEN)
    out[0, 0] = _START_SLOPE
    head = {"hidden.weight": hidden, "hidden.bias": torch.zeros(_HIDDEN), "out.weight": out}
    head["out.bias"] = torch.full((1,), _START_BIAS)
    return {name: weight.requires_grad_() for name, weight in head.items()}
