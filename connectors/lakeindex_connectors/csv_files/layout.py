"""Detect the layout of a delimited text file from its beginning: encoding, dialect, titles and header."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from typing import BinaryIO

from lakeindex.errors import UnreadableTable
from lakeindex.types.lake import Header
from lakeindex_connectors.column_names import unique_names
from lakeindex_connectors.csv_files.control_records import is_control
from lakeindex_connectors.csv_files.dialect import Dialect, sniff_dialect
from lakeindex_connectors.csv_files.header_names import certain_cells, header_cells
from lakeindex_connectors.csv_files.long_delimiters import STAND_IN, find_long_delimiter
from lakeindex_connectors.csv_files.preamble import Preamble, read_preamble
from lakeindex_connectors.csv_files.records import LINE, Record, RecordReader
from lakeindex_connectors.csv_files.table_start import count_header_lines, count_titles, filled, usual_width
from lakeindex_connectors.opening import refuse_binary
from lakeindex_connectors.text.encoding import decode, decodes, detect_encoding, is_guess

_SAMPLE_BYTES = 1 << 16
_MAX_SAMPLE_BYTES = 4 << 20
_SAMPLE_LINES = 10
_MAX_RECORDS = 300
_BLANKS = "\ufeff \t\r\n"


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
    long_delimiter: str = ""
    """A delimiter of several characters, for which the dialect has a stand-in; empty where there is none."""
    is_declared: bool = False
    """Whether the file itself names its encoding."""
    has_control: bool = False
    """Whether a control record stands above the table, so that another one may end it."""
    remarks: tuple[str, ...] = ()
    """What was understood of the lines at the top, for the notes."""

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
            ("long_delimiter", self.long_delimiter),
            ("is_declared", str(self.is_declared)),
            ("has_control", str(self.has_control)),
            ("remarks", "\n".join(self.remarks)),
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
        return cls(
            by_name["encoding"],
            dialect,
            skip,
            titles,
            header_lines,
            by_name["mark"],
            column,
            by_name["long_delimiter"],
            by_name["is_declared"] == "True",
            by_name["has_control"] == "True",
            tuple(by_name["remarks"].splitlines()),
        )


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


def detect_layout(
    head: bytes, is_whole: bool, header: Header, only_certain_names: bool = False
) -> tuple[Layout, tuple[str, ...]]:
    """Return the layout and the column names of a text that starts with `head`.

    With `only_certain_names`, what may be a value names no column. Raises UnreadableTable when it is empty or no text.
    """
    refuse_binary(head)
    lines, encoding, preamble = _decoded(head, is_whole)
    long = _long_delimiter(lines, preamble.separator)
    if long:
        lines = [line.replace(long, STAND_IN) for line in lines]
    dialect = sniff_dialect("".join(lines), STAND_IN if long else preamble.separator)
    blank = next(i for i, line in enumerate(lines) if line.strip(_BLANKS))
    sampled = _read_records(lines[blank:], dialect)
    titles = count_titles(sampled)
    records = [record for record in sampled[titles:] if record]
    header_lines = count_header_lines(records) if header is Header.AUTO else int(header is Header.YES)
    cells, remarks = header_cells(records, header_lines)
    if is_whole and len(sampled) < _MAX_RECORDS and _ends_in_nothing(records, cells):
        cells.pop()
    if only_certain_names and header is Header.AUTO and header_lines:
        cells, doubt = certain_cells(records, header_lines, cells)
        remarks = (*remarks, *doubt)
    names = unique_names(name and name.replace(STAND_IN, long) if long else name for name in cells)
    layout = Layout(
        encoding,
        dialect,
        preamble.lines + blank + titles,
        sum(filled(record) > 0 for record in sampled[:titles]),
        header_lines,
        *(_mark(records[header_lines - 1]) if header_lines and len(names) > 1 else ("", 0)),
        long_delimiter=long,
        has_control=titles > 0 and is_control(sampled, usual_width(sampled)),
        is_declared=is_guess(encoding) and encoding == preamble.encoding,
        remarks=(*preamble.remarks, *remarks, *_about_delimiter(long, preamble.separator)),
    )
    return layout, names


def _decoded(head: bytes, is_whole: bool) -> tuple[list[str], str, Preamble]:
    """Return the lines below those that state how to read them, the encoding, and what was stated."""
    encoding = detect_encoding(head, is_whole)
    lines = _decoded_lines(head, encoding, is_whole)
    if not any(line.strip() and line.strip(_BLANKS) for line in lines):
        raise UnreadableTable("empty file" if not head else "empty file: nothing but white space")
    preamble = read_preamble(lines)
    if preamble.encoding and is_guess(encoding) and decodes(head, preamble.encoding, is_whole):
        encoding, lines = preamble.encoding, _decoded_lines(head, preamble.encoding, is_whole)
    if preamble.lines and not any(map(str.strip, lines[preamble.lines :])):
        raise UnreadableTable("empty file: nothing stands below the line that names its delimiter")
    return lines[preamble.lines :], encoding, preamble


def _decoded_lines(head: bytes, encoding: str, is_whole: bool) -> list[str]:
    lines = LINE.findall("".join(decode((head,), encoding)))
    return lines[:-1] if not is_whole and len(lines) > 1 else lines


def _long_delimiter(lines: Sequence[str], stated: str) -> str:
    """Return the delimiter of several characters that is stated or found; empty where there is none."""
    if stated:
        return stated if len(stated) > 1 else ""
    return find_long_delimiter(lines)


def _about_delimiter(long: str, stated: str) -> tuple[str, ...]:
    return (f"cells are separated by {long!r}",) if long and not stated else ()


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


def _ends_in_nothing(records: Sequence[Record], cells: Sequence[str | None]) -> bool:
    """Return whether every line ends in a delimiter, so that the last column is no column."""
    rows = [record for record in records if len(record) == len(cells)]
    is_usual = 2 * len(rows) > len(records) and not any(len(record) > len(cells) for record in records)
    return len(cells) > 1 and not cells[-1] and is_usual and not any(row[-1] for row in rows)
