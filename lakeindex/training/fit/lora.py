"""Low-rank adapters (Hu et al., LoRA, ICLR 2022) of a BERT model, for any training objective."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lakeindex.encode.quiet_transformers import quiet_transformers
from lakeindex.errors import MissingExtra

if TYPE_CHECKING:
    from torch import Tensor, dtype
    from torch.optim import Optimizer
    from torch.optim.lr_scheduler import LambdaLR

_ADAPTED = ("query", "key", "value", "attention.output.dense")


def adapted(folder: Path, rank: int, alpha: int, precision: dtype) -> Any:
    """Load the BERT model in a folder, and add low-rank adapters of the same precision.

    Raises MissingExtra without peft.
    """
    try:
        from peft import LoraConfig, get_peft_model
    except ImportError as error:
        raise MissingExtra("peft", "train") from error
    from transformers import AutoModel

    config = LoraConfig(r=rank, lora_alpha=alpha, target_modules=list(_ADAPTED), lora_dropout=0.0)
    with quiet_transformers():
        # Eager attention: on a CPU, the backward pass of the fused one takes half of the time of a step.
        base = AutoModel.from_pretrained(
            str(folder), local_files_only=True, add_pooling_layer=False, dtype=precision, attn_implementation="eager"
        )
        return get_peft_model(base, config, autocast_adapter_dtype=False)


def trainable(model: Any) -> dict[str, Tensor]:
    """Return the trainable weights, by their names in the adapted model."""
    return {name: weight for name, weight in model.named_parameters() if weight.requires_grad}


def by_plain_name(weights: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Rename weights as they are named in files of adapters."""
    return {name.removeprefix("base_model.model.").replace(".default", ""): one for name, one in weights.items()}


def warmed_up(optimiser: Optimizer, steps: int, warm_up: float) -> LambdaLR:
    """Let the learning rate rise over a share of the steps, and then fall to 0."""
    from torch.optim.lr_scheduler import LambdaLR

    warm = max(1, int(warm_up * steps))
    return LambdaLR(optimiser, lambda step: min((step + 1) / warm, (steps - step) / max(steps - warm, 1)))
