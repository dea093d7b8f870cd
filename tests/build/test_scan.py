"""An index of samples: what it says of tables that were not read to their end."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from lakeindex import Lake, Settings
from lakeindex.types.reports import FileStatus

ROWS = 6000


def write_lake(root: Path) -> Path:
    """Write two large tables, one of them in two formats, a partitioned one, and a small one that all refer to."""
    root.mkdir()
    rng = np.random.default_rng(1)
    orders = pa.table(
        {
            "order_id": [f"order {place}" for place in range(ROWS)],
            "customer_id": rng.integers(0, 50, ROWS),
            "note": pa.array([f"note {place // 3}" if place % 4 else None for place in range(ROWS)]),
        }
    )
    pq.write_table(orders, root / "orders.parquet", row_group_size=1500)
    customers = "".join(f"{place},customer {place}\n" for place in range(50))
    (root / "customers.csv").write_text("customer_id,name\n" + customers)
    lines = [f"{place},order {place},{'paid' if place % 3 else 'open'}\n" for place in range(ROWS)]
    (root / "invoices.csv").write_text("invoice_id,order_id,state\n" + "".join(lines))
    for month in range(1, 5):
        folder = root / "events" / f"month={month}"
        folder.mkdir(parents=True)
        pq.write_table(orders.slice((month - 1) * 1500, 1500), folder / "part-0.parquet")
    return root


@pytest.fixture(scope="module")
def lake_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_lake(tmp_path_factory.mktemp("scan") / "lake")


def index(root: Path, folder: Path, settings: Settings, scan: str) -> Lake:
    return Lake.index(root, folder, replace(settings, scan=scan, jobs=1))


def rows_of(lake: Lake) -> dict[str, tuple[int, int | None]]:
    """Return the rows of each table, and how many of them were read where it was sampled."""
    listed = lake.tables()
    sampled = listed["sampled"].to_pylist() if "sampled" in listed.column_names else [None] * len(listed)
    counts = zip(listed["rows"].to_pylist(), sampled, strict=True)
    return dict(zip(listed["table"].to_pylist(), counts, strict=True))


def test_what_is_read_of_tables_is_told_and_nothing_is_claimed(
    lake_folder: Path, tmp_path: Path, settings: Settings
) -> None:
    with index(lake_folder, tmp_path / "index", settings, "sample:1500") as lake:
        rows = rows_of(lake)
        assert rows["customers.csv"] == (50, None)
        for table in ("orders.parquet", "events"):
            assert rows[table][0] == ROWS
            assert 1200 <= (rows[table][1] or 0) <= 1600
        assert abs(rows["invoices.csv"][0] - ROWS) < 300
        assert rows["invoices.csv"][1] is not None

        profile = {row["column"]: row for row in lake.profile("orders.parquet").to_pylist()}
        assert not any(row["is_key"] for row in profile.values())
        assert profile["order_id"]["distinct_low"] < profile["order_id"]["distinct"] <= ROWS
        assert profile["order_id"]["distinct_high"] == ROWS
        assert (profile["customer_id"]["distinct"], profile["customer_id"]["distinct_low"]) == (50, 50)
        assert profile["note"]["nulls_low"] <= ROWS // 4 <= profile["note"]["nulls_high"]
        assert "distinct_low" not in lake.profile("customers.csv").column_names

        quick = lake.query("invoices.csv", "order_id", probe=0)
        match = next(one for one in quick.matches if one.column.table == "orders.parquet")
        assert not match.exact
        counted = lake.query("invoices.csv", "order_id", probe=5)
        match = next(one for one in counted.matches if one.column.table == "orders.parquet")
        assert match.exact
        assert match.measured is not None
        assert (match.containment, match.measured.rows) == (1.0, ROWS)

        # Whether an order's number repeats is counted in the rows; where these can't be read, it is not claimed.
        found = lake.relationships().to_arrow().to_pylist()
        assert found
        assert not any(row["parent_column"] == "order_id" for row in found)
        assert "order_id" in lake.keys("orders.parquet").to_arrow()["columns"].to_pylist()
        directory = lake.opened.searcher.directory
        assert [table for table, read in zip(directory.table_ids, directory.sampled, strict=True) if read] == [
            "events", "invoices.csv", "orders.parquet",
        ]  # fmt: skip


def test_another_scan_reads_what_was_read_otherwise(lake_folder: Path, tmp_path: Path, settings: Settings) -> None:
    def read_now(scan: str) -> tuple[str, set[str]]:
        with index(lake_folder, tmp_path / "index", settings, scan) as lake:
            assert lake.report is not None
            assert lake.watch_joins().broken == ()
            return lake.logical_hash, {file.path for file in lake.report.with_status(FileStatus.INDEXED)}

    large = {"orders.parquet", "invoices.csv", *(f"events/month={month}/part-0.parquet" for month in range(1, 5))}
    whole, read = read_now("full")
    assert read == large | {"customers.csv"}
    assert read_now(f"sample:{2 * ROWS}") == (whole, set())
    with index(lake_folder, tmp_path / "fresh", settings, f"sample:{ROWS}") as fresh:
        assert fresh.logical_hash == whole
        assert "sampled" not in fresh.tables().column_names
    sampled, read = read_now("sample:1500")
    assert read == large
    assert sampled != whole
    assert read_now("sample:1500") == (sampled, set())
    assert read_now("full") == (whole, large)
