"""The contract of every encoder."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import numpy as np
import pytest

from lakeindex.config.model_options import ModelOptions
from lakeindex.encode.encoders import make_encoder
from lakeindex.protocols import Encoder as EncoderProtocol

if TYPE_CHECKING:
    from lakeindex.protocols import Encoder

TEXTS = ["airports. iata contains 3 values: ZRH, BER, LHR", "", "naïve 東京 👍", "x " * 500, "\x00\n", "ZRH", "\ud800"]


def test_an_encoder_satisfies_the_protocol(encoder: Encoder) -> None:
    assert isinstance(encoder, EncoderProtocol)


def test_rows_are_unit_float32_vectors_even_for_odd_texts(encoder: Encoder) -> None:
    vectors = encoder.encode(TEXTS)
    assert vectors.shape == (len(TEXTS), encoder.dimension)
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)


def test_equal_texts_get_equal_vectors_and_others_differ(encoder: Encoder) -> None:
    vectors = encoder.encode(["country code", "price", "country code"])
    np.testing.assert_array_equal(vectors[0], vectors[2])
    assert vectors[0] @ vectors[1] < 0.9


def test_the_order_of_the_texts_changes_no_bit(encoder: Encoder, column_texts: list[str]) -> None:
    texts = column_texts[:40]
    np.testing.assert_array_equal(encoder.encode(texts[::-1])[::-1], encoder.encode(texts))


def test_the_other_texts_of_a_batch_change_no_more_than_rounding(encoder: Encoder, column_texts: list[str]) -> None:
    together = encoder.encode(column_texts[:40])
    alone = np.concatenate([encoder.encode([text]) for text in column_texts[:8]])
    np.testing.assert_allclose(alone, together[:8], atol=1e-5)


def test_no_texts_give_no_rows(encoder: Encoder) -> None:
    assert encoder.encode([]).shape == (0, encoder.dimension)


@pytest.mark.parametrize("model", ["hashing", "default"])
def test_a_fingerprint_is_the_same_in_every_process(model: str) -> None:
    code = (
        "from lakeindex.encode.encoders import make_encoder; from lakeindex.config.model_options import ModelOptions;"
        f"print(make_encoder(ModelOptions({model!r})).fingerprint)"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.splitlines() == [make_encoder(ModelOptions(model)).fingerprint]
    assert run.stderr == ""
