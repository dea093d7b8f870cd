"""The command that serves: what it says, and how it ends."""

from __future__ import annotations

import re
import signal
import socket
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from tests.commands import run_here


def test_without_an_index_it_says_what_to_do(tmp_path: Path) -> None:
    done = run_here("serve", "--index", str(tmp_path))
    assert done.returncode == 4 and "lakeindex index" in done.stderr


def test_without_its_packages_it_says_what_to_install(small_index: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "uvicorn", None)
    done = run_here("serve", "--index", str(small_index))
    assert done.returncode == 1 and "pip install 'lakeindex[serve]'" in done.stderr


def test_a_port_that_is_taken_is_named(small_index: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = run_here("serve", "--index", str(small_index), "--port", str(port))
    assert done.returncode == 1 and f"port {port}" in done.stderr and "--port 0" in done.stderr


def test_two_ways_to_say_who_may_ask_are_refused(small_index: Path, tmp_path: Path) -> None:
    done = run_here("serve", "--index", str(small_index), "--principals", "a.toml", "--allow", "geo/*")
    assert done.returncode == 2 and "--principals says who may ask" in done.stderr
    done = run_here("serve", "--index", str(small_index), "--token-file", str(tmp_path / "none"))
    assert done.returncode == 2 and "can't be read" in done.stderr
    done = run_here("serve", "--index", str(small_index), LAKEINDEX_TOKEN="short")
    assert done.returncode == 2 and "at least 16" in done.stderr and "short" not in done.stderr


@pytest.mark.slow
def test_it_serves_until_it_is_interrupted(small_index: Path) -> None:
    command = [sys.executable, "-m", "lakeindex.serve.cli.main", "serve", "--index", str(small_index), "--port", "0"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        address = re.search(r"http://127.0.0.1:\d+/\?token=[\w-]+", process.stderr.readline())
        assert address is not None
        with httpx.Client(follow_redirects=True) as browser:
            assert "geo/countries.csv" in browser.get(address[0].replace("/?", "/search?q=countries&")).text
        process.send_signal(signal.SIGINT)
        assert process.wait(20) in (0, 130, -signal.SIGINT)
        assert "Traceback" not in process.stderr.read()
