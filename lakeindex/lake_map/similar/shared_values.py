"""Which values two aligned tables share, and how rare these are in the lake: what siblings share is common."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from lakeindex.arrays.aliases import Features, Floats, Integers
from lakeindex.lake_map.union.unionable_table import UnionableTable
from lakeindex.search.searcher import Searcher
from lakeindex.types.columns import Family
from lakeindex.types.lake import TableId

SHARED = (
    "rarity shared of fewer",
    "rarity shared of own",
    "rarity shared of other",
    "rarity shared",
    "least rare values found",
    "least rare values found in turn",
    "least of either",
    "rare values found",
    "rarest column",
    "values shared of fewer",
)
"""What `shared_values` measures, over all aligned columns together; *least* is that of the column with the least."""

_MEASURES = 8


def shared_values(searcher: Searcher, table: TableId, others: Sequence[UnionableTable]) -> Features:
    """Compare the values of a table's columns with those that they are aligned with, (others, SHARED)."""
    keys = {searcher.directory.id_of(key).name: key for key in searcher.directory.keys_of_table(table).tolist()}
    own = np.array([keys[pair.left] for other in others for pair in other.pairs], np.int64)
    owners = np.repeat(np.arange(len(others)), [len(other.pairs) for other in others])
    theirs = np.array([key for other in others for key in _keys(searcher, other)], np.int64)
    measured = np.zeros((_MEASURES, len(own)))
    for key in np.unique(own).tolist():
        places = np.flatnonzero(own == key)
        measured[:, places] = _compared(searcher, key, theirs[places])
    found = [_of_table(measured[:, owners == place]) for place in range(len(others))]
    return np.array(found, np.float64).reshape(len(others), len(SHARED))


def _keys(searcher: Searcher, other: UnionableTable) -> list[int]:
    """Return the keys of a table's aligned columns, in the order of the pairs."""
    keys = searcher.directory.keys_of_table(other.table).tolist()
    named = {searcher.directory.id_of(key).name: key for key in keys}
    return [named[pair.right] for pair in other.pairs]


def _compared(searcher: Searcher, key: int, others: Integers) -> Floats:
    """Return the measures of a column with others, (_MEASURES, others)."""
    terms = searcher.scorer.terms[Family.KEYS]
    found = terms.compare(searcher.column_at(key).terms_in(Family.KEYS, terms), others)
    rarities = found.shared_rarity, found.query_rarity, found.candidate_rarity
    rare = found.rare_containment(), found.rare_reverse_containment()
    return np.stack(
        [np.broadcast_to(one, len(others)) for one in (*rarities, *rare, found.shared, found.query_terms,
                                                       found.candidate_terms)]
    )  # fmt: skip


def _of_table(measured: Floats) -> Floats:
    """Return the features of one other table, (SHARED,), given the measures of its columns."""
    if not measured.shape[1]:
        return np.zeros(len(SHARED))
    rarity, own, other, ahead, back, shared, terms, others = measured
    least = ahead.min(), back.min()
    return np.array(
        [
            rarity.sum() / max(min(own.sum(), other.sum()), np.finfo(float).tiny),
            rarity.sum() / max(own.sum(), np.finfo(float).tiny),
            rarity.sum() / max(other.sum(), np.finfo(float).tiny),
            np.log1p(rarity.sum()),
            *least,
            max(least),
            np.maximum(ahead, back).mean(),
            (rarity / np.maximum(shared, 1)).max(),
            shared.sum() / max(min(terms.sum(), others.sum()), 1),
        ]
    )
