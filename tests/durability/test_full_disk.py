"""A disk that fills up costs the build, never the index that was there."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from lakeindex import Lake
from tests.durability.builds import SETTINGS, WHOLE, copy_index, names_in
from tests.durability.figures import keep_figures
from tests.small_lake import write_lake

ROWS = 20_000
PLENTY = 64 << 10  # kilobytes
FAR_TOO_LITTLE = 1 << 10
LARGEST_FILE = 2 << 20  # bytes; the catalog is about that large
RAGGED = 'SELECT count(*) AS n, max(b) AS most FROM "ragged.csv"'

State = tuple[str, list[dict[str, object]]]


@dataclass(frozen=True, slots=True)
class Grown:
    """A lake that has grown since it was indexed, by more than its index had."""

    lake: Path
    before: Path
    old: State
    new: State
    least: int
    """Kilobytes that the index takes before."""


def state_of(index: Path) -> State:
    lake = Lake.open(index, SETTINGS)
    return lake.generation.manifest.logical_hash, lake.sql(RAGGED).to_pylist()


@pytest.fixture(scope="module")
def grown(tmp_path_factory: pytest.TempPathFactory) -> Grown:
    folder = tmp_path_factory.mktemp("grown")
    lake = write_lake(folder / "lake")
    (lake / "ragged.csv").write_text("a,b\n1\n2,3\n")
    Lake.index(lake, folder / "before", SETTINGS)
    (lake / "more.csv").write_text("a,b\n" + "".join(f"{row},value {row}\n" for row in range(ROWS)))
    # The index keeps a copy of this one, which a worker writes.
    (lake / "ragged.csv").write_text("a,b\n1\n" + "".join(f"{row},{row * row}\n" for row in range(ROWS)))
    Lake.index(lake, folder / "after", SETTINGS)
    old, new = state_of(folder / "before"), state_of(folder / "after")
    assert old != new
    return Grown(lake, folder / "before", old, new, kilobytes_of(folder / "before"))


def kilobytes_of(folder: Path) -> int:
    return sum(path.stat().st_blocks for path in folder.rglob("*")) // 2


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


def room_taken(grown: Grown, disk: Path, index: Path) -> int:
    """Build where there is room enough; return how many kilobytes that took at most."""
    most = 0
    with ThreadPoolExecutor(1) as thread:
        done = thread.submit(index_lake, grown.lake, index)
        while not done.done():
            facts = os.statvfs(disk)
            most = max(most, (facts.f_blocks - facts.f_bfree) * facts.f_frsize // 1024)
            time.sleep(0.001)
    assert is_built(grown, index, done.result())
    return most


def index_lake(lake: Path, index: Path, file_bytes: int | None = None) -> subprocess.CompletedProcess[str]:
    """Run the command, with a limit to how large a file may grow."""

    def limit() -> None:
        if file_bytes is not None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (file_bytes, file_bytes))

    command = [sys.executable, "-m", "lakeindex.serve.cli.main", "index", str(lake), "--index", str(index), "--strict"]
    options = ["--quiet", "--model", "hashing", "--memory", "500MB", "--jobs", "2"]
    return subprocess.run([*command, *options], capture_output=True, text=True, preexec_fn=limit, check=False)


def is_built(grown: Grown, index: Path, done: subprocess.CompletedProcess[str]) -> bool:
    """Return whether a build had enough space; one that had not leaves the index as it was and prints one sentence."""
    if done.returncode == 5:  # some files of the small lake can't be read
        assert state_of(index) == grown.new
        return True
    assert done.returncode == 1, done.stderr
    assert done.stderr.startswith("lakeindex: "), done.stderr
    assert len(done.stderr.splitlines()) == 1, done.stderr
    assert "can't be built" in done.stderr or "can't be written" in done.stderr, done.stderr
    assert "what was there before still answers" in done.stderr, done.stderr
    assert state_of(index) == grown.old
    assert names_in(index) - {"staging"} == WHOLE  # the next build goes on from there
    return False


def assert_next_build_succeeds(grown: Grown, index: Path) -> None:
    assert index_lake(grown.lake, index).returncode == 5
    assert state_of(index) == grown.new
    assert names_in(index) == WHOLE


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may mount a small file system")
@pytest.mark.parametrize("points", [2, pytest.param(60, marks=pytest.mark.slow)])
def test_a_full_disk_leaves_the_old_generation_and_no_litter(grown: Grown, tmp_path: Path, points: int) -> None:
    most = grown.least + FAR_TOO_LITTLE
    if points > 2:
        with small_disk(tmp_path / "disk", PLENTY) as disk:
            most = room_taken(grown, disk, copy_index(grown.before, disk / "index"))
    failed = []
    for point in range(points):
        room = grown.least + 8 + (most - grown.least) * point // points
        with small_disk(tmp_path / "disk", room) as disk:
            index = copy_index(grown.before, disk / "index")
            done = index_lake(grown.lake, index)
            if is_built(grown, index, done):
                continue
            failed.append(done.stderr)
            subprocess.run(["mount", "-o", f"remount,size={PLENTY}k", str(disk)], check=True)
            assert_next_build_succeeds(grown, index)
    assert len(failed) >= 5 * points // 6
    messages = Counter(sentence.replace(str(index), "INDEX").strip() for sentence in failed)
    keep_figures("disk full", figures_of(points, len(failed)) | {"sentences": dict(messages)})


@pytest.mark.parametrize("points", [1, pytest.param(50, marks=pytest.mark.slow)])
def test_files_that_may_not_grow_leave_the_old_generation_and_no_litter(
    grown: Grown, tmp_path: Path, points: int
) -> None:
    failed = 0
    for point in range(points):
        index = copy_index(grown.before, tmp_path / "index")
        # From nothing on, the same factor each time: most files are small.
        done = index_lake(grown.lake, index, int(LARGEST_FILE ** ((point + 0.5) / points)))
        if not is_built(grown, index, done):
            failed += 1
            assert_next_build_succeeds(grown, index)
    assert failed >= points // 3
    keep_figures("files may not grow", figures_of(points, failed))


def figures_of(points: int, failed: int) -> dict[str, object]:
    return {"points": points, "builds_that_failed": failed, "old_generation_answers": failed, "litter": 0}
