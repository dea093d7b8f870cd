"""Rows of which DuckDB can't read the file."""

from __future__ import annotations

from collections.abc import Iterator

import pyarrow as pa

from lakeindex.types.lake import Rows


def without_scan(inner: Rows) -> Rows:
    """Return the same rows, figures and notes, without the scan, which would be of a file that isn't there."""
    rows = Rows(iter(()))
    rows.batches = _batches(inner, rows)
    return rows


def _batches(inner: Rows, rows: Rows) -> Iterator[pa.RecordBatch]:
    yield from inner.batches
    rows.rejected = inner.rejected
    rows.notes.extend(inner.notes)
