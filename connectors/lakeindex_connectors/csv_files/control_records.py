"""Recognise the records that programs write above and below the rows: a code, a date, the name of a file, a count."""

from __future__ import annotations

import re
from collections.abc import Sequence

from lakeindex_connectors.csv_files.records import Record
from lakeindex_connectors.csv_files.values import is_value

_LETTERS = re.compile(r"\W?(?:h|hd|hdr|head|header|fh|fhdr|bof|begin|start|ctl|ctrl|control|file ?header)\W?", re.I)
_DIGITS = re.compile(r"0{2,3}|0{0,2}1")
"""Codes that could be values, too."""
_TRAILER = re.compile(r"\W?(?:t|tr|trl|trlr|trail|trailer|ft|ftr|footer|eof|end|z|9{2,3})\W?", re.I)
_MAX_LOOK = 30


def is_control(records: Sequence[Record], usual: int) -> bool:
    """Return whether the first record is one: it starts with a code, holds a value, and isn't like the rows below.

    It has another number of cells than these, or another code than all of them, or a header stands below it.
    """
    if len(records) < 3 or len(records[0]) < 2:
        return False
    first, below = records[0], [record for record in records[1:_MAX_LOOK] if record]
    code = (first[0] or "").strip()
    if not any(map(is_value, first[1:])) or not below or not (_LETTERS.fullmatch(code) or _DIGITS.fullmatch(code)):
        return False
    firsts = {record[0] for record in below[:-1]}
    if first[0] in firsts:
        return False
    if _DIGITS.fullmatch(code):
        return len(first) != usual and len(firsts) == 1 and {len(record) for record in below[:-1]} == {usual}
    is_header = not any(map(is_value, below[0])) and any(map(is_value, below[-1][1:]))
    return len(first) != usual or is_header or len(firsts) == 1


def is_trailer(record: Record) -> bool:
    """Return whether a last record ends a file that a control record started: a code and a count."""
    return len(record) > 1 and _TRAILER.fullmatch((record[0] or "").strip()) is not None and is_value(record[1])
