"""The tables of a lake with their foreign keys, as the text formats write them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from lakeindex.catalog.directory import Directory
from lakeindex.types.columns import KINDS, Kind
from lakeindex.types.lake import TableId


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table."""

    name: str
    kind: Kind


@dataclass(frozen=True, slots=True)
class ForeignKey:
    """Columns of a child table that refer to columns of a parent table, of the same number."""

    child: TableId
    child_columns: tuple[str, ...]
    parent: TableId
    parent_columns: tuple[str, ...]
    probability: float
    cardinality: str
    method: str
    orphans: float | None
    evidence: str = ""

    @property
    def is_one_to_one(self) -> bool:
        """Whether each parent row has one child row at most."""
        return self.cardinality == "1:1"

    def describe(self) -> str:
        """Return how it became known and how sure it is, in a line."""
        orphans = "" if not self.orphans else f", {self.orphans:.1%} of the values without parent"
        return f"{self.method}, probability {self.probability:.2f}{orphans}"


@dataclass(frozen=True, slots=True)
class SchemaGraph:
    """Tables, by name, with their columns in order, and the foreign keys between them."""

    tables: dict[TableId, tuple[Column, ...]]
    keys: tuple[ForeignKey, ...]

    @classmethod
    def of(cls, relationships: pa.Table, directory: Directory) -> SchemaGraph:
        """Take the tables that have a relationship, of rows as RELATIONSHIPS_SCHEMA."""
        keys = foreign_keys(relationships)
        names = sorted({table for key in keys for table in (key.child, key.parent)})
        return cls({table: _columns(directory, table) for table in names}, keys)

    def parents(self, table: TableId) -> list[tuple[str, ...]]:
        """Return the sets of columns of a table that others refer to, each once, ascending."""
        return sorted({key.parent_columns for key in self.keys if key.parent == table})

    def referring(self, table: TableId) -> set[str]:
        """Return the columns of a table that refer to others."""
        return {column for key in self.keys if key.child == table for column in key.child_columns}


def _columns(directory: Directory, table: TableId) -> tuple[Column, ...]:
    keys = directory.keys_of_table(table).tolist()
    return tuple(Column(directory.id_of(key).name, KINDS[directory.facts.kinds[key]]) for key in keys)


def foreign_keys(relationships: pa.Table) -> tuple[ForeignKey, ...]:
    """Put the pairs of each composite key together, in the order in which they first come."""
    grouped: dict[int, list[dict[str, Any]]] = {}
    for row in relationships.to_pylist():
        grouped.setdefault(row["key"], []).append(row)
    return tuple(_key(rows) for rows in grouped.values())


def _key(rows: list[dict[str, Any]]) -> ForeignKey:
    first = rows[0]
    columns = [tuple(str(row[f"{side}_column"]) for row in rows) for side in ("child", "parent")]
    ends = TableId(first["child_table"]), columns[0], TableId(first["parent_table"]), columns[1]
    return ForeignKey(*ends, *(first[name] for name in ("probability", "cardinality", "method", "orphans", "evidence")))
