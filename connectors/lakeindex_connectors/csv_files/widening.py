"""Notice rows that have more cells than the header: where a program began to write more columns, they are the table's.

A pass over the whole file that counts: delimiters and line ends by chunk, which match where all rows are alike, and
else by line.
"""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import nullcontext
from dataclasses import dataclass, field
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from lakeindex.types.lake import LakeFile
from lakeindex_connectors.csv_files.dialect_evidence import Dialect
from lakeindex_connectors.csv_files.layout import Layout
from lakeindex_connectors.csv_files.long_delimiters import with_stand_in
from lakeindex_connectors.csv_files.wellformed import quoted_cell
from lakeindex_connectors.opening import is_gzip_name, open_unpacked, read_chunks
from lakeindex_connectors.text.encoding import damaged, is_wide, to_utf8
from lakeindex_connectors.text.mixed_charsets import whole_lines

Counts = NDArray[np.int64]

_MAX_CHUNKS = 16
"""Of a gzip file, which takes as long to unpack as to read."""
_LARGE_BYTES = 16 << 20
_EVERY = 4
_LEAST_RUN = 5
"""Wide rows one after the other: fewer are broken rows."""
_LEAST_ENDING = 3
"""Wide rows at the end of a file."""
_LEAST_ROWS = 10
_LEAST_SHARE = 0.1
_LEAST_OF_A_WIDTH = 3


@dataclass(slots=True)
class WideRows:
    """The lines of a text that have more cells than its table, found chunk by chunk."""

    dialect: Dialect
    width: int
    """Columns of the table so far."""
    is_exact: bool
    """Whether quoted cells are looked up; else a line is outside of quotes after an even number of them."""
    seen: int = 0
    """Lines, those within quoted cells left out where that was counted."""
    places: list[Counts] = field(default_factory=list)
    """Numbers of the wide lines, from the first line of the text on."""
    widths: list[Counts] = field(default_factory=list)
    """Cells on each of them."""

    def see(self, lines: bytes) -> None:
        """Count the cells of whole lines of text in which the delimiter and line ends are as in ASCII."""
        text = _without_quoted(lines, self.dialect, self.is_exact)
        ends = text.count(b"\n") or text.count(b"\r")
        if text.count(self.dialect.delimiter.encode()) == ends * (self.width - 1):
            self.seen += ends
            return
        cells = _count_cells(text, self.dialect, self.width)
        wide = np.flatnonzero(cells > self.width)
        self.places.append(wide + self.seen)
        self.widths.append(cells[wide])
        self.seen += len(cells)

    def width_of_table(self) -> int:
        """Return the columns that the table has with its wide rows, as many as before where these are accidents."""
        places = np.concatenate([np.zeros(0, np.int64), *self.places])
        if not self._are_meant(places):
            return self.width
        common = Counter(np.concatenate(self.widths).tolist())
        return max((width for width, count in common.items() if count >= _LEAST_OF_A_WIDTH), default=self.width)

    def _are_meant(self, places: Counts) -> bool:
        if not len(places):
            return False
        starts = np.flatnonzero(np.diff(places, prepend=places[0] - 2) != 1)
        runs = np.diff(starts, append=len(places))
        is_ending = places[-1] >= self.seen - 1 and runs[-1] >= _LEAST_ENDING
        return bool(is_ending or runs.max() >= _LEAST_RUN or len(places) >= max(_LEAST_ROWS, _LEAST_SHARE * self.seen))


def count_file_columns(file: LakeFile, whole: bytes | None, layout: Layout, width: int) -> int:
    """Return the columns of a file's table of which the first rows have `width`; `whole` is its content, if known."""

    def read() -> Iterator[bytes]:
        with nullcontext(io.BytesIO(whole)) if whole is not None else open_unpacked(file) as raw:
            chunks: Iterator[bytes] = islice(read_chunks(raw), _MAX_CHUNKS if is_gzip_name(file.path) else None)
            if is_wide(layout.encoding):
                chunks = to_utf8(chunks, damaged(layout.encoding))
            elif file.size > _LARGE_BYTES:
                chunks = _some_of(chunks)
            yield from with_stand_in(chunks, layout.long_delimiter) if layout.long_delimiter else chunks

    return count_columns(read, layout.dialect, width)


def _some_of(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """Yield the whole lines of every fourth chunk and of the last one: rows that become longer mostly stay so."""
    last = b""
    for number, chunk in enumerate(chunks):
        if number % _EVERY == 0:
            yield chunk[chunk.find(b"\n") + 1 if number else 0 : chunk.rfind(b"\n") + 1]
            last = b""
        else:
            last = chunk
    yield last[last.find(b"\n") + 1 :]


def count_columns(read: Callable[[], Iterable[bytes]], dialect: Dialect, width: int) -> int:
    """Return the columns of a table of which the first rows have `width`; `read` gives its text from the first line.

    Quotes are counted first, which stray ones lead astray; where that finds wide rows, quoted cells are looked up.
    """
    if dialect.delimiter == " ":
        return width
    for is_exact in (False, True):
        found = WideRows(dialect, width, is_exact)
        for lines in whole_lines(read()):
            found.see(lines)
        if found.width_of_table() == width:
            return width
    return found.width_of_table()


def _without_quoted(lines: bytes, dialect: Dialect, is_exact: bool) -> bytes:
    """Write one character for each quoted cell, or for whatever stands after an odd number of quotes."""
    quote = dialect.quote.encode()
    if not quote or quote not in lines:
        return lines
    if dialect.escape:
        lines = lines.replace(dialect.escape.encode() + quote, b"__")
    return quoted_cell(dialect).sub(b"_", lines) if is_exact else b"_".join(lines.split(quote)[::2])


def _count_cells(lines: bytes, dialect: Dialect, width: int) -> Counts:
    """Return the cells on each line up to the last that isn't empty, at most `width` where the surplus is no cell.

    That is where a blank follows the surplus delimiters, as in prose, and on lines of another table.
    """
    lines = lines.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    text = np.frombuffer(lines if lines.endswith(b"\n") else lines + b"\n", np.uint8)
    is_end, is_delimiter = text == ord("\n"), text == ord(dialect.delimiter)
    ends = np.flatnonzero(is_end)
    if not len(ends):
        return ends
    is_filled = ~(is_delimiter | is_end | ((text == ord(" ")) & dialect.skips_blanks))
    last_filled = np.maximum.accumulate(np.where(is_filled, np.arange(len(text)), 0))[ends]
    starts = np.concatenate(([0], ends[:-1] + 1))
    delimiters = np.cumsum(is_delimiter)
    before = delimiters[starts] - is_delimiter[starts]
    cells = np.where(last_filled >= starts, delimiters[last_filled] - before + 1, 0)
    is_spaced = is_delimiter[:-1] & (text[1:] == ord(" "))
    if not dialect.skips_blanks:
        cells = np.where(_sums(is_spaced, ends) >= cells - width, np.minimum(cells, width), cells)
    return _without_other_tables(cells, width)


def _sums(flags: NDArray[np.bool_], ends: Counts) -> Counts:
    """Count the flags up to each end and after the end before."""
    totals = np.cumsum(np.append(flags, False))[ends]
    return np.diff(totals, prepend=0)


def _without_other_tables(cells: Counts, width: int) -> Counts:
    """Set 1 for wide lines one after the other of which the first stands below an empty one."""
    is_wide = cells > width
    starts = is_wide & ~np.concatenate(([False], is_wide[:-1]))
    is_apart = starts & np.concatenate(([False], cells[:-1] == 0))
    run = np.cumsum(starts)
    return np.where(is_wide & np.isin(run, run[is_apart]), 1, cells)
