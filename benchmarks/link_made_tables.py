"""Claim: link claims little where two tables share nothing, and finds what they share where they do, without labels.

    python benchmarks/link_made_tables.py LAKES [--every 6]

LAKES holds a folder a lake, of real tables without labels. Of one table of every few lakes two are made: halves of its
rows that share a third, 2 % or none of them, the right one's cells changed by the corruptions of
`lakeindex.synthesis`. `dedupe` gets the rows once, or a tenth of them twice.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import record

from lakeindex.arrays.aliases import Integers
from lakeindex.canonical.column_reading import PLAIN
from lakeindex.integrate.alignment import AlignedPair
from lakeindex.integrate.link.link_records import MATCH, dedupe_records, link_records
from lakeindex.integrate.records import Records
from lakeindex.synthesis.text_variants import reorder, shorten_words
from lakeindex.synthesis.typos import misread, mistype
from lakeindex.types.lake import TableId

SHARED = {"a third shared": 1 / 3, "2 % shared": 0.02, "nothing shared": 0.0}
CLEAN, TWICE = "no duplicates", "a tenth twice"
ROWS, FEWEST, MOST_COLUMNS = 420, 110, 12
CHANGED, MISSING = 0.3, 0.08

Rows = list[list[str]]
Figures = dict[str, list[tuple[float, float]]]


def tables(lakes: Path, every: int) -> Iterator[tuple[str, list[str], Rows]]:
    """Yield a table of every few lakes: of those with texts that tell rows apart, one at random."""
    for lake in sorted(path for path in lakes.iterdir() if path.is_dir())[::every]:
        paths = sorted(lake.rglob("*.csv"), key=lambda path: hashlib.sha256(path.name.encode()).digest())
        yield from [(lake.name, *table) for table in map(read, paths) if table is not None][:1]


def read(path: Path) -> tuple[list[str], Rows] | None:
    with path.open(newline="", encoding="utf-8-sig", errors="replace") as handle:
        lines = [line for line, _ in zip(csv.reader(handle), range(3000), strict=False)]
    rows = [line for line in lines[1:] if len(line) == len(lines[0])]
    if len(rows) < FEWEST or len(set(lines[0])) < len(lines[0]):
        return None
    kept = [place for place, values in enumerate(zip(*rows, strict=True)) if len(set(values)) > 2][:MOST_COLUMNS]
    distinct = [list(row) for row in dict.fromkeys(tuple(row[place].strip() for place in kept) for row in rows)]
    has_names = any(map(_names, zip(*distinct, strict=True)))
    return ([lines[0][place] for place in kept], distinct) if len(distinct) >= FEWEST and has_names else None


def _names(values: tuple[str, ...]) -> bool:
    letters = sum(map(str.isalpha, "".join(values)))
    return letters > 4 * len(values) and len(set(values)) > len(values) / 2


def changed(rows: Rows, rng: np.random.Generator) -> Rows:
    """Write some cells differently, and leave some out."""
    return [[_changed(value, rng) for value in row] for row in rows]


def _changed(value: str, rng: np.random.Generator) -> str:
    luck = rng.random()
    if luck < MISSING or luck > MISSING + CHANGED or not value:
        return "" if luck < MISSING else value
    change = (mistype, mistype, misread, reorder, shorten_words)[rng.integers(5)]
    return str(change(pa.array([value], pa.large_string()), rng)[0].as_py()).strip()


def records(name: str, header: list[str], rows: Rows) -> Records:
    columns = [pa.array([value or None for value in column], pa.large_string()) for column in zip(*rows, strict=True)]
    return Records(TableId(name), pa.table(columns, names=header), (PLAIN,) * len(header))


def linked(header: list[str], rows: Rows, share: float, rng: np.random.Generator) -> tuple[float, float]:
    """Return F1, and the wrong matches for each hundred rows of the left half."""
    both = round(share * len(rows))
    left = np.concatenate([np.arange(both), np.arange(both, len(rows), 2)])
    right = np.concatenate([np.arange(both), np.arange(both + 1, len(rows), 2)])
    left, right = rng.permutation(left), rng.permutation(right)
    sides = [[rows[place] for place in left.tolist()], changed([rows[place] for place in right.tolist()], rng)]
    pairs = [AlignedPair(name, name, 1.0) for name in header]
    found = link_records(records("left", header, sides[0]), records("right", header, sides[1]), pairs).pairs
    return scored(found, left, right, both)


def deduped(header: list[str], rows: Rows, twice: int, rng: np.random.Generator) -> tuple[float, float]:
    """Return the same of one table, of which some rows are there twice."""
    numbers = np.concatenate([np.arange(len(rows)), np.arange(twice)])
    found = dedupe_records(records("one", header, rows + changed(rows[:twice], rng))).pairs
    return scored(found, numbers, numbers, twice)


def scored(found: pa.Table, left: Integers, right: Integers, true: int) -> tuple[float, float]:
    ends = [found[name].to_numpy()[found["probability"].to_numpy() >= MATCH] for name in ("left_row", "right_row")]
    is_right = left[ends[0]] == right[ends[1]]
    hits = int(is_right.sum())
    return 2 * hits / max(len(is_right) + true, 1), 100 * (len(is_right) - hits) / len(left)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("lakes", type=Path)
    parser.add_argument("--every", type=int, default=6)
    given = parser.parse_args()
    figures: Figures = defaultdict(list)
    for number, (_, header, every) in enumerate(tables(given.lakes, given.every)):
        rng = np.random.default_rng(number)
        rows = [every[place] for place in rng.permutation(len(every))[:ROWS].tolist()]
        for name, share in SHARED.items():
            figures[name].append(linked(header, rows, share, rng))
        for name, twice in ((CLEAN, 0), (TWICE, len(rows) // 10)):
            figures[name].append(deduped(header, rows, twice, rng))
    count = len(figures[CLEAN])
    print(f"tables of {count} lakes")
    record.print_table(["", "F1", "wrong matches per 100 rows"], [
        [name, "" if name in ("nothing shared", CLEAN) else f"{np.mean([f1 for f1, _ in of]):.3f}",
         f"{np.mean([wrong for _, wrong in of]):.2f}"] for name, of in figures.items()
    ])  # fmt: skip


if __name__ == "__main__":
    main()
