from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from lakeindex.integrate.align.contrasts import CONTRAST_FEATURES, LIKENESSES, OF_TABLES, contrast_features

_LEADS = ("lead of the stronger rival", "lead of the weaker rival")


@settings(deadline=None, max_examples=30)
@given(st.integers(0, 1_000), st.lists(st.integers(1, 4), min_size=2, max_size=4))
def test_leads_are_those_of_the_definition(seed: int, sizes: list[int]) -> None:
    tables = np.repeat(np.arange(len(sizes)), sizes)
    left, right = np.triu_indices(len(tables), 1)
    kept = tables[left] != tables[right]
    left, right = left[kept], right[kept]
    rng = np.random.default_rng(seed)
    likenesses = {name: rng.uniform(-1, 1, len(left)) for name in LIKENESSES}
    found = dict(zip(CONTRAST_FEATURES, contrast_features(left, right, tables, likenesses).T, strict=True))
    assert np.array_equal(found[OF_TABLES], likenesses[OF_TABLES])
    for name, values in likenesses.items():
        for row, (one, other) in enumerate(zip(left.tolist(), right.tolist(), strict=True)):
            in_block = (tables[left] == tables[one]) & (tables[right] == tables[other])
            rivals = [
                max([-1.0, *values[in_block & (left == one) & (right != other)]]),
                max([-1.0, *values[in_block & (right == other) & (left != one)]]),
            ]
            expected = values[row] - max(rivals), values[row] - min(rivals)
            assert np.allclose([found[f"{name}: {lead}"][row] for lead in _LEADS], expected)


def test_no_pairs_have_no_contrasts() -> None:
    nothing = np.zeros(0, np.int64)
    likenesses = dict.fromkeys(LIKENESSES, np.zeros(0))
    assert contrast_features(nothing, nothing, nothing, likenesses).shape == (0, len(CONTRAST_FEATURES))
