"""What an export did: an outcome for each thing that was sent, compared or written."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import pyarrow as pa

from lakeindex.escaping.counted import counted

_FIELDS: list[tuple[str, pa.DataType]] = [
    ("what", pa.string()),
    ("name", pa.string()),
    ("result", pa.string()),
    ("detail", pa.string()),
]
OUTCOME_SCHEMA = pa.schema(_FIELDS)
"""Binding for scripts: columns are only ever appended."""


class Result(StrEnum):
    """What became of a thing there."""

    CREATED = "created"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    KEPT = "kept"
    """Somebody else's, or edited by a person: left as it is."""
    MISSING = "missing"
    """It can't be put there, as the catalog lacks what it belongs to."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one thing."""

    what: str
    """table, relationship, profile, note, file or event."""
    name: str
    result: Result
    detail: str = ""


def to_arrow(outcomes: Sequence[Outcome]) -> pa.Table:
    """Lay outcomes out as OUTCOME_SCHEMA."""
    rows = [{"what": one.what, "name": one.name, "result": str(one.result), "detail": one.detail} for one in outcomes]
    return pa.Table.from_pylist(rows, OUTCOME_SCHEMA)


def summary(outcomes: Sequence[Outcome]) -> str:
    """Return what was done, in a line."""
    results = Counter(one.result for one in outcomes)
    changes = results[Result.CREATED] + results[Result.CHANGED]
    others = [f"{results[one]} {one}" for one in Result if results[one]]
    return f"{counted(changes, 'change')}{': ' if others else ''}{', '.join(others)}"
