"""A check of somebody else's index is waited for while it gets on, and no longer."""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from lakeindex import Lake, Settings
from lakeindex.errors import IndexDamaged
from lakeindex.store.generations import open_current
from lakeindex.store.sandbox_check import run_while_it_gets_on

PATIENCE = 1.5


def check(program: str) -> tuple[str, float]:
    started = time.monotonic()
    problem = run_while_it_gets_on([sys.executable, "-I", "-S", "-c", program], PATIENCE)
    return problem, time.monotonic() - started


def test_a_check_that_prints_lines_is_waited_for() -> None:
    program = "import time\nfor n in range(8):\n    print(n, flush=True); time.sleep(0.5)"
    problem, seconds = check(program)
    assert problem == ""
    assert seconds > 2 * PATIENCE


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells how long a process has run")
def test_a_check_that_computes_is_waited_for_without_a_line() -> None:
    problem, seconds = check("import time\nstart = time.monotonic()\nwhile time.monotonic() - start < 4: pass")
    assert problem == ""
    assert seconds > 2 * PATIENCE


def test_a_check_that_hangs_is_given_up() -> None:
    problem, seconds = check("import time\nprint(1, flush=True)\ntime.sleep(600)")
    assert problem == "it takes too long: nothing came of it for 1.5 s"
    assert seconds < 60


@pytest.mark.parametrize(
    ("program", "expected"),
    [
        ("import sys; sys.exit('first\\nthe catalog is odd')", "the catalog is odd"),
        ("import os; os.kill(os.getpid(), 11)", "killed by signal 11"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGXCPU)", "it takes too long"),
    ],
)
def test_a_check_that_fails_says_why(program: str, expected: str) -> None:
    assert check(program)[0] == expected


def test_the_check_prints_how_many_bytes_it_has_checked(index_folder: Path) -> None:
    generation = open_current(index_folder)
    words = [sys.executable, "-m", "lakeindex.search.check_foreign_index", str(index_folder), str(generation.number)]
    done = subprocess.run(words, capture_output=True, text=True, check=True)
    checked = [int(line.removesuffix(" bytes checked")) for line in done.stdout.splitlines()]
    assert checked == sorted(checked)
    assert checked[0] == generation.manifest.artifacts["vectors.faiss"].bytes
    assert checked[-1] == generation.manifest.bytes


def test_an_index_that_hangs_its_check_is_refused(
    index_folder: Path, tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    index = tmp_path / "index"
    shutil.copytree(index_folder, index)
    monkeypatch.setattr("lakeindex.store.sandbox_check._PATIENCE", 0.0)
    with pytest.raises(IndexDamaged, match=r"made elsewhere and can't be read \(it takes too long"):
        Lake.open(index, settings)
    monkeypatch.undo()
    assert Lake.open(index, settings).tables().num_rows == Lake.open(index_folder, settings).tables().num_rows
