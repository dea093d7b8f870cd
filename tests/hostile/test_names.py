"""Names of files and columns that are globs, SQL, shell text or paths are names, and each means its own rows."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from lakeindex.serve.cli.main import cli
from tests.hostile import command

STEMS = [
    "glob[1]", "glob1", "a*b?", "axbc", "[!a]", "'; DROP TABLE x; --", "$(rm -rf x)", "`id`", "new\nline", 'say "hi"',
    "back\\slash", "back\\[1]*", "-rf", "--help", ".", "..", "%2e%2e", " sp ace ", "~", "{a,b}", "#x", "é", "tab\tbed",
    "a;b", "a/b'c/d\"e", "sub/--x/y", "st*r/x", "select", "NULL", "&&", "\u202e", "北京", "{{x}}", "%s", "x" * 200,
]  # fmt: skip
SUFFIXES = {".csv", ".jsonl", ".parquet"}


def columns_of(stem: str) -> tuple[str, str]:
    return "id", f"{stem.strip()} column"


def rows_of(place: int, stem: str) -> list[dict[str, str]]:
    names = columns_of(stem)
    return [dict(zip(names, (f"{place}-{row}", f"v{row % 3}"), strict=True)) for row in range(3 + place)]


def write_table(path: Path, rows: list[dict[str, str]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix == ".parquet":
        pq.write_table(pa.Table.from_pylist(rows), path)
    elif path.suffix == ".jsonl":
        path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    else:
        text = io.StringIO()
        writer = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
        path.write_text(text.getvalue(), "utf-8")


@pytest.fixture(scope="module", params=sorted(SUFFIXES))
def tables(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    """An index, and the rows of each table by its name."""
    folder = tmp_path_factory.mktemp("it's [a] lake*")
    written = {}
    for place, stem in enumerate(STEMS):
        written[f"{stem}{request.param}"] = rows_of(place, stem)
        write_table(folder / "lake" / f"{stem}{request.param}", rows_of(place, stem))
    report = command.index(folder / "lake", folder / "index")
    assert {one["path"]: (one["status"], one["rows"], one["tables"]) for one in report["files"]} == {
        name: ("indexed", len(rows), [name]) for name, rows in written.items()
    }
    return folder / "index", written


@pytest.fixture
def run(tables: tuple[Path, dict[str, Any]], monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    monkeypatch.setenv("LAKEINDEX_INDEX", str(tables[0]))

    def run_command(name: str, *words: str) -> Any:
        done = CliRunner().invoke(cli, [name, "-o", "json", "--", *words], catch_exceptions=False)
        assert done.exit_code == 0, done.stderr
        return json.loads(done.stdout)

    return run_command


def test_each_is_listed_under_its_name(tables: tuple[Path, dict[str, Any]], run: Callable[..., Any]) -> None:
    assert {one["table"]: one["rows"] for one in run("tables")} == {name: len(rows) for name, rows in tables[1].items()}


def test_each_is_read_and_selected_with_its_own_rows(
    tables: tuple[Path, dict[str, Any]], run: Callable[..., Any]
) -> None:
    step = 1 if next(iter(tables[1])).endswith(".csv") else 2
    for name, rows in list(tables[1].items())[::step]:
        assert run("read", name) == rows, name
        quoted = '"' + name.replace('"', '""') + '"'
        assert run("sql", f"SELECT * FROM {quoted} ORDER BY len(id), id") == rows, name


def test_each_column_is_profiled_and_asked_about_under_its_name(
    tables: tuple[Path, dict[str, Any]], run: Callable[..., Any]
) -> None:
    # Which format a table has makes no difference here: those of the first are all asked about, of the others some.
    step = 1 if next(iter(tables[1])).endswith(".csv") else 5
    for name, rows in list(tables[1].items())[::step]:
        wanted = list(rows[0])
        assert [one["column"] for one in run("profile", name)] == wanted
        for column in wanted[1:]:
            (profile,) = run("profile", name, column)
            assert (profile["column"], profile["rows"]) == (column, len(rows))
        answer = run("query", name, wanted[1])
        assert {match["table"] for match in answer["matches"]} <= tables[1].keys() - {name}
        assert answer["matches"][0]["containment"] == 1.0
        assert answer["matches"][0]["exact"] is True


def test_a_name_that_is_no_utf8_is_reported_with_the_remedy(tmp_path: Path) -> None:
    (tmp_path / "lake").mkdir()
    write_table(tmp_path / "lake" / "a.csv", [{"id": "1"}])
    (tmp_path / "lake" / "caf\udce9.csv").write_text("id\n2\n")
    report = command.index(tmp_path / "lake", tmp_path / "index")
    assert [(one["path"], one["status"], one["reason"]) for one in report["files"]] == [
        ("a.csv", "indexed", ""),
        ("caf\\xe9.csv", "skipped", "its name is not valid UTF-8; rename it"),
    ]
