"""Fixed-width text: columns lie between the positions that are blank in every line."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pyarrow as pa

from lakeindex.errors import UnreadableTable
from lakeindex.types import LakeFile, ReadOptions, Rows, SourceTable, TableId


class FixedWidthConnector:
    """Read `.fwf` files, whose first line names the columns; an empty cell is null."""

    suffixes = frozenset({".fwf"})

    def tables(self, file: LakeFile, options: ReadOptions) -> Sequence[SourceTable]:
        """Find the one table of the file and where its columns start."""
        lines = _lines(file)
        starts = _column_starts(lines)
        names = _cells(lines[0], starts)
        if not all(names) or len(set(names)) < len(names):
            raise UnreadableTable("the first line doesn't name every column once")
        schema = pa.schema([(name, pa.string()) for name in names])
        settings = (("starts", " ".join(map(str, starts))),)
        return (SourceTable(TableId(file.name), schema, file.token, settings),)

    def read(self, file: LakeFile, table: SourceTable, options: ReadOptions) -> Rows:
        """Read its rows."""
        starts = [int(start) for start in dict(table.settings)["starts"].split()]
        return Rows(_batches(_lines(file)[1:], starts, table.schema, options.batch_rows))


def _lines(file: LakeFile) -> list[str]:
    try:
        lines = [line for line in file.path.read_text(encoding="utf-8").split("\n") if line.strip()]
    except (OSError, UnicodeDecodeError) as error:
        raise UnreadableTable(f"not readable as UTF-8 text: {error}") from error
    if not lines:
        raise UnreadableTable("empty file")
    return lines


def _column_starts(lines: Sequence[str]) -> list[int]:
    width = max(map(len, lines))
    is_blank = [True, *(all(line[i : i + 1] in ("", " ") for line in lines) for i in range(width))]
    return [i for i in range(width) if is_blank[i] and not is_blank[i + 1]]


def _cells(line: str, starts: Sequence[int]) -> list[str | None]:
    ends = [*starts[1:], None]
    return [line[start:end].strip() or None for start, end in zip(starts, ends, strict=True)]


def _batches(
    lines: Sequence[str], starts: Sequence[int], schema: pa.Schema, batch_rows: int
) -> Iterator[pa.RecordBatch]:
    for first in range(0, len(lines), batch_rows):
        rows = [_cells(line, starts) for line in lines[first : first + batch_rows]]
        columns = [pa.array(column, pa.string()) for column in zip(*rows, strict=True)]
        yield pa.record_batch(columns, schema=schema)
