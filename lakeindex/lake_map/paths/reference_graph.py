"""The joins of tables by the relationships of a lake: each column with the key that it refers to."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import pyarrow as pa

from lakeindex.lake_map.paths.join_path import Hop
from lakeindex.types.lake import ColumnId, TableId
from lakeindex.types.matches import Cardinality


@dataclass(frozen=True, slots=True)
class ReferenceGraph:
    """The joins of each table, either way."""

    joins: dict[TableId, list[Hop]]

    @classmethod
    def of(cls, relationships: pa.Table, least: float) -> ReferenceGraph:
        """Take relationships of at least a probability, rows as RELATIONSHIPS_SCHEMA."""
        joins: dict[TableId, list[Hop]] = {}
        for hop in hops_of(relationships):
            # A table that refers to itself leads to no other.
            if hop.probability >= least and hop.left.table != hop.right.table:
                joins.setdefault(hop.left.table, []).append(hop)
                joins.setdefault(hop.right.table, []).append(hop.back)
        return cls({table: sorted(hops, key=lambda one: (-one.probability, one)) for table, hops in joins.items()})

    def expand(self, table: TableId) -> None:
        """Find the joins of a table, which are known already."""

    def connect(self, first: TableId, last: TableId) -> None:
        """Find the joins of two tables, which are known already."""

    def hops(self, table: TableId) -> list[Hop]:
        """Return the joins of a table, the most likely first."""
        return self.joins.get(table, [])


def hops_of(relationships: pa.Table) -> Iterator[Hop]:
    """Yield each reference, rows as RELATIONSHIPS_SCHEMA, as a join from child to parent."""
    rows = sorted(relationships.to_pylist(), key=lambda row: int(row["key"]))
    for _, pairs in groupby(rows, key=lambda row: int(row["key"])):
        yield _hop(list(pairs))


def _hop(pairs: list[dict[str, Any]]) -> Hop:
    first, *others = pairs
    child, parent = (ColumnId(TableId(first[f"{side}_table"]), first[f"{side}_column"]) for side in ("child", "parent"))
    also = tuple((str(one["child_column"]), str(one["parent_column"])) for one in others)
    return Hop(child, parent, first["probability"], Cardinality(first["cardinality"]), also)
