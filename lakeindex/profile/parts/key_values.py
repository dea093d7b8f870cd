"""The values of key columns, which stand as text in names of folders or in a log: their type, and the column of one."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

import pyarrow as pa

from lakeindex.arrays.aliases import ArrowArray

_WHOLE = re.compile(r"-?(0?[0-9]|[1-9][0-9]{1,17})")
"""A number, perhaps a month or an hour of two digits; a longer one that begins with a zero is a code."""
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def type_of_keys(values: Iterable[str | None]) -> pa.DataType:
    """Return the type that all values have: whole numbers, dates or text."""
    filled = [value for value in set(values) if value is not None]
    if filled and all(map(_WHOLE.fullmatch, filled)):
        return pa.int64()
    if filled and all(map(_DATE.fullmatch, filled)) and _are_days(filled):
        return pa.date32()
    return pa.string()


def repeated_key(value: str | None, kind: pa.DataType, rows: int) -> ArrowArray:
    """Return the column of a key: its value, read as of the type, in so many rows."""
    one: Any = pa.array([value], pa.string()).cast(kind)
    column: ArrowArray = pa.repeat(one[0], rows)
    return column


def _are_days(texts: list[str]) -> bool:
    try:
        pa.array(texts).cast(pa.date32())
    except pa.ArrowInvalid:
        return False
    return True
