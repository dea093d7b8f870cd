"""Write rows as CSV: as data, or for a spreadsheet."""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterator, Sequence
from typing import TextIO

import click

from lakeindex.escaping.visible import is_visible, visible
from lakeindex.serve.cli.cells import csv_cells
from lakeindex.serve.cli.chunks import Chunk

SPREADSHEET = "lakeindex.spreadsheet"
"""Where a command's context says that its CSV is for a spreadsheet."""
_BOM = "\ufeff"


def is_for_spreadsheet() -> bool:
    """Whether the command that runs was given `--spreadsheet`."""
    context = click.get_current_context(silent=True)
    return context is not None and bool(context.meta.get(SPREADSHEET))


def write_chunks_as_csv(names: Sequence[str], chunks: Iterator[Chunk], spreadsheet: bool | None = None) -> None:
    """Write rows as CSV to stdout; on a terminal with hidden characters escaped, which a note on stderr says."""
    if is_for_spreadsheet() if spreadsheet is None else spreadsheet:
        write_for_spreadsheet(sys.stdout, names, chunks)
        return
    out = _Visible(sys.stdout) if sys.stdout.isatty() else sys.stdout
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(names)
    for chunk in chunks:
        writer.writerows(zip(*map(csv_cells, chunk), strict=True))
        sys.stdout.flush()
    if isinstance(out, _Visible) and out.has_escaped:
        sys.stderr.write("characters that a terminal obeys or hides are escaped here; in a file or pipe they are not\n")


def write_for_spreadsheet(out: TextIO, names: Sequence[str], chunks: Iterator[Chunk]) -> None:
    """Write CSV that a spreadsheet opens without running a formula or losing a digit: see `spreadsheet_cells`."""
    from lakeindex.escaping.spreadsheet import spreadsheet_cells

    writer = csv.writer(_Visible(out) if out.isatty() else out, lineterminator="\r\n")
    if not out.isatty():
        out.write(_BOM)
    writer.writerow(spreadsheet_cells(list(names)))
    for chunk in chunks:
        writer.writerows(zip(*(spreadsheet_cells(csv_cells(values)) for values in chunk), strict=True))
        out.flush()


class _Visible:
    """A terminal that CSV is written to."""

    def __init__(self, terminal: TextIO) -> None:
        self._terminal = terminal
        self.has_escaped = False

    def write(self, text: str) -> int:
        line = text.removesuffix("\r\n").removesuffix("\n")
        self.has_escaped = self.has_escaped or not is_visible(line)
        return self._terminal.write(visible(line) + "\n")
