"""Compare the files that a generation knows with those that a folder has."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from lakeindex.catalog.catalog import Catalog
from lakeindex.catalog.path_guard import lake_path
from lakeindex.config.index_settings import limits_built_with
from lakeindex.config.settings import Settings
from lakeindex.profile.walk import walk
from lakeindex.store.manifest import Manifest
from lakeindex.types.lake import LakeFile

_MEMORY = "500MB"


def is_lake_of(manifest: Manifest, catalog_file: Path, lake: Path, settings: Settings) -> bool:
    """Return whether a folder has any of the files that a generation's catalog names, or the catalog names none.

    Raises IndexDamaged where the catalog can't be opened, StaleArtifact where it has hashes for names, under another
    key than that of the settings.
    """
    with closing(Catalog.open(catalog_file, _MEMORY)) as catalog:
        found = catalog.fetch("SELECT path FROM files UNION SELECT path FROM parts")
        paths = {str(path) for path in found["path"].to_pylist()}
    hasher = limits_built_with(manifest.settings, settings).name_hasher if paths else None
    if hasher is None:
        return not paths or any(lake_path(lake, path).is_file() for path in sorted(paths))
    return any(hasher.file(file.name) in paths for file in walk(lake, catalog_file) if isinstance(file, LakeFile))
