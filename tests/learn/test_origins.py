from __future__ import annotations

import pyarrow as pa

from lakeindex.learn.looks import Look
from lakeindex.learn.origins import find_origins


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
