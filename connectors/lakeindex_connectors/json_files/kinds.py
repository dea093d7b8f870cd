"""Find the Arrow type that holds all the values of a JSON key."""

from __future__ import annotations

from dataclasses import dataclass
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
    MIXED = "mixed"
    """Lists beside what is none, or with objects in them: JSON text."""

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
    JsonKind.MIXED: pa.string(),
}
_COMMON = {
    frozenset({JsonKind.INTEGER, JsonKind.BIG_INTEGER}): JsonKind.BIG_INTEGER,
    frozenset({JsonKind.INTEGER, JsonKind.FRACTION}): JsonKind.FRACTION,
}


@dataclass(frozen=True, slots=True)
class CellKind:
    """The kind of a cell: of its value, or of the values in its list, or of those in the lists in its list."""

    of: JsonKind
    depth: int = 0
    """How many lists are around the values."""

    @property
    def arrow_type(self) -> pa.DataType:
        """Return the type of a column of this kind."""
        kind = self.of.arrow_type
        for _ in range(self.depth):
            kind = pa.list_(kind)
        return kind


NOTHING = CellKind(JsonKind.NULL)
_SCALARS = {kind: CellKind(kind) for kind in JsonKind}
_MIXED = CellKind(JsonKind.MIXED)
_MAX_LISTS = 4
"""Lists in lists in lists that are deeper become text."""


def kind_of(value: object, depth: int = 0) -> CellKind:
    """Return the kind of one JSON value, which is in `depth` lists."""
    if not isinstance(value, list):
        return _SCALARS[_scalar_kind(value)]
    if depth == _MAX_LISTS:
        return _MIXED
    inside = NOTHING
    for one in value:
        kind = _MIXED if isinstance(one, dict) else kind_of(one, depth + 1)
        inside = kind if kind is inside else common_kind(inside, kind)
        if inside is _MIXED:
            return _MIXED
    return CellKind(inside.of, inside.depth + 1)


def common_kind(first: CellKind, second: CellKind) -> CellKind:
    """Return the narrowest kind that holds the values of both without loss."""
    if first == second:
        return first
    if first.depth == second.depth:
        return CellKind(_common(first.of, second.of), first.depth) if _MIXED not in (first, second) else _MIXED
    shallow, deep = sorted((first, second), key=lambda kind: kind.depth)
    # A null and an empty list say nothing of how deep the others are.
    return deep if shallow.of is JsonKind.NULL else _MIXED


def _scalar_kind(value: object) -> JsonKind:
    if value is None:
        return JsonKind.NULL
    if isinstance(value, bool):
        return JsonKind.BOOLEAN
    if isinstance(value, float):
        return JsonKind.FRACTION
    if not isinstance(value, int) or not -_INT64_LIMIT <= value < _INT64_LIMIT:
        return JsonKind.TEXT
    return JsonKind.INTEGER if abs(value) <= _EXACT_IN_DOUBLE else JsonKind.BIG_INTEGER


def _common(first: JsonKind, second: JsonKind) -> JsonKind:
    if first is second or second is JsonKind.NULL:
        return first
    if first is JsonKind.NULL:
        return second
    return _COMMON.get(frozenset({first, second}), JsonKind.TEXT)
