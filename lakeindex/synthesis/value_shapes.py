"""The shape of a column's values, finer than its kind: it decides how they can be split and corrupted."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np
import pyarrow.compute as pc

from lakeindex.arrays.text_numbers import integers_of

if TYPE_CHECKING:
    from lakeindex.arrays.aliases import Texts


class ValueShape(StrEnum):
    """The shape of at least nine in ten distinct values of a column."""

    EMPTY = "empty"
    BOOLEAN = "boolean"
    ENUMERATION = "enumeration"
    """A few texts or whole numbers that repeat."""
    SERIAL = "serial"
    """0, 1, 2, ... or 1, 2, 3, ... with few gaps, or any numbers in equal steps."""
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


NUMBER_SHAPES = frozenset({ValueShape.SERIAL, ValueShape.YEAR, ValueShape.INTEGER, ValueShape.DECIMAL})
TEXT_SHAPES = frozenset({ValueShape.NAME, ValueShape.TEXT})
DISTINCTIVE_SHAPES = frozenset({ValueShape.PHONE, ValueShape.CODE, ValueShape.NAME, ValueShape.TEXT})
"""Shapes whose values identify their domain: columns that share many of them have the same lineage."""

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


def value_shape_of(distinct: Texts, rows: int) -> ValueShape:
    """Return the shape of a column, given its distinct values and its number of filled rows."""
    if not len(distinct):
        return ValueShape.EMPTY
    lowered = {str(value).lower() for value in distinct[:3].to_pylist()}
    if len(distinct) <= 2 and any(lowered <= set(pair) for pair in _BOOLEANS):
        return ValueShape.BOOLEAN
    distinct = pc.replace_substring_regex(distinct, r"^([+-]?\d+)\.0+$", r"\1")
    step = max(1, len(distinct) // _SAMPLE)
    sample: Texts = distinct.take(np.arange(0, len(distinct), step))
    if _share(sample, _INTEGER) >= _MOST:
        return _shape_of_integers(distinct, sample, rows)
    for shape, pattern in ((ValueShape.DECIMAL, _DECIMAL), (ValueShape.DATE, _DATE), (ValueShape.PHONE, _PHONE)):
        if _share(sample, pattern) >= _MOST and not (shape is ValueShape.DECIMAL and _share(sample, r"^0\d+$") > 0):
            return shape
    if len(distinct) <= _FEW and rows >= 3 * len(distinct):
        return ValueShape.ENUMERATION
    if _share(sample, _CODE) >= _MOST and pc.max(pc.utf8_length(sample)).as_py() <= _LONGEST_CODE:
        return ValueShape.CODE
    words = 1 + float(pc.count_substring(sample, " ").to_numpy().mean())
    return ValueShape.NAME if words <= _WORDS_OF_NAME else ValueShape.TEXT


def _shape_of_integers(distinct: Texts, sample: Texts, rows: int) -> ValueShape:
    if len(distinct) > 2 and _share(sample, _YEAR) >= _MOST:
        return ValueShape.YEAR
    is_integer = pc.match_substring_regex(distinct, _INTEGER)
    whole = integers_of(distinct.filter(is_integer))[1]
    low, high = int(whole.min()), int(whole.max())
    is_dense = low in (0, 1) and len(whole) >= _DENSE * (high - low + 1)
    if len(whole) >= _LEAST_SERIAL and (is_dense or len(np.unique(np.diff(np.sort(whole)))) == 1):
        return ValueShape.SERIAL
    return ValueShape.ENUMERATION if len(distinct) <= _FEW and rows >= 3 * len(distinct) else ValueShape.INTEGER


def _share(texts: Texts, pattern: str) -> float:
    return float(pc.match_substring_regex(texts, pattern).to_numpy(zero_copy_only=False).mean())
