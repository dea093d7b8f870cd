"""Any call on a file of the index may fail, or be the last one: the old or the new generation answers, whole."""

from __future__ import annotations

import ctypes
import errno
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from lakeindex import Lake, Settings
from lakeindex.errors import IndexMissing
from lakeindex.store.generations import open_current
from lakeindex.store.trust_cache import add_trust
from tests.durability.builds import WHOLE, names_in
from tests.durability.faulty_build import Plan
from tests.durability.figures import keep_figures

SETTINGS = Settings(model="hashing", jobs=1, memory="500MB")
RAGGED = 'SELECT a, b FROM "ragged.csv" ORDER BY a'
ERRORS = {"ENOSPC": errno.ENOSPC, "EIO": errno.EIO, "EACCES": errno.EACCES, "ESTALE": errno.ESTALE, "SIGKILL": 0}
SOME = 4
HERE = Path(__file__).parent

State = tuple[str, list[dict[str, object]]]


def state_of(lake: Lake) -> State:
    return lake.generation.manifest.logical_hash, lake.sql(RAGGED).to_pylist()


@dataclass(slots=True)
class Built:
    code: int
    stderr: str
    failed: str
    """The call that failed, and on which file."""
    calls: int


@dataclass(slots=True)
class Faults:
    """A lake that changed since it was indexed, and a process that builds indexes of it with a fault."""

    process: subprocess.Popen[str]
    lake: Path
    before: Path
    old: State
    new: State

    def build(self, index: Path, at: int = 0, error: int = 0) -> Built:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        request = {"lake": str(self.lake), "index": str(index), "at": at, "error": error}
        self.process.stdin.write(json.dumps(request) + "\n")
        self.process.stdin.flush()
        return Built(**json.loads(self.process.stdout.readline()))

    def start_from(self, index: Path, is_first: bool) -> None:
        shutil.rmtree(index, ignore_errors=True)
        if not is_first:
            shutil.copytree(self.before, index)
            generation = open_current(index)  # trusted: the sandbox check, which takes seconds, is not what is tried
            add_trust(generation.folder, sandbox_checked=generation.manifest.checksum)


def write_lake(folder: Path) -> Path:
    folder.mkdir()
    for number in range(8):
        (folder / f"t{number}.csv").write_text(f"id,v{number}\n" + "".join(f"{row},x{row}\n" for row in range(20)))
    (folder / "ragged.csv").write_text("a,b\n1\n2,3\n")
    return folder


@pytest.fixture(scope="module")
def faults(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Faults]:
    compiler = shutil.which("gcc") or shutil.which("cc")
    if compiler is None or sys.platform != "linux":
        pytest.skip("calls are made to fail by a library that a C compiler makes, on Linux")
    folder = tmp_path_factory.mktemp("faults")
    library, plan = folder / "faults.so", folder / "plan"
    command = [compiler, "-shared", "-fPIC", "-o", str(library), str(HERE / "faults.c"), "-ldl"]
    subprocess.run(command, check=True)
    plan.write_bytes(bytes(ctypes.sizeof(Plan)))
    lake = write_lake(folder / "lake")
    old = state_of(Lake.index(lake, folder / "before", SETTINGS))
    (lake / "ragged.csv").write_text("a,b\n1\n2,3\n4,5\n")
    (lake / "t0.csv").write_text("id,v0\n1,other\n")
    (lake / "new.csv").write_text("code,city\nfr,Paris\nde,Berlin\n")
    new = state_of(Lake.index(lake, folder / "after", SETTINGS))
    environment = os.environ | {"LD_PRELOAD": str(library), "FAULT_PLAN": str(plan), "LAKEINDEX_MODEL": "hashing"}
    with subprocess.Popen(
        [sys.executable, str(HERE / "faulty_build.py"), str(plan)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=environment,
    ) as process:
        yield Faults(process, lake, folder / "before", old, new)
        process.stdin.close()  # type: ignore[union-attr]


def chosen(calls: int, is_complete: bool) -> list[tuple[int, str]]:
    """Choose calls and how they fail: each in turn, or a few in all parts of a build."""
    numbers = range(1, calls + 1) if is_complete else range(1, calls + 1, max(1, calls // SOME))
    return [(number, list(ERRORS)[place % len(ERRORS)]) for place, number in enumerate(numbers)]


@pytest.mark.parametrize(
    ("is_complete", "is_first"),
    [
        pytest.param(False, False, id="some-rebuilt"),
        pytest.param(False, True, id="some-first", marks=pytest.mark.slow),
        pytest.param(True, False, id="every-rebuilt", marks=pytest.mark.slow),
        pytest.param(True, True, id="every-first", marks=pytest.mark.slow),
    ],
)
def test_any_call_may_fail(faults: Faults, tmp_path: Path, is_complete: bool, is_first: bool) -> None:
    index = tmp_path / "counted"
    faults.start_from(index, is_first)
    counted = faults.build(index)
    assert (counted.code, state_of(Lake.open(index, SETTINGS))) == (0, faults.new), counted.stderr
    survivors, problems = [], []
    for number, name in chosen(counted.calls, is_complete):
        index = tmp_path / str(number % 3)  # the trust cache knows some generations of a folder
        faults.start_from(index, is_first)
        built = faults.build(index, number, ERRORS[name])
        try:
            survivors.append(survivor(faults, index, built, name))
            mended = faults.build(index)
            assert (mended.code, state_of(Lake.open(index, SETTINGS))) == (0, faults.new), mended.stderr
            assert names_in(index) == WHOLE
        except (AssertionError, Exception) as problem:
            problems.append(f"{number} {name} {built}: {type(problem).__name__} {str(problem)[:300]}")
    assert not problems, "\n".join(problems)
    keep_figures(
        f"a fault at a call ({'first' if is_first else 'again'})",
        {"faults": len(survivors), "lost": 0, "unreadable": 0}
        | {which: survivors.count(which) for which in sorted(set(survivors))},
    )


def survivor(faults: Faults, index: Path, built: Built, name: str) -> str:
    """Return which generation answers after a build of which a call failed; it is whole, and nothing goes unsaid."""
    if built.code == -signal.SIGKILL:
        assert name == "SIGKILL"
    else:
        assert "Traceback" not in built.stderr
        assert built.code in (0, 1, 4, 5)
        assert len(built.stderr.splitlines()) >= 1
    try:
        lake = Lake.open(index, SETTINGS)
    except IndexMissing:
        assert built.code not in (0, 5)
        assert "still answers" not in built.stderr
        return "none"
    assert [one.damages for one in Lake.verify(index)] == [()] * len(Lake.verify(index))
    found = state_of(lake)
    if built.code == 0:
        assert found == faults.new
    assert found in (faults.old, faults.new)
    if found == faults.new and built.code > 0:
        untrue = ("still answers", "is unchanged", "nothing was published")
        assert not [one for one in untrue if one in built.stderr], built
    return "old" if found == faults.old else "new"
