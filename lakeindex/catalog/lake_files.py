"""Compare the files that a generation knows with those that a folder has."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from lakeindex.catalog.catalog import Catalog
from lakeindex.catalog.path_guard import lake_path

_MEMORY = "500MB"


def is_lake_of(catalog_file: Path, lake: Path) -> bool:
    """Return whether a folder has any of the files that a catalog names, or the catalog names none.

    Raises IndexDamaged where the catalog can't be opened.
    """
    with closing(Catalog.open(catalog_file, _MEMORY)) as catalog:
        paths = catalog.fetch("SELECT path FROM files ORDER BY path")["path"].to_pylist()
    return not paths or any(lake_path(lake, str(path)).is_file() for path in paths)
