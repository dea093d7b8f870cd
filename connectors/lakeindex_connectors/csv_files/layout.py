"""Detect the layout of a delimited text file from its beginning: encoding, dialect, titles and header."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from typing import BinaryIO

from lakeindex.errors import UnreadableTable
from lakeindex.types.lake import Header
from lakeindex_connectors.column_names import unique_names
from lakeindex_connectors.csv_files.dialect import Dialect, sniff_dialect
from lakeindex_connectors.csv_files.records import LINE, Record, RecordReader
from lakeindex_connectors.csv_files.table_start import count_header_lines, count_titles, filled, usual_width
from lakeindex_connectors.opening import refuse_binary
from lakeindex_connectors.text.encoding import decode, detect_encoding

_SAMPLE_BYTES = 1 << 16
_MAX_SAMPLE_BYTES = 4 << 20
_SAMPLE_LINES = 10
_MAX_RECORDS = 300


@dataclass(frozen=True, slots=True)
class Layout:
    """How one delimited text file is to be read."""

    encoding: str
    dialect: Dialect
    skip: int
    """Lines before the header or the first row."""
    titles: int
    """Those of them that aren't empty."""
    header_lines: int
    """Records that name the columns, one line each where there are several."""
    mark: str = ""
    """A cell of the last of them, by which a repeated header is noticed; empty where there is none."""
    mark_column: int = 0

    def to_settings(self) -> tuple[tuple[str, str], ...]:
        """Write it as the settings of a SourceTable."""
        return (
            ("encoding", self.encoding),
            ("delimiter", self.dialect.delimiter),
            ("quote", self.dialect.quote),
            ("escape", self.dialect.escape),
            ("skips_blanks", str(self.dialect.skips_blanks)),
            ("skip", str(self.skip)),
            ("titles", str(self.titles)),
            ("header_lines", str(self.header_lines)),
            ("mark", self.mark),
            ("mark_column", str(self.mark_column)),
        )

    @classmethod
    def from_settings(cls, settings: tuple[tuple[str, str], ...]) -> Layout:
        """Restore it from the settings of a SourceTable."""
        by_name = dict(settings)
        marks = by_name["delimiter"], by_name["quote"], by_name["escape"]
        dialect = Dialect(*marks, skips_blanks=by_name["skips_blanks"] == "True")
        skip, titles, header_lines, column = (
            int(by_name[name]) for name in ("skip", "titles", "header_lines", "mark_column")
        )
        return cls(by_name["encoding"], dialect, skip, titles, header_lines, by_name["mark"], column)


def read_sample(file: BinaryIO) -> tuple[bytes, bool]:
    """Return the beginning of a file, enough for some lines, and whether that is the whole file.

    Raises UnreadableTable when the first line doesn't end.
    """
    head = file.read(_SAMPLE_BYTES)
    while len(head) >= _SAMPLE_BYTES and head.count(b"\n") + head.count(b"\r") < _SAMPLE_LINES:
        more = file.read(len(head))
        if not more:
            return head, True
        head += more
        if len(head) > _MAX_SAMPLE_BYTES and not (b"\n" in head or b"\r" in head):
            raise UnreadableTable(f"its first line is longer than {_MAX_SAMPLE_BYTES >> 20} MB")
        if len(head) > _MAX_SAMPLE_BYTES:
            break
    return head, len(head) < _SAMPLE_BYTES or not file.read(1)


def detect_layout(head: bytes, is_whole: bool, header: Header) -> tuple[Layout, tuple[str, ...]]:
    """Return the layout and the column names of a text that starts with `head`.

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
    blank = next(i for i, line in enumerate(lines) if line.strip("\ufeff \t\r\n"))
    sampled = _read_records(lines[blank:], dialect)
    titles = count_titles(sampled)
    records = [record for record in sampled[titles:] if record]
    header_lines = count_header_lines(records) if header is Header.AUTO else int(header is Header.YES)
    cells = _header_cells(records, header_lines)
    if is_whole and len(sampled) < _MAX_RECORDS and _ends_in_nothing(records, cells):
        cells.pop()
    names = unique_names(cells)
    shown = sum(filled(record) > 0 for record in sampled[:titles])
    mark = _mark(records[header_lines - 1]) if header_lines and len(names) > 1 else ("", 0)
    return Layout(encoding, dialect, blank + titles, shown, header_lines, *mark), names


def _mark(head: Record) -> tuple[str, int]:
    """Return the first name in a header, and its column."""
    return next(((cell, place) for place, cell in enumerate(head) if cell), ("", 0))


def _read_records(lines: Sequence[str], dialect: Dialect) -> list[Record]:
    """Read the first records, and once more where their usual width shows how to split broken quotes."""
    records = list(islice(RecordReader(iter(lines), dialect), _MAX_RECORDS))
    width = usual_width(records)
    if all(len(record) in (width, 0) for record in records):
        return records
    return list(islice(RecordReader(iter(lines), dialect, width), _MAX_RECORDS))


def _header_cells(records: Sequence[Record], header_lines: int) -> list[str | None]:
    """Return the header's cells, one for each column that the rows have; None where there is no name."""
    if not header_lines:
        return [None] * usual_width(records)
    if header_lines > 1:
        heads = zip(*filter(_names_several, records[:header_lines]), strict=True)
        return [" ".join(dict.fromkeys(cell.strip() for cell in head if cell and cell.strip())) for head in heads]
    cells, rows = list(records[0]), records[1:]
    if not rows:
        return cells
    usual = usual_width(rows, preferred=len(cells))
    while len(cells) > usual and not cells[-1]:
        cells.pop()
    missing = usual - len(cells)
    if missing == 1 and _names_its_rows(rows):
        return [None, *cells]
    if missing > 0 and any(any(row[len(cells) :]) for row in rows):
        return [*cells, *[None] * missing]
    return cells


def _names_several(head: Record) -> bool:
    """Return whether a line of a header names columns, unlike a title alone in the first cell."""
    return filled(head) > 1 or not head[0] or " " not in head[0].strip()


def _ends_in_nothing(records: Sequence[Record], cells: Sequence[str | None]) -> bool:
    """Return whether every line ends in a delimiter, so that the last column is no column."""
    rows = [record for record in records if len(record) == len(cells)]
    is_usual = 2 * len(rows) > len(records) and not any(len(record) > len(cells) for record in records)
    return len(cells) > 1 and not cells[-1] and is_usual and not any(row[-1] for row in rows)


def _names_its_rows(rows: Sequence[Record]) -> bool:
    """Return whether the first column holds row names that the header leaves out, as R writes them."""
    firsts = [row[0] for row in rows]
    return len(rows) > 1 and None not in firsts and len(set(firsts)) == len(firsts) and any(row[-1] for row in rows)
