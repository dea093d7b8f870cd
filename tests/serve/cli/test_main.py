from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pytest

from lakeindex.serve.cli.catalogue import COMMANDS as COMMANDS_OF_HELP
from tests.commands import run_here

COMMANDS = (
    "accept",
    "config",
    "dedupe",
    "demo",
    "doctor",
    "enrich",
    "evaluate",
    "explain",
    "export",
    "feedback",
    "forget",
    "import",
    "index",
    "integrate",
    "join",
    "keys",
    "link",
    "map",
    "mcp",
    "merge",
    "pairs",
    "path",
    "profile",
    "query",
    "read",
    "reject",
    "relationships",
    "repair",
    "restore",
    "rollback",
    "serve",
    "similar",
    "snapshot",
    "sql",
    "status",
    "tables",
    "train",
    "types",
    "union",
    "verdicts",
    "verify",
    "watch-joins",
    "why",
)


def run(*words: object, cwd: Path | None = None, index: Path | None = None) -> subprocess.CompletedProcess[str]:
    environment = {} if index is None else {"LAKEINDEX_INDEX": str(index)}
    return run_here(*words, cwd=cwd, **environment)


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_help_names_every_command_and_loads_nothing_heavy() -> None:
    done = run("--help")
    assert done.returncode == 0
    assert sorted(COMMANDS) == sorted(COMMANDS_OF_HELP)
    assert all(f"\n  {name} " in done.stdout for name in COMMANDS)
    loaded = subprocess.run(
        [
            sys.executable,
            "-c",
            "import sys; from lakeindex.serve.cli.main import cli\n"
            "try: cli(['--help'])\nexcept SystemExit: pass\n"
            "import lakeindex; print(sorted({'torch', 'faiss', 'duckdb', 'pyarrow', 'numpy', 'sentence_transformers'}"
            " & set(sys.modules)))",
        ],
        capture_output=True,
        text=True,
        check=True,
    )
    assert loaded.stdout.splitlines()[-1] == "[]"


def test_importing_lake_loads_no_model_library() -> None:
    code = "import sys, lakeindex; lakeindex.Lake; print({'torch', 'sentence_transformers'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


def test_a_query_of_a_lake_column_loads_no_encoder_and_no_duckdb(index_folder: Path) -> None:
    code = (
        "import sys; from lakeindex.serve.cli.main import cli\n"
        "try: cli(['query', 'sales/orders.csv', 'country', '--probe', '0', '-o', 'csv'])\nexcept SystemExit: pass\n"
        "print({'torch', 'duckdb', 'pandas', 'rich', 'sentence_transformers'} & set(sys.modules))\n"
        "try: cli(['query', 'sales/orders.csv', 'country'])\nexcept SystemExit: pass\n"
        "print({'torch', 'pandas', 'rich', 'sentence_transformers'} & set(sys.modules))"
    )
    environment = os.environ | {"LAKEINDEX_INDEX": str(index_folder)}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment)
    assert [line for line in done.stdout.splitlines() if line.startswith(("set(", "{"))] == ["set()"] * 2


def test_query_as_csv_has_the_columns_of_the_contract(index_folder: Path) -> None:
    done = run("query", "sales/orders.csv", "country", "-o", "csv", "-k", "3", index=index_folder)
    assert done.stdout.splitlines()[0] == (
        "query_table,query_column,rank,table,column,score,kind,containment,reverse_containment,cardinality,exact,"
        "probability,accepted,match,matched,reverse_matched"
    )
    first = rows(done.stdout)[0]
    assert first["table"] == "geo/countries.csv"
    assert first["column"] == "code"
    assert (first["rank"], first["kind"], first["cardinality"], first["exact"]) == ("1", "equi", "n:1", "true")
    assert (float(first["containment"]), float(first["reverse_containment"])) == (1.0, 0.75)
    assert (first["match"], float(first["matched"]), float(first["reverse_matched"])) == ("normalised", 1.0, 0.75)
    assert first["probability"] == first["score"] and first["accepted"] in ("true", "false")


def test_query_as_json_lists_what_was_tried(index_folder: Path) -> None:
    done = run("query", "sales/orders.csv", "country", "-o", "json", index=index_folder)
    answer = json.loads(done.stdout)
    assert set(answer) == {"query", "tried", "hidden", "matches", "self"}
    assert answer["query"] == {"table": "sales/orders.csv", "column": "country"}
    assert answer["tried"] == ["containment", "keys", "words", "grams", "names", "references", "alternates", "vectors"]
    assert answer["matches"][0]["examples"] == ["de", "es", "pt", "se", "fi"]
    assert done.stderr == ""


def test_the_table_for_people_hides_weak_matches_and_names_their_number(index_folder: Path) -> None:
    some = run("query", "geo/countries.csv", "name", index=index_folder)
    everything = run("query", "geo/countries.csv", "name", "--all", index=index_folder)
    assert "geo/hauptstädte.csv.gz · land" in some.stdout
    assert "full name" not in some.stdout
    scored = json.loads(run("query", "geo/countries.csv", "name", "-o", "json", index=index_folder).stdout)["matches"]
    weak = sum(not match["accepted"] for match in scored)
    assert weak == 1 < len(scored)
    assert "1 match that is not sure enough to be accepted is hidden; --all shows it" in some.stderr
    assert "sales/customers.parquet · full name" in everything.stdout


def test_a_batch_answers_every_query_and_names_the_one_it_cannot(index_folder: Path, tmp_path: Path) -> None:
    queries = tmp_path / "queries.csv"
    queries.write_text("query_table,query_column\nsales/orders.csv,country\nnowhere.csv,x\ngeo/countries.csv,name\n")
    done = run("query", "--batch", queries, "-k", "2", "-o", "csv", index=index_folder)
    assert done.returncode == 0
    assert [(row["query_table"], row["rank"]) for row in rows(done.stdout)] == [
        ("sales/orders.csv", "1"),
        ("sales/orders.csv", "2"),
        ("geo/countries.csv", "1"),
        ("geo/countries.csv", "2"),
    ]
    assert {row["exact"] for row in rows(done.stdout)} == {"false"}
    assert "nowhere.csv" in done.stderr


def test_explain_sums_to_the_score(index_folder: Path) -> None:
    pair = ("sales/orders.csv", "country", "geo/countries.csv", "code")
    done = run("explain", *pair, "-o", "json", index=index_folder)
    explained = json.loads(done.stdout)
    assert sum(one["part"] for one in explained["evidence"]) == pytest.approx(explained["score"])
    assert explained["exact"] is True
    page = run("explain", *pair, "-o", "html", index=index_folder).stdout
    assert page.startswith("<!doctype html>")
    assert "geo/countries.csv" in page


def test_sql_tables_profile_status_and_read(index_folder: Path, lake_folder: Path) -> None:
    count = run("sql", 'SELECT count(*) AS n FROM "sales/orders.csv"', "-o", "csv", index=index_folder)
    assert count.stdout == "n\n40\n"
    tables = json.loads(run("tables", "-o", "json", index=index_folder).stdout)
    assert [table["table"] for table in tables] == [
        "events.jsonl",
        "geo/countries.csv",
        "geo/hauptstädte.csv.gz",
        "sales/customers.parquet",
        "sales/orders.csv",
    ]
    profile = json.loads(run("profile", "geo/countries.csv", "code", "-o", "json", index=index_folder).stdout)
    assert [(one["type"], one["distinct"], one["is_key"]) for one in profile] == [("text", 8, True)]
    status = json.loads(run("status", "-o", "json", index=index_folder).stdout)
    assert {"generation", "tables", "columns", "failed", "logical_hash", "models", "format", "bytes"} <= set(status)
    assert (status["tables"], status["columns"], status["failed"]) == (5, 13, 2)
    assert list(status)[-1] == "calibration" and 0 < status["calibration"]["threshold"] < 1
    for figures in status["calibration"]["measured_on"].values():
        assert sum(one["count"] for one in figures["reliability"]) == figures["answers"]
        assert all(0 <= one["probability"] <= 1 and 0 <= one["joins"] <= 1 for one in figures["reliability"])
    assert status["calibration"]["lake"]["shift"] == 0.0
    read = run("read", "sales/orders.csv", "-o", "csv", index=index_folder)
    assert read.stdout == (lake_folder / "sales" / "orders.csv").read_text().replace(";", ",")
    file = run("read", lake_folder / "geo" / "countries.csv", "-o", "json", cwd=Path("/"))
    assert json.loads(file.stdout)[6] == {"code": "CI", "name": "Côte d'Ivoire", "capital": "Yamoussoukro"}


def test_every_format_carries_the_same_rows(index_folder: Path) -> None:
    statement = 'SELECT code, name FROM "geo/countries.csv" ORDER BY code LIMIT 2'
    expected = [{"code": "CI", "name": "Côte d'Ivoire"}, {"code": "DE", "name": "Germany"}]
    assert json.loads(run("sql", statement, "-o", "json", index=index_folder).stdout) == expected
    lines = run("sql", statement, "-o", "jsonl", index=index_folder).stdout.splitlines()
    assert [json.loads(line) for line in lines] == expected
    assert rows(run("sql", statement, "-o", "csv", index=index_folder).stdout) == expected
    assert run("sql", statement, "-o", "md", index=index_folder).stdout.splitlines() == [
        "| code | name |",
        "| --- | --- |",
        "| CI | Côte d'Ivoire |",
        "| DE | Germany |",
    ]
    environment = os.environ | {"LAKEINDEX_INDEX": str(index_folder)}
    command = [sys.executable, "-m", "lakeindex.serve.cli.main", "sql", statement, "-o", "arrow"]
    raw = subprocess.run(command, capture_output=True, check=True, env=environment).stdout
    assert pa.ipc.open_stream(raw).read_all().to_pylist() == expected


def test_index_writes_a_report_and_strict_has_its_own_exit_code(lake_folder: Path, tmp_path: Path) -> None:
    (tmp_path / "lakeindex.toml").write_text('model = "hashing"\n')
    done = run("index", lake_folder, "--report", "report.json", "--strict", cwd=tmp_path)
    assert done.returncode == 5
    assert done.stdout == ""
    assert "failed: empty.csv: empty file" in done.stderr
    report = json.loads((tmp_path / "report.json").read_text())
    assert {"files", "tables", "columns", "seconds", "stages", "bytes", "logical_hash"} <= set(report)
    assert {"path", "status", "reason", "tables", "rows", "rejected_rows"} <= set(report["files"][0])
    orders = next(file for file in report["files"] if file["path"] == "sales/orders.csv")
    assert (orders["rows"], orders["rejected_rows"], orders["status"]) == (40, 0, "indexed")
    assert (tmp_path / ".lakeindex" / "CURRENT").read_text().startswith("1 ")


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (("query", "sales/orders.csv"), 2, "give TABLE COLUMN"),
        (("query", "sales/orders.csv", "country", "--sources", "magic"), 2, "there is no source 'magic'"),
        (("query", "sales/order.csv", "country"), 3, "the nearest: 'sales/orders.csv'"),
        (("query", "sales/orders.csv", "contry"), 3, "'country'"),
        (("query", "--file", "no/such.csv", "a"), 3, "no file"),
        (("query", "--batch", "no/such.csv"), 3, "no file"),
        (("profile", "nothing.csv"), 3, "no table"),
        (("sql", "DROP TABLE x"), 8, "read-only"),
        (("sql", "SELECT nothing"), 1, "DuckDB can't run this"),
        (("index", "no/such/lake"), 3, "no lake at"),
        (("frobnicate",), 2, "No such command"),
    ],
)
def test_errors_are_one_sentence_and_an_exit_code(
    index_folder: Path, tmp_path: Path, words: tuple[str, ...], code: int, message: str
) -> None:
    done = run(*words, index=index_folder, cwd=tmp_path)
    assert done.returncode == code
    assert message in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


def test_the_error_for_a_missing_index_names_the_command_that_builds_one(tmp_path: Path) -> None:
    done = run("query", "a.csv", "b", cwd=tmp_path)
    assert done.returncode == 4
    assert "lakeindex index LAKE" in done.stderr


def test_verify_names_what_is_damaged_and_rollback_returns_to_the_generation_before(tmp_path: Path) -> None:
    lake, index = tmp_path / "lake", tmp_path / "index"
    lake.mkdir()
    for content in ("a\n1\n", "a,b\n1,2\n"):
        (lake / "t.csv").write_text(content)
        assert run("index", lake, "--quiet", index=index).returncode == 0
    done = run("verify", index=index)
    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr == "generation 2, which answers, is whole\ngeneration 1 is whole\n"
    (index / "generations/2/vectors.faiss").write_bytes(b"")
    done = run("verify", "-o", "csv", index=index)
    assert done.returncode == 4
    assert done.stdout == (
        "generation,current,file,damage\n2,true,vectors.faiss,has another size than when it was written\n"
    )
    refused = run("status", index=index)
    assert refused.returncode == 4
    assert "vectors.faiss has another size than when it was written; lakeindex repair" in refused.stderr
    assert run("rollback", index=index).returncode == 0
    assert json.loads(run("status", "-o", "json", index=index).stdout)["generation"] == 1
    assert run("rollback", "--to", "7", index=index).returncode == 3
