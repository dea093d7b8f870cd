from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from lakeindex.arrays.ragged import best

RANKED = st.lists(st.tuples(st.sampled_from([0.5, 1.0, 2.0]), st.sampled_from([1.0, 3.0])), max_size=400)


@given(RANKED, st.integers(1, 20), st.randoms(use_true_random=False))
def test_the_best_are_those_of_a_whole_sort_however_many_tie(ranked, limit, draw) -> None:  # type: ignore[no-untyped-def]
    numbers = list(range(len(ranked)))
    draw.shuffle(numbers)
    scores, sizes = (np.array([one[place] for one in ranked], np.float64) for place in (0, 1))
    order = sorted(range(len(ranked)), key=lambda at: (-scores[at], sizes[at], numbers[at]))[:limit]
    found, reached = best(np.array(numbers, np.int64), scores, sizes, limit)
    assert found.tolist() == [numbers[at] for at in order]
    assert reached.tolist() == scores[order].tolist()
