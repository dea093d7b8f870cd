"""What the tools give: typed, and no larger than is said of each."""

from __future__ import annotations

from typing import Any

from typing_extensions import TypedDict

MOST_NAMES = 50
"""Tables or columns that a search gives."""
MOST_COLUMNS = 40
"""Columns of a table that are named, and of a join that are shown."""
MOST_MATCHES = 25
MOST_RELATIONSHIPS = 50
MOST_PATHS = 5
MOST_ROWS = 20
MOST_CHARACTERS = 200
"""Of a value."""
_REASONS = 3


class Column(TypedDict):
    """A column of the lake."""

    table: str
    column: str


class FoundTable(TypedDict):
    """A table; `columns` are its first 40."""

    table: str
    column_count: int
    columns: list[str]


class Found(TypedDict):
    """Tables and columns that are called so, the best first; the counts are of all, also of those that are cut."""

    tables: list[FoundTable]
    table_count: int
    columns: list[Column]
    column_count: int
    nearest: list[str]


class Partner(TypedDict):
    """A column that joins with the one that was asked for."""

    table: str
    column: str
    probability: float
    accepted: bool
    kind: str
    match: str
    matched: float
    cardinality: str
    counted: bool
    examples: list[str]
    why: list[str]


class Partners(TypedDict):
    """What joins with a column, best first."""

    query: Column
    partners: list[Partner]
    note: str


class Explanation(TypedDict):
    """Why two columns join; the parts of the reasons sum to the probability."""

    probability: float
    accepted: bool
    kind: str
    match: str
    matched: float
    cardinality: str
    reasons: list[dict[str, Any]]
    note: str


class Relationship(TypedDict):
    """A column that refers to a key."""

    child_table: str
    child_column: str
    parent_table: str
    parent_column: str
    probability: float
    cardinality: str
    method: str


class Relationships(TypedDict):
    """References, the most probable first; `count` is of all."""

    relationships: list[Relationship]
    count: int


class Paths(TypedDict):
    """Hops of join paths, by rank."""

    hops: list[dict[str, Any]]
    note: str


class JoinPreview(TypedDict):
    """A planned join: what it promises, its first rows, and SQL that gives all of them."""

    says: str
    match: str
    precision: float | None
    expected_rows: float
    match_rate: float
    multiplies: bool
    columns: list[str]
    rows: list[list[Any]]
    columns_left_out: int
    sql: str | None
    note: str


class Profile(TypedDict):
    """What the columns of a table hold."""

    table: str
    columns: list[dict[str, Any]]
    column_count: int
    note: str


def partner_of(match: dict[str, Any]) -> Partner:
    """Make a match shorter: its strongest reasons, and a few examples."""
    speaking_for = sorted((one for one in match["evidence"] if one["part"] > 0), key=lambda one: -one["part"])
    return {
        "table": match["table"],
        "column": match["column"],
        "probability": round(match["score"], 4),
        "accepted": bool(match["accepted"]),
        "kind": match["kind"],
        "match": match["match"],
        "matched": round(match["matched"], 4),
        "cardinality": match["cardinality"],
        "counted": match["exact"],
        "examples": [clipped(one) for one in match.get("examples", [])[:_REASONS]],
        "why": [one["meaning"] for one in speaking_for[:_REASONS]],
    }


def clipped(value: Any) -> Any:
    """Return a value that fits: a long text is cut, and what JSON doesn't know becomes text."""
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, list):
        return [clipped(one) for one in value]
    text = str(value)
    return text if len(text) <= MOST_CHARACTERS else f"{text[: MOST_CHARACTERS - 1]}…"
