"""What an index that nobody here built is tried out with, in a process of its own: `python -m lakeindex.trial_run`."""

from __future__ import annotations

import resource
import sys
from pathlib import Path

import numpy as np

from lakeindex.catalog.catalog import Catalog
from lakeindex.catalog.generations import Generation, open_generation
from lakeindex.errors import IndexDamaged, LakeIndexError
from lakeindex.layout import CATALOG
from lakeindex.querying import Searcher

_MEMORY = 4 << 30
_MEMORY_A_BYTE = 4
_ASKED = 50
"""Columns that are asked about."""
_BLOCK = 4096
_MEMORY_OF_DUCKDB = "1GB"


def read_all(generation: Generation) -> None:
    """Read every artifact of a generation and answer some queries, as users will."""
    catalog = Catalog.open(generation.folder / CATALOG, _MEMORY_OF_DUCKDB)
    catalog.check()
    catalog.close()
    searcher = Searcher.open(generation, "cpu")
    keys = np.arange(len(searcher.directory))
    if not len(searcher.vectors) == len(keys) == generation.manifest.columns:
        raise IndexDamaged("vectors, names and manifest tell of different numbers of columns")
    for first in range(0, len(keys), _BLOCK):
        searcher.vectors.vectors(keys[first : first + _BLOCK])
    searcher.directory.check()
    for terms in searcher.terms.values():
        terms.check(len(keys))
    for key in np.unique(np.linspace(0, len(keys) - 1, min(_ASKED, len(keys))).astype(np.int64)).tolist():
        searcher.search(searcher.column(searcher.directory.id_of(key)), 10)


def main() -> None:
    """Try out generation NUMBER of INDEX; the exit code tells."""
    index, number = Path(sys.argv[1]), int(sys.argv[2])
    generation = open_generation(index, number)
    limit = _MEMORY + _MEMORY_A_BYTE * generation.manifest.bytes
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    try:
        read_all(generation)
    except LakeIndexError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
