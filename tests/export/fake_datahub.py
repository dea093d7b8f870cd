"""What of DataHub's server an export uses: aspects by entity, those of moments apart; unknown fields are refused."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Any

from tests.export.fake_server import Answer

_FIELDS = {
    "erModelRelationshipProperties": {
        "customProperties", "name", "source", "destination", "relationshipFieldMappings", "created", "lastModified",
        "cardinality",
    },
    "datasetProperties": {
        "customProperties", "externalUrl", "name", "qualifiedName", "description", "uri", "created", "lastModified",
        "tags",
    },
    "schemaMetadata": {
        "schemaName", "platform", "version", "created", "lastModified", "deleted", "dataset", "cluster", "hash",
        "platformSchema", "fields", "primaryKeys", "foreignKeysSpecs", "foreignKeys",
    },
    "datasetProfile": {
        "timestampMillis", "eventGranularity", "partitionSpec", "messageId", "rowCount", "columnCount", "fieldProfiles",
        "sizeInBytes",
    },
}  # fmt: skip
"""Of the aspects' schemas (.avsc)."""


@dataclass
class FakeDataHub:
    """A server of DataHub in memory."""

    aspects: dict[str, dict[str, Any]] = field(default_factory=dict)
    """By URN and name."""
    profiles: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    sent: list[tuple[str, str]] = field(default_factory=list)
    """URN and aspect of each proposal."""

    def answer(self, method: str, path: str, body: Any, headers: dict[str, str]) -> Answer:
        if method == "GET" and (asked := re.fullmatch(r"/entitiesV2/(urn:li:.*)\?aspects=List\((.*)\)", path)):
            known = self.aspects.get(asked[1], {})
            told = {name: {"name": name, "value": known[name]} for name in asked[2].split(",") if name in known}
            return 200, {"urn": asked[1], "aspects": told}
        if headers.get("x-restli-protocol-version") != "2.0.0":
            return 400, {"message": "no protocol version"}
        if path == "/aspects?action=getTimeseriesAspectValues":
            values = [{"aspect": {"value": json.dumps(one)}} for one in self.profiles.get(body["urn"], [])[-1:]]
            return 200, {"value": {"values": values}}
        if path == "/aspects?action=ingestProposal":
            return self._ingest(body["proposal"])
        if path == "/entities?action=listUrns":
            urns = sorted(one for one in self.aspects if one.startswith(f"urn:li:{body['entity']}:"))
            return 200, {"value": {"entities": urns[body["start"] : body["start"] + body["count"]], "total": len(urns)}}
        return 404, {"message": f"no {method} {path}"}

    def _ingest(self, proposal: dict[str, Any]) -> Answer:
        name, urn = proposal["aspectName"], proposal["entityUrn"]
        aspect = json.loads(proposal["aspect"]["value"])
        unknown = set(aspect) - _FIELDS.get(name, set())
        if proposal["changeType"] != "UPSERT" or unknown:
            return 422, {"message": f"{name} has no {unknown}"}
        self.sent.append((urn, name))
        if name == "datasetProfile":
            self.profiles.setdefault(urn, []).append(aspect)
        else:
            self.aspects.setdefault(urn, {})[name] = aspect
        return 200, {"value": urn}

    def relationships(self) -> dict[str, dict[str, Any]]:
        """Return the properties of all relationships, by URN."""
        name = "erModelRelationshipProperties"
        return {urn: one[name] for urn, one in self.aspects.items() if name in one}
