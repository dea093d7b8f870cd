"""A clean table on its way to a messy CSV file: what is written, how, and the rows that a reader should return."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

Cells = tuple[str, ...]
Edit = Callable[[list[str]], list[str]]
"""Changes the cells of one line after they were quoted, so that it can break the line."""


@dataclass(frozen=True, slots=True)
class CleanTable:
    name: str
    header: Cells
    rows: tuple[Cells, ...]


@dataclass(frozen=True, slots=True)
class GroundTruth:
    header: Cells
    rows: tuple[Cells, ...]
    unfit: int
    """Rows that no reader can put into the columns, so that they may be left out if they are counted."""
    other_lines: int
    """Records below the header that are no rows: notes, totals, a second table."""


@dataclass(frozen=True, slots=True)
class MessyFile:
    table: str
    pollutions: tuple[str, ...]
    content: bytes
    ground_truth: GroundTruth


@dataclass(slots=True)
class Writing:
    """How cells become bytes."""

    delimiter: str = ","
    quote: str = '"'
    escape: str = ""
    """Written before a quote inside quotes, which is doubled where this is empty."""
    quotes_all: bool = False
    line_ends: Cells = ("\n",)
    """Taken in turn."""
    encoding: str = "utf-8"
    after_last: str = "\n"
    """Written after the last line."""
    after_each: str = ""
    """Written at the end of each line of the table, before its line end."""


@dataclass(slots=True)
class Draft:
    """A table that pollutions change before it is written."""

    header_lines: list[Cells]
    rows: list[Cells]
    header: Cells
    """The names that a reader should give to the columns."""
    writing: Writing = field(default_factory=Writing)
    above: list[str] = field(default_factory=list)
    """Lines above the table, written as they are."""
    below: list[str] = field(default_factory=list)
    repeats_header_after: int = 0
    """Rows between two copies of the header, 0 for one header."""
    edits: dict[int, Edit] = field(default_factory=dict)
    """By the number of the row."""
    read_as: dict[int, Cells | None] = field(default_factory=dict)
    """What an edited row reads as; None where it fits no longer."""
    blank_after: set[int] = field(default_factory=set)
    other_lines: int = 0

    @classmethod
    def from_table(cls, table: CleanTable) -> Draft:
        return cls([table.header], list(table.rows), table.header)

    @property
    def width(self) -> int:
        return len(self.header)

    def finish(self, table: str, pollutions: Cells) -> MessyFile:
        rows = [self.read_as.get(number, row) for number, row in enumerate(self.rows)]
        fitting = tuple(row for row in rows if row is not None)
        copies = (len(self.rows) - 1) // self.repeats_header_after if self.repeats_header_after else 0
        other = self.other_lines + copies * len(self.header_lines)
        ground_truth = GroundTruth(self.header, fitting, len(rows) - len(fitting), other)
        return MessyFile(table, pollutions, self._write(), ground_truth)

    def _write(self) -> bytes:
        lines = [*self.above, *self._table_lines(), *self.below]
        ends = self.writing.line_ends
        # An empty line ends as the line above: a feed would make one line end with a return before it.
        turns = [ends[(number - (not line)) % len(ends)] for number, line in enumerate(lines)]
        text = "".join(line + end for line, end in zip(lines[:-1], turns[:-1], strict=True))
        last = self.writing.after_last.replace("\n", ends[0])
        return (text + "".join(lines[-1:]) + last).encode(self.writing.encoding)

    def _table_lines(self) -> list[str]:
        headers = [self._line(list(map(self.quoted, cells))) for cells in self.header_lines]
        lines = list(headers)
        for number, row in enumerate(self.rows):
            if self.repeats_header_after and number and number % self.repeats_header_after == 0:
                lines += headers
            cells = list(map(self.quoted, row))
            lines.append(self._line(self.edits[number](cells) if number in self.edits else cells))
            lines += [""] * (number in self.blank_after)
        return lines

    def _line(self, cells: list[str]) -> str:
        return self.writing.delimiter.join(cells) + self.writing.after_each

    def quoted(self, cell: str) -> str:
        """Write one cell, in quotes where it needs them."""
        writing = self.writing
        special = (writing.quote, "\n", "\r", writing.delimiter.strip() or writing.delimiter)
        needs = bool(writing.quote) and any(mark in cell for mark in special)
        if not writing.quote or not (needs or writing.quotes_all or (not cell and writing.delimiter == " ")):
            return cell
        if writing.escape:
            cell = cell.replace(writing.escape, writing.escape * 2)
        escaped = (writing.escape or writing.quote) + writing.quote
        return writing.quote + cell.replace(writing.quote, escaped) + writing.quote
