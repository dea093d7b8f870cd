"""The fast CSV parser: reads a file with pyarrow, for text on which all CSV readers agree."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import pyarrow as pa
from pyarrow import csv

from lakeindex.errors import UnreadableTable
from lakeindex.types.lake import LakeFile
from lakeindex_connectors.csv_files.layout import Layout
from lakeindex_connectors.csv_files.records import NULL_TEXTS
from lakeindex_connectors.csv_files.suspect_rows import LastLines, SuspectRows
from lakeindex_connectors.csv_files.text_chunks import text_chunks
from lakeindex_connectors.csv_files.wellformed import Wellformedness
from lakeindex_connectors.opening import ChunkReader, open_unpacked, read_chunks
from lakeindex_connectors.text.encoding import damaged, is_guess, is_wide, without_utf8

KEPT_BYTES = 1 << 20
"""A file up to this size is parsed once, its batches kept from the survey."""

_BLOCK_BYTES = 900_000
"""Under half of the longest line that DuckDB reads by default, as a record may straddle two blocks."""

LONGEST_RECORD_BYTES = 2 * _BLOCK_BYTES
"""A survey finds no file regular that has a longer one: it would be in three blocks."""

_MANY_COLUMNS = 1_000
_WIDE_BLOCK_BYTES = 8 * _BLOCK_BYTES
"""For tables of many columns: a batch of few rows costs as much as one of many."""

_KEPT_BATCHES = 16
"""A gzip file may hold far more than its size suggests."""


@dataclass(frozen=True, slots=True)
class Survey:
    """How a file can be read, as found by one pass over all of it."""

    layout: Layout
    """With the encoding that holds for the whole file."""
    is_regular: bool
    """Whether pyarrow reads it: every record has the table's columns, quoting is plain."""
    has_one_line_end: bool
    """Whether lines end in the same way everywhere, so that DuckDB reads it, too."""
    kept: Sequence[pa.RecordBatch] | None
    """All its batches, where they are few."""
    record_ends: Sequence[int] = ()
    """Where some records of a regular text end, ascending offsets in its UTF-8."""


def survey(file: LakeFile, schema: pa.Schema, layout: Layout) -> Survey:
    """Check the whole file once; raises UnreadableTable when it turns out to be no text."""
    if is_guess(layout.encoding) and not layout.is_declared:
        layout = replace(layout, encoding=_encoding_of_all(file, layout.encoding))
    try:
        return _survey_with_encoding(file, schema, layout)
    except UnicodeDecodeError:
        layout = replace(layout, encoding=_encoding_of_all(file, layout.encoding))
        return _survey_with_encoding(file, schema, layout)


def _encoding_of_all(file: LakeFile, encoding: str) -> str:
    if is_wide(encoding):
        return damaged(encoding)
    with open_unpacked(file) as raw:
        return without_utf8(read_chunks(raw))


def _survey_with_encoding(file: LakeFile, schema: pa.Schema, layout: Layout) -> Survey:
    seen = Wellformedness(layout.dialect)
    kept: list[pa.RecordBatch] | None = None
    is_regular = seen.is_plain
    with open_unpacked(file) as raw:
        ending = LastLines()
        reader = ChunkReader(_ended(ending.watch(seen.watch(text_chunks(raw, layout)))))
        suspects = SuspectRows(layout, len(schema))
        try:
            if is_regular:
                kept = _parse_all(reader, schema, layout, suspects, is_small=file.size <= KEPT_BYTES)
        except pa.ArrowInvalid:
            is_regular = False
        reader.drain()
    if seen.has_nul:
        raise UnreadableTable("binary content: it contains NUL bytes")
    is_regular = is_regular and seen.is_plain and not (seen.has_gap and len(schema) > 1)
    is_regular = is_regular and not suspects.confirmed_by(ending)
    return Survey(layout, is_regular, seen.has_one_line_end, kept, seen.record_ends)


def _parse_all(
    reader: ChunkReader, schema: pa.Schema, layout: Layout, suspects: SuspectRows, is_small: bool
) -> list[pa.RecordBatch] | None:
    """Parse to the end, let `suspects` check every batch, and return the batches, or None where they are many."""
    kept: list[pa.RecordBatch] = []
    is_kept = is_small
    for batch in _parse(reader, schema, layout, columns=len(schema) if is_small else layout.mark_column + 1):
        suspects.see(batch)
        is_kept = is_kept and len(kept) < _KEPT_BATCHES
        kept = [*kept, batch] if is_kept else []
    return kept if is_kept else None


def stream(file: LakeFile, schema: pa.Schema, surveyed: Survey) -> Iterator[pa.RecordBatch]:
    """Read a regular file with pyarrow."""
    if surveyed.kept is not None:
        yield from surveyed.kept
        return
    with open_unpacked(file) as raw:
        # The survey has shown that no record is longer than a block.
        yield from parse_chunks(text_chunks(raw, surveyed.layout), schema, surveyed.layout)


def parse_chunks(
    chunks: Iterator[bytes], schema: pa.Schema, layout: Layout, block: int = _BLOCK_BYTES
) -> Iterator[pa.RecordBatch]:
    """Parse regular text, of which no record is longer than `block` bytes."""
    most = max(block, _WIDE_BLOCK_BYTES) if len(schema) > _MANY_COLUMNS else block
    yield from _parse(ChunkReader(_ended(chunks)), schema, layout, len(schema), most)


def _ended(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """Add a missing last line end: without it pyarrow takes an empty last cell for quoted where the one before is."""
    last = b"\n"
    for chunk in chunks:
        last = chunk[-1:] or last
        yield chunk
    if last not in (b"\n", b"\r"):
        yield b"\n"


def _parse(
    reader: ChunkReader, schema: pa.Schema, layout: Layout, columns: int, block: int = _BLOCK_BYTES
) -> Iterator[pa.RecordBatch]:
    """Parse UTF-8 text, of which only the first `columns` are converted; raises ArrowInvalid at an irregular row."""
    names = schema.names
    yield from csv.open_csv(
        io.BufferedReader(reader, block),
        csv.ReadOptions(
            use_threads=False,
            block_size=block,
            column_names=names,
            skip_rows=layout.skip,
            skip_rows_after_names=layout.header_lines,
        ),
        csv.ParseOptions(
            delimiter=layout.dialect.delimiter,
            quote_char=layout.dialect.quote or False,
            newlines_in_values=bool(layout.dialect.quote),
            ignore_empty_lines=len(names) > 1,
        ),
        csv.ConvertOptions(
            include_columns=names[:columns],
            column_types=schema,
            null_values=list(NULL_TEXTS),
            strings_can_be_null=True,
            quoted_strings_can_be_null=False,
        ),
    )
