"""Rows of the catalog on the files that are read together: what became of each, and how DuckDB reads it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

import pyarrow as pa

from lakeindex.catalog.path_guard import lake_path
from lakeindex.errors import IndexDamaged
from lakeindex.types.lake import Scan, TableId
from lakeindex.types.reports import FileOutcome, FileStatus, PartColumn, PartOfTable, PartOutcome

PARTS = pa.schema(
    [
        pa.field(name, pa.int64() if name in ("rows", "rejected") else pa.string())
        for name in (
            "file", "path", "status", "reason", "table_id", "token", "rows", "rejected", "scan", "columns", "keys",
        )
    ]
)  # fmt: skip
"""A row for each table that a part has rows of; for a part that has none, one with an empty table_id."""
_SHORT = "file, path, status, reason, table_id, token, rows, rejected"
OUTCOMES = f"SELECT {_SHORT} FROM parts ORDER BY file, path, table_id"
VIEWED = """
SELECT table_id, path, scan, columns, keys FROM parts WHERE table_id != '' {where} ORDER BY table_id, path
"""
_NOTHING = TableId("")


@dataclass(frozen=True, slots=True)
class ViewedPart:
    """How DuckDB reads a part of a table."""

    file: Path
    scan: Scan
    columns: tuple[PartColumn, ...]
    keys: tuple[tuple[int, str | None], ...]


def part_rows(outcomes: Iterable[FileOutcome]) -> list[list[object]]:
    """Return the catalog's rows on the parts of files, in the order of the schema."""
    return [
        [outcome.path, part.path, str(part.status), part.reason, *_row(one)]
        for outcome in outcomes
        for part in outcome.parts
        for one in part.tables or (PartOfTable(_NOTHING, ""),)
    ]


def _row(part: PartOfTable) -> list[object]:
    scan = None if part.scan is None else json.dumps(asdict(part.scan))
    columns = json.dumps([[one.name, one.type, one.place] for one in part.columns])
    return [part.table, part.token, part.rows, part.rejected, scan, columns, json.dumps(part.keys)]


def part_outcomes(rows: Sequence[Mapping[str, Any]]) -> dict[str, tuple[PartOutcome, ...]]:
    """Return what became of the parts of each file, from rows as `OUTCOMES` selects them."""
    found: dict[str, list[PartOutcome]] = {}
    for (file, path), same in groupby(rows, lambda row: (row["file"], row["path"])):
        some = list(same)
        tables = tuple(
            PartOfTable(TableId(row["table_id"]), row["token"], row["rows"], row["rejected"])
            for row in some
            if row["table_id"]
        )
        outcome = PartOutcome(path, FileStatus(some[0]["status"]), some[0]["reason"], tables)
        found.setdefault(file, []).append(outcome)
    return {file: tuple(parts) for file, parts in found.items()}


def viewed_parts(rows: Sequence[Mapping[str, Any]], root: Path) -> dict[str, tuple[ViewedPart, ...]]:
    """Return the parts of each table that DuckDB reads, from rows as `VIEWED` selects them.

    Raises IndexDamaged where a part isn't one of the lake's files, or is described wrongly.
    """
    return {table: tuple(_viewed(same, root)) for table, same in groupby(rows, lambda row: str(row["table_id"]))}


def _viewed(rows: Iterable[Mapping[str, Any]], root: Path) -> Iterator[ViewedPart]:
    known: dict[tuple[str, str], tuple[Scan, tuple[PartColumn, ...]]] = {}
    for row in rows:
        if row["scan"] is None:
            continue
        # Most parts are described in the same words, which are read once.
        described = row["scan"], row["columns"]
        if described not in known:
            known[described] = _described(*described)
        yield ViewedPart(lake_path(root, row["path"]), *known[described], _keys(row["keys"]))


def _described(scan: str, columns: str) -> tuple[Scan, tuple[PartColumn, ...]]:
    found = scan_from_json(scan)
    try:
        read = tuple(PartColumn(str(name), str(kind), int(place)) for name, kind, place in json.loads(columns))
    except (ValueError, TypeError, RecursionError) as error:
        raise IndexDamaged(f"the index describes the columns of a part wrongly ({error}); build it again") from error
    if found is None:
        raise IndexDamaged("the index describes the scan of a part wrongly; build the index again")
    return found, read


def _keys(text: str) -> tuple[tuple[int, str | None], ...]:
    try:
        return tuple((int(place), None if value is None else str(value)) for place, value in json.loads(text))
    except (ValueError, TypeError, RecursionError) as error:
        raise IndexDamaged(f"the index describes the keys of a part wrongly ({error}); build it again") from error


def scan_from_json(text: object) -> Scan | None:
    """Read a scan back from the catalog's JSON."""
    if text is None:
        return None
    try:
        scan = json.loads(str(text))
        options = tuple((name, tuple(value) if isinstance(value, list) else value) for name, value in scan["options"])
        return Scan(scan["function"], options)
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise IndexDamaged(
            f"the index describes the scan of a table wrongly ({error}); build the index again"
        ) from error
