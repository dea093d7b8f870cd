"""Rows as they are written in their files, whatever their types are."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from lakeindex import Lake, Settings
from lakeindex.integrate.records import read_records
from lakeindex.types.lake import TableId


def test_rows_are_read_as_written_in_the_file_s_order(tmp_path: Path, settings: Settings) -> None:
    lake = tmp_path / "lake"
    lake.mkdir()
    (lake / "a.csv").write_text(
        "id,when,share\n3,2024-01-02T03:04:05Z, 8.10 %\n1,2024-01-02T05:04:05+02:00,n/a\n2,,007\n"
    )
    moment = datetime(2024, 1, 2, 3, 4, 5, tzinfo=UTC)
    pq.write_table(
        pa.table(
            {"when": pa.array([moment, None], pa.timestamp("us", "UTC")), "raw": [b"\x01", b"\xff"], "n": [1.5, 2]}
        ),
        lake / "b.parquet",
    )
    tables = Lake.index(lake, tmp_path / "index", settings).opened.tables
    text = read_records(tables, TableId("a.csv"))
    assert text.values.to_pydict() == {
        "id": ["3", "1", "2"],
        "when": ["2024-01-02T03:04:05Z", "2024-01-02T05:04:05+02:00", None],
        "share": ["8.10 %", None, "007"],
    }
    keys = text.keys("when").to_pylist()
    assert keys[0] == keys[1] is not None
    typed = read_records(tables, TableId("b.parquet"), ["when", "n"])
    assert typed.values.to_pydict() == {"when": ["2024-01-02 03:04:05+00", None], "n": ["1.5", "2.0"]}
    assert typed.keys("when")[0].as_py() == keys[0]
