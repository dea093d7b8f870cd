"""`lakeindex pairs`, as a user sees it."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from pathlib import Path

import pytest

from tests.serve.cli.test_main import run

HEADER = "label,kind,how,left_table,left_column,right_table,right_column,left_values,right_values"


def test_pairs_are_shown_and_counted(lake_folder: Path) -> None:
    done = run("pairs", lake_folder, "-n", "50", "-o", "csv", cwd=lake_folder.parent)
    assert done.returncode == 0
    assert done.stdout.splitlines()[0] == HEADER
    rows = list(csv.DictReader(io.StringIO(done.stdout)))
    assert len(rows) == 50
    assert {row["label"] for row in rows} == {"true", "false"}
    kinds = Counter(row["kind"] or "no join" for row in rows)
    printed = done.stderr.splitlines()
    assert printed[-1] == ", ".join(f"{kind}: {number}" for kind, number in sorted(kinds.items()))
    assert [line.split(": ")[:2] for line in printed[:-1]] == [["failed", "empty.csv"], ["failed", "picture.csv"]]
    assert all(1 <= len(json.loads(row[f"{side}_values"])) <= 5 for row in rows for side in ("left", "right"))


def test_the_seed_decides(lake_folder: Path) -> None:
    first, again, other = (
        run("pairs", lake_folder, "--seed", seed, "-o", "jsonl", "--quiet", cwd=lake_folder.parent)
        for seed in (3, 3, 4)
    )
    assert (first.stderr, first.stdout) == ("", again.stdout)
    assert len(first.stdout.splitlines()) == 20
    assert first.stdout != other.stdout


def test_a_missing_lake_and_too_few_tables_are_errors(tmp_path: Path) -> None:
    missing = run("pairs", tmp_path / "nowhere")
    assert missing.returncode == 3
    assert "no lake at" in missing.stderr
    (tmp_path / "lake").mkdir()
    empty = run("pairs", tmp_path / "lake")
    assert (empty.returncode, empty.stdout) == (2, "")
    assert "give more tables" in empty.stderr


@pytest.mark.parametrize("words", [("-n", "0"), ("--seed", "-1"), ("--table-size", "0")])
def test_senseless_numbers_are_refused(lake_folder: Path, words: tuple[str, ...]) -> None:
    assert run("pairs", lake_folder, *words).returncode == 2


def test_numbers_are_written_in_any_way(tmp_path: Path) -> None:
    lake = tmp_path / "lake"
    lake.mkdir()
    arabic = "٠١٢٣٤٥٦٧٨٩"
    for table in range(4):
        rows = [
            f'{n},+{n % 9}, {n % 50} ,{n % 7}e{(5, 300, 999)[n % 3]},"{n},000",{arabic[n % 10]},{10**24 + n},+{n}.5'
            for n in range(60)
        ]
        header = "id,delta,blank,exponent,thousand,arabic,long,plus"
        (lake / f"t{table}.csv").write_text("\n".join([header, *rows]) + "\n", "utf-8")
    done = run("pairs", lake, "-o", "csv", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[0].startswith("label,kind,how,")
    assert len(done.stdout.splitlines()) > 5
