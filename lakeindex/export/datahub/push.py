"""Send to DataHub what it does not know yet: read, compare, send the difference.

What a person wrote is in aspects of its own there, which are never sent. An aspect that somebody else wrote, or changed
since we did, stays as it is, and a relationship that was removed there is not put back.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import quote

from lakeindex.export.catalog_server import CatalogServer
from lakeindex.export.datahub.broken import lost_relationships
from lakeindex.export.datahub.proposals import RELATIONSHIP, Aspect, Proposal, content_hash, proposals, signature
from lakeindex.export.described_lake import DescribedLake
from lakeindex.export.naming import Naming
from lakeindex.export.outcome import Outcome, Result

HEADERS = {"X-RestLi-Protocol-Version": "2.0.0"}
_WHATS = {
    "datasetProperties": "table",
    "schemaMetadata": "schema",
    "datasetProfile": "profile",
    RELATIONSHIP: "relationship",
}


@dataclass(frozen=True, slots=True)
class DataHubPush:
    """Sends a lake to a server of DataHub."""

    server: CatalogServer
    is_dry: bool = False

    def push(self, lake: DescribedLake, naming: Naming) -> Iterator[Outcome]:
        """Send what differs; with `is_dry` only say what would. Raises CatalogFailed."""
        known: tuple[str, dict[str, Aspect]] = ("", {})
        for one in proposals(lake, naming):
            if one.urn != known[0]:
                known = one.urn, self.aspects(one.urn)
            there = self._latest_profile(one) if one.is_timeseries else known[1].get(one.name)
            yield self._settle(one, there, _is_removed(known[1]))
        for lost in lost_relationships(lake, naming):
            aspects = self.aspects(lost.urn)
            if (there := aspects.get(RELATIONSHIP)) is not None:
                yield self._settle(lost.proposal(there), there, _is_removed(aspects))

    def aspects(self, urn: str) -> dict[str, Aspect]:
        """Return what is known there of an entity, by the names of aspects."""
        wanted = ",".join((*_WHATS, "status"))
        found = self.server.get(f"/entitiesV2/{quote(urn, safe='')}?aspects=List({wanted})") or {}
        return {name: one.get("value", {}) for name, one in (found.get("aspects") or {}).items()}

    def _settle(self, proposal: Proposal, there: Aspect | None, is_removed: bool) -> Outcome:
        what, title = _WHATS[proposal.name], proposal.title
        if is_removed:
            return Outcome(what, title, Result.KEPT, "somebody removed it there")
        if there is None:
            self._send(proposal)
            return Outcome(what, title, Result.CREATED, proposal.urn)
        now, before = content_hash(proposal.name, proposal.aspect), content_hash(proposal.name, there)
        if now == before:
            return Outcome(what, title, Result.UNCHANGED, proposal.urn)
        if not proposal.is_timeseries and signature(proposal.name, there) != before:
            return Outcome(what, title, Result.KEPT, "somebody else wrote it, or changed it since")
        self._send(replace(proposal, aspect=_merged(there, proposal.aspect)))
        return Outcome(what, title, Result.CHANGED, proposal.urn)

    def _latest_profile(self, proposal: Proposal) -> Aspect | None:
        asked = {"urn": proposal.urn, "entity": proposal.entity, "aspect": proposal.name, "limit": 1}
        found = self.server.post("/aspects?action=getTimeseriesAspectValues", asked) or {}
        values = (found.get("value") or {}).get("values") or []
        return _read(values[0]) if values else None

    def _send(self, proposal: Proposal) -> None:
        if not self.is_dry:
            body = {"proposal": proposal.in_request(), "async": "false"}
            self.server.post("/aspects?action=ingestProposal", body)


def _is_removed(aspects: dict[str, Aspect]) -> bool:
    return bool(aspects.get("status", {}).get("removed"))


def _merged(there: Aspect, ours: Aspect) -> Aspect:
    """Keep what only the other side knows: when it was made, and properties that are not ours."""
    merged = there | ours
    if "customProperties" in ours:
        merged["customProperties"] = (there.get("customProperties") or {}) | ours["customProperties"]
    if "created" in there:
        merged["created"] = there["created"]
    return merged


def _read(value: dict[str, Any]) -> Aspect:
    read: Aspect = json.loads(value["aspect"]["value"])
    return read
