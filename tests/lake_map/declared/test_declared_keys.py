from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from lakeindex import Lake
from lakeindex.catalog.directory import Directory
from lakeindex.lake_map.declared.declarations import DeclaredKeys
from lakeindex.lake_map.declared.declared_keys import read_declared_keys
from lakeindex.lake_map.declared.schema_sql import MOST_SQL_BYTES, _named
from lakeindex.types.lake import TableId

ORDERS = {(("orders.csv", ("customer_id",)), ("customers.csv", ("id",)))}
LINES = {(("shipments.csv", ("order_id", "line")), ("order_lines.csv", ("order_id", "line")))}


@pytest.fixture
def directory(shop: Lake) -> Directory:
    return shop.opened.searcher.directory


def keys(found: DeclaredKeys) -> set[object]:
    return {
        tuple((side[0].table, tuple(column.name for column in side)) for side in (one.child, one.parent))
        for one in found.foreign
    }


def table(url: str, *foreign: object, **more: object) -> dict[str, object]:
    return {"url": url, "tableSchema": {"foreignKeys": list(foreign), **more}}


def key(child: object, parent: object, **reference: object) -> dict[str, object]:
    return {"columnReference": child, "reference": {"columnReference": parent, **reference}}


def test_csvw_metadata_of_a_group_declares_keys(tmp_path: Path, directory: Directory) -> None:
    group = {
        "@context": "http://www.w3.org/ns/csvw",
        "tables": [
            table("orders.csv", key("customer_id", "id", resource="customers.csv")),
            table("./customers.csv", primaryKey="id"),
            table("order%5Flines.csv", **{"@id": "https://example.org/lines"}),
            table("shipments.csv", key(["order_id", "line"], ["order_id", "line"],
                                       schemaReference="https://example.org/lines")),
        ],
    }  # fmt: skip
    (tmp_path / "csv-metadata.json").write_text(json.dumps(group), "utf-8")
    assert read_declared_keys(tmp_path, directory).remarks == ()
    assert keys(read_declared_keys(tmp_path, directory)) == ORDERS | LINES


def test_csvw_finds_a_column_by_its_titles(tmp_path: Path, directory: Directory) -> None:
    columns = [{"name": "c", "titles": {"de": ["Kunde", "customer_id"]}}, 3, {"name": "d", "titles": 4}]
    group = {
        "tables": [
            table("orders.csv", key("c", "id", resource="customers.csv"), columns=columns),
            table("customers.csv"),
        ]
    }
    (tmp_path / "orders.csv-metadata.json").write_text(json.dumps(group), "utf-8")
    assert keys(read_declared_keys(tmp_path, directory)) == ORDERS


@pytest.mark.parametrize(
    "hostile",
    [
        key("customer_id", "nowhere", resource="customers.csv"),
        key("customer_id", "id", resource="https://example.org/customers.csv"),
        key("customer_id", "id", resource="../../etc/passwd"),
        key({"a": 1}, [2], resource=[3]),
        key("customer_id", "id"),
        {"columnReference": None, "reference": "customers.csv"},
    ],
)
def test_csvw_that_fits_nothing_is_said(tmp_path: Path, directory: Directory, hostile: object) -> None:
    group = {"tables": [table("orders.csv", hostile, 7), table("customers.csv"), "x", {"url": 5}]}
    (tmp_path / "metadata.json").write_text(json.dumps(group), "utf-8")
    found = read_declared_keys(tmp_path, directory)
    assert not found.foreign
    assert [one.partition(":")[0] for one in found.remarks] == [
        "metadata.json declares a key that fits no columns of the lake"
    ]


SCHEMAS = {
    "postgres": """
        -- it's a dump; 'unbalanced
        CREATE TABLE public.customers (id integer NOT NULL, name text DEFAULT 'a;b');
        CREATE TABLE public.orders (id serial PRIMARY KEY, customer_id integer);
        CREATE TABLE public.order_lines (order_id int, line int, PRIMARY KEY (order_id, line));
        CREATE TABLE public.shipments (order_id int, line int);
        CREATE FUNCTION f() RETURNS int AS $$ SELECT 1; $$ LANGUAGE sql;
        ALTER TABLE ONLY public.customers ADD CONSTRAINT customers_pkey PRIMARY KEY (id);
        ALTER TABLE ONLY public.orders ADD CONSTRAINT fk FOREIGN KEY (customer_id) REFERENCES public.customers(id)
            ON DELETE CASCADE;
        ALTER TABLE ONLY public.shipments ADD CONSTRAINT fk2 FOREIGN KEY (order_id, line)
            REFERENCES public.order_lines;""",
    "mysql": """
        CREATE TABLE `shipments` (`order_id` int NOT NULL, `line` int NOT NULL /* ; */, KEY `k` (`line`),
          CONSTRAINT `f` FOREIGN KEY (`order_id`,`line`) REFERENCES `order_lines` (`order_id`,`line`)
        ) ENGINE=InnoDB AUTO_INCREMENT=5 DEFAULT CHARSET=utf8mb4;
        CREATE TABLE `orders` (`customer_id` int, CONSTRAINT `g` FOREIGN KEY (`customer_id`)
          REFERENCES `customers` (`id`)) ENGINE=InnoDB""",
    "sqlite": """
        CREATE TABLE Orders (ID INTEGER PRIMARY KEY AUTOINCREMENT, Customer_Id INTEGER REFERENCES Customers);
        CREATE TABLE IF NOT EXISTS "customers" (Id INTEGER PRIMARY KEY);
        CREATE TABLE shipments (order_id, line, FOREIGN KEY (order_id, line) REFERENCES order_lines (order_id, line));
    """,
    "tsql": """
        CREATE TABLE [dbo].[shipments]([order_id] [int] NOT NULL, [line] [int] NULL)
        GO
        ALTER TABLE [dbo].[shipments]  WITH CHECK ADD  CONSTRAINT [FK_1] FOREIGN KEY([order_id], [line])
        REFERENCES [dbo].[order_lines] ([order_id], [line])
        GO
        ALTER TABLE [dbo].[orders]  WITH CHECK ADD  CONSTRAINT [FK_2] FOREIGN KEY([customer_id])
        REFERENCES [dbo].[customers] ([id])
        GO""",
}


@pytest.mark.parametrize("engine", SCHEMAS)
def test_a_schema_in_the_sql_of_any_engine_declares_keys(tmp_path: Path, directory: Directory, engine: str) -> None:
    pytest.importorskip("sqlglot")
    (tmp_path / "schema.sql").write_text(SCHEMAS[engine], "utf-8-sig")
    found = read_declared_keys(tmp_path, directory)
    assert keys(found) == ORDERS | LINES
    assert found.remarks == ()


def unique(found: DeclaredKeys) -> set[tuple[str, tuple[str, ...], bool]]:
    return {
        (one.columns[0].table, tuple(column.name for column in one.columns), one.is_primary) for one in found.unique
    }


def test_csvw_declares_a_primary_key_by_names_or_titles(tmp_path: Path, directory: Directory) -> None:
    columns = [{"name": "number", "titles": "order_id"}, {"name": "line"}]
    lines = table("order_lines.csv", primaryKey=["number", "line"], columns=columns)
    group = {"tables": [lines, table("orders.csv", primaryKey="nowhere"), table("elsewhere.csv", primaryKey="id")]}
    (tmp_path / "csv-metadata.json").write_text(json.dumps(group), "utf-8")
    found = read_declared_keys(tmp_path, directory)
    assert unique(found) == {("order_lines.csv", ("order_id", "line"), True)}
    assert found.left_out == ("csv-metadata.json declares a key of orders.csv by columns that it hasn't: nowhere",)
    assert found.remarks == ()


UNIQUE = """
    CREATE TABLE orders (ID serial PRIMARY KEY, customer_id int, employee_id int UNIQUE, UNIQUE (customer_id, id));
    CREATE TABLE customers (id int);
    ALTER TABLE ONLY public.customers ADD CONSTRAINT u UNIQUE (name, city);
    CREATE TABLE `order_lines` (`order_id` int, `line` int, PRIMARY KEY (`order_id`,`line`), UNIQUE KEY `k` (`line`));
    CREATE TABLE elsewhere (id int PRIMARY KEY);"""


def test_a_schema_declares_primary_and_unique_keys(tmp_path: Path, directory: Directory) -> None:
    pytest.importorskip("sqlglot")
    (tmp_path / "schema.sql").write_text(UNIQUE, "utf-8")
    found = read_declared_keys(tmp_path, directory)
    assert unique(found) == {
        ("orders.csv", ("id",), True),
        ("orders.csv", ("employee_id",), False),
        ("orders.csv", ("customer_id", "id"), False),
        ("customers.csv", ("name", "city"), False),
        ("order_lines.csv", ("order_id", "line"), True),
        ("order_lines.csv", ("line",), False),
    }
    assert (found.remarks, found.left_out) == ((), ())


@pytest.mark.parametrize("schema", [3, {"primaryKey": {"a": 1}, "uniqueKeys": 4, "fields": [{"constraints": 1}, 2]}])
def test_a_package_whose_keys_are_none_declares_none(tmp_path: Path, directory: Directory, schema: object) -> None:
    package = {"resources": [{"name": "o", "path": "orders.csv", "schema": schema}]}
    (tmp_path / "datapackage.json").write_text(json.dumps(package), "utf-8")
    found = read_declared_keys(tmp_path, directory)
    assert (found.unique, found.left_out) == ((), ())


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"\xff\xfe\x00", "it is no text in UTF-8"),
        (b"x" * (MOST_SQL_BYTES + 1), "it has more than 2,097,152 bytes"),
        (b"CREATE TABLE orders (customer_id int REFERENCES nowhere (id))", "fits no columns of the lake"),
        (b"CREATE TABLE orders (nothing int REFERENCES customers (id))", "fits no columns of the lake"),
        (b"CREATE TABLE orders (x int CHECK (" + b"(" * 100_000 + b" REFERENCES", "can't be read"),
        (b"CREATE TABLE orders (PRIMARY KEY ;;; " + b"'" * 50_001, "can't be read"),
    ],
)
def test_a_schema_that_is_none_is_said(tmp_path: Path, directory: Directory, content: bytes, reason: str) -> None:
    pytest.importorskip("sqlglot")
    (tmp_path / "schema.sql").write_bytes(content)
    found = read_declared_keys(tmp_path, directory)
    assert not found.foreign
    assert [reason in one for one in found.remarks] == [True]


def test_without_sqlglot_a_schema_is_left_out(
    tmp_path: Path, directory: Directory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "sqlglot", None)
    (tmp_path / "schema.sql").write_text(SCHEMAS["sqlite"], "utf-8")
    found = read_declared_keys(tmp_path, directory)
    assert not found.foreign
    assert "pip install 'lakeindex[sql]'" in found.remarks[0]


def test_two_tables_of_one_name_are_nobodys() -> None:
    ids = ["public.orders.csv", "orders.csv", "orders.parquet", "b.2019.csv", "b.csv.gz", "b.csv"]
    named = _named([TableId(one) for one in ids])
    assert (named["orders"], named["b"], named["public"]) == (None, "b.csv", "public.orders.csv")


@pytest.mark.parametrize("file", ["datapackage.json", "csv-metadata.json"])
def test_a_large_sidecar_is_left_out(tmp_path: Path, directory: Directory, file: str) -> None:
    with (tmp_path / file).open("wb") as handle:
        handle.truncate(100 << 20)
    found = read_declared_keys(tmp_path, directory)
    assert found.remarks == (f"{file} is left out: it has more than 16,777,216 bytes",)
