from __future__ import annotations

import pyarrow as pa

from lakeindex.synthesis.column_lineage import find_origins
from lakeindex.synthesis.duplicate_tables import NamedColumn, find_twins
from lakeindex.synthesis.value_shapes import Look


def texts(values: list[str]) -> pa.LargeStringArray:
    return pa.array(values, pa.large_string())


NAMES = [f"name {number}" for number in range(40)]


def test_columns_that_share_most_telling_values_are_of_one_domain() -> None:
    columns = [texts(NAMES[:20]), texts([one.upper() for one in NAMES[8:28]]), texts(NAMES[30:])]
    origins = find_origins(columns, [Look.NAME] * 3)
    assert origins.numbers.tolist() == [0, 0, 2]
    assert not origins.unrelated(0, 1)
    assert origins.unrelated(0, 2)


def test_one_domain_is_so_transitively() -> None:
    columns = [texts(NAMES[:20]), texts(NAMES[10:30]), texts(NAMES[20:])]
    origins = find_origins(columns, [Look.NAME] * 3)
    assert origins.numbers.tolist() == [0, 0, 0]


def test_what_shares_some_values_is_neither_one_domain_nor_unrelated() -> None:
    columns = [texts(NAMES[:24]), texts(NAMES[20:]), texts(["a", "b"])]
    origins = find_origins(columns, [Look.NAME] * 3)
    assert origins.numbers.tolist() == [0, 1, 2]
    assert not origins.unrelated(0, 1)
    assert not origins.unrelated(1, 0)
    assert origins.unrelated(0, 2)


def test_numbers_are_one_only_where_all_are_the_same() -> None:
    measures = [str(number * 3.7) for number in range(30)]
    columns = [texts(measures), texts(measures[::-1]), texts(measures[1:]), texts([str(n) for n in range(30)])]
    looks = [Look.DECIMAL, Look.DECIMAL, Look.DECIMAL, Look.SERIAL]
    assert find_origins(columns, looks).numbers.tolist() == [0, 0, 2, 3]
    serial = texts([str(number) for number in range(30)])
    assert find_origins([serial, serial], [Look.SERIAL] * 2).numbers.tolist() == [0, 1]


def test_linked_columns_are_one_whatever_they_hold() -> None:
    columns = [texts(["DE", "FR"]), texts(["Germany", "France"]), texts(["x"])]
    assert find_origins(columns, [Look.CODE, Look.NAME, Look.CODE], [(0, 1)]).numbers.tolist() == [0, 0, 2]
    assert find_origins([], []).numbers.tolist() == []


def test_short_codes_meet_by_chance() -> None:
    codes = [f"{one}{other}" for one in "ABCDEFG" for other in "ABCDEFG"]
    columns = [texts(codes[:30]), texts(codes[12:42]), texts(codes[:28])]
    origins = find_origins(columns, [Look.CODE] * 3)
    assert origins.numbers.tolist() == [0, 1, 0]
    assert not origins.unrelated(0, 1)
    few = find_origins([texts(codes[:9]), texts(codes[:30])], [Look.CODE] * 2)
    assert few.numbers.tolist() == [0, 1]
    letters = texts(list("ABCDEFGHIJKLMNOP"))
    assert find_origins([letters, letters], [Look.CODE] * 2).numbers.tolist() == [0, 1]
    numbers = texts([f"{n}" for n in range(200, 230)] + ["7A", "8B"])
    assert find_origins([numbers, numbers], [Look.CODE] * 2).numbers.tolist() == [0, 1]
    postal = texts([f"{n:05d}" for n in range(501, 530)])
    assert find_origins([postal, postal], [Look.CODE] * 2).numbers.tolist() == [0, 0]


def named(source: int, place: int, header: str, values: list[str], look: Look = Look.INTEGER) -> NamedColumn:
    return NamedColumn(source, place, header, look, texts(values))


def test_two_states_of_one_table_have_its_columns_in_common() -> None:
    first = [named(0, place, header, ["1", "2", "3"]) for place, header in enumerate(["age", "sex", "time", "dose"])]
    second = [named(1, 4, "Age", ["1", "2"]), named(1, 5, "SEX", ["2", "9"]), named(1, 6, "time", ["7", "8"])]
    other = [named(2, 7, "age", ["1", "2"]), named(2, 8, "sex", ["1"]), named(2, 9, "height", ["1"])]
    assert list(find_twins([*first, *second, *other])) == [(0, 4), (1, 5)]
    second[1] = named(1, 5, "SEX", ["2", "9"], Look.DECIMAL)
    assert list(find_twins([*first, *second, *other])) == []  # no longer most of them
    assert list(find_twins([*first, *other])) == []


def test_series_of_different_things_are_no_twins() -> None:
    headers = ("row", "time", "value")
    looks = (Look.SERIAL, Look.YEAR, Look.DECIMAL)
    first = [named(0, n, header, ["1", "2"], looks[n]) for n, header in enumerate(headers)]
    second = [named(1, 3 + n, header, ["1", "2"] if n < 2 else ["8"], looks[n]) for n, header in enumerate(headers)]
    assert list(find_twins([*first, *second])) == []
    second[2] = named(1, 5, "value", ["1"], Look.DECIMAL)
    assert list(find_twins([*first, *second])) == [(1, 4), (2, 5)]
