from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from lakeindex.index.shared_terms import groups_of

MASK = np.uint64(2**64 - 16)


@given(st.sets(st.integers(0, 255), min_size=1, max_size=120))
def test_groups_are_those_of_a_search(values: set[int]) -> None:
    terms = np.array(sorted(values), np.uint64)
    numbers = np.arange(len(terms))
    first, last = groups_of(terms, MASK, numbers)
    folded = terms & MASK
    np.testing.assert_array_equal(first, np.searchsorted(terms, folded))
    np.testing.assert_array_equal(last, np.searchsorted(terms, folded | ~MASK, side="right"))
