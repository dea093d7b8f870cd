"""The exact CSV parser: reads a file record by record, for text on which CSV readers disagree."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator

import pyarrow as pa

from lakeindex.errors import UnreadableTable
from lakeindex.types.lake import LakeFile, Rows
from lakeindex_connectors.csv_files.duckdb_scan import duckdb_scan
from lakeindex_connectors.csv_files.layout import Layout
from lakeindex_connectors.csv_files.records import Record, RecordReader
from lakeindex_connectors.csv_files.table_records import TableRecords
from lakeindex_connectors.csv_files.text_chunks import text_chunks
from lakeindex_connectors.csv_files.wellformed import Wellformedness
from lakeindex_connectors.opening import open_unpacked
from lakeindex_connectors.text.encoding import decode

MAX_LINE_CHARACTERS = 16 << 20
_MAX_BATCH_CHARACTERS = 32 << 20
_MAX_SHARED_CHARACTERS = 1_000_000
"""DuckDB reads no line beyond two million bytes; for a longer file only the pyarrow parser decides on a scan."""


def stream_exactly(
    file: LakeFile, schema: pa.Schema, layout: Layout, batch_rows: int, rows: Rows
) -> Iterator[pa.RecordBatch]:
    """Yield every row, short ones padded; record in `rows` what was padded and what fits no column."""
    seen = Wellformedness(layout.dialect)
    with open_unpacked(file) as raw:
        chunks = seen.watch(text_chunks(raw, layout))
        lines = read_lines(decode(chunks, "utf-8"))
        for _ in range(layout.skip):
            next(lines, None)
        reader = RecordReader(lines, layout.dialect, len(schema))
        fitted = TableRecords(reader, layout.dialect, len(schema), layout.header_lines, layout.has_control)
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
