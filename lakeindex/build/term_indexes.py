"""Build the inverted indexes of a generation, one a family of terms."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from lakeindex.build.columns import Columns
from lakeindex.catalog.directory import Directory
from lakeindex.hashing.text_hash import KEY_MASK
from lakeindex.index.inverted_index import InvertedIndex
from lakeindex.index.name_terms import context_words, name_grams, references
from lakeindex.index.term_rows import TermRows
from lakeindex.profile.sketch_sizes import SKETCH_SIZES
from lakeindex.types.columns import Family
from lakeindex.types.names import title_of, words_of


def build_term_indexes(folder: Path, columns: Columns, directory: Directory) -> None:
    """Index the terms of the columns' sketches and of their names; of the keys, save the statistics alone."""
    for family in SKETCH_SIZES:
        index = InvertedIndex.build(columns.terms(family))
        index.save(folder / family)
        if family is Family.VALUES:
            index.folded(KEY_MASK).stats.save(folder / Family.KEYS)
    names = [words_of(str(name)) for name in directory.names.to_pylist()]
    titles = [title_of(directory.table_ids[table]) for table in directory.tables.tolist()]
    for family, (hashes, counts, starts) in (
        (Family.NAMES, name_grams(names)),
        (Family.CONTEXT, context_words(names, titles)),
        (Family.REFERENCES, references(names, titles)),
    ):
        rows = TermRows.of(hashes, counts, starts, np.ones(len(names), bool))
        InvertedIndex.build(rows).save(folder / family)
