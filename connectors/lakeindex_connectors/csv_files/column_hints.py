"""Tell by their names which column a header that is one name short leaves unnamed: the first or the last."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from lakeindex_connectors.csv_files.records import Record
from lakeindex_connectors.csv_files.values import is_moment, is_number, is_value, is_year

_IDENTIFIER = re.compile(r"(?i:(?:.*[_\W])?(?:id|key|code|no|nr|num|number|index|uuid|guid|sku|ref))\W*|.*[a-z]I[Dd]")
_MOMENT = re.compile(
    r"(?i:(?:.*[_\W])?(?:date|day|time|timestamp|ts|datetime|datum|year|month|created|updated|since)(?:[_\W].*)?|.*_at)"
)
_NUMBER = re.compile(
    r"(?i:(?:.*[_\W])?(?:price|amount|volume|qty|quantity|count|total|sum|cost|lat|lon|lng|latitude|longitude|age|size"
    r"|weight|height|width|length|score|rate|ratio|value|percent|pct|population|salary|sales|revenue|balance|area)"
    r"(?:[_\W].*)?)"
)
_TEXT = re.compile(
    r"(?i:(?:.*[_\W])?(?:name|city|town|country|state|side|type|kind|status|title|category|description|comment|address"
    r"|street|e?mail|gender|sex|colou?r|region|label|note|notes|text|species|family)(?:[_\W].*)?)"
)
_EPOCH = re.compile(r"\d{10}(?:\d{3}){0,3}\Z")
_TOKEN = re.compile(r"[^\s.,]+\Z")
_MOST = 0.9


def leaves_first_unnamed(names: Record, rows: Sequence[Record]) -> bool:
    """Return whether names belong to the columns from the second on, as R writes them, rather than from the first.

    The first column must then hold names of rows, each another. What the names let expect of the columns decides.
    """
    firsts = [row[0] for row in rows]
    if len(rows) < 2 or None in firsts or len(set(firsts)) < len(firsts) or not any(row[-1] for row in rows):
        return False
    columns = list(zip(*rows, strict=True))
    return _fit(names, columns[1:]) >= _fit(names, columns[:-1])


def _fit(names: Record, columns: Sequence[Sequence[str | None]]) -> int:
    """Count the columns that hold what their names let expect, less those that hold something else."""
    return sum(
        _fits(name or "", [cell for cell in column if cell]) for name, column in zip(names, columns, strict=True)
    )


def _fits(name: str, cells: Sequence[str]) -> int:
    for pattern, is_expected in _EXPECTED:
        if cells and pattern.fullmatch(name.strip()):
            return 1 if sum(map(is_expected, cells)) >= _MOST * len(cells) else -1
    return 0


_EXPECTED: tuple[tuple[re.Pattern[str], Callable[[str], bool]], ...] = (
    (_IDENTIFIER, lambda cell: _TOKEN.match(cell) is not None),
    (_MOMENT, lambda cell: is_moment(cell) or is_year(cell) or _EPOCH.match(cell) is not None),
    (_NUMBER, is_number),
    (_TEXT, lambda cell: not is_value(cell)),
)
