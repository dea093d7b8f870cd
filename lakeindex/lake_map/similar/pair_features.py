"""What is measured of a table and others that may be similar to it, by the index alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from lakeindex.arrays.aliases import Features, Floats
from lakeindex.integrate.align.pair_features import PAIR_FEATURES
from lakeindex.integrate.alignment import AlignedPair
from lakeindex.lake_map.align_each import AlignedTable
from lakeindex.lake_map.union.unionable_table import UnionableTable
from lakeindex.models.monotone import EITHER, FOR
from lakeindex.search.searcher import Searcher
from lakeindex.types.columns import Family
from lakeindex.types.lake import TableId

DIRECTIONS: Mapping[str, int] = {
    "cosine": FOR,
    "content alike": FOR,
    "names alike": FOR,
    "titles alike": FOR,
    "union": FOR,
    "aligned of fewer": FOR,
    "aligned of more": FOR,
    "certainty": FOR,
    "rows": EITHER,
    "columns": EITHER,
    **{f"columns: {name}": EITHER for name in PAIR_FEATURES},
}
"""Of each feature, as for pairs of columns: whether more of it speaks for one table, or either; in their order.

Those of columns are the means over the aligned ones.
"""

SIMILARITY_FEATURES = tuple(DIRECTIONS)


def features_of(searcher: Searcher, table: TableId, others: Sequence[AlignedTable], cosines: Floats) -> Features:
    """Return the features of a table with aligned others, (others, features), given cosines, (others, 4)."""
    rows = [[*_of_alignment(searcher, table, one.union), *one.features.tolist()] for one in others]
    return np.column_stack(
        [cosines, np.array(rows, np.float64).reshape(len(others), len(DIRECTIONS) - cosines.shape[1])]
    )


def _of_alignment(searcher: Searcher, table: TableId, other: UnionableTable) -> list[float]:
    directory = searcher.directory
    keys = [directory.keys_of_table(one) for one in (table, other.table)]
    fewer, more = sorted(map(len, keys))
    count = len(other.pairs)
    rows = sorted(int(directory.facts.rows[some[0]]) for some in keys)
    return [
        other.score,
        count / fewer,
        count / more,
        sum(pair.probability for pair in other.pairs) / max(count, 1),
        float(np.log1p(rows[1]) - np.log1p(rows[0])),
        float(np.log(more / fewer)),
    ]


def containments(searcher: Searcher, table: TableId, other: TableId, pairs: Sequence[AlignedPair]) -> Floats:
    """Return which share of the values of each pair's left column is in the right one, and in turn, (pairs, 2)."""
    directory, terms = searcher.directory, searcher.scorer.terms[Family.KEYS]
    sides = [
        {directory.id_of(key).name: key for key in directory.keys_of_table(one).tolist()} for one in (table, other)
    ]
    found = np.zeros((len(pairs), 2))
    for place, pair in enumerate(pairs):
        query = searcher.column_at(sides[0][pair.left])
        compared = terms.compare(query.terms_in(Family.KEYS, terms), np.array([sides[1][pair.right]]))
        found[place] = compared.containment()[0], compared.reverse_containment()[0]
    return found
