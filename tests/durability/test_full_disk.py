"""A disk that fills up costs the build, never the index that was there."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from builds import SETTINGS, copy_index, logical_hash, names_in, run_command
from small_lake import write_lake

from lakeindex import Lake


@contextmanager
def small_disk(folder: Path, kilobytes: int) -> Iterator[Path]:
    """Mount a file system of that size."""
    folder.mkdir(exist_ok=True)
    options = f"size={kilobytes}k"
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)], capture_output=True, text=True)
    if done.returncode:
        pytest.skip(f"a small file system can't be mounted here: {done.stderr.strip()}")
    try:
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may mount a small file system")
@pytest.mark.parametrize("points", [4, pytest.param(50, marks=pytest.mark.slow)])
def test_a_full_disk_leaves_the_old_generation_and_no_litter(tmp_path: Path, points: int) -> None:
    lake = write_lake(tmp_path / "lake")
    old = Lake.index(lake, tmp_path / "before", SETTINGS).generation.manifest.logical_hash
    (lake / "more.csv").write_text("a,b\n" + "".join(f"{row},value {row}\n" for row in range(20_000)))
    Lake.index(lake, tmp_path / "after", SETTINGS)
    new = logical_hash(tmp_path / "after")
    assert new != old
    least = kilobytes_of(tmp_path / "before")
    enough = least + 2 * kilobytes_of(tmp_path / "after") + 4096
    failed = 0
    for point in range(points):
        room = least + 8 + (enough - least) * point // points
        with small_disk(tmp_path / "disk", room) as disk:
            index = copy_index(tmp_path / "before", disk / "index")
            done = run_command("index", lake, "--quiet", "--memory", "500MB", "--jobs", 2, index=index)
            if done.returncode == 0:
                assert logical_hash(index) == new
                continue
            failed += 1
            assert done.returncode == 1, done.stderr
            assert done.stderr.startswith("lakeindex: "), done.stderr
            assert len(done.stderr.splitlines()) == 1, done.stderr
            assert logical_hash(index) == old
            assert names_in(index) == ["CURRENT", "N", "generations", "writer.lock"]
            subprocess.run(["mount", "-o", f"remount,size={enough * 4}k", str(disk)], check=True)
            assert run_command("index", lake, "--quiet", "--memory", "500MB", index=index).returncode == 0
            assert logical_hash(index) == new
    assert failed >= points // 3


def kilobytes_of(folder: Path) -> int:
    return sum(path.stat().st_blocks for path in folder.rglob("*")) // 2
