"""Ctrl-C at any moment of a build ends it within a second, with one line and without litter."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

from lakeindex import Lake, Settings
from tests.durability.builds import WHOLE, names_in
from tests.durability.figures import keep_figures

SETTINGS = Settings(model="hashing", jobs=2, memory="500MB")
SECONDS_TO_END = 1.0
SLACK = float(os.environ.get("LAKEINDEX_TEST_SLACK", "1"))
"""What a busy machine takes longer."""
_COMMAND = """
import sys
from contextlib import contextmanager
from lakeindex.serve.cli import index
from lakeindex.serve.cli.main import main
ending = index.leaving_no_litter

@contextmanager
def ending_and_saying_so(folder):
    with ending(folder):
        sys.stdout.write("ready\\n")
        sys.stdout.flush()
        yield

index.leaving_no_litter = ending_and_saying_so
sys.argv = ["lakeindex", "index", *sys.argv[1:]]
main()
"""
_HUNG = """
import time
from lakeindex.index.vector_index import VectorIndex
import ctypes, threading
def hang(self, path):
    sys.stdout.write("hung\\n")
    sys.stdout.flush()
    ctypes.CDLL(None).sleep(600)  # as a library does: Python handles no signal meanwhile
    ctypes.CDLL(None).sleep(600)
VectorIndex.save = hang
"""


@dataclass(frozen=True, slots=True)
class Ended:
    code: int
    seconds: float
    lines: list[str]
    left: list[int]
    """Workers that outlived the build."""


def start(lake: Path, index: Path, before: str = "") -> subprocess.Popen[str]:
    """Start a build, and wait until the command has parsed its arguments."""
    words = [sys.executable, "-c", f"import sys\n{before}\n{_COMMAND}", str(lake), "--index", str(index)]
    build = subprocess.Popen(
        [*words, "--model", "hashing", "--jobs", "2", "--memory", "500MB"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert build.stdout is not None
    assert build.stdout.readline() == "ready\n"
    return build


def interrupt(build: subprocess.Popen[str], times: int = 1) -> Ended:
    children = [path.read_text() for path in Path(f"/proc/{build.pid}/task").glob("*/children")]
    workers = [int(one) for text in children for one in text.split()]
    started = time.monotonic()
    for _ in range(times):
        build.send_signal(signal.SIGINT)
        time.sleep(0.05 * (times - 1))
    _, errors = build.communicate(timeout=60)
    seconds = time.monotonic() - started
    return Ended(build.returncode, seconds, errors.splitlines(), [one for one in workers if is_running(one)])


def is_running(process: int) -> bool:
    return Path(f"/proc/{process}/exe").exists()


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("interrupted") / "lake"
    folder.mkdir()
    for number in range(60):
        rows = "".join(f"{row},x{row * number},{row / 7}\n" for row in range(200))
        (folder / f"t{number}.csv").write_text("id,name,share\n" + rows)
    return folder


def assert_ended_well(ended: Ended, index: Path) -> None:
    assert (ended.code, ended.left, len(ended.lines)) == (130, [], 1), ended
    (line,) = ended.lines
    assert line.startswith("lakeindex: interrupted; ")
    assert ended.seconds <= SECONDS_TO_END * SLACK
    if index.exists():
        assert names_in(index) <= WHOLE | {"staging"}
        assert ("nothing was published yet" in line) == (not (index / "CURRENT").exists())


@pytest.mark.parametrize("moments", [5, pytest.param(50, marks=pytest.mark.slow)])
def test_interrupted_at_any_moment(lake: Path, tmp_path: Path, moments: int) -> None:
    choose = random.Random(moments)
    started = time.monotonic()
    build = start(lake, tmp_path / "whole")
    build.communicate()
    length = time.monotonic() - started
    slowest = 0.0
    for moment in range(moments):
        index = tmp_path / str(moment // 3)  # most go on from what the one before left
        build = start(lake, index)
        time.sleep(choose.uniform(0, 0.8 * length))
        ended = interrupt(build)
        if ended.code == 0:
            continue  # it was faster
        assert_ended_well(ended, index)
        slowest = max(slowest, ended.seconds)
    built = Lake.index(lake, index, SETTINGS)
    assert built.logical_hash == Lake.open(tmp_path / "whole", SETTINGS).logical_hash
    assert names_in(index) == WHOLE
    keep_figures("Ctrl-C during index", {"moments": moments, "litter": 0, "slowest_seconds": round(slowest, 3)})


@pytest.mark.parametrize("times", [1, 3])
def test_interrupted_while_a_library_holds_the_main_thread(lake: Path, tmp_path: Path, times: int) -> None:
    index = tmp_path / "index"
    Lake.index(lake, index, SETTINGS)
    (lake / "t0.csv").write_text(f"id\n{times}\n")
    build = start(lake, index, _HUNG)
    assert build.stdout is not None
    assert build.stdout.readline() == "hung\n"
    ended = interrupt(build, times)
    assert_ended_well(ended, index)
    assert "the index that was there before is unchanged; the same command goes on" in ended.lines[0]
    assert Lake.open(index, SETTINGS).generation.number == 1
