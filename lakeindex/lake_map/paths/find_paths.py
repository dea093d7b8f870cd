"""Find the most likely join paths between two tables: the lake is asked from both ends until they meet."""

from __future__ import annotations

import heapq
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from lakeindex.lake_map.paths.join_path import Hop, JoinPath
from lakeindex.types.lake import TableId

_MOST_TABLES = 60
"""Tables that are asked for their joins on a side; beyond, the nearest are."""
_MOST_TRIED = 200_000
"""Beginnings of paths that are tried."""


@dataclass(frozen=True, slots=True)
class Search:
    """Which paths are looked for."""

    first: TableId
    last: TableId
    hops: int
    """Of a path, at most."""
    k: int
    """Paths, at most."""


@dataclass(frozen=True, slots=True)
class FoundPaths:
    """The paths between two tables, the most likely first."""

    paths: tuple[JoinPath, ...]
    is_complete: bool
    """Whether no table near the ends was left out for there being too many."""


class Graph(Protocol):
    """The joins of tables."""

    def expand(self, table: TableId) -> None:
        """Find the joins of a table. Raises NotFound with the nearest names."""

    def connect(self, first: TableId, last: TableId) -> None:
        """Find the joins of two tables that were expanded, also those that `expand` left out for there being many."""

    def hops(self, table: TableId) -> list[Hop]:
        """Return the joins of a table that are known, the most likely first."""


def find_paths(graphs: Iterable[Graph], search: Search) -> FoundPaths:
    """Find the most likely paths in the first of some graphs that has any. Raises NotFound for an unknown table."""
    found = FoundPaths((), True)
    for graph in graphs:
        found = _find(graph, search)
        if found.paths:
            break
    return found


def _find(graph: Graph, search: Search) -> FoundPaths:
    is_complete = _explore(graph, search)
    return FoundPaths(tuple(_most_likely(graph, search)), is_complete)


def _explore(graph: Graph, search: Search) -> bool:
    """Ask for the joins around both ends, so that every join of a path of so many hops is known from one of its sides.

    Return whether all tables around them were asked.
    """
    asked: set[TableId] = set()
    sides = [[search.first], [search.last]]
    is_complete = True
    for side in sides:
        _ask(graph, side, asked)
    graph.connect(search.first, search.last)
    # Asking both ends finds all paths of two joins; every further round of one side, those that are one longer.
    for _ in range(search.hops - 2):
        around = [_around(graph, side, asked) for side in sides]
        smaller = 0 if len(around[0]) <= len(around[1]) else 1
        is_complete &= len(around[smaller]) <= _MOST_TABLES
        sides[smaller] = around[smaller][:_MOST_TABLES]
        _ask(graph, sides[smaller], asked)
    return is_complete


def _ask(graph: Graph, tables: list[TableId], asked: set[TableId]) -> None:
    for table in tables:
        if table not in asked:
            graph.expand(table)
            asked.add(table)


def _around(graph: Graph, tables: list[TableId], asked: set[TableId]) -> list[TableId]:
    """Return the tables that join with some, but for those that were asked, the most likely first."""
    best: dict[TableId, float] = {}
    for hop in (hop for table in tables for hop in graph.hops(table)):
        best[hop.right.table] = max(best.get(hop.right.table, 0.0), hop.probability)
    return sorted((one for one in best if one not in asked), key=lambda one: (-best[one], one))


def _most_likely(graph: Graph, search: Search) -> list[JoinPath]:
    """Lengthen the most likely beginning of a path until there are enough whole ones."""
    heap: list[tuple[float, int, tuple[Hop, ...], TableId]] = [(-1.0, 0, (), search.first)]
    found: list[JoinPath] = []
    for _ in range(_MOST_TRIED):
        if not heap or len(found) == search.k:
            break
        likely, length, begun, at = heapq.heappop(heap)
        if at == search.last:
            found.append(JoinPath(begun))
            continue
        been = {hop.left.table for hop in begun}
        for hop in graph.hops(at) if length < search.hops else []:
            if hop.right.table not in been:
                heapq.heappush(heap, (likely * hop.probability, length + 1, (*begun, hop), hop.right.table))
    return found
