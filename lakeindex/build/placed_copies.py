"""Place what is kept of tables' rows in a generation: Parquet copies, and scans of pieces.

They are links to what was just read into the staging, or to what the generation before has. The staging keeps its files
until the generation is published: a build that is killed before needs them again.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path

from lakeindex.build.previous_generation import PreviousGeneration
from lakeindex.catalog.catalog import Catalog
from lakeindex.profile.pieces.piece_store import scans_name
from lakeindex.store.layout import COPIES
from lakeindex.store.publishing import link_or_copy
from lakeindex.store.staging import Staging
from lakeindex.types.reports import FileOutcome


def place_copies(
    target: Path, read: Collection[str], staging: Staging, catalog: Catalog, previous: PreviousGeneration | None
) -> None:
    """Place the copies of tables that were read, by the names of these copies, and of the others."""
    target.mkdir()
    for name in catalog.copies():
        if name in read:
            link_or_copy(staging.copies / name, target / name)
        elif previous is not None:
            link_or_copy(previous.copies / name, target / name)


def place_scans(
    target: Path,
    read: Sequence[FileOutcome],
    kept: Sequence[str],
    staging: Staging,
    previous: PreviousGeneration | None,
) -> None:
    """Place the scans of tables in many files: of those that were read, and of the files that are kept as they were.

    What is damaged of the generation before, or isn't there, is left out: the next build reads these tables again.
    """
    for name in (table.scans for outcome in read for table in outcome.tables):
        if name:
            link_or_copy(staging.copies / name, target / name)
    if previous is None:
        return
    tables = [table.id for name in kept for table in previous.files[name].tables if previous.files[name].parts]
    for name in map(scans_name, tables):
        if f"{COPIES}/{name}" not in previous.damaged and (previous.copies / name).exists():
            link_or_copy(previous.copies / name, target / name)
