"""What is sent to DataHub: proposals of aspects, in the JSON of its files and of its server.

Each aspect of ours carries a hash of what we wrote: whether somebody changed it since can be seen from it alone.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from lakeindex.drift.broken_joins import BrokenJoin
from lakeindex.export.datahub.urns import ACTOR, dataset_urn, platform_urn, relationship_urn
from lakeindex.export.described_lake import DescribedColumn, DescribedLake, DescribedTable
from lakeindex.export.naming import Naming
from lakeindex.lake_map.formats.schema_graph import ForeignKey
from lakeindex.types.columns import Kind
from lakeindex.types.lake import ColumnId

Aspect = dict[str, Any]
HASH = "lakeindex.hash"
RELATIONSHIP = "erModelRelationshipProperties"
_OURS = "lakeindex."
_SCHEMA = "lakeindex"
_CARDINALITIES = {"1:1": "ONE_ONE", "1:n": "ONE_N", "n:1": "N_ONE", "n:m": "N_N"}
_TYPES = {
    Kind.BOOLEAN: "BooleanType",
    Kind.INTEGER: "NumberType",
    Kind.DECIMAL: "NumberType",
    Kind.DATE: "DateType",
    Kind.EMPTY: "NullType",
}


@dataclass(frozen=True, slots=True)
class Proposal:
    """An aspect of an entity, as it should be there."""

    entity: str
    """The type of the entity."""
    urn: str
    name: str
    """Of the aspect."""
    aspect: Aspect
    title: str
    """What it is about, for people."""

    @property
    def is_timeseries(self) -> bool:
        """Whether each moment has its own."""
        return self.name == "datasetProfile"

    def in_file(self) -> dict[str, Any]:
        """Return it as `datahub ingest` reads it from a file."""
        return self._proposal({"json": self.aspect})

    def in_request(self) -> dict[str, Any]:
        """Return it as DataHub's server takes it."""
        value = json.dumps(self.aspect, ensure_ascii=True, sort_keys=True)
        return self._proposal({"value": value, "contentType": "application/json"})

    def _proposal(self, aspect: dict[str, Any]) -> dict[str, Any]:
        return {
            "entityType": self.entity,
            "entityUrn": self.urn,
            "changeType": "UPSERT",
            "aspectName": self.name,
            "aspect": aspect,
        }


def proposals(lake: DescribedLake, naming: Naming) -> Iterator[Proposal]:
    """Yield what DataHub is to know of a lake: of each table properties, schema and profile; each relationship."""
    for table in lake.tables:
        urn = dataset_urn(naming, table.id)
        for name, aspect in (
            ("datasetProperties", _properties(lake, naming, table)),
            ("schemaMetadata", _schema(naming, table)),
            ("datasetProfile", _profile(lake, table)),
        ):
            yield signed(Proposal("dataset", urn, name, aspect, str(table.id)))
    for key in lake.references:
        yield signed(relationship(lake, naming, key))


def relationship(lake: DescribedLake, naming: Naming, key: ForeignKey) -> Proposal:
    """Return the properties of a relationship, among them ours: how sure it is, and why."""
    pairs = zip(key.child_columns, key.parent_columns, strict=True)
    title = ", ".join(f"{ColumnId(key.child, left)} → {ColumnId(key.parent, right)}" for left, right in pairs)
    stamp = {"time": lake.published_millis, "actor": ACTOR}
    aspect = {
        "name": title,
        "source": dataset_urn(naming, key.child),
        "destination": dataset_urn(naming, key.parent),
        "relationshipFieldMappings": [
            {"sourceField": left, "destinationField": right}
            for left, right in zip(key.child_columns, key.parent_columns, strict=True)
        ],
        "cardinality": _CARDINALITIES[key.cardinality],
        "created": stamp,
        "lastModified": stamp,
        "customProperties": _told(lake, naming, key),
    }
    return Proposal("erModelRelationship", relationship_urn(naming, key), RELATIONSHIP, aspect, title)


def _told(lake: DescribedLake, naming: Naming, key: ForeignKey) -> dict[str, str]:
    ends = {(key.child, one) for one in key.child_columns} | {(key.parent, one) for one in key.parent_columns}
    broken = [one for one in lake.broken if {tuple_of(one.column), tuple_of(one.joins)} <= ends]
    told = {
        "probability": f"{key.probability:.4f}",
        "method": key.method,
        "cardinality": key.cardinality,
        "orphans": "" if key.orphans is None else f"{key.orphans:.4f}",
        "evidence": key.evidence,
        "drift": "; ".join(map(drop_of, broken)),
        "page": naming.page,
    }
    return {f"{_OURS}{name}": text for name, text in told.items()}


def drop_of(broken: BrokenJoin) -> str:
    """Return why a join broke, and by how much, in a few words."""
    return f"{broken.reason}: {broken.containment_before:.0%} to {broken.containment_now:.0%}"


def tuple_of(column: ColumnId) -> tuple[str, str]:
    """Return a column as a plain pair."""
    return column.table, column.name


def _properties(lake: DescribedLake, naming: Naming, table: DescribedTable) -> Aspect:
    told = {"lake": lake.name, "file": table.file, "connector": table.connector, "page": naming.page}
    return {
        "name": str(table.id),
        "qualifiedName": naming.name(table.id),
        "customProperties": {f"{_OURS}{name}": text for name, text in told.items()},
        "tags": [],
    }


def _schema(naming: Naming, table: DescribedTable) -> Aspect:
    return {
        "schemaName": _SCHEMA,
        "platform": platform_urn(naming),
        "version": 0,
        "hash": "",
        "platformSchema": {"com.linkedin.schema.OtherSchema": {"rawSchema": ""}},
        "fields": [_field(column) for column in table.columns],
    }


def _field(column: DescribedColumn) -> Aspect:
    kind = _TYPES.get(column.kind, "StringType")
    return {
        "fieldPath": column.name,
        "type": {"type": {f"com.linkedin.schema.{kind}": {}}},
        "nativeDataType": column.sql_type,
        "nullable": column.nulls > 0,
        "recursive": False,
    }


def _profile(lake: DescribedLake, table: DescribedTable) -> Aspect:
    return {
        "timestampMillis": lake.published_millis,
        "partitionSpec": {"type": "FULL_TABLE", "partition": "FULL_TABLE_SNAPSHOT"},
        "rowCount": table.rows,
        "columnCount": len(table.columns),
        "fieldProfiles": [_field_profile(column) for column in table.columns],
    }


def _field_profile(column: DescribedColumn) -> Aspect:
    filled = column.rows - column.nulls
    told = {
        "fieldPath": column.name,
        "uniqueCount": column.distinct,
        "uniqueProportion": column.distinct / filled if filled else None,
        "nullCount": column.nulls,
        "nullProportion": column.nulls / column.rows if column.rows else None,
        "min": column.minimum,
        "max": column.maximum,
    }
    return {name: value for name, value in told.items() if value is not None}


def signed(proposal: Proposal) -> Proposal:
    """Put the hash of what is ours into an aspect."""
    told = content_hash(proposal.name, proposal.aspect)
    if proposal.name == "schemaMetadata":
        return replace(proposal, aspect=proposal.aspect | {"hash": told})
    if "customProperties" in proposal.aspect:
        properties = proposal.aspect["customProperties"] | {HASH: told}
        return replace(proposal, aspect=proposal.aspect | {"customProperties": properties})
    return proposal


def signature(name: str, there: Mapping[str, Any]) -> str:
    """Return the hash that an aspect carries; nothing where it isn't ours."""
    if name == "schemaMetadata":
        return str(there.get("hash", "")) if there.get("schemaName") == _SCHEMA else ""
    return str((there.get("customProperties") or {}).get(HASH, ""))


def content_hash(name: str, aspect: Mapping[str, Any]) -> str:
    """Hash what of an aspect is ours: not when it was made, not what others or the server added."""
    content = json.dumps(_content(name, aspect), sort_keys=True, ensure_ascii=True)
    return hashlib.sha256(content.encode("ascii")).hexdigest()[:32]


def _content(name: str, aspect: Mapping[str, Any]) -> Any:
    if name == "schemaMetadata":
        return [[one.get(part) for part in ("fieldPath", "type", "nativeDataType")] + [bool(one.get("nullable"))]
                for one in aspect.get("fields", [])]  # fmt: skip
    if name == "datasetProfile":
        return _numbers(aspect)
    told = aspect.get("customProperties") or {}
    own = {one: text for one, text in told.items() if one.startswith(_OURS) and one != HASH}
    if name == "datasetProperties":
        return [aspect.get("name"), aspect.get("qualifiedName"), aspect.get("description"), own]
    mappings = [[one.get("sourceField"), one.get("destinationField")]
                for one in aspect.get("relationshipFieldMappings", [])]  # fmt: skip
    return [[aspect.get(part) for part in ("name", "source", "destination", "cardinality")], mappings, own]


def _numbers(aspect: Mapping[str, Any]) -> Any:
    fields = [{name: one.get(name) for name in ("fieldPath", "uniqueCount", "nullCount", "min", "max")}
              for one in aspect.get("fieldProfiles") or []]  # fmt: skip
    return [aspect.get("rowCount"), aspect.get("columnCount"), fields]
