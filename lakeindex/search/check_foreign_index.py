"""Check an index that was built elsewhere, in a process of its own (`python -m`), before it is trusted."""

from __future__ import annotations

import math
import resource
import sys
from pathlib import Path

import numpy as np

from lakeindex.catalog.catalog import Catalog
from lakeindex.catalog.database import connect, scan_sql
from lakeindex.catalog.directory import Directory
from lakeindex.catalog.table_check import require_expected_tables
from lakeindex.config.index_settings import content_settings
from lakeindex.config.settings import Settings
from lakeindex.encode.linear_head import LinearHead
from lakeindex.errors import IndexDamaged, LakeIndexError
from lakeindex.rerank.anchor_store import check_anchors, open_anchors
from lakeindex.search.searcher import Searcher
from lakeindex.store.generations import Generation, open_generation
from lakeindex.store.layout import (
    ANCHORS,
    CATALOG,
    COPIES,
    CROSS_ENCODER_ROLE,
    ENCODER_ROLE,
    HEAD,
    ROWS,
    TERMS,
    VECTORS,
    is_artifact,
)
from lakeindex.store.manifest import Manifest
from lakeindex.types.column_tokens import check_tokens
from lakeindex.types.lake import Scan
from lakeindex.types.reports import FileStatus

_MEMORY = 4 << 30
_MEMORY_A_BYTE = 4
_PROCESSOR_SECONDS = 300
_PROCESSOR_SECONDS_A_GIGABYTE = 600
_QUERIES = 50
"""How many columns are queried."""
_MEMORY_OF_DUCKDB = "1GB"


def check_all(generation: Generation) -> None:
    """Read every artifact of a generation and answer some queries. Raises IndexDamaged where something is wrong."""
    _check_manifest(generation.manifest)
    progress = _Progress(generation.manifest)
    searcher = Searcher.open(generation, "cpu")
    keys = np.arange(len(searcher.directory))
    if not len(searcher.vectors) == len(keys) == generation.manifest.columns:
        raise IndexDamaged("vectors, names and manifest have different numbers of columns")
    searcher.directory.check()
    searcher.vectors.check()
    progress.add(VECTORS)
    if (generation.folder / ANCHORS).exists():
        check_anchors(open_anchors(generation.folder / ANCHORS), len(keys))
    check_tokens(searcher.tokens, len(keys))
    if (generation.folder / HEAD).exists():
        LinearHead.open(generation.folder / HEAD)
    for family, terms in searcher.terms.items():
        terms.check(len(keys))
        progress.add(f"{TERMS}/{family}/")
    _check_tables(generation, searcher.directory)
    progress.add(CATALOG)
    for key in np.unique(np.linspace(0, len(keys) - 1, min(_QUERIES, len(keys))).astype(np.int64)).tolist():
        searcher.search(searcher.column(searcher.directory.id_of(key)), 10)
        progress.add("")


class _Progress:
    """Prints a line with the bytes that are checked whenever there are more, for the process that waits."""

    def __init__(self, manifest: Manifest) -> None:
        self._artifacts = manifest.artifacts
        self._checked: set[str] = set()

    def add(self, prefix: str) -> None:
        """Add the artifacts whose names start so."""
        self._checked |= {name for name in self._artifacts if name.startswith(prefix)}
        done = sum(self._artifacts[name].bytes for name in self._checked)
        sys.stdout.write(f"{done} bytes checked\n")
        sys.stdout.flush()


def _check_manifest(manifest: Manifest) -> None:
    strange = [name for name in manifest.artifacts if not is_artifact(name)]
    if strange:
        raise IndexDamaged(f"a generation has no file {strange[0]!r}")
    roles = (ENCODER_ROLE, CROSS_ENCODER_ROLE) if manifest.settings.get("anchors") else (ENCODER_ROLE,)
    is_like = _is_like(manifest.settings, content_settings(Settings()))
    if not is_like or not _is_like(manifest.models, dict.fromkeys(roles, "")):
        raise IndexDamaged("the manifest holds settings that there aren't")
    if not Path(manifest.lake).is_absolute() or "\0" in manifest.lake:
        raise IndexDamaged(f"the manifest names no folder as the lake: {manifest.lake!r}")


def _is_like(value: object, example: object) -> bool:
    """Return whether a JSON value has the fields and types of another one."""
    if isinstance(value, dict) and isinstance(example, dict):
        return value.keys() == example.keys() and all(_is_like(value[name], example[name]) for name in example)
    return type(value) is type(example) and (not isinstance(value, float) or math.isfinite(value))


def _check_tables(generation: Generation, directory: Directory) -> None:
    """Read the catalog and what it refers to in the index."""
    folder, manifest = generation.folder, generation.manifest
    Catalog.check(folder / CATALOG, _MEMORY_OF_DUCKDB)
    catalog = Catalog.open(folder / CATALOG, _MEMORY_OF_DUCKDB)
    files, viewed = catalog.files(), catalog.viewed(Path(manifest.lake), folder / COPIES)
    names = catalog.fetch("SELECT table_id, name FROM columns ORDER BY key")
    catalog.close()
    failed = sum(one.status is FileStatus.FAILED for file in files for one in file.of_each_file())
    counts = (sum(len(file.tables) for file in files), failed)
    columns = [directory.id_of(key) for key in range(len(directory))]
    if counts != (manifest.tables, manifest.failed) or names["name"].to_pylist() != [one.name for one in columns]:
        raise IndexDamaged("the catalog tells of other tables and columns than the manifest")
    if names["table_id"].to_pylist() != [one.table for one in columns]:
        raise IndexDamaged("the catalog tells of other tables than the names and facts of columns")
    with connect(None, _MEMORY_OF_DUCKDB) as connection:
        for copy in [table.copy for table in viewed if table.copy is not None]:
            for batch in connection.sql(f"FROM {scan_sql(Scan('read_parquet'), copy, ())}").to_arrow_reader():
                batch.validate(full=True)
    if (folder / ROWS).exists():
        # Rows of Parquet files have the types that they have there.
        require_expected_tables(folder / ROWS, dict.fromkeys(str(table.id) for table in viewed), _MEMORY_OF_DUCKDB)


def check_in_sandbox(index: Path, number: int) -> None:
    """Check a whole generation, within limits of memory and time that then hold for this process.

    Raises LakeIndexError where it is damaged.
    """
    generation = open_generation(index, number)
    limit = _MEMORY + _MEMORY_A_BYTE * generation.manifest.bytes
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    least = limit if hard == resource.RLIM_INFINITY else min(limit, hard)  # a limit of the user's may be lower
    resource.setrlimit(resource.RLIMIT_AS, (least, least))
    # Of the processor's time, as a busy machine takes longer for the same work.
    seconds = _PROCESSOR_SECONDS + _PROCESSOR_SECONDS_A_GIGABYTE * generation.manifest.bytes // 10**9
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    least = seconds if hard == resource.RLIM_INFINITY else min(seconds, hard)
    resource.setrlimit(resource.RLIMIT_CPU, (least, hard))
    check_all(generation)


def main() -> None:
    """Check generation NUMBER of INDEX; the exit code is 0 where it is sound."""
    try:
        check_in_sandbox(Path(sys.argv[1]), int(sys.argv[2]))
    except LakeIndexError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
