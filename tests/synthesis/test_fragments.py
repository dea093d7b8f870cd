"""Fragments have exactly the requested overlap."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from lakeindex.synthesis.fragments import (
    OVERLAPS,
    depends_on,
    find_lookups,
    make_parent,
    split_rows,
    split_values,
)
from lakeindex.synthesis.source_tables import Source, SourceColumn, SourceData, to_source_column
from lakeindex.synthesis.value_shapes import ValueShape, value_shape_of
from tests.synthesis.made_sources import COUNTRIES, countries, people, trade


def column(values: list[object]) -> SourceColumn:
    return to_source_column("column", pa.chunked_array([pa.array(values)]))


def named(source: SourceData, name: str) -> SourceColumn:
    return next(one for one in Source.of(source).columns if one.name == name)


@pytest.mark.parametrize("overlap", OVERLAPS)
@pytest.mark.parametrize("count", [1, 2, 3, 7, 10, 57, 1000])
def test_both_sides_share_the_requested_part(count: int, overlap: float) -> None:
    for seed in range(5):
        split = split_values(count, overlap, np.random.default_rng(seed))
        left, right = set(split.left.tolist()), set(split.right.tolist())
        size = len(left)
        assert size == len(split.left) == len(split.right) == len(right)
        assert left | right <= set(range(count))
        assert len(left & right) == round(overlap * size) == len(split.shared)
        # No more than two values are left over.
        assert count - len(left | right) <= 2


@pytest.mark.parametrize("overlap", OVERLAPS)
def test_rows_are_split_so_that_the_columns_have_that_overlap(overlap: float) -> None:
    rng = np.random.default_rng(1)
    values = [f"v{number}" for number in rng.integers(100, size=400)] + [None] * 40
    made = column(values)
    left, right = split_rows(made, overlap, np.random.default_rng(2))
    texts = np.array(values, object)
    left_values, right_values = set(texts[left]) - {None}, set(texts[right]) - {None}
    size = len(left_values)
    assert len(right_values) == size
    assert len(left_values & right_values) == round(overlap * size)
    # A row stands in both fragments only where its value has no other.
    twice = set(left.tolist()) & set(right.tolist())
    assert all(values[row] is not None and values.count(values[row]) == 1 for row in twice)
    assert set(range(400, 440)) <= set(left.tolist()) | set(right.tolist())


def test_a_split_key_has_each_shared_row_on_both_sides() -> None:
    made = column([f"k{number}" for number in range(100)])
    left, right = split_rows(made, 0.6, np.random.default_rng(0))
    assert len(left) == len(right) == len(set(left.tolist())) == 71
    assert len(set(left.tolist()) & set(right.tolist())) == 43 == round(0.6 * 71)


def test_children_refer_to_parents_by_numbers_from_1_on() -> None:
    city = named(people(), "city")
    parent = make_parent(city, np.random.default_rng(3))
    assert parent.keys.tolist() == list(range(1, 9))
    names = city.distinct.to_pylist()
    by_key = {key: names[value] for key, value in zip(parent.keys.tolist(), parent.values.tolist(), strict=True)}
    assert sorted(by_key.values()) == sorted(names)
    texts = city.texts().to_pylist()
    assert [by_key[key] for key in parent.references.tolist()] == texts
    assert [texts[row] for row in parent.rows.tolist()] == [by_key[key] for key in parent.keys.tolist()]


def test_a_row_without_a_value_refers_to_no_parent() -> None:
    parent = make_parent(column(["a", None, "b", "a"]), np.random.default_rng(0))
    assert (parent.references < 0).tolist() == [False, True, False, False]
    assert set(parent.references.tolist()) == {-1, 1, 2}


def test_dependencies_are_verified_in_the_data() -> None:
    city, nation = named(people(), "city"), named(people(), "nation")
    assert depends_on(nation, city)
    assert not depends_on(named(people(), "height"), city)
    assert depends_on(column(["x", "x", "y"]), column(["a", "a", "b"]))
    assert not depends_on(column(["x", None, "y"]), column(["a", "a", "b"]))
    assert named(people(), "person").is_key
    assert not city.is_key
    assert not column(["a", None]).is_key


def test_lookups_are_codes_and_names_of_the_same_things() -> None:
    found = find_lookups(Source.of(countries()))
    assert [(code.name, name.name) for code, name in found] == [("iso", "country name")]
    again = pa.table({"iso": [c for c, _ in COUNTRIES], "country": ["Spain", *(n for _, n in COUNTRIES[1:])]})
    assert find_lookups(Source.of(SourceData("two names alike", again))) == []
    assert find_lookups(Source.of(trade())) == []
    colours = pa.table({"colour": ["r", "g", "b", "y", "k"], "hex": [f"#{n}9BBDC0 x" for n in range(5)]})
    assert find_lookups(Source.of(SourceData("colours", colours))) == []


@pytest.mark.parametrize(
    ("values", "shape"),
    [
        ([None, "", "n/a"], ValueShape.EMPTY),
        (["yes", "no"] * 5, ValueShape.BOOLEAN),
        ([0, 1, 0, 1], ValueShape.BOOLEAN),
        ([True, False], ValueShape.BOOLEAN),
        (["low", "high", "medium"] * 5, ValueShape.ENUMERATION),
        ([3, 5, 9] * 5, ValueShape.ENUMERATION),
        (list(range(1, 40)), ValueShape.SERIAL),
        (list(range(0, 6)), ValueShape.SERIAL),
        ([1990, 2001, 2020], ValueShape.YEAR),
        ([12, 55_000, 7, 81], ValueShape.INTEGER),
        ([12.0, 55_000.0, 7.0, 81.0], ValueShape.INTEGER),
        (["40.0", "10.0", "20.0", "30.0", "50.0"], ValueShape.SERIAL),
        ([1, 4, 7, 10, 13], ValueShape.SERIAL),
        ([1, 4, 7, 10, 14], ValueShape.INTEGER),
        ([1.5, 2.25, 1e-7], ValueShape.DECIMAL),
        (["2020-01-01", "2021-05-31"], ValueShape.DATE),
        (["030-555-1234", "(212) 555-0000"], ValueShape.PHONE),
        (["00501", "00544", "10001"], ValueShape.CODE),
        (["DE", "FR", "PT"], ValueShape.CODE),
        (["AB-12", "CD-99"], ValueShape.CODE),
        (["Ada Lovelace", "Grace Hopper"], ValueShape.NAME),
        (["many words that go on and on and on"] * 2, ValueShape.TEXT),
    ],
)
def test_a_column_has_the_shape_of_its_values(values: list[object], shape: ValueShape) -> None:
    assert column(values).shape is shape


def test_a_column_without_values_has_the_empty_shape() -> None:
    assert value_shape_of(pa.array([], pa.large_string()), 0) is ValueShape.EMPTY


def test_a_source_column_keeps_its_values_when_rows_are_taken() -> None:
    city = named(people(), "city")
    rows = np.array([5, 3, 5, 40])
    taken = city.take(rows)
    assert taken.texts().to_pylist() == [city.texts().to_pylist()[row] for row in rows]
    assert sorted(taken.distinct.to_pylist()) == sorted({city.texts().to_pylist()[row] for row in rows})
    assert taken.shape is city.shape
