"""A lake whose tables and columns are called as nobody should, and whose joins broke."""

from __future__ import annotations

from datetime import UTC, datetime

from lakeindex.drift.broken_joins import BrokenJoin, Reason
from lakeindex.export.described_lake import DescribedColumn, DescribedLake, DescribedTable
from lakeindex.lake_map.formats.schema_graph import ForeignKey
from lakeindex.types.columns import Kind
from lakeindex.types.lake import ColumnId, TableId
from lakeindex.types.matches import JoinKind

NAMES = (
    "plain", "with space", 'a "b" \\ c', "{{ ref('x') }}", "{% raw %}", "a,b(c)", "日本語.ü", "x::y > z", "tab\there",
    "line\nbreak", "c1\x85\u2028\x00",
    "%41", "select", "📈", "</script><b>", "'; DROP TABLE x; --", "UPPER", "upper", "1st",
)  # fmt: skip
PARENT = TableId("folder/{{ evil }} (1), 'x' \"y\".csv")
CHILD = TableId("日本/évil\n2.parquet")


def _column(name: str, kind: Kind) -> DescribedColumn:
    is_number = kind.is_number
    return DescribedColumn(
        name, kind, "BIGINT" if is_number else "VARCHAR", 10, 2, 8, False, "1" if is_number else None, None
    )


def evil_lake() -> DescribedLake:
    """Return it: every column of one table refers to the one of that name of the other, two of them together."""
    columns = tuple(_column(name, list(Kind)[place % len(Kind)]) for place, name in enumerate(NAMES))
    tables = (
        DescribedTable(PARENT, str(PARENT), "csv", 10, columns),
        DescribedTable(CHILD, str(CHILD), "parquet", 10, columns),
        DescribedTable(TableId("empty.csv"), "empty.csv", "csv", 0, ()),
    )
    single = [
        ForeignKey(CHILD, (name,), PARENT, (name,), 0.9, "n:1", "inferred", 0.25, '{{ 1 }} it\'s "evidence"\n')
        for name in NAMES
    ]
    composite = ForeignKey(CHILD, NAMES[:2], PARENT, NAMES[1:3], 0.8, "1:1", "declared", None, "")
    ends = ColumnId(CHILD, NAMES[2]), ColumnId(PARENT, NAMES[2])
    broken = BrokenJoin(*ends, JoinKind.EQUI, 0.9, 0.95, 0.1, Reason.VALUES)
    at = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    return DescribedLake("evil", "/evil", 3, at, tables, (*single, composite), (broken,), ())
