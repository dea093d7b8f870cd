"""Snapshot and restore, killed before each of their steps: what was there before is whole, or what was to be there."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from lakeindex import Lake, Settings
from lakeindex.errors import IndexUnusable
from lakeindex.types.lake import ColumnId, TableId

_SETTINGS = Settings(model="hashing", jobs=1, memory="500MB")
_DYING = """
import os, signal, sys
from lakeindex import Lake, Settings

steps, last, folder = 0, int(sys.argv[1]), sys.argv[2]
EVENTS = {"os.rename", "os.mkdir", "os.remove", "os.rmdir", "os.link", "shutil.rmtree", "open"}

def on_event(event, arguments):
    global steps
    if event not in EVENTS or folder not in str(arguments[0]):
        return
    if event == "open" and not (isinstance(arguments[1], str) and set(arguments[1]) & set("wxa+")):
        return
    steps += 1
    if steps == last:
        os.kill(os.getpid(), signal.SIGKILL)

sys.addaudithook(on_event)
settings = Settings(model="hashing", jobs=1, memory="500MB")
if sys.argv[3] == "snapshot":
    Lake.snapshot(sys.argv[5], sys.argv[4], True, settings)
else:
    Lake.restore(sys.argv[5], sys.argv[4], None, True, settings)
print(steps)
"""


def _kill_at(step: int, folder: Path, *words: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", _DYING, str(step), str(folder), *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.fixture
def index(index_folder: Path, tmp_path: Path) -> Path:
    shutil.copytree(index_folder, tmp_path / "index")
    Lake.open(tmp_path / "index", _SETTINGS)
    return tmp_path / "index"


def test_a_killed_snapshot_leaves_the_one_before_and_the_next_leaves_no_litter(index: Path, tmp_path: Path) -> None:
    folder = tmp_path / "archives"
    folder.mkdir()
    Lake.snapshot(folder / "kept.tar", index)
    before = (folder / "kept.tar").read_bytes()
    country = ColumnId(TableId("sales/orders.csv"), "country"), ColumnId(TableId("geo/countries.csv"), "code")
    Lake.open(index, _SETTINGS).accept(*country)
    Lake.snapshot(folder / "new.tar", index)
    after = (folder / "new.tar").read_bytes()
    (folder / "new.tar").unlink()
    killed = 0
    for step in range(1, 30):
        done = _kill_at(step, folder, "snapshot", index, folder / "kept.tar")
        assert (folder / "kept.tar").read_bytes() in (before, after)
        if done.returncode == 0:
            break
        assert done.returncode == -9
        killed += 1
    assert killed >= 2
    assert (folder / "kept.tar").read_bytes() == after
    assert [path.name for path in folder.iterdir()] == ["kept.tar"]


def _state(index: Path) -> tuple[str, int] | None:
    """Return the hash of what answers and the number of verdicts; None where there is no index yet."""
    try:
        lake = Lake.open(index, _SETTINGS)
    except IndexUnusable:
        return None
    return lake.generation.manifest.logical_hash, lake.feedback().num_rows


def _some(steps: int) -> list[int]:
    """Choose the first step, one in the middle, and the last ones, which publish."""
    return [1, steps // 2, *range(steps - 3, steps + 1)]


def _all(steps: int) -> list[int]:
    return list(range(1, steps + 1))


@pytest.mark.parametrize("chosen", [_some, pytest.param(_all, marks=pytest.mark.slow)])
@pytest.mark.parametrize("is_there", [pytest.param(False, marks=pytest.mark.slow), True])
def test_a_killed_restore_leaves_what_was_there_or_what_was_to_be(
    index: Path, lake_folder: Path, tmp_path: Path, is_there: bool, chosen: Callable[[int], list[int]]
) -> None:
    country = ColumnId(TableId("sales/orders.csv"), "country"), ColumnId(TableId("geo/countries.csv"), "code")
    Lake.open(index, _SETTINGS).accept(*country)
    archive = Lake.snapshot(tmp_path / "kept.tar", index).file
    new = _state(index)
    target, before = tmp_path / "target", None
    if is_there:
        lake = shutil.copytree(lake_folder, tmp_path / "other")
        (lake / "sales/orders.csv").unlink()
        Lake.index(lake, target, _SETTINGS)
        before = _state(target)
    whole = int(_kill_at(0, target, "restore", target, archive).stdout)
    assert _state(target) == new
    shutil.rmtree(target)
    for step in chosen(whole):
        if is_there and not target.exists():
            Lake.index(tmp_path / "other", target, _SETTINGS)
        assert _kill_at(step, target, "restore", target, archive).returncode == -9
        # The verdicts are put before CURRENT: those of the new generation may already be there.
        assert _state(target) in (before, new, None if before is None else (before[0], 1))
        done = _kill_at(0, target, "restore", target, archive)
        assert (done.returncode, _state(target)) == (0, new)
        assert [one.damages for one in Lake.verify(target)] == [()] * len(Lake.verify(target))
        names = {path.name for path in (target / "generations").iterdir()}
        assert all(name.isdecimal() for name in names)
        shutil.rmtree(target)
