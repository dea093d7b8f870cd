"""Select the rows of a table from the records of its file, fit them to the columns, and count what is no row."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable, Iterator
from itertools import islice, takewhile

from lakeindex_connectors.csv_files.control_records import is_trailer
from lakeindex_connectors.csv_files.dialect_evidence import Dialect
from lakeindex_connectors.csv_files.fit_columns import Fitting
from lakeindex_connectors.csv_files.footers import MAX_FOOTERS, RECENT_ROWS, count_footers, may_end_a_table
from lakeindex_connectors.csv_files.other_tables import starts_another
from lakeindex_connectors.csv_files.records import Record, RecordReader
from lakeindex_connectors.csv_files.table_start import filled

_AHEAD = 4
"""Records read ahead to decide whether another table starts after an empty line."""


class TableRecords:
    """The rows of a table, fitted to its columns; counts what had to be done to them, and what was left out."""

    def __init__(
        self, reader: RecordReader, dialect: Dialect, width: int, header_lines: int, has_control: bool = False
    ) -> None:
        self._reader = reader
        self._records = iter(reader)
        self._ahead: deque[Record] = deque()
        self._width = width
        self._has_control = has_control
        """Whether a control record stands above the table."""
        self._headers = [record for record in islice(self._records, header_lines) if filled(record)]
        self._first_names = {header[0] for header in self._headers}
        self._recent: deque[Record] = deque(maxlen=RECENT_ROWS)
        self._fitting = Fitting(dialect, width, self._recent)
        self._left_out: Counter[str] = Counter()

    @property
    def is_regular(self) -> bool:
        """Whether every record so far was a row with the right number of cells, or an empty line."""
        return self._fitting.is_regular and not self._left_out

    @property
    def rejected(self) -> int:
        """Return how many records were left out, empty ones not counted."""
        return self._fitting.too_long + sum(self._left_out.values())

    def notes(self) -> list[str]:
        """Describe what was done to the records, one sentence for each kind of change."""
        unclosed = {"quotes never close and were read as text": self._reader.unclosed}
        counts = {**self._fitting.counts(), **self._left_out, **unclosed}
        return [f"{count} {what}" for what, count in counts.items() if count]

    def __iter__(self) -> Iterator[Record]:
        """Yield rows; hold back what may be the end of the table until a row follows."""
        held: list[Record] = []
        for record in self._own_records():
            if len(record) != self._width:
                record = self._fitting.split_otherwise(record)
            if held or len(record) != self._width or self._may_be_no_row(record):
                held.append(record)
                if len(held) > MAX_FOOTERS or not self._may_end(record):
                    yield from self._fit_all(held)
                    held = []
            else:
                self._recent.append(record)
                yield record
        yield from self._finish(held)

    def _may_be_no_row(self, record: Record) -> bool:
        return may_end_a_table(record[0]) or (self._has_control and is_trailer(record))

    def _may_end(self, record: Record) -> bool:
        return self._width > 1 and (len(record) < self._width or self._may_be_no_row(record) or filled(record) <= 1)

    def _finish(self, held: list[Record]) -> Iterator[Record]:
        if self._has_control and (ending := [place for place, record in enumerate(held) if record]):
            self._left_out["control records below the table were left out"] += is_trailer(held[ending[-1]])
            held = held[: ending[-1] + 1 - is_trailer(held[ending[-1]])]
        footers = count_footers(self._recent, held, self._width)
        rows = held[: len(held) - footers]
        if any(held[len(rows) :]):
            self._left_out["lines below the table were left out"] += sum(map(bool, held[len(rows) :]))
        yield from self._fit_all(rows)

    def _fit_all(self, records: Iterable[Record]) -> Iterator[Record]:
        for record in records:
            if fitted := self._fitting.fit(record):
                self._recent.append(fitted)
                yield fitted

    def _own_records(self) -> Iterator[Record]:
        """Yield records without repeated headers and other tables."""
        is_after_blank = False
        ahead, records = self._ahead, self._records
        while (record := ahead.popleft() if ahead else next(records, None)) is not None:
            if record and record[0] in self._first_names and self._repeats_header(record):
                self._left_out["lines repeat the header and were left out"] += 1
            elif is_after_blank and record and self._starts_another(record):
                self._skip_to_header(record)
            else:
                yield record
            is_after_blank = not record

    def _repeats_header(self, record: Record) -> bool:
        """Return whether a line repeats the header, and isn't one of many equal rows."""
        if self._width < 2 or record not in self._headers:
            return False
        return any(one != record for one in (*self._recent, *self._peek(1)))

    def _peek(self, count: int) -> list[Record]:
        self._ahead.extend(islice(self._records, max(count - len(self._ahead), 0)))
        return list(islice(self._ahead, count))

    def _next(self) -> Record | None:
        return self._ahead.popleft() if self._ahead else next(self._records, None)

    def _starts_another(self, record: Record) -> bool:
        following = takewhile(lambda one: one and one not in self._headers, self._peek(_AHEAD))
        return starts_another([record, *following], self._recent, self._width)

    def _skip_to_header(self, record: Record | None) -> None:
        """Leave out everything up to the next line that repeats the header."""
        while record is not None and record not in self._headers:
            self._left_out["lines of another table were left out"] += filled(record) > 0
            record = self._next()
        if record is not None:
            self._ahead.appendleft(record)
