"""A build that was killed goes on: hardly anything is read or encoded twice."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from builds import SETTINGS, logical_hash

from lakeindex import Lake
from lakeindex.catalog.staging import Staging

MOST_DONE_AGAIN = 0.05
FILES = 400

_BUILD = """
import sys
from lakeindex import Lake, Settings
def tell(stage, done, total):
    print(stage, done, total, flush=True)
Lake.index(sys.argv[1], sys.argv[2], Settings(model="hashing", jobs=2, memory="500MB"), tell)
"""


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("resumed") / "lake"
    folder.mkdir()
    choose = random.Random(0)
    for number in range(FILES):
        names = [f"{choose.choice('abcdefgh')}{number}_{place}" for place in range(choose.randint(2, 6))]
        rows = [[f"v{choose.randrange(3000)}" for _ in names] for _ in range(choose.randint(20, 400))]
        (folder / f"{number}.csv").write_text("\n".join(",".join(row) for row in [names, *rows]) + "\n")
    return folder


@pytest.fixture(scope="module")
def expected(lake: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    index = tmp_path_factory.mktemp("resumed") / "index"
    return Lake.index(lake, index, SETTINGS).generation.manifest.logical_hash


def steps(build: subprocess.Popen[str]) -> Iterator[tuple[str, int, int]]:
    assert build.stdout is not None
    for line in build.stdout:
        stage, done, total = line.split()
        yield stage, int(done), int(total)


def start(lake: Path, index: Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", _BUILD, str(lake), str(index)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)


def staged_files(index: Path) -> int:
    staging = Staging(index / "staging")
    return sum(len(share.outcomes) for share in staging.shares())


def staged_texts(index: Path) -> int:
    return sum(len(hashes) for hashes, _ in Staging(index / "staging").vectors())


def killed_in(lake: Path, index: Path, stage: str, share: float, delay: float) -> tuple[int, int]:
    """Kill a build once a share of a stage is done, after a delay; return how much it had told was done, of what."""
    with start(lake, index) as build:
        for at, done, total in steps(build):
            if at == stage and done >= share * total:
                break
        time.sleep(delay)
        build.kill()
        last = [(done, total) for at, done, total in steps(build) if at == stage] or [(done, total)]
    return last[-1]


@pytest.mark.parametrize("moments", [1, pytest.param(40, marks=pytest.mark.slow)])
@pytest.mark.parametrize("stage", ["profile", "encode"])
def test_hardly_anything_is_done_again(lake: Path, expected: str, tmp_path: Path, stage: str, moments: int) -> None:
    choose = random.Random(f"{stage} {moments}")
    for moment in range(moments):
        index = tmp_path / str(moment)
        _, total = killed_in(lake, index, stage, choose.uniform(0.1, 0.95), choose.uniform(0, 0.05))
        if (index / "CURRENT").exists():
            continue  # it was done before it was killed
        kept = staged_files(index) if stage == "profile" else staged_texts(index)
        with start(lake, index) as build:
            first = next((done, of) for at, done, of in steps(build) if at == stage)
            assert first == (kept, total)
            for _ in steps(build):
                pass
        assert build.returncode == 0
        assert logical_hash(index) == expected


@pytest.mark.parametrize("moments", [1, pytest.param(40, marks=pytest.mark.slow)])
def test_what_a_kill_loses_is_a_small_share(lake: Path, tmp_path: Path, moments: int) -> None:
    """What was under way when a build is killed is lost: of files and texts alike at most a twentieth."""
    choose = random.Random(moments)
    for moment in range(moments):
        index = tmp_path / str(moment)
        told, total = killed_in(lake, index, "profile", choose.uniform(0.1, 0.9), 0.0)
        assert told - staged_files(index) <= MOST_DONE_AGAIN * total
    # The largest step between two reports is what can be under way in one worker or one block of texts.
    with start(lake, tmp_path / "whole") as build:
        told = list(steps(build))
    jobs = SETTINGS.jobs
    for stage, at_once in (("profile", jobs), ("encode", 1)):
        done = [(one, total) for at, one, total in told if at == stage]
        largest = max(after - before for (before, _), (after, _) in pairwise(done))
        assert at_once * largest <= MOST_DONE_AGAIN * done[-1][1], stage
