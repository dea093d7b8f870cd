"""The same question has one answer: whatever the road, whatever k, and however many figures are counted.

On the demo lake, every column. CONTRACT: k only cuts, and counting changes neither probabilities nor ranks.
"""

from __future__ import annotations

import csv
import io
import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from lakeindex import Lake, Settings
from lakeindex.errors import InvalidSetting
from lakeindex.evaluate.run import answer as evaluated
from lakeindex.search.answer import Answer
from lakeindex.types.lake import ColumnId, TableId
from lakeindex.types.matches import Match
from tests.serve.cli.test_main import run

K = (5, 10, 100)
CLOSE = 1e-6


@pytest.fixture(scope="module")
def demo(sample: Path) -> Lake:
    return Lake.open(sample / ".lakeindex", Settings(model="static", jobs=2))


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
    for given, other in ((answer.matches, matches), (answer.self_matches, expected.self_matches)):
        assert [match.column for match in given] == [match.column for match in other], expected.query
        for one, another in zip(given, other, strict=True):
            if one.measured is None:
                assert shares(one) == shares(another), one


def shares(match: Match) -> tuple[object, ...]:
    return match.match, match.matched, match.reverse_matched, match.containment, match.reverse_containment


@pytest.mark.parametrize("k", K[:-1])
def test_k_only_cuts(demo: Lake, columns: Sequence[ColumnId], whole: Sequence[Answer], k: int) -> None:
    for column, expected in list(zip(columns, whole, strict=True))[k % 2 :: 2]:
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
    for column, expected in list(zip(columns, whole, strict=True))[::16]:
        counted = demo.query(column.table, column.name, k=5)
        assert_same(counted, expected, 5)
        assert all(match.exact or match.note for match in counted.matches)


def test_what_is_called_counted_by_default_is_what_is_counted_by_all_that_a_join_tries(
    demo: Lake, columns: Sequence[ColumnId]
) -> None:
    for column in columns[::60]:
        quick = [match for match in demo.query(column.table, column.name).matches if match.exact]
        for match in quick[:2]:
            explained = demo.explain(column, match.column)
            assert explained.exact and shares(explained) == shares(match)
            assert explained.measured == match.measured


def test_evaluate_scores_the_answers_that_query_gives(
    demo: Lake, columns: Sequence[ColumnId], whole: Sequence[Answer]
) -> None:
    for column, expected in list(zip(columns, whole, strict=True))[::3]:
        assert evaluated(demo, column, 10) == [match.column for match in expected.matches[:10]]


def test_explain_gives_the_probability_that_query_gives(
    demo: Lake, columns: Sequence[ColumnId], whole: Sequence[Answer]
) -> None:
    for column, expected in list(zip(columns, whole, strict=True))[::32]:
        for match in expected.matches[:3]:
            explained = demo.explain(column, match.column)
            assert explained.score == pytest.approx(match.score, abs=CLOSE), (column, match.column)
            assert sum(one.part for one in explained.evidence) == pytest.approx(explained.score, abs=1e-9)
            assert explained.exact or explained.note


def test_a_copy_of_a_file_is_answered_as_the_file_in_the_lake(
    demo: Lake, whole: Sequence[Answer], tmp_path: Path
) -> None:
    answers = {expected.query: expected for expected in whole}
    for table in demo.opened.table_ids[::40]:
        copy = tmp_path / Path(table).name
        shutil.copy(demo.root / table, copy)
        for column, expected in answers.items():
            if column.table == table:
                answer = demo.query(copy, column.name, k=10, probe=1)
                assert answer.same_as == column
                assert_same(answer, expected, 10)
                assert all(match.exact or match.note for match in answer.matches[:1])


def test_a_table_in_memory_is_answered_as_the_same_table_of_the_lake(demo: Lake, whole: Sequence[Answer]) -> None:
    tables = [table for table in demo.opened.table_ids if table.endswith(".parquet")][::2]
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
            assert [(row["match"], float(row["matched"]), float(row["reverse_matched"])) for row in rows] == [
                (str(match.match), match.matched, match.reverse_matched) for match in expected.matches[:10]
            ]


def rows_of(text: str, query: ColumnId) -> list[dict[str, str]]:
    rows = csv.DictReader(io.StringIO(text))
    return [row for row in rows if (row["query_table"], row["query_column"]) == (query.table, query.name)]


def test_a_copy_among_tables_alike_is_answered_as_the_one_that_it_is_a_copy_of(
    demo: Lake, whole: Sequence[Answer], tmp_path: Path
) -> None:
    answers = {expected.query: expected for expected in whole}
    for name in ("IBM", "MSFT"):
        shutil.copy(demo.root / f"finance/daily/{name}.csv", tmp_path / f"my_{name}.csv")
        column = ColumnId(TableId(f"finance/daily/{name}.csv"), "Date")
        answer = demo.query(tmp_path / f"my_{name}.csv", "Date", k=10, probe=0)
        assert answer.same_as == column
        assert_same(answer, answers[column], 10)


def test_a_table_with_one_value_changed_is_no_copy(demo: Lake, tmp_path: Path) -> None:
    rows = (demo.root / "geo/countries.csv").read_text(encoding="utf-8").splitlines()
    (tmp_path / "countries.csv").write_text("\n".join([*rows[:-1], rows[-1].replace("Zimbabwe", "Elsewhere")]) + "\n")
    answer = demo.query(tmp_path / "countries.csv", "name", k=10, probe=0)
    assert answer.same_as is None
    assert answer.matches[0].column.table == "geo/countries.csv"


def test_a_budget_that_is_given_counts_whatever_the_settings(demo: Lake, columns: Sequence[ColumnId]) -> None:
    none = Lake.open(demo.settings.index, replace(demo.settings, budget="0"))
    for column in columns[::40]:
        expected = demo.query(column.table, column.name, probe=0, budget=30)
        assert_same(none.query(column.table, column.name, probe=0, budget=30), expected, 10)


@pytest.mark.parametrize("wrong", [{"k": -1}, {"probe": -1}, {"budget": -1}, {"k": 2.5}, {"budget": "all"}])
def test_a_count_that_is_none_is_refused_in_a_sentence(demo: Lake, wrong: dict[str, object]) -> None:
    with pytest.raises(InvalidSetting, match="a whole number from 0 to 1,000,000"):
        demo.query("geo/countries.csv", "name", **wrong)  # type: ignore[arg-type]
