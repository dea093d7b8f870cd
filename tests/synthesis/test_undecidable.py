"""Pairs of a made lake that no evidence decides are marked as undecidable."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest

from lakeindex.synthesis.made_lake import STYLES, MadeLake, SourceData, make_lake
from lakeindex.synthesis.made_tables import MadeColumn
from lakeindex.synthesis.undecidable import exclusive_values, find_indistinguishable, is_decidable, is_informative
from lakeindex.synthesis.value_shapes import ValueShape


def column(name: str = "", shape: ValueShape = ValueShape.INTEGER, lineage: int = 0, **changed: object) -> MadeColumn:
    nothing = pa.nulls(1, pa.string())
    return replace(MadeColumn(name, nothing, nothing, lineage, shape, name=name), **changed)


@pytest.mark.parametrize("header", ["id", "Date", "x", "V4", "column_3", "Unnamed: 2", "F07", "", "12"])
def test_generic_headers_are_not_informative(header: str) -> None:
    assert not is_informative(header)


@pytest.mark.parametrize("header", ["age", "customer_id", "order date", "iso3", "nn_css"])
def test_other_headers_are_informative(header: str) -> None:
    assert is_informative(header)


def test_exclusive_values_are_those_of_no_other_lineage() -> None:
    values = [np.array([0, 1, 5]), np.array([1, 2, 5]), np.array([2, 3, 4, 5]), np.array([], np.int64)]
    exclusive = exclusive_values(values, [7, 7, 8, 9])
    assert [one.tolist() for one in exclusive] == [[0, 1], [1], [3, 4], []]
    assert exclusive_values([], []) == []


def test_headers_words_and_exclusive_values_are_evidence() -> None:
    generic = replace(column(), has_informative_header=False)
    titled = replace(generic, is_named_by_title=True)
    assert is_decidable(column("wage"), column("salary"), 0)
    assert is_decidable(column("customer id"), titled, 0)
    assert not is_decidable(generic, titled, 0)
    assert not is_decidable(generic, column("wage"), 2)
    assert is_decidable(generic, column("wage"), 3)
    assert is_decidable(replace(generic, shape=ValueShape.NAME), replace(generic, shape=ValueShape.CODE), 0)
    assert not is_decidable(replace(generic, shape=ValueShape.CODE), replace(generic, shape=ValueShape.CODE), 0)
    assert not is_decidable(
        replace(generic, shape=ValueShape.NAME, how="emptied"), replace(generic, shape=ValueShape.NAME), 9
    )


def test_ages_of_surveys_are_indistinguishable_and_names_of_people_are_not() -> None:
    age, other, same = column("age"), column("Age75", lineage=1), column("AGE", lineage=0)
    person, people = column("person", ValueShape.NAME, 2), column("person", ValueShape.NAME, 3)
    key, other_key = column("id", ValueShape.SERIAL, 4), column("id", ValueShape.SERIAL, 5)
    day, other_day = column("date", ValueShape.DATE, 6), column("date", ValueShape.DATE, 7)
    found = find_indistinguishable([age, other, same, person, people, key, other_key, day, other_day])
    assert found == [[0, 1, 2], [7, 8]]


SQUARES = [number**2 for number in range(3, 90)]


def made(headers: str) -> MadeLake:
    style = replace(
        STYLES["plain"], derivations=(("rows", 1.0),), overlaps=(1.0,), distractors=0.0, corrupted=0.0,
        headers=(headers,), changed_headers=1.0,
    )  # fmt: skip
    return make_lake([SourceData("counts", pa.table({"count": SQUARES}))], 0, style)


def test_joins_of_a_lake_are_marked_as_decidable() -> None:
    """No other column has these numbers, so that they are evidence; without any overlap only headers could be."""
    assert [join.is_decidable for join in made("opaque").joins] == [True]
    assert [join.is_decidable for join in made("snake case").joins] == [True]
    style = replace(STYLES["opaque"], derivations=(("rows", 1.0),), overlaps=(0.0,), distractors=0.0, corrupted=0.0)
    lake = make_lake([SourceData("counts", pa.table({"count": SQUARES}))], 0, style)
    assert [join.is_decidable for join in lake.joins] == [False]


def test_indistinguishable_columns_are_grouped_and_do_not_join() -> None:
    surveys = [
        SourceData(name, pa.table({"age": [start + place for place in range(40)], f"{name} answer": ["x y"] * 40}))
        for name, start in (("first", 20), ("second", 24))
    ]
    style = replace(STYLES["plain"], derivations=(("whole", 1.0),), distractors=0.0, changed_headers=0.0)
    lake = make_lake(surveys, 0, style)
    assert [[column.name for column in group] for group in lake.undecidable] == [["age", "age"]]
    assert not {frozenset(group) for group in lake.undecidable} & {
        frozenset((one.left, one.right)) for one in lake.joins
    }
