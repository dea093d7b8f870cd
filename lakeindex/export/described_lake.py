"""What is exported of a lake: its tables with profiles, how they hang together, and which joins broke."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby
from typing import TYPE_CHECKING, Any

from lakeindex.config.profile_limits import RawValues
from lakeindex.errors import LakeIndexError
from lakeindex.lake_map.formats.schema_graph import ForeignKey, foreign_keys
from lakeindex.store.manifest import MANIFEST
from lakeindex.types.columns import Kind
from lakeindex.types.lake import ColumnId, TableId

if TYPE_CHECKING:
    from lakeindex.drift.broken_joins import BrokenJoin
    from lakeindex.lake import Lake


@dataclass(frozen=True, slots=True)
class DescribedColumn:
    """A column with its profile."""

    name: str
    kind: Kind
    sql_type: str
    rows: int
    nulls: int
    distinct: int
    is_key: bool
    minimum: str | None
    """Of numbers and dates, where the index keeps values and these are nobody's personal data."""
    maximum: str | None


@dataclass(frozen=True, slots=True)
class DescribedTable:
    """A table of the lake."""

    id: TableId
    file: str
    """Relative to the lake's root."""
    connector: str
    rows: int
    columns: tuple[DescribedColumn, ...]


@dataclass(frozen=True, slots=True)
class DescribedLake:
    """A lake as it is exported."""

    name: str
    root: str
    generation: int
    published_at: datetime
    tables: tuple[DescribedTable, ...]
    references: tuple[ForeignKey, ...]
    broken: tuple[BrokenJoin, ...]
    remarks: tuple[str, ...]
    """What could not be found out, and why."""

    @property
    def published_millis(self) -> int:
        """When the generation was published, in milliseconds since 1970."""
        return int(self.published_at.timestamp() * 1000)

    def table(self, table: TableId) -> DescribedTable:
        """Return a table by its name."""
        return next(one for one in self.tables if one.id == table)

    def references_of(self, table: TableId) -> list[ForeignKey]:
        """Return the references of a child table."""
        return [one for one in self.references if one.child == table]

    def broken_of(self, table: TableId) -> list[BrokenJoin]:
        """Return the joins of a table's columns that broke."""
        return [one for one in self.broken if one.column.table == table]


def describe_lake(lake: Lake, min_probability: float) -> DescribedLake:
    """Describe what an open lake lets its caller see. Raises Refused where the index keeps no names."""
    lake.opened.require_names()
    generation, remarks = lake.generation, list[str]()
    found = lake.relationships(min_probability)
    published = datetime.fromtimestamp((generation.folder / MANIFEST).stat().st_mtime, UTC)
    return DescribedLake(
        name=lake.root.name or "lake",
        root=str(lake.root),
        generation=generation.number,
        published_at=published.replace(microsecond=0),
        tables=tuple(_tables(lake)),
        references=foreign_keys(found.to_arrow()),
        broken=tuple(_broken(lake, remarks)),
        remarks=(*found.remarks, *remarks),
    )


def _tables(lake: Lake) -> Iterator[DescribedTable]:
    from lakeindex.catalog.listing import list_columns

    keeps_values = lake.opened.kept_values is RawValues.SAMPLE
    personal = {(one.table, one.column) for one in lake.opened.catalog.personal_columns()}
    rows = list_columns(lake.opened.catalog).to_pylist()
    columns = {table: list(several) for table, several in groupby(rows, lambda row: str(row["table"]))}
    for row in lake.tables().to_pylist():
        own = [
            _column(one, keeps_values and (one["table"], one["column"]) not in personal)
            for one in columns.get(row["table"], [])
        ]
        yield DescribedTable(TableId(row["table"]), row["file"], row["connector"], int(row["rows"] or 0), tuple(own))


def _column(row: dict[str, Any], shows_bounds: bool) -> DescribedColumn:
    kind = Kind(row["type"])
    is_bounded = shows_bounds and (kind.is_number or kind is Kind.DATE)
    return DescribedColumn(
        name=row["column"],
        kind=kind,
        sql_type=row["sql_type"],
        rows=int(row["rows"] or 0),
        nulls=int(row["nulls"] or 0),
        distinct=int(row["distinct"] or 0),
        is_key=bool(row["is_key"]),
        minimum=row["minimum"] if is_bounded else None,
        maximum=row["maximum"] if is_bounded else None,
    )


def _broken(lake: Lake, remarks: list[str]) -> Sequence[BrokenJoin]:
    """Return the joins that broke since the generation before; where they can't be known, say so in a remark."""
    try:
        return lake.watch_joins().broken
    except LakeIndexError as error:
        remarks.append(f"nothing is said of broken joins: {error}")
        return ()


def ends_of(key: ForeignKey) -> tuple[tuple[ColumnId, ...], tuple[ColumnId, ...]]:
    """Return the columns of a reference, those of the child and those of the parent."""
    child = tuple(ColumnId(key.child, name) for name in key.child_columns)
    return child, tuple(ColumnId(key.parent, name) for name in key.parent_columns)
