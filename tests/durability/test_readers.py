"""Many readers and one writer: no error, and every answer comes from one generation."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from lakeindex import Lake
from tests.durability.builds import SETTINGS, WHOLE, names_in
from tests.durability.figures import keep_figures

READERS = 8
SECONDS_UNCHANGED = 0.3  # while the files are those that the index was made of
SHARED_CITIES, CITIES = 10, 20


def write_version(lake: Path, version: int) -> None:
    """Replace the lake's tables by others that carry the version in every name and value; half of one is in the other.

    The folder appears as a whole, so that what is indexed is always two tables.
    """
    cities = [f"v{version} city {number}" for number in range(CITIES)]
    folder = lake.with_name("written")
    folder.mkdir()
    (folder / "left.csv").write_text(f"city_v{version}\n" + "\n".join(cities) + "\n")
    (folder / "right.csv").write_text(
        f"city_v{version},n\n" + "".join(f"{city},1\n" for city in cities[:SHARED_CITIES])
    )
    before = list(lake.iterdir())
    folder.rename(lake / f"v{version}")
    for old in before:
        shutil.rmtree(old)


def publish(lake: Path, index: Path, version: int, keep: int) -> None:
    write_version(lake, version)
    Lake.index(lake, index, replace(SETTINGS, keep=keep, shrink_limit=1.0))


def start_readers(index: Path, seconds: float) -> list[subprocess.Popen[str]]:
    command = [sys.executable, str(Path(__file__).with_name("reader.py")), str(index), str(seconds)]
    return [
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for _ in range(READERS)
    ]


@pytest.mark.parametrize("seconds", [2.0, pytest.param(120.0, marks=pytest.mark.slow)])
def test_readers_never_fail_and_never_see_two_generations(tmp_path: Path, seconds: float) -> None:
    lake, index = tmp_path / "lake", tmp_path / "index"
    lake.mkdir()
    publish(lake, index, 0, keep=1)
    readers = start_readers(index, seconds)
    version = 0
    while any(reader.poll() is None for reader in readers):
        version += 1
        publish(lake, index, version, keep=version % 2)
        time.sleep(SECONDS_UNCHANGED)
    outputs = [reader.communicate() for reader in readers]
    assert [errors for _, errors in outputs] == [""] * READERS
    seen = [json.loads(output) for output, _ in outputs]
    assert min(one["versions"] for one in seen) > 1
    # With nobody left to read it, what was held goes with the next publication.
    publish(lake, index, version + 1, keep=0)
    assert names_in(index) == WHOLE
    assert len(list((index / "generations").iterdir())) == 1
    keep_figures(
        f"{READERS} readers against 1 writer",
        {
            "seconds": seconds,
            "generations": version + 1,
            "answers": sum(one["queries"] for one in seen),
            "answers_out_of_files": sum(one["from_files"] for one in seen),
            "errors": 0,
            "mixed_answers": 0,
            "slowest_opening_seconds": round(max(one["slowest_opening"] for one in seen), 3),
        },
    )
