from __future__ import annotations

import numpy as np
import pytest

from lakeindex.index.kept_terms import SKETCHED, cut, kept
from lakeindex.pairs import KINDS
from lakeindex.types import Family, Kind


def places(*kinds: Kind) -> np.ndarray:
    return np.array([KINDS.index(kind) for kind in kinds], np.int8)


def test_texts_keep_more_values_than_numbers_and_whole_numbers_more_than_measurements() -> None:
    assert kept(Family.VALUES, places(Kind.TEXT, Kind.INTEGER, Kind.DATE, Kind.DECIMAL)).tolist() == [
        2048, 512, 256, 64,
    ]  # fmt: skip


@pytest.mark.parametrize("family", SKETCHED)
def test_what_is_no_number_keeps_as_much_as_text(family: Family) -> None:
    text, boolean, empty = kept(family, places(Kind.TEXT, Kind.BOOLEAN, Kind.EMPTY)).tolist()
    assert text == boolean == empty


def test_a_cut_keeps_the_smallest_hashes_of_each_column_with_their_counts() -> None:
    hashes = np.array([1, 5, 9, 2, 3, 4, 8, 7], np.uint64)
    counts = np.array([10, 50, 90, 20, 30, 40, 80, 70])
    starts = np.array([0, 3, 3, 7, 8])
    kept_hashes, kept_counts, kept_starts, is_uncut = cut(hashes, counts, starts, np.array([2, 2, 4, 0]))
    assert kept_hashes.tolist() == [1, 5, 2, 3, 4, 8]
    assert kept_counts.tolist() == [10, 50, 20, 30, 40, 80]
    assert kept_starts.tolist() == [0, 2, 2, 6, 6]
    assert is_uncut.tolist() == [False, True, True, False]
