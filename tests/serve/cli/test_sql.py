"""`sql` as programs rely on it: its limits, Ctrl-C, a reader that goes away."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from pathlib import Path

import pytest

from tests.hostile.command import COMMAND, environment, run

ENDLESS = "SELECT count(*) FROM range(1000000) a, range(1000000) b WHERE hash(a.range + b.range) % 7 = 1"
MANY = "SELECT i FROM range(1000000000) t(i)"
IDLE = os.getloadavg()[0] < 3
SOON = 1.0 if IDLE else 20.0
"""Seconds: on a busy machine even the end of a process takes long."""


def start(statement: str, index: Path, *flags: str) -> subprocess.Popen[bytes]:
    words = [*COMMAND, "sql", statement, "--index", str(index), *flags]
    return subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment())


def processes_of(pid: int) -> list[int]:
    found = subprocess.run(["pgrep", "-P", str(pid)], capture_output=True, text=True).stdout.split()
    return [int(one) for one in found]


def wait_for_child(process: subprocess.Popen[bytes]) -> list[int]:
    deadline = time.monotonic() + 60
    while not (children := processes_of(process.pid)) and time.monotonic() < deadline:
        time.sleep(0.05)
    time.sleep(1)
    return children


def is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_and_its_process(index_folder: Path, sent: signal.Signals) -> None:
    process = start(ENDLESS, index_folder)
    children = wait_for_child(process)
    assert children
    started = time.monotonic()
    process.send_signal(sent)
    _, printed = process.communicate(timeout=60)
    assert time.monotonic() - started <= SOON
    assert process.returncode == (130 if sent is signal.SIGINT else 143)
    assert printed.count(b"\n") == 1
    assert b"Traceback" not in printed
    deadline = time.monotonic() + 5
    while any(map(is_running, children)) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not any(map(is_running, children))


@pytest.mark.parametrize(
    ("statement", "form"), [(ENDLESS, "csv"), *((MANY, form) for form in ("table", "csv", "json", "md", "arrow"))]
)
def test_it_ends_when_nobody_reads(index_folder: Path, statement: str, form: str) -> None:
    process = start(statement, index_folder, "-o", form)
    wait_for_child(process)
    assert process.stdout is not None
    assert process.stderr is not None
    started = time.monotonic()
    process.stdout.close()
    process.wait(60)
    assert time.monotonic() - started <= SOON + 1
    assert process.stderr.read() == b""
    assert process.returncode == 0
    process.stderr.close()


def test_limits_have_their_exit_codes(index_folder: Path) -> None:
    done = run("sql", "FROM range(100)", "--index", index_folder, "--most-rows", "3", "-o", "csv")
    assert (done.returncode, done.stdout) == (8, "range\n0\n1\n2\n")
    assert "more than 3 rows" in done.stderr
    done = run("sql", MANY, "--index", index_folder, "--most-bytes", "5MB", "-o", "csv")
    assert done.returncode == 8
    assert "larger than 5 MB" in done.stderr
    done = run("sql", ENDLESS, "--index", index_folder, "--seconds", "0.5")
    assert (done.returncode, done.stdout) == (1, "")
    assert "longer than 0.5 s" in done.stderr


@pytest.mark.parametrize(
    "flags", [["--seconds", "nan"], ["--seconds", "0"], ["--most-rows", "-1"], ["--most-bytes", "a lot"]]
)
def test_limits_have_their_range(index_folder: Path, flags: list[str]) -> None:
    assert run("sql", "SELECT 1", "--index", index_folder, *flags).returncode == 2


def test_a_long_result_is_streamed(index_folder: Path) -> None:
    measure = "import resource; print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
    words = [*COMMAND, "sql", "SELECT i, i * 2 AS j FROM range(20000000) t(i)", "--index", str(index_folder)]
    run_words = [*words, "-o", "arrow"]
    script = f"import subprocess as s; s.run({run_words!r}, stdout=s.DEVNULL, check=True); {measure}"
    done = subprocess.run([COMMAND[0], "-c", script], capture_output=True, text=True, env=environment(), check=True)
    assert int(done.stdout) < 350_000  # kilobytes; the result has 320 MB
