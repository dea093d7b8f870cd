"""The text of a file as the parsers read it: UTF-8, with one character as the delimiter."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from lakeindex_connectors.csv_files.layout import Layout
from lakeindex_connectors.csv_files.long_delimiters import with_stand_in
from lakeindex_connectors.opening import read_chunks
from lakeindex_connectors.text.encoding import to_utf8


def text_chunks(raw: BinaryIO, layout: Layout) -> Iterator[bytes]:
    """Yield the text of an open file; raises UnicodeDecodeError where it isn't valid in the layout's Unicode."""
    chunks = to_utf8(read_chunks(raw), layout.encoding)
    return with_stand_in(chunks, layout.long_delimiter) if layout.long_delimiter else chunks
