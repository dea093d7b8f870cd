from __future__ import annotations

from lakeindex.integrate.conflicts.claims import Decision
from lakeindex.integrate.conflicts.resolve import resolve
from tests.integrate.conflicts.made_claims import claims_of


def test_one_value_is_the_only_one_and_many_that_agree_are_agreed() -> None:
    found = resolve(claims_of([(3, 1, 0, "Paris"), (3, 0, 0, "7"), (3, 0, 1, "7.0")]))
    assert found.entity.tolist() == [3, 3]
    assert found.attribute.tolist() == [0, 1]
    assert found.value.to_pylist() == ["7.0", "Paris"]
    assert found.decisions() == [Decision.AGREED, Decision.ONLY]
    assert found.is_tie.tolist() == [False, False]


def test_two_sources_that_disagree_are_a_tie() -> None:
    found = resolve(claims_of([(0, 0, 0, "Paris"), (0, 0, 1, "Lyon")]))
    assert found.decisions() == [Decision.TIE]
    assert found.is_tie.tolist() == [True]
    assert found.value.to_pylist() == ["Lyon"]
    assert found.has_won.tolist() == [False, True]


def test_no_claims_are_no_cells() -> None:
    assert len(resolve(claims_of([]))) == 0
