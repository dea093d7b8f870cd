"""Compare columns by alternate keys: those of the query with keys and alternate keys of others, and the other way."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields

import numpy as np

from lakeindex.arrays.aliases import Integers
from lakeindex.index.inverted_index import InvertedIndex
from lakeindex.types.columns import Family, QueryColumn, QueryTerms
from lakeindex.types.pairs import Comparison


def alternate_ways(
    query: QueryColumn, terms: Mapping[Family, InvertedIndex]
) -> Iterator[tuple[InvertedIndex, QueryTerms]]:
    """Yield the index and the query's terms in it of each way in which a query may meet others by alternate keys."""
    keys, alternates = terms[Family.KEYS], terms[Family.ALTERNATES]
    if len(query.terms[Family.ALTERNATES].hashes):
        yield keys, query.terms_in(Family.ALTERNATES, keys, Family.KEYS)
        yield alternates, query.terms_in(Family.ALTERNATES, alternates)
    if len(query.terms[Family.KEYS].hashes) and len(alternates.terms):
        yield alternates, query.terms_in(Family.KEYS, alternates, Family.ALTERNATES)


def compare_alternates(query: QueryColumn, terms: Mapping[Family, InvertedIndex], keys: Integers) -> Comparison:
    """Compare a query with columns by number, each in the way in which more is shared."""
    best = Comparison(*(np.zeros(len(keys)) for _ in fields(Comparison)))
    for index, looked_up in alternate_ways(query, terms):
        compared = index.compare(looked_up, keys)
        best = best.where_more_is_shared(compared)
    return best
