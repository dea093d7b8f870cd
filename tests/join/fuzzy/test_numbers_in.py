"""Names with other numbers are names of other things; zeros, commas and one text without numbers make no difference."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from lakeindex.join.fuzzy.fuzzy_join import fuzzy_condition
from lakeindex.join.fuzzy.numbers_in import disagree


def texts(*values: str) -> pa.LargeStringArray:
    return pa.array(values, pa.large_string())


@pytest.mark.parametrize(
    ("one", "other", "is_other"),
    [
        ("R03000", "R04000", True),
        ("1996 Summer Olympics", "1992 Summer Olympics", True),
        ("2002 U-20 Cup", "2003 U-20 Cup", True),
        ("Rick Perry 1", "Gov. Rick Perry", False),
        ("Route 7", "Route 07 (old)", False),
        ("1,000 Guineas", "1000 Guineas Stakes", False),
        ("Grant; April 27 1822 - July 23 1885; aged 63", "18. Grant (1822-1885)", False),
        ("Carter; October 1 1924; aged 85", "39. Carter (1924-)", False),
        ("no number", "none", False),
        ("7", "77", True),
        ("", "5", False),
    ],
)
def test_numbers_that_differ_set_names_apart(one: str, other: str, is_other: bool) -> None:
    for queries, references in ((one, other), (other, one)):
        assert disagree(texts(queries), texts(references), np.zeros((1, 1), np.int64)).tolist() == [[is_other]]


def test_each_reference_is_compared_with_its_own_query() -> None:
    found = np.array([[0, 1, 2], [2, 1, 0], [1, 1, 2]])
    assert disagree(texts("a 1", "a 2", "a"), texts("b 1", "b 2", "b"), found).tolist() == [
        [False, True, False], [False, False, True], [False, False, False],
    ]  # fmt: skip


def test_ids_of_one_shape_that_share_nothing_are_no_spellings_of_one_another() -> None:
    march = texts(*(f"RET-03{number:03d}" for number in range(0, 60, 2)))
    april = texts(*(f"RET-04{number:03d}" for number in range(0, 60, 2)))
    assert fuzzy_condition(march, april, 0.9, None) is None
    assert fuzzy_condition(march, april, 0.1, None) is None


def test_a_name_with_the_right_year_is_not_taken_for_its_neighbours() -> None:
    years = range(1960, 2000, 4)
    left = texts(*(f"{year} Summer Olympics" for year in years))
    right = texts(*(f"Games of {year} (Summer Olympic)" for year in years))
    condition = fuzzy_condition(left, right, 0.5, None)
    assert condition is not None
    rows = condition.rule.pairs.to_pylist()  # type: ignore[union-attr]
    assert {row["left_value"][:4] for row in rows} == {str(year) for year in years}
    assert all(row["left_value"][:4] == row["right_value"][9:13] for row in rows)
