"""Find the Arrow type that holds all the values of a JSON key."""

from __future__ import annotations

from enum import Enum

import pyarrow as pa

_EXACT_IN_DOUBLE = 1 << 53
_INT64_LIMIT = 1 << 63


class JsonKind(Enum):
    """The kind of a JSON value, or of all the values of a key."""

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


_ARROW_TYPES: dict[JsonKind, pa.DataType] = {
    JsonKind.NULL: pa.string(),
    JsonKind.INTEGER: pa.int64(),
    JsonKind.BIG_INTEGER: pa.int64(),
    JsonKind.FRACTION: pa.float64(),
    JsonKind.BOOLEAN: pa.bool_(),
    JsonKind.TEXT: pa.string(),
}
_COMMON = {
    frozenset({JsonKind.INTEGER, JsonKind.BIG_INTEGER}): JsonKind.BIG_INTEGER,
    frozenset({JsonKind.INTEGER, JsonKind.FRACTION}): JsonKind.FRACTION,
}


def kind_of(value: object) -> JsonKind:
    """Return the kind of one JSON value."""
    if value is None:
        return JsonKind.NULL
    if isinstance(value, bool):
        return JsonKind.BOOLEAN
    if isinstance(value, float):
        return JsonKind.FRACTION
    if not isinstance(value, int) or not -_INT64_LIMIT <= value < _INT64_LIMIT:
        return JsonKind.TEXT
    return JsonKind.INTEGER if abs(value) <= _EXACT_IN_DOUBLE else JsonKind.BIG_INTEGER


def common_kind(first: JsonKind, second: JsonKind) -> JsonKind:
    """Return the narrowest kind that holds the values of both without loss."""
    if first is second or second is JsonKind.NULL:
        return first
    if first is JsonKind.NULL:
        return second
    return _COMMON.get(frozenset({first, second}), JsonKind.TEXT)
