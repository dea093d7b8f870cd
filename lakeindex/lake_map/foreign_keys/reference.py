"""A foreign key as it was found, and many of them as a table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pyarrow as pa

from lakeindex.catalog.directory import Directory
from lakeindex.lake_map.relationship import RELATIONSHIPS_SCHEMA, Method


@dataclass(frozen=True, slots=True)
class Reference:
    """Columns of a table, by key, that refer together to columns of another one."""

    children: tuple[int, ...]
    parents: tuple[int, ...]
    probability: float
    method: Method
    orphans: float
    """The share of the child's distinct values without a parent."""
    is_unique: bool
    """Whether each value is once in the child."""
    evidence: str


def references_table(references: Sequence[Reference], directory: Directory) -> pa.Table:
    """Return references as RELATIONSHIPS_SCHEMA, by child, numbered in this order, a row a pair of columns."""
    ordered = sorted(references, key=lambda one: (len(one.children) > 1, one.children, one.parents))
    rows = [row for number, one in enumerate(ordered, 1) for row in _rows_of(one, number, directory)]
    return pa.Table.from_pylist(rows, RELATIONSHIPS_SCHEMA)


def _rows_of(one: Reference, number: int, directory: Directory) -> Iterator[dict[str, object]]:
    for keys in zip(one.children, one.parents, strict=True):
        child, parent = map(directory.id_of, keys)
        yield {
            "child_table": child.table,
            "child_column": child.name,
            "parent_table": parent.table,
            "parent_column": parent.name,
            "probability": one.probability,
            "cardinality": "1:1" if one.is_unique else "n:1",
            "method": str(one.method),
            "orphans": one.orphans,
            "key": number,
            "evidence": one.evidence,
        }
