"""The arguments with which DuckDB reads a delimited text file whose quoting is plain and whose lines end alike."""

from __future__ import annotations

from lakeindex.types.lake import LakeFile, Scan, ScanValue
from lakeindex_connectors.csv_files.layout import Layout
from lakeindex_connectors.csv_files.records import NULL_TEXTS
from lakeindex_connectors.opening import is_gzip_name

_ENCODINGS = ("utf-8", "latin-1")
"""What DuckDB reads without an extension; its `utf-16` fails beyond the basic plane."""


def duckdb_scan(file: LakeFile, layout: Layout) -> Scan | None:
    """Return a layout as arguments of DuckDB's `read_csv`; None where that can't read the encoding,
    the escapes or the delimiter."""
    is_plain = not (layout.dialect.escape or layout.dialect.skips_blanks or layout.long_delimiter)
    if layout.encoding not in _ENCODINGS or not is_plain:
        return None
    options: tuple[tuple[str, ScanValue], ...] = (
        ("auto_detect", False),
        ("delim", layout.dialect.delimiter),
        ("quote", layout.dialect.quote),
        ("escape", layout.dialect.quote),
        ("header", layout.header_lines > 0),
        ("skip", layout.skip + max(layout.header_lines - 1, 0)),
        ("nullstr", NULL_TEXTS),
        ("allow_quoted_nulls", False),
        ("encoding", layout.encoding),
        ("hive_partitioning", False),
        ("compression", "gzip" if is_gzip_name(file.path) else "none"),
    )
    return Scan("read_csv", options)
