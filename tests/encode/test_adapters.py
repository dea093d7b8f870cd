"""Adapters are added to the weights they were trained for, and only to those."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file

from lakeindex.config.model_options import BASE_MODEL, ModelOptions
from lakeindex.encode.adapters import SCALE, merge
from lakeindex.encode.encoders import fingerprint, make_encoder
from lakeindex.errors import LakeIndexError
from lakeindex.models.weights import ENCODER

LAYER = "encoder.layer.0.attention.self.query"


def adapters(path: Path, layer: str = LAYER, width: int = 4) -> Path:
    down, up = torch.arange(2.0 * width).reshape(2, width), torch.ones(3, 2)
    save_file({f"{layer}.lora_A.weight": down, f"{layer}.lora_B.weight": up}, path, {SCALE: "0.5"})
    return path


def test_the_scaled_product_is_added(tmp_path: Path) -> None:
    weights = {f"{LAYER}.weight": torch.ones(3, 4), "other.weight": torch.ones(1)}
    merge(weights, adapters(tmp_path / "a.safetensors"))
    # Each row of the product is the sum of both rows of the first adapter: 0+4, 1+5, 2+6, 3+7.
    assert weights[f"{LAYER}.weight"].tolist() == [[3.0, 4.0, 5.0, 6.0]] * 3
    assert weights["other.weight"].tolist() == [1.0]


@pytest.mark.parametrize(("layer", "width"), [("encoder.layer.9.attention.self.query", 4), (LAYER, 5)])
def test_adapters_of_another_model_are_refused(tmp_path: Path, layer: str, width: int) -> None:
    with pytest.raises(LakeIndexError, match="of another model"):
        merge({f"{LAYER}.weight": torch.ones(3, 4)}, adapters(tmp_path / "a.safetensors", layer, width))


def test_the_default_is_the_base_model_with_the_shipped_adapters() -> None:
    texts = ["country: France, Spain, Italy", "iso code: FR, ES, IT"]
    default, base = make_encoder(ModelOptions()), make_encoder(ModelOptions(model=BASE_MODEL))
    tuned = make_encoder(ModelOptions(model=BASE_MODEL, adapters=ENCODER))
    assert np.array_equal(default.encode(texts), tuned.encode(texts))
    assert not np.allclose(default.encode(texts), base.encode(texts), atol=1e-3)
    assert default.fingerprint == tuned.fingerprint == fingerprint(ModelOptions())
    assert base.fingerprint == fingerprint(ModelOptions(model=BASE_MODEL)) != default.fingerprint


def test_the_shipped_adapters_are_small_and_plain_numbers() -> None:
    assert ENCODER.stat().st_size <= 2_000_000
    assert all(tensor.isfinite().all() for tensor in load_file(ENCODER).values())
    assert ENCODER.with_suffix(".md").is_file()
