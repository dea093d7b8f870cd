"""Claim: what a join promises from sketches alone, its match rate and its rows, holds in 95 of 100 real joins.

Joined are columns that join by the labels of the labelled lakes, those that lake_scale/exact_overlap.csv lists, and,
for sketches that hold a part of the values only, columns with more values than a sketch keeps: with what the index
finds for them in other tables, and with random parts of their own table (rows, and half of the distinct values as a
table of keys). The truth is counted in DuckDB on the rows.

How exactly a sketch counts is no setting, so the arms that vary it are internal figures; *lakeindex join* is what users
get: the promise of `Lake.join` with its defaults, whatever match it chooses, beside the rows that the plan then gives.
"""

from __future__ import annotations

import argparse
import math
import os
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import record
from join_pairs import Pair, cut_columns, found_pairs, keep_tables, lay_out, pick, write_parts

from lakeindex.arrays.aliases import Integers, Texts
from lakeindex.config.index_settings import limits_built_with
from lakeindex.config.settings import Settings
from lakeindex.demo import build_sample_lake
from lakeindex.encode.encoders import HASHING
from lakeindex.errors import InvalidSetting, Refused, UnreadableTable
from lakeindex.index.term_stats import STRENGTH_STEP, strengths_of
from lakeindex.join.count_rows import EQUAL_AS_WRITTEN, measure
from lakeindex.join.estimate.counts import LOG_STEP
from lakeindex.join.estimate.estimate import Interval, JoinEstimate, estimate_join
from lakeindex.join.estimate.from_profiles import distinct_count
from lakeindex.join.lake_tables import CountedColumn
from lakeindex.join.stored_column import ColumnStore
from lakeindex.lake import Lake
from lakeindex.profile.scan import profile_columns
from lakeindex.profile.value_text import as_text
from lakeindex.types.columns import Family, QueryColumn, TermSet
from lakeindex.types.lake import ColumnId, TableId
from lakeindex.types.matches import JoinMeasure

CUT_COLUMNS = 80
"""Of those with more values than a sketch holds, as many are cut into parts and joined."""
MOST_JOINED = 5_000_000
"""Joins of more rows are left out."""
ROUNDING = 1e-9
SHOWN = (
    "joins", "exact ones equal", "match rate inside", "rows inside", "fan-out inside", "median width of match rate",
    "median high / low of rows",
)  # fmt: skip


def _in_a_byte(counts: Integers) -> Integers:
    return np.asarray(np.rint(np.expm1(strengths_of(counts) * STRENGTH_STEP)), np.int64)


ARMS: dict[str, tuple[float, Callable[[Integers], Integers]]] = {
    "exact counts": (0.0, lambda counts: counts),
    "counts in a byte": (LOG_STEP, _in_a_byte),
    "hashes alone": (LOG_STEP, np.ones_like),
}
"""How exactly a sketch counts the rows of its values: the step of their logarithms, and what is made of counts."""


USERS = "lakeindex join"


@dataclass(frozen=True, slots=True)
class Promise:
    """What was promised of a join, and what it gives."""

    pair: Pair
    promised: JoinEstimate
    match_rate: float
    """What the join gives, as the next."""
    rows: int
    left_rows: int
    """Of the left column, those with a value."""
    seconds: float
    match: str = ""
    """How the join matches, where users get it."""

    @property
    def is_kept_exactly(self) -> bool:
        """Whether what was called exact is equal."""
        promised = self.promised
        is_equal = math.isclose(promised.match_rate.expected, self.match_rate) and promised.rows.expected == self.rows
        return is_equal or not promised.is_exact

    @property
    def rate_holds(self) -> bool:
        return _holds(self.promised.match_rate, self.match_rate)

    @property
    def rows_hold(self) -> bool:
        return _holds(self.promised.rows, self.rows)

    @property
    def fan_out_holds(self) -> bool:
        if not self.match_rate or self.promised.match_rate.low == 0.0:
            return True
        return _holds(self.promised.fan_out, self.rows / (self.match_rate * self.left_rows))


def _holds(promised: Interval, given: float) -> bool:
    return promised.low * (1 - ROUNDING) - ROUNDING <= given <= promised.high * (1 + ROUNDING) + ROUNDING


def check(lake: Lake, pairs: Sequence[Pair]) -> tuple[dict[str, list[Promise]], list[str]]:
    """Promise, by arm, and count each join; return with it the pairs that couldn't be counted, each with why."""
    promises: dict[str, list[Promise]] = {arm: [] for arm in (USERS, *ARMS)}
    failed = []
    for pair in pairs:
        try:
            by_arm = dict(promises_of_sketches(lake, pair)) | dict(promise_of_users(lake, pair))
        except UnreadableTable as error:
            failed.append(f"{pair[0]} = {pair[1]}: {error}")
            continue
        for arm, promise in by_arm.items():
            promises[arm].append(promise)
    return promises, failed


def promise_of_users(lake: Lake, pair: Pair) -> Iterator[tuple[str, Promise]]:
    """Plan the join as users do, and run it; where it is refused, nothing is promised."""
    (left, right), started = pair, time.perf_counter()
    try:
        plan = lake.join(left.table, left.name, right.table, right.name)
        promised = plan.promised
        seconds = time.perf_counter() - started
        pairs = replace(plan, most_rows=MOST_JOINED).rows()
    except (InvalidSetting, Refused):
        return
    valued = plan.counts.left_valued
    matched = len(pairs["left_row"].unique())
    yield (
        USERS,
        Promise(
            pair, promised, matched / valued if valued else 0.0, pairs.num_rows, valued, seconds, plan.condition.match
        ),
    )


def promises_of_sketches(lake: Lake, pair: Pair) -> Iterator[tuple[str, Promise]]:
    """Promise by sketches that count more or less exactly."""
    texts = [texts_of(lake, column) for column in pair]
    given = count(texts[0], texts[1])
    columns = [lake.opened.searcher.column(column) for column in pair]
    rows = [filled_rows(column) for column in columns]
    sketched = [counted(lake, *of) for of in zip(columns, texts, strict=True)]
    known = int(lake.generation.manifest.settings["limits"]["values"])
    distinct = distinct_count(columns[0], known), distinct_count(columns[1], known)
    for arm, (step, counts_of) in ARMS.items():
        left, right = (replace(terms, counts=counts_of(terms.counts)) for terms in sketched)
        started = time.perf_counter()
        promised = estimate_join(left, right, rows[0], rows[1], step, distinct)
        seconds = time.perf_counter() - started
        yield arm, Promise(pair, promised, given.match_rate, given.rows, rows[0], seconds)


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
            sides.append(CountedColumn(TableId(side), "value", f"SELECT * FROM {side}_rows"))
        with ColumnStore(connection) as store:
            query, candidate = map(store.read, sides)
            return measure(store, query, candidate, EQUAL_AS_WRITTEN)


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


def summary(promises: Sequence[Promise]) -> dict[str, object]:
    widths = [one.promised.match_rate.high - one.promised.match_rate.low for one in promises]
    ratios = [_times(one.promised.rows) for one in promises]
    errors = [abs(one.promised.match_rate.expected - one.match_rate) for one in promises]
    return {
        "joins": len(promises),
        "claimed exact": float(np.mean([one.promised.is_exact for one in promises])),
        "exact ones equal": float(np.mean([one.is_kept_exactly for one in promises])),
        "match rate inside": float(np.mean([one.rate_holds for one in promises])),
        "rows inside": float(np.mean([one.rows_hold for one in promises])),
        "fan-out inside": float(np.mean([one.fan_out_holds for one in promises])),
        "median width of match rate": float(np.median(widths)),
        "p90 width of match rate": float(np.quantile(widths, 0.9)),
        "median high / low of rows": float(np.median(ratios)),
        "p90 high / low of rows": float(np.quantile(ratios, 0.9, method="lower")),
        "mean error of match rate": float(np.mean(errors)),
        "median milliseconds": 1000 * float(np.median([one.seconds for one in promises])),
        "matches": dict(Counter(one.match for one in promises if one.match)),
    }


def _times(interval: Interval) -> float:
    if interval.is_exact:
        return 1.0
    # A join may give nothing at all: a row is the least that is distinguished from it.
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
    chosen = [listed[place] for place in rng.permutation(len(listed))[: 8 * given.joins].tolist()]
    keep_tables(folder / "lake", {str(column.table) for pair in chosen for column in pair}, 40_000)
    settings = Settings(model=HASHING)
    lake = Lake.index(folder / "lake", folder / "index", settings)
    columns = cut_columns(lake)
    columns = [columns[place] for place in sorted(rng.permutation(len(columns))[:CUT_COLUMNS].tolist())]
    parts = write_parts(lake, columns, rng)
    lake = Lake.index(folder / "lake", folder / "index", settings)
    pools = {
        "complete sketches": (chosen, False, given.joins // 2),
        "cut, other tables": ([*chosen, *found_pairs(lake, columns)], True, given.joins // 4),
        "cut, parts of a table": (parts, True, given.joins // 4),
    }
    promises: dict[tuple[str, str], list[Promise]] = {}
    for name, (pool, is_cut, number) in pools.items():
        by_arm, failed = check(lake, pick(lake, pool, number, is_cut, rng))
        promises |= {(arm, name): ones for arm, ones in by_arm.items()}
        for error in failed:
            print(f"not counted: {error}", file=sys.stderr)
    promises |= {(arm, "all"): [one for name in pools for one in promises[arm, name]] for arm in (USERS, *ARMS)}
    for one in promises[USERS, "all"] if given.missed else ():
        if not (one.rate_holds and one.rows_hold and one.fan_out_holds):
            print(
                f"{one.pair[0]} = {one.pair[1]}\n   {one.promised}\n   {one.match_rate}, {one.rows} of {one.left_rows}"
            )
    manifest = lake.generation.manifest
    figures = {f"{arm}, {name}": summary(ones) for (arm, name), ones in promises.items()}
    return figures, {"tables": manifest.tables, "columns": manifest.columns}


if __name__ == "__main__":
    main()
