"""Write a table for people, as rows come: as wide as the terminal, with the widths that the first rows need."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator, Sequence
from itertools import chain

from lakeindex.escaping.visible import visible
from lakeindex.serve.cli.cells import shown_cells
from lakeindex.serve.cli.chunks import Chunk
from lakeindex.serve.cli.grid_cells import cut, in_one_line, padded, width_of, wrapped
from lakeindex.serve.cli.grid_layout import BETWEEN, Layout, ShownColumn, Texts, lay_out

_WIDTH = 150  # of a table that goes to no terminal
_SAMPLE = 200
"""So many rows are looked at before a column's width is set."""
_MOST_NAMED = 5
_BOLD, _ITALIC, _PLAIN = "\x1b[1m", "\x1b[3m", "\x1b[0m"


def write_chunks_as_grid(names: Sequence[str], chunks: Iterator[Chunk], layout: Layout | None = None) -> Sequence[str]:
    """Write rows as a table for people, in constant memory; return the names of columns for which there is no room."""
    layout, head = layout or Layout(), [in_one_line(visible(name)) for name in names]
    coming = ([list(map(in_one_line, shown_cells(values))) for values in chunk] for chunk in chunks)
    sample: list[Texts] = []
    while sum(len(texts[0]) for texts in sample) <= _SAMPLE and (texts := next(coming, None)):
        sample.append(texts)
    width = screen_width()
    columns = lay_out(head, [list(chain(*parts)) for parts in zip(*sample, strict=True)], width, layout)
    _write_head(columns, visible(layout.title), width)
    for texts in chain(sample, coming):
        sys.stdout.write("\n".join([*grid_lines(texts, columns), ""]))
        sys.stdout.flush()
    shown = {column.place for column in columns}
    return [name for place, name in enumerate(head) if place not in shown]


def for_no_room(left_out: Sequence[str]) -> str:
    """Name the columns for which there was no room, and how to see them."""
    more = len(left_out) - _MOST_NAMED
    named = ", ".join([*left_out[:_MOST_NAMED], *([f"{more} more"] if more > 0 else [])])
    them = "it" if len(left_out) == 1 else "them"
    return f"no room for: {named}; a wider terminal, COLUMNS=200 or -o json shows {them}"


def grid_lines(texts: Texts, columns: Sequence[ShownColumn]) -> list[str]:
    """Return the lines of some rows: one each, unless a cell of theirs is wrapped."""
    cells = [
        list(texts[one.place]) if one.wraps else padded(texts[one.place], one.width, one.is_number) for one in columns
    ]
    rows = zip(*cells, strict=True)
    if any(one.wraps for one in columns):
        return [line for row in rows for line in _tall_row(row, columns)]
    return [BETWEEN.join(row).rstrip() for row in rows]


def _tall_row(row: Sequence[str], columns: Sequence[ShownColumn]) -> list[str]:
    parts = [wrapped(cell, column.width) if column.wraps else [cell] for cell, column in zip(row, columns, strict=True)]
    height = max(map(len, parts))
    filled = [
        padded([*part, *[""] * (height - len(part))], column.width, column.is_number)
        for part, column in zip(parts, columns, strict=True)
    ]
    return [BETWEEN.join(line).rstrip() for line in zip(*filled, strict=True)]


def _write_head(columns: Sequence[ShownColumn], title: str, width: int) -> None:
    bold, italic, plain = (_BOLD, _ITALIC, _PLAIN) if _may_style() else ("", "", "")
    heads = [padded([cut(one.name, one.width)], one.width, one.is_number)[0] for one in columns]
    line = BETWEEN.join(heads).rstrip()
    rule = "─" * max(width_of(line), sum(one.width for one in columns) + len(BETWEEN) * (len(columns) - 1))
    titles = [f"{italic}{one}{plain}" for one in wrapped(title, width)] if title else []
    sys.stdout.write("\n".join([*titles, f"{bold}{line}{plain}", rule, ""]))


def screen_width(elsewhere: int = _WIDTH) -> int:
    """Return COLUMNS, or else the terminal's width, or what is usual `elsewhere`, where stdout is no terminal."""
    return max(shutil.get_terminal_size((elsewhere if not sys.stdout.isatty() else 80, 24)).columns, 1)


def _may_style() -> bool:
    """Whether bold and italic are wanted: on a terminal, unless NO_COLOR is set (no-color.org) or it can't."""
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
