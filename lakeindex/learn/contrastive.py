"""Fine-tune a text encoder so that columns that join lie near one another, by low-rank adapters.

The loss is that of DeepJoin (Dong et al., VLDB 2023, section 3.3): each text of a batch has to find its partner among
the texts of the other side. Texts known to be of the same origin are no negatives of one another.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from lakeindex.errors import MissingExtra

if TYPE_CHECKING:
    from torch import Tensor

_ADAPTED = ("query", "key", "value", "attention.output.dense")

Numbers = npt.NDArray[np.int64]
Log = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class TextBatch:
    """Texts of the two sides of pairs."""

    left: Sequence[str]
    right: Sequence[str]
    join: npt.NDArray[np.bool_]
    """(n,) whether a pair's sides join; those that don't stand only in the way of others."""
    left_origins: Numbers
    right_origins: Numbers
    """(n,) texts of one origin join, whatever their pair."""


@dataclass(frozen=True, slots=True)
class TuningOptions:
    """How an encoder is tuned."""

    steps: int = 2_000
    rank: int = 16
    alpha: int = 32
    learning_rate: float = 5e-4
    warm_up: float = 0.1
    """The share of the steps in which the learning rate rises; then it falls to nothing."""
    temperature: float = 0.05
    max_tokens: int = 32
    layers: tuple[int, ...] = ()
    """Also read the vectors after so many layers (2D Matryoshka, Li et al., 2024); none for the last alone."""
    dims: tuple[int, ...] = ()
    """Also compare the first so many numbers of a vector alone (Matryoshka, Kusupati et al., NeurIPS 2022)."""
    mix_up: float = 0.0
    """The weight of the loss on mixed negatives (Metrix, Venkataramanan et al., ICLR 2022)."""
    target: float = 0.0
    """The weight of early-learning regularisation (Liu et al., NeurIPS 2020): keep to what was predicted before."""
    seed: int = 0


def tune(folder: Path, batches: Iterator[TextBatch], options: TuningOptions, log: Log) -> dict[str, Any]:
    """Return the adapters, float32 tensors by name, of the BERT encoder in the folder.

    Raises MissingExtra without peft.
    """
    try:
        from peft import LoraConfig, get_peft_model
    except ImportError as error:
        raise MissingExtra("peft", "train") from error
    import torch
    from transformers import AutoModel, AutoTokenizer

    torch.manual_seed(options.seed)
    tokenizer = AutoTokenizer.from_pretrained(str(folder), local_files_only=True)
    # Written-out attention: the fused one takes half the time of a step for its way back on a CPU.
    base = AutoModel.from_pretrained(
        str(folder), local_files_only=True, add_pooling_layer=False, dtype=torch.bfloat16, attn_implementation="eager"
    )
    config = LoraConfig(r=options.rank, lora_alpha=options.alpha, target_modules=list(_ADAPTED), lora_dropout=0.0)
    model: Any = get_peft_model(base, config, autocast_adapter_dtype=False)
    adapters = {name: weight for name, weight in model.named_parameters() if weight.requires_grad}
    # Steps are smaller than what bfloat16 tells apart: they add up in float32.
    exact = {name: weight.detach().float().clone() for name, weight in adapters.items()}
    optimiser = torch.optim.AdamW(list(exact.values()), lr=options.learning_rate, weight_decay=0.01)
    warm = max(1, int(options.warm_up * options.steps))
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimiser, lambda step: min((step + 1) / warm, (options.steps - step) / max(options.steps - warm, 1))
    )
    loss_of = _Loss(options)
    started, shown = time.perf_counter(), 0.0
    for step in range(options.steps):
        batch = next(batches)
        read = tokenizer(
            [*batch.left, *batch.right],
            padding=True, truncation=True, max_length=options.max_tokens, return_tensors="pt",
        )  # fmt: skip
        found = model(**read, output_hidden_states=True).hidden_states
        mask = read["attention_mask"][:, :, None].float()
        depths = [found[layer] for layer in (*options.layers, -1)]
        loss = loss_of([(state.float() * mask).sum(1) / mask.sum(1) for state in depths], batch)
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
    return {name.removeprefix("base_model.model.").replace(".default", ""): weight for name, weight in exact.items()}


class _Loss:
    """The contrastive loss, of every depth and width asked for."""

    def __init__(self, options: TuningOptions) -> None:
        self._options = options

    def __call__(self, vectors: Sequence[Tensor], batch: TextBatch) -> Tensor:
        import torch

        join = torch.from_numpy(batch.join)
        same = torch.from_numpy(_equal(batch.left_origins, batch.right_origins))
        same_side = (
            torch.from_numpy(_equal(batch.left_origins, batch.left_origins)),
            torch.from_numpy(_equal(batch.right_origins, batch.right_origins)),
        )
        widths = (*self._options.dims, vectors[-1].shape[1])
        losses = [self._at(depth[:, :width], join, same, same_side) for depth in vectors for width in widths]
        return torch.stack(losses).mean()

    def _at(self, vectors: Tensor, join: Tensor, same: Tensor, same_side: tuple[Tensor, Tensor]) -> Tensor:
        import torch
        from torch.nn.functional import cross_entropy, normalize

        unit = normalize(vectors, dim=1)
        left, right = unit.chunk(2)
        count = len(left)
        places = torch.arange(count)
        across = left @ right.T / self._options.temperature
        eye = torch.eye(count, dtype=torch.bool)
        masked = across.masked_fill(same & ~(eye & join[:, None]), float("-inf"))
        losses = []
        for logits, own, own_side in ((masked, left, same_side[0]), (masked.T, right, same_side[1])):
            beside = (own @ own.T / self._options.temperature).masked_fill(own_side, float("-inf"))
            both = torch.cat([logits, beside], dim=1)[join]
            losses.append(cross_entropy(both, places[join]))
        return (losses[0] + losses[1]) / 2


def _equal(left: Numbers, right: Numbers) -> npt.NDArray[np.bool_]:
    return np.equal(left[:, None], right[None, :])
