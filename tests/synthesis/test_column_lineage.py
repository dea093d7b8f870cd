from __future__ import annotations

import pyarrow as pa

from lakeindex.synthesis.column_lineage import find_lineage
from lakeindex.synthesis.duplicate_tables import NamedColumn, find_duplicate_tables
from lakeindex.synthesis.value_shapes import ValueShape


def texts(values: list[str]) -> pa.LargeStringArray:
    return pa.array(values, pa.large_string())


NAMES = [f"name {number}" for number in range(40)]


def test_columns_that_share_most_distinctive_values_have_one_lineage() -> None:
    columns = [texts(NAMES[:20]), texts([one.upper() for one in NAMES[8:28]]), texts(NAMES[30:])]
    lineage = find_lineage(columns, [ValueShape.NAME] * 3)
    assert lineage.ids.tolist() == [0, 0, 2]
    assert not lineage.unrelated(0, 1)
    assert lineage.unrelated(0, 2)


def test_lineage_is_transitive() -> None:
    columns = [texts(NAMES[:20]), texts(NAMES[10:30]), texts(NAMES[20:])]
    lineage = find_lineage(columns, [ValueShape.NAME] * 3)
    assert lineage.ids.tolist() == [0, 0, 0]


def test_columns_that_share_some_values_are_neither_of_one_lineage_nor_unrelated() -> None:
    columns = [texts(NAMES[:24]), texts(NAMES[20:]), texts(["a", "b"])]
    lineage = find_lineage(columns, [ValueShape.NAME] * 3)
    assert lineage.ids.tolist() == [0, 1, 2]
    assert not lineage.unrelated(0, 1)
    assert not lineage.unrelated(1, 0)
    assert lineage.unrelated(0, 2)


def test_numbers_have_one_lineage_only_where_all_are_the_same() -> None:
    measures = [str(number * 3.7) for number in range(30)]
    columns = [texts(measures), texts(measures[::-1]), texts(measures[1:]), texts([str(n) for n in range(30)])]
    shapes = [ValueShape.DECIMAL, ValueShape.DECIMAL, ValueShape.DECIMAL, ValueShape.SERIAL]
    assert find_lineage(columns, shapes).ids.tolist() == [0, 0, 2, 3]
    serial = texts([str(number) for number in range(30)])
    assert find_lineage([serial, serial], [ValueShape.SERIAL] * 2).ids.tolist() == [0, 1]


def test_linked_columns_have_one_lineage_whatever_they_hold() -> None:
    columns = [texts(["DE", "FR"]), texts(["Germany", "France"]), texts(["x"])]
    shapes = [ValueShape.CODE, ValueShape.NAME, ValueShape.CODE]
    assert find_lineage(columns, shapes, [(0, 1)]).ids.tolist() == [0, 0, 2]
    assert find_lineage([], []).ids.tolist() == []


def test_short_codes_coincide_by_chance() -> None:
    codes = [f"{one}{other}" for one in "ABCDEFG" for other in "ABCDEFG"]
    columns = [texts(codes[:30]), texts(codes[12:42]), texts(codes[:28])]
    lineage = find_lineage(columns, [ValueShape.CODE] * 3)
    assert lineage.ids.tolist() == [0, 1, 0]
    assert not lineage.unrelated(0, 1)
    few = find_lineage([texts(codes[:9]), texts(codes[:30])], [ValueShape.CODE] * 2)
    assert few.ids.tolist() == [0, 1]
    letters = texts(list("ABCDEFGHIJKLMNOP"))
    assert find_lineage([letters, letters], [ValueShape.CODE] * 2).ids.tolist() == [0, 1]
    numbers = texts([f"{n}" for n in range(200, 230)] + ["7A", "8B"])
    assert find_lineage([numbers, numbers], [ValueShape.CODE] * 2).ids.tolist() == [0, 1]
    postal = texts([f"{n:05d}" for n in range(501, 530)])
    assert find_lineage([postal, postal], [ValueShape.CODE] * 2).ids.tolist() == [0, 0]


def named(
    source: int, place: int, header: str, values: list[str], shape: ValueShape = ValueShape.INTEGER
) -> NamedColumn:
    return NamedColumn(source, place, header, shape, texts(values))


def test_two_versions_of_one_table_have_its_columns_in_common() -> None:
    first = [named(0, place, header, ["1", "2", "3"]) for place, header in enumerate(["age", "sex", "time", "dose"])]
    second = [named(1, 4, "Age", ["1", "2"]), named(1, 5, "SEX", ["2", "9"]), named(1, 6, "time", ["7", "8"])]
    other = [named(2, 7, "age", ["1", "2"]), named(2, 8, "sex", ["1"]), named(2, 9, "height", ["1"])]
    assert list(find_duplicate_tables([*first, *second, *other])) == [(0, 4), (1, 5)]
    second[1] = named(1, 5, "SEX", ["2", "9"], ValueShape.DECIMAL)
    assert list(find_duplicate_tables([*first, *second, *other])) == []  # no longer most of them
    assert list(find_duplicate_tables([*first, *other])) == []


def test_time_series_of_different_things_are_not_duplicate_tables() -> None:
    headers = ("row", "time", "value")
    shapes = (ValueShape.SERIAL, ValueShape.YEAR, ValueShape.DECIMAL)
    first = [named(0, n, header, ["1", "2"], shapes[n]) for n, header in enumerate(headers)]
    second = [named(1, 3 + n, header, ["1", "2"] if n < 2 else ["8"], shapes[n]) for n, header in enumerate(headers)]
    assert list(find_duplicate_tables([*first, *second])) == []
    second[2] = named(1, 5, "value", ["1"], ValueShape.DECIMAL)
    assert list(find_duplicate_tables([*first, *second])) == [(1, 4), (2, 5)]
