from __future__ import annotations

import pytest

from tests.messy.csv_scores import ReadTable, Score, score
from tests.messy.messy_table import GroundTruth

HEADER = ("a", "b")
ROWS = (("1", "2"), ("3", "4"), ("5", "6"))


@pytest.mark.parametrize(
    ("read", "ground_truth", "expected"),
    [
        (ReadTable(HEADER, ROWS), GroundTruth(HEADER, ROWS, 0, 0), Score(1.0, 1.0, 0)),
        (ReadTable((), ()), GroundTruth(HEADER, ROWS, 0, 0), Score(0.0, 0.0, 3)),
        (ReadTable(HEADER, ()), GroundTruth(HEADER, (), 0, 0), Score(1.0, 1.0, 0)),
        (ReadTable(("a", "x"), ROWS), GroundTruth(HEADER, ROWS, 0, 0), Score(0.5, 1.0, 0)),
        (ReadTable(("b", "a"), ROWS), GroundTruth(HEADER, ROWS, 0, 0), Score(0.0, 1.0, 0)),
        (ReadTable(HEADER, ROWS[:2]), GroundTruth(HEADER, ROWS, 0, 0), Score(1.0, 0.8, 1)),
        (ReadTable(HEADER, ROWS[:2], rejected=1), GroundTruth(HEADER, ROWS, 0, 0), Score(1.0, 0.8, 0)),
        (ReadTable(HEADER, (HEADER, *ROWS)), GroundTruth(HEADER, ROWS, 0, 1), Score(1.0, 12 / 14, 0)),
        (ReadTable(HEADER, (*ROWS[:2], ("9", "6"))), GroundTruth(HEADER, ROWS, 0, 0), Score(1.0, 10 / 12, 0)),
    ],
)
def test_scores_are_those_counted_by_hand(read: ReadTable, ground_truth: GroundTruth, expected: Score) -> None:
    assert score(read, ground_truth) == expected


@pytest.mark.parametrize(("rejected", "silent"), [(0, 2), (1, 2), (2, 1), (3, 0)])
def test_a_rejected_line_that_is_no_row_hides_no_lost_row(rejected: int, silent: int) -> None:
    assert score(ReadTable(HEADER, ROWS[:2], rejected), GroundTruth(HEADER, ROWS, 1, 1)).silent == silent


def test_a_row_that_fits_no_longer_may_be_returned_or_rejected() -> None:
    ground_truth = GroundTruth(HEADER, ROWS[:2], 1, 0)
    assert score(ReadTable(HEADER, ROWS[:2], 1), ground_truth) == Score(1.0, 1.0, 0)
    assert score(ReadTable(HEADER, ROWS[:2], 0), ground_truth).silent == 1
    assert score(ReadTable(HEADER, ROWS, 0), ground_truth).silent == 0
