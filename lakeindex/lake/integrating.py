"""What a lake is asked of many tables at once: to be integrated into one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from lakeindex.config.ranges import JOINED_ROWS
from lakeindex.errors import InvalidSetting
from lakeindex.types.lake import TableId

if TYPE_CHECKING:
    from lakeindex.integrate.alignment import Alignment
    from lakeindex.integrate.integration import Integration
    from lakeindex.integrate.plan import IntegrationPlan
    from lakeindex.integrate.request import IntegrateRequest
    from lakeindex.open_index import OpenIndex


@dataclass(frozen=True, slots=True)
class Integrating:
    """How tables are to be integrated, as `Lake.integrate` is told."""

    key: str | Sequence[str] = ()
    alignment: str | Path | None = None
    rule: str = "auto"
    newest_by: str | None = None
    ask_model: bool = False
    most_lines: int = 1_000_000

    def request(self, opened: OpenIndex, tables: Sequence[str] | None) -> IntegrateRequest:
        """Return what is asked for, of all tables where none is named; raises what `Lake.integrate` does."""
        from lakeindex.integrate.conflicts.chat_endpoint import ChatEndpoint
        from lakeindex.integrate.conflicts.claims import Rule
        from lakeindex.integrate.request import IntegrateRequest
        from lakeindex.join.kinds import parse_choice

        rule = parse_choice(Rule, self.rule, "rule")
        if rule is Rule.RECENCY and self.newest_by is None:
            raise InvalidSetting("what is newer is told by a column with the time at which a row was written: name it")
        named = tuple(opened.table_ids if tables is None else map(TableId, tables))
        return IntegrateRequest(
            named,
            (self.key,) if isinstance(self.key, str) else tuple(self.key),
            self._edited(opened, named),
            rule,
            self.newest_by,
            ChatEndpoint.from_environment() if self.ask_model else None,
            int(JOINED_ROWS.require(self.most_lines, "most_lines")),
            opened.link_verdicts.on(named),
        )

    def _edited(self, opened: OpenIndex, tables: Sequence[TableId]) -> Alignment | None:
        from lakeindex.integrate.align.align import align
        from lakeindex.integrate.align.alignment_file import read_alignment

        if self.alignment is None:
            return None
        before = align(tables, opened.searcher)
        return read_alignment(Path(self.alignment), tables, opened.searcher.directory, before)


def integrate(opened: OpenIndex, request: IntegrateRequest) -> Integration:
    """Integrate tables into one."""
    from lakeindex.integrate.integrate_tables import integrate as integrate_tables

    opened.require_rows()
    return integrate_tables(opened.tables, opened.searcher, request)


def plan(opened: OpenIndex, request: IntegrateRequest) -> IntegrationPlan:
    """Return what `integrate` would do."""
    from lakeindex.integrate.integrate_tables import plan as plan_tables

    opened.require_rows()
    return plan_tables(opened.tables, opened.searcher, request)
