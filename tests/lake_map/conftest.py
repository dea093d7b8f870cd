"""The shop, indexed once."""

from __future__ import annotations

from pathlib import Path

import pytest

from lakeindex import Lake
from tests.lake_map.small_lakes import SETTINGS, index, write_shop


@pytest.fixture(scope="session")
def shop_index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = write_shop(tmp_path_factory.mktemp("shop") / "lake")
    index(folder).close()
    return folder.parent / "lake.index"


@pytest.fixture
def shop(shop_index: Path) -> Lake:
    return Lake.open(shop_index, SETTINGS)
