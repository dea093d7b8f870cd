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
MOST_ELEMENTS = 10
"""Of a list."""
MOST_STATEMENT = 10_000
"""Characters of SQL that are given; a longer statement is left out."""
MOST_REASONS = 3
"""And examples, of a partner."""


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


class Reason(TypedDict):
    """A reason for a probability; a negative part speaks against."""

    part: float
    name: str
    says: str


class Explanation(TypedDict):
    """Why two columns join; the parts of the reasons sum to the probability."""

    probability: float
    accepted: bool
    kind: str
    match: str
    matched: float
    cardinality: str
    reasons: list[Reason]
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


class Hop(TypedDict):
    """A join of a path: `rank` is the path's, `rows` come of the path so far, `kept` is the share of rows that stay."""

    rank: int
    hop: int
    left_table: str
    left_column: str
    right_table: str
    right_column: str
    probability: float
    path_probability: float
    match: str
    cardinality: str
    rows: int | None
    kept: float | None
    trap: str


class Paths(TypedDict):
    """Hops of join paths, by rank."""

    hops: list[Hop]
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


class ProfiledColumn(TypedDict):
    """What a column holds; `values` are frequent ones; `estimated` counts are of a table that was sampled."""

    column: str
    type: str
    sql_type: str
    rows: int
    nulls: int
    distinct: int
    is_key: bool
    minimum: Any
    maximum: Any
    quantiles: list[Any]
    values: list[Any]
    reading: str
    estimated: bool


class Profile(TypedDict):
    """What the columns of a table hold."""

    table: str
    columns: list[ProfiledColumn]
    column_count: int
    note: str
