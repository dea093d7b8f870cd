"""What dbt is told of tables: their columns, with types and profiles, and a test a relationship.

docs.getdbt.com/reference/resource-properties/data-tests; a composite key has no test of dbt's own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from lakeindex.export.described_lake import DescribedColumn, DescribedLake, DescribedTable
from lakeindex.export.naming import relationship_id
from lakeindex.export.table_words import Words
from lakeindex.lake_map.formats.dbt import dbt_field, dbt_inner, without_templates
from lakeindex.lake_map.formats.plain_names import is_plain
from lakeindex.lake_map.formats.schema_graph import ForeignKey


@dataclass(frozen=True, slots=True)
class DbtProperties:
    """Writes the properties of tables."""

    lake: DescribedLake
    words: Words
    refer: Callable[[str], str]
    """How a test refers to a table, by its word there: `ref('word')`."""

    def of_table(self, table: DescribedTable) -> dict[str, Any]:
        """Return the properties of a table and its columns."""
        broken = [without_templates(str(one.joins)) for one in self.lake.broken_of(table.id)]
        told = {"table": without_templates(table.id), "rows": table.rows, "broken": broken}
        return {
            "name": self.words.tables[table.id],
            "description": without_templates(f"{table.id} of the lake"),
            "config": {"meta": {"lakeindex": _without_empty(told)}},
            "columns": [self._column(table, one) for one in table.columns],
        }

    def _column(self, table: DescribedTable, column: DescribedColumn) -> dict[str, Any]:
        name = self.words.columns[table.id][column.name]
        keys = [key for key in self.lake.references_of(table.id) if key.child_columns == (column.name,)]
        told: dict[str, Any] = {"rows": column.rows, "nulls": column.nulls, "distinct": column.distinct}
        told |= {"minimum": column.minimum, "maximum": column.maximum}
        found: dict[str, Any] = {
            "name": without_templates(dbt_inner(name)),
            "quote": None if is_plain(name) else True,
            "data_type": column.sql_type,
            "config": {"meta": {"lakeindex": _without_empty(told)}},
            "data_tests": [self._test(key) for key in keys],
        }
        return _without_empty(found)

    def _test(self, key: ForeignKey) -> dict[str, Any]:
        field = self.words.columns[key.parent][key.parent_columns[0]]
        arguments = {
            "to": without_templates(self.refer(self.words.tables[key.parent])),
            "field": without_templates(dbt_field(field)),
        }
        return {
            "relationships": {
                "arguments": arguments,
                "config": {"severity": "warn", "meta": {"lakeindex": meta_of(key)}},
            }
        }


def meta_of(key: ForeignKey) -> dict[str, Any]:
    """Return what is known of a relationship, as dbt keeps it beside the test."""
    pairs = list(zip(key.child_columns, key.parent_columns, strict=True))
    return {
        "id": relationship_id(key.child, key.parent, pairs),
        "probability": round(key.probability, 4),
        "method": key.method,
        "cardinality": key.cardinality,
        "orphans": None if key.orphans is None else round(key.orphans, 4),
        "evidence": without_templates(key.evidence),
        "child": [without_templates(one) for one in (key.child, *key.child_columns)],
        "parent": [without_templates(one) for one in (key.parent, *key.parent_columns)],
    }


def composite_keys(lake: DescribedLake) -> Iterator[ForeignKey]:
    """Yield the references of several columns."""
    return (key for key in lake.references if len(key.child_columns) > 1)


def _without_empty(told: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in told.items() if value is not None and value != []}
