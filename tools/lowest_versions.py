"""Install the lowest versions that pyproject.toml allows into a fresh environment; run lakeindex and tests with them.

    python tools/lowest_versions.py FOLDER [--core | --torch-from SITE_PACKAGES]

FOLDER gets the environment and what was resolved. The lowest torch takes gigabytes: `--core` leaves the language model
out, and `--torch-from` uses the torch of another environment, trying everything else. Exit code 1 when something fails.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from collections.abc import Collection, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SMOKE = (
    "tests/test_lake.py",
    "tests/config",
    "tests/catalog",
    "tests/profile/test_scan.py",
    "tests/profile/test_profile_table.py",
    "tests/connectors",
    "tests/index/test_vector_index.py",
    "tests/join/test_statement.py",
    "tests/join/test_count_rows.py",
    "tests/store",
)
"""Those that need nothing beside lakeindex. Not test_value_text: it compares Parquet files that old pyarrow writes
otherwise, times as times in UTC."""
_TESTERS = ("pytest>=8.3", "hypothesis>=6.100", "hatchling>=1.26")
_OF_TORCH = ("torch", "triton", "nvidia-")
_LAKE = {
    "towns.csv": "id,town,since\n" + "".join(f"{n},Town {n},20{n % 24:02d}-01-0{n % 9 + 1}\n" for n in range(1, 60)),
    "people.csv": "person,town_id,height\n" + "".join(f"P{n},{n % 59 + 1},+1.{n % 9}\n" for n in range(200)),
    "facts.jsonl": "".join(f'{{"town": "Town {n}", "area": {n}.5, "tags": ["a", "b"]}}\n' for n in range(1, 60)),
}


def main() -> int:
    """Run it; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--core", action="store_true")
    what.add_argument("--torch-from", type=Path, metavar="SITE_PACKAGES")
    given = parser.parse_args()
    given.folder.mkdir(parents=True, exist_ok=True)
    extras = () if given.core else ("--extra", "neural")
    python = install(given.folder.resolve(), extras, given.torch_from)
    failed = [*run_commands(given.folder.resolve(), python), *run_tests(python)]
    for one in failed:
        print(f"failed: {one}", file=sys.stderr)
    print("the lowest versions work" if not failed else f"{len(failed)} of the lowest versions' checks failed")
    return int(bool(failed))


def install(folder: Path, extras: Sequence[str], torch_from: Path | None) -> Path:
    """Make the environment; return its Python."""
    venv, locked = folder / "venv", folder / "lowest.txt"
    subprocess.run([sys.executable, "-m", "venv", "--clear", venv], check=True)
    python = venv / "bin" / "python"
    subprocess.run([python, "-m", "pip", "install", "--quiet", "uv"], check=True)
    uv = [venv / "bin" / "uv", "--quiet"]
    compiled = [*uv, "pip", "compile", *extras, "--resolution", "lowest-direct"]
    compiled += ["--no-header", "--no-annotate", "-o", locked]
    subprocess.run([*compiled, ROOT / "pyproject.toml"], check=True, stdout=subprocess.DEVNULL)
    lines = locked.read_text("utf-8").splitlines()
    if torch_from is not None:
        lines = [line for line in lines if not line.startswith(_OF_TORCH)]
        link_torch(torch_from, python)
    locked.write_text("\n".join(lines) + "\n", "utf-8")
    installed = [*uv, "pip", "install", "--python", python]
    subprocess.run([*installed, "--no-deps", "-r", locked], check=True)
    subprocess.run([*installed, *_TESTERS], check=True)
    subprocess.run([*installed, "--no-deps", "--reinstall", build_wheel(python, folder)], check=True)
    return python


def build_wheel(python: Path, folder: Path) -> Path:
    """Build lakeindex into a folder, with a Python that has hatchling; return the wheel."""
    wheels = folder / "wheels"
    subprocess.run(
        [python, "-m", "hatchling", "build", "-t", "wheel", "-d", wheels],
        check=True,
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
    )
    return max(wheels.glob("*.whl"), key=lambda path: path.stat().st_mtime_ns)


def link_torch(source: Path, python: Path) -> None:
    """Link torch, and what it can't do without, from another environment's site-packages."""
    where = "import sysconfig; print(sysconfig.get_path('purelib'))"
    target = Path(subprocess.run([python, "-c", where], check=True, capture_output=True, text=True).stdout.strip())
    for entry in sorted(source.iterdir()):
        if entry.name.startswith(("torch", "functorch", "nvidia", "triton")) and not (target / entry.name).exists():
            (target / entry.name).symlink_to(entry)


def run_commands(folder: Path, python: Path, wanted: Collection[str] = ()) -> list[str]:
    """Index, ask and join a small lake as a user does, by all commands or some; return what failed."""
    lake = folder / "lake"
    lake.mkdir(exist_ok=True)
    for name, content in _LAKE.items():
        (lake / name).write_text(content, "utf-8")
    lakeindex = python.parent / "lakeindex"
    answers = {
        ("index", "lake", "--strict"): "",
        ("query", "people.csv", "town_id", "-o", "csv"): "towns.csv,id",
        ("query", "facts.jsonl", "town", "-o", "csv", "--budget", "all"): "towns.csv,town",
        ("query", "--file", "lake/people.csv", "town_id", "-o", "csv"): "towns.csv,id",
        ("profile", "people.csv", "-o", "csv"): "height",
        ("join", "people.csv", "town_id", "towns.csv", "id", "-o", "csv"): "Town 7",
        ("sql", 'SELECT count(*) AS n FROM "people.csv"', "-o", "csv"): "200",
        ("pairs", "lake", "-o", "csv"): "",
        ("verify",): "",
    }
    failed = []
    for arguments, expected in answers.items():
        if wanted and arguments[0] not in wanted:
            continue
        done = subprocess.run([lakeindex, *arguments], cwd=folder, capture_output=True, text=True, check=False)
        if done.returncode or expected not in done.stdout:
            failed.append(f"lakeindex {' '.join(arguments)}: exit {done.returncode}: {done.stderr.strip()[-500:]}")
    return failed


def run_tests(python: Path) -> list[str]:
    """Run part of the tests against the installed package; return what failed."""
    # A warning of an old version is no failure of ours; the current ones are held to it by the whole suite.
    command = [python, "-m", "pytest", "-q", "-W", "default", "-m", "not slow and not gpu and not pipelines", *SMOKE]
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "tests" / "third_party_connector")}
    done = subprocess.run(command, cwd=ROOT, env=environment, check=False)
    return [f"pytest {' '.join(SMOKE)}"] if done.returncode else []


if __name__ == "__main__":
    sys.exit(main())
