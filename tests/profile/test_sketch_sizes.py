from __future__ import annotations

import pytest

from lakeindex.profile.sketch_sizes import KEPT, kept
from lakeindex.types.columns import Family, Kind


def test_texts_keep_more_values_than_numbers_and_whole_numbers_more_than_measurements() -> None:
    assert kept(Family.VALUES, [Kind.TEXT, Kind.INTEGER, Kind.DATE, Kind.DECIMAL]).tolist() == [2048, 512, 256, 64]


@pytest.mark.parametrize("family", KEPT)
def test_what_is_no_number_keeps_as_much_as_text(family: Family) -> None:
    text, boolean, empty = kept(family, [Kind.TEXT, Kind.BOOLEAN, Kind.EMPTY]).tolist()
    assert text == boolean == empty
