"""Limit the rows and bytes of a result while they come."""

from __future__ import annotations

from collections.abc import Iterator

import pyarrow as pa

from lakeindex.errors import Refused


def limited(
    batches: Iterator[pa.RecordBatch], most_rows: int | None, most_bytes: float, how_to_go_on: str
) -> Iterator[pa.RecordBatch]:
    """Yield batches up to a number of rows and of bytes in memory, then raise Refused if there are more."""
    rows = size = 0
    for batch in batches:
        size += batch.nbytes
        if size > most_bytes:
            raise Refused(f"the result is larger than {most_bytes / 1e6:,.0f} MB: {how_to_go_on}")
        if most_rows is not None and rows + batch.num_rows > most_rows:
            yield batch.slice(0, most_rows - rows)
            raise Refused(f"the result has more than {most_rows:,} rows: add a LIMIT, or allow more of them")
        rows += batch.num_rows
        yield batch
