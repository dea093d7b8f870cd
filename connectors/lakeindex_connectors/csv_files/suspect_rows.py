"""Notice in a regular file what may be no row: a quick check of every batch, an exact one only where that hits."""

from __future__ import annotations

from collections.abc import Iterator

import pyarrow as pa
import pyarrow.compute as pc

from lakeindex_connectors.csv_files.footers import may_end_a_table
from lakeindex_connectors.csv_files.layout import Layout
from lakeindex_connectors.csv_files.records import LINE, RecordReader
from lakeindex_connectors.csv_files.table_records import TableRecords

_ENDING_BYTES = 16 << 10


class LastLines:
    """The last lines of a UTF-8 text, kept while its chunks are streamed."""

    def __init__(self) -> None:
        self._bytes = b""

    def watch(self, chunks: Iterator[bytes]) -> Iterator[bytes]:
        """Pass the chunks on and keep the last bytes."""
        for chunk in chunks:
            self._bytes = (self._bytes + chunk)[-_ENDING_BYTES:] if len(chunk) < _ENDING_BYTES else chunk
            yield chunk

    def lines(self) -> list[str]:
        """Return the last lines, all of them whole."""
        text = self._bytes[-_ENDING_BYTES:].decode("utf-8", errors="replace")
        return LINE.findall(text)[1:]


class SuspectRows:
    """Notice a header among the rows, and what may be a note or a total at their end."""

    def __init__(self, layout: Layout, width: int) -> None:
        self._layout = layout
        self._width = width
        self._has_header = False
        self._last: str | None = "1"

    def see(self, batch: pa.RecordBatch) -> None:
        """Check the next batch, which may have its first columns only."""
        if self._width < 2 or batch.num_rows == 0:
            return
        mark, column = self._layout.mark, batch.column(self._layout.mark_column)
        self._has_header = self._has_header or (bool(mark) and pc.index(column, mark).as_py() >= 0)
        self._last = batch.column(0)[-1].as_py()

    def confirmed_by(self, ending: LastLines) -> bool:
        """Return whether something is no row, so that the file has to be read record by record."""
        if self._has_header:
            return True
        if self._layout.has_control:
            return True
        if self._width < 2 or not may_end_a_table(self._last):
            return False
        reader = RecordReader(iter(ending.lines()), self._layout.dialect, self._width)
        records = TableRecords(reader, self._layout.dialect, self._width, header_lines=0)
        for _ in records:
            continue
        return records.rejected > 0
