"""Send events to a receiver of OpenLineage, which can't be asked what it knows: what was sent is remembered here."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from lakeindex.export.catalog_server import CatalogServer
from lakeindex.export.described_lake import DescribedLake
from lakeindex.export.naming import Naming
from lakeindex.export.openlineage.datasets import Event, dataset_events
from lakeindex.export.outcome import Outcome, Result

LINEAGE = "/api/v1/lineage"
SENT = "openlineage.json"
"""In the index's folder: by the server's address and dataset, the hash of what was sent."""


@dataclass(frozen=True, slots=True)
class OpenLineagePush:
    """Sends a lake to a receiver of events."""

    server: CatalogServer
    index: Path
    is_dry: bool = False

    def push(self, lake: DescribedLake, naming: Naming) -> Iterator[Outcome]:
        """Send the events that differ from those sent before; with `is_dry` only say which. Raises CatalogFailed."""
        before = self._read()
        sent = before.get(self.server.url, {})
        try:
            for event in dataset_events(lake, naming):
                name, told = f"{naming.service}:{event['dataset']['name']}", _hash(event)
                result = Result.UNCHANGED if sent.get(name) == told else Result.CREATED
                if name in sent and result is Result.CREATED:
                    result = Result.CHANGED
                if result is not Result.UNCHANGED and not self.is_dry:
                    self.server.post(LINEAGE, event)
                    sent[name] = told
                yield Outcome("event", name, result)
        finally:
            if not self.is_dry:
                self._write(before | {self.server.url: sent})

    def _read(self) -> dict[str, dict[str, str]]:
        """Return what was sent; nothing where that isn't known, as then all is sent again, which does no harm."""
        try:
            read = json.loads((self.index / SENT).read_text("utf-8"))
        except (OSError, ValueError):
            return {}
        return read if isinstance(read, dict) else {}

    def _write(self, sent: dict[str, dict[str, str]]) -> None:
        unfinished = self.index / f"{SENT}.new"
        unfinished.write_text(json.dumps(sent, indent=1, sort_keys=True), "utf-8")
        unfinished.replace(self.index / SENT)


def _hash(event: Event) -> str:
    """Hash an event, whenever it was."""
    told = {name: value for name, value in event.items() if name != "eventTime"}
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()[:32]
