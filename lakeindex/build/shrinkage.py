"""Refuse a generation that lacks much of what the current one has: an empty mount looks like an empty lake."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from lakeindex.build.previous_generation import PreviousGeneration
from lakeindex.catalog.catalog import Catalog
from lakeindex.catalog.database import connect
from lakeindex.catalog.directory import Directory
from lakeindex.errors import IndexUnusable, ShrinkRefused
from lakeindex.store.generations import current_size, numbers_in, open_current
from lakeindex.store.layout import CATALOG
from lakeindex.store.manifest import Size
from lakeindex.store.sandbox_check import require_sandbox_checked
from lakeindex.types.reports import FileOutcome

_CONTENT = """
SELECT table_id, file, content_hash, coalesce(names, []) AS names
FROM tables JOIN files ON path = file
LEFT JOIN (SELECT table_id, list(name ORDER BY position) AS names FROM columns GROUP BY ALL) USING (table_id)
"""
# A file whose content is there under a new name was moved, and its tables with it. A table that stays has lost as many
# columns as it has fewer: a header that was renamed loses nothing.
_GONE = """
WITH new AS (
    SELECT content_hash, count(*) AS files FROM after_files
    WHERE path NOT IN (SELECT file FROM before) GROUP BY ALL
), missing AS (
    SELECT file, content_hash, row_number() OVER (PARTITION BY content_hash ORDER BY file) AS place
    FROM (SELECT DISTINCT file, content_hash FROM before WHERE file NOT IN (SELECT path FROM after_files))
), moved AS (
    SELECT file FROM missing JOIN new USING (content_hash) WHERE place <= files
), present AS (
    SELECT table_id, list(name) AS names FROM after_columns GROUP BY ALL
)
SELECT before.table_id, before.names, coalesce(present.names, []) AS names_left,
       before.table_id NOT IN (SELECT table_id FROM after_tables) AS is_gone
FROM before LEFT JOIN present USING (table_id) WHERE file NOT IN (FROM moved)
"""
_SUMMED = f"""
WITH judged AS (
    SELECT *, CASE WHEN is_gone THEN len(names) ELSE greatest(len(names) - len(names_left), 0) END AS columns_gone
    FROM ({_GONE})
), named AS (
    SELECT 0 AS kind, table_id AS name FROM judged WHERE is_gone
    UNION ALL
    SELECT 1, table_id || ' · ' || unnest(list_filter(names, lambda name: NOT list_contains(names_left, name)))
    FROM judged WHERE NOT is_gone AND columns_gone > 0
)
SELECT count(*) FILTER (is_gone) AS tables, coalesce(sum(columns_gone), 0)::BIGINT AS columns,
       (SELECT list(name) FROM (SELECT name FROM named ORDER BY kind, name LIMIT $shown)) AS examples
FROM judged
"""
_SHOWN = 10


@dataclass(frozen=True, slots=True)
class Earlier:
    """What the current generation has, whatever lake and settings it is of."""

    size: Size | None
    """None where there is a generation of which nothing can be read."""
    content: pa.Table | None
    """A row a table: its id, its file, the hash of the file's content, the names of its columns; None if unreadable."""

    @classmethod
    def read(cls, index: Path, previous: PreviousGeneration | None, memory: str) -> Earlier | None:
        """Read what a build will replace; None where there is nothing.

        Of a generation that is damaged or of another version, the numbers in its manifest are what there was; where
        that is lost, the numbers of an older one.
        """
        if previous is not None:
            return cls(Size.of(previous.generation.manifest), previous.catalog.fetch(_CONTENT))
        try:
            generation = open_current(index)
            require_sandbox_checked(index, generation)
            with closing(Catalog.open(generation.folder / CATALOG, memory)) as catalog:
                return cls(Size.of(generation.manifest), catalog.fetch(_CONTENT))
        except IndexUnusable:
            return cls(current_size(index), None) if numbers_in(index) else None


@dataclass(frozen=True, slots=True)
class Later:
    """What the generation that is about to be published has."""

    files: pa.Table
    """Path and content hash of each file that has tables."""
    tables: pa.Table
    columns: pa.Table
    """The table and the name of each column."""

    @classmethod
    def of(cls, files: Sequence[FileOutcome], directory: Directory) -> Later:
        """Return what there is, given the outcomes of all files and the directory of their columns."""
        with_tables = [one for one in files if one.tables]
        text = pa.string()
        columns = {"table_id": directory.table_names().take(directory.tables), "name": directory.names}
        return cls(
            pa.table(
                {
                    "path": pa.array([one.path for one in with_tables], text),
                    "content_hash": pa.array([one.content_hash for one in with_tables], text),
                }
            ),
            pa.table({"table_id": pa.array([str(table.id) for one in with_tables for table in one.tables], text)}),
            pa.table(columns),
        )


def require_no_shrinkage(earlier: Earlier | None, later: Later, limit: float, lake: str) -> None:
    """Raise ShrinkRefused when more than a share of the tables or columns of the current generation would go.

    `limit` is the share, from 0 to 1; `lake` is the path of the lake that was read.
    """
    if earlier is None:
        return
    size = earlier.size
    if size is None:
        _require_any(later, limit, lake)
        return
    tables, columns = size.tables - later.tables.num_rows, size.columns - later.columns.num_rows
    examples: list[str] = []
    if earlier.content is not None:
        tables, columns, examples = _gone(earlier.content, later)
    if tables > limit * size.tables or columns > limit * size.columns:
        raise ShrinkRefused(_refusal(size, max(tables, 0), max(columns, 0), examples, limit, lake))


def _require_any(later: Later, limit: float, lake: str) -> None:
    """Raise ShrinkRefused for an empty lake: whatever the index had, all of it would go."""
    if limit < 1 and not later.tables.num_rows:
        raise ShrinkRefused(
            f"{lake} has no tables, and what the index has can't be read; nothing was published. Is it the lake, and "
            "mounted? If it is meant to be so, run lakeindex index with --allow-shrink"
        )


def _gone(content: pa.Table, later: Later) -> tuple[int, int, list[str]]:
    """Return how many tables and columns would go, and the names of some."""
    with connect(None, "500MB") as connection:
        for name, rows in (
            ("before", content),
            ("after_files", later.files),
            ("after_tables", later.tables),
            ("after_columns", later.columns),
        ):
            connection.register(name, rows)
        row = connection.execute(_SUMMED, {"shown": _SHOWN}).fetchone()
    assert row is not None
    return int(row[0]), int(row[1]), list(row[2] or [])


def _refusal(size: Size, tables: int, columns: int, examples: Sequence[str], limit: float, lake: str) -> str:
    more = ", ..." if len(examples) == _SHOWN else ""
    named = f": {', '.join(examples)}{more}" if examples else ""
    whose = "" if size.lake == lake else f"; the index is of another lake, {size.lake}"
    return (
        f"{tables} of the {size.tables} tables and {columns} of the {size.columns} columns of the index would go, "
        f"more than shrink_limit allows ({limit:.0%}){named}{whose}; nothing was published. Is {lake} the lake, "
        "and mounted? If it is meant to be so, run lakeindex index with --allow-shrink"
    )
