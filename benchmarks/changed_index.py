"""Change one thing in an index that was built, so that the changed one is opened and queried as any other."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np

from lakeindex.arrays.aliases import Vectors
from lakeindex.config.settings import Settings
from lakeindex.index.inverted_index import InvertedIndex
from lakeindex.index.term_rows import TermRows
from lakeindex.index.vector_index import VectorIndex
from lakeindex.lake import Lake
from lakeindex.store.generations import open_current
from lakeindex.store.layout import COLUMN_TOKENS, TERMS, VECTORS
from lakeindex.store.manifest import MANIFEST
from lakeindex.store.publishing import publish, writing
from lakeindex.types.column_tokens import END, NAME, TITLE, ColumnTokens, open_tokens, save_tokens
from lakeindex.types.columns import Family

NAME_FAMILIES = (Family.NAMES, Family.CONTEXT, Family.REFERENCES)
"""The terms that are made of the names of columns and tables."""


def with_vectors(index: Path, vectors: Vectors, settings: Settings) -> Lake:
    """Publish other vectors of the columns, (columns, d) in the order of their keys, and open the lake with them."""

    def change(generation: Path) -> None:
        (generation / VECTORS).unlink()
        VectorIndex.build(vectors, np.arange(len(vectors))).save(generation / VECTORS)

    return _republished(index, change, settings)


def without_names(index: Path, settings: Settings) -> Lake:
    """Publish an index without terms and tokens of names, and open the lake; its texts have to be built without."""

    def change(generation: Path) -> None:
        for family in NAME_FAMILIES:
            folder = generation / TERMS / family
            columns = InvertedIndex.open(folder).columns
            shutil.rmtree(folder)
            InvertedIndex.build(_no_terms(columns)).save(folder)
        tokens = nameless(open_tokens(generation / COLUMN_TOKENS))
        shutil.rmtree(generation / COLUMN_TOKENS)
        save_tokens(tokens, generation / COLUMN_TOKENS)

    return _republished(index, change, settings)


def vectors_of(index: Path) -> Vectors:
    """Return the vectors of all columns, (columns, d), in the order of their keys."""
    found = VectorIndex.open(open_current(index).folder / VECTORS)
    return found.vectors(np.arange(len(found)))


def nameless(columns: ColumnTokens) -> ColumnTokens:
    """Empty the name and the title of each column; the units stay in their places."""
    is_end = columns.tokens == END
    lengths = np.diff(columns.starts)
    ended = np.concatenate([np.zeros(1, np.int64), np.cumsum(is_end)])
    unit = ended[:-1] - np.repeat(ended[columns.starts[:-1]], lengths)
    kept = is_end | ~np.isin(unit, (NAME, TITLE))
    before = np.concatenate([np.zeros(1, np.int64), np.cumsum(kept)])
    return ColumnTokens(columns.tokens[kept], before[columns.starts])


def _no_terms(columns: int) -> TermRows:
    nothing, starts = np.zeros(0, np.int64), np.zeros(columns + 1, np.int64)
    return TermRows.of(nothing.astype(np.uint64), nothing, starts, np.ones(columns, bool))


def _republished(index: Path, change: Callable[[Path], None], settings: Settings) -> Lake:
    with writing(index) as folder:
        generation = open_current(index)
        shutil.copytree(generation.folder, folder, ignore=shutil.ignore_patterns(MANIFEST), dirs_exist_ok=True)
        change(folder)
        publish(index, folder, generation.manifest, keep=0)
    return Lake.open(index, settings)
