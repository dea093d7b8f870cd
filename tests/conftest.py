"""The small lake, indexed once with the encoder that needs no model."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from lakeindex import Lake, Settings
from tests.small_lake import write_lake
from tools.docs.sample import is_made, make_sample


@pytest.fixture(autouse=True)
def no_terminal_of_whoever_runs_the_tests(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let tables be as wide as where there is no terminal; a test that wants another width says so."""
    monkeypatch.delenv("COLUMNS", raising=False)
    os.unsetenv("COLUMNS")


@pytest.fixture(scope="session", autouse=True)
def what_is_remembered_of_indexes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Keep what is known of the indexes of tests out of the user's own folder, and the user's settings out of tests."""
    folder = tmp_path_factory.mktemp("cache")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(folder))
        patch.setenv("XDG_CONFIG_HOME", str(tmp_path_factory.mktemp("configuration")))
        yield folder


@pytest.fixture(scope="session")
def lake_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_lake(tmp_path_factory.mktemp("lake") / "lake")


@pytest.fixture(scope="session")
def settings() -> Settings:
    return Settings(model="hashing", jobs=2, memory="500MB", shrink_limit=1.0)  # a tiny lake loses much at once


@pytest.fixture(scope="session")
def index_folder(lake_folder: Path, settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Path:
    index = tmp_path_factory.mktemp("index") / "index"
    Lake.index(lake_folder, index, settings)
    return index


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample lake and its index, of the static model, made once for the processes that run tests side by side."""
    own = tmp_path_factory.getbasetemp()
    folder = (own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / "sample"
    with folder.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        return folder if is_made(folder) else make_sample(folder)


@pytest.fixture
def lake(index_folder: Path, settings: Settings) -> Lake:
    return Lake.open(index_folder, settings)
