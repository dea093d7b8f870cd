"""Count where the moments of two columns meet, and how many would by chance."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from lakeindex.join.condition import VALUE
from lakeindex.join.side import reading
from lakeindex.join.temporal.grains import Grain
from lakeindex.join.temporal.period_match import MomentColumn

_MOMENTS = """
WITH lefts AS (SELECT DISTINCT {left} AS moment FROM {left_values}),
     rights AS (SELECT DISTINCT {right} AS moment FROM {right_values})
"""
_MET = """
, finite_lefts AS (SELECT moment FROM lefts WHERE isfinite(moment)),
  finite_rights AS (SELECT moment FROM rights WHERE isfinite(moment)),
  ranges AS (SELECT l.low AS left_low, l.high AS left_high, r.low AS right_low, r.high AS right_high
             FROM (SELECT min(moment) AS low, max(moment) AS high FROM finite_lefts) AS l,
                  (SELECT min(moment) AS low, max(moment) AS high FROM finite_rights) AS r),
  common AS (SELECT greatest(left_low, right_low) AS low, least(left_high, right_high) AS high FROM ranges)
SELECT (SELECT count(*) FROM finite_lefts) AS lefts, (SELECT count(*) FROM finite_rights) AS rights,
       (SELECT count(*) FROM finite_lefts, common WHERE moment BETWEEN low AND high) AS lefts_within,
       (SELECT count(*) FROM finite_rights, common WHERE moment BETWEEN low AND high) AS rights_within,
       (SELECT count(*) FROM finite_lefts JOIN finite_rights USING (moment)) AS met,
       coalesce((SELECT epoch_us(high) - epoch_us(low) FROM common), 0) AS span,
       coalesce((SELECT CAST(left_low = right_low AND left_high = right_high AS INTEGER) FROM ranges), 0)
"""
_SHIFTED = """
, part AS (SELECT moment FROM lefts WHERE isfinite(moment) ORDER BY hash(moment) LIMIT {sampled}),
  shifts AS (SELECT unnest(range(-14, 15)) AS hours)
SELECT coalesce(max(met) FILTER (hours = 0), 0), coalesce(max(met) FILTER (hours != 0), 0)
FROM (SELECT hours, count(*) AS met FROM part, shifts, rights WHERE part.moment + to_hours(hours) = rights.moment
      GROUP BY hours)
"""
_SAMPLED = 10_000


@dataclass(frozen=True, slots=True)
class Meeting:
    """Distinct moments of two columns, each taken to the beginning of its period, and how many are the same."""

    lefts: int
    rights: int
    lefts_within: int
    """Left moments between the first and the last moment that both columns reach."""
    rights_within: int
    met: int
    span: int
    """The microseconds between these two."""
    has_one_range: bool
    """Whether both columns have the same first and the same last moment."""

    @property
    def share(self) -> float:
        """The share of the moments within the common range that meet, of the side of which more do."""
        return self.met / max(min(self.lefts_within, self.rights_within), 1)

    @property
    def is_in_range(self) -> bool:
        """Whether most of one column lies in the range of the other."""
        return 2 * self.lefts_within >= self.lefts > 0 or 2 * self.rights_within >= self.rights > 0

    def surprise(self, tick: int) -> float:
        """Return how unlikely so many meetings are if moments of one side fell on any tick: -log of the probability.

        The Chernoff bound of a binomial tail, for the side of which it is larger.
        """
        ticks = self.span // max(tick, 1) + 1
        return max(
            _surprise(self.met, self.lefts_within, self.rights_within / ticks),
            _surprise(self.met, self.rights_within, self.lefts_within / ticks),
        )


def _surprise(met: int, tried: int, chance: float) -> float:
    if not tried or chance >= 1 or met <= chance * tried:
        return 0.0
    share = met / tried
    rest = (1 - share) * math.log((1 - share) / (1 - chance)) if share < 1 else 0.0
    return tried * (share * math.log(share / chance) + rest)


def meeting_of(left: MomentColumn, right: MomentColumn, grain: Grain) -> Meeting:
    """Count the meeting of two columns by periods. Raises UnreadableTable when a file is gone."""
    lefts, rights, lefts_within, rights_within, met, span, has_one_range = _counted(_MET, left, right, grain)
    return Meeting(lefts, rights, lefts_within, rights_within, met, span, bool(has_one_range))


def shifted_meetings(left: MomentColumn, right: MomentColumn, grain: Grain) -> tuple[int, int]:
    """Count how many left moments meet right ones as they are, and by the best shift of up to 14 hours, of a part."""
    met, shifted = _counted(_SHIFTED.format(sampled=_SAMPLED), left, right, grain)
    return met, shifted


def _counted(sql: str, left: MomentColumn, right: MomentColumn, grain: Grain) -> Sequence[int]:
    moments = _MOMENTS.format(
        left=grain.beginning(left.moments.moment).replace(VALUE, "value"),
        left_values=left.values.relation,
        right=grain.beginning(right.moments.moment).replace(VALUE, "value"),
        right_values=right.values.relation,
    )
    with reading(f"the join of {left.side} with {right.side}"):
        (row,) = left.values.cursor.execute(moments + sql).fetchall()
    return [int(one) for one in row]
