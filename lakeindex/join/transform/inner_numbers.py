"""Join keys by the number inside them: `K00100001` and `INV-100001-2024` are both customer 100001."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from typing import Any

import duckdb
import pyarrow as pa

from lakeindex.errors import LakeIndexError
from lakeindex.join.condition import VALUE, ByExpression, JoinCondition
from lakeindex.join.transform.two_columns import connect_sandboxed
from lakeindex.sql import literal

_RUNS = 3
_FEWEST = 20
_LEAST_SHARE = 0.95
_MOST_FILLED = 0.01
_PROMISED = 0.95
"""The precision where nearly all numbers of one side are among those of the other, in a range of long numbers."""

# The text around the numbers has to be the same in nearly all values of a column: else it is a part of the key.
_VALUES = """
CREATE TEMP TABLE {name}_values AS
SELECT value, regexp_replace(value, '[0-9]+', '0', 'g') AS around
FROM (SELECT DISTINCT lower(trim(CAST(value AS VARCHAR))) AS value FROM incoming) WHERE value <> ''
"""
_AROUND = """
SELECT around, count(*) AS frequency, (SELECT count(*) FROM {name}_values) AS everything
FROM {name}_values GROUP BY around ORDER BY frequency DESC, around LIMIT 1
"""
_COMPARED = """
WITH lefts AS (SELECT DISTINCT {left} AS "key" FROM left_values),
     rights AS (SELECT DISTINCT {right} AS "key" FROM right_values),
     shared AS (SELECT "key", length("key") AS width FROM lefts SEMI JOIN rights USING ("key")),
     widths AS (SELECT length("key") AS width, count(*) AS frequency FROM rights GROUP BY 1)
SELECT (SELECT count("key") FROM lefts), (SELECT count("key") FROM rights),
       count(*), coalesce(avg(least(1, frequency / (9 * pow(10, width - 1)))), 1)
FROM shared JOIN widths USING (width)
"""


@dataclass(frozen=True, slots=True)
class InnerNumber:
    """A number in texts that are alike but for their numbers."""

    around: str
    """The text, lower-case, with 0 for each number."""
    place: int
    """Which of its numbers it is, from 0."""

    @property
    def sql(self) -> str:
        """DuckDB SQL with VALUE for a value as text: the number without leading zeros; NULL in another text."""
        parts = self.around.split("0")
        numbers = ["(0*)([0-9]+)" if place == self.place else "[0-9]+" for place in range(len(parts) - 1)]
        pattern = "".join(_escaped(part) + number for part, number in zip(parts, [*numbers, ""], strict=True))
        return f"nullif(regexp_extract(lower(trim({VALUE})), {literal(f'^{pattern}$')}, 2), '')"

    def describe(self) -> str:
        """Describe for people where the number is."""
        parts = self.around.split("0")
        return "".join(
            part + ("" if place == len(parts) - 1 else "NUMBER" if place == self.place else "...")
            for place, part in enumerate(parts)
        )


def inner_number_condition(left: pa.Array[Any], right: pa.Array[Any]) -> JoinCondition | None:
    """Match values by the number inside them, with or without zeros in front.

    None unless nearly all values of each column are alike but for their numbers, and nearly all of one side's numbers
    are among the other side's, of which those of their length are few: short numbers, and ids that count from 1, are
    everywhere. Raises LakeIndexError when the values don't fit into a gigabyte.
    """
    try:
        with connect_sandboxed() as connection:
            lefts, rights = (_numbers(connection, name, one) for name, one in (("left", left), ("right", right)))
            pairs = [pair for pair in product(lefts, rights) if not all(one.around == "0" for one in pair)]
            return max(_conditions(connection, pairs), key=lambda one: one.matched, default=None)
    except duckdb.OutOfMemoryException as error:
        raise LakeIndexError(f"columns of {len(left)} and {len(right)} rows are too large to compare here") from error


def _escaped(text: str) -> str:
    return re.sub(r"([^\w\s]|_)", r"\\\1", text)


def _numbers(connection: duckdb.DuckDBPyConnection, name: str, column: pa.Array[Any]) -> list[InnerNumber]:
    connection.register("incoming", pa.table({"value": column}))
    connection.execute(_VALUES.format(name=name))
    connection.unregister("incoming")
    most = connection.sql(_AROUND.format(name=name)).fetchall()
    return [
        InnerNumber(around, place)
        for around, frequency, everything in most
        if frequency >= max(_FEWEST, _LEAST_SHARE * everything)
        for place in range(min(around.count("0"), _RUNS))
    ]


def _conditions(
    connection: duckdb.DuckDBPyConnection, pairs: list[tuple[InnerNumber, InnerNumber]]
) -> Iterator[JoinCondition]:
    for one, other in pairs:
        rule = ByExpression(one.sql, other.sql)
        sql = _COMPARED.format(left=rule.of_left("value"), right=rule.of_right("value"))
        lefts, rights, shared, filled = connection.sql(sql).fetchall()[0]
        if shared < max(_FEWEST, _LEAST_SHARE * min(lefts, rights)) or filled > _MOST_FILLED:
            continue
        yield JoinCondition(
            match="transform",
            rule=rule,
            precision=_PROMISED,
            matched=shared / lefts,
            description=f"the number in {one.describe()} is the one in {other.describe()}",
        )
