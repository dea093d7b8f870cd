"""Pad, trim, join or split a record so that it has as many cells as its table has columns."""

from __future__ import annotations

from collections.abc import Sequence

from lakeindex_connectors.csv_files.dialect_evidence import Dialect
from lakeindex_connectors.csv_files.records import Record
from lakeindex_connectors.csv_files.split_cells import usual_split

_OTHER_DELIMITERS = (",", ";", "\t", "|")
_LEAST_WIDTH = 3
"""Below this another delimiter may be an accident."""


class Fitting:
    """Fits records to the columns and counts what was done to them."""

    def __init__(self, dialect: Dialect, width: int, rows: Sequence[Record]) -> None:
        self._dialect = dialect
        self._width = width
        self._rows = rows
        """The last rows, as examples of what cells usually hold."""
        self._padded = self._trimmed = self._joined = self._otherwise = self.too_long = 0
        self.is_regular = True
        """Whether every record so far had the right number of cells, or was an empty line."""

    def counts(self) -> dict[str, int]:
        """Return what was done, and how often."""
        return {
            "rows had too few cells and were padded": self._padded,
            "rows had empty cells beyond the last column": self._trimmed,
            "rows had delimiters within cells and were joined there": self._joined,
            "rows had another delimiter": self._otherwise,
            "rows had too many cells and were left out": self.too_long,
        }

    def fit(self, record: Record) -> Record:
        """Return a record of the right width; an empty one for a blank line and for what is rejected."""
        if len(record) == self._width:
            return record
        self.is_regular = self.is_regular and not record
        return self._pad(record) if len(record) < self._width else self._shorten(record)

    def _pad(self, record: Record) -> Record:
        is_blank = not record or (len(record) == 1 and not (record[0] or "").strip())
        if is_blank and self._width > 1:
            return []
        self._padded += bool(record)
        return [*record, *[None] * (self._width - len(record))]

    def _shorten(self, record: Record) -> Record:
        if not any(record[self._width :]):
            self._trimmed += 1
            return record[: self._width]
        if joined := self._join(record):
            self._joined += 1
            return joined
        self.too_long += 1
        return []

    def split_otherwise(self, record: Record) -> Record:
        """Split by another delimiter where one gives exactly the table's cells; else return the record as it is."""
        if self._width < _LEAST_WIDTH or not 0 < len(record) < self._width:
            return record
        text = self._dialect.delimiter.join(cell or "" for cell in record)
        for delimiter in _OTHER_DELIMITERS:
            if delimiter != self._dialect.delimiter and self._may_delimit(delimiter, text):
                cells, end, is_broken = usual_split(Dialect(delimiter, self._dialect.quote))(text)
                if len(cells) == self._width and end == len(text) and not is_broken:
                    self._otherwise += 1
                    self.is_regular = False
                    return cells
        return record

    def _may_delimit(self, delimiter: str, text: str) -> bool:
        is_enough = text.count(delimiter) >= self._width - 1
        return is_enough and not any(delimiter in (cell or "") for row in self._rows for cell in row)

    def _join(self, record: Record) -> Record | None:
        """Join cells that start with a blank to the cell before, if only surplus ones do, and none in other rows."""
        spaced = [place for place in range(1, len(record)) if (record[place] or "").startswith(" ")]
        if len(spaced) != len(record) - self._width or not self._rows:
            return None
        if any((cell or "").startswith(" ") for row in self._rows for cell in row[1:]):
            return None
        joined: Record = []
        for place, cell in enumerate(record):
            if place in spaced:
                joined[-1] = f"{joined[-1] or ''}{self._dialect.delimiter}{cell}"
            else:
                joined.append(cell)
        return joined
