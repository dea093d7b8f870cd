"""Columns as tokens: laid out, taken, joined and hashed."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lakeindex import Lake
from lakeindex.encode.column_tokenizer import VALUES, tokenize_records, tokenizer
from lakeindex.errors import IndexDamaged
from lakeindex.search.external_column import profile_file_column
from lakeindex.types.column_tokens import END, ColumnTokens, check_tokens, open_tokens, save_tokens
from lakeindex.types.lake import ColumnId, TableId

UNITS = st.lists(st.lists(st.integers(1, 65_535), max_size=5), min_size=1, max_size=6)
COLUMNS = st.lists(UNITS, min_size=1, max_size=5)


def laid(columns: list[list[list[int]]]) -> ColumnTokens:
    flat = [[token for unit in units for token in (*unit, END)] for units in columns]
    starts = np.cumsum([0, *map(len, flat)]).astype(np.int64)
    return ColumnTokens(np.array([token for one in flat for token in one], np.uint16), starts)


@given(COLUMNS)
def test_units_are_laid_out_each_in_its_row(columns: list[list[list[int]]]) -> None:
    padded = laid(columns).padded(units=4, tokens=3)
    expected = np.zeros((len(columns), 4, 3), np.uint16)
    for column, units in enumerate(columns):
        for unit, tokens in enumerate(units[:4]):
            expected[column, unit, : len(tokens[:3])] = tokens[:3]
    assert np.array_equal(padded, expected)


@given(COLUMNS, COLUMNS)
def test_taking_out_of_joined_readings_gives_them_back(
    ones: list[list[list[int]]], others: list[list[list[int]]]
) -> None:
    joined = laid(ones).joined(laid(others))
    order = np.arange(len(joined))[::-1]
    assert np.array_equal(joined.take(order).tokens, laid([*ones, *others][::-1]).tokens)


@given(COLUMNS)
def test_readings_have_equal_hashes_exactly_where_they_are_equal(columns: list[list[list[int]]]) -> None:
    hashes = laid(columns).hashes()
    for one, first in enumerate(columns):
        for other, second in enumerate(columns):
            assert (hashes[one] == hashes[other]) == (first == second)
    assert hashes[-1] == laid(columns[-1:]).hashes()[0], "a hash depends on what stands before"


def test_a_record_is_read_as_its_name_its_title_and_its_most_frequent_values() -> None:
    texts = [
        {"value_hash": place, "text_hash": place, "text": f"value{place}", "rows": 1 + (place == 7)}
        for place in range(30)
    ]
    texts[7]["text"] = "one two three four five six seven eight nine"
    records = pa.table({"table_id": ["geo/world_cities.csv"], "name": ["countryCode"], "texts": pa.array([texts])})
    token_ids = tokenize_records(records)[0].as_py()
    units = ColumnTokens(np.array(token_ids, np.uint16), np.array([0, len(token_ids)])).padded(40, 8)[0]
    spoken = [
        tokenizer().decode([int(token) for token in unit if token != END], skip_special_tokens=False) for unit in units
    ]
    assert spoken[:4] == ["country code", "world cities", "one two three four five six seven eight", "value0"]
    assert len([one for one in spoken if one]) == 2 + VALUES
    assert (
        tokenize_records(records, values=False)[0].as_py()
        == token_ids[: token_ids.index(END, token_ids.index(END) + 1) + 1]
    )


def test_readings_that_do_not_fit_are_named(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("readings") / "readings"
    save_tokens(laid([[[1], [2]], [[3], []]]), folder)
    read = open_tokens(folder)
    check_tokens(read, 2)
    broken = (
        ColumnTokens(read.tokens, np.array([0, 2, 3])),
        ColumnTokens(read.tokens[:-1], read.starts),
        ColumnTokens(read.tokens.astype(np.int64), read.starts),  # type: ignore[arg-type]
        ColumnTokens(read.tokens, read.starts[:-1]),
    )
    for one in broken:
        with pytest.raises(IndexDamaged):
            check_tokens(one, 2)


def test_a_column_from_outside_is_read_as_the_lake_s_own(lake: Lake) -> None:
    name = lake.opened.table_ids[0]
    columns = lake.opened.searcher.directory.keys_of_table(TableId(name))
    own = lake.opened.searcher.column(lake.opened.searcher.directory.id_of(int(columns[0])))
    limits = lake.opened.profile_limits
    from_file = profile_file_column(lake.root / name, own.id.name, lake.settings, limits).query(lake.opened.model)
    assert np.array_equal(own.tokens.tokens, from_file.tokens.tokens)
    assert own.id == ColumnId(TableId(name), own.id.name)
