"""Make the benchmarks' modules, which are scripts beside one another, importable, and a lake with several answers."""

from __future__ import annotations

import csv
import sys
from pathlib import Path

import pytest

from lakeindex import ColumnId, Lake, Settings, TableId

sys.path.append(str(Path(__file__).parents[2] / "benchmarks"))

CITY = ColumnId(TableId("sales.csv"), "city")
STEMS, ENDINGS = ("Nor", "Sul", "Est", "Wim", "Bra"), ("burg", "ville", "stad", "ton")
CITIES = [f"{stem}{ending}" for stem in STEMS for ending in ENDINGS]


@pytest.fixture(scope="session")
def cities_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write tables whose columns share cities: two columns of one table, and a table with the header of another."""
    folder = tmp_path_factory.mktemp("cities") / "lake"
    folder.mkdir()
    tables = {
        "sales.csv": {"city": CITIES[:16], "amount": range(100, 116), "unit": ["kg", "t"] * 8},
        "sales_before.csv": {"city": CITIES[6:], "amount": range(300, 314), "unit": ["kg", "t"] * 7},
        "offices.csv": {"city": CITIES[:14], "branch": [*CITIES[4:16], "Port Ray", "Port Sal"]},
        "places.csv": {"place": CITIES[4:], "height": range(16)},
        "visits.csv": {"city": [*CITIES[12:], *(f"{one} Hill" for one in CITIES[:6])], "day": range(14)},
        "notes.csv": {"text": [f"a note on {one}" for one in CITIES[:9]], "page": range(9)},
    }
    for name, columns in tables.items():
        with (folder / name).open("w", newline="", encoding="utf-8") as handle:
            csv.writer(handle).writerows([list(columns), *zip(*columns.values(), strict=True)])
    return folder


@pytest.fixture
def cities(cities_folder: Path, settings: Settings, tmp_path: Path) -> Lake:
    """Index them; a test may change the index."""
    return Lake.index(cities_folder, tmp_path / "cities.index", settings)
