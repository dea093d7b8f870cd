"""Low-rank adapters: small weights that turn a language model into a column encoder (LoRA, Hu et al., ICLR 2022)."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from lakeindex.errors import LakeIndexError

if TYPE_CHECKING:
    from torch import Tensor

SCALE = "scale"
"""The key, in the file's metadata, of the factor of the product of a pair of adapters."""

_DOWN, _UP = ".lora_A.weight", ".lora_B.weight"


def merge(weights: dict[str, Tensor], adapters: Path) -> None:
    """Add the scaled product of each pair of adapters to its weight, so that the model runs as fast as without them.

    Raises LakeIndexError where they are of another model.
    """
    from safetensors import safe_open

    with safe_open(adapters, "pt") as file:
        scale = float(file.metadata()[SCALE])
        for down in (name for name in file.keys() if name.endswith(_DOWN)):  # noqa: SIM118 (not a mapping)
            layer = down.removesuffix(_DOWN)
            product = file.get_tensor(layer + _UP).float() @ file.get_tensor(down).float()
            weight = weights.get(f"{layer}.weight")
            if weight is None or weight.shape != product.shape:
                raise LakeIndexError(f"the adapters in {adapters} are of another model: it has no such {layer}")
            weight += scale * product.to(weight.device)
