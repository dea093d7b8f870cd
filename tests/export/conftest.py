"""The shop, indexed once, and described."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from lakeindex import Lake
from lakeindex.export.described_lake import describe_lake
from lakeindex.export.naming import Naming
from lakeindex.export.targets import Export, Target
from tests.lake_map.small_lakes import SETTINGS, index, write_shop


@pytest.fixture(scope="session")
def shop_index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = write_shop(tmp_path_factory.mktemp("exported") / "lake")
    index(folder).close()
    return folder.parent / "lake.index"


@pytest.fixture(scope="session")
def shop(shop_index: Path) -> Iterator[Lake]:
    with Lake.open(shop_index, SETTINGS) as lake:
        yield lake


@pytest.fixture(scope="session")
def described(shop: Lake) -> Export:
    """The shop on its way to anywhere; its references are all from .8 on, but one."""
    return Export(shop, describe_lake(shop, 0.4), Naming(), Target.DBT)


def towards(exported: Export, target: Target, naming: Naming) -> Export:
    """Return a described lake on its way to another target."""
    return replace(exported, target=target, naming=naming)


@pytest.fixture(autouse=True)
def no_token_of_whoever_runs_the_tests(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("LAKEINDEX_")]:
        monkeypatch.delenv(name)


@pytest.fixture
def own_index(shop: Lake, shop_index: Path) -> Iterator[Path]:
    """The shop's index, without any verdict before and after."""
    yield shop_index
    (shop_index / "feedback.jsonl").unlink(missing_ok=True)
    (shop_index / "openlineage.json").unlink(missing_ok=True)
