"""Recognise the control record that programs write above the rows: a code, a date, the name of a file."""

from __future__ import annotations

import re
from collections.abc import Sequence

from lakeindex_connectors.csv_files.records import Record
from lakeindex_connectors.csv_files.values import is_value

_CODE = re.compile(r"\W?(?:h|hd|hdr|head|header|fh|fhdr|bof|begin|start|ctl|ctrl|control|file ?header|0{1,3})\W?", re.I)
_MAX_LOOK = 30


def is_control(records: Sequence[Record], usual: int) -> bool:
    """Return whether the first record is one: it starts with a code, holds a value, and isn't like the rows below.

    It has another number of cells than these, or another code than all of them, or a header stands below it.
    """
    if len(records) < 3 or len(records[0]) < 2 or not _CODE.fullmatch((records[0][0] or "").strip()):
        return False
    first, below = records[0], [record for record in records[1:_MAX_LOOK] if record]
    if not any(map(is_value, first[1:])) or not below:
        return False
    firsts = {record[0] for record in below[:-1]}
    if first[0] in firsts:
        return False
    is_header = not any(map(is_value, below[0])) and any(map(is_value, below[-1][1:]))
    return len(first) != usual or is_header or len(firsts) == 1
