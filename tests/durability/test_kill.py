"""A build that is killed at any moment leaves the old or the new generation, whole."""

from __future__ import annotations

import os
import random
import shutil
import signal
import time
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from lakeindex import Lake
from lakeindex.errors import IndexMissing
from tests.durability.builds import SETTINGS, WHOLE, build_until, copy_index, names_in, start_build
from tests.durability.figures import keep_figures
from tests.small_lake import write_lake

SECONDS_TO_REOPEN = 2.0
KEEP = 0
"""Old generations that stay: with none, the removal of one is among the steps."""
RAGGED = 'SELECT a, b FROM "ragged.csv" ORDER BY a'

Rows = list[dict[str, object]]


@dataclass(frozen=True, slots=True)
class State:
    """The content of an index."""

    logical_hash: str
    ragged: Rows
    """Of a table that only a copy in the index lets DuckDB read."""

    @classmethod
    def of(cls, lake: Lake) -> State:
        return cls(lake.generation.manifest.logical_hash, lake.sql(RAGGED).to_pylist())


@dataclass(slots=True)
class Changed:
    """A lake that changed since it was indexed, and what killed builds of it left."""

    lake: Path
    before: Path
    """An index of the lake as it was; copied, never written."""
    old: State
    new: State
    seconds: float
    """That a build takes, its start included."""
    reopened: list[float] = field(default_factory=list)
    """How long each index that a killed build left took to open."""

    def survivor(self, index: Path) -> str:
        """Open what a killed build left; return which generation is current."""
        started = time.monotonic()
        lake = Lake.open(index, SETTINGS)
        self.reopened.append(time.monotonic() - started)
        assert self.reopened[-1] <= SECONDS_TO_REOPEN
        assert [one.damages for one in Lake.verify(index)] == [()] * len(Lake.verify(index))
        found = State.of(lake)
        assert found in (self.old, self.new)
        return "old" if found == self.old else "new"

    def first_survivor(self, index: Path) -> str:
        """Open what was left where nothing was published before."""
        try:
            return self.survivor(index)
        except IndexMissing:
            assert not (index / "CURRENT").exists()
            return "none"

    def mend(self, index: Path) -> None:
        """Build again; no trace of the killed build may be left."""
        assert State.of(Lake.index(self.lake, index, SETTINGS)) == self.new
        assert names_in(index) == WHOLE


@pytest.fixture(scope="module")
def changed(tmp_path_factory: pytest.TempPathFactory) -> Changed:
    folder = tmp_path_factory.mktemp("killed")
    lake = write_lake(folder / "lake")
    (lake / "ragged.csv").write_text("a,b\n1\n2,3\n")
    old = State.of(Lake.index(lake, folder / "before", SETTINGS))
    (lake / "ragged.csv").write_text("a,b\n1\n2,3\n4,5\n")
    (lake / "geo" / "countries.csv").write_text("code,name\nFR,France\nDE,Germany\n")
    (lake / "events.jsonl").unlink()
    (lake / "new.csv").write_text("code,city\nfr,Paris\nde,Berlin\n")
    started = time.monotonic()
    assert start_build(lake, folder / "after").wait() == 0
    seconds = time.monotonic() - started
    return Changed(lake, folder / "before", old, State.of(Lake.open(folder / "after", SETTINGS)), seconds)


def steps_of(changed: Changed, index: Path) -> list[str]:
    """Publish; list the steps that this takes."""
    done = build_until(changed.lake, index, 0, KEEP)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout.splitlines()


def kill_at(changed: Changed, index: Path, step: int) -> None:
    assert build_until(changed.lake, index, step, KEEP).returncode == -signal.SIGKILL


def some(steps: list[str]) -> list[int]:
    """Choose what stands for all steps: those around the moment of publication."""
    telling = ("os.rename CURRENT.new", "shutil.rmtree removing-")
    return [number for number, step in enumerate(steps, 1) if step.startswith(telling)]


@pytest.mark.parametrize("is_complete", [False, pytest.param(True, marks=pytest.mark.slow)])
def test_killed_at_any_step_of_publishing(changed: Changed, tmp_path: Path, is_complete: bool) -> None:
    steps = steps_of(changed, copy_index(changed.before, tmp_path / "index"))
    chosen = list(range(1, len(steps) + 1)) if is_complete else some(steps)
    survivors = []
    for step in chosen:
        # The trust cache has only some generations of one folder, and each step here leaves two there.
        index = copy_index(changed.before, tmp_path / str(step // 3))
        kill_at(changed, index, step)
        survivors.append(changed.survivor(index))
        changed.mend(index)
    # First the old one answers, from the replacement of CURRENT on the new one, and never the old one again.
    replaced = steps.index("os.rename CURRENT.new") + 1
    assert survivors == ["old" if step <= replaced else "new" for step in chosen]
    keep_figures("kill -9 at every step of publishing", figures(changed, survivors))


@pytest.mark.parametrize("is_complete", [False, pytest.param(True, marks=pytest.mark.slow)])
def test_killed_at_any_step_of_the_first_publication(changed: Changed, tmp_path: Path, is_complete: bool) -> None:
    steps = steps_of(changed, tmp_path / "index")
    replaced = steps.index("os.rename CURRENT.new") + 1
    chosen = list(range(1, len(steps) + 1)) if is_complete else [replaced]
    survivors = []
    for step in chosen:
        index = tmp_path / str(step)
        kill_at(changed, index, step)
        survivors.append(changed.first_survivor(index))
        changed.mend(index)
    assert survivors == ["none" if step <= replaced else "new" for step in chosen]
    keep_figures("kill -9 at every step of the first publication", figures(changed, survivors))


@pytest.mark.parametrize("moments", [3, pytest.param(200, marks=pytest.mark.slow)])
def test_killed_at_any_moment(changed: Changed, tmp_path: Path, moments: int) -> None:
    choose = random.Random(moments)
    survivors = []
    for moment in range(moments):
        is_first = moment % 4 == 2
        index = tmp_path / str(moment) if is_first else copy_index(changed.before, tmp_path / "index")
        with start_build(changed.lake, index) as build:
            time.sleep(choose.uniform(0.0, 1.05) * changed.seconds)
            build.kill()
        survivors.append(changed.first_survivor(index) if is_first else changed.survivor(index))
        changed.mend(index)
    keep_figures("kill -9 at random moments", figures(changed, survivors))


def figures(changed: Changed, survivors: list[str]) -> dict[str, object]:
    """Make figures of what was left; whatever was lost or unreadable has failed the test already."""
    return {
        "kills": len(survivors),
        "old_answers": survivors.count("old"),
        "new_answers": survivors.count("new"),
        "nothing_published_yet": survivors.count("none"),
        "lost": 0,
        "unreadable": 0,
        "slowest_reopening_seconds": round(max(changed.reopened[-len(survivors) :], default=0.0), 3),
    }


def test_what_a_published_build_left_behind_is_not_written_to(changed: Changed, tmp_path: Path) -> None:
    """Copies of tables that are staged still are, on the disk, those of the generation that was published."""
    lake, index = tmp_path / "lake", tmp_path / "index"
    shutil.copytree(changed.lake, lake)
    step = steps_of(changed, tmp_path / "counted").index("shutil.rmtree staging") + 1
    assert build_until(lake, index, step).returncode == -signal.SIGKILL
    assert State.of(Lake.open(index, SETTINGS)).ragged == changed.new.ragged
    (lake / "ragged.csv").write_text("a,b\n6\n7,8\n")
    assert State.of(Lake.index(lake, index, SETTINGS)).ragged == [{"a": 6, "b": None}, {"a": 7, "b": 8}]
    assert [(one.number, one.damages) for one in Lake.verify(index)] == [(2, ()), (1, ())]


@pytest.fixture
def hanging_reader(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Install a connector that never comes back from a file `*.hang`, for processes started from now on."""
    site = tmp_path / "site"
    (site / "hang-0.1.dist-info").mkdir(parents=True)
    shutil.copy(Path(__file__).parents[1] / "profile" / "workers" / "hostile_connector.py", site)
    entry = "[lakeindex.connectors]\nhostile = hostile_connector:HostileConnector\n"
    (site / "hang-0.1.dist-info" / "entry_points.txt").write_text(entry)
    (site / "hang-0.1.dist-info" / "METADATA").write_text("Metadata-Version: 2.1\nName: hang\nVersion: 0.1\n")
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(site), os.environ.get("PYTHONPATH", "")]))


@pytest.mark.usefixtures("hanging_reader")
@pytest.mark.parametrize("is_hanging", [False, True])
def test_workers_end_with_the_build_that_was_killed(tmp_path: Path, is_hanging: bool) -> None:
    lake = tmp_path / "lake"
    lake.mkdir()
    for number in range(200):
        (lake / f"{number}.csv").write_text("a,b\n" + "".join(f"{row},x{row}\n" for row in range(2000)))
    if is_hanging:
        (lake / "0.hang").touch()
    with start_build(lake, tmp_path / "index") as build:
        workers = wait_for_workers(build.pid)
        time.sleep(3 if is_hanging else 0)
        build.kill()
    deadline = time.monotonic() + 10
    while left := [worker for worker in workers if Path(f"/proc/{worker}/exe").exists()]:
        assert time.monotonic() < deadline, f"workers {left} outlive their build"
        time.sleep(0.05)


def wait_for_workers(parent: int) -> list[int]:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        threads = Path(f"/proc/{parent}/task").glob("*/children")
        if found := [int(child) for thread in threads for child in thread.read_text().split()]:
            return found
        time.sleep(0.02)
    raise AssertionError("no worker started")
