"""Read columns of the sample lake with the plainest means, so that tests need not trust the engine."""

from __future__ import annotations

import csv
import gzip
import json
from functools import cache
from pathlib import Path

import pyarrow.parquet as parquet

from lakeindex.demo.sample_lake import TABLES

DELIMITERS = {table.path: table.delimiter for table in TABLES}


@cache
def records(lake: Path, table: str) -> list[dict[str, str]]:
    path = lake / table
    if path.suffix == ".parquet":
        rows = parquet.read_table(path).to_pylist()
    elif path.suffix == ".jsonl":
        rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    else:
        data = path.read_bytes()
        text = (gzip.decompress(data) if path.suffix == ".gz" else data).decode()
        return list(csv.DictReader(text.splitlines(), delimiter=DELIMITERS[table]))
    return [{name: "" if value is None else str(value) for name, value in row.items()} for row in rows]


def values(lake: Path, table: str, column: str) -> set[str]:
    return {record[column] for record in records(lake, table)} - {""}
