"""Make a lost manifest anew: its checksum, in CURRENT, tells whether what is supposed of lake and settings is so."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from itertools import islice
from pathlib import Path

from lakeindex.build.logical_hash import logical_hash
from lakeindex.catalog.catalog import Catalog
from lakeindex.catalog.directory import Directory
from lakeindex.errors import IndexUnusable
from lakeindex.store.checksums import checksum, files_of
from lakeindex.store.current_pointer import Pointer
from lakeindex.store.generations import folder_of
from lakeindex.store.layout import CATALOG
from lakeindex.store.manifest import Artifact, Manifest
from lakeindex.store.trust_cache import read_trust

_MOST_FOLDERS = 1000


def remade_manifest(index: Path, pointer: Pointer, planned: Manifest, memory: str) -> Manifest | None:
    """Return the manifest of the generation that CURRENT names; None where it can't be made again.

    It is tried whether the generation was built with the models and settings of `planned`, of a lake that is a folder
    near the index or the current folder; all of its files have to be there as they were. Of a generation that was built
    elsewhere nothing is read.
    """
    folder = folder_of(index, pointer.number)
    if pointer.checksum not in read_trust(folder).sandbox_checked:
        return None
    artifacts = {
        name: Artifact((folder / name).stat().st_size, checksum(folder / name))
        for name in sorted(files_of(folder))
        if (folder / name).is_file()
    }
    try:
        with closing(Catalog.open(folder / CATALOG, memory)) as catalog:
            remade = replace(
                planned,
                tables=catalog.count("tables"),
                columns=catalog.count("columns"),
                failed=catalog.count_failed(),
                logical_hash=logical_hash(catalog, Directory.open(folder), planned),
                artifacts=artifacts,
            )
    except IndexUnusable:
        return None
    made = (replace(remade, lake=str(lake)) for lake in islice(_folders_near(index), _MOST_FOLDERS))
    return next((manifest for manifest in made if manifest.checksum == pointer.checksum), None)


def _folders_near(index: Path) -> Iterator[Path]:
    """Yield the folders that a lake is likely to be: above the index and the current folder, and beside them."""
    for place in (index.resolve(), Path.cwd() / "any"):
        yield from place.parents
        for parent in list(place.parents)[:2]:
            try:
                yield from (path.resolve() for path in sorted(parent.iterdir()) if path.is_dir())
            except OSError:
                continue
