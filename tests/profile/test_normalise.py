from __future__ import annotations

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lakeindex.profile.normalise import is_missing, normal_values, shape_of

MARKERS = ["", "   ", "NULL", "None", "NaN", "n/a", "#N/A", "\\N", "-", "--", "?"]
NO_MARKERS = ["na", "NA", "0", "---", "nil", "unknown", ".", "''"]
SHAPES = {"ab-12": "a-9", "12 rue d'été": "9 a a'a", "été": "a", "2020-03-04": "9-9-9", "1.5e3": "9.9a9", "": ""}
WORDS = st.text(alphabet=st.characters(codec="utf-8") | st.sampled_from("aÉé07.-/ ,"), max_size=12)


def texts(values: list[str]) -> pa.LargeStringArray:
    return pa.array(values, pa.large_string())


@settings(max_examples=50, deadline=None)
@given(st.lists(WORDS, max_size=5))
def test_normalising_values_again_changes_nothing(written: list[str]) -> None:
    values = normal_values(texts(written))
    assert normal_values(values).to_pylist() == values.to_pylist()


def test_markers_stand_for_nothing_and_namibia_does_not() -> None:
    assert is_missing(normal_values(texts(MARKERS))).to_pylist() == [True] * len(MARKERS)
    assert is_missing(normal_values(texts(NO_MARKERS))).to_pylist() == [False] * len(NO_MARKERS)


@pytest.mark.parametrize("value", SHAPES)
def test_a_shape_writes_runs_of_letters_and_digits_as_one(value: str) -> None:
    assert shape_of(texts([value])).to_pylist() == [SHAPES[value]]
