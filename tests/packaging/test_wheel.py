"""The wheel holds the two packages, and nothing that runs by being installed."""

from __future__ import annotations

import configparser
import subprocess
import sys
import tomllib
from pathlib import Path
from zipfile import ZipFile

import pytest

ROOT = Path(__file__).resolve().parents[2]
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> ZipFile:
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    (path,) = folder.glob("*.whl")
    return ZipFile(path)


def test_it_holds_the_packages_and_its_metadata_alone(wheel: ZipFile) -> None:
    version = PYPROJECT["project"]["version"]
    top = {name.split("/")[0] for name in wheel.namelist()}
    assert top == {"lakeindex", "lakeindex_connectors", f"lakeindex-{version}.dist-info"}
    assert all("/" in name for name in wheel.namelist())


def test_nothing_in_it_runs_when_python_starts(wheel: ZipFile) -> None:
    # Python runs the lines of a .pth file at every start, whatever is imported, and these modules where they are found.
    started = (".pth", "sitecustomize.py", "usercustomize.py")
    assert [name for name in wheel.namelist() if name.endswith(started)] == []


def test_it_holds_no_tests_and_nothing_of_this_machine(wheel: ZipFile) -> None:
    parts = {part for name in wheel.namelist() for part in name.split("/")}
    assert not parts & {"tests", "benchmarks", "training.py", "__pycache__", ".lakeindex", ".hypothesis"}
    assert not any(part.endswith((".pyc", ".so", ".lock", ".toml")) for part in parts)


def test_every_source_and_every_weight_is_in_it(wheel: ZipFile) -> None:
    names = set(wheel.namelist())
    sources = [*(ROOT / "lakeindex").rglob("*.py"), *(ROOT / "connectors" / "lakeindex_connectors").rglob("*.py")]
    assert len(sources) > 300
    for path in sources:
        relative = path.relative_to(ROOT / "connectors" if "connectors" in path.relative_to(ROOT).parts[:1] else ROOT)
        assert relative.as_posix() in names
    weights = [path for path in (ROOT / "lakeindex" / "models" / "weights").rglob("*") if path.is_file()]
    kept = [path.relative_to(ROOT).as_posix() for path in weights if path.suffix not in (".pyc", ".py")]
    assert len(kept) >= 5
    assert set(kept) <= names
    assert wheel.read(kept[0]) == (ROOT / kept[0]).read_bytes()


def test_its_entry_points_are_those_of_the_project(wheel: ZipFile) -> None:
    (name,) = [one for one in wheel.namelist() if one.endswith(".dist-info/entry_points.txt")]
    written = configparser.ConfigParser(delimiters=("=",))
    written.read_string(wheel.read(name).decode("utf-8"))
    groups = {"console_scripts": PYPROJECT["project"]["scripts"], **PYPROJECT["project"]["entry-points"]}
    assert {group: dict(written[group]) for group in written.sections()} == groups
