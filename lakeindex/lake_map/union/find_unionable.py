"""Find the tables whose rows can stand below those of a table: those that have its attributes."""

from __future__ import annotations

from lakeindex.integrate.align.attribute_matcher import AttributeMatcher
from lakeindex.lake_map.align_each import align_each
from lakeindex.lake_map.candidate_tables import candidate_tables
from lakeindex.lake_map.union.unionable_table import UnionableTable
from lakeindex.models.weights import ATTRIBUTES
from lakeindex.search.searcher import Searcher
from lakeindex.types.lake import TableId

_CANDIDATES = 40
"""Tables that are aligned, unless more are wanted."""


def find_unionable(searcher: Searcher, table: TableId, k: int) -> list[UnionableTable]:
    """Return the tables that share attributes with a table, at most `k`, best first.

    Raises NotFound with the nearest names.
    """
    matcher = AttributeMatcher.open(ATTRIBUTES)
    candidates = candidate_tables(searcher, table, max(_CANDIDATES, 2 * k))
    found = [one.union for one in align_each(searcher, table, candidates, matcher)]
    return sorted((one for one in found if one.pairs), key=lambda one: (-one.score, one.table))[:k]


def align_with(searcher: Searcher, table: TableId, other: TableId) -> UnionableTable:
    """Align a table with another one."""
    (found,) = align_each(searcher, table, [other], AttributeMatcher.open(ATTRIBUTES))
    return found.union
