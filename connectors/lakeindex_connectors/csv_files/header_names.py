"""Name the columns of a table by its header, also where the header is shorter or longer than the rows."""

from __future__ import annotations

from collections.abc import Sequence

from lakeindex_connectors.csv_files.column_hints import leaves_first_unnamed
from lakeindex_connectors.csv_files.grouped_header import join_names
from lakeindex_connectors.csv_files.records import Record
from lakeindex_connectors.csv_files.table_start import filled, usual_width
from lakeindex_connectors.header_evidence import certain_names, doubt_about

_FIRST_UNNAMED = "the header is one name short: the first column has none"
_LAST_UNNAMED = "the header is shorter than the rows: the last columns have no names"
_INDEX_LEFT_OUT = "the header is one name long: its blank first name has no column"


def header_cells(records: Sequence[Record], header_lines: int) -> tuple[list[str | None], tuple[str, ...]]:
    """Return the header's cells, one for each column that the rows have, None for no name; and what was guessed."""
    if not header_lines:
        return [None] * usual_width(records), ()
    if header_lines > 1:
        return join_names(list(filter(_names_several, records[:header_lines]))), ()
    cells, rows = list(records[0]), records[1:]
    if not rows:
        return cells, ()
    usual = usual_width(rows, preferred=len(cells))
    while len(cells) > usual and not cells[-1]:
        cells.pop()
    if len(cells) == usual + 1 and not cells[0] and max(map(len, rows)) == usual:
        return cells[1:], (_INDEX_LEFT_OUT,)
    return _lengthened(cells, rows, usual)


def certain_cells(
    records: Sequence[Record], header_lines: int, cells: Sequence[str | None]
) -> tuple[list[str | None], tuple[str, ...]]:
    """Return those of the header's cells that can only be names, None in place of the others; and a remark on these."""
    heads, width = records[:header_lines], len(cells)
    # A header that comes again, as on every page, is no row.
    rows = [row for row in records[header_lines:] if len(row) >= width and row not in heads]
    columns = [[row[place] for row in rows] for place in range(width)]
    if header_lines == 1:
        certain = certain_names(cells, columns)
        return certain, doubt_about(cells, certain)
    # A line that may be a row names nothing, however sure the other lines are.
    named = [head[:width] for head in heads if _names_several(head) and len(head) >= width]
    heads = [certain_names(head, columns, is_first=not place) for place, head in enumerate(named)]
    certain = [name or None for name in join_names(heads)] if heads else [None] * len(cells)
    return certain, doubt_about(cells, certain)


def _lengthened(
    cells: list[str | None], rows: Sequence[Record], usual: int
) -> tuple[list[str | None], tuple[str, ...]]:
    """Add the columns that the header leaves unnamed: the first one or the last ones."""
    missing = usual - len(cells)
    if missing <= 0 or not any(any(row[len(cells) :]) for row in rows):
        return cells, ()
    whole = [row for row in rows if len(row) == usual]
    is_widened = any(len(row) == len(cells) for row in rows)
    if missing == 1 and not is_widened and leaves_first_unnamed(cells, whole):
        return [None, *cells], (_FIRST_UNNAMED,)
    return [*cells, *[None] * missing], (_LAST_UNNAMED,)


def _names_several(head: Record) -> bool:
    """Return whether a line of a header names columns, unlike a title alone in the first cell."""
    return filled(head) > 1 or not head[0] or " " not in head[0].strip()
