"""What nobody could tell of a made lake is told as such."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest

from lakeindex.synthesis.made_lake import STYLES, MadeLake, SourceData, make_lake
from lakeindex.synthesis.made_tables import MadeColumn
from lakeindex.synthesis.undecidable import is_tellable, look_alikes, own_values, speaks
from lakeindex.synthesis.value_shapes import Look


def column(name: str = "", look: Look = Look.INTEGER, origin: int = 0, **changed: object) -> MadeColumn:
    nothing = pa.nulls(1, pa.string())
    return replace(MadeColumn(name, nothing, nothing, origin, origin, look, name=name), **changed)


@pytest.mark.parametrize("header", ["id", "Date", "x", "V4", "column_3", "Unnamed: 2", "F07", "", "12"])
def test_poor_headers_say_nothing(header: str) -> None:
    assert not speaks(header)


@pytest.mark.parametrize("header", ["age", "customer_id", "order date", "iso3", "nn_css"])
def test_other_headers_speak(header: str) -> None:
    assert speaks(header)


def test_own_values_are_those_of_no_other_origin() -> None:
    values = [np.array([0, 1, 5]), np.array([1, 2, 5]), np.array([2, 3, 4, 5]), np.array([], np.int64)]
    own = own_values(values, [7, 7, 8, 9])
    assert [one.tolist() for one in own] == [[0, 1], [1], [3, 4], []]
    assert own_values([], []) == []


def test_headers_words_and_own_values_tell() -> None:
    mute = replace(column(), speaks=False)
    titled = replace(mute, is_titled=True)
    assert is_tellable(column("wage"), column("salary"), 0)
    assert is_tellable(column("customer id"), titled, 0)
    assert not is_tellable(mute, titled, 0)
    assert not is_tellable(mute, column("wage"), 2)
    assert is_tellable(mute, column("wage"), 3)
    assert is_tellable(replace(mute, look=Look.NAME), replace(mute, look=Look.CODE), 0)
    assert not is_tellable(replace(mute, look=Look.CODE), replace(mute, look=Look.CODE), 0)
    assert not is_tellable(replace(mute, look=Look.NAME, how="emptied"), replace(mute, look=Look.NAME), 9)


def test_surveys_ages_look_alike_and_names_of_people_do_not() -> None:
    age, other, same = column("age"), column("Age75", origin=1), column("AGE", origin=0)
    person, people = column("person", Look.NAME, 2), column("person", Look.NAME, 3)
    key, other_key = column("id", Look.SERIAL, 4), column("id", Look.SERIAL, 5)
    day, other_day = column("date", Look.DATE, 6), column("date", Look.DATE, 7)
    found = look_alikes([age, other, same, person, people, key, other_key, day, other_day])
    assert found == [[0, 1, 2], [7, 8]]


SQUARES = [number**2 for number in range(3, 90)]


def made(headers: str) -> MadeLake:
    style = replace(
        STYLES["plain"], recipes=(("rows", 1.0),), overlaps=(1.0,), distractors=0.0, perturbed=0.0,
        headers=(headers,), changed_headers=1.0,
    )  # fmt: skip
    return make_lake([SourceData("counts", pa.table({"count": SQUARES}))], 0, style)


def test_joins_of_a_lake_say_whether_they_can_be_told() -> None:
    """The numbers are nobody else's, so that they tell; without any overlap only headers could."""
    assert [join.is_tellable for join in made("opaque").joins] == [True]
    assert [join.is_tellable for join in made("snake case").joins] == [True]
    style = replace(STYLES["opaque"], recipes=(("rows", 1.0),), overlaps=(0.0,), distractors=0.0, perturbed=0.0)
    lake = make_lake([SourceData("counts", pa.table({"count": SQUARES}))], 0, style)
    assert [join.is_tellable for join in lake.joins] == [False]


def test_unclear_columns_are_grouped_and_do_not_join() -> None:
    surveys = [
        SourceData(name, pa.table({"age": [start + place for place in range(40)], f"{name} answer": ["x y"] * 40}))
        for name, start in (("first", 20), ("second", 24))
    ]
    style = replace(STYLES["plain"], recipes=(("whole", 1.0),), distractors=0.0, changed_headers=0.0)
    lake = make_lake(surveys, 0, style)
    assert [[column.name for column in group] for group in lake.unclear] == [["age", "age"]]
    assert not {frozenset(group) for group in lake.unclear} & {frozenset((one.left, one.right)) for one in lake.joins}
