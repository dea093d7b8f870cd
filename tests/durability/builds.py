"""Builds in processes of their own, that can be killed at any moment, and what they leave."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

from lakeindex import Lake, Settings
from tests.commands import run_here

SETTINGS = Settings(model="hashing", jobs=2, memory="500MB")
WHOLE = {"CURRENT", "N", "generations", "writer.lock"}
"""What there is in an index without litter."""

_DYING = Path(__file__).with_name("dying_build.py")
_BUILD = """
import sys
from lakeindex import Lake, Settings
from tests.commands import run_here
Lake.index(sys.argv[1], sys.argv[2], Settings(model="hashing", jobs=2, memory="500MB", keep=int(sys.argv[3])))
"""


def start_build(lake: Path, index: Path, keep: int = 1) -> subprocess.Popen[bytes]:
    """Start a build, to be killed or waited for."""
    command = [sys.executable, "-c", _BUILD, str(lake), str(index), str(keep)]
    return subprocess.Popen(command, stderr=subprocess.DEVNULL)


def build_until(lake: Path, index: Path, step: int, keep: int = 1) -> subprocess.CompletedProcess[str]:
    """Build until a step of publishing, before which the process kills itself; 0 builds to the end and prints them."""
    command = [sys.executable, str(_DYING), str(lake), str(index), str(keep), str(step)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def run_command(*words: object, index: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the command line on an index."""
    settings = {"LAKEINDEX_INDEX": str(index), "LAKEINDEX_MODEL": "hashing"}
    return run_here(*words, **(settings | environment))


def logical_hash(index: Path) -> str:
    return Lake.open(index, SETTINGS).generation.manifest.logical_hash


def names_in(index: Path) -> set[str]:
    """List what lies in an index folder and among its generations; a generation is N."""
    inside = [path.name for path in [*index.iterdir(), *(index / "generations").iterdir()]]
    return {"N" if name.isdecimal() else name for name in inside}


def copy_index(index: Path, target: Path) -> Path:
    """Copy an index, and open it once: one that was not built in its place is checked in a sandbox first."""
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(index, target)
    Lake.open(target, SETTINGS)
    return target
