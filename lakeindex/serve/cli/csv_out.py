"""Write rows as CSV: as data, or for a spreadsheet."""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterator, Sequence
from typing import TextIO

import click

from lakeindex.escaping.spreadsheet import spreadsheet_cells
from lakeindex.escaping.visible import is_visible, visible
from lakeindex.serve.cli.cells import csv_cells
from lakeindex.serve.cli.chunks import Chunk

SPREADSHEET = "lakeindex.spreadsheet"
"""Where a command's context says that its CSV is for a spreadsheet."""
_BOM = "\ufeff"
_END = "\r\n"
"""Of a line, for the csv module: a cell that holds one of these two is quoted, whatever the version of Python."""


def is_for_spreadsheet() -> bool:
    """Whether the command that runs was given `--spreadsheet`."""
    context = click.get_current_context(silent=True)
    return context is not None and bool(context.meta.get(SPREADSHEET))


def write_chunks_as_csv(names: Sequence[str], chunks: Iterator[Chunk], spreadsheet: bool | None = None) -> None:
    """Write rows as CSV to stdout; on a terminal with hidden characters escaped, which a note on stderr says."""
    if is_for_spreadsheet() if spreadsheet is None else spreadsheet:
        write_for_spreadsheet(sys.stdout, names, chunks)
        return
    out = _Terminal(sys.stdout) if sys.stdout.isatty() else _Unix(sys.stdout)
    writer = csv.writer(out, lineterminator=_END)
    writer.writerow(names)
    for chunk in chunks:
        writer.writerows(zip(*map(csv_cells, chunk), strict=True))
        sys.stdout.flush()
    if isinstance(out, _Terminal):
        out.say_what_was_escaped()


def write_for_spreadsheet(out: TextIO, names: Sequence[str], chunks: Iterator[Chunk]) -> None:
    """Write CSV that a spreadsheet opens without running a formula or losing a digit: see `spreadsheet_cells`."""
    if not out.isatty():
        out.write(_BOM)
    writer = csv.writer(_Terminal(out) if out.isatty() else out, lineterminator=_END)
    writer.writerow(spreadsheet_cells(names))
    for chunk in chunks:
        writer.writerows(zip(*(spreadsheet_cells(csv_cells(values)) for values in chunk), strict=True))
        out.flush()


class _Unix:
    """What lines that end with a line feed are written to."""

    def __init__(self, out: TextIO) -> None:
        self._write = out.write

    def write(self, line: str) -> int:
        return self._write(line[: -len(_END)] + "\n")


class _Terminal:
    """A terminal that lines are written to."""

    def __init__(self, terminal: TextIO) -> None:
        self._terminal = terminal
        self._has_escaped = False

    def write(self, line: str) -> int:
        cells = line.removesuffix(_END)
        self._has_escaped = self._has_escaped or not is_visible(cells)
        return self._terminal.write(visible(cells) + "\n")

    def say_what_was_escaped(self) -> None:
        if self._has_escaped:
            note = "characters that a terminal obeys or hides are escaped here; in a file or pipe they are not"
            sys.stderr.write(note + "\n")
