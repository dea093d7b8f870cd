from __future__ import annotations

import subprocess
import sys
from dataclasses import replace

import pyarrow as pa
import pytest

from lakeindex.config.profile_limits import ProfileLimits
from lakeindex.config.text_options import TextOptions, ValueOrder
from lakeindex.encode.column_text import MANY_COLUMNS, DescribedColumn, Lengths, describe
from lakeindex.encode.record_texts import describe_records
from lakeindex.profile.profile_table import ProfiledColumn, to_records
from lakeindex.profile.scan import profile_columns
from lakeindex.types.columns import Kind
from lakeindex.types.lake import TableId
from lakeindex.types.names import title_of, words_of

NAN = float("nan")
CITIES = ["Zürich", "Bern", "Genf"]
COLUMN = DescribedColumn("swiss cities", "cityName", Kind.TEXT, 10, 3, Lengths.of(CITIES), NAN, NAN, CITIES)
NUMBERS = replace(
    COLUMN,
    kind=Kind.INTEGER,
    name="Population",
    distinct=900,
    minimum=-5.0,
    maximum=1234567.0,
    values=["1", "2", "3", "4", "5"],
)


@pytest.mark.parametrize(
    ("column", "options", "text"),
    [
        (COLUMN, TextOptions(), "swiss cities. city name contains 3 values (6, 4, 4.7): Zürich, Bern, Genf"),
        (COLUMN, TextOptions(title=False), "city name contains 3 values (6, 4, 4.7): Zürich, Bern, Genf"),
        (COLUMN, TextOptions(statistics=False), "swiss cities. city name: Zürich, Bern, Genf"),
        (COLUMN, TextOptions(name=False), "swiss cities. column contains 3 values (6, 4, 4.7): Zürich, Bern, Genf"),
        (COLUMN, TextOptions(title=False, name=False, statistics=False), "Zürich, Bern, Genf"),
        (COLUMN, TextOptions(statistics=False, values=2), "swiss cities. city name: Zürich, Bern"),
        (replace(COLUMN, title=""), TextOptions(statistics=False), "city name: Zürich, Bern, Genf"),
        (NUMBERS, TextOptions(statistics=False, number_values=0), "swiss cities. population"),
        (NUMBERS, TextOptions(title=False, name=False, statistics=False, number_values=0), "1"),
        (NUMBERS, TextOptions(), "swiss cities. population contains 900 values (-5 to 1234567): 1, 2, 3, 4"),
        (
            replace(NUMBERS, kind=Kind.DECIMAL, minimum=0.5, maximum=1e9),
            TextOptions(number_values=1),
            "swiss cities. population contains 900 values (0.5 to 1e+09): 1",
        ),
        (
            replace(NUMBERS, kind=Kind.DATE, minimum=-1.0, maximum=18262.5, values=["1969-12-31"]),
            TextOptions(),
            "swiss cities. population contains 900 values (1969-12-31 to 2020-01-01): 1969-12-31",
        ),
    ],
)
def test_a_column_is_described_as_deepjoin_does(column: DescribedColumn, options: TextOptions, text: str) -> None:
    assert describe(column, options) == text


@pytest.mark.parametrize(
    ("title", "name", "options", "text"),
    [
        ("swiss cities", "cityName", TextOptions(), "swiss cities. city name"),
        ("", "cityName", TextOptions(), "city name"),
        ("swiss cities", "", TextOptions(), "swiss cities"),
        ("swiss cities", "cityName", TextOptions(title=False, name=False), "city name"),
        ("", "", TextOptions(), "empty column"),
    ],
)
def test_a_column_without_values_is_described_by_its_names(
    title: str, name: str, options: TextOptions, text: str
) -> None:
    empty = DescribedColumn(title, name, Kind.EMPTY, 0, 0, None, NAN, NAN, [])
    assert describe(empty, options) == text


def test_long_values_are_clipped_so_that_each_is_shown() -> None:
    column = replace(COLUMN, values=["word " * 100, "x" * 100, "short"])
    text = describe(column, TextOptions(title=False, name=False, statistics=False, value_characters=12))
    assert text == "word word, xxxxxxxxxxxx, short"


def test_values_stop_before_the_words_run_out_but_one_is_always_shown() -> None:
    column = replace(COLUMN, values=["a b c", "d e", "f"])
    bare = TextOptions(title=False, name=False, statistics=False)
    assert describe(column, replace(bare, max_words=5)) == "a b c, d e"
    assert describe(column, replace(bare, max_words=1)) == "a b c"
    assert describe(column, replace(bare, values=0)) == "a b c"


def test_ordered_by_hash_columns_that_share_values_show_the_same_ones() -> None:
    options = TextOptions(title=False, name=False, statistics=False, values=20, order=ValueOrder.HASH)
    all_values = [f"value {number}" for number in range(100)]
    first = describe(replace(COLUMN, values=all_values), options).split(", ")
    second = describe(replace(COLUMN, values=all_values[::-1][:80]), options).split(", ")
    assert [value for value in first if value in all_values[20:]] == [value for value in second if value in first]
    assert len(set(first) & set(second)) >= 14


@pytest.mark.parametrize(
    ("table_id", "title"),
    [
        ("geo/europe/swiss_cities.csv", "swiss cities"),
        ("sales-2020.csv.gz", "sales 2020"),
        ("sales_20200131.parquet", "sales 20200131"),
        ("orders_3f9a8c1d.csv", "orders"),
        ("OpenOrders-3F9A8C1D.CSV", "open orders"),
        ("550e8400-e29b-41d4-a716-446655440000.parquet", ""),
        ("d41d8cd98f00b204e9800998ecf8427e.csv", ""),
        ("1234567890123.csv", ""),
        ("facade.csv", "facade"),
        ("book.xlsx#Sales Q1!A3:F40", "book sales q1"),
        ("shop.sqlite#main.order_lines", "shop main order lines"),
        ("public.customers", "public customers"),
        ("v1.2 data.json", "v1 2 data"),
        ("日本/都市.csv", "都市"),
        ("", ""),
    ],
)
def test_a_title_is_the_file_name_in_words_without_hashes(table_id: str, title: str) -> None:
    assert title_of(table_id) == title


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("countryCode", "country code"),
        ("COUNTRY_CODE", "country code"),
        ("IATACode", "iata code"),
        ("iso3166Alpha2", "iso3166 alpha2"),
        ("id (2)", "id"),
        ("population (2019)", "population 2019"),
        ("Preis [€]", "preis €"),
        ("  ", ""),
    ],
)
def test_a_name_is_split_into_words(name: str, words: str) -> None:
    assert words_of(name) == words


def test_describing_loads_no_torch() -> None:
    code = "import sys, lakeindex.encode.column_text, lakeindex.encode.encoders; print('torch' in sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout == "False\n"


def test_of_thousands_of_columns_less_is_said() -> None:
    many = replace(COLUMN, is_of_many=True, name="gene 17", kind=Kind.DECIMAL, values=["1.5", "2.5"])
    assert describe(many, TextOptions(title=False)) == "gene"
    assert describe(replace(many, name="BRCA1 level"), TextOptions(title=False)) == "brca1 level"
    assert describe(replace(many, name="1999"), TextOptions(title=False, statistics=False)) == "1999: 1.5, 2.5"
    texts = replace(many, kind=Kind.TEXT, values=list("abcdefgh"))
    assert describe(texts, TextOptions(title=False, statistics=False)) == "gene 17: a, b, c, d"


def test_the_width_of_a_table_decides_and_can_be_given_for_one_of_its_columns() -> None:
    options = TextOptions(title=False, statistics=False)
    profiles = profile_columns([pa.array(["4", "7"])] * (MANY_COLUMNS + 1), ProfileLimits())
    columns = [ProfiledColumn(TableId("wide.csv"), place, f"gene {place}", one) for place, one in enumerate(profiles)]
    wide = to_records(columns, ProfileLimits())
    assert set(describe_records(wide, options)) == {"gene"}
    narrow = describe_records(wide.slice(0, MANY_COLUMNS), options)
    assert narrow[17] in ("gene 17: 4, 7", "gene 17: 7, 4")
    assert describe_records(wide.slice(17, 1), options, len(wide)) == ["gene"]
    assert describe_records(wide.slice(17, 1), options) == [narrow[17]]
