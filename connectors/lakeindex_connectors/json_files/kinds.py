"""Which Arrow type holds all the values of a JSON key."""

from __future__ import annotations

from enum import Enum

import pyarrow as pa

_EXACT_IN_DOUBLE = 1 << 53
_INT64_LIMIT = 1 << 63


class Kind(Enum):
    """What kind of value a key has."""

    NULL = "null"
    INTEGER = "integer"
    BIG_INTEGER = "big integer"
    """Beyond what a double holds exactly, so it can't share a column with fractions."""
    FRACTION = "fraction"
    BOOLEAN = "boolean"
    TEXT = "text"

    @property
    def arrow_type(self) -> pa.DataType:
        """Return the type of a column of this kind."""
        return _ARROW_TYPES[self]


_ARROW_TYPES: dict[Kind, pa.DataType] = {
    Kind.NULL: pa.string(),
    Kind.INTEGER: pa.int64(),
    Kind.BIG_INTEGER: pa.int64(),
    Kind.FRACTION: pa.float64(),
    Kind.BOOLEAN: pa.bool_(),
    Kind.TEXT: pa.string(),
}
_COMMON = {
    frozenset({Kind.INTEGER, Kind.BIG_INTEGER}): Kind.BIG_INTEGER,
    frozenset({Kind.INTEGER, Kind.FRACTION}): Kind.FRACTION,
}


def kind_of(value: object) -> Kind:
    """Name the kind of one JSON value."""
    if value is None:
        return Kind.NULL
    if isinstance(value, bool):
        return Kind.BOOLEAN
    if isinstance(value, float):
        return Kind.FRACTION
    if not isinstance(value, int) or not -_INT64_LIMIT <= value < _INT64_LIMIT:
        return Kind.TEXT
    return Kind.INTEGER if abs(value) <= _EXACT_IN_DOUBLE else Kind.BIG_INTEGER


def common_kind(first: Kind, second: Kind) -> Kind:
    """Return the narrowest kind that loses nothing of both."""
    if first is second or second is Kind.NULL:
        return first
    if first is Kind.NULL:
        return second
    return _COMMON.get(frozenset({first, second}), Kind.TEXT)
