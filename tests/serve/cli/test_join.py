from __future__ import annotations

import csv
import io
import json
import subprocess
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest

from tests.commands import run_here

PAIR = ("sales/orders.csv", "country", "geo/countries.csv", "code")
KEYS = ("sales/orders.csv", "customer_id", "sales/customers.parquet", "id")


def join(index: Path, *words: object, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    return run_here("join", *words, cwd=cwd, LAKEINDEX_INDEX=str(index))


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_rows_are_the_pairs_of_the_contract(index_folder: Path) -> None:
    done = join(index_folder, *PAIR, "--rows", "-o", "csv")
    assert done.returncode == 0
    assert done.stdout.splitlines()[0] == "left_row,right_row,probability"
    assert [(int(row["left_row"]), int(row["right_row"])) for row in rows(done.stdout)] == [
        (number - 1, number % 6) for number in range(1, 41)
    ]
    condition = "normalised: values are equal but for case, blanks around them and what can't be seen"
    assert f"{condition} (promises 99.0% of the pairs right" in done.stderr
    assert "40 rows out of 40 and 8; 40 left rows, 100.0% of those with a value, matched" in done.stderr


def test_joined_rows_hold_the_columns_of_both_tables(index_folder: Path) -> None:
    done = join(index_folder, *PAIR, "-o", "csv", "--quiet")
    joined = rows(done.stdout)
    assert list(joined[0]) == ["order_id", "customer_id", "country", "code", "name", "capital"]
    assert len(joined) == 40
    assert all(row["country"].upper() == row["code"] for row in joined)
    assert done.stderr == ""


def test_every_how_keeps_its_rows(index_folder: Path) -> None:
    counts = {}
    for how in ("inner", "left", "full", "anti"):
        done = join(
            index_folder, "geo/countries.csv", "name", "geo/hauptstädte.csv.gz", "land", "--how", how, "-o", "csv"
        )
        counts[how] = len(rows(done.stdout))
    assert counts == {"inner": 6, "left": 8, "full": 8, "anti": 2}


def test_the_statement_gives_the_same_rows_without_the_index(index_folder: Path) -> None:
    statement = join(index_folder, *KEYS, "--sql", "--quiet")
    joined = json.loads(join(index_folder, *KEYS, "-o", "json").stdout)
    with duckdb.connect() as connection:
        found = connection.sql(statement.stdout).to_arrow_table().to_pylist()
    assert sorted(map(str, found)) == sorted(map(str, joined))
    assert len(found) == 40


def test_a_dialect_names_tables_by_their_paths(index_folder: Path) -> None:
    done = join(index_folder, *KEYS, "--sql", "--dialect", "bigquery", "--match", "exact")
    assert (
        "FROM `sales/orders.csv` AS l\nJOIN `sales/customers.parquet` AS r\n  ON l.`customer_id` = r.`id`"
        in done.stdout
    )


def test_a_file_is_written_once_and_only_forced_again(index_folder: Path, tmp_path: Path) -> None:
    done = join(index_folder, *PAIR, "--out", "joined.parquet", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (0, "")
    assert pq.read_table(tmp_path / "joined.parquet").num_rows == 40
    again = join(index_folder, *KEYS, "--out", "joined.parquet", cwd=tmp_path)
    assert again.returncode == 8
    assert "joined.parquet exists" in again.stderr
    assert join(index_folder, *KEYS, "--out", "joined.parquet", "--force", cwd=tmp_path).returncode == 0
    assert pq.read_schema(tmp_path / "joined.parquet").names[-1] == "phone"
    assert [path.name for path in tmp_path.iterdir()] == ["joined.parquet"]


def test_rows_can_go_to_a_file_too(index_folder: Path, tmp_path: Path) -> None:
    join(index_folder, *PAIR, "--rows", "--out", tmp_path / "pairs.csv")
    assert len(rows((tmp_path / "pairs.csv").read_text())) == 40


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (("sales/order.csv", *PAIR[1:]), 3, "the nearest: 'sales/orders.csv'"),
        ((PAIR[0], "contry", *PAIR[2:]), 3, "'country'"),
        ((*PAIR, "--match", "magic"), 2, "is not one of"),
        ((*PAIR, "--precision", "2"), 2, "is not a number from 0 to 1"),
        ((*PAIR, "--how", "anti", "--rows"), 2, "an anti join has no pairs"),
        ((*PAIR, "--dialect", "spark"), 2, "--dialect is for --sql"),
        ((*PAIR, "--tolerance", "1h"), 2, "--direction and --tolerance are for an as-of join: add --match asof"),
        ((*PAIR, "--direction", "forward", "--match", "exact"), 2, "add --match asof"),
        ((*PAIR, "--match", "asof"), 2, "an as-of join needs two columns of dates or times, or two of numbers"),
        ((*PAIR, "--match", "temporal"), 2, "there is no temporal match of sales/orders.csv · country"),
        ((*KEYS, "--match", "asof", "--tolerance", "1h"), 2, "so a tolerance of '1h' must be one too"),
        ((*KEYS, "--most-rows", "many"), 2, "is not a whole number from"),
        ((*PAIR, "--out", "a.xlsx"), 2, "let it end with .parquet, .csv, .json"),
        (
            ("events.jsonl", "at", "sales/customers.parquet", "id"),
            2,
            "holds dates and sales/customers.parquet · id numbers",
        ),
    ],
)
def test_errors_name_the_next_step(index_folder: Path, words: tuple[str, ...], code: int, message: str) -> None:
    done = join(index_folder, *words)
    assert (done.returncode, done.stdout) == (code, "")
    assert message in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("pair", "reason"),
    [
        (
            ("sales/customers.parquet", "phone", "geo/countries.csv", "code"),
            "phone has no value that could meet another",
        ),
        (
            ("geo/countries.csv", "name", "geo/countries.csv", "code"),
            "no value of geo/countries.csv · name meets one of",
        ),
    ],
)
def test_an_empty_join_is_an_answer_with_a_reason(index_folder: Path, pair: tuple[str, ...], reason: str) -> None:
    done = join(index_folder, *pair, "--rows", "-o", "csv")
    assert (done.returncode, done.stdout) == (0, "left_row,right_row,probability\n")
    assert f"nothing is joined: {reason}" in done.stderr or reason in done.stderr


def test_rows_that_multiply_are_warned_of_and_refused_by_the_guard(tmp_path: Path) -> None:
    lake = tmp_path / "lake"
    lake.mkdir()
    for name in ("a", "b"):
        (lake / f"{name}.csv").write_text("kind,number\n" + "".join(f"x{n % 2},{n}\n" for n in range(2_000)))
    (tmp_path / "lakeindex.toml").write_text('model = "hashing"\n')
    assert run_here("index", lake, cwd=tmp_path).returncode == 0
    pair = ("a.csv", "kind", "b.csv", "kind")
    done = join(tmp_path / ".lakeindex", *pair, "--out", "out.parquet", cwd=tmp_path)
    assert done.returncode == 0
    assert "warning: rows multiply: 2,000,000 out of 2,000 and 2,000" in done.stderr
    refused = join(tmp_path / ".lakeindex", *pair, "--guard", cwd=tmp_path)
    assert (refused.returncode, refused.stdout) == (8, "")
    assert "the join would give 2,000,000 rows of 2,000 and 2,000, more than 1,000,000" in refused.stderr
    single = join(tmp_path / ".lakeindex", "a.csv", "number", "b.csv", "number", "--guard", "--rows", cwd=tmp_path)
    assert single.returncode == 0


def test_an_as_of_join_takes_the_nearest_number(index_folder: Path) -> None:
    pair = ("sales/orders.csv", "order_id", "sales/customers.parquet", "id")
    done = join(index_folder, *pair, "--match", "asof", "--tolerance", "3", "--rows", "-o", "csv")
    assert done.returncode == 0
    joined = [(int(row["left_row"]), int(row["right_row"])) for row in rows(done.stdout)]
    assert joined == [(number - 1, min(number, 7) - 1) for number in range(1, 11)]
    assert "asof: each left row meets the latest right number at or before its own, at most 3 apart" in done.stderr
    forward = join(index_folder, *pair, "--match", "asof", "--direction", "forward", "-o", "csv")
    assert [row["id"] for row in rows(forward.stdout)] == [str(number) for number in range(1, 8)]


def test_more_rows_than_are_allowed_are_refused_with_the_option_that_allows_them(index_folder: Path) -> None:
    refused = join(index_folder, *PAIR, "--most-rows", "39")
    assert (refused.returncode, refused.stdout) == (8, "")
    assert "the join would give 40 rows of 40 and 8, more than 39" in refused.stderr
    assert "or allow them with --most-rows" in refused.stderr
    assert len(rows(join(index_folder, *PAIR, "--most-rows", "40", "-o", "csv").stdout)) == 40
    assert "SELECT" in join(index_folder, *PAIR, "--most-rows", "39", "--sql").stdout


def test_a_plan_shows_itself_to_people(index_folder: Path) -> None:
    from lakeindex import Lake, Settings

    plan = Lake.open(index_folder, Settings(model="hashing")).join(*PAIR)
    first, second, third = repr(plan).split("\n")
    assert first == "inner join of sales/orders.csv · country with geo/countries.csv · code"
    assert second.strip().startswith("normalised: values are equal but for case")
    assert third.strip() == "expected: 100.0% of the left rows find a partner, 1 joined row for each of them, 40 rows"
    page = plan._repr_html_()
    assert "<th>capital</th>" in page
    assert page.count("<tr>") == 6
    assert plan.preview(3).num_rows == 3


def test_the_choices_of_the_command_are_those_of_the_engine() -> None:
    from lakeindex.join.dialects import DIALECTS
    from lakeindex.join.kinds import Direction, How, MatchKind
    from lakeindex.serve.cli import join as joining

    assert tuple(MatchKind) == joining._MATCHES
    assert tuple(How) == joining._HOWS
    assert tuple(Direction) == joining._DIRECTIONS
    assert DIALECTS == joining._DIALECTS
