"""Find where a table starts: the lines of titles and comments above it, and the lines of its header."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from lakeindex_connectors.csv_files.control_records import is_control
from lakeindex_connectors.csv_files.grouped_header import count_grouped_lines, names_an_index
from lakeindex_connectors.csv_files.header import names_columns
from lakeindex_connectors.csv_files.records import Record
from lakeindex_connectors.csv_files.values import MISSING, is_typed, is_value

_MAX_TITLES = 20
_HAS_LETTERS = re.compile(r"[^\W\d_]|[%$€£°#]")
_PLACEHOLDER = re.compile(r"Unnamed: \d+")
"""The name that pandas gives to a column without one: a line with such names is a header by itself."""
_MAX_ROWS = 30
_MAX_HEADER_LINES = 3
_BLANKS_OF_PROSE = 2
_LEAST_BLOCK = 4
"""Lines of one width, the header's included, before rows become longer: facts above a table are fewer."""
_LEAST_LINES = 4
"""Records from which on column types can show that the header has several lines."""


def count_titles(records: Sequence[Record]) -> int:
    """Count the lines above a table: comments, titles, another small table, and what is empty among them."""
    usual = usual_width(records)
    if is_control(records, usual):
        return 1 + count_titles(records[1:])
    if _widens(records):
        return 0
    for titles, record in enumerate(records[:_MAX_TITLES]):
        if filled(record) == 0 and any(map(filled, records[titles:])):
            continue
        if not (_is_title(record, usual) or _spans(record, usual) or _stands_apart(records, titles, usual)):
            return titles if titles or usual < 2 else _count_foreign(records, usual)
        if any("\n" in (cell or "") or "\r" in (cell or "") for cell in record):
            return 0
    return 0


def _widens(records: Sequence[Record]) -> bool:
    """Return whether rows become longer further down without a header of their own: they are one table."""
    widths = list(map(len, records))
    first = next((place for place, width in enumerate(widths) if width != widths[0]), 0)
    if first < _LEAST_BLOCK or widths[0] < 2 or min(widths) < widths[0]:
        return False
    wide = records[first:]
    is_filled = all(any(record[widths[0] :]) for record in wide if len(record) > widths[0])
    if 2 * filled(records[0]) <= widths[0] or not is_filled:
        return False
    is_header = len(wide) > 1 and not any(map(is_value, wide[0])) and any(map(is_value, wide[1]))
    return not is_header


def usual_width(records: Sequence[Record], preferred: int = 0) -> int:
    """Return the most common number of cells; among equally common ones the preferred, else the largest."""
    widths = Counter(map(len, records))
    if 1 in widths:
        rows = [record for record in records if record and not is_comment(record)]
        widths = Counter(map(len, rows)) or widths
    if len(widths) > 1:
        del widths[0]
    return max(widths, key=lambda width: (widths[width], width == preferred, width))


def is_comment(record: Record) -> bool:
    """Return whether a record is a single cell that starts with `#`."""
    return len(record) == 1 and (record[0] or "").startswith("#")


def filled(record: Record) -> int:
    """Count the cells that aren't blank."""
    return sum(bool(cell and not cell.isspace()) for cell in record)


def _is_title(record: Record, usual: int) -> bool:
    """Return whether a record has less than half of a row's cells, or is a sentence split at its commas."""
    starts_as_comment = (record[0] or "").startswith("#") if record else False
    if len(record) * 2 < usual or (usual > 1 and starts_as_comment and len(record) != usual):
        return True
    if usual == 1 and starts_as_comment and len(record) == 1:
        return (record[0] or "").count(" ") >= _BLANKS_OF_PROSE
    is_prose = all(cell and cell.startswith(" ") for cell in record[1:]) and 1 < len(record) < usual
    return is_prose and " " in (record[0] or "").strip()


def _stands_apart(records: Sequence[Record], place: int, usual: int) -> bool:
    """Return whether, given the lines below, a record is a title: a sentence split into fewer cells, or one cell."""
    record = records[place]
    if 1 < len(record) < usual and (record[0] or "").strip().count(" ") >= _BLANKS_OF_PROSE:
        below = next((below for below in records[place + 1 :] if len(below) == usual), [])
        return bool(below) and not any(map(is_value, below))
    return _is_sparse(records, place, usual)


def _is_sparse(records: Sequence[Record], place: int, usual: int) -> bool:
    """Return whether only the first cell is filled, where the rows and the next fuller record fill more cells."""
    record = records[place]
    if len(record) != usual or usual < 3 or filled(record) > 1 or (record[0] is None and filled(record)):
        return False
    below = next((below for below in records[place + 1 :] if filled(below) > 1), [])
    # Below a name that spans lines of the header, its column has none.
    is_alone = bool(record[0]) and " " in (record[0] or "").strip()
    return is_alone or (filled(below) * 2 >= usual and bool(below[0]))


def _spans(record: Record, usual: int) -> bool:
    """Return whether one text is repeated in every cell, as a cell merged over all columns is exported."""
    return usual > 2 and len(record) == usual and len(set(record)) == 1 and " " in (record[0] or "").strip()


def _count_foreign(records: Sequence[Record], usual: int) -> int:
    """Count the lines of another small table above: it has another width and ends at an empty line."""
    blank = next((place for place, record in enumerate(records[:_MAX_TITLES]) if not record), 0)
    above, below = records[:blank], next((record for record in records[blank:] if record), [])
    is_foreign = bool(above) and all(len(record) not in (usual, usual - 1) for record in above)
    return blank + 1 if is_foreign and len(below) in (usual, usual - 1) else 0


def count_header_lines(records: Sequence[Record]) -> int:
    """Count the lines that name the columns; more than one only where the columns' types show it."""
    if not records:
        return 0
    usual = usual_width(records)
    for lines in range(_MAX_HEADER_LINES, 1, -1) if _may_have_several(records) else ():
        heads, rows = records[:lines], records[lines : lines + _MAX_ROWS]
        if len(rows) > 1 and all(len(head) == usual for head in heads) and _are_heads(heads, rows, usual):
            return lines + (lines == 2 and names_an_index(*records[:3]))
    if grouped := count_grouped_lines(records, usual):
        return grouped
    return int(names_columns(records[0], records[1:]))


def _may_have_several(records: Sequence[Record]) -> bool:
    """Return, by a quick check, whether the second line may belong to the header: it holds no value, and a row does."""
    if len(records) < _LEAST_LINES or any(map(is_value, records[1])):
        return False
    return any(any(map(is_value, records[place])) for place in (len(records) // 2, -1))


def _are_heads(heads: Sequence[Record], rows: Sequence[Record], width: int) -> bool:
    """Return whether several lines name the columns: none holds a value where the rows below hold values."""
    if any(len(set(filter(None, head))) < 2 for head in heads[1:]) or heads[0] in heads[1:]:
        return False
    if any(_PLACEHOLDER.match(cell or "") for cell in heads[0]):
        return False
    columns = [[row[place] for row in rows if place < len(row)] for place in range(width)]
    typed = [place for place, column in enumerate(columns) if is_typed(column)]
    named = [[place for place in typed if head[place]] for head in heads]
    is_sparse = any(filled(head) < width for head in heads[:-1]) and filled(heads[-1]) == width
    if not typed or any(_is_data(head[place]) for head in heads for place in typed if head[place]):
        return False
    if min(map(len, named[1:])) < (1 if is_sparse else 2):
        return False
    if not is_sparse and any(filled(head) == 0 for head in heads):
        return False
    texts = [place for place in range(width) if place not in typed]
    repeated = sum(any(head[place] in columns[place] for head in heads[1:] if head[place]) for place in texts)
    return 2 * repeated < max(len(texts), 1)


def _is_data(cell: str | None) -> bool:
    return is_value(cell) or (cell or "").strip().lower() in MISSING or not _HAS_LETTERS.search(cell or "")
