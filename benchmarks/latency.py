"""Claim: a query is answered at once, from a cold command and within a program that keeps the lake open.

Every figure is wall time on an index that is there already; the files are in the page cache, as after a first query.
"""

from __future__ import annotations

import argparse
import random
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from statistics import median

import numpy as np
import record

from lakeindex.evaluate.run import columns_of
from lakeindex.lake import Lake
from lakeindex.types.lake import ColumnId

COMMAND = Path(sys.executable).with_name("lakeindex")
K = 10
PROBES = (0, 5)


def measure_commands(index: Path, columns: Sequence[ColumnId], repeats: int) -> dict[str, float]:
    """Return the median seconds of whole processes; `python -c pass` is the floor of all."""
    query = [str(COMMAND), "query", "--index", str(index), "--probe", "0", "-k", str(K), "-o", "csv", "--"]
    # A new column each time, so that only what any query needs is in the page cache.
    queries = [[*query, column.table, column.name] for column in columns[:repeats]]
    return {
        "python -c pass": _median_seconds([[sys.executable, "-c", "pass"]] * repeats),
        "import lakeindex": _median_seconds([[sys.executable, "-c", "import lakeindex"]] * repeats),
        "lakeindex --help": _median_seconds([[str(COMMAND), "--help"]] * repeats),
        "lakeindex query --probe 0": _median_seconds(queries),
    }


def measure_queries(lake: Lake, columns: Sequence[ColumnId], probe: int) -> dict[str, float]:
    """Return percentiles of milliseconds a query, each column queried once in an open lake."""
    for column in columns[:10]:
        lake.query(column.table, column.name, k=K, probe=probe)
    milliseconds = [
        1000 * _seconds(partial(lake.query, column.table, column.name, k=K, probe=probe)) for column in columns
    ]
    return {f"p{p}_ms": float(np.percentile(milliseconds, p)) for p in (50, 95, 99)}


def sample(lake: Lake, count: int, seed: int) -> list[ColumnId]:
    """Draw columns that hold values."""
    columns, distinct = columns_of(lake), lake.opened.searcher.directory.facts.distinct
    filled = [column for column, values in zip(columns, distinct.tolist(), strict=True) if values]
    return random.Random(seed).sample(filled, min(count, len(filled)))


def _median_seconds(commands: Sequence[Sequence[str]]) -> float:
    def run(command: Sequence[str]) -> None:
        subprocess.run(command, stdout=subprocess.DEVNULL, check=True)

    run(commands[0])
    return median(_seconds(partial(run, command)) for command in commands)


def _seconds(action: Callable[[], object]) -> float:
    started = time.perf_counter()
    action()
    return time.perf_counter() - started


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--index", type=Path, required=True, help="an index that was built before")
    parser.add_argument("--queries", type=int, default=300, help="columns to query in the open lake [300]")
    parser.add_argument("--repeats", type=int, default=9, help="runs of each command, of which the median counts [9]")
    parser.add_argument("--seed", type=int, default=0, help="which columns are drawn [0]")
    given = parser.parse_args()
    lake = Lake.open(given.index)
    columns = sample(lake, given.queries, given.seed)
    commands = measure_commands(given.index, columns, given.repeats)
    queries = {f"probe {probe}": measure_queries(lake, columns, probe) for probe in PROBES}
    record.print_table(["command", "median s"], list(commands.items()))
    print()
    record.print_table(["open lake", "p50 ms", "p95 ms", "p99 ms"], [[n, *p.values()] for n, p in queries.items()])
    manifest = lake.generation.manifest
    size = {"tables": manifest.tables, "columns": manifest.columns, "index_bytes": manifest.bytes}
    settings = {"k": K, "queries": len(columns), "repeats": given.repeats, "models": manifest.models, **size}
    written = record.write("latency", given.seed, settings, {"command_seconds": commands, "query": queries})
    print(f"\nwrote {written.relative_to(record.REPOSITORY)}")


if __name__ == "__main__":
    main()
