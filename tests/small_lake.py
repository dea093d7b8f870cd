"""A small lake of real shapes: tables that join, tables that only seem to, and files that are none."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

COUNTRIES = [
    ("FR", "France", "Paris"),
    ("DE", "Germany", "Berlin"),
    ("ES", "Spain", "Madrid"),
    ("PT", "Portugal", "Lisbon"),
    ("SE", "Sweden", "Stockholm"),
    ("FI", "Finland", "Helsinki"),
    ("CI", "Côte d'Ivoire", "Yamoussoukro"),
    ("NA", "Namibia", "Windhoek"),
]


def write_lake(root: Path) -> Path:
    """Write tables that join, tables that only seem to, and files that are none."""
    (root / "geo").mkdir(parents=True)
    (root / "sales").mkdir()
    rows = [f"{code},{name},{capital}" for code, name, capital in COUNTRIES]
    (root / "geo" / "countries.csv").write_text("\n".join(["code,name,capital", *rows]) + "\n", "utf-8")
    orders = [(number, 1 + number % 5, COUNTRIES[number % 6][0].lower()) for number in range(1, 41)]
    (root / "sales" / "orders.csv").write_text(
        "order_id;customer_id;country\n" + "".join(f"{a};{b};{c}\n" for a, b, c in orders), "utf-8"
    )
    customers = pa.table(
        {
            "id": pa.array(range(1, 8), pa.int64()),
            "full name": ["Ada", "Bob", "Cleo", "Dan", "Eve", "Fay", "Gus"],
            "phone": pa.nulls(7, pa.string()),
        }
    )
    pq.write_table(customers, root / "sales" / "customers.parquet")
    capitals = "stadt\tland\n" + "".join(f"{capital.upper()}\t{name}\n" for _, name, capital in COUNTRIES[:6])
    # Without a time stamp, which gzip would keep: two lakes written a second apart have the same content.
    (root / "geo" / "hauptstädte.csv.gz").write_bytes(gzip.compress(capitals.encode(), mtime=0))
    with (root / "events.jsonl").open("w", encoding="utf-8") as handle:
        for number, (code, _, _) in enumerate(COUNTRIES):
            handle.write(json.dumps({"at": f"2024-01-{number + 1:02d}", "place": {"code": code}}) + "\n")
    (root / "empty.csv").write_bytes(b"")
    (root / "picture.csv").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(200))
    (root / "notes.md").write_text("nothing tabular")
    return root
