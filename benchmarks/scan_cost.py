"""What a scan costs, from 10 MB to gigabytes in one table: processor seconds of `lakeindex index` beside DuckDB's.

    python benchmarks/scan_cost.py DIR [--megabytes 10 30 100 ...]

Makes tables of one kind in DIR (integers, times, decimals, codes, hashes, e-mail addresses, notes; Parquet and CSV by
turns), indexes each and has DuckDB SUMMARIZE the same file, in one run. Writes results/scan_cost.json and .svg.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import duckdb
import record
from peak_memory import PeakMemory
from scan_cost_plot import draw

_BYTES_A_ROW = {"parquet": 68, "csv": 120}
_MADE = """
SELECT i AS trip_id, (hash(i) % 265)::INT AS zone, TIMESTAMP '2024-01-01' + INTERVAL (i % 31536000) SECOND AS at,
    round((hash(i * 3) % 10000) / 100.0, 2) AS fare, 'V' || (hash(i * 11) % 3)::VARCHAR AS vendor,
    md5(i::VARCHAR) AS receipt, (hash(i * 13) % 200000)::BIGINT AS customer_id,
    'user' || (hash(i * 17) % 500000) || '@mail' || (hash(i) % 50) || '.example' AS email,
    CASE WHEN i % 20 = 0 THEN NULL ELSE 'note ' || (hash(i * 19) % 1000000) END AS note,
    DATE '2000-01-01' + (i % 9000)::INT AS day
FROM range({rows}) made(i)
"""
_SUMMARIZE = "import sys, duckdb; duckdb.sql(f\"SUMMARIZE SELECT * FROM '{sys.argv[1]}'\").fetchall()"


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, write and draw."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("folder", type=Path, help="where the tables are made")
    parser.add_argument(
        "--megabytes", type=int, nargs="+", default=[10, 30, 100, 300, 1000], help="sizes of the tables"
    )
    read = parser.parse_args(arguments)
    figures = [_measured(read.folder, size, kind) for size in read.megabytes for kind in _BYTES_A_ROW]
    written = record.write("scan_cost", None, {"megabytes": read.megabytes}, {"tables": figures})
    print(f"wrote {written.relative_to(record.REPOSITORY)}, drew {draw(figures, record.RESULTS / 'scan_cost.svg')}")


def _measured(folder: Path, megabytes: int, kind: str) -> dict[str, Any]:
    lake, index = folder / f"lake_{megabytes}_{kind}", folder / "index"
    shutil.rmtree(lake, ignore_errors=True)
    lake.mkdir(parents=True)
    table = lake / f"trips.{kind}"
    made = _MADE.format(rows=megabytes * 1_000_000 // _BYTES_A_ROW[kind])
    duckdb.connect().execute(f"COPY ({made}) TO '{table}'")
    summarised = _run([sys.executable, "-c", _SUMMARIZE, str(table)])
    shutil.rmtree(index, ignore_errors=True)
    indexed = _run([str(Path(sys.executable).with_name("lakeindex")), "index", str(lake), "--index", str(index)])
    figures = {
        "kind": kind,
        "bytes": table.stat().st_size,
        "duckdb": summarised,
        "lakeindex": indexed,
        "ratio": round(indexed["processor_seconds"] / summarised["processor_seconds"], 2),
    }
    print(json.dumps(figures))
    shutil.rmtree(lake)
    return figures


def _run(command: Sequence[str]) -> dict[str, float]:
    """Run a command; return its processor seconds, with those of its own processes, wall seconds and peak memory."""
    before, started = os.times(), time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    with PeakMemory(process.pid) as peak:
        if process.wait():
            raise SystemExit(f"{command[0]} failed with exit code {process.returncode}")
    after = os.times()
    spent = after.children_user + after.children_system - before.children_user - before.children_system
    seconds = time.monotonic() - started
    return {
        "processor_seconds": round(spent, 2),
        "wall_seconds": round(seconds, 2),
        "peak_megabytes": round((peak.bytes or 0) / 1e6),
    }


if __name__ == "__main__":
    main()
