"""What DataHub says of joins: relationships of others, ours that people tagged, edited or removed, foreign keys."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from lakeindex.export.catalog_server import CatalogServer
from lakeindex.export.datahub.proposals import HASH, Aspect, content_hash, signature
from lakeindex.export.datahub.urns import dataset_urn
from lakeindex.export.naming import Naming
from lakeindex.export.pull.found import Said
from lakeindex.types.lake import ColumnId, TableId

CONFIRMED, REJECTED = "urn:li:tag:confirmed", "urn:li:tag:rejected"
_PROPERTIES = "erModelRelationshipProperties"
_PAGE = 100
_FIELD = re.compile(r"urn:li:schemaField:\((urn:li:dataset:\(.*\)),(.*)\)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class DataHubPull:
    """Reads a server of DataHub."""

    server: CatalogServer
    tables: Mapping[str, TableId]
    """By URN."""

    @classmethod
    def of(cls, server: CatalogServer, naming: Naming, tables: list[TableId]) -> DataHubPull:
        """Read what is said of some tables."""
        return cls(server, {dataset_urn(naming, table): table for table in tables})

    def said(self) -> Iterator[Said]:
        """Yield what is said of references between the lake's tables. Raises CatalogFailed."""
        for urn in self._relationships():
            aspects = self._aspects(urn, (_PROPERTIES, "status", "globalTags"))
            if (found := self._of_relationship(urn, aspects)) is not None:
                yield found
        for urn in self.tables:
            schema = self._aspects(urn, ("schemaMetadata",)).get("schemaMetadata", {})
            for key in schema.get("foreignKeys") or []:
                yield from self._of_foreign_key(urn, key)

    def _relationships(self) -> Iterator[str]:
        start = 0
        while True:
            asked = {"entity": "erModelRelationship", "start": start, "count": _PAGE}
            answer = self.server.post("/entities?action=listUrns", asked) or {}
            urns = (answer.get("value") or {}).get("entities") or []
            yield from urns
            start += len(urns)
            if len(urns) < _PAGE:
                return

    def _aspects(self, urn: str, names: tuple[str, ...]) -> dict[str, Aspect]:
        found = self.server.get(f"/entitiesV2/{quote(urn, safe='')}?aspects=List({','.join(names)})") or {}
        return {name: one.get("value") or {} for name, one in (found.get("aspects") or {}).items()}

    def _of_relationship(self, urn: str, aspects: Mapping[str, Aspect]) -> Said | None:
        """Return what a relationship says; None for one of ours that nobody touched, and for other tables."""
        there = aspects.get(_PROPERTIES, {})
        ends = self.tables.get(there.get("source", "")), self.tables.get(there.get("destination", ""))
        if ends[0] is None or ends[1] is None:
            return None
        joins, how = _judged(aspects)
        if not how:
            return None
        pairs = there.get("relationshipFieldMappings") or []
        child = tuple(ColumnId(ends[0], str(one["sourceField"])) for one in pairs)
        parent = tuple(ColumnId(ends[1], str(one["destinationField"])) for one in pairs)
        return Said(child, parent, joins, f"{how} in DataHub: {urn}")

    def _of_foreign_key(self, urn: str, key: Mapping[str, Any]) -> Iterator[Said]:
        child = tuple(self._column(one) for one in key.get("sourceFields") or [])
        parent = tuple(self._column(one) for one in key.get("foreignFields") or [])
        ends = tuple(filter(None, child)), tuple(filter(None, parent))
        if child and len(ends[0]) == len(child) == len(ends[1]) == len(parent):
            yield Said(*ends, True, f"declared in DataHub: {key.get('name') or urn}")

    def _column(self, urn: str) -> ColumnId | None:
        found = _FIELD.fullmatch(urn)
        table = None if found is None else self.tables.get(found[1])
        return None if found is None or table is None else ColumnId(table, found[2])


def _judged(aspects: Mapping[str, Aspect]) -> tuple[bool, str]:
    """Return whether a relationship joins, and how that became known; nothing where it is ours alone."""
    there = aspects[_PROPERTIES]
    tags = {one.get("tag") for one in aspects.get("globalTags", {}).get("tags") or []}
    is_removed = bool(aspects.get("status", {}).get("removed"))
    is_ours = HASH in (there.get("customProperties") or {})
    if REJECTED in tags:
        return False, "rejected"
    if is_removed:
        return False, "removed" if is_ours else ""
    if CONFIRMED in tags:
        return True, "confirmed"
    if not is_ours:
        return True, "declared"
    is_edited = signature(_PROPERTIES, there) != content_hash(_PROPERTIES, there)
    return True, "edited" if is_edited else ""
