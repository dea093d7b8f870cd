"""Estimate a join from the profiles of its columns."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from lakeindex.join.condition import EQUAL_VALUES, ByExpression, JoinCondition
from lakeindex.join.estimate.estimate import JoinEstimate, estimate_join
from lakeindex.join.estimate.of_samples import ReadShare, of_sampled
from lakeindex.join.estimate.samples import DistinctCount
from lakeindex.join.key_conditions import normal_value
from lakeindex.types.columns import Family, QueryColumn

# Sketches hold normal values: they don't cover other conditions.
_SKETCHED_RULES = (EQUAL_VALUES, ByExpression(normal_value(), normal_value()))


def estimate_from_profiles(
    columns: Sequence[QueryColumn],
    condition: JoinCondition,
    counted_up_to: int,
    is_written_alike: bool,
    read: tuple[int, int] = (0, 0),
) -> JoinEstimate | None:
    """Estimate the join of two columns from their sketches; None where these don't cover the condition.

    Profiles counted up to `counted_up_to` distinct values, and estimated how many more there are. Unless values are
    written alike wherever they are equal, as whole numbers are, a join on equal values may give fewer rows. `read` are
    the rows of each side's table that were read, 0 where all were.
    """
    left, right = (column.terms[Family.VALUES] for column in columns)
    if condition.rule not in _SKETCHED_RULES or not len(left.hashes) or not len(right.hashes):
        return None
    left_rows, right_rows = (int(column.facts.rows[0] - column.facts.nulls[0]) for column in columns)
    shares = [ReadShare.of(column, rows) for column, rows in zip(columns, read, strict=True)]
    distinct = [
        distinct_count(column, counted_up_to, share.sketched_by) for column, share in zip(columns, shares, strict=True)
    ]
    estimate = estimate_join(left, right, left_rows, right_rows, distinct=(distinct[0], distinct[1]))
    estimate = of_sampled(estimate, columns, *shares)
    return estimate if is_written_alike or condition.rule != EQUAL_VALUES else _at_most(estimate)


def _at_most(estimate: JoinEstimate) -> JoinEstimate:
    """Return the estimate of a join that has some of the rows of another one."""
    rate, fan_out, rows = (replace(one, low=0.0) for one in (estimate.match_rate, estimate.fan_out, estimate.rows))
    return replace(estimate, match_rate=rate, fan_out=fan_out, rows=rows, is_exact=rows.is_exact)


def distinct_count(column: QueryColumn, counted_up_to: int, sketched_by: float | None = None) -> DistinctCount:
    """Return how many distinct values a column has, by a profile that counted up to `counted_up_to` of them.

    With `sketched_by` none were counted, and they are known as well as by a sketch of this size.
    """
    values = int(column.facts.distinct[0])
    if sketched_by is not None:
        return DistinctCount(values, sketched_by)
    return DistinctCount(values, math.inf if values < counted_up_to else counted_up_to)
