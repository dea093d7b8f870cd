"""Labelled column pairs are made faster than a model learns from them: pairs a second on one core, and the memory."""

from __future__ import annotations

import argparse
import resource
import time
from collections import Counter
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow as pa
from record import print_table, write

from lakeindex.demo.sample_lake import build_sample_lake
from lakeindex.learn.pairs import ColumnPair, pairs_of
from lakeindex.learn.pool import Pool
from lakeindex.learn.sources import SourceData
from lakeindex.source_tables import read_sources
from lakeindex.types import ReadOptions

MOST_BYTES = 4_000_000
BLOCKS = 5
MIB = 2**20


def main() -> None:
    options = _options()
    pa.set_cpu_count(1)
    with TemporaryDirectory() as folder:
        lake = options.lake or Path(folder) / "lake"
        if options.lake is None:
            build_sample_lake(lake)
        figures = measure(lake, options.pairs, options.seed)
    settings = {"lake": "the sample lake" if options.lake is None else options.named, "pairs": options.pairs}
    write("pairs", options.seed, settings, figures)


def measure(lake: Path, count: int, seed: int) -> dict[str, object]:
    tables = 0

    def sources():
        nonlocal tables
        for found in read_sources(lake, Path(".lakeindex"), ReadOptions(), MOST_BYTES):
            if isinstance(found, SourceData):
                tables += 1
                yield found

    start = time.perf_counter()
    pool = Pool.of(sources())
    prepared = time.perf_counter() - start
    before = _peak()
    stream = pairs_of(pool, seed)
    list(islice(stream, 200))  # the first of each perturbation
    rates = [_rate(stream, count // BLOCKS) for _ in range(BLOCKS)]
    made = list(islice(pairs_of(pool, seed), count))
    kinds = _shares(made)
    figures: dict[str, object] = {
        "tables": tables,
        "columns": len(pool.columns),
        "lookups": len(pool.lookups),
        "preparing_seconds": round(prepared, 2),
        "pairs_per_cpu_second": sorted(round(cpu) for cpu, _ in rates),
        "pairs_per_second": sorted(round(wall) for _, wall in rates),
        "peak_mib_when_prepared": before,
        "peak_mib": _peak(),
        "kinds": kinds,
    }
    median = sorted(cpu for cpu, _ in rates)[BLOCKS // 2]
    print_table(
        ("tables", "columns", "prepared in s", "pairs/s", "peak MiB"),
        [(tables, len(pool.columns), round(prepared, 1), round(median), _peak())],
    )
    print_table(("kind", "share"), list(kinds.items()))
    return figures


def _rate(stream, count: int) -> tuple[float, float]:
    cpu, wall = time.process_time(), time.perf_counter()
    for _ in islice(stream, count):
        pass
    return count / (time.process_time() - cpu), count / (time.perf_counter() - wall)


def _shares(made: list[ColumnPair]) -> dict[str, float]:
    kinds = Counter("no join" if pair.kind is None else str(pair.kind) for pair in made)
    return {kind: round(number / len(made), 3) for kind, number in sorted(kinds.items())}


def _peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 // MIB


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lake", type=Path, help="a folder of tables [default: the sample lake]")
    parser.add_argument("--named", default="tables given", help="what the folder is called in the results")
    parser.add_argument("--pairs", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=0)
    return parser.parse_args()


if __name__ == "__main__":
    main()
