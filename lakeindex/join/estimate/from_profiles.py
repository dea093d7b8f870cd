"""Estimate a join from the profiles of its columns."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from lakeindex.join.condition import EQUAL_VALUES, ByExpression, JoinCondition
from lakeindex.join.estimate.estimate import JoinEstimate, estimate_join
from lakeindex.join.estimate.samples import DistinctCount
from lakeindex.join.key_conditions import normal_value
from lakeindex.types.columns import Family, QueryColumn

# Sketches hold normal values: they don't cover other conditions.
_SKETCHED_RULES = (EQUAL_VALUES, ByExpression(normal_value(), normal_value()))


def estimate_from_profiles(
    columns: Sequence[QueryColumn], condition: JoinCondition, counted_up_to: int, is_written_alike: bool
) -> JoinEstimate | None:
    """Estimate the join of two columns from their sketches; None where these don't cover the condition.

    Profiles counted up to `counted_up_to` distinct values, and estimated how many more there are. Unless values are
    written alike wherever they are equal, as whole numbers are, a join on equal values may give fewer rows.
    """
    left, right = (column.terms[Family.VALUES] for column in columns)
    if condition.rule not in _SKETCHED_RULES or not len(left.hashes) or not len(right.hashes):
        return None
    left_rows, right_rows = (int(column.facts.rows[0] - column.facts.nulls[0]) for column in columns)
    left_distinct, right_distinct = (distinct_count(column, counted_up_to) for column in columns)
    estimate = estimate_join(left, right, left_rows, right_rows, distinct=(left_distinct, right_distinct))
    return estimate if is_written_alike or condition.rule != EQUAL_VALUES else _at_most(estimate)


def _at_most(estimate: JoinEstimate) -> JoinEstimate:
    """Return the estimate of a join that has some of the rows of another one."""
    rate, fan_out, rows = (replace(one, low=0.0) for one in (estimate.match_rate, estimate.fan_out, estimate.rows))
    return replace(estimate, match_rate=rate, fan_out=fan_out, rows=rows, is_exact=rows.is_exact)


def distinct_count(column: QueryColumn, counted_up_to: int) -> DistinctCount:
    """Return how many distinct values a column has, by a profile that counted up to `counted_up_to` of them."""
    values = int(column.facts.distinct[0])
    return DistinctCount(values, math.inf if values < counted_up_to else counted_up_to)
