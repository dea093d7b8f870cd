"""The same question has one answer: whatever the road, whatever k, and however many figures are counted.

On the demo lake, every column. CONTRACT: k only cuts, and counting changes neither probabilities nor ranks.
"""

from __future__ import annotations

import csv
import io
import shutil
from collections.abc import Sequence
from pathlib import Path

import pytest

from lakeindex import Lake, Settings
from lakeindex.demo import build_sample_lake
from lakeindex.evaluate.run import answer as evaluated
from lakeindex.search.answer import Answer
from lakeindex.types.lake import ColumnId
from tests.serve.cli.test_main import run

K = (5, 10, 100)
CLOSE = 1e-6


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Lake:
    folder = tmp_path_factory.mktemp("demo")
    build_sample_lake(folder / "lake")
    return Lake.index(folder / "lake", folder / "index", Settings(model="static", jobs=2))


@pytest.fixture(scope="module")
def columns(demo: Lake) -> list[ColumnId]:
    directory = demo.opened.searcher.directory
    return [directory.id_of(key) for key in range(len(directory))]


@pytest.fixture(scope="module")
def whole(demo: Lake, columns: Sequence[ColumnId]) -> list[Answer]:
    """Answer each query by itself, as far down as anybody asks."""
    return [demo.query(column.table, column.name, k=max(K), probe=0) for column in columns]


def assert_same(answer: Answer, expected: Answer, k: int) -> None:
    matches = expected.matches[:k]
    assert [match.column for match in answer.matches] == [match.column for match in matches], expected.query
    assert [match.score for match in answer.matches] == pytest.approx([match.score for match in matches], abs=CLOSE)
    assert [match.accepted for match in answer.matches] == [match.accepted for match in matches]
    assert [match.rank for match in answer.matches] == list(range(1, len(matches) + 1))


@pytest.mark.parametrize("k", K[:-1])
def test_k_only_cuts(demo: Lake, columns: Sequence[ColumnId], whole: Sequence[Answer], k: int) -> None:
    for column, expected in zip(columns, whole, strict=True):
        assert_same(demo.query(column.table, column.name, k=k, probe=0), expected, k)


@pytest.mark.parametrize("k", K)
def test_many_queries_are_answered_as_each_alone(
    demo: Lake, columns: Sequence[ColumnId], whole: Sequence[Answer], k: int
) -> None:
    for answer, expected in zip(demo.query_many(columns, k=k), whole, strict=True):
        assert_same(answer, expected, k)


def test_counting_changes_neither_probabilities_nor_ranks(
    demo: Lake, columns: Sequence[ColumnId], whole: Sequence[Answer]
) -> None:
    for column, expected in list(zip(columns, whole, strict=True))[::8]:
        counted = demo.query(column.table, column.name, k=5)
        assert_same(counted, expected, 5)
        assert all(match.exact or match.note for match in counted.matches)


def test_evaluate_scores_the_answers_that_query_gives(
    demo: Lake, columns: Sequence[ColumnId], whole: Sequence[Answer]
) -> None:
    for column, expected in zip(columns, whole, strict=True):
        assert evaluated(demo, column, 10) == [match.column for match in expected.matches[:10]]


def test_explain_gives_the_probability_that_query_gives(
    demo: Lake, columns: Sequence[ColumnId], whole: Sequence[Answer]
) -> None:
    for column, expected in list(zip(columns, whole, strict=True))[::10]:
        for match in expected.matches[:3]:
            explained = demo.explain(column, match.column)
            assert explained.score == pytest.approx(match.score, abs=CLOSE), (column, match.column)
            assert sum(one.part for one in explained.evidence) == pytest.approx(explained.score, abs=1e-9)


def test_a_copy_of_a_file_is_answered_as_the_file_in_the_lake(
    demo: Lake, whole: Sequence[Answer], tmp_path: Path
) -> None:
    answers = {expected.query: expected for expected in whole}
    for table in demo.opened.table_ids[::12]:
        copy = tmp_path / Path(table).name
        shutil.copy(demo.root / table, copy)
        for column, expected in answers.items():
            if column.table == table:
                answer = demo.query(copy, column.name, k=10, probe=1)
                assert answer.same_as == column
                assert_same(answer, expected, 10)
                assert all(match.exact or match.note for match in answer.matches[:1])


def test_a_table_in_memory_is_answered_as_the_same_table_of_the_lake(demo: Lake, whole: Sequence[Answer]) -> None:
    tables = [table for table in demo.opened.table_ids if table.endswith(".parquet")]
    for table in tables:
        rows = demo.sql(f'SELECT * FROM "{table}"')
        for expected in whole:
            if expected.query.table == table:
                answer = demo.query(rows, expected.query.name, k=10, probe=0)
                assert answer.same_as == expected.query
                assert_same(answer, expected, 10)
    assert tables


def test_the_command_line_gives_what_python_gives(
    demo: Lake, columns: Sequence[ColumnId], whole: Sequence[Answer], tmp_path: Path
) -> None:
    some = list(zip(columns, whole, strict=True))[::40]
    with (tmp_path / "queries.csv").open("w", newline="") as file:
        csv.writer(file).writerows([("query_table", "query_column"), *((one.table, one.name) for one, _ in some)])
    index = Path(demo.settings.index)
    batch = run("query", "--batch", tmp_path / "queries.csv", "-k", 10, "-o", "csv", index=index).stdout
    for column, expected in some:
        alone = run("query", column.table, column.name, "-k", 10, "--probe", 0, "-o", "csv", index=index).stdout
        by_road = [rows_of(text, expected.query) for text in (alone, batch)]
        for rows in by_road:
            assert [(row["table"], row["column"]) for row in rows] == [
                (match.column.table, match.column.name) for match in expected.matches[:10]
            ]
            assert [float(row["probability"]) for row in rows] == pytest.approx(
                [match.score for match in expected.matches[:10]], abs=CLOSE
            )


def rows_of(text: str, query: ColumnId) -> list[dict[str, str]]:
    rows = csv.DictReader(io.StringIO(text))
    return [row for row in rows if (row["query_table"], row["query_column"]) == (query.table, query.name)]
