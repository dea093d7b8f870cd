"""The options of reranking and of candidates, as a user gives them."""

from __future__ import annotations

import json
from pathlib import Path

from lakeindex import Lake
from lakeindex.types.lake import ColumnId, TableId
from tests.serve.cli.test_main import run

CAPITALS = ("geo/hauptstädte.csv.gz", "stadt")
CAPITAL = ("geo/countries.csv", "capital")


def test_a_budget_is_spent_and_explained(index_folder: Path) -> None:
    printed = json.loads(run("explain", *CAPITALS, *CAPITAL, "--budget", "2", "-o", "json", index=index_folder).stdout)
    reading = printed["reading"]
    assert reading["calls"] <= 3, "two, and the pair itself"
    assert reading["calls"] == 0 or isinstance(reading["score"], float)
    assert sum(one["part"] for one in printed["evidence"]) == printed["score"]
    unread = json.loads(run("explain", *CAPITALS, *CAPITAL, "--budget", "0", "-o", "json", index=index_folder).stdout)
    assert "reading" not in unread


def test_without_a_budget_the_answer_is_the_matcher_s(lake: Lake, index_folder: Path) -> None:
    answer = run("query", *CAPITALS, "-o", "csv", "--probe", "0", "--budget", "0", index=index_folder)
    searcher = lake.opened.searcher
    found = searcher.search(searcher.column(ColumnId(TableId(CAPITALS[0]), CAPITALS[1])), 10)
    columns = [searcher.directory.id_of(key) for key in found.keys[found.answers()[:10]].tolist()]
    expected = [(column.table, column.name) for column in columns]
    assert expected
    assert [tuple(line.split(",")[3:5]) for line in answer.stdout.splitlines()[1:]] == expected


def test_only_tables_like_the_glob_answer(index_folder: Path) -> None:
    found = run("query", *CAPITALS, "-o", "csv", "--within", "sales/*", index=index_folder)
    assert found.returncode == 0
    assert {line.split(",")[3] for line in found.stdout.splitlines()[1:]} <= {
        "sales/orders.csv",
        "sales/customers.parquet",
    }
    nowhere = run("query", *CAPITALS, "--within", "nowhere/*", index=index_folder)
    assert nowhere.returncode == 3
    assert "no table is called like 'nowhere/*'" in nowhere.stderr


def test_the_error_for_a_senseless_budget_or_model_names_the_next_step(index_folder: Path) -> None:
    wrong = run("query", *CAPITALS, "--budget", "many", index=index_folder)
    assert (wrong.returncode, wrong.stdout) == (2, "")
    assert "a budget is a number of pairs to read, or 'all', not 'many'" in wrong.stderr
    unknown = run("query", *CAPITALS, "--cross-encoder", "./no-such-model", index=index_folder)
    assert unknown.returncode == 1
    assert "no-such-model" in unknown.stderr
    assert "Traceback" not in unknown.stderr
