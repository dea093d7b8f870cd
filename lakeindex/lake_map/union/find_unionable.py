"""Find the tables whose rows can stand below those of a table: those that have its attributes."""

from __future__ import annotations

import math
from dataclasses import dataclass

from lakeindex.integrate.align.align import align
from lakeindex.integrate.align.attribute_matcher import AttributeMatcher
from lakeindex.integrate.alignment import AlignedPair
from lakeindex.lake_map.candidate_tables import candidate_tables
from lakeindex.models.weights import ATTRIBUTES
from lakeindex.search.searcher import Searcher
from lakeindex.types.lake import TableId

_CANDIDATES = 40
"""Tables that are aligned, unless more are wanted."""
_LEAST = 0.5
"""The least probability of two columns to be the same attribute."""


@dataclass(frozen=True, slots=True)
class UnionableTable:
    """A table, and which of its columns (right) are which of another table's (left)."""

    table: TableId
    pairs: tuple[AlignedPair, ...]
    """By the right column."""
    score: float
    """The expected number of attributes in common over the geometric mean of both tables' numbers, in [0, 1]."""


def find_unionable(searcher: Searcher, table: TableId, k: int) -> list[UnionableTable]:
    """Return the tables that share attributes with a table, at most `k`, best first.

    Raises NotFound with the nearest names.
    """
    matcher = AttributeMatcher.open(ATTRIBUTES)
    candidates = candidate_tables(searcher, table, max(_CANDIDATES, 2 * k))
    found = [align_with(searcher, table, other, matcher) for other in candidates]
    return sorted((one for one in found if one.pairs), key=lambda one: (-one.score, one.table))[:k]


def align_with(
    searcher: Searcher, table: TableId, other: TableId, matcher: AttributeMatcher | None = None
) -> UnionableTable:
    """Align a table with another one."""
    pairs = [one for one in align([table, other], searcher, matcher).pairs(table, other) if one.probability >= _LEAST]
    sizes = [len(searcher.directory.keys_of_table(one)) for one in (table, other)]
    score = sum(one.probability for one in pairs) / math.sqrt(max(math.prod(sizes), 1))
    return UnionableTable(other, tuple(sorted(pairs, key=lambda one: one.right)), min(score, 1.0))
