"""Pairs of real columns to be joined: those that lists name, and parts of tables that are cut for it."""

from __future__ import annotations

import csv
import shutil
import subprocess
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from lakeindex.errors import NotFound
from lakeindex.lake import Lake
from lakeindex.types.columns import Family
from lakeindex.types.lake import ColumnId, TableId

ROW_PARTS = (0.6, 0.3)
"""Shares of a table's rows."""
KEY_PART = 0.5
FOUND = 10
"""Columns of other tables that are found for a column, at most."""

Pair = tuple[ColumnId, ColumnId]


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
    """Remove the tables that no pair is in, but for large ones."""
    for path in sorted(lake.rglob("*")):
        if path.is_file() and str(path.relative_to(lake)) not in kept and path.stat().st_size < least_bytes:
            path.unlink()


def cut_columns(lake: Lake) -> list[ColumnId]:
    """List the columns with more values than a sketch holds."""
    complete = lake.opened.searcher.terms[Family.VALUES].complete
    return [lake.opened.searcher.directory.id_of(int(key)) for key in np.flatnonzero(~np.asarray(complete))]


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
            sides = [lake.opened.searcher.column(column) for column in pool[place]]
        except NotFound:  # a header read as data, or the other way round
            continue
        left, right = (side.terms[Family.VALUES] for side in sides)
        if is_cut == (left.is_complete and right.is_complete) or not np.isin(left.hashes, right.hashes).any():
            continue
        picked.append(pool[place])
        if len(picked) == number:
            break
    return picked
