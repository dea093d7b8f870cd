"""Write a made lake as files, with its ground truth beside them."""

from __future__ import annotations

import csv
from pathlib import Path

import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq

from lakeindex.synthesis.made_lake import MadeLake
from lakeindex.synthesis.source_tables import texts_of

JOINS = "joins.csv"
JOIN_FIELDS = ("query_table", "query_column", "candidate_table", "candidate_column", "grade", "kind", "overlap")


def write_lake(made: MadeLake, folder: Path) -> Path:
    """Write the tables into a folder and `joins.csv` beside it, and return the path of that file.

    `joins.csv` lists every join in both directions, in the format that `lakeindex evaluate --qrels` reads.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for name, table in made.tables.items():
        if name.endswith(".parquet"):
            pq.write_table(table, folder / name)
        else:
            _write_csv(table, folder / name, made.style.has_header)
    path = folder.parent / JOINS
    with path.open("w", encoding="utf-8", newline="") as handle:
        out = csv.writer(handle, lineterminator="\n")
        out.writerow(JOIN_FIELDS)
        for join in made.joins:
            facts = (join.grade, str(join.kind))
            for one, other, overlap in (
                (join.left, join.right, join.containment),
                (join.right, join.left, join.reverse_containment),
            ):
                out.writerow((one.table, one.name, other.table, other.name, *facts, f"{overlap:.6f}"))
    return path


def _write_csv(table: pa.Table, path: Path, has_header: bool) -> None:
    # As texts, so that the file has numbers and dates in the form in which they were compared.
    texts = pa.table({name: texts_of(table[name].combine_chunks()) for name in table.column_names})
    pa_csv.write_csv(texts, path, pa_csv.WriteOptions(include_header=has_header, quoting_style="needed"))
