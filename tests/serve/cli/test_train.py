"""`lakeindex train`, as a user sees it."""

from __future__ import annotations

import json
from pathlib import Path

from tests.serve.cli.test_main import run


def test_a_lake_too_small_to_learn_from_stays_as_it_is(lake_folder: Path, index_folder: Path) -> None:
    done = run("train", lake_folder, "-o", "json", index=index_folder)
    assert (done.returncode, done.stderr.count("\n")) == (0, 1)
    assert done.stderr.startswith("nothing was changed: the lake is too small")
    (printed,) = json.loads(done.stdout)
    assert (printed["changed"], printed["generation"], printed["map_before"]) == (False, 1, None)
    assert done.stderr.strip().endswith(printed["reason"])


def test_what_was_never_tuned_cannot_be_taken_back(lake_folder: Path, index_folder: Path) -> None:
    done = run("train", lake_folder, "--reset", "-o", "csv", index=index_folder)
    assert done.returncode == 0
    assert done.stdout.splitlines()[1].endswith("1,the index is not tuned")


def test_a_missing_index_or_another_lake_is_an_error(lake_folder: Path, index_folder: Path, tmp_path: Path) -> None:
    missing = run("train", lake_folder, index=tmp_path / "nowhere")
    assert (missing.returncode, missing.stdout) == (4, "")
    assert "build one: lakeindex index" in missing.stderr
    other = run("train", tmp_path, index=index_folder)
    assert other.returncode == 2
    assert f"is of {lake_folder.resolve()}, not of {tmp_path}" in other.stderr
