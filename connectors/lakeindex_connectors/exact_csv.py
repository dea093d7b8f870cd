"""The exact road through a CSV file: record by record, for text on which readers disagree."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator

import pyarrow as pa

from lakeindex.errors import UnreadableTable
from lakeindex.types import LakeFile, Rows
from lakeindex_connectors.duckdb_scan import duckdb_scan
from lakeindex_connectors.encoding import decode, to_utf8
from lakeindex_connectors.layout import Layout
from lakeindex_connectors.opening import open_unpacked, read_chunks
from lakeindex_connectors.records import Record, RecordReader
from lakeindex_connectors.wellformed import Wellformedness

MAX_LINE_CHARACTERS = 16 << 20
_MAX_BATCH_CHARACTERS = 32 << 20
_MAX_SHARED_CHARACTERS = 1_000_000
"""DuckDB reads no line beyond two million bytes, so a longer file is left to the fast road to judge."""


def stream_exactly(
    file: LakeFile, schema: pa.Schema, layout: Layout, batch_rows: int, rows: Rows
) -> Iterator[pa.RecordBatch]:
    """Read every record, padding short ones; tell `rows` what was padded and what fits no column."""
    seen = Wellformedness(layout.dialect)
    with open_unpacked(file) as raw:
        chunks = seen.watch(to_utf8(read_chunks(raw), layout.encoding))
        lines = read_lines(decode(chunks, "utf-8"))
        for _ in range(layout.skip):
            next(lines, None)
        reader = RecordReader(lines, layout.dialect)
        fitted = _FittedRecords(reader, len(schema), layout.has_header)
        yield from _batches(fitted, reader, schema, batch_rows)
    if seen.has_nul:
        raise UnreadableTable("binary content: it contains NUL bytes")
    is_shared = fitted.is_regular and seen.is_plain and seen.has_one_line_end
    rows.scan = duckdb_scan(file, layout) if is_shared and reader.characters < _MAX_SHARED_CHARACTERS else None
    rows.rejected = fitted.rejected
    rows.notes.extend(fitted.notes())


def read_lines(texts: Iterator[str]) -> Iterator[str]:
    """Cut text into lines that keep their ends; raises UnreadableTable at one that is far too long."""
    rest = ""
    for text in texts:
        lines = io.StringIO(rest + text, newline="").readlines()
        rest = lines.pop() if lines and not lines[-1].endswith("\n") else ""
        yield from lines
        if len(rest) > MAX_LINE_CHARACTERS:
            raise UnreadableTable(f"a line longer than {MAX_LINE_CHARACTERS >> 20} million characters")
    if rest:
        yield rest


class _FittedRecords:
    """The records of a table, each with its number of cells; counts what had to be done to them."""

    def __init__(self, reader: RecordReader, width: int, has_header: bool) -> None:
        self._reader = reader
        self._width = width
        self._has_header = has_header
        self.rejected = self._padded = self._trimmed = 0
        self.is_regular = True
        """Whether every record so far had the right number of cells, or was an empty line."""

    def __iter__(self) -> Iterator[Record]:
        records = iter(self._reader)
        if self._has_header:
            next(records, None)
        for record in records:
            if len(record) == self._width:
                yield record
            elif fitted := self._fit(record):
                yield fitted

    def _fit(self, record: Record) -> Record:
        """Pad or trim a record; return an empty one for a blank line and for what is rejected."""
        self.is_regular = self.is_regular and not record
        missing = self._width - len(record)
        if missing < 0 and any(record[self._width :]):
            self.rejected += 1
            return []
        if missing < 0:
            self._trimmed += 1
            return record[: self._width]
        is_blank = not record or (len(record) == 1 and not (record[0] or "").strip())
        if is_blank and self._width > 1:
            return []
        self._padded += bool(record)
        return [*record, *[None] * missing]

    def notes(self) -> list[str]:
        """Say what was done to the records, a sentence for each kind."""
        counts = {
            "rows had too few cells and were padded": self._padded,
            "rows had empty cells beyond the last column": self._trimmed,
            "rows had too many cells and were left out": self.rejected,
            "quotes never close and were read as text": self._reader.unclosed,
        }
        return [f"{count} {what}" for what, count in counts.items() if count]


def _batches(
    records: Iterable[Record], reader: RecordReader, schema: pa.Schema, batch_rows: int
) -> Iterator[pa.RecordBatch]:
    held: list[Record] = []
    characters = 0
    for record in records:
        held.append(record)
        if len(held) == batch_rows or reader.characters - characters > _MAX_BATCH_CHARACTERS:
            yield _to_batch(held, schema)
            held, characters = [], reader.characters
    if held:
        yield _to_batch(held, schema)


def _to_batch(records: list[Record], schema: pa.Schema) -> pa.RecordBatch:
    columns = zip(*records, strict=True)
    return pa.record_batch([pa.array(column, pa.string()) for column in columns], schema=schema)
