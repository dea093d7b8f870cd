"""Copy the rows of a generation's tables into it: from the lake, or from the generation before where files stay."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from lakeindex.build.previous_generation import PreviousGeneration
from lakeindex.catalog.catalog import Catalog
from lakeindex.catalog.copy_rows import copy_rows
from lakeindex.catalog.lake_views import materialise
from lakeindex.store.layout import COPIES, ROWS


@dataclass(frozen=True, slots=True)
class KeptRows:
    """The rows of the generation before of files that didn't change, or that can't be seen and so can't be read."""

    path: Path
    files: frozenset[str]

    @classmethod
    def of(cls, previous: PreviousGeneration | None, files: Collection[str]) -> KeptRows | None:
        """Return the rows of some files; None where the generation before has none, or they are damaged."""
        if previous is None or ROWS in previous.damaged or ROWS not in previous.generation.manifest.artifacts:
            return None
        return cls(previous.generation.folder / ROWS, frozenset(files))


def materialise_rows(catalog: Catalog, lake: Path, folder: Path, kept: KeptRows | None, memory: str) -> None:
    """Write the rows of all tables into a generation's folder, which has the copies of tables already."""
    files = frozenset() if kept is None else kept.files
    held = {table for file in files for table in catalog.tables_of(file)}
    tables = catalog.table_names()
    if kept is not None:
        copy_rows(kept.path, [table for table in tables if table in held], folder / ROWS, memory)
    to_read = [table for table in tables if table not in held]
    materialise(catalog.viewed(lake, folder / COPIES, to_read), folder / ROWS, memory)
