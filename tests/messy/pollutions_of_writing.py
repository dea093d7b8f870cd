"""Pollutions of how a table is written: delimiters, quotes, line ends, encodings. No cell changes."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from random import Random

from tests.messy.messy_table import Draft

Pollution = Callable[[Draft, Random], None]


def write_with(draft: Draft, _: Random, **settings: object) -> None:
    for name, value in settings.items():
        setattr(draft.writing, name, value)


def write_decimal_commas(draft: Draft, _: Random) -> None:
    """Write numbers as most of Europe does; the cells are meant to be read as they stand."""
    draft.writing.delimiter = ";"
    draft.rows = [tuple(cell.replace(".", ",") if _is_decimal(cell) else cell for cell in row) for row in draft.rows]


def write_thousands(draft: Draft, _: Random) -> None:
    draft.rows = [tuple(f"{int(cell):,}" if _is_long(cell) else cell for cell in row) for row in draft.rows]


def leave_lines_blank(draft: Draft, random: Random) -> None:
    draft.blank_after |= {number for number in range(len(draft.rows)) if random.random() < 0.2}


def start_with_blank_lines(draft: Draft, random: Random) -> None:
    draft.above += [""] * random.randint(1, 3)


def _is_decimal(cell: str) -> bool:
    whole, point, rest = cell.lstrip("-").partition(".")
    return whole.isdecimal() and rest.isdecimal() and bool(point)


def _is_long(cell: str) -> bool:
    return cell.isdecimal() and len(cell) > 3 and cell[0] != "0"


WRITING: dict[str, Pollution] = {
    "semicolons": partial(write_with, delimiter=";"),
    "decimal commas": write_decimal_commas,
    "tabs": partial(write_with, delimiter="\t"),
    "pipes": partial(write_with, delimiter="|"),
    "spaces": partial(write_with, delimiter=" "),
    "comma and space": partial(write_with, delimiter=", "),
    "bars and blanks": partial(write_with, delimiter=" | "),
    "carets": partial(write_with, delimiter="^"),
    "tildes": partial(write_with, delimiter="~"),
    "all quoted": partial(write_with, quotes_all=True),
    "apostrophes": partial(write_with, quote="'"),
    "all in apostrophes": partial(write_with, quote="'", quotes_all=True),
    "backslash escapes": partial(write_with, escape="\\"),
    "CRLF": partial(write_with, line_ends=("\r\n",)),
    "CR": partial(write_with, line_ends=("\r",)),
    "mixed line ends": partial(write_with, line_ends=("\n", "\r\n", "\r")),
    "no last line end": partial(write_with, after_last=""),
    "two last line ends": partial(write_with, after_last="\n\n"),
    "delimiters at line ends": lambda draft, _: write_with(draft, _, after_each=draft.writing.delimiter),
    "blank lines between rows": leave_lines_blank,
    "blank lines above": start_with_blank_lines,
    "thousands separators": write_thousands,
    "byte order mark": partial(write_with, encoding="utf-8-sig"),
    "UTF-16": partial(write_with, encoding="utf-16"),
    "UTF-16 without mark": partial(write_with, encoding="utf-16-le"),
    "UTF-32": partial(write_with, encoding="utf-32"),
}
