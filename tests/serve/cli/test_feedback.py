"""`lakeindex accept`, `reject` and `feedback`, as someone who reviews the answers uses them."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from lakeindex import Lake, Settings
from tests.serve.cli.test_main import run
from tests.small_lake import write_lake

PAIR = ("sales/orders.csv", "country", "geo/countries.csv", "code")
TURNED = (*PAIR[2:], *PAIR[:2])
OTHER = ("sales/orders.csv", "country", "events.jsonl", "place.code")


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory, settings: Settings) -> Path:
    folder = tmp_path_factory.mktemp("commands")
    Lake.index(write_lake(folder / "lake"), folder / "index", settings)
    return folder / "index"


@pytest.fixture
def index(built: Path) -> Path:
    (built / "feedback.jsonl").unlink(missing_ok=True)
    return built


def listed(index: Path) -> list[dict[str, str]]:
    done = run("feedback", "-o", "csv", index=index)
    assert done.returncode == 0
    return list(csv.DictReader(io.StringIO(done.stdout)))


def hash_of(index: Path) -> str:
    return str(json.loads(run("status", "-o", "json", index=index).stdout)["logical_hash"])


def test_verdicts_are_given_listed_and_taken_back(index: Path) -> None:
    before = hash_of(index)
    done = run("accept", *PAIR, "--note", "asked, he said yes", index=index)
    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr == "accepted: sales/orders.csv · country and geo/countries.csv · code\n"
    assert run("reject", *OTHER, "--quiet", index=index).stderr == ""
    rows = listed(index)
    assert [(row["left_table"], row["right_table"], row["verdict"], row["note"], row["in_lake"]) for row in rows] == [
        ("sales/orders.csv", "events.jsonl", "rejected", "", "true"),
        ("sales/orders.csv", "geo/countries.csv", "accepted", "asked, he said yes", "true"),
    ]
    assert hash_of(index) != before
    for pair in (TURNED, OTHER):
        assert run("feedback", "--remove", *pair, index=index).returncode == 0
    assert listed(index) == []
    assert hash_of(index) == before
    again = run("feedback", "--remove", *PAIR, index=index)
    assert again.returncode == 3
    assert "there is no verdict on sales/orders.csv · country and geo/countries.csv · code" in again.stderr


def test_a_query_and_explain_show_the_verdict(index: Path) -> None:
    run("reject", *PAIR, index=index)
    for query, column in ((PAIR[:2], PAIR[2:]), (TURNED[:2], TURNED[2:])):
        done = run("query", *query, "-k", 100, "--probe", 0, "-o", "csv", index=index)
        rows = list(csv.DictReader(io.StringIO(done.stdout)))
        (row,) = [row for row in rows if (row["table"], row["column"]) == column]
        assert float(row["probability"]) <= 0.01 and row["accepted"] == "false"
    printed = json.loads(run("explain", *PAIR, "-o", "json", index=index).stdout)
    (feedback,) = [one for one in printed["evidence"] if one["name"] == "feedback"]
    assert feedback["meaning"] == "you rejected this pair"
    assert sum(one["part"] for one in printed["evidence"]) == pytest.approx(printed["score"])


def test_verdicts_are_carried_to_another_index(index: Path, tmp_path: Path) -> None:
    run("accept", *PAIR, "--note", "a\nb", index=index)
    exported = tmp_path / "verdicts.csv"
    assert run("feedback", "--export", exported, index=index).stderr == f"wrote 1 verdict to {exported}\n"
    assert run("feedback", "--export", exported, index=index).returncode == 8
    assert run("feedback", "--export", exported, "--force", index=index).returncode == 0
    before = listed(index)
    (index / "feedback.jsonl").unlink()
    assert run("feedback", "--import", exported, index=index).stderr == f"took over 1 verdict of {exported}\n"
    assert listed(index) == before


def test_verdicts_on_missing_columns_are_kept_and_reported(index: Path, tmp_path: Path) -> None:
    path = tmp_path / "verdicts.csv"
    path.write_text(
        "left_table,left_column,right_table,right_column,verdict\ngone.csv,x,geo/countries.csv,code,accepted\n"
    )
    done = run("feedback", "--import", path, index=index)
    assert done.returncode == 0
    assert "1 of them on columns that the lake doesn't have" in done.stderr
    assert [(row["left_table"], row["in_lake"]) for row in listed(index)] == [("gone.csv", "false")]


def test_errors_are_one_sentence(index: Path, tmp_path: Path) -> None:
    missing = run("accept", "sales/orders.csv", "county", *PAIR[2:], index=index)
    assert (missing.returncode, missing.stdout) == (3, "")
    assert "has no column 'county'; the nearest: 'country'" in missing.stderr
    assert run("accept", *PAIR[:2], "sales/orders.csv", "order_id", index=index).returncode == 2
    assert run("accept", *PAIR[:3], index=index).returncode == 2
    assert run("feedback", "--import", "a", "--export", "b", index=index).returncode == 2
    assert run("feedback", "--import", tmp_path / "none.csv", index=index).returncode == 3
    assert run("accept", *PAIR, index=tmp_path / "none").returncode == 4


def test_damage_is_found_by_verify_and_stops_what_needs_the_verdicts(index: Path) -> None:
    run("accept", *PAIR, index=index)
    assert run("verify", index=index).returncode == 0
    path = index / "feedback.jsonl"
    damaged = path.read_bytes().replace(b"accepted", b"rejected")
    path.write_bytes(damaged)
    found = run("verify", "-o", "json", index=index)
    assert found.returncode == 4
    printed = json.loads(found.stdout)
    assert [row["file"] for row in printed["damaged"]] == ["feedback.jsonl"]
    assert all(one["damaged"] == 0 for one in printed["generations"])
    for words in (("feedback",), ("query", *PAIR[:2]), ("reject", *OTHER), ("status",)):
        done = run(*words, index=index)
        assert (done.returncode, done.stdout) == (4, "")
        assert str(path) in done.stderr
    assert path.read_bytes() == damaged
