"""What a column's values look like, finer than their kind: it decides what can be done to them."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

if TYPE_CHECKING:
    from lakeindex.arrays.aliases import Texts


class Look(StrEnum):
    """What at least nine in ten distinct values of a column look like."""

    EMPTY = "empty"
    BOOLEAN = "boolean"
    ENUMERATION = "enumeration"
    """A few texts or whole numbers that come again and again."""
    SERIAL = "serial"
    """0, 1, 2, ... or 1, 2, 3, ... with hardly a gap, or from anywhere in equal steps."""
    YEAR = "year"
    INTEGER = "integer"
    DECIMAL = "decimal"
    DATE = "date"
    """In ISO form."""
    PHONE = "phone"
    CODE = "code"
    """A short word with digits or capitals only, such as `AB-12` or `DE`."""
    NAME = "name"
    """A few words."""
    TEXT = "text"
    """Many words."""


NUMBERS = frozenset({Look.SERIAL, Look.YEAR, Look.INTEGER, Look.DECIMAL})
WORDED = frozenset({Look.NAME, Look.TEXT})
DOMAINS = frozenset({Look.PHONE, Look.CODE, Look.NAME, Look.TEXT})
"""Looks whose values tell by themselves what they are about: columns that share many of them are of one domain."""

_MOST = 0.9
_SAMPLE = 256
_FEW = 7
_LEAST_SERIAL = 5
_DENSE = 0.95
_LONGEST_CODE = 20
_WORDS_OF_NAME = 6
_BOOLEANS = (("true", "false"), ("yes", "no"), ("t", "f"), ("y", "n"), ("0", "1"))
_INTEGER = r"^[+-]?(0|[1-9]\d{0,17})$"
_DECIMAL = r"^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?$"
_YEAR = r"^(1[5-9]|20)\d\d$"
_DATE = r"^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$"
_PHONE = r"^(\+\d{1,3}[ .-]?)?(\(\d{2,5}\)|\d{2,5})[ ./-]?\d{2,4}([ .-]\d{2,5}){1,3}$"
_CODE = r"^[A-Z]{1,6}$|^[A-Za-z]{0,6}[-_./]?\d[A-Za-z0-9_./-]*$"


def look_of(distinct: Texts, rows: int) -> Look:
    """Tell what the distinct values of a column of so many filled rows look like."""
    if not len(distinct):
        return Look.EMPTY
    lowered = {str(value).lower() for value in distinct[:3].to_pylist()}
    if len(distinct) <= 2 and any(lowered <= set(pair) for pair in _BOOLEANS):
        return Look.BOOLEAN
    distinct = pc.replace_substring_regex(distinct, r"^([+-]?\d+)\.0+$", r"\1")
    step = max(1, len(distinct) // _SAMPLE)
    sample: Texts = distinct.take(np.arange(0, len(distinct), step))
    if _share(sample, _INTEGER) >= _MOST:
        return _look_of_integers(distinct, sample, rows)
    for look, pattern in ((Look.DECIMAL, _DECIMAL), (Look.DATE, _DATE), (Look.PHONE, _PHONE)):
        if _share(sample, pattern) >= _MOST and not (look is Look.DECIMAL and _share(sample, r"^0\d+$") > 0):
            return look
    if len(distinct) <= _FEW and rows >= 3 * len(distinct):
        return Look.ENUMERATION
    if _share(sample, _CODE) >= _MOST and pc.max(pc.utf8_length(sample)).as_py() <= _LONGEST_CODE:
        return Look.CODE
    words = 1 + float(pc.count_substring(sample, " ").to_numpy().mean())
    return Look.NAME if words <= _WORDS_OF_NAME else Look.TEXT


def _look_of_integers(distinct: Texts, sample: Texts, rows: int) -> Look:
    if len(distinct) > 2 and _share(sample, _YEAR) >= _MOST:
        return Look.YEAR
    whole = distinct.filter(pc.match_substring_regex(distinct, _INTEGER)).cast(pa.int64()).to_numpy()
    low, high = int(whole.min()), int(whole.max())
    is_dense = low in (0, 1) and len(whole) >= _DENSE * (high - low + 1)
    if len(whole) >= _LEAST_SERIAL and (is_dense or len(np.unique(np.diff(np.sort(whole)))) == 1):
        return Look.SERIAL
    return Look.ENUMERATION if len(distinct) <= _FEW and rows >= 3 * len(distinct) else Look.INTEGER


def _share(texts: Texts, pattern: str) -> float:
    return float(pc.match_substring_regex(texts, pattern).to_numpy(zero_copy_only=False).mean())
