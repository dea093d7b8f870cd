"""Claim: what a lake costs grows with its size, and what a query costs hardly does.

Lakes of several sizes are drawn out of real tables (lake_scale); where those run out, web tables come again with a
random half of their rows. Each is indexed by the command, then queried in a program that keeps it open.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import record
from latency import COMMAND, measure_queries, sample
from peak_memory import PeakMemory
from scale_plot import draw

from lakeindex.lake import Lake

SIZES = (1_000, 10_000, 100_000)
REPEATED = "webtables/"
"""Whose tables come again: one row a line, nothing quoted."""


@dataclass(frozen=True, slots=True)
class Table:
    name: str
    columns: int


def read_manifest(path: Path) -> list[Table]:
    with path.open(newline="", encoding="utf-8") as handle:
        tables = [Table(row["file"], int(row["columns"])) for row in csv.DictReader(handle)]
    return [table for table in tables if table.columns]


def draw_tables(tables: Sequence[Table], columns: int, seed: int) -> Iterator[tuple[Table, int]]:
    """Draw tables until they have so many columns; with each, how often it came before."""
    chance, left, round_ = random.Random(seed), columns, 0
    while left > 0:
        drawn = [table for table in tables if not round_ or table.name.startswith(REPEATED)]
        for table in chance.sample(drawn, len(drawn)):
            if left <= 0:
                return
            left -= table.columns
            yield table, round_
        round_ += 1


def write_lake(source: Path, lake: Path, tables: Sequence[Table], columns: int, seed: int) -> None:
    for table, copies in draw_tables(tables, columns, seed):
        path = lake / (f"again{copies}/{table.name}" if copies else table.name)
        path.parent.mkdir(parents=True, exist_ok=True)
        if copies:
            header, *rows = (source / table.name).read_text(encoding="utf-8").splitlines(keepends=True)
            kept = random.Random(f"{seed} {copies} {table.name}").sample(rows, (len(rows) + 1) // 2)
            path.write_text("".join([header, *kept]), encoding="utf-8")
        else:
            shutil.copyfile(source / table.name, path)


def measure(lake: Path, index: Path, model: str, queries: int, seed: int) -> dict[str, object]:
    report = index.with_suffix(".json")
    started = time.perf_counter()
    process = subprocess.Popen(
        [str(COMMAND), "index", str(lake), "--index", str(index), "--report", str(report), "--quiet"],
        env=os.environ | {"LAKEINDEX_MODEL": model},
    )
    with PeakMemory(process.pid) as memory:
        if process.wait():
            sys.exit(f"indexing {lake} failed with {process.returncode}")
    seconds = time.perf_counter() - started
    written = json.loads(report.read_text(encoding="utf-8"))
    opened = Lake.open(index)
    return {
        "tables": written["tables"],
        "columns": written["columns"],
        "index_seconds": seconds,
        "stages": written["stages"],
        "peak_bytes": memory.bytes,
        "index_bytes": written["bytes"],
        "query": measure_queries(opened, sample(opened, queries, seed), 0),
    }


def growth(sizes: Sequence[float], values: Sequence[float]) -> float:
    """Return the exponent of the power of the size that the values grow with."""
    return float(np.polyfit(np.log(sizes), np.log(values), 1)[0])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    default = os.environ.get("LAKEINDEX_BENCH_DATA") or record.REPOSITORY.parent / "shared" / "data"
    parser.add_argument("--data", type=Path, default=default, help="the labelled lakes [LAKEINDEX_BENCH_DATA]")
    parser.add_argument("--sizes", default=",".join(map(str, SIZES)), help="numbers of columns")
    parser.add_argument("--model", default="default", help="the encoder: default, or hashing for none [default]")
    parser.add_argument("--queries", type=int, default=300, help="columns to query [300]")
    parser.add_argument("--seed", type=int, default=0, help="which tables and queries are drawn [0]")
    given = parser.parse_args()
    scale = given.data / "lake_scale"
    if not (scale / "tables.tar.xz").is_file():
        sys.exit(f"no {scale / 'tables.tar.xz'}; name another folder with --data or LAKEINDEX_BENCH_DATA")
    tables, figures = read_manifest(scale / "manifest.csv"), {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        subprocess.run(["tar", "xJf", scale / "tables.tar.xz", "-C", folder], check=True)
        for size in map(int, given.sizes.split(",")):
            lake = folder / f"{size}.lake"
            write_lake(folder / "tables", lake, tables, size, given.seed)
            figures[size] = measure(lake, folder / f"{size}.index", given.model, given.queries, given.seed)
            print(size, figures[size], flush=True)
    grown = {
        "index_seconds": growth([*figures], [one["index_seconds"] for one in figures.values()]),
        "peak_bytes": growth([*figures], [one["peak_bytes"] for one in figures.values()]),
        "index_bytes": growth([*figures], [one["index_bytes"] for one in figures.values()]),
        "p50_ms": growth([*figures], [one["query"]["p50_ms"] for one in figures.values()]),
    }
    record.print_table(["grows with the size to the power of", "exponent"], [[n, value] for n, value in grown.items()])
    settings = {"model": given.model, "queries": given.queries, "repeated": REPEATED}
    written = record.write("scale", given.seed, settings, {"sizes": figures, "exponents": grown})
    drawn = draw(figures, written.with_suffix(".svg"))
    print(f"wrote {written.relative_to(record.REPOSITORY)} and {drawn.relative_to(record.REPOSITORY)}")


if __name__ == "__main__":
    main()
