"""Labelled column pairs are made faster than a model learns from them: pairs a second on one core, and the memory."""

from __future__ import annotations

import argparse
import resource
import time
from collections import Counter
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow as pa
import record

from lakeindex.demo.sample_lake import build_sample_lake
from lakeindex.synthesis.column_pool import Pool
from lakeindex.synthesis.labelled_pairs import ColumnPair, pairs_of
from lakeindex.synthesis.source_tables import SourceData
from lakeindex.training.read_sources import read_sources
from lakeindex.types.lake import ReadOptions

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
    if options.lake is None:
        settings = {"lake": "the sample lake", "pairs": options.pairs, "most_bytes_of_a_table": MOST_BYTES}
        written = record.write("pairs", options.seed, settings, figures)
        print(f"\nwrote {written.relative_to(record.REPOSITORY)}")


def measure(lake: Path, count: int, seed: int) -> dict[str, object]:
    started = time.perf_counter()
    pool = Pool.of(_sources(lake))
    prepared, peak = time.perf_counter() - started, _peak_mib()
    stream = pairs_of(pool, seed)
    kinds = _shares(list(islice(stream, count)))  # warms up as well
    rates = [_rate(stream, count // BLOCKS) for _ in range(BLOCKS)]
    median = round(sorted(cpu for cpu, _ in rates)[BLOCKS // 2])
    tables = len({column.source for column in pool.columns})
    record.print_table(
        ("tables", "columns", "prepared in s", "pairs per s of CPU", "peak MiB, prepared", "peak MiB, after"),
        [(tables, len(pool.columns), prepared, median, peak, _peak_mib())],
    )
    print()
    record.print_table(("kind", "share"), list(kinds.items()))
    return {
        "tables": tables,
        "columns": len(pool.columns),
        "lookups": len(pool.lookups),
        "preparing_seconds": round(prepared, 2),
        "pairs_per_cpu_second": median,
        "pairs_per_cpu_second_by_block": [round(cpu) for cpu, _ in rates],
        "pairs_per_second_by_block": [round(wall) for _, wall in rates],
        "peak_mib_prepared": peak,
        "peak_mib_after": _peak_mib(),
        "kinds": kinds,
    }


def _sources(lake: Path) -> Iterator[SourceData]:
    for found in read_sources(lake, Path(".lakeindex"), ReadOptions(batch_rows=4_096), MOST_BYTES):
        if isinstance(found, SourceData):
            yield found


def _rate(stream, count: int) -> tuple[float, float]:
    cpu, wall = time.process_time(), time.perf_counter()
    for _ in islice(stream, count):
        pass
    return count / (time.process_time() - cpu), count / (time.perf_counter() - wall)


def _shares(made: list[ColumnPair]) -> dict[str, float]:
    kinds = Counter("no join" if pair.kind is None else str(pair.kind) for pair in made)
    return {kind: round(number / len(made), 3) for kind, number in sorted(kinds.items())}


def _peak_mib() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 // MIB


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lake", type=Path, help="a folder of tables, of which nothing is written [the sample lake]")
    parser.add_argument("--pairs", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=0)
    return parser.parse_args()


if __name__ == "__main__":
    main()
