"""A connector from another distribution: installed by pip, found by its entry point, held to the contract."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]
DISTRIBUTION = TESTS / "third_party_connector"


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip("hatchling", reason="building the distribution needs hatchling: pip install 'lakeindex[dev]'")
    target = tmp_path_factory.mktemp("site")
    options = ["--no-deps", "--no-build-isolation", "--no-index", "--disable-pip-version-check"]
    run(["-m", "pip", "install", "--quiet", *options, "--target", str(target), str(DISTRIBUTION)])
    return target


def run(arguments: list[str], *paths: Path) -> str:
    path = os.pathsep.join([*map(str, paths), os.environ.get("PYTHONPATH", "")])
    environment = {**os.environ, "PYTHONPATH": path.rstrip(os.pathsep), "PYTHONDONTWRITEBYTECODE": "1"}
    ended = subprocess.run([sys.executable, *arguments], env=environment, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return ended.stdout


def test_an_installed_connector_is_found_beside_our_own(installed: Path) -> None:
    code = "from lakeindex.plugins import find_connectors as f\nfor n, c in f().items(): print(n, type(c).__module__)"
    found = run(["-c", code], installed).splitlines()
    assert "fwf lakeindex_fixed_width" in found
    assert "csv lakeindex_connectors.csv_files.connector" in found


def test_an_installed_connector_fulfils_the_contract(installed: Path) -> None:
    suite = DISTRIBUTION / "check_contract.py"
    output = run(["-m", "pytest", "-p", "no:cacheprovider", str(suite)], installed, TESTS / "connectors")
    assert " passed" in output
