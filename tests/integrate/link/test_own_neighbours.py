"""Tests of what neighbours in their own table tell of pairs of two tables."""

from __future__ import annotations

import random

import numpy as np
import pytest

from lakeindex.integrate.link.blocking import nearest_pairs
from lakeindex.integrate.link.comparison import ComparedTuples
from lakeindex.integrate.link.competition import Rivals
from lakeindex.integrate.link.link_records import link_records
from lakeindex.integrate.link.logistic import Logistic
from lakeindex.integrate.link.own_neighbours import OwnNeighbours, ScoredRivals, own_neighbours
from lakeindex.integrate.link.rehearsal import by_content
from lakeindex.integrate.records import Records
from tests.integrate.link.records_of import aligned, of_two, records
from tests.integrate.link.test_link_records import WORDS, matches

MODELS = [
    (f"{one} {other} {number}", str(100 * number + place))
    for place, one in enumerate(WORDS)
    for number, other in enumerate(random.Random(one).sample(WORDS, 6))
]


def models(name: str, places: range, added: str = "") -> Records:
    """Take every so many models, in an order of their own."""
    rows = [MODELS[place] for place in random.Random(name).sample(list(places), len(places))]
    return records(name, name=[one + added for one, _ in rows], price=[price for _, price in rows])


def test_two_halves_of_a_table_have_no_match() -> None:
    left, right = models("l", range(0, len(MODELS), 2)), models("r", range(1, len(MODELS), 2))
    assert len(matches(link_records(left, right, aligned("name", "price")).pairs)) <= 1


def test_a_few_matches_among_many_rows_are_found() -> None:
    left, right = models("l", range(80)), models("r", range(70, 150), " new")
    names = [[*one.values["name"].to_pylist()] for one in (left, right)]
    same = {(a, b) for a, one in enumerate(names[0]) for b, other in enumerate(names[1]) if f"{one} new" == other}
    assert len(same) == 10
    found = link_records(left, right, aligned("name", "price")).pairs
    # Beside them, at most a few that have the same words in another order.
    assert matches(found.sort_by([("probability", "descending")]).slice(0, 10)) == same
    assert len(matches(found)) <= 13


def test_pairs_of_one_table_count_as_they_are_and_on_the_scale_of_pairs_of_both() -> None:
    compared = ComparedTuples.of(of_two(models("l", range(60)), models("r", range(60)), "name", "price"))
    pairs = neighbours_in(compared)
    assert pairs is not None
    assert pairs.comparison.features.shape[0] == len(pairs.is_left)
    weights = np.zeros(pairs.comparison.features.shape[1])
    weights[0] = 1.0
    scores = np.random.default_rng(0).normal(5.0, 2.0, 600)
    groups = np.repeat(np.arange(60), 10)
    between = ScoredRivals(Rivals(groups, groups, 60), scores)
    found = pairs.apart(Logistic(0.0, weights), between)
    assert len(found) == 4
    plain, scaled = (one.features[:, 0] for one in found[:2])
    is_bounded = np.abs(scaled) == 12
    plain, scaled = plain[~is_bounded], scaled[~is_bounded]
    assert len(plain) > 100
    # A scale is a shift and a factor.
    factor, shift = np.polyfit(plain, scaled, 1)
    assert scaled == pytest.approx(factor * plain + shift, abs=1e-9)
    assert factor > 0


def neighbours_in(compared: ComparedTuples) -> OwnNeighbours | None:
    between = nearest_pairs([compared.words], compared.tuples.tables, 3, False)
    return own_neighbours(compared, compared.compare(between).scale, by_content(compared.tuples))


def test_a_table_of_one_row_or_of_equal_rows_has_no_neighbours() -> None:
    for names in (["a b"], ["a b"] * 5):
        one, other = records("l", name=names), records("r", name=names)
        compared = ComparedTuples.of(of_two(one, other, "name"))
        assert neighbours_in(compared) is None
