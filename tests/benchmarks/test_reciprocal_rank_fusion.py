from __future__ import annotations

from fusion import fuse

from lakeindex.evaluate.term_counts import LakeColumns
from lakeindex.types.lake import ColumnId, TableId


def column(name: str) -> ColumnId:
    return ColumnId(TableId("t.csv"), name)


A, B, C, D = map(column, "abcd")


def test_a_column_scores_the_sum_of_its_reciprocal_ranks() -> None:
    # b: 1/22 + 1/21 = .0931; a: 1/21 + 1/23 = .0911; c: 1/23 + 1/22 = .0889; d: 1/24 = .0417
    assert fuse([[A, B, C], [B, C, A, D]], k=10) == [B, A, C, D]


def test_one_first_place_loses_to_two_second_places() -> None:
    assert fuse([[A, B], [C, B]], k=1) == [B]


def test_equal_sums_fall_in_the_order_of_the_hashes() -> None:
    expected = list(LakeColumns.of([A, B, C, D]).ids)
    assert fuse([[A], [B], [C], [D]], k=4) == expected
    assert fuse([[D], [C], [B], [A]], k=4) == expected


def test_a_system_without_an_answer_changes_nothing() -> None:
    assert fuse([[A, B], []], k=10) == [A, B]
