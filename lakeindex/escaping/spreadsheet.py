"""Mark the cells that a spreadsheet would run, or read as something else than what is written.

The mark is an apostrophe before the text, as OWASP advises ("CSV Injection"): Excel and LibreOffice then take the cell
for text, and show the apostrophe. It is written as data: who takes the first apostrophe away has the text again.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, time
from decimal import Decimal
from typing import Any
from unicodedata import normalize

from lakeindex.escaping.visible import HIDDEN_RANGES

_MARK = "'"
_DIGITS = 15
"""What a spreadsheet keeps of a number: the decimal digits that every double holds."""
_LARGEST = 10**_DIGITS
_HIDDEN = "".join(f"{chr(first)}-{chr(last)}" for first, last in HIDDEN_RANGES)
_SKIPPED = rf"[\s\"'`´‘’‚‛“”„‟«»‹›{_HIDDEN}]*"
_RUNS = re.compile(rf"{_SKIPPED}[=+\-@|%−]|[\t\r\n]")
_INSIDE = re.compile(rf"([;\t\r\n]{_SKIPPED})(?=[=+\-@＝＋－＠−])")
"""What begins a cell where a spreadsheet's country has another separator than the comma."""
_PLAIN = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?")
_DAY = re.compile(r"\d{4}-\d\d-\d\d(?:[ T]\d\d:\d\d(?::\d\d(?:\.\d+)?)?)?")
"""A day that is read alike everywhere."""
_MONTHS = (
    "jan(?:uar[yi]?|v(?:ier)?|eiro)?|ene(?:ro)?|gen(?:naio)?|f[eé]v?(?:br?)?(?:uar[yi]?|rero|braio|ereiro|r?ier)?|"
    "mar(?:ch|s|zo|ço)?|märz?|mrz|mrt|maart|a[pvb]r(?:ile?)?|ma[iy]o?|mei|mag(?:gio)?|juni?[eo]?|juin|giu(?:gno)?|"
    "jul[iy]?o?|juil(?:let)?|lug(?:lio)?|aug(?:ust(?:us)?)?|ao[uû]t|ago(?:sto)?|sept?(?:ember|embre|tiembre|iembre)?|"
    "set(?:t?embre|embro)?|o[ck]t(?:ob(?:er|re))?|octubre|ott(?:obre)?|out(?:ubro)?|nov(?:iembre|emb(?:er|re|ro))?|"
    "de[cz](?:emb(?:er|re|ro))?|d[ié]c(?:iembre|embre)?"
)
_CHANGED = re.compile(
    rf"""
    0\d[\d.,\s]*                                              # zeros that would go
    | \.?\d[\d.,]*[ed][+-]?\d+                                # taken for powers of ten
    | \([\d.,\s]+\)                                           # taken for a loss
    | \d+\s*[-/.]\s*\d+(?:\s*[-/.]\s*\d+)? | \d+\s+\d+/\d+    # days, months, fractions
    | \d+:\d+(?::\d+(?:[.,]\d+)?)?(?:\s*[ap]m?)? | \d+(?:\s+[ap]|\s*[ap]m)
    | (?:\d+(?:st|nd|rd|th)?[-/.,\s]*)(?:{_MONTHS})\.?(?:[-/.,\s]*\d+)?
    | (?:{_MONTHS})\.?[-/.,\s]*\d+(?:[-/.,\s]+\d+)?
    | \#(?:n/a|ref!|div/0!|value!|name\?|null!|num!)
    """,
    re.VERBOSE | re.IGNORECASE,
)
_NUMBER = re.compile(r"[\d.,\s]*")


def spreadsheet_cells(values: Sequence[Any]) -> list[Any]:
    """Return a column's cells with an apostrophe before each that a spreadsheet would run or change.

    Days, truth values and numbers, also those written as text, are left to it, unless it keeps fewer digits.
    """
    return [_cell(value) for value in values]


def _cell(value: Any) -> Any:
    if isinstance(value, str):
        return _marked(value)
    if isinstance(value, int):
        return value if -_LARGEST < value < _LARGEST else f"{_MARK}{value}"
    if isinstance(value, float):
        return value if value - value == 0 else f"{_MARK}{value}"
    if isinstance(value, Decimal):
        return value if value.is_finite() and len(value.as_tuple().digits) <= _DIGITS else f"{_MARK}{value}"
    return value if isinstance(value, date | time) else _marked(str(value))


def _marked(text: str) -> str:
    if _PLAIN.fullmatch(text):
        return text if sum(map(str.isdigit, text)) <= _DIGITS else _MARK + text
    guarded = _INSIDE.sub(rf"\1{_MARK}", text)
    plain = text if text.isascii() else normalize("NFKC", text)
    return _MARK + guarded if _RUNS.match(text) or _RUNS.match(plain) or _is_changed(plain, text) else guarded


def _is_changed(plain: str, text: str) -> bool:
    """Whether a spreadsheet reads the text as a number, a moment or a fault that isn't written so."""
    cell = plain.strip()
    if not cell or _DAY.fullmatch(cell):
        return False
    if _NUMBER.fullmatch(cell):
        is_long = sum(map(str.isdigit, cell)) > _DIGITS
        return is_long or plain != text or (_CHANGED.fullmatch(cell) is not None and not _PLAIN.fullmatch(cell))
    return _CHANGED.fullmatch(cell) is not None
