"""Tables as events of OpenLineage: their columns, and in facets of ours their profiles, joins and drift.

https://openlineage.io/spec/2-0-2/OpenLineage.json, DatasetEvent; https://openlineage.io/docs/spec/facets/custom-facets
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lakeindex.drift.broken_joins import broken_row
from lakeindex.export.described_lake import DescribedColumn, DescribedLake, DescribedTable
from lakeindex.export.naming import Naming, relationship_id
from lakeindex.lake_map.formats.schema_graph import ForeignKey

PRODUCER = "urn:lakeindex:export"
_SPEC = "https://openlineage.io/spec"
DATASET_EVENT = f"{_SPEC}/2-0-2/OpenLineage.json#/$defs/DatasetEvent"
_SCHEMA_FACET = f"{_SPEC}/facets/1-1-1/SchemaDatasetFacet.json#/$defs/SchemaDatasetFacet"
_JOINS_FACET = "urn:lakeindex:facet:joins:1"
_PROFILE_FACET = "urn:lakeindex:facet:profile:1"

Event = dict[str, Any]


def dataset_events(lake: DescribedLake, naming: Naming) -> Iterator[Event]:
    """Yield an event a table; the same lake gives the same events."""
    for table in lake.tables:
        yield {
            "eventTime": lake.published_at.isoformat().replace("+00:00", "Z"),
            "producer": PRODUCER,
            "schemaURL": DATASET_EVENT,
            "dataset": dataset_of(lake, naming, table),
        }


def dataset_of(lake: DescribedLake, naming: Naming, table: DescribedTable) -> dict[str, Any]:
    """Return a table as a dataset with its facets."""
    facets = {
        "schema": schema_facet(table),
        "lakeindex_profile": _facet(
            _PROFILE_FACET, rowCount=table.rows, columns=[_profile(column) for column in table.columns]
        ),
        "lakeindex_joins": _facet(
            _JOINS_FACET,
            relationships=[
                _relationship(naming, key) for key in lake.references if table.id in (key.child, key.parent)
            ],
            broken=[broken_row(one) for one in lake.broken_of(table.id)],
            page=naming.page,
        ),
    }
    return {"namespace": naming.service, "name": naming.name(table.id), "facets": facets}


def schema_facet(table: DescribedTable) -> dict[str, Any]:
    """Return the columns of a table with their types."""
    return _facet(_SCHEMA_FACET, fields=[{"name": one.name, "type": one.sql_type} for one in table.columns])


def _facet(schema: str, **fields: Any) -> dict[str, Any]:
    return {"_producer": PRODUCER, "_schemaURL": schema, **fields}


def _profile(column: DescribedColumn) -> dict[str, Any]:
    told = {
        "name": column.name,
        "kind": str(column.kind),
        "nulls": column.nulls,
        "distinct": column.distinct,
        "isKey": column.is_key,
        "minimum": column.minimum,
        "maximum": column.maximum,
    }
    return {name: value for name, value in told.items() if value is not None}


def _relationship(naming: Naming, key: ForeignKey) -> dict[str, Any]:
    pairs = list(zip(key.child_columns, key.parent_columns, strict=True))
    child, parent = naming.name(key.child), naming.name(key.parent)
    told = {
        "id": relationship_id(child, parent, pairs),
        "child": {"namespace": naming.service, "name": child, "fields": list(key.child_columns)},
        "parent": {"namespace": naming.service, "name": parent, "fields": list(key.parent_columns)},
        "probability": round(key.probability, 4),
        "method": key.method,
        "cardinality": key.cardinality,
        "orphans": None if key.orphans is None else round(key.orphans, 4),
        "evidence": key.evidence,
    }
    return {name: value for name, value in told.items() if value is not None}
