"""A head maps the vectors of its own encoder only, and is read back as it was written."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file

from lakeindex.encode.hashing_encoder import HashingEncoder
from lakeindex.encode.linear_head import HeadEncoder, LinearHead
from lakeindex.errors import IndexDamaged

TEXTS = ["country: Germany, France", "price: 3.20, 4.10", "country: Germany, France"]
WHOLE = HashingEncoder(16)


def head(seed: int = 0) -> LinearHead:
    return LinearHead(np.random.default_rng(seed).normal(size=(16, 16)).astype(np.float32), WHOLE.fingerprint)


def test_vectors_are_mapped_and_of_unit_length() -> None:
    rows = WHOLE.encode(TEXTS).astype(np.float64) @ head().weights
    expected = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    mapped = HeadEncoder(WHOLE, head())
    np.testing.assert_allclose(mapped.encode(TEXTS), expected, atol=1e-5)
    assert mapped.dimension == 16
    assert mapped.encode([]).shape == (0, 16)


def test_a_vector_mapped_to_zero_becomes_a_unit_vector() -> None:
    nothing = LinearHead(np.zeros((16, 16), np.float32), WHOLE.fingerprint)
    assert nothing.mapped(WHOLE.encode(TEXTS[:1])).tolist() == [[1.0] + [0.0] * 15]


def test_the_fingerprint_names_the_encoder_and_the_map() -> None:
    fingerprints = {WHOLE.fingerprint, HeadEncoder(WHOLE, head()).fingerprint, head(1).fingerprint}
    assert len(fingerprints) == 3
    assert head().fingerprint == HeadEncoder(WHOLE, head()).fingerprint
    assert head().fingerprint.startswith(WHOLE.fingerprint)


def test_a_written_head_is_read_as_it_was(tmp_path: Path) -> None:
    head().save(tmp_path / "head.safetensors")
    again = LinearHead.open(tmp_path / "head.safetensors")
    assert np.array_equal(again.weights, head().weights)
    assert (again.encoder, again.fingerprint) == (head().encoder, head().fingerprint)


def test_a_head_of_another_encoder_is_refused() -> None:
    with pytest.raises(IndexDamaged, match="fitted to the model hashing-1-16, not to hashing-1-32"):
        HeadEncoder(HashingEncoder(32), head())


@pytest.mark.parametrize(
    "weights",
    [np.ones((3, 4), np.float32), np.ones(9, np.float32), np.full((2, 2), np.nan, np.float32), np.eye(2)],
)
def test_what_is_no_square_of_numbers_is_refused(weights: np.ndarray, tmp_path: Path) -> None:  # type: ignore[type-arg]
    save_file({"weights": weights}, tmp_path / "head.safetensors", {"encoder": "any"})
    with pytest.raises(IndexDamaged, match="no square of numbers"):
        LinearHead.open(tmp_path / "head.safetensors")


def test_what_is_no_head_is_refused(tmp_path: Path) -> None:
    (tmp_path / "head.safetensors").write_bytes(b"nothing of the kind")
    with pytest.raises(IndexDamaged, match="holds no head"):
        LinearHead.open(tmp_path / "head.safetensors")
    save_file({"weights": np.eye(2, dtype=np.float32)}, tmp_path / "head.safetensors")
    with pytest.raises(IndexDamaged, match="holds no head"):
        LinearHead.open(tmp_path / "head.safetensors")
