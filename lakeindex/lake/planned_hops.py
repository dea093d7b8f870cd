"""The joins of paths and look-ups, each planned once."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lakeindex.join.plan import JoinPlan
    from lakeindex.lake_map.paths.join_path import Hop
    from lakeindex.open_index import OpenIndex

_PRECISION = 0.9
"""That of `lakeindex join` unless another is asked for."""


@dataclass(frozen=True, slots=True)
class PlannedHops:
    """The plans of joins, as `lakeindex join` makes them."""

    opened: OpenIndex
    _plans: dict[tuple[object, ...], JoinPlan] = field(default_factory=dict)

    def plan(self, hop: Hop) -> JoinPlan:
        """Plan a join. Raises what `Lake.join` does."""
        from lakeindex.join.kinds import How, MatchKind
        from lakeindex.join.plan_join import JoinRequest, plan_join

        ends = hop.left, hop.right, hop.also
        if ends not in self._plans:
            request = JoinRequest(hop.left, hop.right, MatchKind.AUTO, _PRECISION, How.INNER, hop.also)
            counted_up_to = int(self.opened.generation.manifest.settings["limits"]["values"])
            opened = self.opened
            self._plans[ends] = plan_join(request, opened.tables, opened.searcher, opened.model, counted_up_to)
        return self._plans[ends]
