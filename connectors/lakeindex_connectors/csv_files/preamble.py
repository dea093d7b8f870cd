"""Read the lines above a table that say how to read it: `sep=;`, the name of an encoding, the type of an export."""

from __future__ import annotations

import codecs
import re
from collections.abc import Sequence
from dataclasses import dataclass

_MAX_LINES = 5
_SEPARATOR = re.compile(
    r"\"?sep ?=(?P<marks>[^\r\n\"]{1,12})\"?[ \t]*(?:(?P<after>[,;|\t])(?P=after)*)?", re.IGNORECASE
)
_ENCODING = re.compile(
    r"(?:(?:encoding|charset|codepage|zeichensatz) *[:=]? *)?"
    r"(?P<name>(?:utf|ucs)[-_ ]?(?:8|16|32)(?:[-_ ]?(?:le|be|sig|bom))?|iso[-_ ]?8859[-_ ]?\d{1,2}|latin[-_ ]?\d{1,2}"
    r"|(?:windows|win|cp|ibm|ms)[-_ ]?\d{3,5}|(?:us[-_ ]?)?ascii|ansi|koi8[-_]?[ru]|shift[-_ ]?jis|sjis|big5"
    r"|euc[-_ ]?(?:jp|kr)|gb ?(?:k|2312|18030)|mac[-_ ]?roman)",
    re.IGNORECASE,
)
_EXPORT_TYPE = "#TYPE "
"""How PowerShell's Export-Csv starts a file."""
_NO_CODECS = frozenset(("ansi", "ascii", "us-ascii"))
"""Names that decide nothing: any text of the West is called so."""
_PADDING = ' \t,;|"'


@dataclass(frozen=True, slots=True)
class Preamble:
    """What the first lines of a text say about the others."""

    lines: int = 0
    """How many they are, with the empty ones before and among them."""
    separator: str = ""
    """The delimiter that a line `sep=;` states, of one or more characters; empty where none does."""
    encoding: str = ""
    """The codec that a line names; empty where none does."""
    remarks: tuple[str, ...] = ()
    """What to tell about each line that is no part of the table."""


def read_preamble(lines: Sequence[str]) -> Preamble:
    """Read the lines at the top that state a delimiter, an encoding or a type; there is a table below them."""
    found = Preamble()
    for number, line in enumerate(lines[:_MAX_LINES], start=1):
        text = line.strip("\ufeff\r\n")
        if not text.strip():
            continue
        below = [one for one in lines[number:] if one.strip()]
        stated = _read_line(text, below)
        if stated is None or not (below or stated.separator):
            break
        found = Preamble(
            number,
            stated.separator or found.separator,
            stated.encoding or found.encoding,
            (*found.remarks, *stated.remarks),
        )
    return found


def _read_line(text: str, below: Sequence[str]) -> Preamble | None:
    """Return what one line states; None where it is a line of the table."""
    if match := _SEPARATOR.fullmatch(text):
        separator = _separator(match["marks"], below)
        return Preamble(separator=separator, remarks=(f"the first line names the delimiter {separator!r}",))
    if text.startswith(_EXPORT_TYPE) or text.strip(_PADDING).startswith(_EXPORT_TYPE):
        return Preamble(remarks=("the first line names the type of the rows and was skipped",))
    match = _ENCODING.fullmatch(text.strip(_PADDING))
    if match and not any(_ENCODING.fullmatch(line.strip(_PADDING + "\r\n")) for line in below):
        remark = f"the first line is the name of an encoding, {match['name']}, and was skipped"
        return Preamble(encoding=_codec(match["name"]), remarks=(remark,))
    return None


def _separator(marks: str, below: Sequence[str]) -> str:
    """Return the delimiter out of what follows `sep=`: a tab may be spelt, and the mark padded by itself."""
    stated = marks.replace("\\t", "\t")
    text = stated.strip(" ") or " "
    is_long = len(text) > 1 and any(text in line for line in below[:1])
    return text if is_long else text[0]


def _codec(name: str) -> str:
    """Return Python's name of an encoding; empty where it has none."""
    spelt = re.sub(r"^(?:win|ms)(?=[-_ ]?\d)", "windows", name.lower()).replace(" ", "-")
    try:
        return "" if spelt in _NO_CODECS else codecs.lookup(spelt).name
    except LookupError:
        return ""
