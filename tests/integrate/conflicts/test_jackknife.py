from __future__ import annotations

import numpy as np
import pytest

from lakeindex.integrate.conflicts.claims import Rule
from lakeindex.integrate.conflicts.resolve import resolve
from tests.integrate.conflicts.made_claims import claims_of
from tests.integrate.conflicts.made_worlds import World, is_right, make


def two_camps(entities: int) -> list[tuple[int, int, int, str]]:
    """Make claims of two pairs of sources that contradict one another, and of one more that tells between them."""
    camps = [(entity, 0, source, f"{source // 2} {entity}") for entity in range(entities) for source in range(4)]
    return [*camps, *((entity, 0, 4, f"0 {entity}") for entity in range(0, entities, 5))]


def test_a_camp_that_one_source_tips_is_not_sure() -> None:
    found = resolve(claims_of(two_camps(40)))
    assert found.confidence.max() < 0.9


@pytest.mark.parametrize(("sources", "most"), [(2, 0.9), (4, 0.95), (20, 0.99)])
def test_what_all_say_is_as_sure_as_so_many_sources_can_make_it(sources: int, most: float) -> None:
    made = [(entity, 0, source, f"same {entity}") for entity in range(30) for source in range(sources)]
    assert resolve(claims_of(made)).confidence == pytest.approx(most)


def test_of_each_attribute_its_own_sources_count() -> None:
    made = [(entity, source // 2, source, f"same {entity}") for entity in range(30) for source in range(6)]
    one_more = [(entity, 0, 6 + source, f"same {entity}") for entity in range(30) for source in range(2)]
    found = resolve(claims_of([*made, *one_more]))
    assert found.confidence[found.attribute == 0] == pytest.approx(0.95)
    assert found.confidence[found.attribute == 2] == pytest.approx(0.9)


@pytest.mark.parametrize("seed", [0, 1])
@pytest.mark.parametrize("accuracies", [(0.9, 0.6, 0.6), (0.7,) * 4, (0.95, 0.9, 0.6, 0.6, 0.5, 0.5)])
def test_nine_in_ten_of_the_sure_cells_are_right(accuracies: tuple[float, ...], seed: int) -> None:
    claims, truth = make(World(accuracies, copiers=(len(accuracies) - 1,), seed=seed))
    found = resolve(claims)
    is_sure = found.confidence >= 0.9
    assert is_right(found, truth)[is_sure].mean() >= 0.9


def test_the_values_are_those_of_truth_discovery_whatever_their_confidence() -> None:
    claims, _ = make(World((0.9, 0.7, 0.7, 0.5)))
    found = resolve(claims, Rule.TRUTH_DISCOVERY)
    assert ((found.confidence >= 0) & (found.confidence <= 1)).all()
    assert np.bincount(found.claim_cell, found.has_won, len(found)).min() >= 1


def test_sources_without_a_cell_in_common_tell_nothing_of_one_another() -> None:
    found = resolve(claims_of([(0, 0, 0, "a"), (1, 0, 1, "b"), (2, 0, 2, "c"), (3, 0, 3, "d"), (3, 0, 0, "e")]))
    assert len(found) == 4
