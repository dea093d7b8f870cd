"""Clusters are named by their most typical header: in words, in the singular, each name once."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lakeindex.lake_map.semantic_types.name_types import NAMELESS, name_types, singular, typical_names


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("countries", "country"), ("order lines", "order line"), ("boxes", "box"), ("address", "address"),
        ("status", "status"), ("axis", "axis"), ("news", "new"), ("gas", "gas"), ("meters", "meter"),
        ("cities", "city"),
        ("branches", "branch"), ("id", "id"), ("", ""), ("classes", "class"), ("us", "us"),
    ],
)  # fmt: skip
def test_the_last_word_is_in_the_singular(words: str, expected: str) -> None:
    assert singular(words) == expected


def test_the_most_frequent_header_is_the_name_and_one_that_tells_a_place_is_not() -> None:
    assert typical_names(["column_1", "column_1", "Country", "COUNTRIES", "countryName"])[:2] == [
        "country", "country name",
    ]  # fmt: skip
    assert typical_names(["a sentence of many words that can hardly be a header of a column", "note"])[0] == "note"


def test_of_two_clusters_the_larger_one_chooses_first_and_no_name_is_given_twice() -> None:
    clusters = [["name", "film_title"], ["name", "name", "name"], ["name"], ["e"], [""]]
    assert name_types(clusters, {3: "email"}) == ["film title", "name", "name (2)", "email", NAMELESS]


@given(st.lists(st.lists(st.text(max_size=8), min_size=1, max_size=4), max_size=8))
def test_names_are_unique_and_the_order_of_headers_makes_no_difference(clusters: list[list[str]]) -> None:
    names = name_types(clusters, {})
    assert len(set(names)) == len(clusters)
    assert name_types([list(reversed(one)) for one in clusters], {}) == names
