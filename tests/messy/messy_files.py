"""Messy CSV files with their ground truth: each clean table under each pollution, and under two or three at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from random import Random

from tests.messy.clean_tables import LANGUAGES, clean_tables, table_in
from tests.messy.messy_table import CleanTable, Draft, MessyFile
from tests.messy.pollutions_of_rows import ROWS
from tests.messy.pollutions_of_structure import STRUCTURE
from tests.messy.pollutions_of_writing import WRITING, Pollution

POLLUTIONS: dict[str, Pollution] = {"none": lambda draft, random: None, **WRITING, **STRUCTURE, **ROWS}

NEED_THREE_COLUMNS = (
    *("spaces", "titles", "titles without quotes", "padded titles", "comments"),
    *("notes", "notes after a blank line", "padded notes", "total", "a narrower table below", "a titled table below"),
    *("header of two lines", "units below the header", "rows with another delimiter"),
)
NEED_COLUMNS = dict.fromkeys(NEED_THREE_COLUMNS, 3) | {"facts above": 4}
"""Columns below which a person couldn't read the table either."""
NEED_NUMBERS = ("no header", "header of two lines", "units below the header")
"""A first line stands out by what is below it."""
NEED_ROWS = {
    **dict.fromkeys(("repeated header", "pasted twice", "total", "header of two lines", "units below the header"), 20),
    **dict.fromkeys(("a narrower table below", "a titled table below"), 5),
}
SLOTS: tuple[tuple[str, ...], ...] = (
    ("semicolons", "tabs", "pipes", "comma and space", "decimal commas"),
    ("all quoted", "apostrophes", "backslash escapes"),
    ("CRLF", "CR", "mixed line ends", "no last line end", "two last line ends"),
    ("byte order mark", "UTF-16", "UTF-16 without mark"),
    ("titles", "padded titles", "comments", "blank lines above", "titles without quotes"),
    ("notes", "notes after a blank line", "padded notes", "total", "a narrower table below", "empty rows below"),
    ("a name over two lines", "repeated header", "no header", "units below the header", "pasted twice"),
    (*ROWS, "delimiters at line ends"),
)
"""Pollutions of one slot exclude each other."""


def polluted(table: CleanTable, pollutions: Sequence[str], seed: int) -> MessyFile:
    """Write a table with pollutions; the same seed gives the same bytes."""
    random, draft = Random(f"{table.name} {pollutions} {seed}"), Draft.from_table(table)
    # How cells are written comes first: what is pasted around them is written likewise.
    for name in sorted(pollutions, key=list(POLLUTIONS).index):
        POLLUTIONS[name](draft, random)
    return draft.finish(table.name, tuple(pollutions))


def bears(table: CleanTable, pollution: str) -> bool:
    """Return whether a person could still read the table under a pollution."""
    if len(table.header) < NEED_COLUMNS.get(pollution, 1 if pollution in WRITING else 2):
        return False
    if pollution == "blank lines between rows" and len(table.header) == 1:
        return False  # an empty line is a row without a value
    if pollution in NEED_NUMBERS and sum(map(_is_number, table.rows[-1])) < 2:
        return False
    return len(table.rows) >= NEED_ROWS.get(pollution, 0)


def _is_number(cell: str) -> bool:
    return cell.replace(".", "", 1).removeprefix("-").isdecimal()


def single_pollutions(lake: Path, seed: int) -> Iterator[MessyFile]:
    for table in clean_tables(lake):
        for name in POLLUTIONS:
            if bears(table, name):
                yield polluted(table, [name], seed)


def combined_pollutions(lake: Path, seed: int, count: int) -> Iterator[MessyFile]:
    """Draw files with two or three pollutions, each of another slot."""
    random, tables = Random(seed), clean_tables(lake)
    for number in range(count):
        table = random.choice(tables)
        chosen = [random.choice(slot) for slot in random.sample(SLOTS, random.randint(2, 3))]
        yield polluted(table, [name for name in chosen if bears(table, name)], seed + number)


def encoded(seed: int, rows: int) -> Iterator[MessyFile]:
    """Write names of many languages in the encodings that were made for them."""
    for language, (_, encodings) in LANGUAGES.items():
        for encoding in encodings:
            table = table_in(language, encoding)
            draft = Draft.from_table(CleanTable(table.name, table.header, table.rows[:rows]))
            draft.writing.encoding = encoding
            draft.writing.delimiter = Random(seed).choice(",;\t")
            yield draft.finish(table.name, (f"encoding {encoding}",))
