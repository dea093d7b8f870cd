"""A build that was killed goes on: hardly anything is read or encoded twice, and nothing is forgotten."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest

from lakeindex import Lake, Settings
from tests.durability.builds import SETTINGS, WHOLE, names_in
from tests.durability.figures import keep_figures
from tests.small_lake import write_lake

MOST_DONE_AGAIN = 0.05
FILES = 400
MOMENTS = 20
SECONDS_TO_WAIT = 120.0
HERE = Path(__file__).parent
STAGES = ("profile", "encode")
KEY = "a key for tests"


@dataclass(frozen=True, slots=True)
class Work:
    """What builds did, killed ones included."""

    log: Path

    def amounts(self) -> dict[str, int]:
        done = dict.fromkeys(STAGES, 0)
        for line in self.log.read_text().splitlines() if self.log.exists() else []:
            stage, amount = line.split()
            done[stage] += int(amount)
        return done


@dataclass(frozen=True, slots=True)
class Counted:
    """A lake, and what one build of it does that nobody kills."""

    lake: Path
    folder: Path
    environment: Mapping[str, str]
    values: str
    whole: dict[str, int]
    expected: Lake

    def start(self, index: Path, work: Work) -> subprocess.Popen[str]:
        return start(self.lake, index, self.values, self.environment, work)


def start(lake: Path, index: Path, values: str, environment: Mapping[str, str], work: Work) -> subprocess.Popen[str]:
    command = [sys.executable, str(HERE / "counted_build.py"), str(lake), str(index), values]
    with_log = {**environment, "WORK_LOG": str(work.log)}
    return subprocess.Popen(command, env=with_log, stderr=subprocess.PIPE, text=True)


def finish(build: subprocess.Popen[str]) -> None:
    _, errors = build.communicate()
    assert (build.returncode, errors) == (0, "")


def open_index(index: Path, values: str) -> Lake:
    return Lake.open(index, Settings(model="hashing", values=values, hash_key=KEY))


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("resumed") / "lake"
    folder.mkdir()
    choose = random.Random(0)
    for number in range(FILES):
        names = [f"{choose.choice('abcdefgh')}{number}_{place}" for place in range(choose.randint(2, 6))]
        rows = [[f"v{choose.randrange(3000)}" for _ in names] for _ in range(choose.randint(5, 60))]
        (folder / f"{number}.counted").write_text("\n".join(",".join(row) for row in [names, *rows]) + "\n")
    return folder


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, str]:
    """Install the connector that counts, for processes that get this environment."""
    site = tmp_path_factory.mktemp("site")
    (site / "counting-0.1.dist-info").mkdir()
    entry = "[lakeindex.connectors]\ncounted = counting_connector:CountingConnector\n"
    (site / "counting-0.1.dist-info" / "entry_points.txt").write_text(entry)
    (site / "counting-0.1.dist-info" / "METADATA").write_text("Metadata-Version: 2.1\nName: counting\nVersion: 0.1\n")
    path = os.pathsep.join([str(site), str(HERE), os.environ.get("PYTHONPATH", "")])
    return os.environ | {"PYTHONPATH": path.rstrip(os.pathsep)}


@pytest.fixture(scope="module", params=["sample", pytest.param("hash", marks=pytest.mark.slow)])
def counted(
    lake: Path, environment: Mapping[str, str], tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Counted:
    folder = tmp_path_factory.mktemp("whole")
    work = Work(folder / "work")
    finish(start(lake, folder / "index", request.param, environment, work))
    whole = work.amounts()
    assert whole["profile"] == FILES
    return Counted(lake, folder, environment, request.param, whole, open_index(folder / "index", request.param))


def kill_at(counted: Counted, index: Path, work: Work, stage: str, amount: int, delay: float) -> bool:
    """Kill a build a moment after so much work of a stage was begun; return whether that was before its end."""
    deadline = time.monotonic() + SECONDS_TO_WAIT
    with counted.start(index, work) as build:
        while build.poll() is None and work.amounts()[stage] < amount:
            assert time.monotonic() < deadline, f"{stage} never gets to {amount}"
            time.sleep(0.002)
        time.sleep(delay)
        build.kill()
        build.communicate()
    return build.returncode != 0


def assert_equal(one: Lake, other: Lake) -> None:
    assert one.generation.manifest.logical_hash == other.generation.manifest.logical_hash
    ones, others = one.opened.searcher, other.opened.searcher
    keys = np.arange(len(ones.directory))
    np.testing.assert_allclose(ones.vectors.vectors(keys), others.vectors.vectors(keys), atol=1e-3)


Amounts = Mapping[str, float]
"""Of some stages, each a share of its work."""


def done_again(counted: Counted, index: Path, work: Work, killed: Amounts, delay: float) -> dict[str, float]:
    """Kill a build in each stage at some share of its work, then let one end; return what was done again, as shares."""
    for stage, share in killed.items():
        assert kill_at(counted, index, work, stage, int(share * counted.whole[stage]), delay)
    finish(counted.start(index, work))
    assert_equal(open_index(index, counted.values), counted.expected)
    assert names_in(index) == WHOLE
    return {stage: amount / counted.whole[stage] - 1 for stage, amount in work.amounts().items()}


def test_a_build_that_is_killed_twice_goes_on(counted: Counted, tmp_path: Path) -> None:
    again = done_again(counted, tmp_path / "index", Work(tmp_path / "work"), {"profile": 0.4, "encode": 0.7}, 0.0)
    assert max(again.values()) <= 2 * MOST_DONE_AGAIN, again


class Interrupted(BaseException):
    """Stands for a kill: nothing of the build runs after it."""


def test_what_must_not_be_kept_is_not_needed_to_go_on(tmp_path: Path) -> None:
    settings = replace(SETTINGS, values="hash", hash_key=KEY)
    lake = write_lake(tmp_path / "lake")

    def interrupt(stage: str, done: int, total: int) -> None:
        if stage == "profile" and done == total:
            raise Interrupted

    with pytest.raises(Interrupted):
        Lake.index(lake, tmp_path / "index", settings, interrupt)
    assert_equal(Lake.index(lake, tmp_path / "index", settings), Lake.index(lake, tmp_path / "whole", settings))


@pytest.mark.slow
@pytest.mark.parametrize("stage", STAGES)
def test_hardly_anything_is_done_again(counted: Counted, tmp_path: Path, stage: str) -> None:
    choose = random.Random(stage)
    found = []
    for moment in range(MOMENTS):
        amounts, delay = {stage: choose.uniform(0.1, 0.9)}, choose.uniform(0, 0.02)
        found.append(done_again(counted, tmp_path / str(moment), Work(tmp_path / f"work{moment}"), amounts, delay))
    worst = {one: max(again[one] for again in found) for one in STAGES}
    figures = {f"most_done_again_in_{one}": round(share, 4) for one, share in worst.items()}
    keep_figures(f"kill -9 while a build is in {stage}, values {counted.values}", {"kills": MOMENTS, **figures})
    assert max(worst.values()) <= MOST_DONE_AGAIN, worst
