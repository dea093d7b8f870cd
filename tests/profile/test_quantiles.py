from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from lakeindex.config.profile_limits import ProfileLimits
from lakeindex.profile.quantiles import QUANTILES, quantiles_of
from lakeindex.profile.scan import profile_columns


def quantiles(values: list[str | None]) -> list[float]:
    (found,) = quantiles_of(profile_columns([pa.array(values, pa.string())], ProfileLimits()))
    return found.tolist()


def test_quantiles_of_few_values_are_exact_over_all_rows() -> None:
    values = [3, 1, 1, 1, 2, 10, 10, 4, 5, 7]
    expected = np.quantile(values, QUANTILES, method="inverted_cdf").tolist()
    assert quantiles([str(value) for value in values] + [None]) == expected


def test_quantiles_of_many_values_are_near() -> None:
    values = np.random.default_rng(3).normal(100, 15, 20_000).round(6)
    found = quantiles([str(value) for value in values])
    assert found == pytest.approx(np.quantile(values, QUANTILES).tolist(), abs=5)


def test_quantiles_of_dates_are_days() -> None:
    assert quantiles(["1970-01-02", "1970-01-03", "1970-01-04"]) == [1.0, 1.0, 2.0, 3.0, 3.0]


def test_quantiles_of_numbers_with_separators_are_those_of_the_numbers() -> None:
    assert quantiles(["1,234.5", "1,234", "987", "12,345"]) == [987.0, 987.0, 1234.0, 1234.5, 12_345.0]
    assert quantiles(["1.234,5", "1.234", "987", "12,345"]) == [12.345, 12.345, 987.0, 1234.0, 1234.5]


def test_text_and_nothing_have_none() -> None:
    assert quantiles(["a", "b"]) == []
    assert quantiles([None]) == []


def test_columns_do_not_mix() -> None:
    columns = [pa.array(["5", "5"]), pa.array(["x"]), pa.array([], pa.string()), pa.array(["7"])]
    found = quantiles_of(profile_columns(columns, ProfileLimits()))
    assert [one.tolist() for one in found] == [[5.0] * 5, [], [], [7.0] * 5]
