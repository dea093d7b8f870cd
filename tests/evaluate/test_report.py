from __future__ import annotations

from collections.abc import Sequence

import pytest

from lakeindex.evaluate.labelled import Labels
from lakeindex.evaluate.report import Rankings, evaluate, one_by_one
from lakeindex.types.lake import ColumnId
from tests.evaluate.duckdb_lake import column

A, B, C, D = (column(f"{name}.csv", name) for name in "abcd")
LABELS = Labels({A: {B: 2}, B: {A: 1, C: 1}})


def test_scores_are_means_over_all_queries() -> None:
    (score,) = evaluate(LABELS, {"mine": lambda queries, k: {A: [D, B], B: [A]}})
    assert score.system == "mine"
    assert score.queries == 2
    assert score.recall == (1 + 1 / 2) / 2
    assert score.average_precision == (1 / 2 + 1 / 2) / 2
    assert score.precision_at_1 == 1 / 2
    assert score.seconds >= 0


def test_a_query_that_is_not_answered_scores_zero() -> None:
    (score,) = evaluate(LABELS, {"mine": lambda queries, k: {A: [B]}})
    assert (score.recall, score.average_precision, score.ndcg, score.precision_at_1) == (0.5, 0.5, 0.5, 0.5)


def test_repeated_columns_and_the_own_table_do_not_count() -> None:
    sibling = column("a.csv", "other")
    (score,) = evaluate(LABELS, {"mine": lambda queries, k: {A: [sibling, D, D, B]}}, k=2)
    assert score.recall == 1 / 2
    assert score.average_precision == 1 / 4


def test_every_system_answers_every_query_in_order_with_k_columns() -> None:
    calls: list[tuple[ColumnId, int]] = []

    def answer(query: ColumnId, k: int) -> list[ColumnId]:
        calls.append((query, k))
        return [B]

    def silent(queries: Sequence[ColumnId], k: int) -> Rankings:
        return {}

    scores = evaluate(LABELS, {"mine": one_by_one(answer), "silent": silent}, k=7)
    assert calls == [(A, 7), (B, 7)]
    assert [score.system for score in scores] == ["mine", "silent"]
    assert [score.recall for score in scores] == [pytest.approx(1 / 2), 0.0]
