"""Bring back what a catalog says of joins, from whichever."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from lakeindex.export.catalog_server import CatalogServer
from lakeindex.export.naming import Naming
from lakeindex.export.outcome import Outcome
from lakeindex.export.pull.found import take_over
from lakeindex.types.lake import TableId

if TYPE_CHECKING:
    from lakeindex.lake import Lake


class Source(StrEnum):
    """Where verdicts can come from."""

    OPENMETADATA = "openmetadata"
    DATAHUB = "datahub"
    DBT = "dbt"


def pull(lake: Lake, source: Source, place: str, naming: Naming, is_dry: bool = False) -> list[Outcome]:
    """Keep declared and confirmed joins of a catalog as verdicts; `place` is its address, or dbt's project.

    Raises CatalogFailed, NotFound, InvalidSetting, LockHeld; Refused where the index keeps no names.
    """
    lake.opened.require_names()
    tables = lake.opened.table_ids
    if source is Source.DBT:
        from lakeindex.export.pull.from_dbt import DbtPull
        from lakeindex.export.table_words import Words

        words = Words.of_names({table: _columns(lake, table) for table in tables}, naming.names)
        return take_over(lake, DbtPull.of(Path(place), words).said(), is_dry)
    if source is Source.DATAHUB:
        from lakeindex.export.datahub.push import HEADERS
        from lakeindex.export.pull.from_datahub import DataHubPull

        with CatalogServer.from_environment(place, **HEADERS) as server:
            return take_over(lake, DataHubPull.of(server, naming, tables).said(), is_dry)
    from lakeindex.export.pull.from_openmetadata import OpenMetadataPull

    with CatalogServer.from_environment(place) as server:
        return take_over(lake, OpenMetadataPull(server, naming, tables).said(), is_dry)


def _columns(lake: Lake, table: TableId) -> list[str]:
    directory = lake.opened.searcher.directory
    keys = directory.keys_of_table(table).tolist() if directory.has_table(table) else []
    return [directory.id_of(key).name for key in keys]
