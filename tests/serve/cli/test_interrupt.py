"""Signals at any moment of a command, and pipes that close: as processes, as only they can be ended."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import tomllib
from pathlib import Path

import pytest

START = "from lakeindex.serve.cli.start import main; main()"
READY = "import sys; sys.stdout.write('ready'); sys.stdout.flush(); sys.stdout.close()\n"
"""Nothing before this is the product's: Python itself starts."""
LINE = b"lakeindex: interrupted; an index that was there before is unchanged\n"
PAIR = ("sales/orders.csv", "country", "geo/countries.csv", "code")


def started(
    code: str, *words: str, index: Path | None = None, stdout: int = subprocess.DEVNULL
) -> subprocess.Popen[bytes]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("LAKEINDEX_")}
    environment |= {"LAKEINDEX_INDEX": str(index)} if index else {}
    command = [sys.executable, "-c", code, *words]
    return subprocess.Popen(command, stdout=stdout, stderr=subprocess.PIPE, env=environment)


def ended(process: subprocess.Popen[bytes]) -> tuple[int, bytes, float]:
    """Return exit code, what was written to stderr, and the seconds that the end took."""
    start = time.monotonic()
    errors = process.communicate(timeout=60)[1]
    return process.returncode, errors, time.monotonic() - start


def guarded(body: str) -> str:
    """Return a program that runs `body` as a command is run, and says on stdout when it gets there."""
    lines = "\n        ".join(body.splitlines())
    return f"""
import os, sys, time, threading
from lakeindex.serve.cli import interrupt
interrupt.guard()
from lakeindex.serve.cli.main import _report
code = 0
try:
    with interrupt.Unwinding():
        {lines}
except BaseException as error:
    code = _report(error)
interrupt.leave(code)
"""


def interrupted(code: str, number: int = signal.SIGINT, times: int = 1) -> tuple[int, bytes, float]:
    process = started(code, stdout=subprocess.PIPE)
    assert process.stdout is not None
    process.stdout.read(1)
    for _ in range(times):
        process.send_signal(number)
        time.sleep(0.02)
    return ended(process)


@pytest.mark.parametrize("at", [0.0, 0.1, 0.25, 0.5, 0.9])
@pytest.mark.parametrize("command", [("query", *PAIR[:2]), ("join", *PAIR)])
def test_ctrl_c_at_any_moment_is_130_and_one_line(index_folder: Path, command: tuple[str, ...], at: float) -> None:
    _check_moment(index_folder, command, at)


@pytest.mark.parametrize("after_children", [0.0, 0.3, 1.5])
def test_ctrl_c_on_a_terminal_reaches_the_processes_of_a_batch_too(
    index_folder: Path, tmp_path: Path, after_children: float
) -> None:
    queries = tmp_path / "queries.csv"
    queries.write_text("query_table,query_column\n" + "sales/orders.csv,country\ngeo/countries.csv,code\n" * 400)
    process = subprocess.Popen(
        [sys.executable, "-c", START, "query", "--batch", str(queries), "--probe", "3", "-o", "csv"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        env=os.environ | {"LAKEINDEX_INDEX": str(index_folder), "LAKEINDEX_JOBS": "2"},
        start_new_session=True,
    )
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
    deadline = time.monotonic() + 60
    while len(children.read_text().split()) < 2 and time.monotonic() < deadline:  # the tracker, and a first one
        time.sleep(0.005)
    time.sleep(after_children)
    os.killpg(process.pid, signal.SIGINT)
    code, errors, took = ended(process)
    assert (code, errors) == (130, LINE)
    assert took < 1.5


def test_a_module_that_is_being_imported_gets_no_exception(tmp_path: Path) -> None:
    aborting = "try:\n    print('ready', flush=True)\n    time.sleep(9)\nexcept BaseException:\n    os.abort()\n"
    (tmp_path / "aborts_when_interrupted.py").write_text("import os, time\n" + aborting)
    code, errors, seconds = interrupted(
        guarded(f"sys.path.insert(0, {str(tmp_path)!r})\nimport aborts_when_interrupted")
    )
    assert (code, errors) == (130, LINE)
    assert seconds < 1


@pytest.mark.slow
@pytest.mark.parametrize("moment", range(50))
def test_ctrl_c_at_fifty_moments_of_several_commands(index_folder: Path, moment: int) -> None:
    commands = [
        ("query", *PAIR[:2]),
        ("join", *PAIR),
        ("explain", *PAIR),
        ("tables",),
        ("sql", "SELECT 1"),
        ("--help",),
    ]
    _check_moment(index_folder, commands[moment % len(commands)], moment / 50)


def _check_moment(index: Path, command: tuple[str, ...], seconds: float) -> None:
    # The first line of the program opens the pipe's other end, which says that Python itself has started.
    receiving, sending = os.pipe()
    os.set_inheritable(sending, True)
    code = f"from lakeindex.serve.cli.start import main; import os; os.close({sending})\nmain()"
    environment = os.environ | {"LAKEINDEX_INDEX": str(index)}
    process = subprocess.Popen(
        [sys.executable, "-c", code, *command],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        env=environment,
        pass_fds=(sending,),
    )
    os.close(sending)
    os.read(receiving, 1)
    os.close(receiving)
    time.sleep(0.01 + seconds)
    process.send_signal(signal.SIGINT)
    code_of_exit, errors, took = ended(process)
    assert b"Traceback" not in errors and took < 1.5
    if code_of_exit == 130:
        assert errors.endswith(LINE) and errors.count(LINE) == 1
    else:
        assert code_of_exit == 0 and LINE not in errors


SAY = "sys.stdout.write('x'); sys.stdout.flush()\n"


@pytest.mark.parametrize(
    "body",
    [
        "time.sleep(60)",
        "import duckdb; duckdb.sql('SELECT count(*) FROM range(10000000000) a, range(100) b').fetchall()",
        "try: time.sleep(60)\nexcept KeyboardInterrupt: raise ImportError('swallowed')",
        "try: time.sleep(60)\nexcept KeyboardInterrupt: pass",
        "threading.Thread(target=time.sleep, args=(60,)).start(); time.sleep(60)",
        "import atexit; atexit.register(time.sleep, 60); time.sleep(60)",
        "try: time.sleep(60)\nfinally: time.sleep(60)",
        "import ctypes; ctypes.CDLL(None).sleep(60)",
        "from concurrent.futures import ThreadPoolExecutor as Pool\nwith Pool() as pool: pool.submit(time.sleep, 60)",
    ],
)
@pytest.mark.parametrize("times", [1, 3])
def test_whatever_a_library_does_the_end_comes_within_a_second(body: str, times: int) -> None:
    code, errors, took = interrupted(guarded(SAY + body), times=times)
    assert (code, errors) == (130, LINE)
    assert took < 1.5


def test_termination_unwinds_and_is_143(tmp_path: Path) -> None:
    undone = tmp_path / "undone"
    body = f"try:\n    {SAY}    time.sleep(60)\nfinally: open({str(undone)!r}, 'w').close()"
    code, errors, _ = interrupted(guarded(body), signal.SIGTERM)
    assert (code, errors) == (143, LINE.replace(b"interrupted", b"terminated"))
    assert undone.exists()


def test_what_hangs_is_cleaned_up_behind(tmp_path: Path) -> None:
    litter = tmp_path / "litter"
    litter.write_text("unfinished")
    body = f"""import multiprocessing, ctypes
child = multiprocessing.get_context('fork').Process(target=time.sleep, args=(60,))
child.start()
interrupt.on_hard_exit(lambda: os.unlink({str(litter)!r}))
sys.stdout.write('x%d ' % child.pid); sys.stdout.flush()
ctypes.CDLL(None).sleep(60)"""
    process = started(guarded(body), stdout=subprocess.PIPE)
    assert process.stdout is not None
    child = int(b"".join(iter(lambda: process.stdout.read(1), b" "))[1:])  # type: ignore[union-attr]
    process.send_signal(signal.SIGINT)
    code, errors, _ = ended(process)
    assert (code, errors, litter.exists()) == (130, LINE, False)
    until = time.monotonic() + 5
    while is_running(child) and time.monotonic() < until:
        time.sleep(0.02)  # a process that is killed may get to it a moment later
    assert not is_running(child)


def is_running(process: int) -> bool:
    try:
        return not Path(f"/proc/{process}/stat").read_text().split(") ")[1].startswith("Z")
    except (FileNotFoundError, ProcessLookupError):
        return False


def test_a_forked_child_has_pythons_own_handlers() -> None:
    body = """child = os.fork()
if not child:
    try: time.sleep(60)
    except KeyboardInterrupt: os._exit(7)
time.sleep(.2)
os.kill(child, 2)
assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7"""
    process = started(guarded(body))
    assert ended(process)[:2] == (0, b"")


def test_signals_that_the_caller_ignores_stay_ignored() -> None:
    code = "import signal; signal.signal(2, signal.SIG_IGN)\n" + guarded(SAY + "time.sleep(.3)")
    assert interrupted(code)[:2] == (0, b"")


def test_one_more_signal_after_the_command_has_ended_says_nothing_twice() -> None:
    code = guarded("pass").replace("interrupt.leave(code)", f"{SAY.strip()}\ntime.sleep(60)")
    assert interrupted(code, times=2)[:2] == (130, LINE)


def test_almost_nothing_is_imported_before_signals_are_taken_over() -> None:
    code = "import sys; before = set(sys.modules); import lakeindex.serve.cli.start; print(*set(sys.modules) - before)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert {name for name in done.stdout.split() if not name.startswith("lakeindex")} <= {"__future__"}
    project = tomllib.loads((Path(__file__).parents[3] / "pyproject.toml").read_text("utf-8"))["project"]
    assert project["scripts"] == {"lakeindex": "lakeindex.serve.cli.start:main"}
