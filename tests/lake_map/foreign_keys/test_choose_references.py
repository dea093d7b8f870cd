from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from lakeindex.lake_map.foreign_keys.choose_references import BARRED, FREE, GIVEN, choose_references
from lakeindex.lake_map.foreign_keys.reference_pairs import ReferencePairs

Scored = list[tuple[int, int, float, int]]


def pairs_of(scored: Scored) -> ReferencePairs:
    shares = np.ones(len(scored))
    children, parents = (np.array([one[place] for one in scored], np.int64) for place in (0, 1))
    return ReferencePairs(children, parents, *(shares,) * 5, shares > 0)


def chosen(scored: Scored, keys: set[int]) -> list[tuple[int, int]]:
    pairs, size = pairs_of(scored), 10
    log_odds = np.array([one[2] for one in scored])
    standing = np.array([one[3] for one in scored], np.int8)
    are_keys = np.array([key in keys for key in range(size)])
    places = choose_references(pairs, log_odds, standing, are_keys, 0.0).places
    return list(zip(pairs.children[places].tolist(), pairs.parents[places].tolist(), strict=True))


def test_a_column_refers_to_its_likeliest_parent_alone() -> None:
    assert chosen([(1, 2, 1.0, FREE), (1, 3, 2.0, FREE), (4, 3, -1.0, FREE)], {2, 3}) == [(1, 3)]


def test_of_equals_the_smaller_key_is_taken() -> None:
    assert chosen([(1, 3, 1.0, FREE), (1, 2, 1.0, FREE)], {2, 3}) == [(1, 2)]


def test_what_is_given_stays_and_what_is_barred_goes() -> None:
    assert chosen([(1, 2, -5.0, GIVEN), (1, 3, 9.0, FREE), (4, 3, 9.0, BARRED)], {2, 3}) == [(1, 2)]


def test_the_weakest_reference_of_a_circle_gives_way_to_its_next_parent() -> None:
    circle = [(1, 2, 3.0, FREE), (2, 3, 2.0, FREE), (3, 1, 1.0, FREE), (3, 4, 0.5, FREE)]
    assert chosen(circle, {1, 2, 3, 4}) == [(1, 2), (2, 3), (3, 4)]


SCORED = st.lists(
    st.tuples(
        st.integers(0, 9), st.integers(0, 9), st.floats(-3, 3), st.sampled_from([FREE, FREE, FREE, BARRED])
    ).filter(lambda one: one[0] != one[1]),
    unique_by=lambda one: one[:2],
    max_size=40,
)


@given(SCORED, st.sets(st.integers(0, 9)), st.randoms())
def test_whatever_is_chosen_has_one_parent_a_column_and_no_circle_of_keys(scored: Scored, keys: set[int], draw) -> None:  # type: ignore[no-untyped-def]
    found = chosen(scored, keys)
    parents = dict(found)
    assert len(parents) == len(found)
    for start in parents:
        at, seen = start, set()
        while at in parents and at in keys and at not in seen:
            seen.add(at)
            at = parents[at]
        assert at not in seen or at not in keys
    shuffled = list(scored)
    draw.shuffle(shuffled)
    assert sorted(chosen(shuffled, keys)) == sorted(found)
