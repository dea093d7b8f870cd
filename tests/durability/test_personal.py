"""Columns that look like personal data are named, whatever is kept; with hash and refuse no value of theirs stays."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pytest

from lakeindex import Lake, Settings
from lakeindex.errors import InvalidSetting, StaleArtifact
from tests.durability.published_index import SETTINGS, generation_of
from tests.durability.test_values import environment

KEY = "a key of these tests"
HASH = replace(SETTINGS, personal="hash", hash_key=KEY)
REFUSE = replace(SETTINGS, personal="refuse")
CANARY = "zyxcanary"
SIZE = 300


def mail(place: int) -> str:
    return f"{CANARY}{place}@example.org"


def write(root: Path) -> Path:
    """Write a lake of three tables with addresses, one of them without a header and one ragged."""
    root.mkdir()
    _write(root / "people.csv", [["id", "contact", "town"], *([at, mail(at), f"town{at % 9}"] for at in range(SIZE))])
    _write(root / "orders.csv", [["number", "who"], *([at, mail(at % 100)] for at in range(SIZE))])
    _write(root / "bare.csv", [[mail(at), f"town{at % 9}"] for at in range(SIZE)])
    (root / "ragged.csv").write_text(f'who,n\n"{mail(1)}",1\n{mail(2)},2,3\n"x \\"q\\"",3\n', "utf-8")
    return root


def _write(path: Path, rows: list[list[object]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as handle:
        csv.writer(handle).writerows(rows)


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(tmp_path_factory.mktemp("personal") / "lake")


def canaries_in(folder: Path) -> list[str]:
    files = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return [path.name for path in files if CANARY.encode() in path.read_bytes().lower()]


def named(lake: Lake) -> list[tuple[str, str, str, float]]:
    assert lake.report is not None
    return [(str(one.table), one.column, str(one.kind), one.share) for one in lake.report.personal]


PEOPLE = [("orders.csv", "who", "email", 1.0), ("people.csv", "contact", "email", 1.0)]


def test_columns_are_named_and_kept_unless_it_is_said_otherwise(lake: Path, tmp_path: Path) -> None:
    built = Lake.index(lake, tmp_path / "index", SETTINGS)
    assert [one for one in named(built) if one[0] in ("orders.csv", "people.csv")] == PEOPLE
    assert [kind for table, _, kind, _ in named(built) if table == "bare.csv"] == ["email"]
    assert "catalog.duckdb" in canaries_in(tmp_path / "index")
    assert named(Lake.index(lake, tmp_path / "index", SETTINGS)) == named(built)


@pytest.mark.parametrize("settings", [pytest.param(HASH, id="hash"), pytest.param(REFUSE, id="refuse")])
def test_no_value_of_theirs_stays(lake: Path, tmp_path: Path, settings: Settings) -> None:
    built = Lake.index(lake, tmp_path / "index", settings)
    assert canaries_in(tmp_path / "index") == []
    assert not list((generation_of(tmp_path / "index") / "copies").iterdir())
    profiles = {row["column"]: row for row in built.profile("people.csv").to_pylist()}
    assert (profiles["contact"]["values"], profiles["contact"]["distinct"]) == ([], SIZE)
    assert len(profiles["town"]["values"]) == 5
    assert built.profile("bare.csv").column("column").to_pylist()[0] == "column_1"
    assert built.sql('SELECT count(*) AS n FROM "people.csv"')["n"].to_pylist() == [SIZE]


def containments(lake: Lake, table: object, column: str) -> dict[str, float]:
    answer = lake.query(table, column, probe=0, sources=("containment",))
    return {f"{match.column.table} {match.column.name}": match.containment for match in answer.matches}


def test_keyed_hashes_meet_one_another_and_columns_from_outside(lake: Path, tmp_path: Path) -> None:
    plain, keyed = (Lake.index(lake, tmp_path / one.personal, one) for one in (SETTINGS, HASH))
    expected = containments(plain, "orders.csv", "who")
    assert expected["people.csv contact"] == 1.0
    assert containments(keyed, "orders.csv", "who") == {
        name.replace("bare.csv " + bare_name(plain), "bare.csv column_1"): share
        for name, share in expected.items()
        if not name.startswith("ragged")
    }
    _write(tmp_path / "outside.csv", [["address"], *([mail(at)] for at in range(40))])
    data = pa.table({"address": [mail(at) for at in range(40)]})
    for outside in (tmp_path / "outside.csv", data):
        assert containments(keyed, outside, "address")["people.csv contact"] == 1.0
    with pytest.raises(StaleArtifact, match="another key"):
        Lake.open(tmp_path / "hash", replace(HASH, hash_key="another")).query(data, "address")


def bare_name(lake: Lake) -> str:
    return str(lake.profile("bare.csv").column("column").to_pylist()[0])


def test_refused_columns_meet_nothing_by_their_values(lake: Path, tmp_path: Path) -> None:
    built = Lake.index(lake, tmp_path / "index", REFUSE)
    assert containments(built, "orders.csv", "who") == {}
    assert containments(built, "people.csv", "town")["bare.csv column_2"] == 1.0


def test_rows_are_not_copied_into_an_index_that_withholds_some(tmp_path: Path) -> None:
    for personal in ("hash", "refuse"):
        with pytest.raises(InvalidSetting, match=f"personal = '{personal}'"):
            replace(SETTINGS, personal=personal, materialize=True)


def test_the_report_and_stderr_name_them(lake: Path, tmp_path: Path) -> None:
    program = [sys.executable, "-m", "lakeindex.serve.cli.main", "index", str(lake), "--index", str(tmp_path / "index")]
    report = tmp_path / "report.json"
    done = subprocess.run(
        [*program, "--model", "hashing", "--personal", "refuse", "--report", str(report)],
        env=environment(tmp_path),
        capture_output=True,
        text=True,
        check=True,
    )
    personal = json.loads(report.read_text("utf-8"))["personal"]
    assert {"table": "people.csv", "column": "contact", "kind": "email", "share": 1.0} in personal
    assert "looks like personal data, of which no value is kept: " in done.stderr
    assert "people.csv · contact (email)" in done.stderr
    assert CANARY not in done.stderr + done.stdout + report.read_text("utf-8")


def test_what_an_earlier_generation_kept_is_gone(lake: Path, tmp_path: Path) -> None:
    Lake.index(lake, tmp_path / "index", SETTINGS)
    assert canaries_in(tmp_path / "index") != []
    Lake.index(lake, tmp_path / "index", REFUSE)
    assert canaries_in(tmp_path / "index") == []
