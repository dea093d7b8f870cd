from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.serve.web.lakes import write_broken_lake, write_hostile_lake
from tests.serve.web.pages import asking


@pytest.fixture(scope="session")
def broken_index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_broken_lake(tmp_path_factory.mktemp("broken"))


@pytest.fixture(scope="session")
def hostile_index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_hostile_lake(tmp_path_factory.mktemp("hostile"))


@pytest.fixture(scope="session")
def client(broken_index: Path) -> Iterator[httpx.Client]:
    with asking(broken_index) as client:
        yield client


@pytest.fixture(scope="session")
def hostile(hostile_index: Path) -> Iterator[httpx.Client]:
    with asking(hostile_index) as client:
        yield client
