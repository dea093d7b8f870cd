"""Try lakeindex with every other Python that is installed here and that it is for: index, ask and join a small lake.

    python tools/other_pythons.py FOLDER

FOLDER gets an environment of the core for each: Python 3.11 to 3.14, as `python3.N` on PATH or from pyenv, but not the
version that runs this. Where there is none, nothing is done. Exit code 1 when something fails.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from lakeindex.serve.doctor.installation import PYTHONS  # noqa: E402
from tools.lowest_versions import build_wheel, run_commands  # noqa: E402

_PYENV = Path(os.environ.get("PYENV_ROOT", "~/.pyenv")).expanduser() / "versions"
_TRIED = ("index", "query", "join", "sql")
_VERSION = "import sys; print(*sys.version_info[:2], sep='.')"


def main() -> int:
    """Try all; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args().folder.resolve()
    found = dict(other_pythons())
    if not found:
        print("no other Python is installed here")
        return 0
    wheel, uv = build_wheel(Path(sys.executable), folder), install_uv(folder / "uv")
    failed = [one for version, python in found.items() for one in try_with(version, python, folder, (uv, wheel))]
    for one in failed:
        print(f"failed: {one}", file=sys.stderr)
    return int(bool(failed))


def other_pythons() -> Iterator[tuple[str, Path]]:
    """Yield each other version of Python that is installed, and its interpreter."""
    (major, first), (_, last) = PYTHONS
    for minor in range(first, last + 1):
        version = f"{major}.{minor}"
        if (major, minor) != sys.version_info[:2] and (python := next(_interpreters(version), None)):
            yield version, python


def _interpreters(version: str) -> Iterator[Path]:
    folders = [Path(one) for one in os.environ.get("PATH", "").split(os.pathsep) if one]
    for path in (*(one / f"python{version}" for one in folders), *_PYENV.glob(f"{version}.*/bin/python{version}")):
        # pyenv puts shims for versions on PATH that answer with an error.
        if path.is_file() and _answers(path) == version:
            yield path


def _answers(python: Path) -> str:
    done = subprocess.run([python, "-c", _VERSION], capture_output=True, text=True, check=False)
    return done.stdout.strip()


def install_uv(folder: Path) -> Path:
    """Install uv, which makes an environment in a fifth of pip's time; return its path."""
    subprocess.run([sys.executable, "-m", "pip", "install", "--quiet", "--target", folder, "uv"], check=True)
    return folder / "bin" / "uv"


def try_with(version: str, python: Path, folder: Path, tools: tuple[Path, Path]) -> list[str]:
    """Install the core into an environment of this Python and use it; return what failed."""
    (uv, wheel), place = tools, folder / version
    print(f"Python {version}: {python}", file=sys.stderr)
    place.mkdir(parents=True, exist_ok=True)
    subprocess.run([uv, "venv", "--quiet", "--clear", "--python", python, place / "venv"], check=True)
    inside = place / "venv" / "bin" / "python"
    install = [uv, "pip", "install", "--quiet", "--python", inside, wheel]
    installed = subprocess.run(install, capture_output=True, text=True, check=False)
    if installed.returncode:
        return [f"Python {version}: the core can't be installed: {installed.stderr.strip()[-500:]}"]
    return [f"Python {version}: {one}" for one in run_commands(place, inside, _TRIED)]


if __name__ == "__main__":
    sys.exit(main())
