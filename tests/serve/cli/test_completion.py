"""What a shell is offered: commands, options, and names out of the index."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.shell_completion import ShellComplete

from lakeindex.serve.cli.main import cli

TABLES = ["events.jsonl", "geo/countries.csv", "geo/hauptstädte.csv.gz", "sales/customers.parquet", "sales/orders.csv"]


@pytest.fixture(autouse=True)
def index_named_by_a_variable(index_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LAKEINDEX_INDEX", str(index_folder))


def offered(*words: str) -> list[str]:
    *given, incomplete = words
    completion = ShellComplete(cli, {}, "lakeindex", "_LAKEINDEX_COMPLETE")
    return [item.value for item in completion.get_completions(given, incomplete)]


def test_commands_and_options() -> None:
    assert set(offered("re")) == {"read", "relationships", "repair", "restore", "reject"}
    assert offered("query", "--pro") == ["--probe"]
    assert offered("join", "--how", "f") == ["full"]
    assert offered("config", "s") == ["show"]


@pytest.mark.parametrize(
    "words",
    [
        ("query", ""),
        ("profile", ""),
        ("keys", ""),
        ("join", "sales/orders.csv", "country", ""),
        ("path", "events.jsonl", ""),
        ("integrate", "events.jsonl", ""),
        ("forget", ""),
        ("union", "events.jsonl", "--sql", ""),
    ],
)
def test_where_a_table_stands_all_are_offered(words: tuple[str, ...]) -> None:
    assert offered(*words) == TABLES


def test_tables_that_begin_so() -> None:
    assert offered("query", "sales/") == ["sales/customers.parquet", "sales/orders.csv"]
    assert offered("explain", "sales/orders.csv", "country", "geo/c") == ["geo/countries.csv"]


@pytest.mark.parametrize(
    "words",
    [
        ("query", "sales/orders.csv", ""),
        ("profile", "sales/orders.csv", ""),
        ("join", "sales/orders.csv", ""),
        ("accept", "geo/countries.csv", "code", "sales/orders.csv", ""),
        ("enrich", "sales/orders.csv", "--target", ""),
        ("dedupe", "sales/orders.csv", "--block", ""),
    ],
)
def test_where_a_column_stands_those_of_its_table_are_offered(words: tuple[str, ...]) -> None:
    assert offered(*words) == ["order_id", "customer_id", "country"]


def test_only_tables_that_are_allowed_are_offered(monkeypatch: pytest.MonkeyPatch) -> None:
    assert offered("query", "--allow", "geo/*", "") == TABLES[1:3]
    monkeypatch.setenv("LAKEINDEX_ALLOW", "sales/*")
    assert offered("query", "") == TABLES[3:]
    assert offered("query", "geo/countries.csv", "") == []


def test_without_an_index_nothing_is_offered(tmp_path: Path) -> None:
    assert offered("query", "--index", str(tmp_path / "none"), "") == []
    assert offered("query", "no/table.csv", "") == []


def test_bash_gets_names_as_it_reads_them(monkeypatch: pytest.MonkeyPatch) -> None:
    assert offered("query", "sales/customers.parquet", "f") == ["full name"]
    monkeypatch.setenv("_LAKEINDEX_COMPLETE", "bash_complete")
    assert offered("query", "sales/customers.parquet", "f") == ["full\\ name"]
