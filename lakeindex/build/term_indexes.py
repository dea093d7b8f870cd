"""Build the inverted indexes of a generation, one a family of terms."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from lakeindex.build.columns import Columns
from lakeindex.catalog.directory import Directory
from lakeindex.hashing.text_hash import KEY_MASK
from lakeindex.index.hidden_names import NAME_FAMILIES, name_terms
from lakeindex.index.inverted_index import InvertedIndex
from lakeindex.index.term_rows import TermRows
from lakeindex.profile.sketch_sizes import SKETCH_SIZES
from lakeindex.types.columns import Family


def build_term_indexes(folder: Path, columns: Columns, directory: Directory, are_names_hidden: bool) -> None:
    """Index the terms of the columns' sketches and of their names; of the keys, save the statistics alone."""
    for family in SKETCH_SIZES:
        index = InvertedIndex.build(columns.terms(family))
        index.save(folder / family)
        if family is Family.VALUES:
            index.folded(KEY_MASK).stats.save(folder / Family.KEYS)
    if are_names_hidden:
        for family in NAME_FAMILIES:
            InvertedIndex.build(columns.name_terms(family)).save(folder / family)
        return
    names = [str(name) for name in directory.names.to_pylist()]
    tables = [directory.table_ids[table] for table in directory.tables.tolist()]
    for family, (hashes, counts, starts) in name_terms(names, tables).items():
        rows = TermRows.of(hashes, counts, starts, np.ones(len(names), bool))
        InvertedIndex.build(rows).save(folder / family)
