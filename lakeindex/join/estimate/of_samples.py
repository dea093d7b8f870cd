"""Estimates of a join of which a side's rows were sampled: some partners may be among the rows that were not read.

A value is in a sample of a share q of the rows with a probability of q at least. So of the rows that find a partner,
at least a share q does in the sample, and the joined rows of both samples stand for up to 1/(q1 q2) times as many.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from lakeindex.join.estimate.estimate import Interval, JoinEstimate
from lakeindex.types.columns import Family, QueryColumn

_SAMPLED = 50.0
"""As how large a sketch a sample counts for, by which the number of its column's values is estimated."""


@dataclass(frozen=True, slots=True)
class ReadShare:
    """How much of a column was read."""

    rows: float
    """The share of its rows; 1 for all."""
    values: float
    """The share of its distinct values that are among them, as far as can be told."""

    @classmethod
    def of(cls, column: QueryColumn, read: int) -> ReadShare:
        """Return it for a column of whose table so many rows were read, 0 for all."""
        rows = int(column.facts.rows[0])
        if not read or read >= rows:
            return cls(1.0, 1.0)
        terms = column.terms[Family.VALUES]
        seen = len(terms.hashes)
        if seen and float(terms.hashes[-1]) > 0 and seen > 1:
            # As the sketch of the values that were read tells (`Sketch.distinct`), but never fewer than it holds.
            seen = max(seen, round((seen - 1) / ((float(terms.hashes[-1]) + 1.0) / 2.0**64)))
        share = read / rows
        return cls(share, min(max(seen / max(int(column.facts.distinct[0]), 1), share), 1.0))

    @property
    def is_whole(self) -> bool:
        """Whether all of it was read."""
        return self.rows == 1.0

    @property
    def sketched_by(self) -> float | None:
        """Return the size of a sketch that knows as little of the number of values; None where all were read."""
        return None if self.is_whole else _SAMPLED


def of_sampled(
    estimate: JoinEstimate, columns: Sequence[QueryColumn], left: ReadShare, right: ReadShare
) -> JoinEstimate:
    """Return the estimate of a join of whole columns, given that of what was read of them."""
    if left.is_whole and right.is_whole:
        return estimate
    left_rows, right_rows = (float(one.facts.rows[0] - one.facts.nulls[0]) for one in columns)
    rate, rows = estimate.match_rate, estimate.rows
    matched = Interval(min(rate.low, 1.0), min(rate.expected / right.values, 1.0), min(rate.high / right.rows, 1.0))
    most = left_rows * right_rows
    joined = Interval(
        rows.low * min(left.rows, right.rows),
        min(max(rows.expected, matched.expected * left_rows), most),
        min(rows.high / (left.rows * right.rows), most),
    )
    expected = joined.expected / max(matched.expected * left_rows, 1.0) if matched.expected else 0.0
    fan_out = Interval(min(1.0, expected), expected, max(estimate.fan_out.high / right.rows, expected))
    return replace(
        estimate,
        match_rate=matched,
        fan_out=fan_out,
        rows=joined,
        is_exact=False,
        multiplies=joined.expected > max(left_rows, right_rows),
    )
