"""Relationships as data tests of dbt (docs.getdbt.com/reference/resource-properties/data-tests), in YAML."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from lakeindex.escaping.double_quoted import double_quoted
from lakeindex.lake_map.formats.plain_names import is_plain, table_words
from lakeindex.lake_map.formats.schema_graph import ForeignKey, SchemaGraph

_TEMPLATE = re.compile(r"\{(?=[{%#])")


def write_dbt(graph: SchemaGraph) -> str:
    """Write a model a table, with a warning where a child value has no parent; keys of one column only."""
    names = table_words(list(graph.tables))
    tested = {table: [one for one in graph.keys if one.child == table] for table in graph.tables}
    lines = ["version: 2", "models:" if any(tested.values()) else "models: []"]
    for table, keys in tested.items():
        if keys:
            lines += [f"  - name: {names[table]}", f"    description: {_text(f'{table} of the lake')}"]
            lines += _columns([key for key in keys if len(key.child_columns) == 1], names)
            lines += [f"    # {_text(' + '.join(one.child_columns))} refers to {names[one.parent]}: a composite key, "
                      "which dbt has no test for" for one in keys if len(one.child_columns) > 1]  # fmt: skip
    return "\n".join(lines)


def _columns(keys: list[ForeignKey], names: dict[str, str]) -> Iterator[str]:
    if keys:
        yield "    columns:"
    for column in dict.fromkeys(key.child_columns[0] for key in keys):
        yield f"      - name: {_text(dbt_inner(column))}"
        if not is_plain(column):
            yield "        quote: true"
        yield "        data_tests:"
        for key in keys:
            if key.child_columns[0] == column:
                yield from _test(key, names[key.parent])


def _test(key: ForeignKey, parent: str) -> Iterator[str]:
    told = {"probability": round(key.probability, 4), "method": key.method, "cardinality": key.cardinality}
    yield "          - relationships:"
    yield "              arguments:"
    reference = f"ref('{parent}')"
    yield f"                to: {_text(reference)}"
    yield f"                field: {_text(dbt_field(key.parent_columns[0]))}"
    yield "              config:"
    yield "                severity: warn"
    yield f"                meta: {json.dumps({'lakeindex': told})}"


def dbt_field(column: str) -> str:
    """Return a column as dbt puts it into a statement, where it quotes nothing itself."""
    return column if is_plain(column) else f'"{dbt_inner(column)}"'


def dbt_inner(column: str) -> str:
    """Return what stands between the quotes: dbt adds those of a column, and doubles none within."""
    return column if is_plain(column) else column.replace('"', '""')


def _text(text: str) -> str:
    """Write a text, in which nothing is a template to dbt."""
    return double_quoted(without_templates(text))


def without_templates(text: str) -> str:
    """Let what is a template to dbt, as a stranger's name may hold one, stand for itself."""
    return _TEMPLATE.sub("{{ '{' }}", text)
