from __future__ import annotations

import pytest

from lakeindex.profile.sketch_sizes import SKETCH_SIZES, sketch_sizes
from lakeindex.types.columns import Family, Kind


def test_texts_keep_more_values_than_numbers_and_whole_numbers_more_than_measurements() -> None:
    kinds = [Kind.TEXT, Kind.INTEGER, Kind.DATE, Kind.DECIMAL]
    assert sketch_sizes(Family.VALUES, kinds).tolist() == [2048, 512, 256, 64]


@pytest.mark.parametrize("family", SKETCH_SIZES)
def test_what_is_no_number_keeps_as_much_as_text(family: Family) -> None:
    text, boolean, empty = sketch_sizes(family, [Kind.TEXT, Kind.BOOLEAN, Kind.EMPTY]).tolist()
    assert text == boolean == empty
