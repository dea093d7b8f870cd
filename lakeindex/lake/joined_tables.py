"""What a lake is asked to put together: joins, links of rows, and the integration of tables."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from lakeindex.config.ranges import SHARE
from lakeindex.lake import integrating
from lakeindex.types.lake import ColumnId, TableId

if TYPE_CHECKING:
    from lakeindex.drift.broken_joins import WatchedJoins, WatchRules
    from lakeindex.integrate.integration import Integration
    from lakeindex.integrate.plan import IntegrationPlan
    from lakeindex.join.kinds import AsOf
    from lakeindex.join.plan import JoinPlan
    from lakeindex.lake.integration import LinkedTables, LinkRequest
    from lakeindex.open_index import OpenIndex


class JoinedTables:
    """The commands that put tables together, for `Lake`."""

    opened: OpenIndex

    def join(
        self,
        left_table: str,
        left_column: str,
        right_table: str,
        right_column: str,
        match: str = "auto",
        precision: float = 0.9,
        how: str = "inner",
        also: Sequence[tuple[str, str]] = (),
        asof: AsOf | None = None,
    ) -> JoinPlan:
        """Plan the join of two columns of the lake: nothing is joined before rows of the plan are needed.

        `also` names up to two further pairs of columns, left and right, that have to match together with these; `asof`
        gives the direction and the distance in which the moments of a match "asof" may lie.
        Raises NotFound for a table or column that doesn't exist, with the nearest names, InvalidSetting for an unknown
        match or how and for types that are never equal, UnreadableTable when a file is gone.
        """
        from lakeindex.join.kinds import How, MatchKind, parse_choice
        from lakeindex.join.plan_join import JoinRequest, plan_join

        kind, kept = parse_choice(MatchKind, match, "match"), parse_choice(How, how, "how")
        ids = ColumnId(TableId(left_table), left_column), ColumnId(TableId(right_table), right_column)
        request = JoinRequest(*ids, kind, SHARE.require(precision, "precision"), kept, tuple(also), asof)
        self.opened.require_rows()
        counted_up_to = int(self.opened.shown_generation.manifest.settings["limits"]["values"])
        return plan_join(request, self.opened.tables, self.opened.searcher, self.opened.model, counted_up_to)

    def watch_joins(self, since: int | None = None, rules: WatchRules | None = None) -> WatchedJoins:
        """Find the confident joins that broke since an earlier generation, the previous one unless given.

        Raises NotFound with the numbers of the generations that exist.
        """
        from lakeindex.drift.broken_joins import WatchRules
        from lakeindex.drift.detect import watch_joins

        return watch_joins(self.opened.generation, since, rules or WatchRules(), self.opened.settings)

    def complements(
        self, left_table: str, left_column: str, right_table: str, right_column: str
    ) -> list[tuple[tuple[str, str], ...]]:
        """Find what completes two columns that join to a composite key: further pairs of columns, the `also` of `join`.

        Each is as small as can be, of columns that join themselves, and identifies the rows of one of the two tables.
        """
        from lakeindex.join.find_bridges import complements_of

        left, right = ColumnId(TableId(left_table), left_column), ColumnId(TableId(right_table), right_column)
        self.opened.require_rows()
        sides = self.opened.tables.side(left), self.opened.tables.side(right)
        return complements_of(self.opened.searcher, (left, right), sides)

    def link(self, left_table: str, right_table: str, request: LinkRequest | None = None) -> LinkedTables:
        """Find the rows of two tables that describe the same thing, with probabilities, without labels.

        Verdicts on pairs of their rows that the index keeps are obeyed, here and in `dedupe` and `integrate`.
        Raises NotFound for a table that doesn't exist, with the nearest names, UnreadableTable when a file is gone.
        """
        from lakeindex.lake.integration import LinkRequest, link_tables

        return link_tables(self.opened, left_table, right_table, request or LinkRequest())

    def dedupe(self, table: str, request: LinkRequest | None = None) -> LinkedTables:
        """Find the rows of one table that describe the same thing. Raises as `link`."""
        from lakeindex.lake.integration import LinkRequest, find_duplicates

        return find_duplicates(self.opened, table, request or LinkRequest())

    def integrate(
        self,
        tables: Sequence[str] | None = None,
        key: str | Sequence[str] = (),
        alignment: str | Path | None = None,
        rule: str = "auto",
        newest_by: str | None = None,
        ask_model: bool = False,
        most_lines: int = 1_000_000,
    ) -> Integration:
        """Integrate tables, all of them unless named, into one of a line an entity: their full disjunction.

        Rows with the same value of `key`, or of several columns together, are of one entity; without a key, rows are
        linked by how likely they describe the same thing. `alignment` is a CSV that `plan_integration` gave and a
        person edited; `rule` says which value is taken where sources disagree: auto, majority, truth discovery or
        recency, for which `newest_by` is the column that says when a row was written. With `ask_model`, the language
        model at LAKEINDEX_CHAT_URL chooses among the values of ties, which are sent to it. Where joins that multiply
        would make more than `most_lines`, none of these is made.
        Raises NotFound for a table or column that isn't there, with the nearest names, InvalidSetting for a table named
        twice, UnreadableTable when a file is gone.
        """
        asked = integrating.Integrating(key, alignment, rule, newest_by, ask_model, most_lines)
        return integrating.integrate(self.opened, asked.request(self.opened, tables))

    def plan_integration(
        self,
        tables: Sequence[str] | None = None,
        key: str | Sequence[str] = (),
        alignment: str | Path | None = None,
    ) -> IntegrationPlan:
        """Return what `integrate` would do: the alignment, the keys, how many rows meet. Raises what it does."""
        return integrating.plan(self.opened, integrating.Integrating(key, alignment).request(self.opened, tables))
