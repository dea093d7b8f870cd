"""The shop, indexed once, and described."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from lakeindex import Lake
from tests.lake_map.small_lakes import SETTINGS, index, write_shop


@pytest.fixture(scope="session")
def shop_index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = write_shop(tmp_path_factory.mktemp("exported") / "lake")
    index(folder).close()
    return folder.parent / "lake.index"


@pytest.fixture
def shop(shop_index: Path) -> Lake:
    return Lake.open(shop_index, SETTINGS)


@pytest.fixture(autouse=True)
def no_token_of_whoever_runs_the_tests(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("LAKEINDEX_")]:
        monkeypatch.delenv(name)
