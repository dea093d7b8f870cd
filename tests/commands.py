"""The command line, run in this process: what it prints and returns, without starting another Python each time."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from lakeindex.serve.cli.main import run


def run_here(*words: object, cwd: Path | None = None, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a command as a process would that has these settings alone."""
    arguments = [*map(str, words)]
    with (
        tempfile.TemporaryFile("w+", encoding="utf-8") as output,
        tempfile.TemporaryFile("w+", encoding="utf-8") as messages,
        pytest.MonkeyPatch.context() as patch,
    ):
        for name in [name for name in os.environ if name.startswith("LAKEINDEX_")]:
            patch.delenv(name)
        for name, value in environment.items():
            patch.setenv(name, value)
        if cwd is not None:
            patch.chdir(cwd)
        patch.setattr(sys, "argv", ["lakeindex", *arguments])
        patch.setattr(sys, "stdout", output)
        patch.setattr(sys, "stderr", messages)
        code = run()
        printed = []
        for stream in (output, messages):
            stream.flush()
            stream.seek(0)
            printed.append(stream.read())
    return subprocess.CompletedProcess(arguments, code, *printed)
