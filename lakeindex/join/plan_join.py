"""Plan the join of two columns of the lake: choose its condition and estimate its rows."""

from __future__ import annotations

from dataclasses import dataclass

from lakeindex.join.choose import Chooser
from lakeindex.join.condition import EQUAL_VALUES
from lakeindex.join.equal_keys_sql import INTEGERS
from lakeindex.join.estimate.from_profiles import estimate_from_profiles
from lakeindex.join.find_bridges import BridgeSearch
from lakeindex.join.fuzzy.candidates import ValueModel
from lakeindex.join.key_conditions import normal_forms
from lakeindex.join.kinds import AsOf, How, MatchKind
from lakeindex.join.lake_tables import LakeTables
from lakeindex.join.plan import JoinPlan
from lakeindex.search.searcher import Searcher
from lakeindex.types.lake import ColumnId

_SKETCHED_TYPES = INTEGERS | {"VARCHAR", "DATE", "BOOLEAN"}
"""Types of which equal values are written alike, unlike times in two zones or numbers with more or fewer decimals."""


@dataclass(frozen=True, slots=True)
class JoinRequest:
    """The two columns to join, and the options of their join."""

    left: ColumnId
    right: ColumnId
    match: MatchKind
    precision: float
    """The least share of right pairs that `auto` accepts."""
    how: How
    also: tuple[tuple[str, str], ...] = ()
    """Further pairs of columns, left and right, that have to match, too."""
    asof: AsOf | None = None
    """The options of an as-of join; None for the defaults."""


def plan_join(
    request: JoinRequest, tables: LakeTables, searcher: Searcher, model: ValueModel, counted_up_to: int
) -> JoinPlan:
    """Plan a join; nothing is joined before rows of the plan are needed.

    `counted_up_to` is the number of distinct values up to which the profiles of the index are exact.
    Raises NotFound for a table or column that doesn't exist, InvalidSetting for types that are never equal and where
    no condition matches, UnreadableTable when a file is gone.
    """
    columns = request.left, request.right
    left, right = (tables.side(one, [pair[side] for pair in request.also]) for side, one in enumerate(columns))
    bridges = None if request.also else BridgeSearch(searcher, tables, *columns)
    condition, tried = Chooser(left, right, request.precision, model, bridges, request.asof).choose(request.match)
    estimate = None
    # The sketch of a column of lists has whole lists for values, and sketches hold values as they are written.
    may_be_sketched = condition.rule != EQUAL_VALUES or {left.sql_type, right.sql_type} <= _SKETCHED_TYPES
    if may_be_sketched and not (request.also or left.has_lists or right.has_lists):
        sketched = [searcher.column(column) for column in columns]
        is_written_alike = condition.rule == EQUAL_VALUES and not normal_forms(left, right)
        read = searcher.directory.rows_read(request.left.table), searcher.directory.rows_read(request.right.table)
        estimate = estimate_from_profiles(sketched, condition, counted_up_to, is_written_alike, read)
    return JoinPlan(left, right, request.how, condition, tried, tables, estimate)
