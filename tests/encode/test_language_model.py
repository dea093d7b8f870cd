from __future__ import annotations

import json
import shutil
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
import torch

from lakeindex.config.model_options import BASE_MODEL, Device, ModelOptions, Precision
from lakeindex.encode import precision
from lakeindex.encode.bert_model import BertModel
from lakeindex.encode.language_model import LanguageModelEncoder, load_model
from lakeindex.encode.model_folder import is_plain_bert, model_folder
from lakeindex.encode.precision import dtype_of
from lakeindex.encode.sentence_model import SentenceModel
from lakeindex.errors import InvalidSetting, LakeIndexError

FOLDER = model_folder(ModelOptions(model=BASE_MODEL))


@pytest.fixture(scope="module")
def reference(column_texts: list[str]) -> npt.NDArray[np.float32]:
    """The vectors of 60 texts by plain sentence-transformers, at 64 tokens."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from sentence_transformers import SentenceTransformer

        model = SentenceTransformer(str(FOLDER), device="cpu", local_files_only=True)
    model.max_seq_length = 64
    return np.asarray(model.encode(column_texts[:60], normalize_embeddings=True, show_progress_bar=False))


def test_vectors_are_those_of_sentence_transformers(
    language_model: LanguageModelEncoder, column_texts: list[str], reference: npt.NDArray[np.float32]
) -> None:
    vectors = language_model.encode(column_texts[:60])
    np.testing.assert_allclose(vectors, reference, atol=1e-5)
    assert (vectors * reference).sum(1).min() > 0.99999


def test_the_model_for_any_architecture_gives_the_same_vectors(
    column_texts: list[str], reference: npt.NDArray[np.float32]
) -> None:
    model = SentenceModel(FOLDER, 64, Device.CPU, torch.float32)
    np.testing.assert_allclose(model.vectors(column_texts[:20]), reference[:20], atol=1e-5)
    assert (model.max_tokens, model.dimension) == (64, 384)


def test_only_a_plain_bert_is_run_as_one(tmp_path: Path) -> None:
    assert isinstance(load_model(FOLDER, ModelOptions()), BertModel)
    for file, change in (
        ("config.json", {"model_type": "roberta"}),
        ("config.json", {"hidden_act": "relu"}),
        ("1_Pooling/config.json", {"pooling_mode_cls_token": True, "pooling_mode_mean_tokens": False}),
        ("config_sentence_transformers.json", {"default_prompt_name": "query"}),
    ):
        assert not is_plain_bert(_copy_with(tmp_path / "copy", file, change)), change
    assert is_plain_bert(_copy_with(tmp_path / "copy", "config.json", {"transformers_version": "9"}))


def test_bfloat16_exchanges_only_columns_that_are_nearly_tied(column_texts: list[str]) -> None:
    # Half as many texts and tokens: processors without bfloat16 take a tenth of a second a text.
    texts = column_texts[:150]
    exact, quick = (
        LanguageModelEncoder(ModelOptions(max_tokens=32, precision=chosen)).encode(texts)
        for chosen in (Precision.FLOAT32, Precision.BFLOAT16)
    )
    assert (exact * quick).sum(1).min() > 0.9999
    assert _agreement(exact, quick) >= 0.99
    assert _largest_loss(exact, quick) < 0.002


def test_the_fingerprint_names_the_tokens_but_neither_the_precision_nor_the_path(
    language_model: LanguageModelEncoder, tmp_path: Path
) -> None:
    copy = _copy_with(tmp_path / "copy", "config.json", {"transformers_version": "9"})
    assert LanguageModelEncoder(ModelOptions(str(copy), max_tokens=64)).fingerprint == language_model.fingerprint
    rounded = ModelOptions(BASE_MODEL, max_tokens=64, precision=Precision.BFLOAT16)
    assert LanguageModelEncoder(rounded).fingerprint == language_model.fingerprint
    assert LanguageModelEncoder(ModelOptions(BASE_MODEL, max_tokens=32)).fingerprint != language_model.fingerprint
    # The model reads 256 tokens at most, so a higher limit changes nothing.
    assert (
        LanguageModelEncoder(ModelOptions(max_tokens=999)).fingerprint
        == LanguageModelEncoder(ModelOptions(max_tokens=256)).fingerprint
    )


def test_other_weights_have_another_fingerprint(language_model: LanguageModelEncoder, tmp_path: Path) -> None:
    from safetensors.torch import load_file, save_file

    copy = _copy_with(tmp_path / "copy", "config.json", {})
    weights = load_file(copy / "model.safetensors")
    weights["embeddings.LayerNorm.bias"] += 0.01
    save_file(weights, copy / "model.safetensors")
    assert LanguageModelEncoder(ModelOptions(str(copy), max_tokens=64)).fingerprint != language_model.fingerprint


def test_each_distinct_text_is_encoded_once_and_progress_is_reported() -> None:
    reported: list[tuple[int, int]] = []
    encoder = LanguageModelEncoder(progress=lambda done, total: reported.append((done, total)))
    encoder.encode(["one", "two", "one"] * 50)
    assert reported == [(2, 2)]


def test_encoding_leaves_torch_its_threads(language_model: LanguageModelEncoder) -> None:
    before = torch.get_num_threads()
    language_model.encode(["one"])
    assert torch.get_num_threads() == before


def test_the_number_of_threads_changes_no_bit(column_texts: list[str]) -> None:
    one, three = (LanguageModelEncoder(ModelOptions(threads=threads)) for threads in (1, 3))
    np.testing.assert_array_equal(one.encode(column_texts[:40]), three.encode(column_texts[:40]))


def test_automatic_precision_follows_the_processor(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(precision.platform, "machine", lambda: "x86_64")
    for has_it, dtype in ((False, torch.float32), (True, torch.bfloat16)):
        monkeypatch.setattr(torch.cpu, "_is_amx_tile_supported", lambda has_it=has_it: has_it)
        monkeypatch.setattr(torch.cpu, "_is_avx512_bf16_supported", lambda: False)
        assert dtype_of(Precision.AUTO, Device.CPU) is dtype
    monkeypatch.setattr(precision.platform, "machine", lambda: "arm64")
    for seconds, dtype in ((0.9, torch.float32), (0.5, torch.bfloat16)):
        times = {torch.bfloat16: seconds, torch.float32: 1.0}
        monkeypatch.setattr(precision, "_seconds", times.__getitem__)
        assert dtype_of(Precision.AUTO, Device.CPU) is dtype


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (ModelOptions("no-such/model"), "'no-such/model' is not on this machine; allow the download, or copy"),
        (ModelOptions("no-such"), "'sentence-transformers/no-such' is not on this machine"),
        (ModelOptions("./nowhere"), "there is no model folder nowhere: name an existing one, or `default`"),
        (ModelOptions("a//b c"), "it is no model name either"),
    ],
)
def test_the_error_for_a_missing_model_names_the_next_step(options: ModelOptions, message: str) -> None:
    with pytest.raises(LakeIndexError, match=message):
        LanguageModelEncoder(options)


def test_the_error_for_a_folder_without_a_model_names_what_is_missing(tmp_path: Path) -> None:
    with pytest.raises(LakeIndexError, match=r"holds no model: expected modules\.json"):
        LanguageModelEncoder(ModelOptions(str(tmp_path)))
    (tmp_path / "config.json").write_text("{}")
    with pytest.raises(LakeIndexError, match="can load"):
        LanguageModelEncoder(ModelOptions(str(tmp_path)))


def test_too_few_tokens_are_refused() -> None:
    with pytest.raises(InvalidSetting, match="at least 3 tokens, not 2"):
        LanguageModelEncoder(ModelOptions(max_tokens=2))


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a CUDA device")
def test_the_error_for_cuda_without_a_gpu_names_the_next_step() -> None:
    with pytest.raises(LakeIndexError, match="sees no CUDA device: use the device cpu"):
        LanguageModelEncoder(ModelOptions(device=Device.CUDA))


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device")
def test_a_gpu_gives_the_same_vectors(language_model: LanguageModelEncoder, column_texts: list[str]) -> None:
    exact = language_model.encode(column_texts)
    for chosen, least in ((Precision.FLOAT32, 0.9999), (Precision.BFLOAT16, 0.999)):
        vectors = LanguageModelEncoder(ModelOptions(device=Device.CUDA, precision=chosen)).encode(column_texts)
        assert (exact * vectors).sum(1).min() > least
        assert _agreement(exact, vectors) >= 0.99


def _agreement(exact: npt.NDArray[np.float32], quick: npt.NDArray[np.float32]) -> float:
    """The share of top tens that hold the same columns; the query itself doesn't count."""
    same = 0
    for query in range(len(exact)):
        first, second = (_top_ten(vectors, query) for vectors in (exact, quick))
        same += len(first & second)
    return same / (10 * len(exact))


def _largest_loss(exact: npt.NDArray[np.float32], quick: npt.NDArray[np.float32]) -> float:
    """How much less similar than the tenth best a column is that came into a top ten."""
    return max(
        float(np.sort(exact @ exact[query])[-11] - min((exact @ exact[query])[list(_top_ten(quick, query))]))
        for query in range(len(exact))
    )


def _top_ten(vectors: npt.NDArray[np.float32], query: int) -> set[int]:
    scores = vectors @ vectors[query]
    scores[query] = -1
    return set(np.argsort(-scores)[:10].tolist())


def _copy_with(folder: Path, file: str, change: dict[str, Any]) -> Path:
    """Copy the default model with one of its configurations changed."""
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(FOLDER, folder)
    path = folder / file
    known = json.loads(path.read_text("utf-8"))
    path.write_text(json.dumps(known | change), "utf-8")
    return folder
