"""Delimited text files: any common delimiter, quoting and encoding, with or without a header."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import pyarrow as pa

from lakeindex.errors import NotTable, UnreadableTable
from lakeindex.types.lake import Header, LakeFile, ReadOptions, RowCount, RowRange, Rows, SourceTable, TableId
from lakeindex_connectors.column_names import unique_names
from lakeindex_connectors.csv_files.arrow_csv import stream, survey
from lakeindex_connectors.csv_files.byte_ranges import read_bytes, split_bytes
from lakeindex_connectors.csv_files.duckdb_scan import duckdb_scan
from lakeindex_connectors.csv_files.exact_csv import stream_exactly
from lakeindex_connectors.csv_files.layout import Layout, detect_layout, read_sample
from lakeindex_connectors.csv_files.long_delimiters import put_back
from lakeindex_connectors.csv_files.prose import is_prose
from lakeindex_connectors.csv_files.sample_rows import SampledText
from lakeindex_connectors.csv_files.widening import count_file_columns
from lakeindex_connectors.opening import is_gzip_name, open_unpacked, slice_batches
from lakeindex_connectors.text.encoding import is_damaged, is_guess, undamaged
from lakeindex_connectors.text.mixed_charsets import is_mixed

_TINY_BYTES = 8192
"""Below this size the exact parser is the faster one: pyarrow starts a thread for each file."""
_TEXT_SUFFIXES = (".csv", ".tsv", ".tab", ".psv", ".txt")


class CsvConnector:
    """Read delimited text; every column is text, an unquoted empty cell or `\\N` is null."""

    suffixes = frozenset(_TEXT_SUFFIXES) | frozenset(f"{suffix}.gz" for suffix in _TEXT_SUFFIXES)

    def tables(self, file: LakeFile, options: ReadOptions) -> Sequence[SourceTable]:
        """Return the one table of the file, with the layout detected from its beginning."""
        with open_unpacked(file) as raw:
            head, is_whole = read_sample(raw)
        if _may_be_prose(file, options) and is_prose(file.path.name, head):
            raise NotTable("a text for people, no table; with --header yes or no it is read as one")
        layout, names = detect_layout(head, is_whole, options.header, options.only_certain_names)
        is_sampled = not is_whole and _is_sampled(file, names, layout, options)
        layout, names = _widened(file, head if is_whole or is_sampled else None, layout, names)
        schema = pa.schema([(name, pa.string()) for name in names])
        is_named_by_row = options.header is Header.AUTO and layout.header_lines > 0
        return (SourceTable(TableId(file.name), schema, file.token, layout.to_settings(), is_named_by_row),)

    def read(self, file: LakeFile, table: SourceTable, options: ReadOptions) -> Rows:
        """Return its rows with the cells as they are written; notes list what was guessed, padded or left out."""
        rows = Rows(iter(()))
        rows.batches = slice_batches(_read(file, table, options, rows), options.batch_rows)
        return rows

    def ranges(self, file: LakeFile, table: SourceTable, options: ReadOptions, size: int) -> Sequence[RowRange]:
        """Split a regular UTF-8 file between records, found by a pass over all of it."""
        return split_bytes(file, table.schema, Layout.from_settings(table.settings), size)

    def read_range(self, file: LakeFile, table: SourceTable, span: RowRange, options: ReadOptions) -> Rows:
        """Return the rows between two offsets."""
        layout = Layout.from_settings(table.settings)
        batches = slice_batches(read_bytes(file, table.schema, layout, span), options.batch_rows)
        return Rows(batches, duckdb_scan(file, layout), notes=list(_notes(layout)))

    def count(self, file: LakeFile, table: SourceTable, options: ReadOptions) -> RowCount | None:
        """Estimate the rows from some places of the file; None where it is compressed, or rows can't be found there."""
        return _sampled_text(file, table).count(options.sample_rows)

    def sample(self, file: LakeFile, table: SourceTable, options: ReadOptions, seed: int) -> Rows:
        """Read blocks of the file. Whether DuckDB reads its rows alike is judged by these blocks."""
        text = _sampled_text(file, table)
        rows = Rows(iter(()), notes=list(_notes(text.layout)), sampled_of=text.count(options.sample_rows))
        if rows.sampled_of is None:
            raise UnreadableTable("the file changed while it was read")
        rows.batches = text.sampled(rows, options.sample_rows, seed)
        return rows


def _may_be_prose(file: LakeFile, options: ReadOptions) -> bool:
    return options.header is Header.AUTO and ".txt" in file.path.suffixes[-2:]


def _sampled_text(file: LakeFile, table: SourceTable) -> SampledText:
    return SampledText(file, table.schema, Layout.from_settings(table.settings))


def _is_sampled(file: LakeFile, names: Sequence[str], layout: Layout, options: ReadOptions) -> bool:
    """Return whether a file has so many rows that it is not read whole: its columns are those of its beginning."""
    if not options.sample_rows:
        return False
    schema = pa.schema([(name, pa.string()) for name in names])
    count = SampledText(file, schema, layout).count(options.sample_rows)
    return count is not None and count.low > options.sample_rows


def _widened(
    file: LakeFile, whole: bytes | None, layout: Layout, names: tuple[str, ...]
) -> tuple[Layout, tuple[str, ...]]:
    """Add the columns that rows have further down and the header hasn't."""
    missing = count_file_columns(file, whole, layout, len(names)) - len(names)
    if not missing:
        return layout, names
    remark = f"rows become longer further down: {missing} columns without a name were added"
    widened = replace(layout, remarks=(*layout.remarks, remark))
    return widened, unique_names([*names, *[None] * missing])


def _read(file: LakeFile, table: SourceTable, options: ReadOptions, rows: Rows) -> Iterator[pa.RecordBatch]:
    layout = Layout.from_settings(table.settings)
    is_surveyed = options.wants_scan or file.size > _TINY_BYTES or is_gzip_name(file.path)
    surveyed = survey(file, table.schema, layout) if is_surveyed else None
    layout = surveyed.layout if surveyed else layout
    rows.notes.extend(_notes(layout))
    if surveyed and surveyed.is_regular:
        yield from _with_delimiter(stream(file, table.schema, surveyed), layout)
        rows.scan = duckdb_scan(file, layout) if surveyed.has_one_line_end else None
        return
    try:
        yield from _with_delimiter(stream_exactly(file, table.schema, layout, options.batch_rows, rows), layout)
    except UnicodeDecodeError as error:
        raise UnreadableTable("the file changed while it was read") from error


def _with_delimiter(batches: Iterator[pa.RecordBatch], layout: Layout) -> Iterator[pa.RecordBatch]:
    return (put_back(batch, layout.long_delimiter) for batch in batches) if layout.long_delimiter else batches


def _notes(layout: Layout) -> Iterator[str]:
    if is_damaged(layout.encoding):
        yield f"some bytes are not {undamaged(layout.encoding).upper()} and read as U+FFFD"
    elif is_mixed(layout.encoding):
        yield f"lines are in two encodings: each was read as {layout.encoding}"
    elif layout.is_declared:
        yield f"not UTF-8: read as {layout.encoding}, which the file names"
    elif is_guess(layout.encoding):
        yield f"not UTF-8: read as {layout.encoding}"
    if layout.titles:
        yield f"{layout.titles} lines above the table were skipped"
    yield from layout.remarks
