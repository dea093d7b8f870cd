"""The lock file pins everything by its hash, and names no registry."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LINES = (ROOT / "requirements-dev.lock").read_text("utf-8").splitlines()
ENTRIES = [entry.replace("\\\n", " ") for entry in re.split(r"\n(?=\w)", "\n".join(LINES)) if re.match(r"\w", entry)]
HASH = r"--hash=sha256:[0-9a-f]{64}\b"


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def test_every_package_has_one_version_and_hashes() -> None:
    assert len(ENTRIES) > 50
    for entry in ENTRIES:
        assert re.match(r"[\w.-]+==[\w.+!]+[ ;]", entry), entry
        assert re.search(HASH, entry), entry


def test_it_names_no_registry_and_no_file() -> None:
    text = "\n".join(LINES)
    assert not re.search(r"://|--(extra-)?index-url|--find-links|--trusted-host|^-e |@ file", text, re.MULTILINE)


def test_all_that_the_project_asks_for_is_in_it() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    asked = [*project["dependencies"], *(one for extra in project["optional-dependencies"].values() for one in extra)]
    names = {normal(re.match(r"[\w.-]+", one).group()) for one in asked}  # type: ignore[union-attr]
    locked = {normal(entry.split("==")[0]) for entry in ENTRIES}
    assert names - {"lakeindex"} <= locked
