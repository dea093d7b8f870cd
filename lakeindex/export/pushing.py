"""Send a lake to a server, of whichever kind."""

from __future__ import annotations

from collections.abc import Iterator

from lakeindex.export.catalog_server import CatalogServer
from lakeindex.export.datahub.push import HEADERS, DataHubPush
from lakeindex.export.described_lake import DescribedLake
from lakeindex.export.naming import Naming
from lakeindex.export.outcome import Outcome
from lakeindex.export.targets import Target


def push(target: Target, url: str, lake: DescribedLake, naming: Naming, is_dry: bool) -> Iterator[Outcome]:
    """Yield what becomes of each thing. Raises CatalogFailed."""
    headers = HEADERS if target is Target.DATAHUB else {}
    with CatalogServer.from_environment(url, **headers) as server:
        yield from DataHubPush(server, is_dry).push(lake, naming)
