"""What a connector must know to read one delimited text file, found out from the file's beginning."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from itertools import islice

from lakeindex.errors import UnreadableTable
from lakeindex.types import Header
from lakeindex_connectors.column_names import unique_names
from lakeindex_connectors.dialect import Dialect, sniff_dialect
from lakeindex_connectors.encoding import decode, detect_encoding
from lakeindex_connectors.header import names_columns
from lakeindex_connectors.opening import refuse_binary
from lakeindex_connectors.records import LINE, Record, RecordReader

SAMPLE_BYTES = 1 << 16
_MAX_PREAMBLE = 20


@dataclass(frozen=True, slots=True)
class Layout:
    """How one delimited text file is to be read."""

    encoding: str
    dialect: Dialect
    skip: int
    """Lines before the header or the first row."""
    titles: int
    """Those of them that aren't empty, or stand between such."""
    has_header: bool

    def to_settings(self) -> tuple[tuple[str, str], ...]:
        """Write it as the settings of a SourceTable."""
        fields = {**asdict(self), **asdict(self.dialect)}
        del fields["dialect"]
        return tuple((name, str(value)) for name, value in fields.items())

    @classmethod
    def from_settings(cls, settings: tuple[tuple[str, str], ...]) -> Layout:
        """Read it back from the settings of a SourceTable."""
        by_name = dict(settings)
        dialect = Dialect(by_name["delimiter"], by_name["quote"], by_name["escape"])
        return cls(
            by_name["encoding"], dialect, int(by_name["skip"]), int(by_name["titles"]), by_name["has_header"] == "True"
        )


def understand(head: bytes, is_whole: bool, header: Header) -> tuple[Layout, tuple[str, ...]]:
    """Find the layout and the column names of a text that starts with `head`.

    Raises UnreadableTable when it is empty or no text.
    """
    refuse_binary(head)
    encoding = detect_encoding(head, is_whole)
    text = "".join(decode((head,), encoding))
    if not text.strip():
        raise UnreadableTable("empty file" if not head else "empty file: nothing but white space")
    lines = LINE.findall(text)
    if not is_whole and len(lines) > 1:
        lines.pop()
    dialect = sniff_dialect("".join(lines))
    blank, titles = _lines_before_table(lines, dialect)
    records = [record for record in RecordReader(iter(lines[blank + titles :]), dialect) if record]
    has_header = header is Header.YES or (header is Header.AUTO and names_columns(records[0], records[1:]))
    names = unique_names(_header_cells(records, has_header))
    return Layout(encoding, dialect, blank + titles, titles, has_header), names


def _lines_before_table(lines: Sequence[str], dialect: Dialect) -> tuple[int, int]:
    """Count the empty lines and the lines of titles, with far fewer cells than the table, that come before it."""
    blank = next(i for i, line in enumerate(lines) if line.strip("\ufeff \t\r\n"))
    records = list(islice(RecordReader(iter(lines[blank:]), dialect), 1000))
    usual = _usual_width(records)
    for titles, record in enumerate(records[:_MAX_PREAMBLE]):
        if len(record) * 2 >= usual or any("\n" in (cell or "") for cell in record):
            is_table = len(record) * 2 >= usual
            return blank, titles if is_table else 0
    return blank, 0


def _usual_width(records: Sequence[Record]) -> int:
    """Return the most common number of cells, the larger one of two as common."""
    widths = Counter(len(record) for record in records if record)
    return max(widths, key=lambda width: (widths[width], width))


def _header_cells(records: Sequence[Record], has_header: bool) -> list[str | None]:
    """Return the header's cells, one for each column that the rows have; None where there is no name."""
    rows = records[1:] if has_header else records
    usual = _usual_width(rows) if rows else 0
    if not has_header:
        return [None] * usual
    cells = list(records[0])
    while len(cells) > max(usual, 1) and not cells[-1]:
        cells.pop()
    missing = usual - len(cells)
    if missing == 1 and _names_its_rows(rows):
        return [None, *cells]
    if missing > 0 and any(any(row[len(cells) :]) for row in rows):
        return [*cells, *[None] * missing]
    return cells


def _names_its_rows(rows: Sequence[Record]) -> bool:
    """Tell whether the first column holds row names that the header leaves out, as R writes them."""
    firsts = [row[0] for row in rows]
    return len(rows) > 1 and None not in firsts and len(set(firsts)) == len(firsts) and any(row[-1] for row in rows)
