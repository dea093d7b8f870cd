"""A lake of two tables that join; another night, half of the customers have other numbers."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

from lakeindex import Settings

PACKAGES = Path(__file__).parents[2] / "connectors" / "pipelines"
SETTINGS = Settings(model="hashing", jobs=1, memory="500MB")


@pytest.fixture(autouse=True)
def packages_on_the_path(monkeypatch: pytest.MonkeyPatch) -> None:
    for package in PACKAGES.iterdir():
        monkeypatch.syspath_prepend(str(package))
    assert {path.parent for path in PACKAGES.glob("*/pyproject.toml")} <= set(map(Path, sys.path))


@pytest.fixture
def lake(tmp_path: Path) -> Path:
    folder = tmp_path / "lake"
    folder.mkdir()
    write_customers(folder, first=1)
    orders = "".join(f"{order},{1 + order * 7 % 60}\n" for order in range(1, 201))
    (folder / "orders.csv").write_text("order_id,customer_id\n" + orders)
    return folder


def examples(package: str, folder: Path) -> list[str]:
    """Return the code of a package's README and of its part of the page on orchestrators, of a lake in `folder`."""
    page = PACKAGES.parents[1] / "docs" / "orchestrators.md"
    texts = [(PACKAGES / package / "README.md").read_text("utf-8"), page.read_text("utf-8")]
    blocks = [block for text in texts for block in re.findall(r"```py(?:thon)?\n(.*?)```", text, re.DOTALL)]
    own = [block for block in blocks if f"from {package.replace('-', '_')} import" in block]
    return [block.replace("/data", str(folder)) for block in own]


def write_customers(folder: Path, first: int) -> None:
    """Write 60 customers, numbered from `first` on: every order is of one of 1 to 60."""
    rows = "".join(f"{number},name {number}\n" for number in range(first, first + 60))
    (folder / "customers.csv").write_text("id,name\n" + rows)
