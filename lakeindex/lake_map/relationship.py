"""Relationships between the tables of a lake: each child column with the key of the table that it points to."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

import pyarrow as pa


class Method(StrEnum):
    """How a relationship became known."""

    DECLARED = "declared"
    """By the source itself, as a database does."""
    CONFIRMED = "confirmed"
    """By a person, who accepted the pair."""
    INFERRED = "inferred"
    """From names and values."""


_TEXT: Any = pa.string()
RELATIONSHIPS_SCHEMA = pa.schema(
    [
        *(pa.field(name, _TEXT) for name in ("child_table", "child_column", "parent_table", "parent_column")),
        pa.field("probability", pa.float64()),
        pa.field("cardinality", _TEXT),
        pa.field("method", _TEXT),
        pa.field("orphans", pa.float64()),
        pa.field("key", pa.int64()),
        pa.field("evidence", _TEXT),
    ]
)
"""One row a pair of columns, child to parent.

`cardinality` is n:1 or 1:1, `method` one of Method, `orphans` the share of the child's distinct values without a
parent. `key` numbers the foreign keys: the pairs of a composite key share a number. `evidence` is a short text.
"""
