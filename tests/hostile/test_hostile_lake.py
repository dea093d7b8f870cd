"""Files that broke public readers, all in one lake: every one is reported, and the lake answers queries afterwards."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

BENCHMARKS = Path(__file__).resolve().parents[2] / "benchmarks"
HOSTILE = Path(__file__).resolve().parents[3] / "shared" / "data" / "hostile"

sys.path.insert(0, str(BENCHMARKS))

import hostile  # noqa: E402


@pytest.mark.slow
@pytest.mark.skipif(not HOSTILE.is_dir(), reason="the hostile files are not beside this checkout")
def test_a_lake_of_hostile_files_is_indexed_and_reported(tmp_path: Path) -> None:
    figures = hostile.measure(HOSTILE, tmp_path, memory="2GB", model="hashing")
    assert figures["exit_code"] == 0
    assert figures["entries_reported"] == figures["entries"]
    assert figures["without_reason"] == []
    assert figures["seconds"] < 300
    assert figures["peak_bytes"] <= 2_000_000_000
    assert figures["counted_otherwise"] == []
    assert figures["written_into_the_lake"] == []
    assert figures["statuses"]["indexed"] > 900


def test_a_small_lake_with_files_that_are_no_tables_is_reported(tmp_path: Path) -> None:
    files = tmp_path / "files"
    (files / "folder").mkdir(parents=True)
    (files / "folder" / "a.csv").write_text("id,name\n1,x\n2,y\n")
    (files / "bad.parquet").write_bytes(b"PAR1 and nothing else PAR1")
    figures = hostile.measure(files, tmp_path, memory="2GB", model="hashing")
    assert figures["exit_code"] == 0
    assert (figures["entries"], figures["entries_reported"]) == (5, 5)
    assert figures["statuses"] == {"failed": 1, "indexed": 1, "skipped": 3}
    assert (figures["without_reason"], figures["counted_otherwise"], figures["written_into_the_lake"]) == ([], [], [])
