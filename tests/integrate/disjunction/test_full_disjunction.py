"""The full disjunction against one made of every connected set of tuples that agree, by its definition."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lakeindex.integrate.disjunction.equal_join import MISSING, groups_of, subsumed_pairs
from lakeindex.integrate.disjunction.full_disjunction import TooLarge, full_disjunction
from lakeindex.integrate.disjunction.lookups import look_up

Row = tuple[int, ...]
CELLS = st.integers(MISSING, 1)
ROWS = st.integers(2, 5).flatmap(lambda width: st.lists(st.tuples(*[CELLS] * width), min_size=1, max_size=6))


def agree(one: Row, other: Row) -> bool:
    return all(MISSING in (a, b) or a == b for a, b in zip(one, other, strict=True))


def meet(one: Row, other: Row) -> bool:
    return any(a == b != MISSING for a, b in zip(one, other, strict=True))


def is_connected(rows: list[Row]) -> bool:
    reached, waiting = {0}, [0]
    while waiting:
        at = waiting.pop()
        for other in set(range(len(rows))) - reached:
            if meet(rows[at], rows[other]):
                reached.add(other)
                waiting.append(other)
    return len(reached) == len(rows)


def merged(rows: list[Row]) -> Row:
    return tuple(max(column) for column in zip(*rows, strict=True))


def by_definition(rows: list[Row]) -> list[Row]:
    distinct = sorted(set(rows))
    found = set()
    for size in range(1, len(distinct) + 1):
        for some in combinations(distinct, size):
            if is_connected(list(some)) and all(agree(*pair) for pair in combinations(some, 2)):
                found.add(merged(list(some)))
    return sorted(row for row in found if not any(row != other and subsumes(other, row) for other in found))


def subsumes(larger: Row, smaller: Row) -> bool:
    return all(b in (MISSING, a) for a, b in zip(larger, smaller, strict=True))


@settings(max_examples=400, deadline=None)
@given(ROWS)
def test_it_is_what_the_definition_gives(rows: list[Row]) -> None:
    found = full_disjunction(np.array(rows), most=10_000)
    assert [tuple(row) for row in found.tolist()] == by_definition(rows)


@settings(max_examples=200, deadline=None)
@given(ROWS, st.randoms())
def test_the_order_makes_no_difference_and_no_tuple_is_lost(rows: list[Row], random: object) -> None:
    shuffled = rows.copy()
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    for find in (lambda codes: full_disjunction(codes, 10_000), look_up):
        found = find(np.array(rows))
        assert found.tolist() == find(np.array(shuffled)).tolist()
        assert all(any(subsumes(line, row) for line in found.tolist()) for row in rows)
        assert not any(subsumes(*pair) or subsumes(*pair[::-1]) for pair in combinations(found.tolist(), 2))


@settings(max_examples=200, deadline=None)
@given(ROWS)
def test_lookups_multiply_nothing_and_join_only_what_agrees(rows: list[Row]) -> None:
    found = look_up(np.array(rows)).tolist()
    assert len(found) <= len(set(rows))
    complete = by_definition(rows)
    assert all(any(subsumes(other, line) for other in complete) for line in found)


def test_with_a_key_an_entity_has_one_line() -> None:
    # key, country, capital, order: two orders of one entity look nothing up, an entity takes its country's capital.
    rows = np.array([[0, 5, -1, -1], [1, 5, -1, -1], [-1, 5, 7, -1], [-1, 5, -1, 8], [-1, 5, -1, 9]])
    assert look_up(rows, [0]).tolist() == [[-1, 5, 7, 8], [-1, 5, 7, 9], [0, 5, 7, -1], [1, 5, 7, -1]]


def test_a_star_of_ten_arms_takes_no_step_for_each_subset_of_them() -> None:
    arms = 10
    rows = np.full((arms + 1, 2 * arms), MISSING)
    rows[0, :arms] = 0
    rows[np.arange(1, arms + 1), np.arange(arms)] = 0
    rows[np.arange(1, arms + 1), arms + np.arange(arms)] = 1
    assert full_disjunction(rows, most=100).tolist() == [[0] * arms + [1] * arms]


def test_what_multiplies_beyond_the_bound_is_refused() -> None:
    rows = np.full((600, 3), MISSING)
    rows[:, 0] = 0
    rows[:300, 1] = rows[300:, 2] = np.arange(300)
    with pytest.raises(TooLarge):
        full_disjunction(rows, most=50_000)
    assert full_disjunction(rows, most=200_000).shape == (90_000, 3)
    assert len(look_up(rows)) == 600


def test_what_subsumes_a_tuple_is_found() -> None:
    lines = np.array([[0, 1, MISSING], [0, 2, 3], [4, MISSING, 3]])
    found = [
        (own, line)
        for pairs in subsumed_pairs(lines, groups_of(np.array([[0, MISSING, MISSING], [MISSING, MISSING, 3]])))
        for own, line in zip(*map(np.ndarray.tolist, pairs), strict=True)
    ]
    assert sorted(found) == [(0, 0), (0, 1), (1, 1), (1, 2)]


def test_nothing_gives_nothing() -> None:
    assert full_disjunction(np.empty((0, 3), np.int64), 10).shape == (0, 3)
    assert look_up(np.empty((0, 3), np.int64)).shape == (0, 3)
