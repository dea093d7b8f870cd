"""`lakeindex watch-joins`, as a script that runs every night sees it."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path

import pyarrow as pa
import pytest

from lakeindex.drift.broken_joins import BROKEN_SCHEMA
from tests.serve.cli.test_main import run

HEADER = "table,column,joins_table,joins_column,kind,score_before,containment_before,containment_now,reason"


def test_a_broken_join_has_its_own_exit_code(index_of_two_nights: Path) -> None:
    done = run("watch-joins", index=index_of_two_nights)
    assert done.returncode == 6
    assert done.stderr == ""
    assert "broke from generation 1 to 2" in done.stdout
    row = next(line for line in done.stdout.splitlines() if "visits.csv · city " in line)
    assert re.sub(r" +", " ", re.sub(r"[01]\.\d\d", "SCORE", row)).strip() == (
        "visits.csv · city cities.csv · city equi SCORE 100% 40% values changed"
    )


def test_json_names_the_generations_compared(index_of_two_nights: Path) -> None:
    done = run("watch-joins", "-o", "json", "--index", index_of_two_nights)
    assert done.returncode == 6
    printed = json.loads(done.stdout)
    assert list(printed) == ["since", "now", "broken", "watched"]
    assert (printed["since"], printed["now"]) == (1, 2)
    first = next(one for one in printed["broken"] if one["column"] == "city")
    assert 0.0 < first.pop("score_before") <= 1.0
    assert first == {
        "table": "visits.csv",
        "column": "city",
        "joins_table": "cities.csv",
        "joins_column": "city",
        "kind": "equi",
        "containment_before": 1.0,
        "containment_now": 0.4,
        "reason": "values changed",
    }


def test_every_format_carries_the_same_rows(index_of_two_nights: Path) -> None:
    expected = json.loads(run("watch-joins", "-o", "json", index=index_of_two_nights).stdout)["broken"]
    lines = run("watch-joins", "-o", "jsonl", index=index_of_two_nights)
    assert [json.loads(line) for line in lines.stdout.splitlines()] == expected
    table = run("watch-joins", "-o", "csv", index=index_of_two_nights)
    assert table.stdout.splitlines()[0] == HEADER == ",".join(BROKEN_SCHEMA.names)
    numbers = {name for name in BROKEN_SCHEMA.names if pa.types.is_floating(BROKEN_SCHEMA.field(name).type)}
    read = [
        {name: float(cell) if name in numbers else cell for name, cell in row.items()}
        for row in csv.DictReader(io.StringIO(table.stdout))
    ]
    assert read == expected
    marked = run("watch-joins", "-o", "md", index=index_of_two_nights)
    assert marked.stdout.splitlines()[0] == "| " + HEADER.replace(",", " | ") + " |"
    assert {done.returncode for done in (lines, table, marked)} == {6}


def test_where_nothing_broke_the_exit_code_is_0(index_of_two_nights: Path) -> None:
    lenient = run("watch-joins", "--tolerance", "0.6", index=index_of_two_nights)
    assert (lenient.returncode, lenient.stderr) == (0, "")
    assert lenient.stdout.startswith("no join broke from generation 1 to 2; ")
    same = run("watch-joins", "--since", "2", "-o", "json", index=index_of_two_nights)
    assert (same.returncode, json.loads(same.stdout)) == (0, {"since": 2, "now": 2, "broken": [], "watched": 0})


def test_a_single_generation_is_reported_as_such(index_folder: Path) -> None:
    done = run("watch-joins", index=index_folder)
    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr == "generation 1 is the only one: there is no earlier one to compare with\n"
    quiet = run("watch-joins", "--quiet", "-o", "csv", index=index_folder)
    assert (quiet.returncode, quiet.stdout, quiet.stderr) == (0, HEADER + "\n", "")
    printed = run("watch-joins", "-o", "json", index=index_folder)
    assert json.loads(printed.stdout) == {"since": None, "now": 1, "broken": [], "watched": 0}


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (("--since", "7"), 3, "has no generation 7; there are: 1, 2"),
        (("--since", "0"), 2, "'0' is not a whole number from 1 to 1,000,000,000"),
        (("--tolerance", "2"), 2, "'2' is not a number from 0 to 1"),
    ],
)
def test_what_cannot_be_compared_is_an_error(
    index_of_two_nights: Path, words: tuple[str, ...], code: int, message: str
) -> None:
    done = run("watch-joins", *words, index=index_of_two_nights)
    assert (done.returncode, done.stdout) == (code, "")
    assert message in done.stderr
    assert "Traceback" not in done.stderr


def test_without_an_index_there_is_nothing_to_watch(tmp_path: Path) -> None:
    assert run("watch-joins", cwd=tmp_path).returncode == 4
