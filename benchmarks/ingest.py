"""Claim: the road that a file takes into lakeindex is about the cheapest that keeps the answers.

On a sample of a lake's CSV files, what a file costs on every road, in one thread, and on how many files a road gives
the columns and rows that lakeindex's connector gives. polars and pyarrow are given the delimiter that lakeindex found.
Then what isolation costs: whole profiles of a larger sample, in this process and in worker processes.
"""

from __future__ import annotations

import argparse
import csv
import os
import random
import resource
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.csv as pa_csv
import record

from lakeindex.catalog.database import glob_escaped, scan_sql
from lakeindex.config.index_settings import LIMITS
from lakeindex.config.read_limits import ReadLimits
from lakeindex.plugins import find_connectors
from lakeindex.profile.walk import walk
from lakeindex.profile.workers.pool import profile_in_workers
from lakeindex.profile.workers.read_files import profile_files
from lakeindex.profile.workers.work_units import split_into_units
from lakeindex.protocols import Connector
from lakeindex.types.lake import LakeFile, ReadOptions, Scan

Shape = tuple[int, int]
"""Columns and rows."""

OPTIONS = ReadOptions()
SUFFIX = ".csv"


@dataclass(frozen=True, slots=True)
class Understood:
    """A file as lakeindex's connector reads it."""

    path: Path
    shape: Shape
    scan: Scan | None
    columns: tuple[str, ...]

    @property
    def delimiter(self) -> str:
        options = dict(self.scan.options) if self.scan else {}
        return str(options.get("delim", ","))


CSV = find_connectors()["csv"]
"""Found once, as a worker does it."""


def understand(file: LakeFile) -> Understood:
    (table,) = CSV.tables(file, OPTIONS)
    rows = CSV.read(file, table, OPTIONS)
    count = sum(batch.num_rows for batch in rows.batches)
    return Understood(file.path, (len(table.schema), count), rows.scan, tuple(table.schema.names))


def with_duckdb(arguments: str) -> Callable[[Understood], Shape]:
    connection = duckdb.connect(config={"threads": 1})

    def read(file: Understood) -> Shape:
        path = glob_escaped(file.path).replace("'", "''")
        return _shape(connection.sql(f"SELECT * FROM read_csv('{path}'{arguments})").to_arrow_table())

    return read


def with_duckdb_given_dialect() -> Callable[[Understood], Shape]:
    connection = duckdb.connect(config={"threads": 1})

    def read(file: Understood) -> Shape:
        if file.scan is None:
            raise ValueError("DuckDB can't read it as lakeindex does")
        types = [(f"c{place}", "VARCHAR") for place in range(len(file.columns))]
        return _shape(connection.sql(f"SELECT * FROM {scan_sql(file.scan, file.path, types)}").to_arrow_table())

    return read


def with_polars(file: Understood) -> Shape:
    try:
        os.environ["POLARS_MAX_THREADS"] = "1"
        import polars
    except ImportError as error:
        raise SystemExit("polars isn't installed: pip install -e '.[bench]'") from error
    frame = polars.read_csv(file.path, separator=file.delimiter, infer_schema=False)
    return frame.width, frame.height


def with_pyarrow(file: Understood) -> Shape:
    parse = pa_csv.ParseOptions(delimiter=file.delimiter)
    return _shape(pa_csv.read_csv(file.path, pa_csv.ReadOptions(use_threads=False), parse))


def with_csv_module(file: Understood) -> Shape:
    with file.path.open(newline="", encoding="utf-8") as handle:
        header, *rows = csv.reader(handle, delimiter=file.delimiter)
    return len(header), len(rows)


def _shape(table: pa.Table) -> Shape:
    return table.num_columns, table.num_rows


ROADS: dict[str, Callable[[Understood], Shape]] = {
    "DuckDB, sniffing": with_duckdb(""),
    "DuckDB, sniffing, no types": with_duckdb(", all_varchar = true"),
    "DuckDB, given the dialect": with_duckdb_given_dialect(),
    "polars, given the delimiter": with_polars,
    "pyarrow, given the delimiter": with_pyarrow,
    "csv, given the delimiter": with_csv_module,
}
REFUSALS = (duckdb.Error, pa.ArrowException, ValueError, UnicodeDecodeError, csv.Error)


def measure_roads(files: Sequence[LakeFile], understood: Sequence[Understood]) -> dict[str, dict[str, float]]:
    figures = {}
    for name, read in ROADS.items():
        _shape_or_none(read, understood[0])  # what a road takes to get ready is not a file's cost
        started = time.perf_counter()
        shapes = [_shape_or_none(read, file) for file in understood]
        seconds = time.perf_counter() - started
        same = sum(shape == file.shape for shape, file in zip(shapes, understood, strict=True))
        figures[name] = _figures(seconds, len(files), same, shapes.count(None))
    started = time.perf_counter()
    same = sum(understand(file).shape == known.shape for file, known in zip(files, understood, strict=True))
    figures["lakeindex, reading"] = _figures(time.perf_counter() - started, len(files), same, 0)
    return figures


def _shape_or_none(read: Callable[[Understood], Shape], file: Understood) -> Shape | None:
    """Read a file; None where this road refuses it."""
    try:
        return read(file)
    except Exception as error:
        if isinstance(error, REFUSALS) or type(error).__module__.startswith("polars"):
            return None
        raise


def measure_isolation(files: Sequence[LakeFile], repeats: int) -> dict[str, dict[str, float]]:
    """Profile the same files in this process and in worker processes, in turn; of each the best of several times."""
    connectors = find_connectors()
    pa.set_cpu_count(1)
    roads: dict[str, Callable[[], Iterable[object]]] = {
        "in this process": lambda: _in_shares(files, connectors),
        "in 1 worker": lambda: profile_in_workers(files, OPTIONS, LIMITS, ReadLimits(1)),
        "in 2 workers": lambda: profile_in_workers(files, OPTIONS, LIMITS, ReadLimits(2)),
    }
    best = {name: (float("inf"), float("inf")) for name in roads}
    for _ in range(repeats):
        for name, profile in roads.items():
            processor, started = _processor_seconds(), time.perf_counter()
            for _ in profile():
                pass
            taken = (time.perf_counter() - started, _processor_seconds() - processor)
            best[name] = min(best[name][0], taken[0]), min(best[name][1], taken[1])
    wall, processor = best["in this process"]
    return {
        name: {
            "seconds": seconds,
            "processor_seconds": of_processor,
            "more_time": seconds / wall - 1,
            "more_processor": of_processor / processor - 1,
        }
        for name, (seconds, of_processor) in best.items()
    }


def _in_shares(files: Sequence[LakeFile], connectors: Mapping[str, Connector]) -> Iterator[object]:
    for share in split_into_units(files):
        yield from profile_files(share, connectors, OPTIONS, LIMITS)


def _processor_seconds() -> float:
    """Return what this process and those it waited for have taken of the processors."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def _figures(seconds: float, files: int, same: int, refused: int) -> dict[str, float]:
    return {"ms_a_file": 1000 * seconds / files, "same_shape": same / files, "refused": refused / files}


def sample(lake: Path, count: int, seed: int) -> list[LakeFile]:
    """Draw CSV files that lakeindex reads as one table."""
    files = [entry for entry in walk(lake, lake / ".lakeindex") if isinstance(entry, LakeFile)]
    readable = [file for file in files if file.name.endswith(SUFFIX) and file.size]
    return random.Random(seed).sample(readable, min(count, len(readable)))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lake", type=Path, required=True, help="a folder with many CSV files")
    parser.add_argument("--files", type=int, default=1500, help="files to draw [1500]")
    parser.add_argument("--isolated", type=int, default=4000, help="files to draw for the cost of isolation [4000]")
    parser.add_argument("--repeats", type=int, default=3, help="how often isolation is timed [3]")
    parser.add_argument("--seed", type=int, default=0, help="which files are drawn [0]")
    given = parser.parse_args()
    files = sample(given.lake.resolve(), given.files, given.seed)
    if given.files and not files:
        sys.exit(f"{given.lake} holds no {SUFFIX} files")
    roads = measure_roads(files, [understand(file) for file in files]) if given.files else {}
    many = sample(given.lake.resolve(), given.isolated, given.seed)
    isolation = measure_isolation(many, given.repeats)
    for figures in filter(None, (roads, isolation)):
        record.print_table(["road", *next(iter(figures.values()))], [[n, *f.values()] for n, f in figures.items()])
    settings = {
        "files": len(files),
        "bytes": sum(file.size for file in files),
        "isolated_files": len(many),
        "isolated_bytes": sum(file.size for file in many),
        "repeats": given.repeats,
    }
    written = record.write("ingest", given.seed, settings, {"roads": roads, "isolation": isolation})
    print(f"wrote {written.relative_to(record.REPOSITORY)}")


if __name__ == "__main__":
    main()
