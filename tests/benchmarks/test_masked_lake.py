"""A masked lake holds what its mask leaves, and is the lake itself where the mask hides nothing."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from known_joins import find_known_joins
from masked_joins import reciprocal_ranks
from masked_lake import Mask, MaskableLake

from lakeindex import Lake
from lakeindex.encode.encoders import make_encoder
from lakeindex.search.query_encoder import model_options
from lakeindex.types.columns import Family

OF_VALUES = (Family.VALUES, Family.WORDS)


@pytest.fixture
def maskable(cities: Lake) -> MaskableLake:
    return MaskableLake.of(cities, make_encoder(model_options(cities.settings)))


def terms_of(lake: MaskableLake, mask: Mask, family: Family) -> list[set[int]]:
    index = lake.masked(mask).terms[family]
    return [set(index.column(key).hashes.tolist()) for key in range(len(lake.columns))]


def test_a_mask_that_hides_nothing_changes_nothing(maskable: MaskableLake) -> None:
    masked = maskable.masked(Mask.nothing(len(maskable.columns)))
    every = np.arange(len(maskable.columns))
    # The catalog keeps fewer values than a text was made of.
    cosines = np.einsum("nd,nd->n", masked.vectors.vectors(every), maskable.searcher.vectors.vectors(every))
    assert cosines.min() > 0.95 and cosines.mean() > 0.98
    for family, index in maskable.searcher.terms.items():
        assert np.array_equal(masked.terms[family].terms, index.terms)
        assert np.array_equal(masked.terms[family].column_terms, index.column_terms)


@pytest.mark.parametrize("family", OF_VALUES)
def test_both_halves_of_a_column_share_nothing_and_are_all_of_it(maskable: MaskableLake, family: Family) -> None:
    whole = Mask.nothing(len(maskable.columns))
    halves = [replace(whole, halves=np.full(len(maskable.columns), half)) for half in (0, 1)]
    first, second, both = (terms_of(maskable, mask, family) for mask in (*halves, whole))
    if family is Family.VALUES:
        assert not any(one & other for one, other in zip(first, second, strict=True))
    assert [one | other for one, other in zip(first, second, strict=True)] == both
    assert sum(map(len, first)) > 0 < sum(map(len, second))


def test_a_column_without_its_name_is_found_by_no_name(maskable: MaskableLake) -> None:
    whole = Mask.nothing(len(maskable.columns))
    nameless = replace(whole, is_named=np.zeros(len(maskable.columns), bool))
    assert not any(terms_of(maskable, nameless, Family.NAMES))
    assert terms_of(maskable, nameless, Family.VALUES) == terms_of(maskable, whole, Family.VALUES)


def test_what_is_hidden_is_what_different_halves_are_of(maskable: MaskableLake) -> None:
    known = find_known_joins(maskable.searcher, 100, np.random.default_rng(0))
    assert known.partners
    mask = Mask.draw(len(maskable.columns), np.random.default_rng(3))
    values = terms_of(maskable, mask, Family.VALUES)
    for key, others in known.partners.items():
        assert all(key in known.of(other) for other in others.tolist())
        for other in others[mask.hides(key, others)].tolist():
            assert not values[key] & values[other]


def test_reciprocal_ranks_are_those_of_the_sorted_scores() -> None:
    keys, scores = np.array([2, 5, 7, 9]), np.array([0.1, 0.9, 0.5, 0.5])
    assert reciprocal_ranks(keys, scores, np.array([5, 7, 9, 2, 3])).tolist() == [1.0, 1 / 2, 1 / 3, 1 / 4, 0.0]
