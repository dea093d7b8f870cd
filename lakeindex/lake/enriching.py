"""What a lake is asked of a column of a table: which joins help to predict it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyarrow as pa

from lakeindex.config.ranges import NO_OR_SOME_ANSWERS, SHARE
from lakeindex.errors import LakeIndexError
from lakeindex.escaping.visible import visible_line
from lakeindex.lake.planned_hops import PlannedHops
from lakeindex.types.frames import Frames
from lakeindex.types.lake import ColumnId, TableId

if TYPE_CHECKING:
    from lakeindex.lake_map.enrich.enrich_table import Base, Enrichment
    from lakeindex.lake_map.paths.join_path import Hop
    from lakeindex.open_index import OpenIndex

_ROWS = 5_000
"""Rows that are learned from, at most."""
_SHOWN = 5
_FIELDS: list[tuple[str, pa.DataType]] = [
    ("rank", pa.int64()),
    ("table", pa.string()),
    ("own_column", pa.string()),
    ("column", pa.string()),
    ("probability", pa.float64()),
    ("found", pa.float64()),
    ("gain", pa.float64()),
    ("gain_low", pa.float64()),
    ("gain_high", pa.float64()),
    ("helps", pa.string()),
    ("copies", pa.string()),
]
ENRICH_SCHEMA = pa.schema(_FIELDS)
"""A row a join, own_column = column: the share of rows with a partner, the gain of the score with its 95 % interval,
the columns that tell most, each with the share of the target's entropy that it takes away, and those that are the
target itself under another name, which are left out of the gain."""


@dataclass(frozen=True, slots=True)
class EnrichRequest:
    """How the joins are looked for and measured."""

    k: int = 10
    """Joins that are measured."""
    min_probability: float = 0.5
    """Of a join."""


@dataclass(frozen=True, eq=False)
class Enrichments(Frames):
    """The joins of a table, those that help most to predict a column first."""

    target: ColumnId
    base: Base
    found: tuple[Enrichment, ...]
    notes: tuple[str, ...]
    """Joins that could not be measured, and why."""

    def to_arrow(self) -> pa.Table:
        """Lay the joins out as ENRICH_SCHEMA."""
        rows = [_row(rank, one) for rank, one in enumerate(self.found, 1)]
        return pa.Table.from_pylist(rows, schema=ENRICH_SCHEMA)

    def describe(self) -> str:
        """Return how well the column is predicted without any join."""
        rows, score = len(self.base.sampled), self.base.losses.score
        return f"{self.target} is predicted from its own table with {score:.3f} ({self.base.measure}, {rows:,} rows)"

    def __repr__(self) -> str:
        gains = [f"{one.gain.gain:+.3f} ({one.gain.low:+.3f} to {one.gain.high:+.3f})" for one in self.found]
        lines = [f"{gain}  {one.hop.right}" for gain, one in zip(gains, self.found, strict=True)]
        return "\n".join(map(visible_line, [self.describe(), *lines]))


def enrich(opened: OpenIndex, table: str, column: str, request: EnrichRequest) -> Enrichments:
    """Measure which joins of a table help to predict one of its columns.

    Raises NotFound with the nearest names, InvalidSetting for a column that can't be predicted, UnreadableTable when a
    file is gone, MissingExtra without scikit-learn.
    """
    from lakeindex.lake_map.enrich.enrich_table import Base, lookups_of
    from lakeindex.lake_map.enrich.looked_up import SampledRows
    from lakeindex.lake_map.paths.join_graph import JoinGraph

    target = ColumnId(TableId(table), column)
    opened.searcher.directory.key_of(target)
    opened.require_names()
    opened.require_rows()
    k = int(NO_OR_SOME_ANSWERS.require(request.k, "k"))
    side = opened.tables.side(target)
    base = Base.of(SampledRows.of(side, side.column, _ROWS), side.column)
    graph = JoinGraph(opened.reranking, opened.budget, SHARE.require(request.min_probability, "min_probability"))
    graph.expand(target.table)
    measured = _Measured(opened, base)
    for hop in lookups_of(graph.hops(target.table), column)[:k]:
        measured.measure(hop)
    found = sorted(measured.found, key=lambda one: (-one.gain.gain, one.hop))
    return Enrichments(target, base, tuple(found), tuple(measured.notes))


class _Measured:
    def __init__(self, opened: OpenIndex, base: Base) -> None:
        self.planned, self.base = PlannedHops(opened), base
        self.found: list[Enrichment] = []
        self.notes: list[str] = []

    def measure(self, hop: Hop) -> None:
        """Measure a join, or note why that can't be."""
        from lakeindex.lake_map.enrich.enrich_table import renamed

        try:
            plan = self.planned.plan(hop)
            directory = plan.tables.directory
            known = [directory.id_of(key).name for key in directory.keys_of_table(hop.right.table).tolist()]
            names = dict(zip((name for name, _ in plan.right.columns), known, strict=True))
            self.found.append(renamed(self.base.enrich(hop, plan), names))
        except LakeIndexError as error:
            self.notes.append(f"{hop.left} with {hop.right}: {error}")


def _row(rank: int, one: Enrichment) -> dict[str, object]:
    told = [f"{column.column.name} ({column.information:.2f})" for column in one.columns if not column.is_copy]
    copies = [column.column.name for column in one.columns if column.is_copy]
    ends = one.hop.right.table, one.hop.left.name, one.hop.right.name, one.hop.probability
    gains = one.gain.gain, one.gain.low, one.gain.high
    cells = rank, *ends, one.found, *gains, ", ".join(told[:_SHOWN]), ", ".join(copies)
    return dict(zip(ENRICH_SCHEMA.names, cells, strict=True))
