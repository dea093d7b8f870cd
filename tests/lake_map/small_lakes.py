"""Small lakes whose keys and references are known."""

from __future__ import annotations

import csv
import random
from collections.abc import Iterable, Sequence
from pathlib import Path

from lakeindex import Lake, Settings

SETTINGS = Settings(model="hashing", jobs=1, memory="500MB")
Row = Sequence[object]


def write(path: Path, header: Sequence[str], rows: Iterable[Row]) -> None:
    """Write a table as CSV."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="", encoding="utf-8") as handle:
        csv.writer(handle, lineterminator="\n").writerows([header, *rows])


def index(folder: Path) -> Lake:
    """Index a lake beside it, and open it."""
    return Lake.index(folder, folder.parent / f"{folder.name}.index", SETTINGS)


def write_shop(folder: Path) -> Path:
    """Write customers, employees with managers, orders (of 30 customers 4 are unknown), their lines, and shipments."""
    draw = random.Random(1)
    names = [
        first + last for first in ("An", "Bo", "Cy", "Da", "El", "Fa") for last in ("na", "ris", "lo", "mir", "vin")
    ]
    cities = ("Rome", "Oslo", "Bonn")
    write(
        folder / "customers.csv", ["id", "name", "city"], [(n + 1, name, cities[n % 3]) for n, name in enumerate(names)]
    )
    managed = [(100 + n, f"E{n}", "" if n == 0 else 100 + draw.randrange(n)) for n in range(25)]
    write(folder / "employees.csv", ["employee_id", "name", "manager_id"], managed)
    customers = [900, 901, 902, 903, *range(5, 31), *(draw.randint(5, 30) for _ in range(50))]
    orders = [
        (n + 1, customer, 100 + draw.randrange(25), draw.randrange(10_000) / 100)
        for n, customer in enumerate(customers)
    ]
    write(folder / "orders.csv", ["id", "customer_id", "employee_id", "amount"], orders)
    lines = [(order, line, draw.randint(1, 5)) for order in range(1, 81) for line in range(1, draw.randint(2, 4))]
    write(folder / "order_lines.csv", ["order_id", "line", "quantity"], lines)
    shipped = [(n + 1, order, line, draw.choice("AB")) for n, (order, line, _) in enumerate(draw.sample(lines, 60))]
    write(folder / "shipments.csv", ["shipment_id", "order_id", "line", "carrier"], shipped)
    return folder
