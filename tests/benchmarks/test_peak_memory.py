from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from peak_memory import PeakMemory, memory_of_tree, process_tree

pytestmark = pytest.mark.skipif(
    not Path("/proc/self/smaps_rollup").is_file(), reason="this system doesn't show how memory is shared"
)

_MB = 1_000_000
_CHILD = "held = bytearray(b'x' * 60_000_000); print('held', flush=True); input()"
_PARENT = f"""
import subprocess, sys
held = bytearray(b'x' * 40_000_000)
child = subprocess.Popen([sys.executable, "-c", {_CHILD!r}], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
print(child.stdout.readline(), end="", flush=True)
input()
child.communicate("end")
print("freed", flush=True)
input()
"""


@pytest.fixture
def family() -> Iterator[subprocess.Popen[str]]:
    """A process that holds 40 MB, and has a child that holds 60 MB until it reads a line."""
    with subprocess.Popen(
        [sys.executable, "-c", _PARENT], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        yield process
        process.communicate("\n\n")


def test_the_tree_is_the_process_and_its_child(family: subprocess.Popen[str]) -> None:
    tree = process_tree(family.pid)
    assert tree[0] == family.pid
    assert len(tree) == 2


def test_the_memory_of_a_tree_is_the_sum_over_its_processes(family: subprocess.Popen[str]) -> None:
    parent, child = (_pss(pid) for pid in process_tree(family.pid))
    assert parent > 40 * _MB
    assert child > 60 * _MB
    assert memory_of_tree(family.pid) == pytest.approx(parent + child, rel=0.02)


def test_the_peak_outlives_what_reached_it(family: subprocess.Popen[str]) -> None:
    assert family.stdin is not None and family.stdout is not None
    with PeakMemory(family.pid, seconds=0.01) as peak:
        while (peak.bytes or 0) < 100 * _MB:
            pass
        family.stdin.write("\n")
        family.stdin.flush()
        assert family.stdout.readline() == "freed\n"
        assert memory_of_tree(family.pid) < 60 * _MB
    assert peak.bytes is not None
    assert peak.bytes > 100 * _MB


def test_a_process_that_has_ended_holds_nothing() -> None:
    process = subprocess.Popen([sys.executable, "-c", "pass"])
    process.wait()
    assert memory_of_tree(process.pid) == 0


def _pss(pid: int) -> int:
    text = Path(f"/proc/{pid}/smaps_rollup").read_text("utf-8")
    return next(1024 * int(line.split()[1]) for line in text.splitlines() if line.startswith("Pss:"))
