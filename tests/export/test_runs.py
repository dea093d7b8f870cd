"""Runs of lakeindex as events of OpenLineage: what is reported, and what a failure changes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.commands import run_here
from tests.export.fake_server import Receiver, serving


def test_a_join_that_is_written_is_reported_from_start_to_end(shop_index: Path, tmp_path: Path) -> None:
    events, out = tmp_path / "events.jsonl", tmp_path / "joined.csv"
    words = ("join", "orders.csv", "customer_id", "customers.csv", "id", "--out", out, "--openlineage", events)
    assert run_here(*words, "--index", shop_index).returncode == 0
    start, complete = map(json.loads, events.read_text("utf-8").splitlines())
    assert (start["eventType"], complete["eventType"]) == ("START", "COMPLETE")
    assert start["run"] == complete["run"]
    assert complete["job"] == {"namespace": "lakeindex", "name": "join"}
    assert [one["name"] for one in complete["inputs"]] == ["orders.csv", "customers.csv"]
    assert complete["outputs"] == [{"namespace": "file", "name": str(out)}]
    assert run_here(*words, "--index", shop_index).returncode == 8  # the file is there
    assert json.loads(events.read_text("utf-8").splitlines()[-1])["eventType"] == "FAIL"


def test_runs_go_where_the_environment_says_and_their_token_with_them(shop_index: Path, tmp_path: Path) -> None:
    pytest.importorskip("httpx", reason="no httpx: pip install 'lakeindex[export]'")
    receiver = Receiver()
    with serving(receiver) as url:
        done = run_here(
            "join", "orders.csv", "customer_id", "customers.csv", "id", "--out", tmp_path / "a.csv", "--index",
            shop_index, LAKEINDEX_OPENLINEAGE_URL=url, LAKEINDEX_CATALOG_TOKEN="t0ken",
        )  # fmt: skip
    assert (done.returncode, [path for path, _, _ in receiver.seen]) == (0, ["/api/v1/lineage"] * 2)
    assert receiver.seen[0][2]["authorization"] == "Bearer t0ken"
    assert "t0ken" not in done.stdout + done.stderr


def test_a_report_that_fails_changes_nothing_else(shop_index: Path, tmp_path: Path) -> None:
    done = run_here(
        "join", "orders.csv", "customer_id", "customers.csv", "id", "--out", tmp_path / "b.csv", "--index", shop_index,
        "--openlineage", tmp_path / "no" / "such",
    )  # fmt: skip
    assert done.returncode == 0
    assert (tmp_path / "b.csv").exists()
    assert "the run was not reported" in done.stderr


def test_an_index_that_is_built_reports_its_tables(tmp_path: Path) -> None:
    (tmp_path / "lake").mkdir()
    (tmp_path / "lake" / "a.csv").write_text("x\n1\n2\n")
    words = ("index", tmp_path / "lake", "--index", tmp_path / "i", "--model", "hashing", "--jobs", 1)
    assert run_here(*words, "--openlineage", tmp_path / "e").returncode == 0
    complete = json.loads((tmp_path / "e").read_text("utf-8").splitlines()[1])
    assert complete["inputs"] == [{"namespace": "lakeindex", "name": "a.csv"}]
    assert complete["outputs"] == [{"namespace": "file", "name": str(tmp_path / "i")}]
