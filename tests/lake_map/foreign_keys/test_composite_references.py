from __future__ import annotations

import pytest

from lakeindex.lake_map.foreign_keys.composite_candidates import CompositeCandidate
from lakeindex.lake_map.foreign_keys.composite_references import _Verified, _without_rivals
from lakeindex.lake_map.foreign_keys.count_orphans import CountedReference
from lakeindex.lake_map.foreign_keys.reference import Reference


def verified(
    children: tuple[int, ...], parents: tuple[int, ...], distinct: int = 8, orphans: float = 0.0, chance: float = 0.0
) -> _Verified:
    return _Verified(CompositeCandidate(children, parents), CountedReference(orphans, False, distinct), chance)


def probabilities(*several: _Verified) -> dict[tuple[int, ...], float]:
    return {one.children: one.probability for one in _without_rivals(several)}


def test_what_is_seen_more_often_is_more_probable() -> None:
    assert probabilities(verified((1, 2), (5, 6))) == {(1, 2): 0.9}
    assert probabilities(verified((1, 2), (5, 6), distinct=98)) == {(1, 2): 0.99}


def test_orphans_and_chance_make_it_less_probable() -> None:
    assert probabilities(verified((1, 2), (5, 6), distinct=98, orphans=2 / 98)) == {(1, 2): pytest.approx(0.97)}
    assert probabilities(verified((1, 2), (5, 6), chance=0.01)) == {(1, 2): pytest.approx(0.9 / 1.01)}


def test_two_keys_with_the_same_combinations_refer_to_each_other_by_halves() -> None:
    found = probabilities(verified((1, 2), (5, 6)), verified((5, 6), (1, 2)))
    assert found == {(1, 2): 0.45, (5, 6): 0.45}


def test_of_several_parents_the_one_that_chance_explains_least_is_taken_and_shares_with_the_others() -> None:
    rivals = [verified((1, 2), (5, 6), chance=0.01), verified((1, 2), (8, 9), chance=1e-9), verified((3, 4), (8, 9))]
    found: list[Reference] = _without_rivals(rivals)
    assert [(one.children, one.parents) for one in found] == [((1, 2), (8, 9)), ((3, 4), (8, 9))]
    assert [round(one.probability, 6) for one in found] == [0.45, 0.9]
    assert (
        found[0].evidence == "2 columns together, unique in the parent; by chance 1e-09; as well by 1 other reference"
    )
