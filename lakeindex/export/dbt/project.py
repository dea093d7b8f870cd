"""A lake as a project of dbt on DuckDB: a view a table, over the lake's files, with the tests of its relationships."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lakeindex.export.dbt.properties import DbtProperties, composite_keys, meta_of
from lakeindex.export.described_lake import DescribedLake
from lakeindex.export.naming import Naming
from lakeindex.export.table_words import Words
from lakeindex.export.yaml_text import as_yaml
from lakeindex.lake_map.formats.dbt import without_templates
from lakeindex.lake_map.formats.schema_graph import ForeignKey
from lakeindex.sql import quoted

if TYPE_CHECKING:
    from lakeindex.lake import Lake

_PROFILE = {"lakeindex": {"target": "dev", "outputs": {"dev": {"type": "duckdb", "path": "lake.duckdb", "threads": 2}}}}
_PROJECT = {
    "name": "lakeindex_lake",
    "version": "1.0",
    "profile": "lakeindex",
    "model-paths": ["models"],
    "test-paths": ["tests"],
    "models": {"lakeindex_lake": {"+materialized": "view"}},
}


def tests_text(lake: DescribedLake, naming: Naming) -> str:
    """Write the properties of models that a project has already, with the tests of their relationships."""
    words = Words.of(lake, naming.names)
    properties = DbtProperties(lake, words, lambda word: f"ref('{word}')")
    tables = [one for one in lake.tables if lake.references_of(one.id)]
    return as_yaml({"version": 2, "models": [properties.of_table(one) for one in tables]})


def project_files(opened: Lake, lake: DescribedLake, naming: Naming) -> dict[str, str]:
    """Return the files of a project that builds, by their paths in its folder."""
    words = Words.of(lake, naming.names)
    properties = DbtProperties(lake, words, lambda word: f"ref('{word}')")
    files = {
        "dbt_project.yml": as_yaml(_PROJECT),
        "profiles.yml": as_yaml(_PROFILE),
        "models/lakeindex.yml": as_yaml(
            {"version": 2, "models": [properties.of_table(one) for one in lake.tables if one.columns]}
        ),
    }
    for table in lake.tables:
        if table.columns:
            select = opened.opened.tables.file_select(table.id)
            files[f"models/{words.tables[table.id]}.sql"] = f"{without_templates(select)}\n"
    for key in composite_keys(lake):
        files[f"tests/{_test_name(key, words)}.sql"] = _composite_test(key, words)
    return files


def _test_name(key: ForeignKey, words: Words) -> str:
    told = meta_of(key)["id"].removeprefix("lakeindex-")[:8]
    return f"{words.tables[key.child]}_refers_to_{words.tables[key.parent]}_{told}"


def _composite_test(key: ForeignKey, words: Words) -> str:
    """Write a test of a key of several columns: the child's rows without a row of the parent."""
    child = [quoted(words.columns[key.child][name]) for name in key.child_columns]
    parent = [quoted(words.columns[key.parent][name]) for name in key.parent_columns]
    pairs = zip(child, parent, strict=True)
    lines = [
        f"{{{{ config(severity='warn', meta={{'lakeindex': {_jinja(meta_of(key))}}}) }}}}",
        f"select child.* from {{{{ ref('{words.tables[key.child]}') }}}} as child",
        f"where {' and '.join(f'child.{_plain(one)} is not null' for one in child)}",
        f"and not exists (select 1 from {{{{ ref('{words.tables[key.parent]}') }}}} as parent",
        f"where {' and '.join(f'child.{_plain(left)} = parent.{_plain(right)}' for left, right in pairs)})",
    ]
    return "\n".join(lines) + "\n"


def _plain(name: str) -> str:
    return without_templates(name)


def _jinja(value: object) -> str:
    """Write a value within a template of dbt, in which no text begins another one."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_jinja(name)}: {_jinja(one)}" for name, one in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_jinja, value)) + "]"
    if isinstance(value, str):
        return (
            "'"
            + "".join(one if one.isalnum() or one in " ._-/%:;,=+·" else f"\\u{ord(one):04x}" for one in value)
            + "'"
        )
    return "none" if value is None else repr(value)
