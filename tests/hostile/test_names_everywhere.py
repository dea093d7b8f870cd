"""Names of tables and columns are data in every command: never SQL, options, markup, globs or a line of their own."""

from __future__ import annotations

import csv
import io
import json
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import duckdb
import pytest
from click.testing import CliRunner, Result

from lakeindex import Lake, Settings
from lakeindex.serve.cli.main import cli

NAMES = [
    "plain", "'; DROP TABLE x; --", 'say "hi"', "new\nline", "--help", "a*b?", "[!a]", "[/bold]", "[red]x[/red]",
    "🙂", "nu\0l", "%s {0} {{x}}", "back\\slash", "</td><script>", "a,b;c\td", "\u202ertl", "sp  ace", "=1+1",
]  # fmt: skip
each_name = pytest.mark.parametrize("name", NAMES, ids=range(len(NAMES)))
LEFT, RIGHT = 'it\'s [a] "left"\n-- *?🙂.jsonl', "--right [/b] 'x'; %s.jsonl"
VALUES = [f"value {number}" for number in range(30)]


def write(root: Path, values: list[str]) -> Path:
    """Write two tables with the same columns, whose values differ from column to column."""
    for table, some in ((LEFT, VALUES), (RIGHT, values)):
        rows = [{name: f"{place} {value}" for place, name in enumerate(NAMES)} for value in some]
        (root / table).parent.mkdir(parents=True, exist_ok=True)
        (root / table).write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    return root


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index of two generations, between which the joins of all columns broke."""
    folder = tmp_path_factory.mktemp("names")
    settings = Settings(model="hashing", jobs=2, memory="500MB")
    for values in (VALUES, VALUES[:12]):
        Lake.index(write(folder / "lake", values), folder / "index", settings)
    return folder / "index"


def run(index: Path, command: str, *words: object, options: tuple[object, ...] = ()) -> Result:
    runner = CliRunner(env={"LAKEINDEX_MODEL": "hashing", "LAKEINDEX_INDEX": str(index)})
    return runner.invoke(cli, [command, *map(str, options), "--", *map(str, words)], catch_exceptions=False)


def done(result: Result) -> str:
    assert result.exit_code == 0, result.output
    return result.stdout


def printed(index: Path, command: str, *words: object, options: tuple[object, ...] = ()) -> Any:
    return json.loads(done(run(index, command, *words, options=("-o", "json", *options))))


def escaped(name: str) -> str:
    """Return the glob of a name alone."""
    return "".join(f"[{one}]" if one in "[*?" else one for one in name)


@each_name
def test_a_column_is_asked_about_explained_and_joined_by_its_name(index: Path, name: str, tmp_path: Path) -> None:
    answer = printed(index, "query", LEFT, name, options=("-k", "3"))
    best = answer["matches"][0]
    assert (answer["query"], best["table"], best["column"]) == ({"table": LEFT, "column": name}, RIGHT, name)
    assert best["containment"] == 0.4
    assert best["match_rate"] == 0.4
    for form in ("table", "csv", "md"):
        assert run(index, "query", LEFT, name, options=("-o", form, "--all")).exit_code == 0
    explained = printed(index, "explain", LEFT, name, RIGHT, name)
    assert (explained["column"], explained["joined_rows"]) == (name, 12)
    assert run(index, "explain", LEFT, name, RIGHT, name, options=("-o", "html")).exit_code == 0
    joined = printed(index, "join", LEFT, name, RIGHT, name, options=("--quiet", "--match", "exact"))
    assert len(joined) == 12
    pairs = csv.DictReader(
        io.StringIO(done(run(index, "join", LEFT, name, RIGHT, name, options=("--rows", "-o", "csv"))))
    )
    assert [(row["left_row"], row["right_row"]) for row in pairs] == [(str(row), str(row)) for row in range(12)]
    out = tmp_path / "joined.csv"
    options = ("--out", out, "--match", "exact", "--also", "plain", "plain") if name != "plain" else ("--out", out)
    assert run(index, "join", LEFT, name, RIGHT, name, options=options).exit_code == 0
    statement = done(run(index, "join", LEFT, name, RIGHT, name, options=("--sql", "--match", "exact", "--quiet")))
    assert len(duckdb.sql(statement.rstrip().rstrip(";")).fetchall()) == 12


@each_name
def test_a_verdict_is_given_listed_carried_and_taken_back_by_names(index: Path, name: str, tmp_path: Path) -> None:
    pair = (LEFT, name, RIGHT, name)
    row = dict(zip(("left_table", "left_column", "right_table", "right_column"), pair, strict=True))
    assert run(index, "accept", *pair, options=("--note", name)).exit_code == 0
    assert run(index, "reject", *pair, options=("--note", "no")).exit_code == 0
    listed = [one for one in printed(index, "feedback") if one["left_column"] == name]
    assert [(one | row, one["verdict"], one["in_lake"]) for one in listed] == [(listed[0], "rejected", True)]
    file = tmp_path / "verdicts.csv"
    assert run(index, "feedback", options=("--export", file)).exit_code == 0
    assert run(index, "feedback", options=("--remove", *pair)).exit_code == 0
    assert run(index, "feedback", options=("--import", file)).exit_code == 0
    assert [one for one in printed(index, "feedback") if one["left_column"] == name] == listed
    assert run(index, "feedback", options=("--remove", *pair)).exit_code == 0
    assert [one for one in printed(index, "feedback") if one["left_column"] == name] == []


def test_labels_batches_and_drift_are_by_names(index: Path, tmp_path: Path) -> None:
    queries, qrels = tmp_path / "queries.csv", tmp_path / "qrels.csv"
    write_csv(queries, [("query_table", "query_column"), *((LEFT, name) for name in NAMES)])
    header = ("query_table", "query_column", "candidate_table", "candidate_column", "grade")
    write_csv(qrels, [header, *((LEFT, name, RIGHT, name, "1") for name in NAMES)])
    scores = printed(index, "evaluate", options=("--queries", queries, "--qrels", qrels, "-k", "1"))
    assert (scores[0]["system"], scores[0]["queries"], scores[0]["recall"]) == ("lakeindex", len(NAMES), 1.0)
    answers = done(run(index, "query", options=("--batch", queries, "-k", "1", "-o", "csv")))
    found = [(row["query_column"], row["table"], row["column"]) for row in csv.DictReader(io.StringIO(answers))]
    assert found == [(name, RIGHT, name) for name in NAMES]
    drift = run(index, "watch-joins", options=("-o", "json"))
    assert drift.exit_code == 6
    broken = json.loads(drift.stdout)["broken"]
    assert {one["column"] for one in broken} == set(NAMES)
    assert run(index, "watch-joins").exit_code == 6


@pytest.mark.parametrize("table", [LEFT, RIGHT])
def test_a_table_is_allowed_and_asked_within_by_the_glob_of_its_name(index: Path, table: str) -> None:
    assert fnmatchcase(table, escaped(table))
    assert [one["table"] for one in printed(index, "tables", options=("--allow", escaped(table)))] == [table]
    answer = printed(index, "query", LEFT, "plain", options=("--within", escaped(RIGHT), "--probe", "0"))
    assert {match["table"] for match in answer["matches"]} == {RIGHT}
    expected = {"read": 12 if table == RIGHT else 30, "profile": len(NAMES)}
    for command, rows in expected.items():
        assert len(printed(index, command, table)) == rows
        for form in ("table", "md", "csv", "jsonl"):
            assert run(index, command, table, options=("-o", form)).exit_code == 0


@each_name
def test_a_name_that_is_not_there_is_an_error_that_shows_it_on_one_line(index: Path, name: str) -> None:
    lake = Lake.open(index, Settings(model="hashing"))
    for call in (lambda: lake.query(name, name), lambda: lake.query(LEFT, f"{name} x"), lambda: lake.read(name),
                 lambda: lake.profile(name), lambda: lake.join(name, "x", LEFT, "plain")):  # fmt: skip
        with pytest.raises(Exception, match=r"has no (table|column)") as caught:
            call()
        assert caught.value.exit_code == 3  # type: ignore[attr-defined]
    answer = lake.query(LEFT, name)
    assert "<script>" not in answer._repr_html_()
    assert repr(answer)


def write_csv(path: Path, rows: list[tuple[str, ...]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as handle:
        csv.writer(handle).writerows(rows)
