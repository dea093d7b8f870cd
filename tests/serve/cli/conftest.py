"""An index of two nights, between which a join broke."""

from __future__ import annotations

from pathlib import Path

import pytest

from lakeindex import Lake, Settings

CITIES = [f"city {number}" for number in range(50)]


def write(path: Path, cities: list[str]) -> None:
    path.write_text("\n".join(["city,number", *(f"{city},{number}" for number, city in enumerate(cities))]) + "\n")


@pytest.fixture(scope="session")
def index_of_two_nights(tmp_path_factory: pytest.TempPathFactory, settings: Settings) -> Path:
    """A lake in which a join broke, after a generation in which it held."""
    folder = tmp_path_factory.mktemp("nights")
    root, index = folder / "lake", folder / "index"
    root.mkdir()
    write(root / "cities.csv", CITIES)
    write(root / "visits.csv", CITIES)
    Lake.index(root, index, settings)
    write(root / "cities.csv", CITIES[:20])
    Lake.index(root, index, settings)
    return index
