"""Write a table for people, as rows come: of up to two hundred rows by rich, of more with the widths of the first."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from itertools import chain
from typing import TYPE_CHECKING

from lakeindex.escaping.visible import visible
from lakeindex.serve.cli.cells import shown_cells
from lakeindex.serve.cli.chunks import Chunk

if TYPE_CHECKING:
    from rich.console import Console

_WIDTH = 150  # of a table that goes to no terminal
_SAMPLE = 200
"""So many rows are looked at before a column's width is set."""
_BETWEEN = "   "
_EDGES = 2

Lines = list[str]
Texts = list[list[str]]
"""Some rows as text for people: the cells of each column."""


def write_chunks_as_grid(names: Sequence[str], chunks: Iterator[Chunk], title: str = "") -> None:
    """Write rows as a table for people, in constant memory. Values that are longer than their column are folded."""
    from rich.console import Console

    head, caption = [visible(name) for name in names], visible(title)
    console = Console(width=None if sys.stdout.isatty() else _WIDTH, highlight=False)
    coming = ([shown_cells(values) for values in chunk] for chunk in chunks)
    sample: list[Texts] = []
    while sum(len(texts[0]) for texts in sample) <= _SAMPLE and (texts := next(coming, None)):
        sample.append(texts)
    if sum(len(texts[0]) for texts in sample) <= _SAMPLE:
        _write_small(console, head, sample, caption)
    else:
        _write_large(console, head, sample, coming, caption)


def _write_small(console: Console, head: Sequence[str], sample: list[Texts], title: str) -> None:
    from rich import box
    from rich.table import Table
    from rich.text import Text

    grid = Table(title=Text(title) if title else None, title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False)
    for name in head:
        grid.add_column(Text(name), overflow="fold")
    for texts in sample:
        for row in zip(*texts, strict=True):
            # Text, so that a value is never taken for markup.
            grid.add_row(*map(Text, row))
    # rich would end the process itself where nobody reads stdout.
    with console.capture() as captured:
        console.print(grid)
    sys.stdout.write(captured.get())


def _write_large(
    console: Console, head: Sequence[str], sample: list[Texts], coming: Iterator[Texts], title: str
) -> None:
    widths = _fit(_natural_widths(head, sample), console.width - _EDGES - len(_BETWEEN) * (len(head) - 1))
    *above, bottom = _head_lines(console, head, widths, title)
    sys.stdout.write("\n".join([*above, ""]))
    for texts in chain(sample, coming):
        sys.stdout.write("\n".join([*grid_lines(texts, widths), ""]))
        sys.stdout.flush()
    sys.stdout.write(bottom + "\n")


def _head_lines(console: Console, head: Sequence[str], widths: Sequence[int], title: str) -> Lines:
    """Render title and header by rich, and the line below the rows."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    grid = Table(title=Text(title) if title else None, title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False)
    for name, width in zip(head, widths, strict=True):
        grid.add_column(Text(name), overflow="fold", width=width)
    needed = sum(widths) + len(_BETWEEN) * (len(widths) - 1) + _EDGES
    with console.capture() as captured:
        console.print(grid, width=max(console.width, needed), crop=False)
    return captured.get().removesuffix("\n").split("\n")


def _natural_widths(head: Sequence[str], sample: list[Texts]) -> list[int]:
    """Return how wide each column is where nothing is folded."""
    from rich.cells import cell_len

    columns = zip(*sample, strict=True)
    return [
        max(cell_len(line) for cell in chain([name], *parts) for line in cell.split("\n"))
        for name, parts in zip(head, columns, strict=True)
    ]


def _fit(widths: list[int], available: int) -> list[int]:
    """Narrow the widest columns alike until all fit, or each has a single place."""
    if sum(widths) <= available:
        return widths
    cap = next((cap for cap in range(max(widths), 0, -1) if sum(min(width, cap) for width in widths) <= available), 1)
    spare = max(available - sum(min(width, cap) for width in widths), 0)
    fitted = []
    for width in widths:
        more = 1 if width > cap and spare > 0 else 0
        spare -= more
        fitted.append(min(width, cap + more))
    return fitted


def grid_lines(texts: Texts, widths: Sequence[int]) -> Lines:
    """Return the lines of some rows; a row has as many as its longest cell needs."""
    columns = [_folded(cells, width) for cells, width in zip(texts, widths, strict=True)]
    lines: Lines = []
    for row in zip(*columns, strict=True):
        if all(type(cell) is str for cell in row):
            lines.append(f" {_BETWEEN.join(row)} ")
        else:
            lines += _tall_row(row, widths)
    return lines


def _folded(cells: list[str], width: int) -> Sequence[str | Lines]:
    """Return each cell, padded to the width, or its lines where it needs several."""
    whole = "".join(cells)
    if whole.isascii() and "\n" not in whole and max(map(len, cells)) <= width:
        return [cell.ljust(width) for cell in cells]
    return [
        cell.ljust(width) if cell.isascii() and len(cell) <= width and "\n" not in cell else _fold(cell, width)
        for cell in cells
    ]


def _fold(cell: str, width: int) -> str | Lines:
    from rich.cells import cell_len, chop_cells, set_cell_size

    lines: Lines = []
    for line in cell.split("\n"):
        if cell_len(line) <= width:
            lines.append(line)
        elif line.isascii():
            lines += _fold_at_blanks(line, width)
        else:
            lines += chop_cells(line, width)
    padded = [set_cell_size(line, width) for line in lines]
    return padded[0] if len(padded) == 1 else padded


def _fold_at_blanks(line: str, width: int) -> Lines:
    lines: Lines = []
    while len(line) > width:
        blank = line.rfind(" ", 1, width + 1)
        end = blank if blank > 0 else width
        lines.append(line[:end])
        line = line[end:].removeprefix(" ")
    return [*lines, line]


def _tall_row(row: Sequence[str | Lines], widths: Sequence[int]) -> Lines:
    parts = [[cell] if isinstance(cell, str) else cell for cell in row]
    height = max(map(len, parts))
    filled = [[*part, *([" " * width] * (height - len(part)))] for part, width in zip(parts, widths, strict=True)]
    return [f" {_BETWEEN.join(line)} " for line in zip(*filled, strict=True)]
