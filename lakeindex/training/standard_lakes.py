"""Lakes of wide standards, each beside a narrow table that partly follows it: few columns have a partner in many."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from lakeindex.synthesis.source_tables import SourceData, to_sources
from lakeindex.synthesis.split_tables import Part, Splitter
from lakeindex.synthesis.standard_tables import StandardTables
from lakeindex.training.split_lakes import MOST_TABLES, WIDEST, SplitLake, synonyms_of

_MOST_GROUPS, _MOST_COLUMNS, _DRAWS = 5, 900, 20


def standard_lake(tables: Sequence[SourceData], headers: Sequence[str], seed: int) -> SplitLake:
    """Make standards of the tables of a lake, each with a table; the same tables and seed make the same."""
    rng = np.random.default_rng(seed)
    able = [table for table in tables if table.table.num_columns <= WIDEST]
    sources = to_sources([able[place] for place in rng.permutation(len(able))[:MOST_TABLES].tolist()])
    maker = StandardTables(Splitter(headers, synonyms_of(sources, headers), rng))
    groups: list[tuple[Part, ...]] = []
    columns = 0
    for _ in range(_DRAWS):
        group = tuple(maker.draw(sources))
        columns += sum(map(len, group))
        if group and len(groups) < _MOST_GROUPS and columns < _MOST_COLUMNS:
            groups.append(group)
    return SplitLake(tuple(groups))
