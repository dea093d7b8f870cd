"""The official clients that exports are tried with; a test that lacks one is skipped, with the way to get it."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

_WAY = "make test-pipelines installs it"


def program(name: str) -> str:
    """Return the path of a program that is installed beside Python, or skip the test."""
    found = shutil.which(name, path=str(Path(sys.executable).parent)) or shutil.which(name)
    if found is None:
        pytest.skip(f"no {name}: {_WAY}")
    return found


def needs(module: str) -> None:
    """Skip the test where a module isn't installed."""
    if importlib.util.find_spec(module) is None:
        pytest.skip(f"no {module}: {_WAY}")


def run(*command: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run a program that reports to nobody what it does."""
    silent = {"DATAHUB_TELEMETRY_ENABLED": "false", "DBT_SEND_ANONYMOUS_USAGE_STATS": "false", "DO_NOT_TRACK": "1"}
    environment = os.environ | silent | {"HOME": str(cwd)}
    done = subprocess.run(
        list(map(str, command)), cwd=cwd, env=environment, text=True, capture_output=True, timeout=300, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done
