"""Tests of adversarial negatives."""

from __future__ import annotations

import numpy as np

from lakeindex.integrate.link.adversaries import Contrasts, CopiedTuples, adversaries
from lakeindex.integrate.link.blocking import Pairs
from lakeindex.integrate.link.comparison import ComparedTuples, Scale
from lakeindex.integrate.link.rehearsal import rehearse
from lakeindex.integrate.link.tuples import AttributeValues, Tuples
from tests.integrate.link.records_of import records
from tests.integrate.link.test_link_records import PRICES, THINGS

NAMES = ["red box", "red bag", "blue box", "blue box"]
CITIES = ["Rome", "Oslo", "Oslo", None]


def contrasts_of(near: Pairs) -> tuple[ComparedTuples, Contrasts | None]:
    tuples = Tuples.of_one(records("one", name=NAMES, city=CITIES))
    copied = tuple(AttributeValues.joined([one, one]) for one in tuples.attributes)
    both = Tuples(np.zeros(8, np.int64), np.zeros(8, np.int64), copied, False)
    compared = ComparedTuples.of(tuples)
    scale = Scale(np.zeros(13), np.ones(13))
    return compared, adversaries(compared, CopiedTuples(both, np.arange(4)), near, scale)


def test_a_neighbour_with_the_most_telling_value_is_contrasted_with_the_own_copy() -> None:
    compared, found = contrasts_of(Pairs(np.array([0, 2]), np.array([1, 0])))
    assert found is not None
    assert found.groups.tolist() == [0, 1, 0, 1]
    assert found.is_own.tolist() == [True, True, False, False]
    attributes = compared.compare(Pairs(np.array([0]), np.array([1]))).attributes
    name, city = (found.features[:, attributes.index(one) + 2] for one in ("name", "city"))  # whether they are equal
    # Both have a copy that is equal. The first has a name of its own, which is longer than its city, and the third
    # a name that two tuples have, as its city: the longer one is put into the copy of its neighbour, too.
    assert name.tolist() == [1, 1, 1, 1]
    assert city.tolist() == [1, 1, 0, 0]


def test_where_no_value_differs_there_is_no_adversary() -> None:
    assert contrasts_of(Pairs(np.array([2]), np.array([3])))[1] is None
    assert contrasts_of(Pairs.none())[1] is None


def test_groups_of_others_are_numbered_on() -> None:
    one = Contrasts(np.zeros((2, 1)), np.array([0, 0]), np.array([True, False]))
    both = one.with_others(one)
    assert both.groups.tolist() == [0, 0, 1, 1]
    assert both.is_own.tolist() == [True, False, True, False]


def test_a_rehearsal_within_a_table_has_adversaries() -> None:
    compared = ComparedTuples.of(Tuples.of_one(records("one", name=THINGS, price=PRICES)))
    rehearsal = rehearse(compared, Scale(np.zeros(14), np.ones(14)))
    assert rehearsal is not None
    assert rehearsal.adversaries is not None
    assert rehearsal.adversaries.is_own.mean() == 0.5
