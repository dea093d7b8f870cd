"""A build that is killed at any moment leaves the old or the new generation, whole."""

from __future__ import annotations

import random
import signal
import time
from dataclasses import dataclass
from pathlib import Path

import pytest
from builds import SETTINGS, copy_index, logical_hash, names_in, start_build
from small_lake import write_lake

from lakeindex import Lake
from lakeindex.errors import IndexMissing

SECONDS_TO_REOPEN = 2.0
WHOLE = ["CURRENT", "N", "N", "generations", "writer.lock"]


@dataclass(frozen=True, slots=True)
class Changed:
    """A lake that changed since it was indexed."""

    lake: Path
    before: Path
    """An index of the lake as it was; copied, never written."""
    old: str
    new: str
    """Logical hashes."""
    seconds: float
    """That a build takes, its start included."""


@pytest.fixture(scope="module")
def changed(tmp_path_factory: pytest.TempPathFactory) -> Changed:
    folder = tmp_path_factory.mktemp("killed")
    lake = write_lake(folder / "lake")
    old = Lake.index(lake, folder / "before", SETTINGS).generation.manifest.logical_hash
    (lake / "geo" / "countries.csv").write_text("code,name\nFR,France\nDE,Germany\n")
    (lake / "events.jsonl").unlink()
    (lake / "new.csv").write_text("code,city\nfr,Paris\nde,Berlin\n")
    started = time.monotonic()
    assert start_build(lake, folder / "after").wait() == 0
    seconds = time.monotonic() - started
    return Changed(lake, folder / "before", old, logical_hash(folder / "after"), seconds)


def assert_survived(changed: Changed, index: Path) -> str:
    started = time.monotonic()
    found = logical_hash(index)
    assert time.monotonic() - started <= SECONDS_TO_REOPEN
    assert found in (changed.old, changed.new)
    return found


def assert_next_build_mends(changed: Changed, index: Path) -> None:
    assert Lake.index(changed.lake, index, SETTINGS).generation.manifest.logical_hash == changed.new
    assert names_in(index) == WHOLE


def killed_at(changed: Changed, index: Path, step: int) -> bool:
    """Build until the given step of publishing; tell whether there is such a step."""
    code = start_build(changed.lake, index, kill_at=step).wait()
    assert code in (0, -signal.SIGKILL)
    return code != 0


def kill_at_every(changed: Changed, folder: Path, stride: int) -> list[str]:
    survivors, step = [], 1
    while True:
        index = copy_index(changed.before, folder / "index")
        if not killed_at(changed, index, step):
            return survivors
        survivors.append(assert_survived(changed, index))
        assert_next_build_mends(changed, index)
        step += stride


@pytest.mark.parametrize("stride", [30, pytest.param(1, marks=pytest.mark.slow)])
def test_killed_at_any_step_of_publishing(changed: Changed, tmp_path: Path, stride: int) -> None:
    survivors = kill_at_every(changed, tmp_path, stride)
    # First the old one answers, from some step on the new one, and never the old one again.
    switch = survivors.count(changed.old)
    assert switch > 0
    assert survivors == [changed.old] * switch + [changed.new] * (len(survivors) - switch)


@pytest.mark.parametrize("stride", [40, pytest.param(1, marks=pytest.mark.slow)])
def test_killed_at_any_step_of_the_first_publication(changed: Changed, tmp_path: Path, stride: int) -> None:
    step = 1
    while killed_at(changed, index := tmp_path / str(step), step):
        try:
            assert logical_hash(index) == changed.new
        except IndexMissing:
            assert not (index / "CURRENT").exists()
        assert Lake.index(changed.lake, index, SETTINGS).generation.manifest.logical_hash == changed.new
        step += stride
    assert step > 1


@pytest.mark.parametrize("moments", [6, pytest.param(200, marks=pytest.mark.slow)])
def test_killed_at_any_moment(changed: Changed, tmp_path: Path, moments: int) -> None:
    choose = random.Random(moments)
    for moment in range(moments):
        index = copy_index(changed.before, tmp_path / "index")
        with start_build(changed.lake, index) as build:
            time.sleep(choose.uniform(0.2, 1.1) * changed.seconds)
            build.kill()
        assert_survived(changed, index)
        if moment % 10 == 0:
            assert_next_build_mends(changed, index)


def test_workers_end_with_the_build_that_was_killed(changed: Changed, tmp_path: Path) -> None:
    slow = tmp_path / "lake"
    slow.mkdir()
    for number in range(200):
        (slow / f"{number}.csv").write_text("a,b\n" + "".join(f"{row},x{row}\n" for row in range(2000)))
    with start_build(slow, tmp_path / "index") as build:
        workers = wait_for_workers(build.pid)
        build.kill()
    deadline = time.monotonic() + 10
    while any(Path(f"/proc/{worker}/cmdline").exists() for worker in workers):
        assert time.monotonic() < deadline, "a worker outlives its build"
        time.sleep(0.05)


def wait_for_workers(parent: int) -> list[int]:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        children = Path(f"/proc/{parent}/task/{parent}/children")
        threads = Path(f"/proc/{parent}/task").glob("*/children")
        found = [int(one) for path in (children, *threads) if path.exists() for one in path.read_text().split()]
        if found:
            return found
        time.sleep(0.02)
    raise AssertionError("no worker started")
