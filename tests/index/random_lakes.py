"""Term sets of made-up columns, for comparing the inverted index with its oracle."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from hypothesis import strategies as st

from lakeindex.arrays.aliases import Floats, Integers
from lakeindex.index.inverted_index import InvertedIndex, Order
from lakeindex.index.term_rows import TermRows
from lakeindex.types.columns import TermSet
from lakeindex.types.pairs import Comparison

# Few enough that columns share terms and tie; with both ends of the range of hashes.
UNIVERSE = [0, 1, 2**63, 2**64 - 2, 2**64 - 1, *(place * 0x9E3779B97F4A7C15 % 2**64 for place in range(3, 20))]
COUNTS = st.one_of(st.integers(1, 5), st.integers(1, 10**12))


def term_set(counts: Mapping[int, int], is_complete: bool = True) -> TermSet:
    hashes = sorted(counts)
    return TermSet(np.array(hashes, np.uint64), np.array([counts[term] for term in hashes], np.int64), is_complete)


TERM_SETS = st.builds(term_set, st.dictionaries(st.sampled_from(UNIVERSE), COUNTS, max_size=12), st.booleans())
LAKES = st.lists(TERM_SETS, max_size=12)

LEADING = 2**64 - 2**24
# Few leading bits with a few endings each.
FORMS = [start << 24 | ending for start in (0, 1, 2, 7, 2**39, 2**40 - 1) for ending in (0, 1, 5, 2**24 - 1)]
FOLDABLE_SETS = st.builds(term_set, st.dictionaries(st.sampled_from(FORMS), st.just(1), max_size=12), st.booleans())
FOLDABLE_LAKES = st.lists(FOLDABLE_SETS, max_size=12)


def index_of(columns: Sequence[TermSet], counted: bool = True) -> InvertedIndex:
    return InvertedIndex.build(rows_of(columns, counted))


def rows_of(columns: Sequence[TermSet], counted: bool = True) -> TermRows:
    nothing = term_set({})
    return TermRows.of(
        np.concatenate([nothing.hashes, *(column.hashes for column in columns)]),
        np.concatenate([nothing.counts, *(column.counts for column in columns)]) if counted else None,
        np.cumsum([0, *(len(column.hashes) for column in columns)]),
        np.array([column.is_complete for column in columns], bool),
    )


def candidates(
    index: InvertedIndex, query: TermSet, limit: int, budget: int, order: Order = Order.RARITY
) -> tuple[Integers, Floats]:
    return index.candidates(index.look_up(query), limit, budget, order)


def compare(index: InvertedIndex, query: TermSet, columns: Integers) -> Comparison:
    return index.compare(index.look_up(query), columns)


def zipf_lake(columns: int, terms: int, vocabulary: int, seed: int) -> list[TermSet]:
    """Make columns of about `terms` terms, of which a few are everywhere and most are rare."""
    random = np.random.default_rng(seed)
    shares = 1 / np.arange(1, vocabulary + 1)
    hashes = random.integers(0, 2**64, vocabulary, np.uint64)
    drawn = random.choice(hashes, (columns, terms), p=shares / shares.sum())
    return [TermSet(*np.unique(row, return_counts=True), bool(random.random() < 0.8)) for row in drawn]
