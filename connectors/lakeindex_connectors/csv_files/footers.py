"""Recognise lines at the end of a table that are no rows: notes, sources, totals."""

from __future__ import annotations

import re
from collections.abc import Sequence

from lakeindex_connectors.csv_files.records import Record
from lakeindex_connectors.csv_files.table_start import filled
from lakeindex_connectors.csv_files.values import is_value

MAX_FOOTERS = 50
RECENT_ROWS = 60
"""Rows before the end that are kept as examples of what rows of the table look like."""

_MARKS = r"[#*]+\s*\w"
_NOTES = (
    r"©|\(c\) ",
    r"[\[(](?:\d{1,2}|[a-z])[\])] +\S",
    r"(?:data )?sources?\s*[:=]|source\W*$",
    r"(?:foot-?)?notes?\s*[:.]|notes?\W*$|remarks?\s*:",
    r"disclaimer|copyright",
    r"last (?:updated|modified|changed)",
    r"(?:updated|generated|created|exported|extracted|printed|retrieved|accessed) (?:on|at|from|by)\b",
    r"data from\b|end of (?:file|report|table|data)",
    r"(?:quellen?|fuente\w*|fonte|bron|anmerkung\w*|hinweis\w*|stand)\s*:",
)
_TOTALS = (
    r"(?:(?:grand|sub|over-?all)[ -]?)?totals?\W*$|(?:grand )?total\b",
    r"(?:sums?|averages?|mean)\W*$",
    r"(?:summe|gesamt|insgesamt|totaal|totale|somme|suma|ukupno|итого|всего|合計|总计)\W*$",
)
_NOTE = re.compile(rf"\s*(?:{'|'.join((_MARKS, *_NOTES))})", re.IGNORECASE)
_WORDED = re.compile(rf"\s*(?:{'|'.join((*_NOTES, *_TOTALS))})", re.IGNORECASE)
_TOTAL = re.compile(rf"\s*(?:{'|'.join(_TOTALS)})", re.IGNORECASE)
_WORDS_OF_PROSE = 4
_MAY_BE = re.compile(rf"\s*(?:{'|'.join((_MARKS, *_NOTES, *_TOTALS))})|(?:[^ ]* ){{3}}", re.IGNORECASE)


def may_end_a_table(first: str | None) -> bool:
    """Return, by its first cell, whether a record at the end may be no row; quick, as every table is checked."""
    return not first or _MAY_BE.match(first) is not None


def count_footers(rows: Sequence[Record], ending: Sequence[Record], width: int) -> int:
    """Count the records at the end of a table that are no rows, empty ones before and among them included.

    `rows` are the last records that certainly are rows, `ending` are all records after them.
    """
    place = len(ending)
    while place and (all(cell is None for cell in ending[place - 1]) or _is_footer(ending, place - 1, rows, width)):
        place -= 1
    return len(ending) - place


def _is_footer(ending: Sequence[Record], place: int, rows: Sequence[Record], width: int) -> bool:
    record = ending[place]
    first = next((cell for cell in record if cell and not cell.isspace()), "")
    if width < 2 or (len(record) == width and not (rows and record[0])):
        return False
    is_written = any(cell is not None and not cell.strip() for cell in record)
    if len(record) == width and is_written and not _WORDED.match(first):
        return False  # who wrote empty quotes, or blanks, wrote a row
    if filled(record) == 1:
        is_apart = place > 0 and filled(ending[place - 1]) == 0
        return _is_note(first, len(record) < width, is_apart, rows, width)
    if len(record) < width and _is_prose(record):
        return True
    return _TOTAL.match(first) is not None and first == record[0] and _has_gaps(record, rows, width)


def _is_note(text: str, is_short: bool, is_apart: bool, rows: Sequence[Record], width: int) -> bool:
    """Return whether the only text of a record is a note, rather than the only filled cell of a row."""
    if _NOTE.match(text) or _TOTAL.match(text):
        return True
    if is_value(text) or (rows and any(filled(row) <= 1 for row in rows)):
        return False
    longest = max((len(row[0] or "") for row in rows), default=0)
    if is_apart and (is_short or width > 2):
        return True
    if is_short and width > 2 and " " in text.strip():
        return True
    return len(text.split()) >= _WORDS_OF_PROSE and len(text) > longest and (is_short or width > 2)


def _is_prose(record: Record) -> bool:
    """Return whether a record is a sentence split at its commas."""
    first, *others = record
    is_cut = bool(others) and all(cell and cell.startswith(" ") for cell in others)
    return (is_cut and len((first or "").split()) > 1) or bool(first and _NOTE.match(first))


def _has_gaps(record: Record, rows: Sequence[Record], width: int) -> bool:
    """Return whether a record has an empty cell in a column that no row leaves empty."""
    cells = [*record, *[None] * (width - len(record))]
    return any(not cells[place] and all(row[place] for row in rows) for place in range(width)) if rows else False
