from __future__ import annotations

from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from lakeindex.catalog.directory import DIRECTORY_FIELDS, Directory, facts_of, hash_names
from lakeindex.errors import IndexDamaged, NotFound
from lakeindex.types.columns import KINDS, ColumnFacts, Kind
from lakeindex.types.lake import ColumnId, TableId

SCHEMA = pa.schema(
    [
        ("table_id", pa.string()),
        ("name", pa.string()),
        ("kind", pa.string()),
        *[(name, pa.int64()) for name in ("rows", "nulls", "distinct")],
        ("is_key", pa.bool_()),
        ("is_serial", pa.bool_()),
        ("minimum", pa.float64()),
        ("maximum", pa.float64()),
        ("lengths", pa.large_list(pa.int64())),
        ("patterns", pa.large_list(pa.int64())),
        ("text_hash", pa.uint64()),
        ("sampled", pa.int64()),
    ]
)
# As the catalog numbers them: by the tables' names, then as they stand in the file.
COLUMNS = [
    ("a/städte.csv", "Größe"),
    ("a/städte.csv", "größe"),
    ("a/städte.csv", "id"),
    ("b/customers.csv", "id"),
    ("b/customers.csv", "customer_name"),
    ("b/customers.csv", "customerCountry"),
    ("b/orders.csv", "id"),
    ("東京/駅.csv", "駅名"),
]


def record(table: str, name: str, place: int) -> dict[str, Any]:
    return {
        "table_id": table,
        "name": name,
        "kind": str(KINDS[place % len(KINDS)]),
        "rows": 100 + place,
        "nulls": place,
        "distinct": 50 + place,
        "is_key": place % 3 == 0,
        "is_serial": place % 4 == 1,
        "minimum": None if place == 3 else -1.5 * place,
        "maximum": None if place == 3 else 2.0 * place,
        "lengths": [place, 1, 0],
        "patterns": [0, 0] if place == 4 else [3, 1],
        "text_hash": 2**64 - 1 - place,
        "sampled": 30 if table == "b/customers.csv" else 0,
    }


@pytest.fixture(scope="module")
def directory() -> Directory:
    records = [record(table, name, place) for place, (table, name) in enumerate(COLUMNS)]
    return directory_of(pa.Table.from_pylist(records, SCHEMA))


def directory_of(records: pa.Table) -> Directory:
    records = records.combine_chunks()
    table_ids, names = (records[name].combine_chunks() for name in ("table_id", "name"))
    text_hashes, sampled = (records[name].to_numpy() for name in ("text_hash", "sampled"))
    return Directory.of(table_ids, names, text_hashes, facts_of(records), sampled)


def column(table: str, name: str) -> ColumnId:
    return ColumnId(TableId(table), name)


def test_a_directory_reads_the_fields_that_it_asks_the_catalog_for() -> None:
    assert tuple(SCHEMA.names) == DIRECTORY_FIELDS


def test_columns_of_sampled_tables_are_known_also_once_it_is_saved(directory: Directory, tmp_path: Path) -> None:
    assert directory.sampled.tolist() == [0, 30, 0, 0]
    directory.save(tmp_path)
    is_sampled = [table == "b/customers.csv" for table, _ in COLUMNS]
    assert Directory.open(tmp_path).sampled_columns().tolist() == is_sampled == directory.sampled_columns().tolist()


def test_the_key_of_a_column_is_its_place_and_leads_back_to_it(directory: Directory) -> None:
    for place, (table, name) in enumerate(COLUMNS):
        assert directory.key_of(column(table, name)) == place
        assert directory.id_of(place) == column(table, name)
    assert len(directory) == len(COLUMNS)


def test_columns_of_the_same_name_are_distinguished_by_their_table(directory: Directory) -> None:
    keys = [directory.key_of(column(table, "id")) for table in ("a/städte.csv", "b/customers.csv", "b/orders.csv")]
    assert keys == [2, 3, 6]


def test_the_columns_of_a_table_are_neighbours(directory: Directory) -> None:
    assert directory.keys_of_table(TableId("b/customers.csv")).tolist() == [3, 4, 5]
    assert directory.keys_of_table(TableId("東京/駅.csv")).tolist() == [7]


def test_facts_are_those_of_the_records(directory: Directory) -> None:
    facts = directory.facts
    assert [KINDS[kind] for kind in facts.kinds[:3]] == [Kind.EMPTY, Kind.BOOLEAN, Kind.INTEGER]
    assert facts.rows.tolist() == list(range(100, 108))
    assert facts.is_key.tolist() == [True, False, False, True, False, False, True, False]
    assert np.flatnonzero(facts.is_serial).tolist() == [1, 5]
    assert np.flatnonzero(np.isnan(facts.lows)).tolist() == [3]
    assert facts.lows[4] == -6.0
    assert facts.highs[4] == 8.0
    assert directory.text_hashes[:2].tolist() == [2**64 - 1, 2**64 - 2]
    assert facts.lengths[:3].tolist() == [[0, 255, 0], [128, 128, 0], [170, 85, 0]]
    assert facts.patterns[3:5].tolist() == [[191, 64], [0, 0]]


def test_a_directory_comes_back_from_disk_as_it_was(directory: Directory, tmp_path: Path) -> None:
    directory.save(tmp_path)
    opened = Directory.open(tmp_path)
    assert opened.table_ids == directory.table_ids
    assert opened.names.to_pylist() == directory.names.to_pylist()
    for name in ("first_columns", "tables", "name_hashes", "text_hashes"):
        assert getattr(opened, name).tolist() == getattr(directory, name).tolist(), name
    for field in fields(ColumnFacts):
        before, after = getattr(directory.facts, field.name), getattr(opened.facts, field.name)
        assert before.dtype == after.dtype, field.name
        np.testing.assert_array_equal(before, after)
    assert [opened.id_of(opened.key_of(column(*one))) for one in COLUMNS] == [column(*one) for one in COLUMNS]


def test_a_lake_without_columns_has_a_directory_too(tmp_path: Path) -> None:
    directory_of(SCHEMA.empty_table()).save(tmp_path)
    opened = Directory.open(tmp_path)
    assert (len(opened), opened.table_ids) == (0, [])
    assert not opened.has_table(TableId("a.csv"))
    with pytest.raises(NotFound, match=r"^the index has no table 'a\.csv'$"):
        opened.key_of(column("a.csv", "id"))


@pytest.mark.parametrize(
    ("table", "name", "message"),
    [
        ("b/customer.csv", "id", r"no table 'b/customer\.csv'; the nearest: 'b/customers\.csv'"),
        ("CUSTOMERS.CSV", "id", r"the nearest: 'b/customers\.csv'"),
        ("a/stadte.csv", "id", r"the nearest: 'a/städte\.csv'"),
        ("b/customers.csv", "customer_nam", "no column 'customer_nam'; the nearest: 'customer_name'"),
        ("b/customers.csv", "country", "the nearest: 'customerCountry'"),
        ("b/customers.csv", "ID", "no column 'ID'; the nearest: 'id'"),
        ("b/orders.csv", "customer_name", r"^b/orders\.csv has no column 'customer_name'$"),
    ],
)
def test_what_is_not_there_is_an_error_with_the_nearest_names(
    directory: Directory, table: str, name: str, message: str
) -> None:
    with pytest.raises(NotFound, match=message):
        directory.key_of(column(table, name))


def test_a_table_is_there_under_its_whole_name_only(directory: Directory) -> None:
    tables = ["b/orders.csv", "b/orders", "orders.csv", "", "z"]
    assert [directory.has_table(TableId(table)) for table in tables] == [True, False, False, False, False]


def test_schemas_are_alike_by_the_words_of_their_names(directory: Directory) -> None:
    names = hash_names(["ID", "CustomerName", "price"])
    alike = directory.same_schema(names, np.array([6, 3, 7, 5]))
    assert alike.tolist() == pytest.approx([1 / 3, 2 / 4, 0, 2 / 4])
    assert directory.same_schema(names, np.zeros(0, np.int64)).tolist() == []


@pytest.mark.parametrize("name", ["columns.arrow", "tables.arrow"])
@pytest.mark.parametrize("damage", ["missing", "garbage", "cut short", "another table"])
def test_damage_is_an_error_with_the_remedy(directory: Directory, tmp_path: Path, name: str, damage: str) -> None:
    directory.save(tmp_path)
    path = tmp_path / name
    content = path.read_bytes()
    path.unlink()
    if damage == "garbage":
        path.write_bytes(b"no arrow at all")
    elif damage == "cut short":
        path.write_bytes(content[: len(content) // 2])
    elif damage == "another table":
        with pa.ipc.new_file(str(path), pa.schema([("n", pa.int64())])) as writer:
            writer.write_table(pa.table({"n": [1]}))
    with pytest.raises(IndexDamaged, match=r"can't be read .*; build the index again"):
        Directory.open(tmp_path)


def test_a_restricted_directory_is_one_of_the_allowed_tables_under_their_keys(directory: Directory) -> None:
    some = directory.restricted(["b/*", "nothing"])
    assert some.visible_tables() == ["b/customers.csv", "b/orders.csv"]
    assert some.hidden_keys().tolist() == [0, 1, 2, 7]
    assert np.flatnonzero(some.visible_columns()).tolist() == [3, 4, 5, 6]
    assert some.key_of(column("b/orders.csv", "id")) == directory.key_of(column("b/orders.csv", "id"))
    assert some.keys_outside("b/o*").tolist() == [0, 1, 2, 3, 4, 5, 7]
    has = [some.has_table(TableId(table)) for table in ("b/orders.csv", "a/städte.csv", "東京/駅.csv")]
    assert has == [True, False, False]


def test_a_table_that_is_not_allowed_is_the_error_of_one_that_does_not_exist(directory: Directory) -> None:
    some = directory.restricted(["b/*"])
    records = [record(*one, place) for place, one in enumerate(COLUMNS) if one[0].startswith("b/")]
    alone = directory_of(pa.Table.from_pylist(records, SCHEMA))
    for table in ("a/städte.csv", "東京/駅.csv", "a/stadte.csv"):
        for call in (
            lambda one, table=table: one.keys_of_table(TableId(table)),
            lambda one, table=table: one.key_of(column(table, "id")),
            lambda one, table=table: one.keys_outside(table),
        ):
            errors = []
            for one in (some, alone):
                with pytest.raises(NotFound) as caught:
                    call(one)
                errors.append(str(caught.value))
            assert errors[0] == errors[1]
        with pytest.raises(NotFound, match="the index has no table"):
            some.require_allowed(TableId(table))
    for key in some.hidden_keys().tolist():
        with pytest.raises(NotFound, match=r"^the index has no such column$"):
            some.id_of(key)


@pytest.mark.parametrize("globs", [[], [""], ["zzz"]])
def test_globs_that_match_nothing_allow_nothing(directory: Directory, globs: list[str]) -> None:
    nothing = directory.restricted(globs)
    assert nothing.visible_tables() == []
    assert len(nothing.hidden_keys()) == len(directory)
    assert directory.restricted(None) is directory
    assert directory.restricted(["*"]).visible_tables() == directory.visible_tables()
