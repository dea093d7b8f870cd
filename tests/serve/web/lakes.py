"""Lakes that pages are tested on: one of two generations in which a join broke, and one whose names are hostile."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from lakeindex import Lake, Settings
from tests.small_lake import COUNTRIES, write_lake

SETTINGS = Settings(model="hashing", jobs=2, memory="500MB", shrink_limit=1.0)
TAG = "<script>alert(1)</script>"
HANDLER = "\"><img src=x onerror='alert(2)'>"
BACKWARDS = "right\u202eto left\x1b[31m"
LINES = "two\nlines & more?a=b#c%41+"
HOSTILE_COLUMNS = (TAG, HANDLER, BACKWARDS, LINES)
HOSTILE_TABLES = ("<b>bold<b>.parquet", "a&b?c=d#e%2F..+é.parquet", f"deep/{BACKWARDS}.parquet")
CITIES = ["Oslo", "Bergen", "Trondheim", "Stavanger", "Drammen", "Tromsø", "Bodø", "Molde", "Hamar", "Larvik"]


def write_broken_lake(folder: Path) -> Path:
    """Write and index the small lake twice: in the second generation no country of an order is known any more."""
    root = write_lake(folder / "lake")
    Lake.index(root, folder / "index", SETTINGS).close()
    orders = [(number, 1 + number % 5, f"q{number % 6}") for number in range(1, 41)]
    lines = "".join(f"{a};{b};{c}\n" for a, b, c in orders)
    (root / "sales" / "orders.csv").write_text(f"order_id;customer_id;country\n{lines}", "utf-8")
    visits = [f"{number},{COUNTRIES[number % 8][1]}" for number in range(40)]
    (root / "sales" / "visits.csv").write_text("\n".join(["visit,country name", *visits]) + "\n", "utf-8")
    Lake.index(root, folder / "index", SETTINGS).close()
    return folder / "index"


def write_hostile_lake(folder: Path) -> Path:
    """Write and index two tables with the same values, whose names are what a page might take for HTML or a path."""
    root = folder / "lake"
    cells = [CITIES, [f"{TAG} {one}" for one in CITIES], [f"{one} {HANDLER}" for one in CITIES], list(range(10))]
    for name in HOSTILE_TABLES:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        pq.write_table(pa.table(dict(zip(HOSTILE_COLUMNS, cells, strict=True))), path)
    Lake.index(root, folder / "index", SETTINGS).close()
    return folder / "index"
