"""The command as a user runs it, in a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

COMMAND = [sys.executable, "-m", "lakeindex.serve.cli.main"]


def environment(**more: str) -> dict[str, str]:
    """Return the environment without settings of ours, and with the encoder that needs no model."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("LAKEINDEX_")}
    return inherited | {"LAKEINDEX_MODEL": "hashing"} | more


def run(*words: object, **more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*COMMAND, *map(str, words)], capture_output=True, text=True, env=environment(**more))


def index(lake: Path, folder: Path, *flags: str, **more: str) -> dict[str, Any]:
    """Index a lake and return the report."""
    report = folder.with_suffix(".json")
    done = run("index", lake, "--index", folder, "--report", report, "--quiet", *flags, **more)
    assert done.returncode == 0, done.stderr
    read: dict[str, Any] = json.loads(report.read_text("utf-8"))
    return read


def rows(*words: object) -> list[dict[str, Any]]:
    """Run a command that returns rows."""
    done = run(*words, "-o", "json")
    assert done.returncode == 0, done.stderr
    found: list[dict[str, Any]] = json.loads(done.stdout)
    return found
