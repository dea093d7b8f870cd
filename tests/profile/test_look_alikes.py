"""Letters of other alphabets that look like Latin ones are named, and nothing else is."""

from __future__ import annotations

import pyarrow as pa
import pytest

from lakeindex.profile.look_alikes import LookAlikes, find_look_alikes


def texts(*values: str) -> pa.LargeStringArray:
    return pa.array(values, pa.large_string())


def test_cyrillic_plates_meet_latin_ones_by_their_looks() -> None:
    found = find_look_alikes(texts("Р123АВ", "с404нт", "Р123АВ", "Ж777ЖЖ"), texts("P123AB", " C404HT ", "X999XX"))
    assert found == (LookAlikes("Cyrillic", True, 2),)
    assert found[0].describe("a.csv · plate", "b.csv · no") == (
        "2 values of a.csv · plate are written in Cyrillic letters that look like Latin ones, and would meet values of "
        "b.csv · no if they were"
    )


def test_greek_letters_on_the_right_are_counted_there() -> None:
    assert find_look_alikes(texts("KAT-1", "BIO-2"), texts("ΚΑΤ-1", "ΒΙΟ-3")) == (LookAlikes("Greek", False, 1),)


def test_both_alphabets_are_named_the_more_frequent_first() -> None:
    left = texts("АВТО", "МЕТРО", "ΚΑΤΟ")
    right = texts("ABTO", "METPO", "KATO")
    assert find_look_alikes(left, right) == (LookAlikes("Cyrillic", True, 2), LookAlikes("Greek", True, 1))


def test_one_value_may_mix_both_alphabets() -> None:
    assert find_look_alikes(texts("PАB"), texts("PAB")) == (LookAlikes("Cyrillic", True, 1),)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (("МОСКВА", "КАЗАНЬ"), ("москва", "КАЗАНЬ")),
        (("МОСКВА",), ("MOSCOW",)),
        (("Zürich", "東京"), ("ZURICH", "東京")),
        ((), ("K1",)),
        (("К1",), ()),
    ],
)
def test_what_is_equal_or_looks_different_is_no_look_alike(left: tuple[str, ...], right: tuple[str, ...]) -> None:
    assert find_look_alikes(texts(*left), texts(*right)) == ()
