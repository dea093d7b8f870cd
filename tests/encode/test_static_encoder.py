"""A static encoder's vector is the mean of its tokens' vectors, whatever the batch."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file
from tokenizers import Tokenizer

from lakeindex.config.model_options import STATIC_MODEL, ModelOptions
from lakeindex.encode.encoders import make_encoder
from lakeindex.encode.model_folder import model_folder
from lakeindex.encode.static_encoder import StaticEncoder
from lakeindex.errors import InvalidSetting, LakeIndexError
from lakeindex.models.weights import STATIC
from lakeindex.training.static_tokens import write_tokens

TOKENIZER = model_folder(ModelOptions()) / "tokenizer.json"


def test_a_vector_is_the_mean_of_those_of_its_tokens() -> None:
    texts = ["country: Germany, France", "price: 3.20, 4.10", "x " * 500, ""]
    read, tokenizer = load_file(STATIC), Tokenizer.from_file(str(TOKENIZER))
    tokenizer.no_padding()
    vectors = StaticEncoder(STATIC, TOKENIZER, 32).encode(texts)
    for text, vector in zip(texts, vectors, strict=True):
        ids = tokenizer.encode(text, add_special_tokens=False).ids[:32]
        rows = [read["tokens"][one].astype(np.float64) * np.float64(read["scales"][one]) for one in ids]
        mean = np.mean(rows, axis=0) if rows else np.eye(1, vectors.shape[1])[0]
        np.testing.assert_allclose(vector, mean / np.linalg.norm(mean), atol=1e-5)


def test_columns_of_one_kind_are_near_one_another() -> None:
    towns, places, prices = make_encoder(ModelOptions(STATIC_MODEL)).encode(
        ["city: Berlin, Paris, Rome", "town: Hamburg, Lyon, Milan", "price: 3.20, 4.10"]
    )
    assert towns @ places > towns @ prices + 0.2


def test_it_needs_no_torch() -> None:
    code = (
        "import sys; from lakeindex.encode.encoders import make_encoder;"
        "from lakeindex.config.model_options import ModelOptions;"
        "make_encoder(ModelOptions('static')).encode(['town: Bonn']); print('torch' in sys.modules)"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout == "False\n"


def test_a_byte_a_number_is_exact_to_a_127th_of_the_largest(tmp_path: Path) -> None:
    tokens = np.random.default_rng(0).normal(size=(50, 8)).astype(np.float32)
    tokens[7] = 0
    write_tokens(tmp_path / "tokens.safetensors", tokens)
    read = load_file(tmp_path / "tokens.safetensors")
    back = read["tokens"] * read["scales"].astype(np.float32)[:, None]
    # Half a step, and as much again for what float16 rounds off the scale.
    assert np.all(np.abs(back - tokens) <= 1.2 * np.abs(tokens).max(axis=1, keepdims=True) / 127)


def test_vectors_of_other_tokens_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "few.safetensors"
    save_file({"tokens": np.zeros((3, 4), np.int8), "scales": np.ones(3, np.float16)}, path)
    with pytest.raises(LakeIndexError, match="not of the tokens"):
        StaticEncoder(path, TOKENIZER, 32)


def test_it_has_no_layers() -> None:
    with pytest.raises(InvalidSetting, match="no layers"):
        make_encoder(ModelOptions(STATIC_MODEL, layers=2))
