"""A cross-encoder named by the user scores columns as texts; another model is refused with the next step."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from transformers import AutoTokenizer, BertConfig, BertForSequenceClassification

from lakeindex.config.model_options import BASE_MODEL, ModelOptions
from lakeindex.encode.model_folder import model_folder
from lakeindex.encode.sentence_cross_encoder import SentenceCrossEncoder, column_texts
from lakeindex.errors import LakeIndexError
from lakeindex.protocols import Reranker
from tests.encode.made_columns import MadeColumn, cross_input_of

COLUMNS = cross_input_of(
    [MadeColumn("town", "people", ["bonn", "ulm"]), MadeColumn("place", "shops", ["rome"]), MadeColumn("", "", [])]
)


def write_model(folder: Path, labels: int = 1) -> Path:
    """Write a tiny cross-encoder of random numbers."""
    torch.manual_seed(0)
    tokenizer = AutoTokenizer.from_pretrained(str(model_folder(ModelOptions(model=BASE_MODEL))), local_files_only=True)
    sizes = BertConfig(
        vocab_size=len(tokenizer),
        hidden_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=32,
        num_labels=labels,
    )
    BertForSequenceClassification(sizes).eval().save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


def test_the_text_of_a_column_has_title_name_and_values() -> None:
    assert column_texts(COLUMNS) == ["people. town: bonn, ulm", "shops. place: rome", ". : "]


def test_scores_are_those_of_the_model_for_the_texts(tmp_path: Path) -> None:
    folder = write_model(tmp_path)
    model = SentenceCrossEncoder(str(folder))
    assert isinstance(model, Reranker)
    scores = model.scores(COLUMNS, COLUMNS, np.array([0, 1, 0]), np.array([1, 0, 1]))
    plain = BertForSequenceClassification.from_pretrained(str(folder)).eval()
    encoded = AutoTokenizer.from_pretrained(str(folder))(
        "people. town: bonn, ulm", "shops. place: rome", return_tensors="pt"
    )
    with torch.no_grad():
        expected = float(plain(**encoded).logits[0, 0])
    assert scores.dtype == np.float64
    assert scores[[0, 2]].tolist() == pytest.approx([expected, expected], abs=1e-5)
    assert abs(scores[1] - scores[0]) > 1e-6
    assert model.scores(COLUMNS, COLUMNS, np.zeros(0, np.int64), np.zeros(0, np.int64)).shape == (0,)


def test_a_model_with_other_scores_than_one_is_refused(tmp_path: Path) -> None:
    with pytest.raises(LakeIndexError, match=r"no cross-encoder with one score.*`transformer`"):
        SentenceCrossEncoder(str(write_model(tmp_path, labels=3)))


@pytest.mark.parametrize("name", [BASE_MODEL, "default"])
def test_a_model_without_a_head_is_refused(name: str) -> None:
    with pytest.raises(LakeIndexError, match=r"no model that scores pairs \(config.json: BertModel\); name the folder"):
        SentenceCrossEncoder(name)


def test_pickled_weights_are_refused(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text(json.dumps({"architectures": ["BertForSequenceClassification"]}))
    (tmp_path / "pytorch_model.bin").touch()
    with pytest.raises(LakeIndexError, match="as pickle, which can run any code"):
        SentenceCrossEncoder(str(tmp_path))


def test_the_error_for_a_missing_model_names_the_next_step(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    with pytest.raises(
        LakeIndexError, match=r"'org/none' on this machine; allow the download, name the folder .* `late-interaction`"
    ):
        SentenceCrossEncoder("org/none")
    with pytest.raises(LakeIndexError, match="no cross-encoder '/nowhere'"):
        SentenceCrossEncoder("/nowhere")
