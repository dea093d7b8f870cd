"""The join paths between two tables, for programs (Arrow) and for people (repr)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from lakeindex.errors import NotFound, UnreadableTable
from lakeindex.escaping.visible import visible_line
from lakeindex.lake_map.paths.find_paths import FoundPaths
from lakeindex.lake_map.paths.join_path import JoinPath
from lakeindex.lake_map.paths.path_join import HopRows, PathJoin
from lakeindex.types.frames import Frames
from lakeindex.types.lake import TableId

_FIELDS: list[tuple[str, Any]] = [
    ("rank", pa.int64()),
    ("hop", pa.int64()),
    ("left_table", pa.string()),
    ("left_column", pa.string()),
    ("right_table", pa.string()),
    ("right_column", pa.string()),
    ("probability", pa.float64()),
    ("rows_low", pa.int64()),
    ("rows", pa.int64()),
    ("rows_high", pa.int64()),
    ("kept", pa.float64()),
    ("cardinality", pa.string()),
    ("match", pa.string()),
    ("path_probability", pa.float64()),
    ("trap", pa.string()),
]
PATHS_SCHEMA = pa.schema(_FIELDS)
"""A row a hop: its own probability, then the rows of the path up to it, and the share of the rows before it that find a
partner; all null where they could not be counted. Binding for scripts: columns are only ever appended."""


@dataclass(frozen=True, eq=False)
class JoinPaths(Frames):
    """The most likely paths between two tables, best first."""

    first: TableId
    last: TableId
    found: FoundPaths
    joins: tuple[PathJoin | str, ...]
    """A path each; where it can't be joined as things are, the reason."""
    without_rows: int
    """Paths that are left out: their joins are likely, but no row meets through all of them."""

    def __len__(self) -> int:
        return len(self.found.paths)

    def join(self, rank: int) -> PathJoin:
        """Return the path of a rank, from 1, ready to run. Raises NotFound, UnreadableTable for one that can't be."""
        if not 1 <= rank <= len(self):
            raise NotFound(f"there is no path {rank}: {self.describe()}")
        joined = self.joins[rank - 1]
        if isinstance(joined, str):
            raise UnreadableTable(joined)
        return joined

    def to_arrow(self) -> pa.Table:
        """Lay the hops of all paths out as PATHS_SCHEMA."""
        rows = [row for rank, path in enumerate(self.found.paths, 1) for row in self._rows(rank, path)]
        return pa.Table.from_pylist(rows, schema=PATHS_SCHEMA)

    def for_people(self) -> pa.Table:
        """Lay the hops out in fewer columns, without what a path's description says."""
        rows = self.to_arrow()
        hops = [hop for path in self.found.paths for hop in path.hops]
        figures = [rows[name] for name in ("probability", "kept", "rows", "cardinality")]
        columns = [
            rows["rank"],
            [f"{hop.left.table} · {hop.left_columns}" for hop in hops],
            [f"{hop.right.table} · {hop.right_columns}" for hop in hops],
            *figures,
        ]
        return pa.table(columns, names=["path", "from", "to", "probability", "kept", "rows", "cardinality"])

    def notes(self) -> list[str]:
        """Return why the rows of some paths could not be counted, each reason once."""
        return list(dict.fromkeys(one for one in self.joins if isinstance(one, str)))

    def describe(self) -> str:
        """Return in a sentence what was found."""
        ends = f"from {self.first} to {self.last}"
        count = len(self)
        found = f"no path {ends}" if not count else f"{count} path{'s' if count > 1 else ''} {ends}"
        if self.without_rows:
            found += f" ({self.without_rows} more through which no row meets)"
        return found if self.found.is_complete else f"{found} through the tables that join best: there are more"

    def __repr__(self) -> str:
        lines = [f"{path.probability:.3f}  {path}" for path in self.found.paths]
        return "\n".join(map(visible_line, [self.describe(), *lines]))

    def _rows(self, rank: int, path: JoinPath) -> Iterator[dict[str, object]]:
        joined = self.joins[rank - 1]
        counted: Sequence[HopRows | None] = [None] * len(path.hops)
        matches: Sequence[str | None] = [None] * len(path.hops)
        if isinstance(joined, PathJoin):
            counted, matches = joined.rows, [plan.condition.match for plan in joined.plans]
        for place, hop in enumerate(path.hops):
            ends = hop.left.table, hop.left_columns, hop.right.table, hop.right_columns
            figures = _figures(counted[place])
            told = str(hop.cardinality), matches[place], path.probability, path.trap
            cells = rank, place + 1, *ends, hop.probability, *figures, *told
            yield dict(zip(PATHS_SCHEMA.names, cells, strict=True))


def _figures(rows: HopRows | None) -> tuple[float | None, ...]:
    return (None,) * 4 if rows is None else (rows.low, rows.rows, rows.high, rows.kept)
