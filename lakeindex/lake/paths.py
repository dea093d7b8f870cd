"""What a lake is asked of two of its tables: how to get from one to the other."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from lakeindex.config.ranges import HOPS, NO_OR_SOME_ANSWERS, SHARE
from lakeindex.errors import InvalidSetting, LakeIndexError
from lakeindex.lake.planned_hops import PlannedHops
from lakeindex.types.lake import TableId

if TYPE_CHECKING:
    from lakeindex.lake_map.paths.answer import JoinPaths
    from lakeindex.lake_map.paths.join_path import JoinPath
    from lakeindex.lake_map.paths.path_join import PathJoin
    from lakeindex.open_index import OpenIndex


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
    search = Search(TableId(first), TableId(last), hops, k)
    found = find(opened.reranking, opened.budget, least, search)
    planned = PlannedHops(opened)
    joins = [_join(planned, path) for path in found.paths]
    kept = [place for place, one in enumerate(joins) if isinstance(one, str) or one.rows[-1].rows]
    met = replace(found, paths=tuple(found.paths[place] for place in kept))
    return JoinPaths(search.first, search.last, met, tuple(joins[place] for place in kept), len(joins) - len(kept))


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
