"""Builds in processes of their own, that can be killed at any moment."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from lakeindex import Lake, Settings

SETTINGS = Settings(model="hashing", jobs=2, memory="500MB")

_BUILD = """
import sys
from lakeindex import Lake, Settings
Lake.index(sys.argv[1], sys.argv[2], Settings(model="hashing", jobs=2, memory="500MB", keep=int(sys.argv[3])))
"""
_KILLED_AT = """
import os, signal, sys
steps, told = 0, ("open", "os.rename", "os.mkdir", "os.remove", "os.rmdir", "os.link", "os.listdir", "os.scandir")
def count(event, arguments):
    global steps
    if event not in told or not publishing:
        return
    if event == "open" and not (isinstance(arguments[1], str) and set(arguments[1]) & set("wxa+")):
        return
    steps += 1
    if steps == int(sys.argv[4]):
        os.kill(os.getpid(), signal.SIGKILL)
publishing = False
sys.addaudithook(count)
import lakeindex.indexing as indexing
publish = indexing.publish
def publish_counted(*arguments):
    global publishing
    publishing = True
    return publish(*arguments)
indexing.publish = publish_counted
"""


def start_build(lake: Path, index: Path, kill_at: int | None = None, keep: int = 1) -> subprocess.Popen[bytes]:
    """Start a build; with `kill_at` it kills itself at that file-system operation of publishing."""
    program = _BUILD if kill_at is None else _KILLED_AT + _BUILD
    arguments = [str(lake), str(index), str(keep), *([] if kill_at is None else [str(kill_at)])]
    return subprocess.Popen([sys.executable, "-c", program, *arguments], stderr=subprocess.DEVNULL)


def run_command(*words: object, index: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the command line on an index."""
    command = [sys.executable, "-m", "lakeindex.serve.cli", *map(str, words)]
    told: Mapping[str, str] = os.environ | {"LAKEINDEX_INDEX": str(index), "LAKEINDEX_MODEL": "hashing"} | environment
    return subprocess.run(command, capture_output=True, text=True, env=told, check=False)


def logical_hash(index: Path) -> str:
    return Lake.open(index, SETTINGS).generation.manifest.logical_hash


def names_in(index: Path) -> list[str]:
    """List what lies in an index folder and among its generations, with generations as N."""
    inside = [path.name for path in [*index.iterdir(), *(index / "generations").iterdir()]]
    return sorted("N" if name.isdecimal() else name for name in inside)


def copy_index(index: Path, target: Path) -> Path:
    shutil.rmtree(target, ignore_errors=True)
    return Path(shutil.copytree(index, target))
