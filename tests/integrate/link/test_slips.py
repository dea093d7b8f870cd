"""Tests of whether two rows differ by slips alone."""

from __future__ import annotations

import numpy as np
import pytest

from lakeindex.integrate.link.blocking import Pairs
from lakeindex.integrate.link.comparison import ComparedTuples
from lakeindex.integrate.link.slips import differ_by_slips
from lakeindex.integrate.link.tuples import Tuples
from tests.integrate.link.records_of import records


def is_slip(**columns: list[str | None]) -> bool:
    """Say whether the first two rows differ by slips alone."""
    compared = ComparedTuples.of(Tuples.of_one(records("one", **columns)))
    return bool(differ_by_slips(compared, Pairs(np.array([0]), np.array([1])))[0])


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (["amber hill", "amber hill", "birch"], True),
        (["amber hill", "ambr hill", "birch"], True),
        (["amber hill", "AMBER HIL", "amber hill"], True),  # that others have one of them is no matter
        (["amber hill", None, "birch"], True),
        (["amber hill", "jade", "birch"], False),
        (["north 1", "north 2", "north 1", "north 2"], False),  # alike, but others have both
    ],
)
def test_typos_and_missing_values_are_slips_and_other_values_are_not(values: list[str | None], expected: bool) -> None:
    assert is_slip(name=values) is expected


@pytest.mark.parametrize(("other", "expected"), [("101", True), ("104", True), ("110", False), (None, True)])
def test_numbers_that_are_near_are_slips(other: str | None, expected: bool) -> None:
    assert is_slip(price=["100", other, "7", "7", "300"]) is expected


def test_numbers_of_rows_are_not_compared() -> None:
    assert is_slip(id=["1", "90", "3"], name=["amber", "amber", "birch"])
    assert not is_slip(id=["1", "90", "90"], name=["amber", "amber", "birch"])


def test_no_pair_of_no_rows_differs() -> None:
    compared = ComparedTuples.of(Tuples.of_one(records("one", name=[])))
    assert differ_by_slips(compared, Pairs.none()).tolist() == []
