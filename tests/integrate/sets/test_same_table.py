"""Tables that don't repeat themselves: which they are, and that their tuples are kept apart."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from lakeindex.integrate.sets.communities import integrable_sets
from lakeindex.integrate.sets.same_table import TableCounts, is_unrepeated
from lakeindex.integrate.sets.tuple_graph import TupleGraph

SETS = st.lists(st.tuples(st.integers(0, 4), st.integers(0, 3), st.booleans()), min_size=1, max_size=20)


def graph(tables: list[int] | None, edges: dict[tuple[int, int], float]) -> TupleGraph:
    ends = np.array([*edges], np.int64).reshape(-1, 2)
    size = int(ends.max()) + 1 if tables is None else len(tables)
    numbers = None if tables is None else np.array(tables, np.int64)
    return TupleGraph(size, ends[:, 0], ends[:, 1], np.array([*edges.values()], np.float64), numbers)


BRIDGED = {(0, 2): 0.97, (1, 3): 0.97, (0, 3): 0.8, (1, 2): 0.8}
"""Two tuples of a first table, two of a second one, each of which is likely either of the first."""


def test_two_tuples_of_a_table_that_does_not_repeat_itself_are_two_entities() -> None:
    assert integrable_sets(graph([0, 0, 1, 1], BRIDGED)).tolist() == [0, 1, 0, 1]
    assert integrable_sets(graph(None, BRIDGED)).tolist() == [0, 0, 0, 0]


def test_two_tuples_of_a_table_that_repeats_itself_may_be_one_entity() -> None:
    repeats = BRIDGED | {(0, 1): 0.99, (2, 3): 0.99}
    assert integrable_sets(graph([0, 0, 1, 1], repeats)).tolist() == [0, 0, 0, 0]


def test_a_table_repeats_itself_with_a_fifth_as_many_sure_pairs_within_as_across() -> None:
    across = {(row, row + 10): 0.95 for row in range(10)}
    assert is_unrepeated(graph([0] * 10 + [1] * 10, across)).all()
    assert is_unrepeated(graph([0] * 10 + [1] * 10, across | {(0, 1): 0.89})).all()
    found = is_unrepeated(graph([0] * 10 + [1] * 10, across | {(0, 1): 0.95, (2, 3): 0.95}))
    assert found.tolist() == [False] * 10 + [True] * 10


def test_one_table_alone_is_not_said_to_be_without_repeats() -> None:
    assert not is_unrepeated(graph([0, 0, 0], {(0, 1): 0.95})).any()
    assert not is_unrepeated(graph([0, 0, 0], {(0, 1): 0.2})).any()


def test_where_tables_are_not_known_nothing_is_said_of_them() -> None:
    assert not is_unrepeated(graph(None, BRIDGED)).any()


@settings(max_examples=200, deadline=None)
@given(SETS)
def test_shared_counts_the_pairs_of_tuples_of_one_table(members: list[tuple[int, int, bool]]) -> None:
    sets, tables, kept = (np.array(part) for part in zip(*members, strict=True))
    some = TupleGraph(len(sets), np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0), tables.astype(np.int64))
    left, right = (side.ravel() for side in np.meshgrid(np.arange(5), np.arange(5)))
    found = TableCounts.of(sets.astype(np.int64), some, kept.astype(bool)).shared(left, right)
    counts = np.array(
        [[sum(one == (which, table, True) for one in members) for table in range(4)] for which in range(5)]
    )
    assert found.tolist() == (counts[left] * counts[right]).sum(axis=1).tolist()


def test_a_sure_repeat_is_one_entity_in_a_table_that_else_has_none() -> None:
    across = {(row, row + 21): 0.97 for row in range(20)}
    tables = [0] * 21 + [1] * 20
    for likely, is_one in ((0.99, True), (0.8, False)):
        sets = integrable_sets(graph(tables, across | {(0, 20): likely}))
        assert sets[0] == sets[21]
        assert (sets[0] == sets[20]) is np.bool_(is_one)
        assert len(set(sets.tolist())) == 21 - is_one


def test_two_that_another_table_has_as_two_are_two_entities() -> None:
    across = {(row, row + 20): 0.97 for row in range(20)}
    sets = integrable_sets(graph([0] * 20 + [1] * 20, across | {(0, 1): 0.99}))
    assert len(set(sets.tolist())) == 20
