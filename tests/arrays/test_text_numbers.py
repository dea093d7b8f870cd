from __future__ import annotations

import math
import re
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lakeindex.arrays.text_numbers import floats_of, integers_of

WRITTEN = st.one_of(
    st.integers(-(10**20), 10**20).map(str),
    st.integers(0, 10**6).map("+{}".format),
    st.integers(0, 10**6).map("  {} ".format),
    st.integers(0, 10**6).map("{:,}".format),
    st.integers(0, 999).map("{:06d}".format),
    st.floats(allow_nan=True, allow_infinity=True).map(str),
    st.floats(-1e300, 1e300).map("+{:e}".format),
    st.sampled_from(["٧", "७", "１２", "1e5", "1E+5", ".5", "5.", "+.5", "1e999", "-1e999", "0x1F", "1_0", "", "+"]),
    st.text(max_size=5),
)


def texts_of(values: list[str]) -> Any:
    return pa.array(values, pa.large_string())


@given(st.lists(WRITTEN))
def test_floats_are_those_that_python_reads_of_plain_ones_and_nothing_raises(values: list[str]) -> None:
    is_plain = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?", re.ASCII).fullmatch
    expected = [float(value) if is_plain(value) else math.nan for value in values]
    expected = [one if math.isfinite(one) else math.nan for one in expected]
    np.testing.assert_array_equal(floats_of(texts_of(values)), expected)


@given(st.lists(WRITTEN))
def test_integers_are_those_that_python_reads_of_plain_ones_and_nothing_raises(values: list[str]) -> None:
    is_plain = re.compile(r"[+-]?\d{1,18}", re.ASCII).fullmatch
    is_number, numbers = integers_of(texts_of(values))
    assert is_number.tolist() == [bool(is_plain(value)) for value in values]
    assert numbers.tolist() == [int(value) if is_plain(value) else 0 for value in values]


@pytest.mark.parametrize("value", ["+7", "-7", "007", "-0"])
def test_signs_and_zeros_are_part_of_numbers(value: str) -> None:
    assert floats_of(texts_of([value])).tolist() == [float(value)]
    assert integers_of(texts_of([value]))[1].tolist() == [int(value)]


def test_a_null_is_no_number() -> None:
    array: Any = pa.array(["1", None, "2"], pa.large_string())
    assert math.isnan(floats_of(array)[1])
    assert integers_of(array)[0].tolist() == [True, False, True]
