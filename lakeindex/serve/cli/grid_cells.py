"""Cells of a table for people: cut to a width with an ellipsis, or wrapped, and padded."""

from __future__ import annotations

import re
from collections.abc import Sequence

_ELLIPSIS = "…"
_LINE_END = "↵"
_NARROW = re.compile(r"[\0-\u02ff…→↵]*")
"""Characters that take one place each, of which most texts are made: others need the tables of rich."""
_MOST_LINES = 6
"""Of a cell that is wrapped."""


def width_of(text: str) -> int:
    """Return how many places of a terminal a text takes."""
    if text.isascii() or _NARROW.fullmatch(text):
        return len(text)
    from rich.cells import cell_len

    return cell_len(text)


def in_one_line(cell: str) -> str:
    """Return a cell with a mark where a line ends."""
    return cell.replace("\n", _LINE_END)


def cut(cell: str, width: int) -> str:
    """Cut a cell to a width. Of a path the end is kept, as it says more than the beginning."""
    if width_of(cell) <= width:
        return cell
    folder, slash, _ = cell.rpartition("/")
    if slash and " " not in folder:
        return _ELLIPSIS + _fitting(cell[::-1], width - 1)[::-1]
    return _fitting(cell, width - 1).rstrip() + _ELLIPSIS


def wrapped(cell: str, width: int) -> list[str]:
    """Break a cell into lines of a width, between words where that is possible; what is too much is cut."""
    lines = [""]
    for word in cell.split(" "):
        if lines[-1] and width_of(lines[-1]) + 1 + width_of(word) <= width:
            lines[-1] += f" {word}"
            continue
        if lines[-1]:
            lines.append("")
        while width_of(word) > width:
            lines[-1] = _fitting(word, width) or word[0]
            word = word[len(lines[-1]) :]
            lines.append("")
        lines[-1] = word
    if len(lines) > _MOST_LINES:
        lines[_MOST_LINES - 1 :] = [cut(" ".join(lines[_MOST_LINES - 1 :]), width)]
    return lines


def padded(cells: Sequence[str], width: int, is_number: bool) -> list[str]:
    """Return cells of exactly a width: numbers stand at the right."""
    whole = "".join(cells)
    pad = str.rjust if is_number else str.ljust
    if whole.isascii() and max(map(len, cells), default=0) <= width:
        return [pad(cell, width) for cell in cells]
    return [pad(shown, width - width_of(shown) + len(shown)) for shown in (cut(cell, width) for cell in cells)]


def _fitting(text: str, width: int) -> str:
    """Return as many of the first characters as fit."""
    if text.isascii():
        return text[: max(width, 0)]
    taken = 0
    for place, character in enumerate(text):
        taken += width_of(character)
        if taken > width:
            return text[:place]
    return text
