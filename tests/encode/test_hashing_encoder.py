from __future__ import annotations

import numpy as np
import pytest

from lakeindex.encode.hashing_encoder import HashingEncoder
from lakeindex.errors import InvalidSetting


def test_texts_that_share_words_are_nearer_than_texts_that_do_not() -> None:
    same, near, far = HashingEncoder(256).encode(["Zürich, Bern, Genf", "Genf, Zürich, Basel", "12, 17, 99"])
    assert same @ near > 0.5 > abs(same @ far) + 0.2


def test_vectors_are_the_same_on_every_machine() -> None:
    vector = HashingEncoder(8).encode(["country code"])[0]
    np.testing.assert_allclose(vector, GOLDEN, atol=1e-6)


def test_a_dimension_is_in_the_fingerprint_and_must_be_positive() -> None:
    assert HashingEncoder(8).fingerprint != HashingEncoder(16).fingerprint
    with pytest.raises(InvalidSetting, match="at least 1, not 0"):
        HashingEncoder(0)


GOLDEN = [0.0, 0.0, -0.2450211, -0.2450211, -0.2450211, 0.8365544, 0.2450211, 0.2450211]
