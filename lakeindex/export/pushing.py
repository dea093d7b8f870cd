"""Send a lake to a server, of whichever kind."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from lakeindex.export.catalog_server import CatalogServer
from lakeindex.export.outcome import Outcome
from lakeindex.export.targets import Target

if TYPE_CHECKING:
    from lakeindex.export.targets import Export


def push(export: Export, url: str, is_dry: bool, creates: bool) -> Iterator[Outcome]:
    """Yield what becomes of each thing. Raises CatalogFailed."""
    lake, naming = export.lake, export.naming
    if export.target is Target.DATAHUB:
        from lakeindex.export.datahub.push import HEADERS, DataHubPush

        with CatalogServer.from_environment(url, **HEADERS) as server:
            yield from DataHubPush(server, is_dry).push(lake, naming)
        return
    with CatalogServer.from_environment(url) as server:
        if export.target is Target.OPENMETADATA:
            from lakeindex.export.openmetadata.push import OpenMetadataPush

            yield from OpenMetadataPush(server, lake, naming, is_dry, creates).push()
        else:
            from lakeindex.export.openlineage.push import OpenLineagePush

            index = Path(export.opened.settings.index)
            yield from OpenLineagePush(server, index, is_dry).push(lake, naming)
