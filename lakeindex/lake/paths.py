"""What a lake is asked of two of its tables: how to get from one to the other."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from lakeindex.config.ranges import HOPS, NO_OR_SOME_ANSWERS, SHARE
from lakeindex.errors import InvalidSetting, LakeIndexError
from lakeindex.types.lake import ColumnId, TableId

if TYPE_CHECKING:
    from lakeindex.join.plan import JoinPlan
    from lakeindex.lake_map.paths.answer import JoinPaths
    from lakeindex.lake_map.paths.join_path import Hop, JoinPath
    from lakeindex.lake_map.paths.path_join import PathJoin
    from lakeindex.open_index import OpenIndex

_PRECISION = 0.9


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
    planned = _Planned(opened)
    joins = [planned.join(path) for path in found.paths]
    kept = [place for place, one in enumerate(joins) if isinstance(one, str) or one.rows[-1].rows]
    met = replace(found, paths=tuple(found.paths[place] for place in kept))
    return JoinPaths(search.first, search.last, met, tuple(joins[place] for place in kept), len(joins) - len(kept))


@dataclass(frozen=True, slots=True)
class _Planned:
    """The joins of paths, each planned once."""

    opened: OpenIndex
    _plans: dict[tuple[ColumnId, ColumnId], JoinPlan] = field(default_factory=dict)

    def join(self, path: JoinPath) -> PathJoin | str:
        """Plan the joins of a path and count its rows; return why not, where that can't be."""
        from lakeindex.lake_map.paths.path_join import PathJoin

        if reason := self.opened.why_no_rows():
            return reason
        try:
            joined = PathJoin(path, tuple(map(self._plan, path.hops)))
            joined.rows  # noqa: B018
        except LakeIndexError as error:
            return str(error)
        return joined

    def _plan(self, hop: Hop) -> JoinPlan:
        from lakeindex.join.kinds import How, MatchKind
        from lakeindex.join.plan_join import JoinRequest, plan_join

        ends = hop.left, hop.right
        if ends not in self._plans:
            request = JoinRequest(*ends, MatchKind.AUTO, _PRECISION, How.INNER)
            counted_up_to = int(self.opened.generation.manifest.settings["limits"]["values"])
            opened = self.opened
            self._plans[ends] = plan_join(request, opened.tables, opened.searcher, opened.model, counted_up_to)
        return self._plans[ends]
