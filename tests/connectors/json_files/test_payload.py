"""Envelopes give their records, objects that are none stay one row, and what was done is in a note."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from lakeindex.types.lake import ReadOptions
from lakeindex_connectors.json_files.connector import JsonConnector
from lakeindex_connectors.json_files.payload import Payload, payloads_of
from tests.connectors.connector_contract import Row, lake_file, rows_of

RECORDS = [{"k": f"a{row}", "n": row} for row in range(3)]
MANY = [{"k": f"a{row}", "n": row} for row in range(12)]
ROWS: list[Row] = [("a0", 0), ("a1", 1), ("a2", 2)]


def read_all(path: Path) -> dict[str, tuple[list[str], list[Row], list[str]]]:
    """Read a file: names, rows and notes of each table."""
    found = {}
    for table in JsonConnector().tables(lake_file(path), ReadOptions()):
        rows = JsonConnector().read(lake_file(path), table, ReadOptions())
        values = [row for batch in rows.batches for row in rows_of(batch)]
        found[str(table.id)] = (table.schema.names, values, rows.notes)
    return found


ENVELOPES: dict[str, tuple[Any, str, str]] = {
    "meta and data": ({"meta": {"n": 3}, "data": RECORDS}, "data", "meta"),
    "data before meta": ({"data": RECORDS, "meta": {"fields": [{"name": "k"}]}}, "data", "meta"),
    "pages": ({"count": 3, "next": None, "previous": None, "results": RECORDS}, "results", "count, next, previous"),
    "items": ({"kind": "list", "items": RECORDS}, "items", "kind"),
    "records": ({"records": RECORDS, "owner": "me"}, "records", "owner"),
    "odata": ({"@odata.context": "u", "value": RECORDS}, "value", "@odata.context"),
    "rows": ({"total_rows": 3, "offset": 0, "rows": RECORDS}, "rows", "total_rows, offset"),
    "one level deeper": (
        {"responseHeader": {"status": 0}, "response": {"numFound": 3, "docs": RECORDS}},
        "response.docs",
        "responseHeader, response.numFound",
    ),
    "two levels deeper": ({"data": {"users": {"nodes": RECORDS}}}, "data.users.nodes", ""),
    "fields beside records": (
        {"help": "h", "success": True, "result": {"fields": [{"id": "k"}, {"id": "n"}], "records": RECORDS}},
        "result.records",
        "help, success, result.fields",
    ),
    "errors beside records": ({"errors": [{"code": 1}], "data": RECORDS}, "data", "errors"),
    "any name": ({"airports": RECORDS}, "airports", ""),
    "any name and remarks": ({"version": 2, "airports": RECORDS, "generated": "x"}, "airports", "version, generated"),
    "any name of many": ({"title": "t", "airports": MANY}, "airports", "title"),
    "data of something named": ({"id": 7, "name": "sensor", "data": RECORDS}, "data", "id, name"),
}


@pytest.mark.parametrize("indent", [None, 1], ids=["one line", "pretty"])
@pytest.mark.parametrize("case", ENVELOPES)
def test_an_envelope_gives_its_records(tmp_path: Path, case: str, indent: int | None) -> None:
    document, field, left_out = ENVELOPES[case]
    (tmp_path / "t.json").write_text(json.dumps(document, indent=indent))
    names, rows, notes = read_all(tmp_path / "t.json")["t.json"]
    assert (names, rows[:3]) == (["k", "n"], ROWS)
    assert len(rows) == (12 if document.get("airports") is MANY else 3)
    assert notes == [f"the records are those of {field!r}" + (f"; not read: {left_out}" if left_out else "")]


SINGLE: dict[str, Any] = {
    "plain": {"a": 1, "b": "x"},
    "an order and its lines": {"id": 7, "items": RECORDS},
    "an order without id": {"customer": "x", "total_price": 3, "lines": RECORDS},
    "nested person": {"person": {"first": "x"}, "phones": RECORDS},
    "a record with a history": {"id": 7, "history": {"data": RECORDS}},
    "texts": {"tags": ["a", "b"], "lines": RECORDS},
    "mixed": {"lines": [1, {"k": 2}]},
    "settings": {"server": {"port": 1, "hosts": ["a"]}, "debug": True},
    "no records": {"meta": {"n": 0}, "data": []},
}


@pytest.mark.parametrize("case", SINGLE)
def test_an_object_that_is_no_envelope_is_one_row(tmp_path: Path, case: str) -> None:
    assert payloads_of(SINGLE[case]) == (Payload(()),)
    (tmp_path / "t.json").write_text(json.dumps(SINGLE[case]))
    ((name, (_, rows, notes)),) = read_all(tmp_path / "t.json").items()
    assert (name, len(rows), notes) == ("t.json", 1, [])


def test_several_arrays_are_a_table_each(tmp_path: Path) -> None:
    document = {"users": RECORDS, "orders": [{"user": "a1"}, {"user": "a2", "total": 1.5}], "version": 3}
    (tmp_path / "db.json").write_text(json.dumps(document))
    note = ["one of 2 arrays of the file"]
    assert read_all(tmp_path / "db.json") == {
        "db.json#users": (["k", "n"], ROWS, note),
        "db.json#orders": (["user", "total"], [("a1", None), ("a2", 1.5)], note),
    }


def test_records_on_lines_of_their_own_are_still_those_of_an_envelope(tmp_path: Path) -> None:
    lines = ",\n".join(json.dumps(one) for one in RECORDS)
    (tmp_path / "t.json").write_text(f'{{"meta": {{}}, "data": [\n{lines}\n]}}\n')
    assert read_all(tmp_path / "t.json")["t.json"][:2] == (["k", "n"], ROWS)
    many = ",\n".join(json.dumps(one) for one in RECORDS * 100)
    (tmp_path / "m.json").write_text(f'{{"meta": {{}}, "data": [\n{many}\n]}}\n')
    assert len(read_all(tmp_path / "m.json")["m.json"][1]) == 300


def test_lines_that_are_envelopes_are_lines(tmp_path: Path) -> None:
    (tmp_path / "t.jsonl").write_text("".join(json.dumps({"page": page, "data": [1]}) + "\n" for page in (1, 2)))
    assert read_all(tmp_path / "t.jsonl")["t.jsonl"][1] == [(1, [1]), (2, [1])]


FEATURES = [
    {"type": "Feature", "id": "f1", "geometry": {"type": "Point", "coordinates": [1, 2]}, "properties": {"name": "x"}},
    {"type": "Feature", "geometry": None, "properties": {"name": "y", "id": 9}},
    {"type": "Feature", "geometry": None, "properties": None},
]


@pytest.mark.parametrize("name", ["t.geojson", "t.json", "t.geojsonl"])
def test_features_give_their_properties(tmp_path: Path, name: str) -> None:
    collection = {"type": "FeatureCollection", "name": "layer", "features": FEATURES}
    lines = "".join(json.dumps(one) + "\n" for one in FEATURES)
    (tmp_path / name).write_text(lines if name == "t.geojsonl" else json.dumps(collection))
    names, rows, notes = read_all(tmp_path / name)[name]
    assert names == ["name", "id", "geometry.type", "geometry.coordinates", "geometry"]
    assert rows == [("x", "f1", "Point", [1, 2], None), ("y", "9", None, None, None), (None,) * 5]
    assert notes == ([] if name == "t.geojsonl" else ["the rows are the features of a GeoJSON file"])


TABLES: dict[str, tuple[Any, list[str], list[Row]]] = {
    "pandas split": (
        {"columns": ["k", "n"], "index": [0, 1], "data": [["x", 1], ["y", 2]]},
        ["k", "n"],
        [("x", 1), ("y", 2)],
    ),
    "an index of its own": (
        {"columns": ["k"], "index": ["r", "s"], "data": [["x"], ["y"]]},
        ["index", "k"],
        [("r", "x"), ("s", "y")],
    ),
    "columns of a view": (
        {"meta": {"view": {"name": "v", "columns": [{"name": "K"}, {"name": "N"}]}}, "data": [["x", 1], ["y", None]]},
        ["K", "N"],
        [("x", 1), ("y", None)],
    ),
    "columns with types": (
        {"columns": [{"name": "k", "type": "varchar"}, {"name": "n", "type": "int"}], "rows": [["x", 1], ["y", 2]]},
        ["k", "n"],
        [("x", 1), ("y", 2)],
    ),
    "a header row": (
        [["NAME", "state"], ["Alabama", "01"], ["Alaska", "02"]],
        ["NAME", "state"],
        [("Alabama", "01"), ("Alaska", "02")],
    ),
    "rows of numbers": ([[1, 2.5], [3, 4]], ["column_1", "column_2"], [(1, 2.5), (3, 4.0)]),
    "rows of texts": ([["x", "y"], ["y", "x"]], ["column_1", "column_2"], [("x", "y"), ("y", "x")]),
    "ragged rows": ([[1], [2, "b"], []], ["column_1", "column_2"], [(1, None), (2, "b"), (None, None)]),
}


@pytest.mark.parametrize("case", TABLES)
def test_rows_that_are_arrays_get_their_names(tmp_path: Path, case: str) -> None:
    document, names, rows = TABLES[case]
    (tmp_path / "t.json").write_text(json.dumps(document))
    assert read_all(tmp_path / "t.json")["t.json"][:2] == (names, rows)


def test_rows_without_names_in_an_object_stay_one_row(tmp_path: Path) -> None:
    (tmp_path / "t.json").write_text(json.dumps({"name": "grid", "cells": [[1, 2], [3, 4]]}))
    assert read_all(tmp_path / "t.json")["t.json"][:2] == (["name", "cells"], [("grid", [[1, 2], [3, 4]])])
