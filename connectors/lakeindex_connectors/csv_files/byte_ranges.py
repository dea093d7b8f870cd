"""Split a delimited text file into ranges of bytes that begin with a record, and read one of them.

Only a file that is regular all through is split: a row that fits no column is understood by the rows around it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import islice, pairwise
from typing import BinaryIO

import pyarrow as pa

from lakeindex.errors import UnreadableTable
from lakeindex.types.lake import LakeFile, RowRange
from lakeindex_connectors.compression import CHUNK_BYTES, compression_of
from lakeindex_connectors.csv_files.arrow_csv import LONGEST_RECORD_BYTES, parse_chunks, survey
from lakeindex_connectors.csv_files.exact_csv import read_lines
from lakeindex_connectors.csv_files.layout import Layout
from lakeindex_connectors.csv_files.records import RecordReader
from lakeindex_connectors.csv_files.text_chunks import text_chunks
from lakeindex_connectors.opening import open_unpacked
from lakeindex_connectors.text.encoding import decode, to_utf8

_ENCODING = "utf-8"
_MARK = b"\xef\xbb\xbf"
"""A byte order mark, which a parser leaves out at the start of what it is given."""


def split_bytes(file: LakeFile, schema: pa.Schema, layout: Layout, size: int) -> Sequence[RowRange]:
    """Return ranges of about `size` bytes each, found by one pass over the file; none where there is one only."""
    is_plain = layout.encoding == _ENCODING and not layout.long_delimiter and compression_of(file.path) is None
    if not is_plain or file.size <= size:
        return ()
    try:
        surveyed = survey(file, schema, layout)
    except UnreadableTable:
        return ()
    if not (surveyed.is_regular and surveyed.has_one_line_end) or surveyed.layout != layout:
        return ()
    with open_unpacked(file) as raw:
        if _has_quotes_above(raw, layout):
            return ()
        cuts = list(_cuts(raw, end_of_header(raw, layout), surveyed.record_ends, file.size, size))
    return [RowRange(*span) for span in pairwise([0, *cuts, file.size])] if cuts else ()


def _has_quotes_above(raw: BinaryIO, layout: Layout) -> bool:
    """Return whether lines above the header have quotes: these are skipped, maybe in the middle of a record."""
    quote = layout.dialect.quote
    return bool(quote) and any(quote in line for line in islice(_lines(raw, layout), layout.skip))


def end_of_header(raw: BinaryIO, layout: Layout) -> int:
    """Return an offset in the UTF-8 text below the header, at the end of its last line or a few bytes further down."""
    lines = _lines(raw, layout)
    taken = [len(line.encode()) for line in islice(lines, layout.skip)]

    def counted() -> Iterator[str]:
        for line in lines:
            taken.append(len(line.encode()))
            yield line

    for _ in islice(RecordReader(counted(), layout.dialect), layout.header_lines):
        continue
    return sum(taken) + len(_MARK)


def _lines(raw: BinaryIO, layout: Layout) -> Iterator[str]:
    raw.seek(0)
    return read_lines(decode(text_chunks(raw, layout), _ENCODING))


def _cuts(raw: BinaryIO, start: int, record_ends: Sequence[int], stop: int, size: int) -> Iterator[int]:
    """Choose where ranges begin, `size` bytes apart at least."""
    before = 0
    for end in record_ends:
        if end - before >= size and start <= end < stop:
            raw.seek(end)
            if raw.read(len(_MARK)) != _MARK:
                yield end
                before = end


def read_bytes(file: LakeFile, schema: pa.Schema, layout: Layout, span: RowRange) -> Iterator[pa.RecordBatch]:
    """Read the rows of a range; raises UnreadableTable where the file has changed since it was split."""
    if span.start:
        layout = replace(layout, skip=0, header_lines=0)
    try:
        with open_unpacked(file) as raw:
            # The whole file's blocks begin elsewhere, and a record that was in two of them may be in three of these.
            yield from parse_chunks(to_utf8(_chunks(raw, span), _ENCODING), schema, layout, LONGEST_RECORD_BYTES)
    except (pa.ArrowInvalid, UnicodeDecodeError) as error:
        raise UnreadableTable("the file changed while it was read") from error


def _chunks(raw: BinaryIO, span: RowRange) -> Iterator[bytes]:
    raw.seek(span.start)
    place = span.start
    while place < span.stop and (chunk := raw.read(min(CHUNK_BYTES, span.stop - place))):
        place += len(chunk)
        yield chunk
