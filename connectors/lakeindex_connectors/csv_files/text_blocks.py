"""Blocks of rows out of the middle of a delimited text: where a record begins there, and what its rows are.

Whether a place lies inside a quoted cell only the whole text before it tells. Here a line is taken for the beginning of
a record from which on several records have the table's cells (cf. Ge et al., SIGMOD 2019, who speculate likewise).
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice
from typing import BinaryIO

import pyarrow as pa

from lakeindex.errors import UnreadableTable
from lakeindex_connectors.csv_files.arrow_csv import LONGEST_RECORD_BYTES, parse_chunks
from lakeindex_connectors.csv_files.exact_csv import read_lines
from lakeindex_connectors.csv_files.fit_columns import Fitting
from lakeindex_connectors.csv_files.layout import Layout
from lakeindex_connectors.csv_files.long_delimiters import put_back
from lakeindex_connectors.csv_files.records import Record, RecordReader
from lakeindex_connectors.csv_files.text_chunks import text_chunks
from lakeindex_connectors.csv_files.wellformed import Wellformedness
from lakeindex_connectors.text.encoding import damaged

_LEAST_BYTES = 4 << 10
_LINES_TRIED = 40
_RECORDS_TRIED, _TRIED_BYTES = 6, 256 << 10


Size = tuple[int, int]
"""How many rows a block has, and how many of the file's bytes they take."""


@dataclass(frozen=True, slots=True)
class TextBlock:
    """Some whole records of a text."""

    rows: pa.RecordBatch
    rejected: int
    bytes: int
    """How many of the file's bytes they take."""
    is_regular: bool
    """Whether every CSV reader sees the same rows, and lines end alike."""
    is_damaged: bool
    """Whether some bytes are not of the text's encoding."""

    @property
    def size(self) -> Size:
        """Return its rows and bytes."""
        return self.rows.num_rows, self.bytes


def read_block(raw: BinaryIO, schema: pa.Schema, layout: Layout, start: int, size: int) -> TextBlock | None:
    """Read the whole records between two offsets; None where no record is found to begin there."""
    raw.seek(start)
    data = raw.read(max(size, _LEAST_BYTES))
    lines = data[_after_line(data, 0) : _after_line(data, len(data))]
    text, is_damaged = _text_of(lines, layout)
    place = _start_of_record(text, layout, len(schema))
    if place is None:
        return None
    piece, unit = _lines_from(text, place, size), len(lines) / max(len(text), 1)
    layout = replace(layout, skip=0, header_lines=0)
    seen = Wellformedness(layout.dialect)
    next(seen.watch(iter([piece])), b"")
    end = seen.record_ends[0] if seen.record_ends else 0
    is_whole = seen.is_plain and end > 0 and _records_in(piece[end:], layout, len(schema), 2) <= 1
    if is_whole and seen.has_one_line_end and (batch := _parsed(piece[:end], schema, layout)) is not None:
        return TextBlock(batch, 0, round(end * unit), not is_damaged, is_damaged)
    batch, rejected, end = _fitted(piece, schema, layout)
    return TextBlock(batch, rejected, round(end * unit), False, is_damaged)


def _after_line(data: bytes, stop: int) -> int:
    """Return where the first line of a text ends, or with the length as `stop` the last one; 0 where none does."""
    for end in (b"\n", b"\r"):
        found = data.rfind(end, 0, stop) if stop else data.find(end)
        if found >= 0:
            return found + 1
    return 0


def _lines_from(text: bytes, start: int, size: int) -> bytes:
    """Return the lines of a text from an offset on, those that begin within so many bytes."""
    end = text.find(b"\n", start + size)
    return text[start : end + 1 if end >= 0 else len(text)]


def _text_of(data: bytes, layout: Layout) -> tuple[bytes, bool]:
    """Return lines as UTF-8 with one character as the delimiter, and whether some bytes were no text."""
    try:
        return b"".join(text_chunks(io.BytesIO(data), layout)), False
    except UnicodeDecodeError:
        layout = replace(layout, encoding=damaged(layout.encoding))
        return b"".join(text_chunks(io.BytesIO(data), layout)), True


def _start_of_record(text: bytes, layout: Layout, width: int) -> int | None:
    """Return where a record begins, at the start of a line; None where none is found."""
    quote = layout.dialect.quote.encode()
    if not text or not quote or quote not in text:
        return 0 if text else None
    if width < 2:
        return None  # every line looks like a row
    place = 0
    for line in islice(text.splitlines(keepends=True), _LINES_TRIED):
        if _is_start(text[place : place + _TRIED_BYTES], layout, width):
            return place
        place += len(line)
    return None


def _is_start(text: bytes, layout: Layout, width: int) -> bool:
    """Return whether the first records of a text have the table's cells; the last one may be cut off."""
    try:
        records = list(islice(_records(text, layout, 0), _RECORDS_TRIED + 1))[:-1]
    except UnreadableTable:
        return False  # too many quotes never close
    return bool(records) and all(len(record) == width for record in records)


def _records(text: bytes, layout: Layout, width: int) -> Iterator[Record]:
    lines = read_lines(iter([text.decode("utf-8", "replace")]))
    return iter(RecordReader(lines, layout.dialect, width))


def _records_in(text: bytes, layout: Layout, width: int, most: int) -> int:
    """Count the records of a text, up to so many."""
    return len(list(islice(_records(text, layout, width), most)))


def _parsed(text: bytes, schema: pa.Schema, layout: Layout) -> pa.RecordBatch | None:
    """Parse plain records; None where they don't all have the table's columns."""
    try:
        batches = list(parse_chunks(iter([text]), schema, layout, max(LONGEST_RECORD_BYTES, len(text))))
    except pa.ArrowInvalid:
        return None
    table = pa.Table.from_batches(batches, schema).combine_chunks()
    return table.to_batches()[0] if len(table) else pa.RecordBatch.from_pylist([], schema)


def _fitted(text: bytes, schema: pa.Schema, layout: Layout) -> tuple[pa.RecordBatch, int, int]:
    """Read records one by one, but for the last, which may be cut off; return rows, rejected ones and bytes."""
    lines = read_lines(iter([text.decode("utf-8", "replace")]))
    reader = RecordReader(lines, layout.dialect, len(schema))
    fitting = Fitting(layout.dialect, len(schema), ())
    try:
        records = list(reader)[:-1]
    except UnreadableTable:
        records = []  # of a place that is like no table
    rows = [fitted for record in records if (fitted := fitting.fit(record))]
    arrays = [pa.array(column, pa.string()) for column in zip(*rows, strict=True)]
    batch = pa.record_batch(arrays, schema=schema) if rows else pa.RecordBatch.from_pylist([], schema)
    if layout.long_delimiter:
        batch = put_back(batch, layout.long_delimiter)
    return batch, fitting.too_long, len(text) * len(records) // (len(records) + 1)
