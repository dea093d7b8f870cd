"""Claim: joining through a plan costs what the same statement costs that somebody writes by hand for DuckDB.

Both read the same Parquet files and write the same Parquet file, in turns, since a machine is never as fast twice.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from statistics import median

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import record

from lakeindex.catalog.database import connect
from lakeindex.config.settings import Settings
from lakeindex.join.write_file import copy_rows
from lakeindex.lake import Lake

MOST = 1.2
JOIN = "FROM read_parquet('{orders}') AS l JOIN read_parquet('{customers}') AS r ON l.customer = r.id"
BY_HAND = {
    "joined": f"SELECT l.*, r.id, r.name, r.since {JOIN}",
    "rows": """SELECT l.n AS left_row, r.n AS right_row, 1.0::DOUBLE AS probability
               FROM (SELECT row_number() OVER () - 1 AS n, customer FROM read_parquet('{orders}')) AS l
               JOIN (SELECT row_number() OVER () - 1 AS n, id FROM read_parquet('{customers}')) AS r
               ON l.customer = r.id ORDER BY 1, 2""",
}


def write_lake(folder: Path, left: int, right: int, seed: int) -> None:
    """Write orders, each of a customer, and customers in no order."""
    chance = np.random.default_rng(seed)
    customers = chance.permutation(right)
    names = pa.array([f"customer {number}" for number in range(right)])
    pq.write_table(
        pa.table({"id": customers, "name": names, "since": chance.integers(1970, 2025, right)}),
        folder / "customers.parquet",
    )
    orders = {
        "number": np.arange(left),
        "customer": chance.integers(0, right, left),
        "amount": chance.random(left),
        "state": np.array(["open", "paid", "sent"])[chance.integers(0, 3, left)],
    }
    pq.write_table(pa.table(orders), folder / "orders.parquet")


def measure(lake: Lake, folder: Path, repeats: int) -> dict[str, dict[str, float]]:
    """Return the median seconds of each way to write the joined rows, and to write the numbers of the rows."""
    paths = {name: str(folder / f"{name}.parquet") for name in ("orders", "customers")}
    figures = {}
    for what, statement in BY_HAND.items():
        by_hand, planned = [], []
        for _ in range(repeats):
            sql = statement.format(**paths)
            by_hand.append(_seconds(partial(_by_hand, sql, folder.parent, lake.settings.memory)))
            planned.append(_seconds(partial(_planned, lake, folder.parent, what == "rows")))
        hand, plan = median(by_hand), median(planned)
        figures[what] = {"by_hand_seconds": hand, "planned_seconds": plan, "ratio": plan / hand}
    return figures


def _by_hand(statement: str, folder: Path, memory: str) -> None:
    def opened(_: Path) -> duckdb.DuckDBPyConnection:
        return connect(None, memory)

    copy_rows(statement, folder / "by_hand.parquet", True, opened)


def _planned(lake: Lake, folder: Path, rows: bool) -> None:
    plan = lake.join("orders.parquet", "customer", "customers.parquet", "id", match="exact")
    plan.write(folder / "planned.parquet", force=True, rows=rows)


def _seconds(action: Callable[[], object]) -> float:
    started = time.perf_counter()
    action()
    return time.perf_counter() - started


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--left", type=int, default=10_000_000, help="rows of the left table [10000000]")
    parser.add_argument("--right", type=int, default=1_000_000, help="rows of the right table [1000000]")
    parser.add_argument("--repeats", type=int, default=3, help="runs of each, of which the median counts [3]")
    parser.add_argument("--seed", type=int, default=0, help="which rows are made [0]")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "lake"
        folder.mkdir()
        write_lake(folder, given.left, given.right, given.seed)
        lake = Lake.index(folder, Path(name) / "index", Settings(model="hashing"))
        figures = measure(lake, folder, given.repeats)
    record.print_table(
        ["what is written", "by hand s", "planned s", "ratio"],
        [[what, *found.values()] for what, found in figures.items()],
    )
    settings = {"left": given.left, "right": given.right, "repeats": given.repeats, "claimed_ratio": MOST}
    written = record.write("join_speed", given.seed, settings, figures)
    print(f"\nwrote {written.relative_to(record.REPOSITORY)}")


if __name__ == "__main__":
    main()
