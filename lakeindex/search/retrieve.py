"""Collect the candidates of several sources."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from lakeindex.arrays.aliases import Integers
from lakeindex.protocols import CandidateSource
from lakeindex.types.columns import QueryColumn


def retrieve(query: QueryColumn, sources: Sequence[CandidateSource], limit: int) -> Integers:
    """Return the keys that any source proposes among its best `limit`, ascending; never of the query's own table."""
    # The own table's columns are near in every respect: they must not take up the places of others.
    excluded = query.excluded
    proposed = [source.candidates(query, limit + len(excluded)) for source in sources]
    united = np.unique(np.concatenate([keys.astype(np.int64) for keys in proposed]))
    return united[~np.isin(united, excluded)]
