from __future__ import annotations

import pytest

from tests.messy.csv_scores import Read, Score, score
from tests.messy.messy_table import Truth

HEADER = ("a", "b")
ROWS = (("1", "2"), ("3", "4"), ("5", "6"))


@pytest.mark.parametrize(
    ("read", "truth", "expected"),
    [
        (Read(HEADER, ROWS), Truth(HEADER, ROWS, 0, 0), Score(1.0, 1.0, 0)),
        (Read((), ()), Truth(HEADER, ROWS, 0, 0), Score(0.0, 0.0, 3)),
        (Read(HEADER, ()), Truth(HEADER, (), 0, 0), Score(1.0, 1.0, 0)),
        (Read(("a", "x"), ROWS), Truth(HEADER, ROWS, 0, 0), Score(0.5, 1.0, 0)),
        (Read(("b", "a"), ROWS), Truth(HEADER, ROWS, 0, 0), Score(0.0, 1.0, 0)),
        (Read(HEADER, ROWS[:2]), Truth(HEADER, ROWS, 0, 0), Score(1.0, 0.8, 1)),
        (Read(HEADER, ROWS[:2], rejected=1), Truth(HEADER, ROWS, 0, 0), Score(1.0, 0.8, 0)),
        (Read(HEADER, (HEADER, *ROWS)), Truth(HEADER, ROWS, 0, 1), Score(1.0, 12 / 14, 0)),
        (Read(HEADER, (*ROWS[:2], ("9", "6"))), Truth(HEADER, ROWS, 0, 0), Score(1.0, 10 / 12, 0)),
    ],
)
def test_scores_are_those_counted_by_hand(read: Read, truth: Truth, expected: Score) -> None:
    assert score(read, truth) == expected


@pytest.mark.parametrize(("rejected", "silent"), [(0, 2), (1, 2), (2, 1), (3, 0)])
def test_a_rejected_line_that_is_no_row_hides_no_lost_row(rejected: int, silent: int) -> None:
    assert score(Read(HEADER, ROWS[:2], rejected), Truth(HEADER, ROWS, 1, 1)).silent == silent


def test_a_row_that_fits_no_longer_may_be_returned_or_rejected() -> None:
    truth = Truth(HEADER, ROWS[:2], 1, 0)
    assert score(Read(HEADER, ROWS[:2], 1), truth) == Score(1.0, 1.0, 0)
    assert score(Read(HEADER, ROWS[:2], 0), truth).silent == 1
    assert score(Read(HEADER, ROWS, 0), truth).silent == 0
