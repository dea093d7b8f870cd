"""What a lake is asked of many tables at once: to be integrated into one."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from lakeindex.config.ranges import JOINED_ROWS
from lakeindex.types.lake import TableId

if TYPE_CHECKING:
    from lakeindex.integrate.integration import Integration
    from lakeindex.integrate.plan import IntegrationPlan
    from lakeindex.integrate.request import IntegrateRequest
    from lakeindex.open_index import OpenIndex


def request_of(
    opened: OpenIndex,
    tables: Sequence[str] | None,
    key: str | Sequence[str],
    alignment: str | Path | None,
    rule: str,
    most_lines: int,
) -> IntegrateRequest:
    """Return what is asked for, of all tables where none is named; raises what `Lake.integrate` does."""
    from lakeindex.integrate.align.align import align
    from lakeindex.integrate.align.alignment_file import read_alignment
    from lakeindex.integrate.conflicts.claims import Rule
    from lakeindex.integrate.request import IntegrateRequest
    from lakeindex.join.kinds import parse_choice

    named = tuple(opened.table_ids if tables is None else map(TableId, tables))
    edited = None
    if alignment is not None:
        before = align(named, opened.searcher)
        edited = read_alignment(Path(alignment), named, opened.searcher.directory, before)
    return IntegrateRequest(
        named,
        (key,) if isinstance(key, str) else tuple(key),
        edited,
        parse_choice(Rule, rule, "rule"),
        int(JOINED_ROWS.require(most_lines, "most_lines")),
    )


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
