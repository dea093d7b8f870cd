"""Claim: the containment index alone returns the columns that overlap most, as exact counting does.

The queries are the columns of lake_scale/exact_overlap.csv, which lists for each the columns of other tables with the
highest containment, counted by brute force. An answer is right when its exact containment is at least that of the tenth
column listed (of the last, where fewer are). Answers are those of `Lake.query` with `sources=("containment",)`.
"""

from __future__ import annotations

import argparse
import csv
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import numpy as np
import record

from lakeindex.config.settings import Settings
from lakeindex.encode.encoders import HASHING
from lakeindex.errors import NotFound
from lakeindex.lake import Lake
from lakeindex.types.lake import ColumnId, TableId
from lakeindex.types.matches import Match

K = 10
SOURCE = "containment"
ROUNDING = 1e-6
"""Containments are listed to six places."""

ValuesOf = Callable[[ColumnId], frozenset[str]]


@dataclass
class Found:
    """The results of all queries."""

    right: int = 0
    returned: int = 0
    errors: list[float] = field(default_factory=list)
    """Of the estimated containments."""
    milliseconds: list[float] = field(default_factory=list)
    not_queried: list[str] = field(default_factory=list)
    """Queries whose column goes by another name here, because a header was read as data or the other way round."""

    def to_record(self) -> dict[str, object]:
        p50, p95 = np.percentile(self.milliseconds, [50, 95]).tolist()
        return {
            "share_at_least_the_tenth": self.right / self.returned,
            "answers": self.returned,
            "queries": len(self.milliseconds),
            "not_queried": self.not_queried,
            "mean_error_of_containment": float(np.mean(self.errors)),
            "p50_ms": p50,
            "p95_ms": p95,
        }


def read_tenths(path: Path) -> dict[ColumnId, float]:
    """Return for each query the containment of the tenth column listed, or of the last where fewer are."""
    listed: dict[ColumnId, list[float]] = {}
    with path.open(newline="", encoding="utf-8") as handle:
        for row in csv.DictReader(handle):
            query = ColumnId(TableId(row["query_table"]), row["query_column"])
            listed.setdefault(query, []).append(float(row["containment"]))
    return {query: sorted(values, reverse=True)[:K][-1] for query, values in listed.items()}


def measure(lake: Lake, tenths: Mapping[ColumnId, float]) -> Found:
    values_of, found = exact_values(lake), Found()
    for query, tenth in tenths.items():
        started = time.perf_counter()
        try:
            matches = lake.query(query.table, query.name, k=K, probe=0, sources=(SOURCE,)).matches
        except NotFound as error:
            found.not_queried.append(str(error))
            continue
        found.milliseconds.append(1000 * (time.perf_counter() - started))
        values = values_of(query)
        for match, exact in _exact_containments(values, matches, values_of):
            found.returned += 1
            found.right += exact >= tenth - ROUNDING
            found.errors.append(abs(match.containment - exact))
    return found


def _exact_containments(
    values: frozenset[str], matches: tuple[Match, ...], values_of: ValuesOf
) -> Iterator[tuple[Match, float]]:
    for match in matches:
        yield match, len(values & values_of(match.column)) / len(values)


def exact_values(lake: Lake) -> ValuesOf:
    """Return the distinct values of any column, stripped and case-folded: what the list was made of."""

    @cache
    def values_of(column: ColumnId) -> frozenset[str]:
        texts = (
            text
            for batch in lake.read(column.table).batches
            for text in batch.column(column.name).cast("large_string").to_pylist()
        )
        return frozenset(value for text in texts if text is not None and (value := text.strip().casefold()))

    return values_of


def _indexed(archive: Path, folder: Path) -> Lake:
    (folder / "lake").mkdir()
    subprocess.run(["tar", "xJf", archive, "--strip-components=1", "-C", folder / "lake"], check=True)
    # Vectors play no part here: the encoder without a model makes them in no time.
    return Lake.index(folder / "lake", folder / "index", Settings(model=HASHING))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    default = os.environ.get("LAKEINDEX_BENCH_DATA") or record.REPOSITORY.parent / "shared" / "data"
    parser.add_argument("--data", type=Path, default=default, help="the labelled lakes [LAKEINDEX_BENCH_DATA]")
    given = parser.parse_args()
    scale = given.data / "lake_scale"
    if not (scale / "exact_overlap.csv").is_file():
        sys.exit(f"no {scale / 'exact_overlap.csv'}; name another folder with --data or LAKEINDEX_BENCH_DATA")
    with tempfile.TemporaryDirectory() as folder:
        lake = _indexed(scale / "tables.tar.xz", Path(folder))
        found = measure(lake, read_tenths(scale / "exact_overlap.csv")).to_record()
        manifest = lake.generation.manifest
    record.print_table(["figure", "value"], [[name, value] for name, value in found.items()])
    settings = {"k": K, "source": SOURCE, "tables": manifest.tables, "columns": manifest.columns}
    written = record.write("overlap", None, settings, found)
    print(f"wrote {written.relative_to(record.REPOSITORY)}")


if __name__ == "__main__":
    main()
