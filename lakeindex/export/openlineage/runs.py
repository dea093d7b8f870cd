"""The runs of lakeindex itself as events of OpenLineage: what was read, what was written, and how it ended.

https://openlineage.io/spec/2-0-2/OpenLineage.json, RunEvent: a START, and a COMPLETE or FAIL.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from lakeindex.errors import LakeIndexError
from lakeindex.export.catalog_server import CatalogServer
from lakeindex.export.openlineage.datasets import PRODUCER
from lakeindex.export.openlineage.push import LINEAGE

RUN_EVENT = "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent"
NAMESPACE = "lakeindex"
"""Of jobs, and of tables unless `lakeindex export openlineage --service` names another."""
FILES = "file"

Dataset = tuple[str, str]
"""A namespace and a name."""


@dataclass(frozen=True, slots=True)
class Run:
    """A run of a command."""

    job: str
    place: str
    """The file to which events are appended, or the address that they are sent to."""
    id: str = field(default_factory=lambda: str(uuid.uuid4()))

    def start(self) -> None:
        """Say that it started. Raises LakeIndexError where that can't be written or sent."""
        self._send(self.event("START", [], []))

    def end(self, is_complete: bool, inputs: Sequence[Dataset], outputs: Sequence[Dataset]) -> None:
        """Say how it ended. Raises LakeIndexError where that can't be written or sent."""
        self._send(self.event("COMPLETE" if is_complete else "FAIL", inputs, outputs))

    def event(self, kind: str, inputs: Sequence[Dataset], outputs: Sequence[Dataset]) -> dict[str, Any]:
        """Return an event of this moment."""
        return {
            "eventType": kind,
            "eventTime": datetime.now(UTC).isoformat().replace("+00:00", "Z"),
            "producer": PRODUCER,
            "schemaURL": RUN_EVENT,
            "run": {"runId": self.id},
            "job": {"namespace": NAMESPACE, "name": self.job},
            "inputs": [{"namespace": namespace, "name": name} for namespace, name in inputs],
            "outputs": [{"namespace": namespace, "name": name} for namespace, name in outputs],
        }

    def _send(self, event: dict[str, Any]) -> None:
        if self.place.startswith(("http://", "https://")):
            with CatalogServer.from_environment(self.place) as server:
                server.post(LINEAGE, event)
            return
        try:
            with Path(self.place).open("a", encoding="utf-8") as file:
                file.write(json.dumps(event, ensure_ascii=True) + "\n")
        except OSError as error:
            raise LakeIndexError(f"{self.place} can't be written: {error.strerror or error}") from error
