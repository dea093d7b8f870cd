"""Each text format is read back by its own tool, whatever tables and columns are called."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
import sqlglot
import yaml
from sqlglot import exp

from lakeindex.lake_map.formats.schema_graph import Column, ForeignKey, SchemaGraph
from lakeindex.lake_map.formats.write_text import TextFormat, write_text
from lakeindex.types.columns import Kind
from lakeindex.types.lake import TableId

EVIL = 'a "b" \\ \n; DROP TABLE x; -- %% } {'


def key(child: str, columns: Sequence[str], parent: str, to: Sequence[str], orphans: float = 0.0) -> ForeignKey:
    return ForeignKey(
        TableId(child), tuple(columns), TableId(parent), tuple(to), 0.9, "n:1", "inferred", orphans
    )  # fmt: skip


def table(*names: str) -> tuple[Column, ...]:
    return tuple(Column(name, Kind.INTEGER) for name in names)


GRAPH = SchemaGraph(
    {
        TableId("shop/orders.csv"): table("id", "customer id", "year", "month", EVIL),
        TableId("shop/customers.csv"): table("id", "ID (2)"),
        TableId("periods.parquet"): table("year", "month"),
        TableId(EVIL): table(EVIL, "x"),
    },
    (
        key("shop/orders.csv", ["customer id"], "shop/customers.csv", ["id"]),
        key("shop/orders.csv", ["year", "month"], "periods.parquet", ["year", "month"]),
        key("shop/orders.csv", [EVIL], EVIL, [EVIL], orphans=0.25),
        key("shop/customers.csv", ["ID (2)"], "shop/customers.csv", ["id"]),
    ),
)


DBT = shutil.which(os.environ.get("LAKEINDEX_DBT", "dbt"))
needs_dbt = pytest.mark.skipif(DBT is None, reason="no dbt: pip install dbt-core dbt-duckdb, LAKEINDEX_DBT is its path")
NODE_MODULES = os.environ.get("LAKEINDEX_NODE_MODULES")
needs_mermaid = pytest.mark.skipif(
    NODE_MODULES is None, reason="LAKEINDEX_NODE_MODULES is no folder with mermaid and jsdom: npm install mermaid jsdom"
)
PARSE_MERMAID = """
import {readFileSync} from "fs";
import {JSDOM} from "jsdom";
globalThis.window = new JSDOM("<body></body>").window;
globalThis.document = window.document;
const {default: mermaid} = await import("mermaid");
const text = readFileSync(0, "utf8");
await mermaid.parse(text);
const {db} = await mermaid.mermaidAPI.getDiagramFromText(text);
const tables = [...db.getEntities().values()].map((one) => [one.label, one.attributes.map((a) => [a.comment, a.keys])]);
console.log(JSON.stringify([Object.fromEntries(tables), db.getRelationships().map((one) => one.roleA)]));
"""


def templates() -> SchemaGraph:
    """Every column refers to that of its name."""
    tables = {TableId(name): table(*TEMPLATES) for name in ("orders.csv", "customers.csv")}
    return SchemaGraph(tables, tuple(key("orders.csv", [one], "customers.csv", [one]) for one in TEMPLATES))


@pytest.mark.parametrize("form", list(TextFormat))
def test_the_same_relationships_give_the_same_text(form: TextFormat) -> None:
    assert write_text(GRAPH, form) == write_text(GRAPH, form)
    assert write_text(SchemaGraph({}, ()), form).count("\n") <= 3


READ_DBML = """
import json, sys, pydbml
read = pydbml.PyDBML(sys.stdin.read())
refs = [[[c.name for c in one.col1], one.type, one.table2.name, [c.name for c in one.col2]] for one in read.refs]
tables = {one.name: [column.unique for column in one.columns] for one in read.tables}
print(json.dumps([tables, refs]))
"""


def test_dbml_is_read_by_its_own_parser() -> None:
    # In a process of its own: it changes how every other parser of its library reads blanks.
    command = [sys.executable, "-W", "ignore", "-c", READ_DBML]
    text = write_text(GRAPH, TextFormat.DBML)
    done = subprocess.run(command, input=text, capture_output=True, text=True, check=True)
    tables, refs = json.loads(done.stdout)
    assert list(tables)[:3] == ["shop/orders.csv", "shop/customers.csv", "periods.parquet"]
    assert len(tables) == 4
    assert tables["shop/customers.csv"] == [True, False]
    assert refs[:2] == [
        [["customer id"], ">", "shop/customers.csv", ["id"]],
        [["year", "month"], ">", "periods.parquet", ["year", "month"]],
    ]
    assert refs[3] == [["ID [2]"], ">", "shop/customers.csv", ["id"]]


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_dot_is_read_by_its_own_parser() -> None:
    import pydot

    (graph,) = pydot.graph_from_dot_data(write_text(GRAPH, TextFormat.DOT)) or ()
    edges = [(edge.get_source(), edge.get_destination(), edge.get_label()) for edge in graph.get_edges()]
    assert edges[0] == ('"shop/orders.csv"', '"shop/customers.csv"', '"customer id = id"')
    assert edges[1][2] == '"year, month"'
    assert len(edges) == 4
    assert len(graph.get_nodes()) == 5  # the tables, and the defaults of nodes


def test_sql_has_a_statement_a_key_and_none_of_others() -> None:
    statements = sqlglot.parse(write_text(GRAPH, TextFormat.SQL), read="postgres")
    assert all(isinstance(one, exp.Alter) for one in statements if one is not None)
    foreign = [one.find(exp.ForeignKey) for one in statements if one is not None and one.find(exp.ForeignKey)]
    assert [[name.name for name in one.expressions] for one in foreign if one is not None] == [
        ["customer id"], ["year", "month"], ["ID (2)"],
    ]  # fmt: skip
    unique = [one for one in statements if one is not None and one.find(exp.UniqueColumnConstraint)]
    assert len(unique) == 3


def test_dbt_tests_are_yaml_that_names_models_and_columns() -> None:
    read = yaml.safe_load(write_text(GRAPH, TextFormat.DBT))
    assert [one["name"] for one in read["models"]] == ["orders", "customers"]
    columns = {one["name"]: one["data_tests"] for one in read["models"][0]["columns"]}
    assert list(columns) == ["customer id", EVIL.replace('"', '""')]  # dbt adds the quotes around it alone
    assert [one["quote"] for one in read["models"][0]["columns"]] == [True, True]
    test = columns["customer id"][0]["relationships"]
    assert test["arguments"] == {"to": "ref('customers')", "field": "id"}
    assert test["config"]["severity"] == "warn"
    assert test["config"]["meta"]["lakeindex"] == {"probability": 0.9, "method": "inferred", "cardinality": "n:1"}


def test_mermaid_keeps_every_name_on_its_line_and_in_its_quotes() -> None:
    lines = write_text(GRAPH, TextFormat.MERMAID).split("\n")
    assert lines[0] == "erDiagram"
    assert '  "shop/orders.csv" }o--|| "shop/customers.csv" : "customer id"' in lines
    assert '  "shop/orders.csv" }o--|| "periods.parquet" : "year + month"' in lines
    assert '    integer customer_id FK "customer id"' in lines
    assert all(line.count('"') % 2 == 0 for line in lines)
    assert not any("%%" in line for line in lines)
    assert lines.count("  }") == 4


TEMPLATES = ("{{ env_var('HOME') }}", "{% raw", "{# x", "{{{%", 'a "b"', "order", "customer id", "it's", "back\\slash")


def test_what_is_a_template_to_dbt_is_none() -> None:
    text = write_text(templates(), TextFormat.DBT)
    assert "{{ env_var" not in text and "{% raw" not in text and "{# x" not in text


@needs_dbt
def test_dbt_builds_what_it_is_given_whatever_columns_are_called(tmp_path: Path) -> None:
    (tmp_path / "models").mkdir()
    (tmp_path / "models/keys.yml").write_text(write_text(templates(), TextFormat.DBT))
    columns = ", ".join('1 AS "{}"'.format(one.replace('"', '""')) for one in TEMPLATES)
    for model in ("orders", "customers"):
        (tmp_path / f"models/{model}.sql").write_text(f"{{% raw %}}SELECT {columns}{{% endraw %}}")
    (tmp_path / "dbt_project.yml").write_text("name: shop\nversion: '1.0'\nprofile: shop\n")
    target = f"{{type: duckdb, path: '{tmp_path}/shop.duckdb', threads: 1}}"
    (tmp_path / "profiles.yml").write_text(f"shop: {{target: dev, outputs: {{dev: {target}}}}}")
    command = [str(DBT), "build", "--profiles-dir", ".", "--no-use-colors", "--no-send-anonymous-usage-stats"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert f"PASS={len(TEMPLATES) + 2} WARN=0 ERROR=0" in done.stdout


@needs_mermaid
def test_mermaid_is_read_by_its_own_parser(tmp_path: Path) -> None:
    (tmp_path / "node_modules").symlink_to(str(NODE_MODULES))
    (tmp_path / "parse.mjs").write_text(PARSE_MERMAID)
    done = subprocess.run(
        ["node", "parse.mjs"],
        cwd=tmp_path,
        input=write_text(GRAPH, TextFormat.MERMAID),
        capture_output=True,
        text=True,
        check=True,
    )
    tables, labels = json.loads(done.stdout)
    assert list(tables)[:3] == ["shop/orders.csv", "shop/customers.csv", "periods.parquet"]
    assert tables["shop/customers.csv"] == [["id", ["PK"]], ["ID (2)", ["FK"]]]
    assert labels[:2] == ["customer id", "year + month"]
    assert (len(tables), len(labels)) == (4, 4)
