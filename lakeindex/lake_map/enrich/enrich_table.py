"""Find the joins of a table that bring columns which help to predict one of its columns, and measure how much."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa

from lakeindex.errors import InvalidSetting
from lakeindex.join.plan import JoinPlan
from lakeindex.lake_map.enrich.gain import Gain, Losses, cross_validate, gain_of
from lakeindex.lake_map.enrich.looked_up import SampledRows
from lakeindex.lake_map.enrich.mutual_information import entropy, mutual_information
from lakeindex.lake_map.enrich.predictors import Predictor, Target
from lakeindex.lake_map.paths.join_path import Hop
from lakeindex.types.lake import ColumnId

_FEWEST_ROWS = 30
_MOST_COLUMNS = 20
"""Of a looked-up table, those that tell most are learned from."""
_COPY = 0.98
"""A column that takes away so much of the target's entropy is the target, under another name."""


@dataclass(frozen=True, slots=True)
class NewColumn:
    """A column that a join brings."""

    column: ColumnId
    information: float
    """The share of the target's entropy that it takes away, in [0, 1]."""

    @property
    def is_copy(self) -> bool:
        """Whether it tells all of the target: it may be the same, known only when the target is."""
        return self.information >= _COPY


@dataclass(frozen=True, slots=True)
class Enrichment:
    """A join and what it brings."""

    hop: Hop
    columns: tuple[NewColumn, ...]
    """Those that tell something, most first."""
    found: float
    """The share of the rows that have a partner."""
    gain: Gain
    """Of all columns that are no copy of the target, on the columns that the table has itself."""


@dataclass(frozen=True, slots=True, eq=False)
class Base:
    """The sampled rows, what is predicted, and how well that goes without any join."""

    sampled: SampledRows
    target: Target
    own: list[Predictor]
    losses: Losses

    @classmethod
    def of(cls, sampled: SampledRows, column: str) -> Base:
        """Predict a column by the others of its table. Raises InvalidSetting for one that can't be predicted."""
        if len(sampled) < _FEWEST_ROWS:
            raise InvalidSetting(
                f"{column!r} has {len(sampled)} values, too few to learn from: {_FEWEST_ROWS} are needed"
            )
        rows = sampled.own()
        target = Target.of(rows[column])
        if target is None:
            raise InvalidSetting(f"{column!r} can't be predicted: it is constant, holds lists, or no value comes twice")
        own = list(_predictors(rows.drop_columns([column])))
        return cls(sampled, target, own, cross_validate(own, target))

    @property
    def measure(self) -> str:
        """What scores are."""
        return "share of classes right" if self.target.is_class else "R²"

    def enrich(self, hop: Hop, plan: JoinPlan) -> Enrichment:
        """Look up what a join brings, and measure what that gains."""
        looked_up = self.sampled.look_up(plan)
        codes = self.target.binned()
        whole = max(entropy(codes), 1e-12)
        predictors = list(_predictors(looked_up))
        informed = [mutual_information(one.binned(), codes) / whole for one in predictors]
        order = np.argsort(-np.array(informed), kind="stable")[:_MOST_COLUMNS].tolist()
        columns = [NewColumn(ColumnId(hop.right.table, predictors[at].name), informed[at]) for at in order]
        added = [predictors[at] for at, column in zip(order, columns, strict=True) if not column.is_copy]
        losses = cross_validate([*self.own, *added], self.target) if added else self.losses
        told = tuple(one for one in columns if one.information > 0)
        return Enrichment(hop, told, _found(looked_up), gain_of(self.losses, losses))


def lookups_of(hops: Sequence[Hop], target: str) -> list[Hop]:
    """Return the joins with one partner a row at most, but for those by the target; one a table, the likeliest."""
    able = [hop for hop in hops if str(hop.cardinality).endswith(":1") and hop.left.name != target]
    best: dict[str, Hop] = {}
    for hop in sorted(able, key=lambda one: (-one.probability, one)):
        best.setdefault(hop.right.table, hop)
    return list(best.values())


def renamed(enrichment: Enrichment, names: dict[str, str]) -> Enrichment:
    """Give columns the names that the index gives them; `names` are these by the names of SQL."""
    columns = [replace(one, column=ColumnId(one.column.table, names[one.column.name])) for one in enrichment.columns]
    return replace(enrichment, columns=tuple(columns))


def _predictors(rows: pa.Table) -> Iterator[Predictor]:
    for name, column in zip(rows.column_names, rows.columns, strict=True):
        found = Predictor.of(name, column)
        if found is not None:
            yield found


def _found(rows: pa.Table) -> float:
    has_value = np.zeros(rows.num_rows, bool)
    for column in rows.columns:
        has_value |= column.is_valid().to_numpy()
    return float(has_value.mean())
