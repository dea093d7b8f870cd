"""Claim: what a join promises from sketches alone, its match rate and its rows, holds in 95 of 100 real joins.

Joined are columns that the labelled lakes say join, those that lake_scale/exact_overlap.csv lists, and, for sketches
that hold a part of the values only, columns with more values than a sketch keeps: with what the index finds for them
in other tables, and with random parts of their own table (rows, and half of the distinct values as a table of keys).
The truth is counted in DuckDB on the rows.
"""

from __future__ import annotations

import argparse
import csv
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import record

from lakeindex.arrays.aliases import Integers, Texts
from lakeindex.config.index_settings import limits_built_with
from lakeindex.config.settings import Settings
from lakeindex.demo import build_sample_lake
from lakeindex.encode.encoders import HASHING
from lakeindex.errors import NotFound, UnreadableTable
from lakeindex.index.term_rows import STRENGTH_STEP, strengths_of
from lakeindex.join.count_rows import JoinProbe, ProbedColumn
from lakeindex.join.estimate.counts import LOG_STEP
from lakeindex.join.estimate.estimate import Expected, Interval, expect
from lakeindex.join.plan import distinct_of
from lakeindex.lake import Lake
from lakeindex.profile.normalise import as_text
from lakeindex.profile.scan import profile_columns
from lakeindex.types.columns import Family, QueryColumn, TermSet
from lakeindex.types.lake import ColumnId, TableId
from lakeindex.types.matches import JoinMeasure

ROW_PARTS = (0.6, 0.3)
"""Shares of a table's rows."""
KEY_PART = 0.5
CUT_COLUMNS = 80
"""Of those with more values than a sketch holds, as many are cut into parts and asked about."""
FOUND = 10
"""Columns of other tables asked for, a column."""
ROUNDING = 1e-9
SHOWN = (
    "joins", "match rate inside", "rows inside", "fan-out inside", "median width of match rate",
    "median high / low of rows",
)  # fmt: skip

Pair = tuple[ColumnId, ColumnId]


def _in_a_byte(counts: Integers) -> Integers:
    return np.asarray(np.rint(np.expm1(strengths_of(counts) * STRENGTH_STEP)), np.int64)


ARMS: dict[str, tuple[float, Callable[[Integers], Integers]]] = {
    "exact counts": (0.0, lambda counts: counts),
    "counts in a byte": (LOG_STEP, _in_a_byte),
    "hashes alone": (LOG_STEP, np.ones_like),
}
"""How exactly a sketch counts the rows of its values: the step of their logarithms, and what is made of counts."""


@dataclass(frozen=True, slots=True)
class Judged:
    """What was promised of a join, and what it gave."""

    pair: Pair
    promised: Expected
    given: JoinMeasure
    seconds: float

    @property
    def rate_holds(self) -> bool:
        return _holds(self.promised.match_rate, self.given.match_rate)

    @property
    def rows_hold(self) -> bool:
        return _holds(self.promised.rows, self.given.rows)

    @property
    def fan_out_holds(self) -> bool:
        matched = self.given.match_rate
        return not matched or self.promised.match_rate.low == 0.0 or _holds(self.promised.fan_out, self.fan_out)

    @property
    def fan_out(self) -> float:
        return self.given.rows / (self.given.match_rate * self.left_rows)

    left_rows: int = 0


def _holds(promised: Interval, given: float) -> bool:
    return promised.low * (1 - ROUNDING) - ROUNDING <= given <= promised.high * (1 + ROUNDING) + ROUNDING


def lay_out(data: Path, lake: Path) -> list[Pair]:
    """Copy the tables of every labelled lake into a folder each; return the pairs that they list."""
    pairs: list[Pair] = []
    for listed in sorted([*data.glob("*/qrels.csv"), *data.glob("*/exact_overlap.csv")]):
        folder = lake / listed.parent.name
        archive = listed.parent / "tables.tar.xz"
        if archive.is_file():
            folder.mkdir(parents=True)
            subprocess.run(["tar", "xJf", archive, "--strip-components=1", "-C", folder], check=True)
        else:
            shutil.copytree(listed.parent / "tables", folder)
        pairs += _listed(listed, folder.name)
    return pairs


def _listed(path: Path, folder: str) -> Iterator[Pair]:
    with path.open(newline="", encoding="utf-8") as handle:
        for row in csv.DictReader(handle):
            query, candidate = (
                ColumnId(TableId(f"{folder}/{row[f'{side}_table']}"), row[f"{side}_column"])
                for side in ("query", "candidate")
            )
            yield query, candidate


def keep_tables(lake: Path, kept: set[str], least_bytes: int) -> None:
    """Remove the tables that nobody asks for, but for large ones."""
    for path in sorted(lake.rglob("*")):
        if path.is_file() and str(path.relative_to(lake)) not in kept and path.stat().st_size < least_bytes:
            path.unlink()


def cut_columns(lake: Lake) -> list[ColumnId]:
    """List the columns with more values than a sketch holds."""
    complete = lake.searcher.terms[Family.VALUES].complete
    return [lake.searcher.directory.id_of(int(key)) for key in np.flatnonzero(~np.asarray(complete))]


def write_parts(lake: Lake, columns: Sequence[ColumnId], rng: np.random.Generator) -> list[Pair]:
    """Write parts of the tables of columns into the lake; return the pairs of a column and its parts."""
    pairs: list[Pair] = []
    folder = lake.root / "parts"
    folder.mkdir()
    for number, name in enumerate(sorted({column.table for column in columns})):
        table = pa.Table.from_batches(lake.read(name).batches)
        parts = [f"{number}.{part}" for part in range(len(ROW_PARTS))]
        for part, share in zip(parts, ROW_PARTS, strict=True):
            _write(table.filter(pa.array(rng.random(len(table)) < share)), folder, part)
        for place, column in enumerate(column for column in columns if column.table == name):
            values = table[column.name].unique().drop_null()
            _write(pa.table({column.name: values.filter(pa.array(rng.random(len(values)) < KEY_PART))}), folder,
                   f"{number}.keys{place}")  # fmt: skip
            first, second, keys = (_part(part, column.name) for part in (*parts, f"{number}.keys{place}"))
            pairs += [(first, second), (second, first), (first, keys), (keys, second), (column, keys)]
    return pairs


def _write(table: pa.Table, folder: Path, name: str) -> None:
    pq.write_table(table, folder / f"{name}.parquet")


def _part(name: str, column: str) -> ColumnId:
    return ColumnId(TableId(f"parts/{name}.parquet"), column)


def found_pairs(lake: Lake, columns: Sequence[ColumnId]) -> list[Pair]:
    """Pair columns with those of other tables that the index finds to share values, both ways round."""
    pairs: list[Pair] = []
    for column in columns:
        for match in lake.query(column.table, column.name, k=FOUND, probe=0, sources=("containment",)).matches:
            pairs += [(column, match.column), (match.column, column)]
    return pairs


def pick(lake: Lake, pairs: Iterable[Pair], number: int, is_cut: bool, rng: np.random.Generator) -> list[Pair]:
    """Draw pairs that share values, of complete sketches or of others."""
    pool = sorted({pair for pair in pairs if pair[0] != pair[1]})
    picked: list[Pair] = []
    for place in rng.permutation(len(pool)).tolist():
        try:
            sides = [lake.searcher.column(column) for column in pool[place]]
        except NotFound:  # a header read as data, or the other way round
            continue
        left, right = (side.terms[Family.VALUES] for side in sides)
        if is_cut == (left.is_complete and right.is_complete) or not np.isin(left.hashes, right.hashes).any():
            continue
        picked.append(pool[place])
        if len(picked) == number:
            break
    return picked


def judge(lake: Lake, pairs: Sequence[Pair]) -> tuple[dict[str, list[Judged]], list[str]]:
    """Promise, by arm, and count each join; return with it the pairs that couldn't be counted, each with why."""
    judged: dict[str, list[Judged]] = {arm: [] for arm in ARMS}
    failed = []
    for pair in pairs:
        try:
            texts = [texts_of(lake, column) for column in pair]
            given = count(texts[0], texts[1])
        except UnreadableTable as error:
            failed.append(f"{pair[0]} = {pair[1]}: {error}")
            continue
        columns = [lake.searcher.column(column) for column in pair]
        rows = [filled_rows(column) for column in columns]
        sketched = [counted(lake, *of) for of in zip(columns, texts, strict=True)]
        known = int(lake.generation.manifest.settings["limits"]["values"])
        distinct = distinct_of(columns[0], known), distinct_of(columns[1], known)
        for arm, (step, counts_of) in ARMS.items():
            left, right = (replace(terms, counts=counts_of(terms.counts)) for terms in sketched)
            started = time.perf_counter()
            promised = expect(left, right, rows[0], rows[1], step, distinct)
            seconds = time.perf_counter() - started
            judged[arm].append(Judged(pair, promised, given, seconds, rows[0]))
    return judged, failed


def texts_of(lake: Lake, column: ColumnId) -> Texts:
    """Return a column's values as they are sketched: what SQL sees may be typed, `yes` true and `1.50` 1.5."""
    batches = list(lake.read(column.table).batches)
    return as_text(pa.chunked_array([batch.column(column.name) for batch in batches]))


def count(left: Texts, right: Texts) -> JoinMeasure:
    """Count the join of two columns' values."""
    with duckdb.connect() as connection:
        sides = []
        for side, texts in (("left", left), ("right", right)):
            connection.register("incoming", pa.table({"value": texts}))
            connection.execute(f"CREATE TABLE {side}_rows AS FROM incoming")
            connection.unregister("incoming")
            sides.append(ProbedColumn(TableId(side), "value", f"SELECT * FROM {side}_rows"))
        with JoinProbe(connection, sides[0]) as probe:
            return probe.measure(sides[1])


def counted(lake: Lake, column: QueryColumn, texts: Texts) -> TermSet:
    """Return the values that the index has of a column, with the counts that its profile had."""
    known = column.terms[Family.VALUES]
    limits = limits_built_with(lake.generation.manifest.settings, lake.settings)
    sketch = profile_columns([texts], limits)[0].values
    if not np.array_equal(sketch.hashes[: len(known.hashes)], known.hashes):
        raise ValueError(f"{column.id} has another sketch than in the index")
    return replace(known, counts=sketch.counts[: len(known.hashes)])


def filled_rows(column: QueryColumn) -> int:
    """Count the rows with a value."""
    return int(column.facts.rows[0] - column.facts.nulls[0])


def summary(judged: Sequence[Judged]) -> dict[str, object]:
    widths = [one.promised.match_rate.high - one.promised.match_rate.low for one in judged]
    ratios = [_times(one.promised.rows) for one in judged]
    errors = [abs(one.promised.match_rate.expected - one.given.match_rate) for one in judged]
    return {
        "joins": len(judged),
        "said to be exact": float(np.mean([one.promised.is_exact for one in judged])),
        "match rate inside": float(np.mean([one.rate_holds for one in judged])),
        "rows inside": float(np.mean([one.rows_hold for one in judged])),
        "fan-out inside": float(np.mean([one.fan_out_holds for one in judged])),
        "median width of match rate": float(np.median(widths)),
        "p90 width of match rate": float(np.quantile(widths, 0.9)),
        "median high / low of rows": float(np.median(ratios)),
        "p90 high / low of rows": float(np.quantile(ratios, 0.9, method="lower")),
        "mean error of match rate": float(np.mean(errors)),
        "median milliseconds": 1000 * float(np.median([one.seconds for one in judged])),
    }


def _times(interval: Interval) -> float:
    if interval.is_exact:
        return 1.0
    # A join may give nothing at all: a row is the least that can be told from it.
    return interval.high / max(interval.low, 1.0)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    default = os.environ.get("LAKEINDEX_BENCH_DATA") or record.REPOSITORY.parent / "shared" / "data"
    parser.add_argument("--data", type=Path, default=default, help="the labelled lakes [LAKEINDEX_BENCH_DATA]")
    parser.add_argument("--joins", type=int, default=500, help="half of complete sketches, half of others")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--missed", action="store_true", help="list the joins outside their interval")
    parser.add_argument("--dry", action="store_true", help="write no result")
    given = parser.parse_args()
    if not given.data.is_dir():
        sys.exit(f"no labelled lakes at {given.data}; name another folder with --data or LAKEINDEX_BENCH_DATA")
    rng = np.random.default_rng(given.seed)
    with tempfile.TemporaryDirectory() as folder:
        figures, settings = _measured(given, Path(folder), rng)
    record.print_table(
        ["sketches", *SHOWN], [[name, *(of[figure] for figure in SHOWN)] for name, of in figures.items()]
    )
    if not given.dry:
        written = record.write("join_promises", given.seed, settings, figures)
        print(f"wrote {written.relative_to(record.REPOSITORY)}")


def _measured(
    given: argparse.Namespace, folder: Path, rng: np.random.Generator
) -> tuple[dict[str, dict[str, object]], dict[str, object]]:
    listed = lay_out(given.data, folder / "lake")
    build_sample_lake(folder / "lake" / "sample")
    asked = [listed[place] for place in rng.permutation(len(listed))[: 8 * given.joins].tolist()]
    keep_tables(folder / "lake", {str(column.table) for pair in asked for column in pair}, 40_000)
    settings = Settings(model=HASHING)
    lake = Lake.index(folder / "lake", folder / "index", settings)
    columns = cut_columns(lake)
    columns = [columns[place] for place in sorted(rng.permutation(len(columns))[:CUT_COLUMNS].tolist())]
    parts = write_parts(lake, columns, rng)
    lake = Lake.index(folder / "lake", folder / "index", settings)
    pools = {
        "complete sketches": (asked, False, given.joins // 2),
        "cut, other tables": ([*asked, *found_pairs(lake, columns)], True, given.joins // 4),
        "cut, parts of a table": (parts, True, given.joins // 4),
    }
    judged: dict[tuple[str, str], list[Judged]] = {}
    for name, (pool, is_cut, number) in pools.items():
        by_arm, failed = judge(lake, pick(lake, pool, number, is_cut, rng))
        judged |= {(arm, name): ones for arm, ones in by_arm.items()}
        for error in failed:
            print(f"not counted: {error}", file=sys.stderr)
    judged |= {(arm, "all"): [one for name in pools for one in judged[arm, name]] for arm in ARMS}
    for one in judged[next(iter(ARMS)), "all"] if given.missed else ():
        if not (one.rate_holds and one.rows_hold and one.fan_out_holds):
            print(f"{one.pair[0]} = {one.pair[1]}\n   {one.promised}\n   {one.given} of {one.left_rows}")
    manifest = lake.generation.manifest
    figures = {f"{arm}, {name}": summary(ones) for (arm, name), ones in judged.items()}
    return figures, {"tables": manifest.tables, "columns": manifest.columns}


if __name__ == "__main__":
    main()
