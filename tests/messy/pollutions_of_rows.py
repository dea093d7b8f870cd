"""Pollutions of single rows: too few or too many cells, stray quotes, another delimiter."""

from __future__ import annotations

from random import Random

from tests.messy.messy_table import Cells, Draft
from tests.messy.pollutions_of_writing import Pollution

DELIMITERS = (",", ";", "\t", "|")


def _chosen(draft: Draft, random: Random, count: int) -> list[int]:
    """Draw rows that no other pollution has changed: few, or they would be the rule."""
    free = [number for number in range(len(draft.rows)) if number not in draft.edits]
    return sorted(random.sample(free, min(count, len(free), 1 + len(draft.rows) // 10)))


def _text_column(draft: Draft) -> int:
    """Return the column with the longest texts."""
    lengths = [sum(len(row[column]) for row in draft.rows) for column in range(draft.width)]
    return lengths.index(max(lengths))


def cut_rows(draft: Draft, random: Random) -> None:
    for number in _chosen(draft, random, 3):
        draft.edits[number] = lambda cells: cells[:-1]
        draft.read_as[number] = (*draft.rows[number][:-1], "")


def merge_cells(draft: Draft, random: Random) -> None:
    """Leave a delimiter out, so that two cells are one and the row is short."""
    for number in _chosen(draft, random, 2):
        row = draft.rows[number]
        merged = (_plain(row[0]) + _plain(row[1]), *row[2:])
        draft.edits[number] = lambda cells, first=merged[0]: [first, *cells[2:]]  # type: ignore[misc]
        draft.read_as[number] = (*merged, "")


def lengthen_rows(draft: Draft, random: Random) -> None:
    for number in _chosen(draft, random, 3):
        draft.edits[number] = lambda cells: [*cells, "surplus"]
        draft.read_as[number] = None


def end_rows_with_a_delimiter(draft: Draft, random: Random) -> None:
    for number in _chosen(draft, random, 3):
        draft.edits[number] = lambda cells: [*cells, ""]
        draft.read_as[number] = draft.rows[number]


def delimit_otherwise(draft: Draft, random: Random) -> None:
    """Write a few rows with another delimiter, one that occurs in none of their cells."""
    for number in _chosen(draft, random, 2):
        text = draft.writing.delimiter + "".join(draft.rows[number])
        others = [one for one in DELIMITERS if one not in text]
        draft.edits[number] = lambda cells, other=others[-1]: [other.join(cells)]  # type: ignore[misc]
        draft.read_as[number] = draft.rows[number]


def put_inch_marks(draft: Draft, random: Random) -> None:
    """Put a quote into unquoted text."""
    column = _text_column(draft)
    for number in _chosen(draft, random, 4):
        row = _changed(draft.rows[number], column, f"{_plain(draft.rows[number][column])[:20]} 5{draft.writing.quote}")
        draft.edits[number] = lambda cells, cell=row[column]: _replaced(cells, column, cell)  # type: ignore[misc]
        draft.read_as[number] = row


def open_a_quote(draft: Draft, random: Random) -> None:
    """Start a cell with a quote that never closes."""
    column = _text_column(draft)
    for number in _chosen(draft, random, 1):
        row = _changed(draft.rows[number], column, f"{draft.writing.quote}{_plain(draft.rows[number][column])[:20]}")
        draft.edits[number] = lambda cells, cell=row[column]: _replaced(cells, column, cell)  # type: ignore[misc]
        draft.read_as[number] = row


def open_two_quotes(draft: Draft, random: Random) -> None:
    open_a_quote(draft, random)
    open_a_quote(draft, random)


def leave_quotes_bare(draft: Draft, random: Random) -> None:
    """Quote words inside a quoted cell without doubling the quotes."""
    column, quote = _text_column(draft), draft.writing.quote
    for number in _chosen(draft, random, 3):
        text = f"the {quote}{_plain(draft.rows[number][column])[:20].strip()}{quote} of old"
        draft.edits[number] = lambda cells, text=text: _replaced(cells, column, f"{quote}{text}{quote}")  # type: ignore[misc]
        draft.read_as[number] = _changed(draft.rows[number], column, text)


def break_lines(draft: Draft, random: Random) -> None:
    """Let quoted cells run over lines."""
    column = _text_column(draft)
    for number in _chosen(draft, random, 4):
        text = f"{draft.rows[number][column]}\nsecond line\n\nfourth"
        draft.rows[number] = _changed(draft.rows[number], column, text)


def mix_text(draft: Draft, random: Random) -> None:
    """Put delimiters and quotes into texts that are quoted as they should be."""
    column = _text_column(draft)
    for number in range(0, len(draft.rows), 3):
        text = draft.rows[number][column]
        draft.rows[number] = _changed(draft.rows[number], column, f'{text}, so-called; a "good" one|two\'s {number}')


def _plain(cell: str) -> str:
    return "".join(sign for sign in cell if sign.isalnum() or sign in "-.") or "x"


def _changed(row: Cells, column: int, cell: str) -> Cells:
    return (*row[:column], cell, *row[column + 1 :])


def _replaced(cells: list[str], column: int, cell: str) -> list[str]:
    return [*cells[:column], cell, *cells[column + 1 :]]


ROWS: dict[str, Pollution] = {
    "rows cut short": cut_rows,
    "merged cells": merge_cells,
    "rows too long": lengthen_rows,
    "a delimiter at the end of rows": end_rows_with_a_delimiter,
    "rows with another delimiter": delimit_otherwise,
    "inch marks": put_inch_marks,
    "a quote that never closes": open_a_quote,
    "two quotes that never close": open_two_quotes,
    "bare quotes inside quotes": leave_quotes_bare,
    "line breaks in cells": break_lines,
    "delimiters and quotes in cells": mix_text,
}
