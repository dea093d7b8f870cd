"""No model runs code: its weights are safetensors, and it brings no modules of its own."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from lakeindex.config.model_options import ModelOptions
from lakeindex.encode.language_model import LanguageModelEncoder
from lakeindex.encode.model_folder import require_plain_weights
from lakeindex.encode.named_models import is_named, remember_model
from lakeindex.errors import LakeIndexError


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "model").mkdir()
    (tmp_path / "model/config.json").write_text("{}")
    return tmp_path / "model"


@pytest.mark.parametrize("name", ["pytorch_model.bin", "2_Dense/pytorch_model.bin", "weights.pt", "model.pkl"])
def test_pickled_weights_are_refused_before_they_are_opened(folder: Path, name: str) -> None:
    (folder / name).parent.mkdir(exist_ok=True)
    (folder / name).write_bytes(b"cos\nsystem\n(S'false'\ntR.")
    (folder / ("model.safetensors" if "/" in name else "README.md")).touch()
    with pytest.raises(LakeIndexError, match="as pickle, which can run any code"):
        LanguageModelEncoder(ModelOptions(str(folder)))


def test_what_lies_beside_safetensors_is_not_loaded_and_not_refused(folder: Path) -> None:
    for name in ("model.safetensors", "training_args.bin", "optimizer.pt"):
        (folder / name).touch()
    require_plain_weights(folder)


@pytest.mark.parametrize("kind", ["custom_st.Transformer", "os.system", "sentence_transformersx.models.Pooling"])
def test_a_model_with_code_of_its_own_is_refused(folder: Path, kind: str) -> None:
    (folder / "modules.json").write_text(json.dumps([{"idx": 0, "name": "0", "path": "", "type": kind}]))
    with pytest.raises(LakeIndexError, match="wants code of its own"):
        LanguageModelEncoder(ModelOptions(str(folder)))


def test_only_a_model_that_was_named_is_known(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    assert [is_named(name) for name in ("default", "hashing", str(folder), "org/model")] == [True, True, False, False]
    monkeypatch.chdir(tmp_path)
    remember_model("model")
    assert is_named(str(folder))
    (tmp_path / "elsewhere/model").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "elsewhere")
    assert not is_named("model")
