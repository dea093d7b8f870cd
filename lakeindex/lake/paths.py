"""What a lake is asked of two of its tables: how to get from one to the other."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from lakeindex.config.ranges import HOPS, NO_OR_SOME_ANSWERS, SHARE
from lakeindex.errors import InvalidSetting, LakeIndexError
from lakeindex.lake.planned_hops import PlannedHops
from lakeindex.types.lake import TableId

if TYPE_CHECKING:
    from lakeindex.lake_map.paths.answer import JoinPaths
    from lakeindex.lake_map.paths.find_paths import Graph
    from lakeindex.lake_map.paths.join_path import JoinPath
    from lakeindex.lake_map.paths.path_join import PathJoin
    from lakeindex.open_index import OpenIndex

_MOST_COLUMNS = 10_000
"""Up to so many columns, a lake is asked for all of its references, which takes seconds."""


@dataclass(frozen=True, slots=True)
class PathRequest:
    """Which paths are looked for."""

    hops: int = 3
    k: int = 5
    min_probability: float = 0.3
    """Of each join of a path."""


def find_paths(opened: OpenIndex, first: str, last: str, request: PathRequest) -> JoinPaths:
    """Find the join paths between two tables, and count the rows of each where the lake can be read.

    Raises NotFound with the nearest names, InvalidSetting for one and the same table.
    """
    from lakeindex.lake_map.paths.answer import JoinPaths
    from lakeindex.lake_map.paths.find_paths import Search
    from lakeindex.lake_map.paths.find_paths import find_paths as find

    hops, k = HOPS.require(request.hops, "hops"), NO_OR_SOME_ANSWERS.require(request.k, "k")
    least = SHARE.require(request.min_probability, "min_probability")
    if first == last:
        raise InvalidSetting(f"{first} is one table: give two")
    opened.require_names()
    for table in (first, last):
        opened.searcher.directory.keys_of_table(TableId(table))
    search = Search(TableId(first), TableId(last), hops, k)
    found = find(_graphs(opened, least), search)
    planned = PlannedHops(opened)
    joins = [_join(planned, path) for path in found.paths]
    kept = [place for place, one in enumerate(joins) if isinstance(one, str) or one.rows[-1].rows]
    met = replace(found, paths=tuple(found.paths[place] for place in kept))
    return JoinPaths(search.first, search.last, met, tuple(joins[place] for place in kept), len(joins) - len(kept))


def _graphs(opened: OpenIndex, least: float) -> Iterator[Graph]:
    """Yield what paths are looked for in: references, then joins with a key, then any joins.

    Two columns of which neither is a key may both refer to a third. The references of a large lake take minutes.
    """
    from lakeindex.lake.mapping import relationships
    from lakeindex.lake_map.paths.join_graph import JoinGraph
    from lakeindex.lake_map.paths.reference_graph import ReferenceGraph

    if len(opened.searcher.directory) <= _MOST_COLUMNS:
        yield ReferenceGraph.of(relationships(opened, least).to_arrow(), least)
    yield JoinGraph(opened.reranking, opened.budget, least)
    yield JoinGraph(opened.reranking, opened.budget, least, are_keyed=False)


def _join(planned: PlannedHops, path: JoinPath) -> PathJoin | str:
    """Plan the joins of a path and count its rows; return why not, where that can't be."""
    from lakeindex.lake_map.paths.path_join import PathJoin

    if reason := planned.opened.why_no_rows():
        return reason
    try:
        joined = PathJoin(path, tuple(map(planned.plan, path.hops)))
        joined.rows  # noqa: B018
    except LakeIndexError as error:
        return str(error)
    return joined
