"""The score of a pair is that of the plain model, whatever the batch, and the shipped weights are small and plain."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file
from transformers import AutoModel

from lakeindex.config.model_options import BASE_MODEL, Device, ModelOptions, Precision
from lakeindex.encode.adapters import SCALE
from lakeindex.encode.cross_encoder import HEAD, CrossEncoder
from lakeindex.encode.model_folder import model_folder
from lakeindex.encode.pair_tokens import pair_tokens
from lakeindex.errors import IndexDamaged, LakeIndexError
from lakeindex.models.weights import CROSS_ENCODER
from lakeindex.protocols import Reranker
from lakeindex.types.columns import Kind
from tests.encode.made_columns import MadeColumn, cross_input_of

COLUMNS = cross_input_of(
    [
        MadeColumn("town", "people", ["bonn", "ulm", "kiel"]),
        MadeColumn("place", "shops", ["rome", "kiel", "bonn", "paris"], distinct=30),
        MadeColumn("price", "shops", ["12", "7"], Kind.INTEGER, 1_000),
        MadeColumn("", "", [], Kind.EMPTY, 0),
        MadeColumn(
            "animal", "zoo", [f"{animal} {place}" for animal in ("cat", "dog", "cow", "pig") for place in "abcd"]
        ),
    ]
)
LEFT, RIGHT = (side.ravel() for side in np.meshgrid(np.arange(5), np.arange(5)))
LINEAR = "encoder.layer.{}.attention.{}"
ADAPTED = [
    LINEAR.format(layer, part)
    for layer in range(6)
    for part in ("self.query", "self.key", "self.value", "output.dense")
]
SCALED = 0.5


def write_weights(path: Path, seed: int = 0) -> Path:
    """Write adapters and a head of random numbers."""
    chance = torch.Generator().manual_seed(seed)
    weights = {f"{layer}.lora_A.weight": torch.randn(2, 384, generator=chance) / 20 for layer in ADAPTED}
    weights |= {f"{layer}.lora_B.weight": torch.randn(384, 2, generator=chance) / 20 for layer in ADAPTED}
    shapes = {"hidden.weight": (8, 4 * 384), "hidden.bias": (8,), "out.weight": (1, 8), "out.bias": (1,)}
    weights |= {HEAD + name: torch.randn(*shape, generator=chance) for name, shape in shapes.items()}
    save_file(weights, path, {SCALE: str(SCALED)})
    return path


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_weights(tmp_path_factory.mktemp("cross") / "cross.safetensors")


@pytest.fixture(scope="module")
def model(weights: Path) -> CrossEncoder:
    # The same on every machine.
    return CrossEncoder(weights, precision=Precision.FLOAT32)


@pytest.fixture(scope="module")
def scores(model: CrossEncoder) -> np.ndarray:
    return model.scores(COLUMNS, COLUMNS, LEFT, RIGHT)


def plain_score(weights: Path, left: int, right: int) -> float:
    """Compute one score with transformers and NumPy."""
    loaded = load_file(weights)
    plain = AutoModel.from_pretrained(str(model_folder(ModelOptions(model=BASE_MODEL))), local_files_only=True).eval()
    with torch.no_grad():
        for name, linear in plain.named_modules():
            if name in ADAPTED:
                up, down = (loaded[f"{name}.lora_{part}.weight"] for part in "BA")
                linear.weight += SCALED * up @ down
        pair = pair_tokens(COLUMNS, COLUMNS, np.array([left]), np.array([right]))
        output = plain(
            input_ids=torch.from_numpy(pair.ids),
            token_type_ids=torch.from_numpy(pair.is_candidate).long(),
            attention_mask=torch.from_numpy(pair.is_token).long(),
        )
    states, second, is_token = output.last_hidden_state[0].numpy(), pair.is_candidate[0], pair.is_token[0]
    ours, theirs = (states[chosen].mean(axis=0) for chosen in (is_token & ~second, is_token & second))
    ours, theirs = ours / np.linalg.norm(ours), theirs / np.linalg.norm(theirs)
    head = {name.removeprefix(HEAD): one.numpy() for name, one in loaded.items() if name.startswith(HEAD)}
    features = np.concatenate([ours, theirs, ours * theirs, np.abs(ours - theirs)])
    hidden = np.maximum(head["hidden.weight"] @ features + head["hidden.bias"], 0)
    return float((head["out.weight"] @ hidden + head["out.bias"])[0])


def test_it_is_a_reranker(model: CrossEncoder, scores: np.ndarray) -> None:
    assert isinstance(model, Reranker)
    assert scores.dtype == np.float64
    assert scores.shape == (25,)


@pytest.mark.parametrize(("left", "right"), [(0, 1), (4, 3), (4, 4)])
def test_a_score_is_that_of_the_plain_model(weights: Path, scores: np.ndarray, left: int, right: int) -> None:
    (place,) = np.flatnonzero((left == LEFT) & (right == RIGHT))
    assert scores[place] == pytest.approx(plain_score(weights, left, right), abs=1e-4)


def test_neither_batch_nor_order_nor_threads_change_a_score(
    model: CrossEncoder, weights: Path, scores: np.ndarray
) -> None:
    order = np.random.default_rng(0).permutation(len(LEFT))
    np.testing.assert_allclose(model.scores(COLUMNS, COLUMNS, LEFT[order], RIGHT[order]), scores[order], atol=1e-4)
    alone = [model.scores(COLUMNS, COLUMNS, LEFT[[one]], RIGHT[[one]])[0] for one in range(len(LEFT))]
    np.testing.assert_allclose(alone, scores, atol=1e-4)
    single = CrossEncoder(weights, threads=1, precision=Precision.FLOAT32)
    np.testing.assert_allclose(single.scores(COLUMNS, COLUMNS, LEFT, RIGHT), scores, atol=1e-4)


def test_more_pairs_than_are_laid_out_at_once_are_scored(
    model: CrossEncoder, scores: np.ndarray, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lakeindex.encode.cross_encoder._LAID_OUT_AT_ONCE", 7)
    np.testing.assert_allclose(model.scores(COLUMNS, COLUMNS, LEFT, RIGHT), scores, atol=1e-4)


def test_it_matters_which_column_is_the_query(scores: np.ndarray) -> None:
    matrix = scores.reshape(5, 5)
    assert np.abs(matrix - matrix.T)[~np.eye(5, dtype=bool)].min() > 1e-3


def test_no_pairs_have_no_scores_and_torch_keeps_its_threads(model: CrossEncoder) -> None:
    before = torch.get_num_threads()
    assert model.scores(COLUMNS, COLUMNS, LEFT[:0], RIGHT[:0]).shape == (0,)
    model.scores(COLUMNS, COLUMNS, LEFT[:3], RIGHT[:3])
    assert torch.get_num_threads() == before


def test_the_fingerprint_is_of_the_weights(model: CrossEncoder, weights: Path, tmp_path: Path) -> None:
    other = CrossEncoder(write_weights(tmp_path / "other.safetensors", seed=1))
    copy = tmp_path / "copy.safetensors"
    copy.write_bytes(weights.read_bytes())
    assert CrossEncoder(copy, threads=1).fingerprint == model.fingerprint != other.fingerprint


def test_a_file_that_holds_no_cross_encoder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "text.safetensors").write_text("no weights")
    save_file({"other": torch.ones(1)}, tmp_path / "other.safetensors")
    for name in ("none", "text", "other"):
        with pytest.raises(IndexDamaged, match="holds no cross-encoder"):
            CrossEncoder(tmp_path / f"{name}.safetensors")


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a CUDA device")
def test_a_device_that_is_not_there_is_refused(weights: Path) -> None:
    with pytest.raises(LakeIndexError, match="sees no CUDA device"):
        CrossEncoder(weights, Device.CUDA)


def test_what_ships_is_small_and_plain_numbers() -> None:
    assert CROSS_ENCODER.stat().st_size <= 2_000_000
    shipped = load_file(CROSS_ENCODER)
    assert all(tensor.dtype == torch.float16 and tensor.isfinite().all() for tensor in shipped.values())
    assert sum(name.startswith(HEAD) for name in shipped) == 4
    assert CROSS_ENCODER.with_suffix(".md").is_file()


def test_the_shipped_weights_score_a_join_above_another_pair() -> None:
    shipped = CrossEncoder(CROSS_ENCODER)
    countries = MadeColumn("country", "airports", ["france", "spain", "italy", "germany"], distinct=190)
    states = MadeColumn("country", "population", ["italy", "france", "germany", "peru"], distinct=200)
    prices = MadeColumn("unit price", "orders", ["12.50", "3.99", "0.85"], Kind.DECIMAL, 4_000)
    columns = cross_input_of([countries, states, prices])
    joins, other = shipped.scores(columns, columns, np.array([0, 0]), np.array([1, 2]))
    assert joins > other + 3
