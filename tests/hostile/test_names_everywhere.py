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

from lakeindex import ColumnId, Lake, Settings, TableId
from lakeindex.errors import InvalidSetting, NotFound
from lakeindex.escaping.markup import html_text
from lakeindex.escaping.visible import visible_line
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


@pytest.fixture(scope="module")
def lake(index: Path) -> Lake:
    return Lake.open(index, Settings(model="hashing", memory="500MB"))


@each_name
def test_a_column_is_asked_about_explained_and_joined_by_its_name(lake: Lake, name: str, tmp_path: Path) -> None:
    left, right = ColumnId(TableId(LEFT), name), ColumnId(TableId(RIGHT), name)
    answer = lake.query(LEFT, name, k=3)
    assert (answer.query, answer.matches[0].column, answer.matches[0].containment) == (left, right, 0.4)
    assert visible_line(name) in repr(answer)
    assert html_text(name) in answer._repr_html_()
    assert "<script>" not in answer._repr_html_()
    explained = lake.explain(left, right)
    assert (explained.column, explained.measured and explained.measured.rows) == (right, 12)
    also = () if name == "plain" else (("plain", "plain"),)
    plan = lake.join(LEFT, name, RIGHT, name, match="exact", also=also)
    assert plan.to_arrow().num_rows == 12
    assert plan.rows().to_pydict()["right_row"] == list(range(12))
    assert plan.write(tmp_path / "joined.parquet") == 12
    assert len(duckdb.sql(plan.sql()).fetchall()) == 12
    assert "<script>" not in plan._repr_html_()


@pytest.mark.parametrize("name", ["'; DROP TABLE x; --", "--help", "[/bold]", "new\nline"], ids=range(4))
def test_commands_take_a_name_for_a_name(index: Path, name: str) -> None:
    answer = printed(index, "query", LEFT, name, options=("-k", "3", "--probe", "0"))
    best = answer["matches"][0]
    assert (answer["query"], best["table"], best["column"]) == ({"table": LEFT, "column": name}, RIGHT, name)
    for form in ("table", "md"):
        assert run(index, "query", LEFT, name, options=("-o", form, "--all", "--probe", "0")).exit_code == 0
    for form in ("table", "html"):
        assert run(index, "explain", LEFT, name, RIGHT, name, options=("-o", form)).exit_code == 0
    assert len(printed(index, "join", LEFT, name, RIGHT, name, options=("--match", "exact"))) == 12


def test_verdicts_are_given_listed_carried_and_taken_back_by_names(lake: Lake, tmp_path: Path) -> None:
    pairs = [(ColumnId(TableId(LEFT), name), ColumnId(TableId(RIGHT), name)) for name in NAMES]
    for pair in pairs:
        lake.accept(*pair, note=pair[0].name)
    listed = lake.feedback().to_pylist()
    assert sorted(row["note"] for row in listed) == sorted(NAMES)
    assert all(row["left_column"] == row["right_column"] == row["note"] and row["in_lake"] for row in listed)
    lake.opened.verdicts.export_csv(tmp_path / "verdicts.csv", force=False)
    for pair in pairs:
        lake.withdraw(*pair)
    assert lake.feedback().num_rows == 0
    lake.opened.verdicts.import_csv(tmp_path / "verdicts.csv")
    assert lake.feedback().to_pylist() == listed
    for pair in pairs:
        lake.withdraw(*pair)


def test_a_note_that_is_no_text_is_refused(lake: Lake) -> None:
    with pytest.raises(InvalidSetting, match="is no text in UTF-8"):
        lake.accept(ColumnId(TableId(LEFT), "plain"), ColumnId(TableId(RIGHT), "plain"), note="caf\udce9")
    assert lake.feedback().num_rows == 0
    for call in (lake.read, lake.profile):
        with pytest.raises(NotFound, match="the index has no table"):
            call("caf\udce9.csv")


@pytest.mark.parametrize("command", ["accept", "reject"])
def test_a_verdict_is_a_command_s_on_names(index: Path, command: str) -> None:
    pair = (LEFT, "--help", RIGHT, "[/bold]")
    assert run(index, command, *pair, options=("--note", "--help")).exit_code == 0
    (listed,) = printed(index, "feedback")
    assert {(listed[f"{side}_table"], listed[f"{side}_column"]) for side in ("left", "right")} == {pair[:2], pair[2:]}
    assert run(index, "feedback").exit_code == 0
    assert run(index, "feedback", options=("--remove", *pair)).exit_code == 0
    assert printed(index, "feedback") == []


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
def test_a_name_that_is_not_there_is_an_error(lake: Lake, name: str) -> None:
    for call in (lambda: lake.query(name, name), lambda: lake.query(LEFT, f"{name} x"), lambda: lake.read(name),
                 lambda: lake.profile(name), lambda: lake.join(name, "x", LEFT, "plain")):  # fmt: skip
        with pytest.raises(Exception, match=r"has no (table|column)") as caught:
            call()
        assert caught.value.exit_code == 3  # type: ignore[attr-defined]


def write_csv(path: Path, rows: list[tuple[str, ...]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as handle:
        csv.writer(handle).writerows(rows)
