"""What it takes to train low-rank adapters (Hu et al., LoRA, ICLR 2022) of a BERT model, whatever they are to learn."""

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
    """Put adapters of a rank, as precise as the model, to the BERT model in a folder.

    Raises MissingExtra without peft.
    """
    try:
        from peft import LoraConfig, get_peft_model
    except ImportError as error:
        raise MissingExtra("peft", "train") from error
    from transformers import AutoModel

    config = LoraConfig(r=rank, lora_alpha=alpha, target_modules=list(_ADAPTED), lora_dropout=0.0)
    with quiet_transformers():
        # Written-out attention: the fused one takes half the time of a step for its way back on a CPU.
        base = AutoModel.from_pretrained(
            str(folder), local_files_only=True, add_pooling_layer=False, dtype=precision, attn_implementation="eager"
        )
        return get_peft_model(base, config, autocast_adapter_dtype=False)


def trainable(model: Any) -> dict[str, Tensor]:
    """Return the weights that are trained, by their names in the adapted model."""
    return {name: weight for name, weight in model.named_parameters() if weight.requires_grad}


def by_plain_name(weights: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Name weights as files of adapters do."""
    return {name.removeprefix("base_model.model.").replace(".default", ""): one for name, one in weights.items()}


def warmed_up(optimiser: Optimizer, steps: int, warm_up: float) -> LambdaLR:
    """Let the learning rate rise over a share of the steps, and then fall to nothing."""
    from torch.optim.lr_scheduler import LambdaLR

    warm = max(1, int(warm_up * steps))
    return LambdaLR(optimiser, lambda step: min((step + 1) / warm, (steps - step) / max(steps - warm, 1)))
