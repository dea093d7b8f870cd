"""No digit and no character is lost silently."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lakeindex.types.lake import ReadOptions
from lakeindex_connectors.json_files.connector import JsonConnector
from lakeindex_connectors.json_files.exact_numbers import Digits, JsonParser
from tests.connectors.connector_contract import lake_file


def read_column(path: Path) -> tuple[pa.DataType, list[object], list[str]]:
    (table,) = JsonConnector().tables(lake_file(path), ReadOptions())
    rows = JsonConnector().read(lake_file(path), table, ReadOptions())
    values = [value for batch in rows.batches for value in batch.column(0).to_pylist()]
    return table.schema.types[0], values, rows.notes


KEPT = "numbers have more digits than a number type holds, and are kept as they are written"
NUMBERS: dict[str, tuple[list[str], pa.DataType, list[object], list[str]]] = {
    "past 2^53": (["9007199254740993", "9007199254740995"], pa.int64(), [9007199254740993, 9007199254740995], []),
    "the largest": (["9223372036854775807", "-9223372036854775808"], pa.int64(), [2**63 - 1, -(2**63)], []),
    "beyond": (["9223372036854775808", "1"], pa.string(), ["9223372036854775808", "1"], []),
    "thousands of digits": (["9" * 5000], pa.string(), ["9" * 5000], [f"1 {KEPT}"]),
    "a long fraction": (
        ["0.12345678901234567891", "1.5"],
        pa.string(),
        ["0.12345678901234567891", "1.5"],
        [f"1 {KEPT}"],
    ),
    "17 digits of a double": (
        ["0.10000000000000001", "0.30000000000000004"],
        pa.float64(),
        [0.1, 0.1 + 0.2],
        [],
    ),
    "17 digits of no double": (["12345678901234567.0"], pa.string(), ["12345678901234567.0"], [f"1 {KEPT}"]),
    "beyond a double": (["1e400", "-1e400"], pa.string(), ["1e400", "-1e400"], [f"2 {KEPT}"]),
    "below a double": (["1e-400"], pa.string(), ["1e-400"], [f"1 {KEPT}"]),
    "an endless exponent": (["1e99999999999999999999"], pa.string(), ["1e99999999999999999999"], [f"1 {KEPT}"]),
    "within a double": (["1e308", "2.50"], pa.float64(), [1e308, 2.5], []),
    "infinities": (
        ["Infinity", "-Infinity", "1"],
        pa.float64(),
        [math.inf, -math.inf, 1.0],
        ["2 values are NaN or an infinity, which JSON doesn't have"],
    ),
}


@pytest.mark.parametrize("form", ["lines", "array"])
@pytest.mark.parametrize("case", NUMBERS)
def test_digits_are_kept(tmp_path: Path, case: str, form: str) -> None:
    numbers, kind, expected, notes = NUMBERS[case]
    objects = [f'{{"n": {number}}}' for number in numbers]
    text = "\n".join(objects) + "\n{}\n" if form == "lines" else f"[{', '.join(objects)}, {{}}]"
    (tmp_path / "t.json").write_text(text)
    assert read_column(tmp_path / "t.json") == (kind, [*expected, None], notes)


def test_nan_is_a_value_and_named(tmp_path: Path) -> None:
    (tmp_path / "t.jsonl").write_text('{"n": NaN}\n{"n": 2}\n')
    kind, values, notes = read_column(tmp_path / "t.jsonl")
    assert (kind, str(values)) == (pa.float64(), "[nan, 2.0]")
    assert notes == ["1 values are NaN or an infinity, which JSON doesn't have"]


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_every_double_stays_a_number_however_a_program_writes_it(number: float) -> None:
    for text in (repr(number), f"{number:.17g}", f"{number:.16e}"):
        parsed = JsonParser().parse(text)
        assert not isinstance(parsed, str)
        assert parsed == number


@given(st.from_regex(r"-?[1-9][0-9]{0,30}\.[0-9]{1,30}(e-?[0-9]{1,3})?", fullmatch=True))
def test_a_fraction_is_kept_or_its_digits_follow_from_the_double(text: str) -> None:
    parsed = JsonParser().parse(text)
    if isinstance(parsed, Digits):
        assert parsed == text
    else:
        assert isinstance(parsed, float)
        assert JsonParser().parse(f"{parsed:.17g}") == parsed


@given(st.integers())
def test_integers_keep_their_digits(number: int) -> None:
    assert str(JsonParser().parse(f" {number} ")) == str(number)


def test_half_a_surrogate_pair_stays_distinct_and_is_named(tmp_path: Path) -> None:
    (tmp_path / "t.jsonl").write_text('{"t": "\\ud800x"}\n{"t": "\\udc00x"}\n{"t": "\\ud83d\\ude00"}\n')
    _, values, notes = read_column(tmp_path / "t.jsonl")
    assert values == [r"\ud800x", r"\udc00x", "😀"]
    assert notes == [r"2 texts with half a surrogate pair have it as \ud800"]


LINES = "".join(json.dumps({"t": f"é{row}"}, ensure_ascii=False) + "\n" for row in range(20_000))


def test_a_byte_that_is_not_utf8_far_down_is_named(tmp_path: Path) -> None:
    (tmp_path / "t.jsonl").write_bytes(LINES.encode() + b'{"t": "\xff"}\n')
    _, values, notes = read_column(tmp_path / "t.jsonl")
    assert (values[:2], values[-1], len(values)) == (["é0", "é1"], "�", 20_001)
    assert notes == ["some bytes are not UTF-8 and read as U+FFFD"]


def test_an_older_encoding_is_that_of_the_whole_file(tmp_path: Path) -> None:
    plain = "".join(json.dumps({"t": f"e{row}"}) + "\n" for row in range(20_000))
    (tmp_path / "t.jsonl").write_bytes(plain.encode() + '{"t": "Köln – 5 €"}\n{"t": "Zürich"}\n'.encode("cp1252"))
    _, values, notes = read_column(tmp_path / "t.jsonl")
    assert values[-2:] == ["Köln – 5 €", "Zürich"]
    assert notes == ["not UTF-8: read as cp1252"]


@pytest.mark.parametrize("codec", ["utf-16", "utf-16-le", "utf-32"])
def test_other_unicode_encodings_are_read(tmp_path: Path, codec: str) -> None:
    (tmp_path / "t.jsonl").write_bytes('{"t": "aé😀"}\n{"t": "b"}\n'.encode(codec))
    assert read_column(tmp_path / "t.jsonl") == (pa.string(), ["aé😀", "b"], [])


def test_invalid_utf16_is_read_with_the_rest_and_named(tmp_path: Path) -> None:
    content = '{"t": "a"}\n{"t": "?"}\n{"t": "c"}\n'.encode("utf-16-le").replace(b"?\0", b"\x00\xd8")
    (tmp_path / "t.jsonl").write_bytes(b"\xff\xfe" + content)
    kind, values, notes = read_column(tmp_path / "t.jsonl")
    assert (kind, values[0], values[2], len(values)) == (pa.string(), "a", "c", 3)
    assert notes == ["some bytes are not UTF-16 and read as U+FFFD"]
