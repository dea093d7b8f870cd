from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from random import Random

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lakeindex.errors import UnreadableTable
from lakeindex.types.lake import ReadOptions
from lakeindex_connectors.json_files import objects as json_objects
from lakeindex_connectors.json_files.cell_texts import CellTexts
from lakeindex_connectors.json_files.connector import JsonConnector
from lakeindex_connectors.json_files.kinds import NOTHING, CellKind, common_kind, kind_of
from tests.connectors.connector_contract import ConnectorContract, Row, lake_file, read_rows

Write = Callable[[str, str], Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def write(name: str, content: str) -> Path:
        path = tmp_path / name
        path.write_bytes(gzip.compress(content.encode()) if name.endswith(".gz") else content.encode())
        return path

    return write


class TestContract(ConnectorContract):
    @pytest.fixture
    def connector(self) -> JsonConnector:
        return JsonConnector()

    @pytest.fixture(params=["lines", "array", "packed"])
    def readable(self, request: pytest.FixtureRequest, write: Write) -> Path:
        lines = ['{"a": 1, "b": {"c": "é"}}', '{"a": 2.5}', '{"b": {"d": [1]}, "b.c": null}', "{}"]
        if request.param == "array":
            return write("some.json", f"[{', '.join(lines)}]")
        return write("some.jsonl.gz" if request.param == "packed" else "some.jsonl", "\n".join(lines))

    @pytest.fixture
    def unreadable(self, write: Write) -> Sequence[Path]:
        contents = [
            "",
            "null",
            "[]",
            "[1, 2]",
            "{",
            '"text"',
            "[" * 100_000,
            '{"a":' * 100_000,
            "{}\n{}\n",
            "PK\x03\x04",
        ]
        contents += ["".join(f'{{"k{i}": 1}}\n' for i in range(10_001))]
        return [write(f"{i}.json", content) for i, content in enumerate(contents)]


FORMS: dict[str, tuple[str, str]] = {
    "lines": ("t.jsonl", '{"a": 1}\n\n{"a": 2}\n'),
    "old Mac lines": ("t.ndjson", '{"a": 1}\r{"a": 2}\r'),
    "packed lines": ("t.ndjson.gz", '{"a": 1}\n{"a": 2}'),
    "lines called json": ("t.json", '{"a": 1}\n{"a": 2}\n'),
    "array": ("t.json", '[{"a": 1},{"a": 2}]'),
    "array on lines": ("t.json", '[\n{"a": 1},\n{"a": 2}\n]\n'),
    "pretty array": ("t.json.gz", json.dumps([{"a": 1}, {"a": 2}], indent=2)),
    "byte order mark": ("t.json", '\ufeff[{"a": 1}, {"a": 2}]'),
}


@pytest.mark.parametrize("case", FORMS)
def test_lines_and_arrays_are_read(write: Write, case: str) -> None:
    assert read_rows(JsonConnector(), write(*FORMS[case])) == (["a"], [(1,), (2,)])


def test_a_single_object_is_one_row(write: Write) -> None:
    path = write("t.json", '{\n  "a": {\n    "b": 1\n  },\n  "c": [1, {"d": 2}]\n}\n')
    assert read_rows(JsonConnector(), path) == (["a.b", "c"], [(1, '[1, {"d": 2}]')])


COLUMNS: dict[str, tuple[list[object], pa.DataType, list[object]]] = {
    "integers": ([1, None, -2], pa.int64(), [1, None, -2]),
    "fractions": ([1, 2.5], pa.float64(), [1.0, 2.5]),
    "booleans": ([True, False, None], pa.bool_(), [True, False, None]),
    "texts": (["a", "", "é"], pa.string(), ["a", "", "é"]),
    "numbers and texts": ([1, "a", 2.5, True], pa.string(), ["1", "a", "2.5", "true"]),
    "booleans and numbers": ([True, 1], pa.string(), ["true", "1"]),
    "nothing": ([None, None], pa.string(), [None, None]),
    "lists of integers": ([[1, None], None, []], pa.list_(pa.int64()), [[1, None], None, []]),
    "lists of numbers": ([[1], [2.5]], pa.list_(pa.float64()), [[1.0], [2.5]]),
    "lists of texts": ([["a", "é"], []], pa.list_(pa.string()), [["a", "é"], []]),
    "lists of numbers and texts": ([[1, "x"], [True]], pa.list_(pa.string()), [["1", "x"], ["true"]]),
    "lists of nothing": ([[], [None]], pa.list_(pa.string()), [[], [None]]),
    "lists of lists": ([[[1], []], [], [None]], pa.list_(pa.list_(pa.int64())), [[[1], []], [], [None]]),
    "lists beside values": ([[1, "x"], "a", 2], pa.string(), ['[1, "x"]', "a", "2"]),
    "lists of lists and values": ([[[1], 2]], pa.string(), ["[[1], 2]"]),
    "lists of objects": ([[{"a": 1}], []], pa.string(), ['[{"a": 1}]', "[]"]),
    "lists far down": ([[[[[[1]]]]]], pa.string(), ["[[[[[1]]]]]"]),
    "long integers in lists": ([[(1 << 60) + 1, 1.5]], pa.list_(pa.string()), [[str((1 << 60) + 1), "1.5"]]),
    "beyond int64": ([1 << 70, 1], pa.string(), [str(1 << 70), "1"]),
    "int64": ([1 << 60, 1], pa.int64(), [1 << 60, 1]),
    "beyond a double": ([(1 << 60) + 1, 1.5], pa.string(), [str((1 << 60) + 1), "1.5"]),
    "half surrogate": (["\ud800x"], pa.string(), [r"\ud800x"]),
}


@pytest.mark.parametrize("case", COLUMNS)
def test_a_key_keeps_its_type_where_its_values_have_one(write: Write, case: str) -> None:
    values, kind, expected = COLUMNS[case]
    path = write("t.jsonl", "\n".join(json.dumps({"k": value}) for value in values))
    (table,) = JsonConnector().tables(lake_file(path), ReadOptions())
    assert table.schema.field("k").type == kind
    assert read_rows(JsonConnector(), path)[1] == [(value,) for value in expected]


def test_keys_come_in_order_of_first_appearance_and_stay_unique(write: Write) -> None:
    path = write("t.jsonl", '{"b": 1, "a": {"x": 1}}\n{"a.x": 2, "a": 3, "": 4}\n')
    expected: list[Row] = [(1, 1, None, None, None), (None, None, 2, 3, 4)]
    assert read_rows(JsonConnector(), path) == (["b", "a.x", "a.x (2)", "a", "column_5"], expected)


def test_lines_that_are_no_object_are_rejected_and_counted(write: Write) -> None:
    path = write("t.jsonl", 'bad\n{"a": 1}\n[1]\n{"a": 2\n{"a": 3}\n')
    (table,) = JsonConnector().tables(lake_file(path), ReadOptions())
    rows = JsonConnector().read(lake_file(path), table, ReadOptions())
    assert [value for batch in rows.batches for value in batch.column("a").to_pylist()] == [1, 3]
    assert rows.rejected == 3
    assert rows.notes == ["3 lines or elements are no JSON object and were left out"]
    assert rows.scan is None


def test_objects_far_down_stay_text(write: Write) -> None:
    path = write("t.jsonl", '{"a":' * 100 + "1" + "}" * 100)
    names, values = read_rows(JsonConnector(), path)
    assert names == [".".join("a" * 33)]
    assert str(values[0][0]).startswith('{"a": {"a"')


def test_a_big_array_is_refused_with_the_way_out(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_objects, "MAX_DOCUMENT_BYTES", 1 << 20)
    path = write("t.json", json.dumps([{"a": "x" * 1000}] * 1200, indent=1))
    with pytest.raises(UnreadableTable, match="more than 1 MB: convert it to JSON Lines"):
        JsonConnector().tables(lake_file(path), ReadOptions())


@pytest.mark.parametrize("changed", ['{"b": 1}\n{"b": 2}\n', '{"data": [{"a": 1}]}\n', '{"a": "\xe9"}\n{}'])
def test_a_file_that_changed_meanwhile_is_unreadable(write: Write, changed: str) -> None:
    path = write("t.jsonl", '{"a": 1}\n{}')
    (table,) = JsonConnector().tables(lake_file(path), ReadOptions())
    path.write_bytes(changed.encode("latin-1"))
    with pytest.raises(UnreadableTable, match="changed while it was read"):
        list(JsonConnector().read(lake_file(path), table, ReadOptions()).batches)


SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=3)
CELLS = st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=3) | st.just([{"a": 1}]), max_leaves=5)


def kind_of_all(cells: Sequence[object]) -> CellKind:
    kind = NOTHING
    for cell in cells:
        kind = common_kind(kind, kind_of(cell))
    return kind


@given(st.lists(CELLS, min_size=1, max_size=6), st.randoms())
def test_the_kind_of_a_column_does_not_depend_on_the_order_and_holds_every_cell(
    cells: list[object], random: Random
) -> None:
    kind = kind_of_all(cells)
    shuffled = random.sample(cells, len(cells))
    assert kind_of_all(shuffled).arrow_type == kind.arrow_type
    array = CellTexts().to_array(cells, kind.arrow_type)
    assert [cell is None for cell in array.to_pylist()] == [cell is None for cell in cells]
