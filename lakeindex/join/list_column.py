"""List columns: which columns hold lists, and the SQL that takes a list apart into its elements."""

from __future__ import annotations

import re
from dataclasses import dataclass

from lakeindex.catalog.sql_process.cursor import SqlCursor
from lakeindex.sql import literal, quoted

_TEXT = "VARCHAR"
_SAMPLED = 1000
_LEAST_SHARE = 0.5
_LIST_TYPE = re.compile(r"(?P<element>.*?)(?P<sizes>(\[\d*\])+)")
_SIZE = re.compile(r"\[\d*\]")
_EXACT_IN_DOUBLE = 2**53

# Files with nested values reach DuckDB as copies in which lists are JSON text.
_BEGINS = """
SELECT coalesce(avg(CAST(starts_with(ltrim(value), '[') AS INTEGER)), 0)
FROM (SELECT {name} AS value FROM ({source}) AS side WHERE {name} IS NOT NULL LIMIT {sampled})
"""
_IS_ARRAY = "CASE WHEN json_valid({value}) THEN json_type({value}) = 'ARRAY' ELSE false END"
_LEAVES = """
WITH side AS (SELECT {name} AS value, {is_array} AS is_array FROM ({source}) AS side WHERE {name} IS NOT NULL),
     inner_values AS (SELECT unnest(json_extract(value, '$..*')) AS inner_value FROM side WHERE is_array),
     leaves AS (SELECT json_type(inner_value) AS kind, inner_value ->> '$' AS leaf FROM inner_values)
SELECT (SELECT count(*) FROM side) AS cells, (SELECT count(*) FILTER (is_array) FROM side) AS arrays,
       (SELECT coalesce(list(DISTINCT kind), []) FROM leaves WHERE kind != 'NULL') AS kinds,
       (SELECT coalesce(bool_and(TRY_CAST(leaf AS BIGINT) IS NOT NULL), true) FROM leaves
        WHERE kind IN ('BIGINT', 'UBIGINT')) AS are_small,
       (SELECT coalesce(bool_and(coalesce(abs(TRY_CAST(leaf AS HUGEINT)) <= {exact}, false)), true) FROM leaves
        WHERE kind IN ('BIGINT', 'UBIGINT', 'DOUBLE') AND NOT regexp_matches(leaf, '[.eE]')) AS are_exact
"""
_NESTED = frozenset(("ARRAY", "OBJECT"))
_INTEGERS = frozenset(("BIGINT", "UBIGINT"))


@dataclass(frozen=True, slots=True)
class ListColumn:
    """A column of lists, as SQL takes it apart."""

    name: str
    type: str
    """The DuckDB type of the elements; of lists of lists or of structs, of the innermost values."""
    elements: str
    """DuckDB SQL for the list of a row's distinct elements without NULL, in a FROM clause with the column."""

    def taken_apart(self, relation: str) -> str:
        """Write a SELECT with one row for each distinct element of each row; rows without elements are not in it."""
        name = quoted(self.name)
        return f"SELECT * REPLACE (unnest({self.elements}) AS {name}) FROM {relation} AS list_rows"


def find_list_column(connection: SqlCursor, source: str, name: str, sql_type: str) -> ListColumn | None:
    """Return how a column of lists is taken apart, from the whole column; None for a column of single values.

    A column is one of lists where at least half its values are: the others count as lists of one element.
    """
    if sql_type == _TEXT:
        return _json_column(connection, source, name)
    found = _LIST_TYPE.fullmatch(sql_type)
    return None if found is None else _typed_column(name, found["element"], len(_SIZE.findall(found["sizes"])))


def _typed_column(name: str, element: str, depth: int) -> ListColumn:
    if "(" in element and not element.startswith("DECIMAL"):
        # The innermost values of structs and maps are found as those of JSON are.
        return ListColumn(name, _TEXT, _json_elements(f"CAST(to_json({quoted(name)}) AS {_TEXT})", True, _TEXT))
    # Of arrays of a fixed size, too, lists are made.
    flat = f"CAST({quoted(name)} AS {element}{'[]' * depth})"
    for _ in range(depth - 1):
        flat = f"flatten({flat})"
    return ListColumn(name, element, f"list_distinct({flat})")


def _json_column(connection: SqlCursor, source: str, name: str) -> ListColumn | None:
    cursor = connection.cursor()
    value = quoted(name)
    ((share,),) = cursor.sql(_BEGINS.format(name=value, source=source, sampled=_SAMPLED)).fetchall()
    if share < _LEAST_SHARE:
        return None
    sql = _LEAVES.format(name=value, is_array=_is_array(value), source=source, exact=_EXACT_IN_DOUBLE)
    ((cells, arrays, kinds, are_small, are_exact),) = cursor.sql(sql).fetchall()
    if arrays < _LEAST_SHARE * cells:
        return None
    leaves = frozenset(kinds) - _NESTED
    kind = _TEXT if arrays < cells else _type_of(leaves, are_small, are_exact)
    return ListColumn(name, kind, _json_elements(value, bool(_NESTED & set(kinds)), kind))


def _type_of(kinds: frozenset[str], are_small: bool, are_exact: bool) -> str:
    """Return the type that holds all JSON values of some kinds, and loses no digit."""
    if kinds and kinds <= _INTEGERS and are_small:
        return "BIGINT"
    if "DOUBLE" in kinds and kinds <= _INTEGERS | {"DOUBLE"} and are_exact:
        return "DOUBLE"
    return "BOOLEAN" if kinds == {"BOOLEAN"} else _TEXT


def _json_elements(value: str, is_nested: bool, kind: str) -> str:
    """Write the innermost values of JSON text as a list; text that is no array is its own element."""
    inner = f"json_extract_string({value}, '$[*]')"
    if is_nested:
        is_leaf = f"json_type(x) NOT IN {literal(sorted((*_NESTED, 'NULL')))}".replace("[", "(").replace("]", ")")
        leaves = f"list_filter(json_extract({value}, '$..*'), lambda x: {is_leaf})"
        inner = f"list_transform({leaves}, lambda x: x ->> '$')"
    elements = f"CASE WHEN {_is_array(value)} THEN list_distinct({inner}) ELSE [{value}] END"
    return elements if kind == _TEXT else f"CAST({elements} AS {kind}[])"


def _is_array(value: str) -> str:
    return _IS_ARRAY.format(value=value)
